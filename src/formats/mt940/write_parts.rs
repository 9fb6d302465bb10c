//! Amounts and characters as every field of MT940 has them.

use crate::base::Money;
use crate::formats::written::Lost;

/// At most 15 characters with the comma by the standard; more are written all the same, since no digit may be lost.
pub(super) fn figure(money: Money, lost: &mut Lost) -> String {
    let figure = money.abs().figure();
    let figure = if figure.contains('.') { figure.replace('.', ",") } else { format!("{figure},") };
    if figure.len() > 15 {
        lost.tell(format!("the amount {money} is longer than the 15 characters of MT940"));
    }
    figure
}

/// Characters that no field can hold: controls, and the braces of the envelope.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(c, '{' | '}' | '\u{feff}')
}
