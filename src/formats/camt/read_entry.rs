//! XML events in, the record of one `Ntry` with its `TxDtls` out. Both shapes of every element that changed between versions.

use super::read::{account_id, proxy};
use super::record::{RawBatch, RawEntry, Stated};
use super::xml::{Event, Xml};
use crate::base::{CreditDebit, Money};
use crate::error::{Error, ErrorCode};
use crate::model::{
    AmountDetails, BankCode, Charge, DocumentRef, Party, Remittance, ReturnInfo, StructuredRemittance,
    TransactionDetails,
};

/// Reads the `Ntry` just opened.
pub(super) fn entry(x: &mut Xml<'_>) -> Result<RawEntry, Error> {
    let mut raw = RawEntry { place: x.place(), ..RawEntry::default() };
    x.children(|x, name| {
        match name {
            "NtryRef" => raw.reference = x.reference()?,
            "Amt" => x.once(&mut raw.amount, Xml::money)?,
            "CdtDbtInd" => {
                x.only(raw.direction.is_some() || raw.direction_empty)?;
                raw.direction = x.direction()?;
                raw.direction_empty = raw.direction.is_none();
            }
            "RvslInd" => raw.reversal = x.boolean()?.unwrap_or(false),
            "Sts" => x.maybe_once(&mut raw.status, text_or_code)?,
            "BookgDt" => x.maybe_once(&mut raw.booking_date, Xml::date_choice)?,
            "ValDt" => x.maybe_once(&mut raw.value_date, Xml::date_choice)?,
            "AcctSvcrRef" => x.maybe_once(&mut raw.servicer_reference, Xml::reference)?,
            "BkTxCd" => raw.bank_code = bank_code(x)?.into(),
            "AmtDtls" => raw.amounts = amount_details(x)?.into(),
            "Chrgs" => charges(x, &mut raw.charges)?,
            "Btch" => raw.batch = Some(Box::new(batch(x, raw.batch.take())?)),
            "TxDtls" => details(x, &mut raw)?,
            "NtryDtls" => x.children(|x, name| {
                match name {
                    "Btch" => raw.batch = Some(Box::new(batch(x, raw.batch.take())?)),
                    "TxDtls" => details(x, &mut raw)?,
                    _ => {}
                }
                Ok(())
            })?,
            "AddtlNtryInf" => raw.narrative = x.lines()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(raw)
}

/// A `Cd` or `Prtry` below the element just opened; `Cd` wins. A proprietary code may be wrapped once more (`Prtry/Id`).
pub(super) fn code_choice(x: &mut Xml<'_>) -> Result<Option<String>, Error> {
    text_or_code(x)
}

/// `<Sts>BOOK</Sts>`, `<Sts><Cd>BOOK</Cd></Sts>`.
fn text_or_code(x: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let mut own = String::new();
    let (mut code, mut proprietary) = (None, None);
    loop {
        match x.next()? {
            Event::Start("Cd") => x.maybe_once(&mut code, Xml::string)?,
            Event::Start("Prtry") => proprietary = text_or_code(x)?,
            Event::Start("Id") => proprietary = x.string()?,
            Event::Start(_) => x.skip(x.depth())?,
            Event::Text(t) => own.push_str(t),
            Event::Char(c) => own.push(c),
            Event::End | Event::Eof => break,
        }
    }
    let own = own.trim();
    Ok(code.or(proprietary).or_else(|| (!own.is_empty()).then(|| own.to_owned())))
}

fn bank_code(x: &mut Xml<'_>) -> Result<BankCode, Error> {
    let mut code = BankCode::default();
    x.children(|x, name| {
        match name {
            "Domn" => x.children(|x, name| {
                match name {
                    "Cd" => code.domain = x.string()?,
                    "Fmly" => x.children(|x, name| {
                        match name {
                            "Cd" => code.family = x.string()?,
                            "SubFmlyCd" => code.sub_family = x.string()?,
                            _ => {}
                        }
                        Ok(())
                    })?,
                    _ => {}
                }
                Ok(())
            })?,
            "Prtry" => x.children(|x, name| {
                match name {
                    "Cd" => code.proprietary = x.string()?,
                    "Issr" => code.issuer = x.string()?,
                    _ => {}
                }
                Ok(())
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(code)
}

fn amount_details(x: &mut Xml<'_>) -> Result<AmountDetails, Error> {
    let mut amounts = AmountDetails::default();
    x.children(|x, name| {
        let slot = match name {
            "InstdAmt" => &mut amounts.instructed,
            "TxAmt" => &mut amounts.transaction,
            "CntrValAmt" => &mut amounts.counter_value,
            _ => return Ok(()),
        };
        let rate = &mut amounts.exchange_rate;
        x.children(|x, name| {
            match name {
                "Amt" => x.once(slot, Xml::money)?,
                "CcyXchg" => x.children(|x, name| {
                    if name == "XchgRate" {
                        *rate = x.string()?;
                    }
                    Ok(())
                })?,
                _ => {}
            }
            Ok(())
        })
    })?;
    Ok(amounts)
}

/// `Chrgs`: flat in version 2, `Rcrd` from 3 on; the total stands alone where nothing is itemised.
fn charges(x: &mut Xml<'_>, into: &mut Vec<Charge>) -> Result<(), Error> {
    let before = into.len();
    let mut total = None;
    let mut flat = RawCharge::default();
    x.children(|x, name| {
        match name {
            "TtlChrgsAndTaxAmt" => x.once(&mut total, Xml::money)?,
            "Rcrd" => {
                let mut record = RawCharge::default();
                x.children(|x, name| record.child(x, name))?;
                into.extend(record.finish());
            }
            _ => flat.child(x, name)?,
        }
        Ok(())
    })?;
    into.extend(flat.finish());
    if into.len() == before {
        into.extend(total.filter(|t| !t.is_zero()).map(|amount| Charge { amount, included: None, credit: false }));
    }
    Ok(())
}

#[derive(Default)]
struct RawCharge {
    amount: Option<Money>,
    direction: Option<CreditDebit>,
    included: Option<bool>,
}

impl RawCharge {
    fn child(&mut self, x: &mut Xml<'_>, name: &str) -> Result<(), Error> {
        match name {
            "Amt" => x.once(&mut self.amount, Xml::money)?,
            "CdtDbtInd" => x.maybe_once(&mut self.direction, Xml::direction)?,
            "ChrgInclInd" => self.included = x.boolean()?,
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Option<Charge> {
        let credit = self.direction == Some(CreditDebit::Credit);
        self.amount.filter(|a| !a.is_zero()).map(|amount| Charge { amount, included: self.included, credit })
    }
}

fn batch(x: &mut Xml<'_>, before: Option<Box<RawBatch>>) -> Result<RawBatch, Error> {
    let mut raw = RawBatch::default();
    x.children(|x, name| {
        match name {
            "MsgId" => raw.batch.message_id = x.reference()?,
            "PmtInfId" => raw.batch.payment_info_id = x.reference()?,
            "NbOfTxs" => x.maybe_once(&mut raw.batch.count, Xml::count)?,
            "TtlAmt" => x.once(&mut raw.batch.total, Xml::money)?,
            "CdtDbtInd" => x.maybe_once(&mut raw.direction, Xml::direction)?,
            _ => {}
        }
        Ok(())
    })?;
    // Several batches under one entry: their counts add up, and no single total describes the entry.
    if let Some(before) = before {
        raw.batch.message_id = before.batch.message_id.or(raw.batch.message_id);
        raw.batch.payment_info_id = before.batch.payment_info_id.or(raw.batch.payment_info_id);
        raw.batch.count = before.batch.count.zip(raw.batch.count).and_then(|(a, b)| a.checked_add(b));
        raw.batch.total = None;
    }
    Ok(raw)
}

fn details(x: &mut Xml<'_>, into: &mut RawEntry) -> Result<(), Error> {
    let mut stated = Stated::default();
    // Filled where it stays: it is large, and moving it costs. Most entries have one, and a vector would make room for four.
    if into.details.is_empty() {
        into.details.reserve_exact(1);
    }
    into.details.push(TransactionDetails::default());
    let Some(d) = into.details.last_mut() else { return Ok(()) };
    x.children(|x, name| {
        match name {
            "Refs" => references(x, d)?,
            "Amt" => x.once(&mut stated.amount, Xml::money)?,
            "CdtDbtInd" => x.maybe_once(&mut stated.direction, Xml::direction)?,
            "AmtDtls" => d.amounts = amount_details(x)?.into(),
            "BkTxCd" => d.bank_code = bank_code(x)?.into(),
            "Chrgs" => charges(x, &mut d.charges)?,
            "RltdPties" => parties(x, d)?,
            "RltdAgts" => agents(x, d)?,
            "Purp" => d.purpose = code_choice(x)?,
            "RmtInf" => remittance(x, &mut d.remittance)?,
            "RtrInf" => d.returned = Some(return_info(x)?),
            "AddtlTxInf" => d.narrative = x.lines()?,
            _ => {}
        }
        Ok(())
    })?;
    into.stated.push(stated);
    Ok(())
}

fn references(x: &mut Xml<'_>, d: &mut TransactionDetails) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "MsgId" => d.message_id = x.reference()?,
            "AcctSvcrRef" => x.maybe_once(&mut d.servicer_reference, Xml::reference)?,
            "PmtInfId" => x.maybe_once(&mut d.payment_info_id, Xml::reference)?,
            "InstrId" => x.maybe_once(&mut d.instruction_id, Xml::reference)?,
            "EndToEndId" => x.maybe_once(&mut d.end_to_end_id, Xml::reference)?,
            "TxId" => x.maybe_once(&mut d.transaction_id, Xml::reference)?,
            "MndtId" => x.maybe_once(&mut d.mandate_id, Xml::reference)?,
            "ChqNb" => d.cheque_number = x.reference()?,
            "UETR" => x.maybe_once(&mut d.uetr, Xml::reference)?,
            _ => {}
        }
        Ok(())
    })
}

fn parties(x: &mut Xml<'_>, d: &mut TransactionDetails) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "Dbtr" => party(x, &mut d.debtor, &mut d.creditor_id)?,
            "Cdtr" => party(x, &mut d.creditor, &mut d.creditor_id)?,
            "UltmtDbtr" => party(x, &mut d.ultimate_debtor, &mut d.creditor_id)?,
            "UltmtCdtr" => party(x, &mut d.ultimate_creditor, &mut d.creditor_id)?,
            "DbtrAcct" => d.debtor.account = party_account(x)?,
            "CdtrAcct" => d.creditor.account = party_account(x)?,
            _ => {}
        }
        Ok(())
    })
}

fn party_account(x: &mut Xml<'_>) -> Result<Option<String>, Error> {
    let (mut account, mut stand_in) = (None, None);
    x.children(|x, name| {
        match name {
            "Id" => account = account_id(x)?,
            "Prxy" => stand_in = proxy(x)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(account.or(stand_in))
}

/// A party: direct before version 7, in `Pty` or `Agt` from it on. A SEPA creditor identifier goes where it belongs.
fn party(x: &mut Xml<'_>, into: &mut Party, creditor_id: &mut Option<String>) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "Pty" => party(x, into, creditor_id)?,
            "Agt" => x.children(|x, name| {
                if name == "FinInstnId" {
                    let (bic, name) = institution(x)?;
                    into.agent = into.agent.take().or(bic);
                    into.name = into.name.take().or(name);
                }
                Ok(())
            })?,
            "Nm" => into.name = x.string()?,
            "PstlAdr" => x.children(|x, name| {
                if name == "Ctry" {
                    into.country = x.string()?;
                }
                Ok(())
            })?,
            "Id" => party_id(x, into, creditor_id)?,
            _ => {}
        }
        Ok(())
    })
}

fn party_id(x: &mut Xml<'_>, into: &mut Party, creditor_id: &mut Option<String>) -> Result<(), Error> {
    x.children(|x, name| match name {
        "OrgId" | "PrvtId" => x.children(|x, name| {
            match name {
                "Othr" | "PrtryId" => {
                    let (mut id, mut sepa) = (None, false);
                    x.children(|x, name| {
                        match name {
                            "Id" => id = x.reference()?,
                            "SchmeNm" => sepa = code_choice(x)?.as_deref() == Some("SEPA"),
                            _ => {}
                        }
                        Ok(())
                    })?;
                    if sepa {
                        creditor_id.clone_from(&id);
                    }
                    into.id = into.id.take().or(id);
                }
                "AnyBIC" | "BICOrBEI" | "BIC" | "LEI" => {
                    let id = x.reference()?;
                    into.id = into.id.take().or(id);
                }
                _ => {}
            }
            Ok(())
        }),
        _ => Ok(()),
    })
}

/// `FinInstnId`: BIC (or national bank code), and name.
pub(super) fn institution(x: &mut Xml<'_>) -> Result<(Option<String>, Option<String>), Error> {
    let (mut bic, mut member, mut named) = (None, None, None);
    x.children(|x, name| {
        match name {
            "BIC" | "BICFI" => bic = x.account()?,
            "Nm" => named = x.string()?,
            "ClrSysMmbId" => x.children(|x, name| {
                if name == "MmbId" {
                    member = x.account()?;
                }
                Ok(())
            })?,
            "CmbndId" | "NmAndAdr" => {
                let (b, n) = institution(x)?;
                bic = bic.take().or(b);
                named = named.take().or(n);
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((bic.or(member), named))
}

fn agents(x: &mut Xml<'_>, d: &mut TransactionDetails) -> Result<(), Error> {
    x.children(|x, name| {
        let party = match name {
            "DbtrAgt" => &mut d.debtor,
            "CdtrAgt" => &mut d.creditor,
            _ => return Ok(()),
        };
        x.children(|x, name| {
            if name == "FinInstnId" {
                let (bic, name) = institution(x)?;
                if let Some(agent) = bic.or(name) {
                    party.agent = Some(agent);
                }
            }
            Ok(())
        })
    })
}

fn return_info(x: &mut Xml<'_>) -> Result<ReturnInfo, Error> {
    let mut info = ReturnInfo::default();
    x.children(|x, name| {
        match name {
            "Rsn" | "RtrRsn" => info.reason = code_choice(x)?,
            "AddtlInf" | "AddtlRtrRsnInf" => info.text.extend(x.string()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(info)
}

fn remittance(x: &mut Xml<'_>, into: &mut Remittance) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "Ustrd" => into.unstructured.extend(x.string()?),
            "Strd" => {
                let structured = structured(x)?;
                if structured != StructuredRemittance::default() {
                    into.structured.push(structured);
                }
            }
            _ => {}
        }
        Ok(())
    })
}

fn structured(x: &mut Xml<'_>) -> Result<StructuredRemittance, Error> {
    let mut s = StructuredRemittance::default();
    let mut amounts = DocumentRef::default();
    x.children(|x, name| {
        match name {
            "RfrdDocInf" => {
                let mut doc = DocumentRef::default();
                x.children(|x, name| {
                    match name {
                        "Tp" => doc.kind = type_code(x)?.0,
                        "RfrdDocTp" | "Cd" => doc.kind = code_choice(x)?,
                        "Nb" | "RfrdDocNb" => doc.number = x.reference()?,
                        "RltdDt" => doc.date = x.date_choice()?,
                        _ => {}
                    }
                    Ok(())
                })?;
                if doc != DocumentRef::default() {
                    s.documents.push(doc);
                }
            }
            "RfrdDocAmt" => document_amounts(x, &mut amounts)?,
            "CdtrRefInf" => x.children(|x, name| {
                match name {
                    "Tp" => (s.reference_type, s.reference_issuer) = type_code(x)?,
                    "Ref" | "CdtrRef" => s.creditor_reference = x.reference()?,
                    _ => {}
                }
                Ok(())
            })?,
            "AddtlRmtInf" => s.additional.extend(x.string()?),
            _ => {}
        }
        Ok(())
    })?;
    if amounts != DocumentRef::default() {
        // With one document the amounts are its own. With several they are of all together, and stay apart.
        match s.documents.as_mut_slice() {
            [only] => {
                *only = DocumentRef { kind: only.kind.take(), number: only.number.take(), date: only.date, ..amounts }
            }
            _ => s.documents.push(amounts),
        }
    }
    Ok(s)
}

/// `Tp`: the code, and the issuer.
fn type_code(x: &mut Xml<'_>) -> Result<(Option<String>, Option<String>), Error> {
    let (mut code, mut issuer) = (None, None);
    x.children(|x, name| {
        match name {
            "CdOrPrtry" => code = code_choice(x)?,
            "Cd" | "Prtry" => code = x.string()?,
            "Issr" => issuer = x.string()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok((code, issuer))
}

fn document_amounts(x: &mut Xml<'_>, doc: &mut DocumentRef) -> Result<(), Error> {
    x.children(|x, name| {
        match name {
            "DuePyblAmt" => x.once(&mut doc.due_payable, Xml::money)?,
            "DscntApldAmt" => add(x, &mut doc.discount_applied)?,
            "CdtNoteAmt" => x.once(&mut doc.credit_note_amount, Xml::money)?,
            "TaxAmt" => add(x, &mut doc.tax)?,
            "RmtdAmt" => x.once(&mut doc.remitted, Xml::money)?,
            "AdjstmntAmtAndRsn" => {
                let (mut amount, mut direction, mut reason) = (None, None, None);
                x.children(|x, name| {
                    match name {
                        "Amt" => x.once(&mut amount, Xml::money)?,
                        "CdtDbtInd" => x.maybe_once(&mut direction, Xml::direction)?,
                        "Rsn" => reason = code_choice(x)?,
                        "AddtlInf" => reason = reason.take().or(x.string()?),
                        _ => {}
                    }
                    Ok(())
                })?;
                if let Some(amount) = amount {
                    // A deduction unless the payer says that it is debited to him.
                    let raises = direction == Some(CreditDebit::Debit);
                    doc.adjustments.push((if raises { amount } else { amount.negated() }, reason));
                }
            }
            "RmtAmtAndTp" => {
                let (mut code, mut amount) = (None, None);
                x.children(|x, name| {
                    match name {
                        "Tp" => code = code_choice(x)?,
                        "Amt" => x.once(&mut amount, Xml::money)?,
                        _ => {}
                    }
                    Ok(())
                })?;
                match (code.as_deref(), amount) {
                    (Some("DUPA"), amount) => doc.due_payable = amount,
                    (Some("TMDS" | "STDS"), Some(amount)) => sum(x, &mut doc.discount_applied, amount)?,
                    (Some("CREN"), amount) => doc.credit_note_amount = amount,
                    (Some("TAXS"), Some(amount)) => sum(x, &mut doc.tax, amount)?,
                    (Some("REMI"), amount) => doc.remitted = amount,
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    })
}

/// An amount in its own element (version 2) or in `Amt` below it (from 3 on, repeating).
fn add(x: &mut Xml<'_>, into: &mut Option<Money>) -> Result<(), Error> {
    if x.attribute("Ccy").is_some() {
        let amount = x.money()?;
        return sum(x, into, amount);
    }
    x.children(|x, name| match name {
        "Amt" => {
            let amount = x.money()?;
            sum(x, into, amount)
        }
        _ => Ok(()),
    })
}

fn sum(x: &mut Xml<'_>, into: &mut Option<Money>, amount: Money) -> Result<(), Error> {
    let total = match into {
        None => amount,
        Some(before) => before
            .checked_add(amount)
            .map_err(|e| x.error(ErrorCode::Amount, e.to_string(), "amounts of one currency within 18 digits"))?,
    };
    *into = Some(total);
    Ok(())
}
