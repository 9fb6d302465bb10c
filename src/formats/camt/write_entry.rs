//! One entry of the model in, its `Ntry` with `TxDtls` out, in the order of the schema of version 08.

use super::write_parts::{account_id, check, institution};
use super::write_remittance::remittance;
use super::write_xml::Out;
use crate::base::Money;
use crate::formats::written::Lost;
use crate::model::{BankCode, Charge, Entry, EntryStatus, Party, ReturnInfo, TransactionDetails};
use chrono::NaiveDate;

/// Writes an entry. `closing` is the day that an entry without dates gets when it is read again.
pub(super) fn entry(out: &mut Out, e: &Entry, closing: Option<NaiveDate>, lost: &mut Lost) {
    out.within("Ntry", |out| {
        out.leaf("NtryRef", lost.id("the entry's number", e.entry_reference.as_deref(), 35));
        check(e.amount, lost);
        out.amount("Amt", Some(e.amount));
        out.direction(e.amount);
        out.leaf("RvslInd", Some("true").filter(|_| e.reversal));
        out.within("Sts", |out| match e.status {
            EntryStatus::Other => out.leaf("Prtry", Some("OTHER")),
            status => out.leaf("Cd", Some(status.as_str())),
        });
        // A date that was derived is derived again; writing it would make it the bank's.
        let derived_from = e.value_date.or(closing);
        let booking = e.booking_date.filter(|d| !e.booking_date_derived || derived_from != Some(*d));
        if booking.is_none() && e.value_date.is_none() && !e.booking_date_derived {
            lost.tell("the entry has no date; a reader takes the day of the statement");
        }
        for (name, date) in [("BookgDt", booking), ("ValDt", e.value_date)] {
            if let Some(date) = date {
                out.within(name, |out| out.leaf("Dt", Some(date.to_string())));
            }
        }
        out.leaf("AcctSvcrRef", lost.id("the bank's id", e.servicer_reference.as_deref(), 35));
        out.within("BkTxCd", |out| bank_code(out, &e.bank_code, lost));
        charges(out, &e.charges, lost);
        let named = |id: &str| e.details.iter().any(|d| d.end_to_end_id.as_deref() == Some(id));
        lost.no_field("our reference", e.owner_reference.as_deref().filter(|r| !named(r)));
        if e.batch.is_some() || !e.details.is_empty() {
            out.within("NtryDtls", |out| {
                batch(out, e, lost);
                for d in &e.details {
                    out.within("TxDtls", |out| details(out, d, e.amount, e.details.len() == 1, lost));
                }
            });
        }
        let text = e.bank_code.text.as_deref().filter(|t| e.narrative.as_deref().is_none_or(|n| !n.contains(t)));
        if let Some(text) = text {
            lost.tell(format!(
                "the booking text `{text}` has no field of its own in camt.053; it begins the entry's text"
            ));
        }
        let parts: Vec<&str> = text.into_iter().chain(e.narrative.as_deref()).collect();
        let narrative = (!parts.is_empty()).then(|| parts.join("\n"));
        out.leaf("AddtlNtryInf", lost.lines("the entry's text", narrative.as_deref(), 500));
    });
}

fn batch(out: &mut Out, e: &Entry, lost: &mut Lost) {
    let Some(b) = &e.batch else { return };
    out.within("Btch", |out| {
        out.leaf("MsgId", lost.id("the batch's message id", b.message_id.as_deref(), 35));
        out.leaf("PmtInfId", lost.id("the batch's id", b.payment_info_id.as_deref(), 35));
        out.leaf("NbOfTxs", b.count.map(|n| n.to_string()));
        out.amount("TtlAmt", b.total);
        if let Some(total) = b.total {
            out.direction(total);
        }
    });
}

/// Domain codes as they are. The bank's own code, else the German one (`SWIFT+GVC+journal+text key`), else SWIFT's type.
fn bank_code(out: &mut Out, c: &BankCode, lost: &mut Lost) {
    if c.domain.is_some() || c.family.is_some() || c.sub_family.is_some() {
        out.within("Domn", |out| {
            out.leaf("Cd", lost.text("the domain code", c.domain.as_deref(), 4));
            if c.family.is_some() || c.sub_family.is_some() {
                out.within("Fmly", |out| {
                    out.leaf("Cd", lost.text("the family code", c.family.as_deref(), 4));
                    out.leaf("SubFmlyCd", lost.text("the sub-family code", c.sub_family.as_deref(), 4));
                });
            }
        });
    }
    let own = c.proprietary.as_deref().filter(|p| p.len() <= 35);
    let (code, issuer) = match (own, &c.gvc, &c.swift) {
        (Some(own), gvc, swift) => {
            let said = |part: &Option<String>| {
                part.as_deref().filter(|p| !own.split('+').any(|o| o.trim() == *p)).map(str::to_owned)
            };
            lost.no_field("beside the bank's own code, the GVC", said(gvc).as_deref());
            lost.no_field("beside the bank's own code, the SWIFT type", said(swift).as_deref());
            (Some(own.to_owned()), c.issuer.as_deref())
        }
        (None, Some(gvc), swift) => {
            let swift = swift.as_deref().unwrap_or("");
            let code = match &c.text_key {
                Some(key) => format!("{swift}+{gvc}++{key}"),
                None => format!("{swift}+{gvc}"),
            };
            (Some(code), Some("DK"))
        }
        (None, None, Some(swift)) => (Some(swift.clone()), Some("SWIFT")),
        (None, None, None) => (None, None),
    };
    if own.is_none() {
        lost.no_field("the long code", c.proprietary.as_deref());
    }
    if own.is_some() || c.gvc.is_none() {
        let said = |key: &&str| !own.is_some_and(|o| o.split('+').any(|p| p.trim() == *key));
        lost.no_field("the text key", c.text_key.as_deref().filter(said));
    }
    let code = lost.text("the bank's code", code.as_deref(), 35);
    if code.is_some() {
        out.within("Prtry", |out| {
            out.leaf("Cd", code);
            out.leaf("Issr", lost.text("the issuer of the bank's code", issuer, 35));
        });
    }
}

fn charges(out: &mut Out, charges: &[Charge], lost: &mut Lost) {
    out.optional("Chrgs", |out| {
        for c in charges {
            check(c.amount, lost);
            out.within("Rcrd", |out| {
                out.amount("Amt", Some(c.amount));
                out.leaf("CdtDbtInd", Some(if c.credit { "CRDT" } else { "DBIT" }));
                out.leaf("ChrgInclInd", c.included.map(|i| if i { "true" } else { "false" }));
            });
        }
    });
}

fn details(out: &mut Out, d: &TransactionDetails, entry: Money, only: bool, lost: &mut Lost) {
    out.optional("Refs", |out| {
        let mut reference = |name, what, value: &Option<String>| out.leaf(name, lost.id(what, value.as_deref(), 35));
        reference("MsgId", "the message id", &d.message_id);
        reference("AcctSvcrRef", "the bank's id of the payment", &d.servicer_reference);
        reference("PmtInfId", "the payment information id", &d.payment_info_id);
        reference("InstrId", "the instruction id", &d.instruction_id);
        reference("EndToEndId", "the end-to-end id", &d.end_to_end_id);
        // 36 characters, the only one of them.
        out.leaf("UETR", lost.id("the UETR", d.uetr.as_deref(), 36));
        let mut reference = |name, what, value: &Option<String>| out.leaf(name, lost.id(what, value.as_deref(), 35));
        reference("TxId", "the transaction id", &d.transaction_id);
        reference("MndtId", "the mandate", &d.mandate_id);
        reference("ChqNb", "the cheque number", &d.cheque_number);
    });
    match d.amount {
        Some(amount) if amount.currency() == entry.currency() => {
            check(amount, lost);
            out.amount("Amt", Some(amount));
            out.direction(amount);
        }
        Some(amount) => lost.tell(format!("the payment's amount {amount} is not in the currency of its entry")),
        None if only => lost.tell("the payment has no amount; a reader takes that of its entry"),
        None => {}
    }
    amounts(out, d, lost);
    if *d.bank_code != BankCode::default() {
        lost.no_field("the payment's booking text", d.bank_code.text.as_deref());
        out.within("BkTxCd", |out| bank_code(out, &d.bank_code, lost));
    }
    charges(out, &d.charges, lost);
    parties(out, d, lost);
    out.optional("RltdAgts", |out| {
        for (name, what, party) in
            [("DbtrAgt", "the payer's bank", &d.debtor), ("CdtrAgt", "the payee's bank", &d.creditor)]
        {
            out.optional(name, |out| institution(out, what, party.agent.as_deref(), lost));
        }
    });
    let short = d.purpose.as_deref().is_some_and(|p| p.len() <= 4);
    let purpose = lost.text("the purpose", d.purpose.as_deref(), 35);
    out.optional("Purp", |out| out.leaf(if short { "Cd" } else { "Prtry" }, purpose));
    remittance(out, &d.remittance, lost);
    if let Some(info) = &d.returned {
        returned(out, info, lost);
    }
    out.leaf("AddtlTxInf", lost.lines("the payment's text", d.narrative.as_deref(), 500));
}

fn amounts(out: &mut Out, d: &TransactionDetails, lost: &mut Lost) {
    let a = &d.amounts;
    let is_rate = |r: &&str| {
        r.len() <= 12 && r.bytes().all(|b| b.is_ascii_digit() || b == b'.') && r.contains(|c: char| c.is_ascii_digit())
    };
    let mut rate = a.exchange_rate.as_deref().filter(is_rate);
    if rate.is_none() {
        lost.no_field("the exchange rate that is no number", a.exchange_rate.as_deref());
    }
    out.optional("AmtDtls", |out| {
        let all = [("InstdAmt", a.instructed), ("TxAmt", a.transaction), ("CntrValAmt", a.counter_value)];
        for (name, amount) in all {
            let Some(amount) = amount else { continue };
            check(amount, lost);
            if amount.is_negative() {
                lost.tell(format!("the sign of the amount {amount} has no field in camt.053"));
            }
            out.within(name, |out| {
                out.amount("Amt", Some(amount));
                if let Some(rate) = rate.take() {
                    out.within("CcyXchg", |out| {
                        out.leaf("SrcCcy", Some(amount.currency().code()));
                        out.leaf("XchgRate", Some(rate));
                    });
                }
            });
        }
    });
    lost.no_field("without another amount, the exchange rate", rate);
}

fn parties(out: &mut Out, d: &TransactionDetails, lost: &mut Lost) {
    out.optional("RltdPties", |out| {
        party(out, ("Dbtr", Some("DbtrAcct")), "the payer", &d.debtor, None, lost);
        party(out, ("UltmtDbtr", None), "the ultimate payer", &d.ultimate_debtor, None, lost);
        party(out, ("Cdtr", Some("CdtrAcct")), "the payee", &d.creditor, d.creditor_id.as_deref(), lost);
        party(out, ("UltmtCdtr", None), "the ultimate payee", &d.ultimate_creditor, None, lost);
    });
}

fn party(
    out: &mut Out,
    (name, account): (&'static str, Option<&'static str>),
    what: &str,
    p: &Party,
    sepa_id: Option<&str>,
    lost: &mut Lost,
) {
    let is_country = |c: &&str| c.len() == 2 && c.bytes().all(|b| b.is_ascii_uppercase());
    let country = p.country.as_deref().filter(is_country);
    if country.is_none() {
        lost.no_field(&format!("{what}'s country"), p.country.as_deref());
    }
    let id = lost.id(&format!("{what}'s id"), p.id.as_deref().filter(|id| Some(*id) != sepa_id), 35);
    let sepa_id = lost.id("the creditor identifier", sepa_id, 35);
    let named = lost.text(&format!("{what}'s name"), p.name.as_deref(), 140);
    out.optional(name, |out| {
        out.optional("Pty", |out| {
            out.leaf("Nm", named);
            out.optional("PstlAdr", |out| out.leaf("Ctry", country));
            let scheme = sepa_id.is_some();
            out.optional("Id", |out| {
                out.optional(if scheme { "PrvtId" } else { "OrgId" }, |out| {
                    out.optional("Othr", |out| out.leaf("Id", id));
                    out.optional("Othr", |out| {
                        out.leaf("Id", sepa_id);
                        if scheme {
                            out.within("SchmeNm", |out| out.leaf("Prtry", Some("SEPA")));
                        }
                    });
                });
            });
        });
    });
    match account {
        Some(name) => {
            let account = lost.account(&format!("{what}'s account"), p.account.as_deref(), 34);
            out.optional(name, |out| account_id(out, account.as_deref()));
        }
        None => {
            lost.no_field(&format!("{what}'s account"), p.account.as_deref());
            lost.no_field(&format!("{what}'s bank"), p.agent.as_deref());
        }
    }
}

fn returned(out: &mut Out, info: &ReturnInfo, lost: &mut Lost) {
    out.within("RtrInf", |out| {
        let short = info.reason.as_deref().is_some_and(|r| r.len() <= 4);
        let reason = lost.text("the return reason", info.reason.as_deref(), 35);
        out.optional("Rsn", |out| out.leaf(if short { "Cd" } else { "Prtry" }, reason));
        for text in &info.text {
            out.leaf("AddtlInf", lost.text("the text of the return", Some(text), 105));
        }
    });
}
