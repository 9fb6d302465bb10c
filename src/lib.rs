//! tieout: bank-statement reconciliation and cash application.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod base;
pub mod book;
pub mod error;
pub mod formats;
pub mod matching;
pub mod model;
pub mod names;
pub mod outputs;
pub mod references;
pub mod reports;
pub mod run;
pub mod statements;

pub use book::OpenItemBook;
pub use error::{Error, ErrorCode};
pub use formats::read_statements;
pub use matching::Engine;
pub use model::{Decision, Outcome, Payment, Policy};
