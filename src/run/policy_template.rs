//! The policy file that `tieout init` writes.

/// A commented `tieout.toml` with every key at its default.
pub fn default_toml() -> &'static str {
    include_str!("policy_template.toml")
}
