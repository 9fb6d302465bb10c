//! The documents that a reviewer typed: `INV-7=120.00; INV-9` in, items with the cash set against each out, or a refusal.

use super::settle::{Case, Part, Refused};
use crate::model::OpenItem;
use crate::review::{RefusalCode, amounts_of};

impl Case<'_> {
    /// Reads `INV-7=120.00; INV-9`.
    pub(super) fn parts(&self, text: &str) -> Refused<Vec<Part>> {
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        if text.is_empty() {
            return refuse(RefusalCode::Incomplete, "apply needs documents: INV-7, or INV-7=120.00; INV-9".to_owned());
        }
        let mut pieces: Vec<&str> = text.split([';', '\n']).map(str::trim).filter(|p| !p.is_empty()).collect();
        // A list by commas is understood where every piece is a document: a comma may also be a decimal sign.
        if let [one] = pieces.as_slice()
            && one.contains(',')
            && self.items.find(&self.payment.company, one).is_empty()
        {
            let split: Vec<&str> = one.split(',').map(str::trim).collect();
            if split.iter().all(|p| !self.items.find(&self.payment.company, p).is_empty()) {
                pieces = split;
            }
        }
        let mut parts: Vec<Part> = Vec::new();
        for piece in pieces {
            let whole = self.items.find(&self.payment.company, piece);
            let (name, cash) = match piece.rsplit_once('=') {
                Some((name, figure)) if whole.is_empty() => {
                    let (name, figure) = (name.trim(), figure.trim());
                    let shown = crate::error::visible(figure);
                    match amounts_of(figure, self.payment.currency).as_slice() {
                        [] => {
                            return refuse(
                                RefusalCode::Value,
                                format!("`{shown}` is no amount, expected one as 120.00"),
                            );
                        }
                        [0] => {
                            return refuse(
                                RefusalCode::Value,
                                format!("{} gets nothing: leave it out", crate::error::visible(name)),
                            );
                        }
                        [minor] => (name, Some(*minor)),
                        _ => {
                            let text =
                                format!("`{shown}` can be read in two ways: write it with its decimals, as 1190.00");
                            return refuse(RefusalCode::Value, text);
                        }
                    }
                }
                _ => (piece, None),
            };
            let item = self.document(name)?;
            if parts.iter().any(|p| p.item == item) {
                return refuse(RefusalCode::Document, format!("{} stands twice", crate::error::visible(name)));
            }
            parts.push(Part { item, cash });
        }
        Ok(parts)
    }

    /// The one item that a text names.
    fn document(&self, text: &str) -> Refused<usize> {
        let shown = crate::error::visible(text);
        let refuse = |code, text: String| Err(self.refuse("documents", code, text));
        let found = self.items.find(&self.payment.company, text);
        if found.is_empty() {
            if let Some(other) = self.items.items.iter().find(|i| i.doc_no == text || i.item_id == text) {
                return refuse(RefusalCode::Document, format!("{shown} belongs to company {}", other.company));
            }
            let hint = if self.items.whole { "there is no document" } else { "no proposal names a document" };
            let more = if self.items.whole { "" } else { "; give --open-items to apply any other" };
            return refuse(RefusalCode::Document, format!("{hint} `{shown}`{more}"));
        }
        let get = |ix: &usize| self.items.items.get(*ix);
        let own: Vec<usize> =
            found.iter().copied().filter(|ix| get(ix).is_some_and(|i| i.currency == self.payment.currency)).collect();
        if own.is_empty() {
            let currency = found.first().and_then(get).map_or(self.payment.currency, |i| i.currency);
            let text = format!("{shown} is in {currency}, the payment in {}", self.payment.currency);
            return refuse(RefusalCode::Currency, text);
        }
        let narrowed = |keep: &dyn Fn(&OpenItem, i64) -> bool, list: &[usize]| -> Vec<usize> {
            let open = |ix: &usize| self.items.open.get(*ix).copied().unwrap_or(0);
            list.iter().copied().filter(|ix| get(ix).is_some_and(|i| keep(i, open(ix)))).collect()
        };
        let chosen = self.vote.customer.as_str();
        let mut list = own;
        if !chosen.is_empty() && list.len() > 1 {
            list = narrowed(&|i, _| i.customer_id == chosen, &list);
        }
        if list.len() > 1 && self.payment.amount > 0 {
            list = narrowed(&|_, open| open != 0, &list);
        }
        match list.as_slice() {
            [one] => match self.items.doubt(*one) {
                Some(why) => refuse(RefusalCode::Stale, why.to_owned()),
                None => Ok(*one),
            },
            [] => refuse(RefusalCode::Document, format!("none of the documents {shown} is open for that customer")),
            several => {
                let customers: Vec<&str> = several.iter().filter_map(get).map(|i| i.customer_id.as_str()).collect();
                let text = format!(
                    "{shown} exists more than once (customers {}): name one in decision_customer, or give the item's id",
                    customers.join(", ")
                );
                refuse(RefusalCode::Document, text)
            }
        }
    }
}
