//! The built-in profiles. A new bank is one TOML file and one line here.

use super::profile::Profile;
use std::sync::OnceLock;

/// Id and text of each, in the order of the documentation.
pub(super) const FILES: &[(&str, &str)] = &[
    ("de-sparkasse-camt", include_str!("profiles/de-sparkasse-camt.toml")),
    ("nl-rabobank", include_str!("profiles/nl-rabobank.toml")),
    ("uk-hsbc", include_str!("profiles/uk-hsbc.toml")),
];

/// The profiles, read once. A test makes sure that every file is one.
pub(super) fn profiles() -> &'static [Profile] {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    PROFILES.get_or_init(|| FILES.iter().filter_map(|(id, text)| Profile::from_toml(text, id).ok()).collect())
}

/// The TOML text of a built-in profile, to start one's own from.
pub(super) fn text(id: &str) -> Option<&'static str> {
    FILES.iter().find(|(i, _)| *i == id).map(|(_, text)| *text)
}
