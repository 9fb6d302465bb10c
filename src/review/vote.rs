//! Decisions of people: files in, one [`Vote`] per filled row out, or a refusal with the cell's address. Nothing here knows
//! whether the decision can be carried out.

use super::edits::{COMPARED, same};
use super::queue::QueueRow;
use super::refusal::{Refusal, RefusalCode};
use super::sheet::{Sheet, SheetRow};
use super::sheet_file::read;
use crate::base::sha256_hex;
use crate::error::visible;
use crate::model::{DifferenceCode, Identity, Outcome, ReasonCode, Verdict, reason_table};
use unicode_normalization::UnicodeNormalization;

/// A file of decisions as it came back.
#[derive(Debug, Clone, Default)]
pub struct DecisionFile {
    /// Base name, for addresses.
    pub name: String,
    /// Spreadsheet, CSV or JSON.
    pub bytes: Vec<u8>,
    /// The detached signature beside it, if there is one.
    pub signature: Option<Vec<u8>>,
    /// Who handed it in, as the embedding system knows for certain.
    pub verified_as: Option<String>,
}

/// One filled row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// The row.
    pub exception_id: String,
    /// Its hash when the file was written.
    pub row_hash: String,
    /// The decision.
    pub decision: Verdict,
    /// Documents, as typed.
    pub documents: String,
    /// Customer, as typed.
    pub customer: String,
    /// What becomes of the difference.
    pub difference_code: Option<DifferenceCode>,
    /// What it is, if it is not a receivable.
    pub category: Option<ReasonCode>,
    /// The reviewer's words.
    pub comment: String,
    /// Who decides.
    pub name: String,
    /// How sure that is.
    pub identity: Identity,
    /// When, as the file says.
    pub at: Option<String>,
    /// What the drop-down said beside `accept_n`: the documents of the proposal.
    label: Option<String>,
    sheet: usize,
    row: usize,
}

/// All votes of all files.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// In the order of files and rows.
    pub votes: Vec<Vote>,
    /// Rows and files that cannot be read.
    pub refusals: Vec<Refusal>,
    /// Rows that are still open.
    pub empty: u64,
    sheets: Vec<Sheet>,
    /// SHA-256 of the file of each sheet.
    hashes: Vec<String>,
}

impl Decisions {
    /// Reads files. `keys` are names and public keys that the policy lists.
    pub fn read(files: &[DecisionFile], keys: &[(&str, &str)]) -> Decisions {
        let mut all = Decisions::default();
        for file in files {
            let signer = match verified(file, keys) {
                Ok(signer) => signer,
                Err(text) => {
                    all.refusals.push(Refusal::new(RefusalCode::Reviewer, &file.name, "", text));
                    continue;
                }
            };
            match read(&file.name, &file.bytes) {
                Ok(sheet) => {
                    all.take(sheet, signer.as_deref());
                    all.hashes.push(sha256_hex(&file.bytes));
                }
                Err(refusal) => all.refusals.push(refusal),
            }
        }
        all
    }

    fn take(&mut self, sheet: Sheet, signer: Option<&str>) {
        for (row, cells) in sheet.rows.iter().enumerate() {
            match vote(&sheet, cells, signer) {
                Ok(Some(vote)) => self.votes.push(Vote { sheet: self.sheets.len(), row, ..vote }),
                Ok(None) => self.empty += 1,
                Err(refusal) => self.refusals.push(refusal),
            }
        }
        self.sheets.push(sheet);
    }

    /// Address of one of a vote's cells.
    pub fn address(&self, vote: &Vote, column: &str) -> String {
        let sheet = self.sheets.get(vote.sheet);
        let found = sheet.and_then(|s| Some((s, s.rows.get(vote.row)?)));
        found.map(|(sheet, row)| sheet.address(row, column)).unwrap_or_default()
    }

    /// SHA-256 of the file that a vote stands in.
    pub fn file_sha256(&self, vote: &Vote) -> Option<&str> {
        self.hashes.get(vote.sheet).map(String::as_str)
    }

    /// The payment's id, as the row says; empty where the file has no such column.
    pub fn payment_id(&self, vote: &Vote) -> &str {
        let sheet = self.sheets.get(vote.sheet);
        sheet.and_then(|s| Some(s.get(s.rows.get(vote.row)?, "payment_id"))).unwrap_or_default()
    }

    /// A refusal of a vote at one of its cells.
    pub fn refuse(&self, vote: &Vote, column: &str, code: RefusalCode, text: impl AsRef<str>) -> Refusal {
        Refusal::new(code, self.address(vote, column), &vote.exception_id, text)
    }

    /// Whether the row's id and hash stand together in the spreadsheet's own list; `true` where the file has none.
    pub fn is_as_written(&self, vote: &Vote) -> bool {
        let list = self.sheets.get(vote.sheet).and_then(|s| s.identity.as_ref());
        list.is_none_or(|list| list.contains(&(vote.exception_id.clone(), vote.row_hash.clone())))
    }

    /// The first cell of a vote's row that does not say any more what the queue said.
    pub fn edited(&self, vote: &Vote, row: &QueueRow) -> Option<Refusal> {
        let sheet = self.sheets.get(vote.sheet)?;
        let cells = sheet.rows.get(vote.row)?;
        for (index, at) in sheet.ours() {
            let Some(column) = super::COLUMNS.get(index).filter(|c| COMPARED.contains(&c.name)) else { continue };
            let found = cells.cells.get(at).map_or("", String::as_str);
            if !same(&row.cell(column), found, row.currency) {
                let text = format!(
                    "{} says `{}`, which is not what the queue said of this payment: the row was edited, or sorted apart from its id",
                    column.name,
                    visible(found)
                );
                return Some(self.refuse(vote, column.name, RefusalCode::Edited, text));
            }
        }
        let own = vote.decision.proposal().and_then(|n| row.proposals.get(n.checked_sub(1)?));
        if let (Some(label), Some(own)) = (&vote.label, own)
            && !same(&super::CellValue::Text(super::choice_label(own)), label, row.currency)
        {
            let text = format!(
                "the decision speaks of `{}`, but this row's proposal is `{}`: it was copied from another row",
                visible(label),
                visible(&own.docs)
            );
            return Some(self.refuse(vote, "decision", RefusalCode::Edited, text));
        }
        None
    }
}

impl Vote {
    /// Whether two votes say the same, whoever says it.
    pub fn agrees(&self, other: &Vote) -> bool {
        self.decision == other.decision
            && squeezed(&self.documents) == squeezed(&other.documents)
            && self.customer == other.customer
            && self.difference_code == other.difference_code
            && self.category == other.category
    }
}

/// Whether two names mean one person: case, blanks, marks and look-alike letters do not make a second one.
pub fn same_person(one: &str, other: &str) -> bool {
    let key = |name: &str| -> String {
        let plain: String = name.nfkc().filter(|c| !crate::base::is_hidden(*c)).collect();
        let latin = deunicode::deunicode(&plain).to_lowercase();
        let key: String = latin.chars().filter(char::is_ascii_alphanumeric).collect();
        // Letters that look alike are no second person.
        key.replace(['1', 'l'], "i").replace('0', "o")
    };
    key(one) == key(other)
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn verified(file: &DecisionFile, keys: &[(&str, &str)]) -> Result<Option<String>, String> {
    if let Some(name) = &file.verified_as {
        return Ok(Some(name.clone()));
    }
    let Some(signature) = &file.signature else { return Ok(None) };
    #[cfg(feature = "review")]
    return super::signature::signer(&file.bytes, signature, keys).map(|name| Some(name.to_owned()));
    #[cfg(not(feature = "review"))]
    {
        let _ = (signature, keys);
        Err("a signature, which this build cannot check".to_owned())
    }
}

/// Quotes and blanks that mail programs and spreadsheets put around a word.
fn word(cell: &str) -> &str {
    cell.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{feff}')
    })
}

fn vote(sheet: &Sheet, row: &SheetRow, signer: Option<&str>) -> Result<Option<Vote>, Refusal> {
    let get = |name: &str| word(sheet.get(row, name));
    let exception_id = get("exception_id").to_owned();
    let refuse = |column: &str, code: RefusalCode, text: String| {
        Refusal::new(code, sheet.address(row, column), &exception_id, text)
    };
    let typed = get("decision");
    if typed.is_empty() {
        let filled = ["documents", "decision_customer", "difference_code", "category"];
        return match filled.iter().find(|name| !get(name).is_empty()) {
            Some(name) => {
                let text = format!("{name} is filled, but there is no decision: write one, or empty the cell");
                Err(refuse("decision", RefusalCode::Incomplete, text))
            }
            None => Ok(None),
        };
    }
    let code = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
    let (head, label) = match typed.split_once(':') {
        Some((head, label)) => (head, Some(label.trim().to_owned())),
        None => (typed, None),
    };
    let decision = Verdict::parse(&code(head)).ok_or_else(|| {
        let words = Verdict::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", ");
        refuse("decision", RefusalCode::Value, format!("`{}` is no decision, expected one of {words}", visible(typed)))
    })?;
    let difference_code = match get("difference_code") {
        "" => None,
        text => Some(DifferenceCode::parse(&code(text)).ok_or_else(|| {
            let words = DifferenceCode::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", ");
            let text = format!("`{}` says not what becomes of the difference, expected one of {words}", visible(text));
            refuse("difference_code", RefusalCode::Value, text)
        })?),
    };
    let category = match get("category") {
        "" => None,
        text => Some(category(&code(text).to_uppercase()).ok_or_else(|| {
            let rows = reason_table().iter().filter(|r| r.outcome == Outcome::NotReceivable);
            let words = rows.map(|r| r.code.as_str()).collect::<Vec<_>>().join(", ");
            let text = format!("`{}` is no category, expected one of {words}", visible(text));
            refuse("category", RefusalCode::Value, text)
        })?),
    };
    let typed_name = get("decided_by").split_whitespace().collect::<Vec<_>>().join(" ");
    let (name, identity) = match signer {
        Some(signer) if typed_name.is_empty() || same_person(signer, &typed_name) => {
            (signer.to_owned(), Identity::Verified)
        }
        Some(signer) => {
            let text = format!("decided_by says {}, but the file was handed in by {signer}", visible(&typed_name));
            return Err(refuse("decided_by", RefusalCode::Reviewer, text));
        }
        None if typed_name.is_empty() => {
            return Err(refuse(
                "decided_by",
                RefusalCode::Reviewer,
                "nobody stands behind this decision: write your name".to_owned(),
            ));
        }
        None => (visible(&typed_name), Identity::Claimed),
    };
    let at = Some(visible(get("decided_at"))).filter(|at| !at.is_empty()).or_else(|| sheet.saved_at.clone());
    let vote = Vote {
        row_hash: get("row_hash").to_owned(),
        decision,
        documents: sheet.get(row, "documents").trim().to_owned(),
        customer: get("decision_customer").to_owned(),
        difference_code,
        category,
        comment: sheet.get(row, "comment").trim().to_owned(),
        name,
        identity,
        at,
        label,
        sheet: 0,
        row: 0,
        exception_id: exception_id.clone(),
    };
    misplaced(&vote).map_or(Ok(Some(vote)), |(column, text)| Err(refuse(column, RefusalCode::Value, text)))
}

fn category(text: &str) -> Option<ReasonCode> {
    let code = ReasonCode::parse(text)?;
    reason_table().iter().any(|r| r.code == code && r.outcome == Outcome::NotReceivable).then_some(code)
}

/// A cell that means nothing for the decision: better asked than passed over.
fn misplaced(vote: &Vote) -> Option<(&'static str, String)> {
    let decision = vote.decision;
    let settles = decision == Verdict::Apply || decision.proposal().is_some();
    let name = decision.as_str();
    if !vote.documents.is_empty() && decision != Verdict::Apply {
        return Some(("documents", format!("documents belong to apply, but the decision is {name}")));
    }
    if !vote.customer.is_empty() && !matches!(decision, Verdict::Apply | Verdict::OnAccount) {
        return Some((
            "decision_customer",
            format!("a customer belongs to apply or on_account, but the decision is {name}"),
        ));
    }
    if vote.difference_code.is_some() && !settles {
        return Some((
            "difference_code",
            format!("a difference belongs to accept or apply, but the decision is {name}"),
        ));
    }
    if vote.category.is_some() && decision != Verdict::NotReceivable {
        return Some(("category", format!("a category belongs to not_receivable, but the decision is {name}")));
    }
    None
}
