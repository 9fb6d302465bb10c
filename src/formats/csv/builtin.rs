//! The built-in profiles. A new bank is one TOML file and one line here.

use super::profile::Profile;
use std::sync::OnceLock;

/// Id and text of each, in the order of the documentation.
pub(super) const FILES: &[(&str, &str)] = &[
    ("de-sparkasse-camt", include_str!("profiles/de-sparkasse-camt.toml")),
    ("de-sparkasse-mt940", include_str!("profiles/de-sparkasse-mt940.toml")),
    ("de-dkb", include_str!("profiles/de-dkb.toml")),
    ("de-ing", include_str!("profiles/de-ing.toml")),
    ("de-commerzbank", include_str!("profiles/de-commerzbank.toml")),
    ("de-deutschebank", include_str!("profiles/de-deutschebank.toml")),
    ("de-genobank", include_str!("profiles/de-genobank.toml")),
    ("de-targobank", include_str!("profiles/de-targobank.toml")),
    ("n26", include_str!("profiles/n26.toml")),
    ("nl-ing", include_str!("profiles/nl-ing.toml")),
    ("nl-rabobank", include_str!("profiles/nl-rabobank.toml")),
    ("nl-abnamro-tab", include_str!("profiles/nl-abnamro-tab.toml")),
    ("nl-bunq", include_str!("profiles/nl-bunq.toml")),
    ("be-kbc", include_str!("profiles/be-kbc.toml")),
    ("be-bnp", include_str!("profiles/be-bnp.toml")),
    ("revolut-business", include_str!("profiles/revolut-business.toml")),
    ("wise", include_str!("profiles/wise.toml")),
    ("stripe-balance", include_str!("profiles/stripe-balance.toml")),
    ("paypal-activity", include_str!("profiles/paypal-activity.toml")),
    ("us-chase-checking", include_str!("profiles/us-chase-checking.toml")),
    ("us-bofa-checking", include_str!("profiles/us-bofa-checking.toml")),
    ("us-mercury", include_str!("profiles/us-mercury.toml")),
    ("uk-barclays", include_str!("profiles/uk-barclays.toml")),
    ("uk-hsbc", include_str!("profiles/uk-hsbc.toml")),
    ("se-nordea", include_str!("profiles/se-nordea.toml")),
    ("ch-postfinance", include_str!("profiles/ch-postfinance.toml")),
    ("ch-ubs", include_str!("profiles/ch-ubs.toml")),
    ("fr-bnpparibas", include_str!("profiles/fr-bnpparibas.toml")),
    ("fr-creditagricole", include_str!("profiles/fr-creditagricole.toml")),
    ("table", include_str!("profiles/table.toml")),
    ("table-in-out", include_str!("profiles/table-in-out.toml")),
    ("tieout-payments", include_str!("profiles/tieout-payments.toml")),
    ("tieout-statement", include_str!("profiles/tieout-statement.toml")),
];

impl Profile {
    /// The built-in profile of an id.
    pub fn builtin(id: &str) -> Option<Self> {
        Self::builtins().iter().find(|p| p.id == id).cloned()
    }

    /// All built-in profiles, in the order of the documentation.
    pub fn builtins() -> &'static [Profile] {
        profiles()
    }
}

/// The profiles, read once. A test makes sure that every file is one.
fn profiles() -> &'static [Profile] {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    PROFILES.get_or_init(|| FILES.iter().filter_map(|(id, text)| Profile::from_toml(text, id).ok()).collect())
}

/// The TOML text of a built-in profile, to start one's own from.
pub(super) fn text(id: &str) -> Option<&'static str> {
    FILES.iter().find(|(i, _)| *i == id).map(|(_, text)| *text)
}
