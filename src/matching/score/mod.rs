//! Evidence in log-odds (Fellegi and Sunter): weight = log10(m / u), in hundredths of a ban. `m` is how often the evidence is
//! there when the answer is right (versioned priors, [`weights`]); `u` how often it is there by chance, computed from this book.

mod log_odds;
pub mod weights;

pub use log_odds::{centibans, error_ppm};
