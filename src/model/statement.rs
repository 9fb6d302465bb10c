use super::{Entry, EntryStatus, Finding, Passed, Sketch};
use crate::base::{Currency, Money, Packed, Place};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a bank booked on one account for one period, with the balances around it (camt `Stmt`, MT940).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Statement, intraday report or notification.
    pub kind: StatementKind,
    /// The format it was read from.
    pub format: Format,
    /// The dialect or CSV profile, as far as told: `camt.053.001.08`, `dk`, `nl-rabobank`.
    pub dialect: String,
    /// The bank's id of the message (`Stmt/Id`, `:20:`). Banks reuse it: never an identity.
    pub statement_id: Option<String>,
    /// The account as the bank names it, blanks removed; an IBAN where it is one. Empty if the statement names none.
    pub account: String,
    /// Our name as the bank has it.
    pub owner: Option<String>,
    /// BIC of our bank.
    pub servicer: Option<String>,
    /// Currency of the account. [`Currency::NONE`] where the statement names none.
    pub currency: Currency,
    /// Running number of statements, as written (`ElctrncSeqNb`, else `LglSeqNb`; `:28C:` before the slash).
    pub sequence: Option<String>,
    /// Page of a statement that was cut into messages.
    pub page: Option<Page>,
    /// The bank says that this is a copy or a duplicate.
    pub copy: Option<CopyMark>,
    /// First and last day, where the statement says them.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// Opening booked balance (OPBD, else PRCD; `:60F:` or `:60M:`).
    pub opening: Option<Balance>,
    /// Closing booked balance (CLBD; `:62F:` or `:62M:`).
    pub closing: Option<Balance>,
    /// All balances in file order, those above included.
    pub balances: Vec<Balance>,
    /// All entries in file order, pending and information entries included.
    pub entries: Vec<Entry>,
    /// Entries that were read and let go, in file order: where the caller takes them as they come
    /// ([`crate::formats::read_statements_from`]), they stand here and not in `entries`.
    #[serde(skip)]
    pub passed: Passed,
    /// The entries of `passed` again, where they were not let go but packed: see [`Statement::pack`].
    #[serde(skip)]
    pub packed: Packed<Entry>,
    /// Rows of a CSV or entries that were left out on reading, by reason (`pending`, `zero_amount` …).
    pub left_out: Vec<(String, u64)>,
    /// The bank's own counts and sums.
    pub totals: ControlTotals,
    /// Text that belongs to the statement as a whole.
    pub narrative: Option<String>,
    /// Result of the tie-out; set by [`crate::formats::tie_out()`].
    pub tie_out: TieOut,
    /// Oddities in file order.
    pub findings: Vec<Finding>,
    /// Where the statement begins.
    pub place: Place,
}

impl Statement {
    /// An empty statement of a format, for readers to fill.
    pub fn new(kind: StatementKind, format: Format, dialect: impl Into<String>) -> Self {
        Statement {
            kind,
            format,
            dialect: dialect.into(),
            statement_id: None,
            account: String::new(),
            owner: None,
            servicer: None,
            currency: Currency::NONE,
            sequence: None,
            page: None,
            copy: None,
            period: None,
            opening: None,
            closing: None,
            balances: Vec::new(),
            entries: Vec::new(),
            passed: Passed::default(),
            packed: Packed::default(),
            left_out: Vec::new(),
            totals: ControlTotals::default(),
            narrative: None,
            tie_out: TieOut::Unproven,
            findings: Vec::new(),
            place: Place::default(),
        }
    }

    /// Amount, status and day of every entry, whether it was kept or let go, in file order.
    pub fn movements(&self) -> impl Iterator<Item = Movement> + Clone {
        let kept = self.entries.iter().map(|e| (e.amount, e.status, e.booking_date));
        let passed = self.passed.iter().map(|s| (s.amount, s.status, s.booking_date));
        kept.chain(passed).map(|(amount, status, booking_date)| Movement { amount, status, booking_date })
    }

    /// A sketch of every entry, whether it was kept or let go, in file order.
    pub fn sketches(&self) -> impl Iterator<Item = Sketch> {
        self.entries.iter().map(Sketch::of).chain(self.passed.iter())
    }

    /// Packs the entries: sketches stand for them, and [`Statement::entries_anyhow`] unpacks them as they are asked for.
    pub fn pack(&mut self) {
        self.packed.append(Packed::of(&self.entries));
        for entry in std::mem::take(&mut self.entries) {
            self.passed.push_at(&Sketch::of(&entry), || entry.place.clone());
        }
    }

    /// Takes [`Statement::pack`] back.
    pub fn unpack(&mut self) {
        if !self.packed.is_empty() {
            self.entries.splice(0..0, self.packed.iter());
            (self.packed, self.passed) = (Packed::default(), Passed::default());
        }
    }

    /// The entries, whether they are packed or not.
    pub fn entries_anyhow(&self) -> impl Iterator<Item = Cow<'_, Entry>> {
        self.packed.iter().map(Cow::Owned).chain(self.entries.iter().map(Cow::Borrowed))
    }

    /// The day the statement closes: of the closing balance, else the end of the period, else the last booking date.
    pub fn closing_date(&self) -> Option<NaiveDate> {
        self.closing
            .as_ref()
            .and_then(|b| b.date)
            .or(self.period.map(|p| p.1))
            .or_else(|| self.movements().filter_map(|m| m.booking_date).max())
    }
}

/// The figures of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// As [`Entry::amount`].
    pub amount: Money,
    /// As [`Entry::status`].
    pub status: EntryStatus,
    /// As [`Entry::booking_date`].
    pub booking_date: Option<NaiveDate>,
}

/// Final statement of a period, report during the day, or notification of single bookings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StatementKind {
    /// camt.053, MT940, CSV.
    Statement,
    /// camt.052, MT942: not final, entries come again.
    Report,
    /// camt.054: details of entries, no balances.
    Notification,
}

/// The format a statement was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// ISO 20022 BankToCustomerStatement.
    Camt053,
    /// ISO 20022 BankToCustomerAccountReport.
    Camt052,
    /// ISO 20022 BankToCustomerDebitCreditNotification.
    Camt054,
    /// SWIFT MT940 customer statement.
    Mt940,
    /// SWIFT MT942 interim transaction report.
    Mt942,
    /// A bank's CSV export, by profile.
    Csv,
    /// BAI2 cash management report.
    Bai2,
    /// OFX or QFX download.
    Ofx,
}

impl Format {
    /// Whether it is a report of the day or a notification, whose entries the statement brings once more.
    pub fn is_intraday(self) -> bool {
        matches!(self, Format::Camt052 | Format::Camt054 | Format::Mt942)
    }

    /// The text form: `camt053`, `mt940`, `csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Camt053 => "camt053",
            Format::Camt052 => "camt052",
            Format::Camt054 => "camt054",
            Format::Mt940 => "mt940",
            Format::Mt942 => "mt942",
            Format::Csv => "csv",
            Format::Bai2 => "bai2",
            Format::Ofx => "ofx",
        }
    }
}

/// A page of a statement (`StmtPgntn`; second part of `:28C:`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Counted from 1.
    pub number: u32,
    /// Whether the source says this is the last one; `None` if it does not say.
    pub last: Option<bool>,
}

/// The bank's mark on a repeated message (`CpyDplctInd`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CopyMark {
    /// A copy for another party.
    Copy,
    /// A duplicate of one sent before.
    Dupl,
    /// Both.
    Codu,
}

/// An amount on the account at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Which balance.
    pub kind: BalanceKind,
    /// Signed: negative when the account is overdrawn.
    pub amount: Money,
    /// The day it holds for.
    pub date: Option<NaiveDate>,
    /// Where it stands.
    pub place: Place,
}

/// Balance types (ISO 20022 external code set; MT940 tags).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BalanceKind {
    /// OPBD, `:60F:`.
    OpeningBooked,
    /// PRCD: closing of the period before; opens this one.
    PreviouslyClosed,
    /// CLBD, `:62F:`.
    ClosingBooked,
    /// ITBD and OPBD/CLBD with subtype INTM, `:60M:` and `:62M:`: between pages.
    Interim,
    /// CLAV, OPAV, ITAV, `:64:`: what may be used. Never in the equation.
    Available,
    /// FWAV, `:65:`.
    ForwardAvailable,
    /// XPCD, INFO and anything else.
    Other,
}

/// The bank's own counts and sums over entries (`TxsSummry`; ING's `/SUM/`; MT942 `:90D:` `:90C:`). Sums are without sign.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlTotals {
    /// All entries.
    pub all: Totals,
    /// Credit entries.
    pub credits: Totals,
    /// Debit entries.
    pub debits: Totals,
    /// Credits less debits, signed.
    pub net: Option<Money>,
    /// Where they stand, if not at the head of their statement.
    pub place: Option<Place>,
}

/// One count and one sum, each where given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Number of entries.
    pub count: Option<u64>,
    /// Sum of their unsigned amounts.
    pub sum: Option<Money>,
}

/// Whether the statement's own figures prove that it is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TieOut {
    /// Opening plus booked entries equals closing, and nothing contradicts it.
    Proven,
    /// There is nothing to prove it by, and nothing contradicts it.
    Unproven,
    /// A figure contradicts; a finding names it.
    Broken,
}

impl TieOut {
    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            TieOut::Proven => "proven",
            TieOut::Unproven => "unproven",
            TieOut::Broken => "broken",
        }
    }
}
