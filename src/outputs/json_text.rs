//! JSON that no terminal, editor or line splitter misreads: in goes any value, out goes one line of JSON in which control,
//! bidirectional and invisible characters stand as `\uXXXX`. A reader of JSON gets the original text back.

use crate::base::hides;
use serde::Serialize;

/// One line of JSON with hidden characters escaped. `serde_json` leaves U+007F to U+009F, U+2028 and direction marks as they
/// are, and U+0085 or U+2028 breaks a line for some readers.
pub fn safe_json<T: Serialize + ?Sized>(value: &T) -> String {
    escape_hidden(serde_json::to_string(value).unwrap_or_default())
}

/// The same over several lines with indentation.
pub(super) fn safe_json_pretty<T: Serialize + ?Sized>(value: &T) -> String {
    escape_hidden(serde_json::to_string_pretty(value).unwrap_or_default())
}

/// The same for JSON that is text already. Plain ASCII is given back as it is.
pub fn escape_hidden(json: impl Into<String>) -> String {
    let json = json.into();
    // Almost every line is plain ASCII, in which only controls could hide.
    if json.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n')) {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    let mut units = [0u16; 2];
    let mut rest = json.as_str();
    // Line ends only stand between tokens: inside strings JSON has them escaped already.
    while let Some(at) = rest.bytes().position(|b| !matches!(b, b' '..=b'~' | b'\n')) {
        let Some((plain, behind)) = rest.split_at_checked(at) else { break };
        out.push_str(plain);
        let mut chars = behind.chars();
        match chars.next() {
            Some(c) if hides(c) => {
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.extend(c),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_read_back_exactly() {
        let text = "a\u{85}b\u{2028}c\u{202e}d\u{7f}\n\u{1b}[31m ü €";
        let json = safe_json(text);
        assert!(!json.chars().any(hides), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
