//! Floor 7: the order of work of a day, and the policy file. Pure: files come in as bytes and go out as bytes.

mod policy_file;
mod policy_template;

pub use policy_file::read_policy;
pub use policy_template::default_toml;
