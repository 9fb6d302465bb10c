//! Floor 6: what a person reads on the screen. Every report is a function from values to plain text of at most 100 columns.

mod check;
mod explain;
mod layout;
mod screen;

pub use check::check_table;
pub use explain::explain;
pub use screen::run_screen;
