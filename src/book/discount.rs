//! Cash discount in integers. In: a base in minor units and a percent. Out: what may be taken off (POLICY row 1).

/// Percent of a base, rounded half up on its absolute value: 3 % of 99.95 is 3.00, and of -99.95 it is -3.00.
/// The percent is in hundredths (2 % is 200). `None` beyond 64 bits.
pub(super) fn percent_of(base: i64, hundredths: u32) -> Option<i64> {
    let product = i128::from(base.unsigned_abs()) * i128::from(hundredths);
    let rounded = i64::try_from((product + 5_000) / 10_000).ok()?;
    Some(if base < 0 { -rounded } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_up_as_in_the_published_examples() {
        for (gross, percent, discount) in [
            (119_000, 200, 2_380),
            (123_457, 200, 2_469),
            (9_995, 300, 300),
            (10_125, 200, 203),
            (1_000_000, 250, 25_000),
            (24, 200, 0),
            (-10_125, 200, -203),
        ] {
            assert_eq!(percent_of(gross, percent), Some(discount), "{percent} of {gross}");
        }
        assert_eq!(percent_of(i64::MAX, u32::MAX), None);
    }
}
