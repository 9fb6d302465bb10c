/// Limits on input, against resource bombs. The defaults are far above what banks send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest input in bytes. Default 2 GiB.
    pub file_bytes: u64,
    /// Deepest XML nesting. Default 64.
    pub xml_depth: usize,
    /// Longest text of one XML element, MT940 field or CSV cell, in bytes. Default 1 MiB.
    pub field_bytes: usize,
    /// Most attributes on one XML element. Default 256.
    pub xml_attributes: usize,
    /// How much of a large file is in memory at once, in bytes; more where an entry is longer. Default 1 MiB.
    pub piece_bytes: usize,
    /// Most findings kept per statement; more are counted. Default 1,000.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            file_bytes: 2 << 30,
            xml_depth: 64,
            field_bytes: 1 << 20,
            xml_attributes: 256,
            piece_bytes: 1 << 20,
            findings: 1000,
        }
    }
}
