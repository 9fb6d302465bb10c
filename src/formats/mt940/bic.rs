//! The BIC of a SWIFT envelope. In: a terminal address. Out: 8 or 11 characters.

/// A BIC of 8 or 11 letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bic([u8; 11]);

impl Bic {
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("").trim_end()
    }
}

/// BIC and branch from a SWIFT terminal address: `BANKDEFF` + terminal letter + `XXX`. Zeros and blanks are none.
pub(super) fn bic_of(address: &str) -> Option<Bic> {
    let (eight, rest) = address.split_at_checked(8)?;
    let country = eight.get(..6)?.bytes().all(|b| b.is_ascii_uppercase());
    let location = eight.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let branch = rest.get(1..4).filter(|b| *b != "XXX" && b.bytes().all(|c| c.is_ascii_alphanumeric())).unwrap_or("");
    let mut bic = Bic([b' '; 11]);
    bic.0.iter_mut().zip(eight.bytes().chain(branch.bytes())).for_each(|(to, from)| *to = from);
    (country && location).then_some(bic)
}
