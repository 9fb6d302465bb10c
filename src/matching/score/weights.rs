//! The priors behind the weights. A change here alters decisions: raise [`crate::matching::SCORE_VERSION`] and say
//! so in the changelog. Values in centibans unless the name says otherwise.

/// A number in full, with its letters, in the payer's words.
pub const NUMBER_WHOLE: i32 = 600;
/// A structured reference that the item carries.
pub const REFERENCE: i32 = 650;
/// Most that a bare number can weigh, however rare its digits.
pub const NUMBER_DIGITS_MAX: i32 = 550;
/// A document label in front of a bare number.
pub const LABEL: i32 = 60;
/// A number that stands inside a date, an amount, the payer's own id: it means something else.
pub const NUMBER_TYPED: i32 = -250;
/// Each further document named, beyond the first; they are not independent.
pub const FURTHER_NUMBER: i32 = 60;
/// All numbers together weigh at most this.
pub const NUMBERS_MAX: i32 = 900;

/// The payer's account is one customer's.
pub const ACCOUNT: i32 = 420;
/// The receiving account belongs to one customer.
pub const VIRTUAL_ACCOUNT: i32 = 600;
/// The mandate is one customer's.
pub const MANDATE: i32 = 420;
/// The customer's number with its label.
pub const CUSTOMER_NUMBER: i32 = 320;
/// The name is the customer's, word by word.
pub const NAME_SAME: i32 = 360;
/// The same words in another order.
pub const NAME_SAME_WORDS: i32 = 300;
/// Cut off by the bank.
pub const NAME_TRUNCATED: i32 = 310;
/// With typing errors.
pub const NAME_CLOSE: i32 = 230;
/// Rare words in common.
pub const NAME_PARTIAL: i32 = 90;
/// A name of one common word says less.
pub const NAME_COMMON: i32 = -150;
/// Account and name agree: the second adds little.
pub const PAYER_AGREES: i32 = 40;

/// The amount is the sum to the cent.
pub const AMOUNT_EXACT: i32 = 450;
/// The same, where the price is popular in this book: at least this.
pub const AMOUNT_POPULAR: i32 = 300;
/// Less the discount agreed, in time.
pub const AMOUNT_DISCOUNT: i32 = 420;
/// Within the cent tolerance.
pub const AMOUNT_CENTS: i32 = 330;
/// Short by the charges that the statement states.
pub const AMOUNT_CHARGES: i32 = 400;
/// Over by a little.
pub const AMOUNT_OVER: i32 = 60;
/// Any other amount.
pub const AMOUNT_OTHER: i32 = -40;

/// A number of the same account that an answer without numbers passes over.
pub const PASSED_OVER: i32 = -150;
/// Another customer's document is named in full and open at exactly this amount, for an answer without numbers.
pub const NAMES_ANOTHER: i32 = -250;
/// Words of a refund, for an answer without a number.
pub const REFUND: i32 = -900;
/// The payer is another customer than the document's.
pub const OTHER_CUSTOMER: i32 = -220;

/// Share of payments that pay 1, 2, 3 … documents of an account when none is named, in thousandths.
pub const SET_SIZE_PERMILLE: [u64; 6] = [640, 130, 60, 40, 25, 15];
/// Share that pay everything open.
pub const WHOLE_ACCOUNT_PERMILLE: u64 = 60;

/// Share of payments of a known payer that fit no document, in thousandths.
pub const ON_ACCOUNT_PERMILLE: u64 = 5;

/// Smallest chance of error that is ever claimed, in parts per million.
pub const ERROR_FLOOR_PPM: u32 = 5;
