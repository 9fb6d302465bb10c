use super::{Entry, Party, Statement, TransactionDetails};

impl Statement {
    /// The other side of a payment: whichever of debtor and creditor is not the account's owner, by account, then by name.
    ///
    /// The sign alone would err on returns, whose parties are usually those of the payment that came back; it decides only
    /// where neither party can be told to be the owner: the debtor of a credit, the creditor of a debit.
    pub fn counterparty<'a>(&self, entry: &Entry, details: &'a TransactionDetails) -> &'a Party {
        let (debtor, creditor) = (&details.debtor, &details.creditor);
        let owns = |party: &Party| {
            let by_account = !self.account.is_empty() && party.account.as_deref().is_some_and(|a| same_account(a, &self.account));
            let by_name = || match (&party.name, &self.owner) {
                (Some(name), Some(owner)) => folded(name) == folded(owner) && !folded(name).is_empty(),
                _ => false,
            };
            (by_account, by_name())
        };
        let ((debtor_account, debtor_name), (creditor_account, creditor_name)) = (owns(debtor), owns(creditor));
        let debtor_is_us = match (debtor_account, creditor_account) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => match (debtor_name, creditor_name) {
                (true, false) => Some(true),
                (false, true) => Some(false),
                _ => None,
            },
        };
        let chosen = match debtor_is_us {
            Some(true) => creditor,
            Some(false) => debtor,
            // A credit comes from the debtor; a debit goes to the creditor.
            None if details.amount.unwrap_or(entry.amount).is_negative() => creditor,
            None => debtor,
        };
        if !chosen.is_empty() || debtor_is_us.is_some() {
            return chosen;
        }
        // Only one party is named, and it is on the wrong side for the sign: returns look like this.
        if std::ptr::eq(chosen, debtor) { creditor } else { debtor }
    }
}

fn same_account(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    !a.is_empty() && a.eq_ignore_ascii_case(b)
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
