//! Log-odds as fixed-point integers, the same on every platform: `libm` is portable software, and sums are of integers.

use std::cell::Cell;
use std::sync::LazyLock;

/// `100 * log10(numerator / denominator)`, rounded to an integer. Zero on either side counts as one.
pub fn centibans(numerator: u64, denominator: u64) -> i32 {
    let milli = log(numerator) - log(denominator);
    let rounded = if milli >= 0 { (milli + 500) / 1000 } else { (milli - 500) / 1000 };
    i32::try_from(rounded).unwrap_or(0)
}

/// `log10` in hundred-thousandths; of 0 as of 1.
fn log(n: u64) -> i64 {
    static SMALL: LazyLock<Vec<i64>> = LazyLock::new(|| (0..1_024).map(computed).collect());
    thread_local! {
        /// Numbers with their logarithms, each in the place of its own: sizes of the book and of the spaces of numbers are asked
        /// for again and again.
        static LATELY: [Cell<(u64, i64)>; 64] = const { [const { Cell::new((1, 0)) }; 64] };
    }
    if let Some(known) = usize::try_from(n).ok().and_then(|n| SMALL.get(n)) {
        return *known;
    }
    LATELY.with(|lately| {
        let at = usize::try_from(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58).unwrap_or(0);
        match lately.get(at).map(Cell::get) {
            Some((known, log)) if known == n => log,
            _ => {
                let log = computed(n);
                lately.get(at).inspect(|place| place.set((n, log)));
                log
            }
        }
    })
}

fn computed(n: u64) -> i64 {
    // Above 2^53 the conversion rounds, far below the resolution of the result.
    (libm::log10(n.max(1) as f64) * 100_000.0) as i64
}

/// Estimated chance of error of the best of several answers, in parts per million: the odds of all rivals against it, the
/// answer "none of these" (log-odds 0) included. At least `floor`.
pub fn error_ppm(best: i32, rivals: impl IntoIterator<Item = i32>, floor: u32) -> u32 {
    let against: u128 = std::iter::once(0).chain(rivals).map(|r| u128::from(ratio_ppm(r.saturating_sub(best)))).sum();
    // odds to probability: a / (1 + a)
    let ppm = against * 1_000_000 / (against + 1_000_000);
    u32::try_from(ppm).unwrap_or(1_000_000).clamp(floor, 1_000_000)
}

/// `10^(centibans / 100)` in parts per million, from a table of the powers within one ban.
fn ratio_ppm(centibans: i32) -> u64 {
    /// `10^(i/20)` in millionths, i = 0..20.
    const TABLE: [u64; 20] = [
        1_000_000, 1_122_018, 1_258_925, 1_412_538, 1_584_893, 1_778_279, 1_995_262, 2_238_721, 2_511_886, 2_818_383,
        3_162_278, 3_548_134, 3_981_072, 4_466_836, 5_011_872, 5_623_413, 6_309_573, 7_079_458, 7_943_282, 8_912_509,
    ];
    let bans = centibans.div_euclid(100);
    let step = usize::try_from(centibans.rem_euclid(100) / 5).unwrap_or(0);
    let mantissa = TABLE.get(step).copied().unwrap_or(1_000_000);
    match bans {
        6.. => 1_000_000_000_000,
        0..=5 => mantissa * 10u64.pow(bans.unsigned_abs()),
        -7..=-1 => mantissa / 10u64.pow(bans.unsigned_abs()),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_rounded_integers() {
        assert_eq!(centibans(1000, 1), 300);
        assert_eq!(centibans(1, 150), -218);
        assert_eq!(centibans(9, 10), -5);
        assert_eq!(centibans(0, 0), 0);
        // The same however often, and whatever was asked for between.
        let of = |range: std::ops::Range<u64>| range.map(|n| centibans(n * n * 977, n + 5_000)).collect::<Vec<_>>();
        assert_eq!(of(1..3_000), of(1..3_000));
        assert_eq!((1..3_000).rev().map(|n| centibans(n * n * 977, n + 5_000)).rev().collect::<Vec<_>>(), of(1..3_000));
        assert_eq!([centibans(2_000_000, 1), centibans(5_000_000, 2), centibans(2_000_000, 1)], [630, 640, 630]);
    }

    #[test]
    fn the_chance_of_error_counts_all_rivals() {
        assert_eq!(error_ppm(400, [], 1), 99);
        assert_eq!(error_ppm(700, [700], 1), 500_000);
        assert_eq!(error_ppm(900, [500], 1), 99);
        assert_eq!(error_ppm(2000, [], 7), 7);
        assert!(error_ppm(0, [900], 1) > 999_000);
    }
}
