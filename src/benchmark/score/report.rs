//! The score as a page of text.

use super::judge::{Counts, Score};

/// The page: totals, then one line per scenario.
pub fn score_text(score: &Score) -> String {
    let t = &score.total;
    let mut out = String::new();
    let mut line = |name: &str, part: u128, whole: u128| {
        out.push_str(&format!("{name:<34}{:>9}  {part} of {whole}\n", percent(part, whole)));
    };
    let n = u128::from;
    line("customer right", n(t.customer_hit), n(t.with_customer));
    line("documents right", n(t.document_hit), n(t.with_documents));
    line("documents and amounts right", n(t.envelope_exact), n(t.with_documents));
    line("recall", n(t.recalled), n(t.automatic_truth));
    line("wrong automatic, with gambles", n(t.wrong), n(t.automatic));
    line("the same by money", t.wrong_money, t.automatic_money);
    line("queue: right proposal first", n(t.top_1), n(t.queued_with_proposal));
    line("queue: right proposal in three", n(t.top_3), n(t.queued_with_proposal));
    for (name, count) in [
        ("of the wrong: gambles", t.gambles),
        ("of the gambles: guessed right", t.bold),
        ("of the wrong: put aside", t.put_aside),
        ("of the wrong: no receivable", t.no_receivable_applied),
        ("no receivable, queued", t.no_receivable_queued),
        ("payments unaccounted", score.unaccounted),
        ("decisions without truth", score.surplus),
        ("conservation faults", score.conservation_faults),
    ] {
        out.push_str(&format!("{name:<34}{count:>9}\n"));
    }
    out.push_str(&format!(
        "\n{:<24}{:>8}{:>10}{:>7}{:>6}{:>10}{:>10}{:>10}  missed by reason\n",
        "scenario", "count", "recall", "wrong", "bold", "document", "top 1", "top 3"
    ));
    for (name, c) in &score.scenarios {
        out.push_str(&row(name, c));
    }
    out
}

fn row(name: &str, c: &Counts) -> String {
    let n = u128::from;
    let missed = c.missed.iter().map(|(r, n)| format!("{r} {n}")).collect::<Vec<_>>().join(", ");
    format!(
        "{name:<24}{:>8}{:>10}{:>7}{:>6}{:>10}{:>10}{:>10}  {missed}\n",
        c.payments,
        percent(n(c.recalled), n(c.automatic_truth)),
        c.wrong,
        c.bold,
        percent(n(c.document_hit), n(c.with_documents)),
        percent(n(c.top_1), n(c.queued_with_proposal)),
        percent(n(c.top_3), n(c.queued_with_proposal)),
    )
}

/// Percent with two decimals, cut off; `-` of nothing.
pub(in crate::benchmark) fn percent(part: u128, whole: u128) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let hundredths = part.saturating_mul(10_000) / whole;
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}
