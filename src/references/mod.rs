//! Floor 3: structured payment references.

/// A reference in the form that two writings of it share: capitals and digits alone; a reference of digits only loses its
/// leading zeros, since slips and exports drop them. `None` if nothing is left.
pub fn reference_key(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_uppercase()).collect();
    let key = if compact.bytes().all(|b| b.is_ascii_digit()) { compact.trim_start_matches('0') } else { &compact };
    (!key.is_empty()).then(|| key.to_owned())
}
