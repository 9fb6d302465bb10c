use serde::{Deserialize, Serialize};

/// Whose ledger account it is (`tieout.customers/1`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Legal entity; empty when there is only one.
    pub company: String,
    /// Unique in the company.
    pub customer_id: String,
    /// Name in the books.
    pub name: String,
    /// Other names that this customer pays under.
    pub aliases: Vec<String>,
    /// Accounts that this customer pays from: IBANs or, elsewhere, account strings; blanks removed.
    pub ibans: Vec<String>,
    /// Receiving accounts of ours that belong to this customer alone.
    pub virtual_ibans: Vec<String>,
    /// The parent company, which may pay.
    pub parent_id: Option<String>,
    /// Customers that usually pay for this one.
    pub payer_ids: Vec<String>,
    /// ISO 3166 country.
    pub country: Option<String>,
    /// VAT number.
    pub vat_no: Option<String>,
    /// Segment for policy overrides and queue splitting.
    pub segment: Option<String>,
    /// Responsible person.
    pub owner: Option<String>,
    /// Nothing is automatic for this customer.
    pub on_hold: bool,
    /// Also a supplier: incoming money may be a refund.
    pub is_supplier: bool,
    /// `false` forbids automatic application.
    pub auto_apply: Option<bool>,
    /// Cent tolerance in minor units instead of the policy's.
    pub tolerance: Option<i64>,
    /// Days of grace for discounts instead of the policy's.
    pub discount_grace_days: Option<u32>,
}
