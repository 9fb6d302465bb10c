/// A file in memory: its base name and its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputFile {
    /// Base name, as shown in messages and outputs.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}
