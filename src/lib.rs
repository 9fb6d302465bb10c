//! **tieout**: bank-statement reconciliation and cash application.
//!
//! Statements in camt.053, MT940 or CSV are read exactly and proven; each booked movement becomes a [`Payment`]; an
//! [`Engine`] finds which open items it pays, with its evidence, and ends every payment in exactly one [`Outcome`].
//! The library is pure: it takes bytes and values and gives values. It opens no file, asks no clock, keeps no global state.
//!
//! # From a statement to decisions
//!
//! ```
//! use tieout::formats::ReadOptions;
//! use tieout::model::TieOut;
//! use tieout::statements::{FiledStatement, collect, payments};
//! use tieout::{Engine, OpenItemBook, Outcome, Policy, book, read_statements};
//!
//! let statement = b":20:1\r\n:25:DE89370400440532013000\r\n:28C:5/1\r\n:60F:C260424EUR0,\r\n\
//!     :61:2604240424C1166,20NTRFNONREF\r\n:86:166?20SVWZ+RE-2026-00731 abzgl. ?212% Skonto?32Mueller Metallbau\r\n\
//!     :62F:C260424EUR1166,20\r\n-\r\n";
//! let items = "item_id,doc_no,customer_id,customer_name,currency,open_amount,doc_date,due_date,discount_until,discount_percent\n\
//!     1,RE-2026-00731,K4711,M\u{fc}ller Metallbau GmbH,EUR,1190.00,2026-04-17,2026-05-17,2026-04-27,2\n";
//!
//! // 1. Bytes to proven statements.
//! let read = read_statements(statement, &ReadOptions::for_file("day.sta"))?;
//! assert_eq!(read.statements[0].tie_out, TieOut::Proven);
//!
//! // 2. Statements of the day to payments; a statement that came twice counts once.
//! let filed = |statement| FiledStatement { file: "day.sta".into(), statement };
//! let day = collect(read.statements.into_iter().map(filed).collect());
//! let payments = payments(&day, &|_account| String::new()).payments;
//!
//! // 3. Open items to a book, and payments to decisions.
//! let items = book::read_items(items.as_bytes(), "items.csv").map_err(|faults| faults[0].clone())?;
//! let book = OpenItemBook::build(items.items, Vec::new());
//! let decisions = Engine::new(Policy::default()).decide(&book, &payments);
//!
//! let decision = &decisions[0];
//! assert_eq!(decision.outcome, Outcome::Applied);
//! assert_eq!(decision.allocations[0].applied, 116_620); // minor units: 1,166.20
//! assert_eq!(decision.allocations[0].discount, 2_380); // 2 % in term
//! # Ok::<(), tieout::Error>(())
//! ```
//!
//! # Where to go on
//!
//! | for | see |
//! |---|---|
//! | a whole day in one call, with all output files as bytes | [`run::run`] |
//! | one payment, claiming nothing | [`Engine::propose`] |
//! | reading one file, any format | [`read_statements`], [`formats`] |
//! | a bank's own CSV | [`formats::csv::Profile`] |
//! | writing camt.053, MT940 or CSV | [`formats::camt::write()`], [`formats::mt940::write()`], [`formats::csv::write()`] |
//! | open items from an ERP's export | [`book::ItemsMap`] |
//! | what is done unasked | [`Policy`] |
//! | why a payment got its outcome | [`Decision::candidates`], [`reports`] |
//!
//! Errors are one type, [`Error`], with a code, a place, what was found, what was expected, and a hint.
//!
//! # Floors
//!
//! Imports point strictly down: [`base`] · [`error`] · [`model`] · [`formats`], [`references`], [`names`], [`statements`] · [`book`] ·
//! [`matching`] · [`outputs`], [`reports`], [`review`] · [`run`]; the program stands on top, behind the feature `cli`.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod base;
pub mod benchmark;
pub mod book;
pub mod error;
pub mod formats;
pub mod ledger;
pub mod matching;
pub mod model;
pub mod names;
pub mod outputs;
pub mod references;
pub mod reports;
pub mod review;
pub mod run;
#[cfg(feature = "schema")]
pub mod schema;
pub mod statements;

pub use book::OpenItemBook;
pub use error::{Error, ErrorCode};
pub use formats::read_statements;
pub use matching::Engine;
pub use model::{Decision, Outcome, Payment, Policy};
