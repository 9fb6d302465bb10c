//! Pieces of XML text: names, the end of a tag, attributes, references. In: text without context. Out: its parts, no places.

/// `Stmt`, `Rpt`, `Ntfctn`.
pub(super) fn is_statement(name: &str) -> bool {
    matches!(name, "Stmt" | "Rpt" | "Ntfctn")
}

pub(super) fn local_name(whole: &str) -> &str {
    match whole.bytes().position(|b| b == b':') {
        Some(colon) => whole.get(colon + 1..).unwrap_or_default(),
        None => whole,
    }
}

/// Length of what stands before the `>` that ends a tag: one inside quotes is part of a value.
pub(super) fn end_of_tag(body: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = body.get(at..)?;
        let found = memchr::memchr3(b'>', b'"', b'\'', rest)?;
        let quote = *rest.get(found)?;
        if quote == b'>' {
            return Some(at + found);
        }
        at += found + 2 + memchr::memchr(quote, rest.get(found + 1..)?)?;
    }
}

/// ` name="value"` where it is the only attribute and written in the most usual way, as in `<Amt Ccy="EUR">`.
pub(super) fn only_attribute(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.strip_prefix(' ')?.split_once("=\"")?;
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':');
    let value = value.strip_suffix('"').filter(|v| plain && !v.contains('"'))?;
    Some((key, value))
}

pub(super) fn push_number(into: &mut String, number: u32) {
    if number >= 10 {
        push_number(into, number / 10);
    }
    into.push(char::from(b'0' + u8::try_from(number % 10).unwrap_or_default()));
}

pub(super) fn resolve(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let value = match code.strip_prefix('x') {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
        None if code.bytes().all(|b| b.is_ascii_digit()) => code.parse().ok()?,
        _ => return None,
    };
    // XML 1.0, production 2: no control characters but tab and line ends, no surrogates, no U+FFFE, U+FFFF.
    char::from_u32(value)
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')))
}
