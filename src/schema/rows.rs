//! Rows of tables as types, for their schemas: the name of a field is the name of a column. Tests hold them against the columns
//! that are read and written.

use crate::base::{Currency, Figure, Whole};
use crate::model::{DifferenceCode, Disposition, ExpectedBy, ItemKind, ItemStatus, ReasonCode, Verdict};
use chrono::NaiveDate;
use schemars::JsonSchema;

// Nothing here is ever built: the fields are read by the derive alone.

/// An amount as a JSON text or number; both are read digit by digit.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum Amount {
    Text(Figure),
    Number(f64),
}

/// A list: texts, or one text with `|` between the parts.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum List {
    Many(Vec<String>),
    One(String),
}

/// A switch: `true` and `false`, or one of the words.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum Switch {
    Flag(bool),
    Word(#[schemars(regex(pattern = "^(?i:true|yes|1|false|no|0)$"))] String),
}

/// A true or false of a JSON line, or its word in a CSV cell.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum Flag {
    Flag(bool),
    Word(#[schemars(regex(pattern = "^(true|false)$"))] String),
}

/// An open item: a row of CSV, or an object of JSON.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct OpenItem {
    /// Legal entity; default: the only one.
    company: Option<String>,
    /// The key that the ERP posts against; unique in the company; opaque.
    item_id: Identifier,
    /// The number that the customer sees and quotes.
    doc_no: Identifier,
    /// Default `invoice`.
    doc_type: Option<ItemKind>,
    /// Whose account it is on.
    customer_id: Identifier,
    /// The customer's name as the ERP has it.
    customer_name: Option<String>,
    currency: Currency,
    /// Signed: positive means that the customer owes us; credit notes are negative.
    open_amount: Amount,
    /// Original amount, same sign.
    amount: Option<Amount>,
    /// Date of the document.
    doc_date: Option<NaiveDate>,
    /// When it should be paid.
    due_date: Option<NaiveDate>,
    /// Structured reference printed on the document (RF, QRR, KID, OCR, VS, OGM …).
    payment_reference: Option<Identifier>,
    /// Order, delivery, contract, purchase-order, reminder and statement-of-account numbers.
    refs: Option<List>,
    /// Last day of the cash discount.
    discount_until: Option<NaiveDate>,
    /// What may be taken off.
    discount_amount: Option<Amount>,
    /// The same in percent of the base.
    discount_percent: Option<Percent>,
    /// Default: `amount`.
    discount_base: Option<Amount>,
    /// Second tier.
    discount_until_2: Option<NaiveDate>,
    /// Second tier.
    discount_amount_2: Option<Amount>,
    /// Second tier.
    discount_percent_2: Option<Percent>,
    /// Second tier.
    discount_base_2: Option<Amount>,
    /// Customer that usually pays for this one.
    payer_id: Option<Identifier>,
    /// How the money is expected.
    expected_by: Option<ExpectedBy>,
    /// Direct-debit mandate.
    mandate_id: Option<Identifier>,
    /// Collection batch it was sent in.
    collection_id: Option<Identifier>,
    /// Default `open`. `closed`: paid before, kept as evidence for duplicates and returns.
    status: Option<ItemStatus>,
    /// Carried through.
    gl_account: Option<Identifier>,
    /// Carried through.
    open_amount_base: Option<Amount>,
    /// Carried through.
    base_currency: Option<Currency>,
    /// Carried through, for compare-and-set when posting.
    version: Option<Identifier>,
}

/// A customer: a row of CSV, or an object of JSON.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct Customer {
    /// Legal entity; default: the only one.
    company: Option<String>,
    /// Unique in the company.
    customer_id: Identifier,
    /// Name in the books.
    name: Option<String>,
    /// Other names that this customer pays under.
    aliases: Option<List>,
    /// Accounts that this customer pays from: IBANs or, elsewhere, account strings.
    ibans: Option<List>,
    /// Receiving accounts of ours that belong to this customer alone.
    virtual_ibans: Option<List>,
    /// The parent company, which may pay.
    parent_id: Option<Identifier>,
    /// Customers that usually pay for this one.
    payer_ids: Option<List>,
    /// ISO 3166 country.
    country: Option<String>,
    /// VAT number.
    vat_no: Option<String>,
    /// Segment for policy overrides and queue splitting.
    segment: Option<String>,
    /// Responsible person.
    owner: Option<String>,
    /// Nothing is automatic for this customer.
    on_hold: Option<Switch>,
    /// Also a supplier: incoming money may be a refund.
    is_supplier: Option<Switch>,
    /// `false` forbids automatic application.
    auto_apply: Option<Switch>,
    /// Cent tolerance in minor units instead of the policy's.
    tolerance: Option<Count>,
    /// Days of grace for discounts instead of the policy's.
    discount_grace_days: Option<Count>,
}

/// A key: a text, or digits that an exporter wrote as a number.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum Identifier {
    Text(String),
    Number(i64),
}

/// 0 to 100 with at most two decimals that matter.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum Percent {
    Text(#[schemars(regex(pattern = "^[0-9]+([.][0-9]+)?%?$"))] String),
    Number(f64),
}

/// A whole number, as a text or a number.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[allow(dead_code)]
enum Count {
    Text(Whole),
    Number(u64),
}

/// A booked movement: a line of JSON, or a row of CSV.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct Payment {
    /// Hash of what identifies it; stable over file names and re-export, not over formats.
    payment_id: String,
    /// The account as the bank names it.
    account: Option<String>,
    /// The day it is on the books.
    booking_date: NaiveDate,
    /// Signed; positive is money in.
    amount: Figure,
    currency: Currency,
    /// The day from which it counts.
    value_date: Option<NaiveDate>,
    /// Who pays, or whom we paid.
    payer_name: Option<String>,
    /// Account of that party.
    payer_account: Option<String>,
    /// Bank of that party.
    payer_bic: Option<String>,
    /// On whose behalf.
    ultimate_payer: Option<String>,
    /// The payer's words.
    remittance: Option<String>,
    /// Structured creditor references as written, `|` between several.
    structured_ref: Option<String>,
    /// The payer's own id.
    end_to_end_id: Option<String>,
    /// Direct-debit mandate.
    mandate_id: Option<String>,
    /// What sort of movement: `PMNT/RCDT/ESCT`, `NTRF+166`.
    bank_code: Option<String>,
    /// Payment information id or batch id.
    batch_id: Option<String>,
    /// Amount as ordered, in `original_currency`.
    original_amount: Option<Figure>,
    /// Its currency.
    original_currency: Option<Currency>,
    /// Fees that the statement states on this payment.
    charges: Figure,
    /// The entry takes back an earlier one.
    reversal: Flag,
    /// Return reason code, or the bank's own.
    return_reason: Option<String>,
    /// Always `BOOK`.
    status: String,
    /// Base name of the file it was read from.
    source_file: String,
}

/// An amount of one payment set against one item.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct Allocation {
    /// Hash of payment, item and figures.
    allocation_id: String,
    /// Legal entity; empty when there is only one.
    company: Option<String>,
    /// The payment.
    payment_id: String,
    /// Account it was booked on.
    account: Option<String>,
    /// The bank's id of the statement.
    statement_id: Option<String>,
    /// The bank's id of the entry.
    entry_ref: Option<String>,
    /// The day it is on the books.
    booking_date: NaiveDate,
    /// The day from which it counts.
    value_date: Option<NaiveDate>,
    /// Who pays.
    payer_name: Option<String>,
    /// Account of that party.
    payer_account: Option<String>,
    /// Whose item it is.
    customer_id: String,
    /// The key that the ERP posts against.
    item_id: String,
    /// The number that the customer sees.
    doc_no: String,
    /// Kind of document.
    doc_type: Option<ItemKind>,
    currency: Currency,
    /// Cash; negative for a netted credit note and for a return.
    applied: Figure,
    /// Cash discount granted.
    discount: Figure,
    /// Written off.
    writeoff: Figure,
    /// Why written off.
    writeoff_code: Option<String>,
    /// Bank charges borne by us.
    charges: Figure,
    /// Exchange difference.
    fx_difference: Figure,
    /// Open before, signed.
    item_open_before: Figure,
    /// Open after, signed.
    item_open_after: Figure,
    /// The whole payment, signed.
    payment_amount: Figure,
    /// Why.
    reason: ReasonCode,
    /// Estimated chance of being wrong, in parts per million.
    error_ppm: Whole,
    /// `policy`, or the reviewer's name.
    decided_by: String,
    /// A sentence with this payment's own figures.
    explanation: Option<String>,
    /// Version of the item, as it was given.
    item_version: Option<String>,
}

/// An amount of a payment that is set against no item.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct Unapplied {
    /// The payment.
    payment_id: String,
    /// Legal entity; empty when there is only one.
    company: Option<String>,
    /// Account it was booked on.
    account: Option<String>,
    /// The bank's id of the statement.
    statement_id: Option<String>,
    /// The bank's id of the entry.
    entry_ref: Option<String>,
    /// The day it is on the books.
    booking_date: NaiveDate,
    /// The day from which it counts.
    value_date: Option<NaiveDate>,
    /// Who pays, or whom we paid.
    payer_name: Option<String>,
    /// Account of that party.
    payer_account: Option<String>,
    /// The payer's words.
    remittance: Option<String>,
    currency: Currency,
    /// The whole payment, signed.
    payment_amount: Figure,
    /// The part that is set against no item.
    unapplied_amount: Figure,
    /// What it is.
    disposition: Disposition,
    /// Whose money it is.
    customer_id: Option<String>,
    /// Why.
    reason: ReasonCode,
    /// A sentence with this payment's own figures.
    explanation: Option<String>,
}

/// A payment that a person must look at, with room for the decision. The file of decisions is the same file, filled in.
/// What each column means stands with the queue's columns.
#[derive(JsonSchema)]
#[allow(dead_code)]
pub(super) struct Exception {
    exception_id: String,
    row_hash: String,
    reason: ReasonCode,
    reason_text: String,
    priority: Whole,
    age_days: Option<Whole>,
    booking_date: NaiveDate,
    amount: Figure,
    currency: Currency,
    payer_name: Option<String>,
    payer_account: Option<String>,
    remittance: Option<String>,
    customer_id: Option<String>,
    customer_name: Option<String>,
    segment: Option<String>,
    owner: Option<String>,
    p1_docs: Option<String>,
    p1_total: Option<Figure>,
    p1_difference: Option<Figure>,
    p1_error_ppm: Option<Whole>,
    p1_for: Option<String>,
    p1_against: Option<String>,
    p2_docs: Option<String>,
    p2_total: Option<Figure>,
    p2_difference: Option<Figure>,
    p2_error_ppm: Option<Whole>,
    p2_for: Option<String>,
    p2_against: Option<String>,
    p3_docs: Option<String>,
    p3_total: Option<Figure>,
    p3_difference: Option<Figure>,
    p3_error_ppm: Option<Whole>,
    p3_for: Option<String>,
    p3_against: Option<String>,
    margin: Option<Whole>,
    would_need: Option<String>,
    decision: Option<Verdict>,
    documents: Option<String>,
    decision_customer: Option<String>,
    difference_code: Option<DifferenceCode>,
    category: Option<String>,
    comment: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<String>,
    payment_id: String,
    company: Option<String>,
    account: Option<String>,
    end_to_end_id: Option<String>,
    structured_ref: Option<String>,
}
