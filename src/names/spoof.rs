//! Names that try to look like another (POLICY row 17).

/// Whether a name mixes Latin with Cyrillic or Greek letters, or holds invisible or bidirectional characters.
pub fn looks_spoofed(name: &str) -> bool {
    if name.is_ascii() {
        return name.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    }
    let mut latin = false;
    let mut other = false;
    for c in name.chars() {
        if crate::error::is_hidden(c) && !matches!(c, '\t' | '\n' | '\r') {
            return true;
        }
        match u32::from(c) {
            0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f => latin = true,
            // Greek, Cyrillic, Armenian, Cherokee and the mathematical look-alikes.
            0x370..=0x58f | 0x13a0..=0x13ff | 0x1d400..=0x1d7ff => other = true,
            _ => {}
        }
    }
    latin && other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_scripts_and_hidden_characters_are_told() {
        assert!(looks_spoofed("АСМЕ Ltd"), "Cyrillic capitals with a Latin word");
        assert!(looks_spoofed("A\u{200b}CME"));
        assert!(looks_spoofed("\u{202e}PMOC"));
        assert!(!looks_spoofed("Müller & Söhne"));
        assert!(!looks_spoofed("Газпром"));
    }
}
