use super::{Balance, BalanceKind, Statement, TieOut};

impl Statement {
    /// Whether `next` is the page after this one: same kind, account, currency and number (or, without one, same id), the next
    /// page number where both have one, and opening with the balance that this one closes with where both say it.
    /// Without page numbers, interim balances mark the page. Statements without any mark are never pages.
    pub fn continues_in(&self, next: &Statement) -> bool {
        let fits = match (&self.closing, &next.opening) {
            (Some(a), Some(b)) => a.amount == b.amount,
            _ => true,
        };
        fits && self.is_page_before(next)
    }

    /// The same whatever the balances are: two pages of one statement that do not fit are both broken.
    pub fn is_page_before(&self, next: &Statement) -> bool {
        let same_number = match (&self.sequence, &next.sequence) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.statement_id.is_some() && self.statement_id == next.statement_id,
            _ => false,
        };
        let same_account = self.kind == next.kind
            && self.account == next.account
            && (self.currency == next.currency || self.currency.is_none() || next.currency.is_none());
        let follows = match (self.page, next.page) {
            (Some(here), Some(there)) => here.last != Some(true) && here.number.checked_add(1) == Some(there.number),
            // Without page numbers only interim balances mark a page (`:62M:`, `:60M:`).
            _ => interim(&self.closing) && interim(&next.opening),
        };
        same_number && same_account && follows
    }

    /// Puts the next page's entries, balances and findings behind this one's. A page that is broken by its own figures keeps
    /// the whole statement broken.
    pub fn append_page(&mut self, next: Statement) {
        self.page = next.page;
        if next.closing.is_some() || self.closing.is_some() && next.opening.is_some() {
            self.closing = next.closing;
        }
        self.opening = self.opening.take().or(next.opening);
        if self.currency.is_none() {
            self.currency = next.currency;
        }
        self.period = match (self.period, next.period) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (a, b) => a.or(b),
        };
        self.balances.extend(next.balances);
        self.entries.extend(next.entries);
        self.passed.append(&next.passed);
        self.left_out.extend(next.left_out);
        self.findings.extend(next.findings);
        self.owner = self.owner.take().or(next.owner);
        self.servicer = self.servicer.take().or(next.servicer);
        self.narrative = match (self.narrative.take(), next.narrative) {
            (Some(a), Some(b)) => Some(format!("{a}\n{b}")),
            (a, b) => a.or(b),
        };
        // Counts and sums are of the whole statement on some banks' pages and of the page on others'; equal ones are the whole's.
        if self.totals != next.totals {
            self.totals = super::ControlTotals::default();
        }
        self.tie_out = match (self.tie_out, next.tie_out) {
            (TieOut::Broken, _) | (_, TieOut::Broken) => TieOut::Broken,
            (TieOut::Proven, TieOut::Proven) => TieOut::Proven,
            _ => TieOut::Unproven,
        };
    }
}

fn interim(balance: &Option<Balance>) -> bool {
    balance.as_ref().is_some_and(|b| b.kind == BalanceKind::Interim)
}
