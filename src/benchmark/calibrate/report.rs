//! A calibration as a page of text.

use super::Calibration;
use crate::benchmark::score::percent;

/// The page: what was read, reliability by claim and by reason, and the budgets.
pub fn calibration_text(c: &Calibration) -> String {
    let versions = if c.score_versions.is_empty() { "-".to_owned() } else { c.score_versions.join(", ") };
    let mut out = format!(
        "{} payments with an answer, {} of them confirmed, {} wrong; score version {versions}\n",
        c.decisions, c.confirmed, c.wrong
    );
    if c.confirmed == 0 {
        out.push_str(
            "Nothing is confirmed: give decisions that a review round wrote, --verdicts with right and wrong, or --truth.\n",
        );
    }
    out.push_str(&format!(
        "\n{:<26}{:>10}{:>16}{:>8}{:>16}\n",
        "claimed chance of error", "confirmed", "expected wrong", "wrong", "at most (95 %)"
    ));
    for b in &c.buckets {
        let name = format!("up to {}", ppm(b.up_to_ppm));
        out.push_str(&line(&name, b.confirmed, b.expected_wrong_millionths, b.wrong, b.at_most_ppm));
        out.push('\n');
    }
    out.push_str(&format!(
        "\n{:<26}{:>10}{:>16}{:>8}{:>16}{:>8}\n",
        "reason", "confirmed", "expected wrong", "wrong", "at most (95 %)", "shift"
    ));
    for r in &c.reasons {
        out.push_str(&line(r.reason.as_str(), r.confirmed, r.expected_wrong_millionths, r.wrong, r.at_most_ppm));
        out.push_str(&format!("{:>8}\n", format!("{:+}", r.shift)));
    }
    out.push_str(&format!(
        "\n{:<26}{:>10}{:>10}{:>10}{:>14}\n",
        "error budget", "automatic", "share", "of money", "known wrong"
    ));
    for b in &c.budgets {
        out.push_str(&format!(
            "{:<26}{:>10}{:>10}{:>10}{:>14}\n",
            ppm(b.budget_ppm),
            b.automatic,
            percent(b.automatic.into(), b.of.into()),
            percent(b.automatic_money, b.of_money),
            b.wrong
        ));
    }
    out
}

fn line(name: &str, confirmed: u64, expected_millionths: u64, wrong: u64, at_most: u32) -> String {
    let expected = format!("{}.{:02}", expected_millionths / 1_000_000, expected_millionths % 1_000_000 / 10_000);
    format!("{name:<26}{confirmed:>10}{expected:>16}{wrong:>8}{:>16}", ppm(at_most))
}

/// A share in a million as people read it.
fn ppm(n: u32) -> String {
    if n < 1_000 { format!("{n} ppm") } else { format!("{}.{:02} %", n / 10_000, n % 10_000 / 100) }
}
