use super::{Entry, Party, Statement, TransactionDetails};

impl Statement {
    /// The other side of a payment: whichever of debtor and creditor is not the account's owner, by account, then by name.
    ///
    /// The sign alone would err on returns, whose parties are usually those of the payment that came back; it decides only
    /// where neither party can be told to be the owner: the debtor of a credit, the creditor of a debit.
    pub fn counterparty<'a>(&self, entry: &Entry, details: &'a TransactionDetails) -> &'a Party {
        if self.debtor_is_other(entry, details) { &details.debtor } else { &details.creditor }
    }

    /// Whether [`Statement::counterparty`] is the debtor.
    pub fn debtor_is_other(&self, entry: &Entry, details: &TransactionDetails) -> bool {
        let (debtor, creditor): (&Party, &Party) = (&details.debtor, &details.creditor);
        let owns = |party: &Party| {
            let by_account =
                !self.account.is_empty() && party.account.as_deref().is_some_and(|a| same_account(a, &self.account));
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
        // A credit comes from the debtor; a debit goes to the creditor.
        let debit = details.amount.unwrap_or(entry.amount).is_negative();
        let by_sign = if debit { creditor } else { debtor };
        let returned = entry.reversal || details.returned.is_some();
        match debtor_is_us {
            // Between two accounts of ours the owner stands on the other side too; in a return he does so for another reason.
            Some(true) if creditor.is_empty() && !returned => !debit,
            Some(false) if debtor.is_empty() && !returned => !debit,
            Some(true) => false,
            Some(false) => true,
            // Only one party is named, and it is on the wrong side for the sign: returns look like this.
            None if by_sign.is_empty() => debit,
            None => !debit,
        }
    }
}

fn same_account(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    !a.is_empty() && a.eq_ignore_ascii_case(b)
}

fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
