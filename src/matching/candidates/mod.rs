//! Stage 2: what the text names and who may have paid, from the book's indexes. No scan over items or customers.

mod beside;
mod endings;
mod namings;
mod own_endings;
mod own_ids;
mod payers;

pub use namings::{Named, NamedIn, Naming, Strength, cut_namings, namings, text_is_cut};
pub use own_endings::own_endings;
pub use payers::{PayerEvidence, PayerKind, customer_number, mandate, payers};
