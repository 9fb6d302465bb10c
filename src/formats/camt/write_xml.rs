//! Elements in, indented XML text out. Everything that comes from outside is escaped here and nowhere else.

use crate::base::Money;

/// An XML document that is being written.
pub(super) struct Out {
    text: String,
    open: Vec<&'static str>,
}

impl Out {
    pub(super) fn new() -> Self {
        Out { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// An element with children.
    pub(super) fn within(&mut self, name: &'static str, children: impl FnOnce(&mut Out)) {
        self.within_ns(name, None, children);
    }

    /// The same with a namespace.
    pub(super) fn within_ns(&mut self, name: &'static str, ns: Option<&str>, children: impl FnOnce(&mut Out)) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        if let Some(ns) = ns {
            self.text.push_str(" xmlns=\"");
            self.escaped(ns);
            self.text.push('"');
        }
        let tag_end = self.text.len();
        self.text.push_str(">\n");
        let before = self.text.len();
        self.open.push(name);
        children(self);
        self.open.pop();
        if self.text.len() == before {
            self.text.truncate(tag_end);
            self.text.push_str("/>\n");
            return;
        }
        self.indent();
        self.end(name);
    }

    /// The same, left out when it would be empty.
    pub(super) fn optional(&mut self, name: &'static str, children: impl FnOnce(&mut Out)) {
        let before = self.text.len();
        self.within(name, children);
        if self.text.ends_with("/>\n") && self.text.get(before..).is_some_and(|t| t.lines().count() == 1) {
            self.text.truncate(before);
        }
    }

    /// An element with text, left out without one.
    pub(super) fn leaf(&mut self, name: &'static str, text: Option<impl AsRef<str>>) {
        let Some(text) = text else { return };
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        self.escaped(text.as_ref());
        self.end(name);
    }

    /// An unsigned amount with its currency.
    pub(super) fn amount(&mut self, name: &'static str, money: Option<Money>) {
        let Some(money) = money else { return };
        self.indent();
        self.text.push_str(&format!("<{name} Ccy=\"{}\">{}", money.currency().code(), money.abs().figure()));
        self.end(name);
    }

    /// `CRDT` or `DBIT` by the sign.
    pub(super) fn direction(&mut self, money: Money) {
        self.leaf("CdtDbtInd", Some(if money.is_negative() { "DBIT" } else { "CRDT" }));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.text.push_str("  ");
        }
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                c => self.text.push(c),
            }
        }
    }
}
