//! Floor 0: money, dates, places, ids and check digits. Nothing here knows what a statement or an invoice is.

mod amount_text;
mod cell_text;
mod check_digits;
mod counted;
mod csv_rows;
mod csv_text;
mod currency;
mod dates;
mod direction;
mod foreign;
mod hidden;
mod iban;
mod ids;
mod in_order;
mod limits;
mod money;
mod packed;
mod place;
mod placed_texts;
#[cfg(feature = "schema")]
mod schema;
mod text;
mod text_decode;
mod thousands;

pub use amount_text::{AmountStyle, AmountTextError, parse_amount, parse_scaled};
pub(crate) use amount_text::{plain_figure, plain_grouped, plain_grouped_until};
pub(crate) use cell_text::first_folded;
pub use cell_text::{
    bare_amount, bones, currency_in_title, fold_letters, fold_name, line_column, nearest_name, same_name,
    suggestion_in, unarmour,
};
pub use check_digits::{luhn, mod10_recursive, mod11_weights_2_to_7, mod97, weights_731};
pub use counted::counted;
pub use csv_rows::{CsvRow, CsvRows, CsvRowsError};
pub use csv_text::{CsvCell, CsvDialect, CsvTable, escape, hides, unescape};
pub use currency::{Currency, CurrencyError};
pub use dates::{is_weekend, next_working_day, parse_compact_date, parse_date, parse_iso_date};
pub use direction::CreditDebit;
pub use foreign::Foreign;
pub use hidden::is_hidden;
pub use iban::{Iban, is_valid_iban, stray_in_iban};
pub use ids::{ContentId, Sha256Pieces, content_id, sha256_hex};
pub use in_order::in_order;
pub use limits::Limits;
pub use money::{Money, MoneyError, sum_figure};
pub use packed::{Packed, Packer, Record, Records};
pub use place::Place;
pub use placed_texts::PlacedTexts;
#[cfg(feature = "schema")]
pub use schema::{Figure, Whole};
pub use text::Text;
pub(crate) use text_decode::is_single_byte;
pub use text_decode::{DecodeTextError, DecodedText, decode_text, is_encoding};
pub use thousands::{ThreeDecimals, may_be_thousands};

/// A hash map with a fixed seed: the same keys give the same layout in every run. It is still never iterated for output.
pub type Map<K, V> = hashbrown::HashMap<K, V, foldhash::fast::FixedState>;
/// A hash set with a fixed seed, see [`Map`].
pub type Set<K> = hashbrown::HashSet<K, foldhash::fast::FixedState>;
