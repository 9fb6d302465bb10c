//! Pieces that stand in statements, entries and references alike: accounts, banks, amounts.

use super::write_xml::Out;
use crate::base::{Money, is_valid_iban};
use crate::formats::written::Lost;

/// `Id` with an IBAN or another number.
pub(super) fn account_id(out: &mut Out, account: Option<&str>) {
    let Some(account) = account else { return };
    out.within("Id", |out| match is_valid_iban(account) {
        true => out.leaf("IBAN", Some(account)),
        false => out.within("Othr", |out| out.leaf("Id", Some(account))),
    });
}

/// `FinInstnId`: a BIC, a national code, or only a name.
pub(super) fn institution(out: &mut Out, what: &str, agent: Option<&str>, lost: &mut Lost) {
    let Some(agent) = agent else { return };
    let is_bic = matches!(agent.len(), 8 | 11)
        && agent.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && agent.bytes().take(6).all(|b| b.is_ascii_uppercase());
    let is_code = agent.len() <= 35 && agent.bytes().all(|b| b.is_ascii_graphic());
    out.optional("FinInstnId", |out| {
        if is_bic {
            out.leaf("BICFI", Some(agent));
        } else if is_code {
            let member = lost.id(what, Some(agent), 35);
            out.optional("ClrSysMmbId", |out| out.leaf("MmbId", member));
        } else {
            out.leaf("Nm", lost.text(what, Some(agent), 140));
        }
    });
}

/// Tells of an amount that camt cannot carry; it is written in full, so that a reader refuses it and does not take another.
pub(super) fn check(money: Money, lost: &mut Lost) {
    if money.figure().split_once('.').is_some_and(|(_, decimals)| decimals.len() > 5) {
        lost.tell(format!("the amount {money} has more than the 5 decimals of camt.053; the file cannot be read"));
    }
}
