//! What one entry says, as the `:86:` of the German structure: code, `?nn`, pieces of 27 characters, SEPA keywords.

use super::write_parts::{figure, is_unsafe};
use crate::base::Money;
use crate::formats::written::Lost;
use crate::model::{Entry, Format, Remittance, Statement, TransactionDetails, is_no_reference};

/// Characters of a subfield.
const WIDTH: usize = 27;
/// Keys that hold text, in their order.
const TEXT_KEYS: [u8; 14] = [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 60, 61, 62, 63];
/// What begins a field in the text when a plus follows.
const KEYWORDS: &[&str] = &[
    "EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "BREF", "RREF", "IBAN", "BIC",
    "PURP", "MDAT", "SQTP", "ORCR", "ORMR", "DDAT",
];

/// Whether code or text key say that the payment came back.
pub(super) fn says_return(e: &Entry) -> bool {
    let code = e.bank_code.gvc.as_deref();
    let by_code = matches!(code, Some("009" | "059" | "108" | "109" | "159" | "181" | "184" | "193"));
    by_code || e.bank_code.text_key.as_deref().is_some_and(|k| k.len() == 3 && ("901"..="989").contains(&k))
}

/// Writes the `:86:` of an entry, if there is anything to say.
pub(super) fn write(out: &mut String, e: &Entry, s: &Statement, lost: &mut Lost) {
    let mut subfields: Vec<(u8, String)> = Vec::new();
    let three = |t: &&str| t.len() == 3 && t.bytes().all(|b| b.is_ascii_digit());
    let code = e.bank_code.gvc.as_deref().filter(three).unwrap_or("");
    if let Some(text) = booking_text(e, s, lost) {
        subfields.push((0, text));
    }
    let mut texts = Texts { pieces: Vec::new() };
    match e.details.as_slice() {
        [] => {}
        [only] => details(&mut subfields, &mut texts, e, s, only, lost),
        several => {
            let text =
                format!("the entry's {} payments have no field in MT940; the entry stands for them", several.len());
            lost.tell(text);
            let id = e.batch.as_ref().and_then(|b| b.payment_info_id.as_deref());
            texts.id("KREF", "the batch's id", id, lost);
        }
    }
    let keys = TEXT_KEYS.iter().copied();
    subfields.extend(keys.zip(texts.pieces));
    subfields.sort_by_key(|(key, _)| *key);
    let key = e.bank_code.text_key.as_deref().filter(three);
    if key.is_none() {
        lost.no_field("the odd text key", e.bank_code.text_key.as_deref());
    }
    if let Some(key) = key {
        let at = subfields.iter().position(|(k, _)| *k > 34).unwrap_or(subfields.len());
        subfields.insert(at, (34, key.to_owned()));
    }
    if code.is_empty() && subfields.is_empty() {
        return;
    }
    if !subfields.iter().any(|(key, _)| *key == 0) {
        // A code alone would be free text, and readers look for ?00 behind it.
        subfields.insert(0, (0, String::new()));
    }
    let mut width = code.len() + 4;
    let mut lines = 1;
    out.push_str(":86:");
    out.push_str(code);
    for (key, value) in subfields {
        let length = value.chars().count() + 3;
        if width + length > 65 {
            out.push_str("\r\n");
            width = 0;
            lines += 1;
        }
        out.push_str(&format!("?{key:02}{value}"));
        width += length;
    }
    out.push_str("\r\n");
    if lines > 6 {
        lost.tell(format!("the text of the entry takes {lines} lines, SWIFT allows six"));
    }
}

/// The bank's own words: the booking text, else a short text of the entry.
fn booking_text(e: &Entry, s: &Statement, lost: &mut Lost) -> Option<String> {
    let is_mt940 = matches!(s.format, Format::Mt940 | Format::Mt942);
    // What MT940 calls the entry's text is the whole `:86:`, which is written anew.
    let narrative = e.narrative.as_deref().filter(|_| !is_mt940);
    let short = narrative.filter(|n| !n.contains('\n'));
    let text = e.bank_code.text.as_deref().or(short);
    if text != narrative {
        lost.no_field("the entry's text", narrative);
    }
    let text = safe("the booking text", text?, false, lost);
    if text.chars().count() > WIDTH {
        lost.tell(format!("the booking text `{text}` is longer than {WIDTH} characters and was cut"));
    }
    let text: String = text.chars().take(WIDTH).collect();
    Some(text.trim_end().to_owned()).filter(|t| !t.is_empty())
}

fn details(
    subfields: &mut Vec<(u8, String)>,
    texts: &mut Texts,
    e: &Entry,
    s: &Statement,
    d: &TransactionDetails,
    lost: &mut Lost,
) {
    let batch = e.batch.as_ref().and_then(|b| b.payment_info_id.as_deref());
    texts.id("EREF", "the end-to-end id", d.end_to_end_id.as_deref(), lost);
    texts.id("KREF", "the payment information id", d.payment_info_id.as_deref().or(batch), lost);
    texts.id("MREF", "the mandate", d.mandate_id.as_deref(), lost);
    texts.id("CRED", "the creditor identifier", d.creditor_id.as_deref(), lost);
    for charge in e.charges.iter().chain(&d.charges) {
        texts.amount("COAM", charge.amount, lost);
        if charge.credit || charge.included.is_some() {
            lost.tell(format!("of the charge {} only the amount has a field in MT940", charge.amount));
        }
    }
    if let Some(instructed) = d.amounts.instructed {
        texts.amount("OAMT", instructed, lost);
    }
    texts.id("BREF", "the bank's id of the payment", d.servicer_reference.as_deref(), lost);
    texts.id("RREF", "the transaction id", d.transaction_id.as_deref(), lost);
    texts.id("PURP", "the purpose", d.purpose.as_deref(), lost);
    texts.words("ABWA", "the ultimate payer's name", d.ultimate_debtor.name.as_deref(), lost);
    texts.words("ABWE", "the ultimate payee's name", d.ultimate_creditor.name.as_deref(), lost);
    texts.remittance(&d.remittance, lost);

    // In a return the sign points the other way round: the roles know who the other side is.
    let other = s.counterparty(e, d);
    let own = if std::ptr::eq(other, &*d.debtor) { &d.creditor } else { &d.debtor };
    for (key, what, value, longest) in [
        (30, "the counterparty's bank", other.agent.as_deref(), 12),
        (31, "the counterparty's account", other.account.as_deref(), 34),
    ] {
        let value = lost.account(what, value, longest);
        match value.as_deref().filter(|v| v.chars().any(|c| is_unsafe(c) || c == '?')) {
            Some(odd) => lost.tell(format!("{what} `{odd}` cannot stand in MT940 and was left out")),
            None => subfields.extend(value.map(|v| (key, v))),
        }
    }
    name(subfields, other.name.as_deref(), lost);
    for (what, value) in [
        ("the counterparty's id", &other.id),
        ("the counterparty's country", &other.country),
        ("the instruction id", &d.instruction_id),
        ("the message id", &d.message_id),
        ("the UETR", &d.uetr),
        ("the cheque number", &d.cheque_number),
        ("the exchange rate", &d.amounts.exchange_rate),
    ] {
        lost.no_field(what, value.as_deref());
    }
    lost.own_side(own, s);
    if let Some(returned) = &d.returned {
        let reason = returned.reason.as_deref().filter(|r| e.bank_code.text_key.as_deref() != Some(*r));
        lost.no_field("the return reason", reason);
        returned.text.iter().for_each(|t| lost.no_field("the text of the return", Some(t)));
    }
}

/// The counterparty's name in two subfields. A reader glues them where the first is full, else puts a blank between.
fn name(subfields: &mut Vec<(u8, String)>, name: Option<&str>, lost: &mut Lost) {
    let Some(name) = name else { return };
    let text: Vec<char> = safe("the counterparty's name", name, false, lost).chars().collect();
    let head: String = text.iter().take(WIDTH).collect();
    let mut rest = text.get(WIDTH..).unwrap_or_default().iter().collect::<String>();
    // A full subfield that ends in a blank is short by it, and gets it back on reading.
    let head = head.trim_end().to_owned();
    if rest.chars().count() > WIDTH {
        lost.tell(format!("the counterparty's name is longer than {} characters and was cut: `{name}`", 2 * WIDTH));
        rest = rest.chars().take(WIDTH).collect();
    }
    let rest = rest.trim_end();
    if !head.is_empty() {
        subfields.push((32, head));
    }
    if !rest.is_empty() {
        subfields.push((33, rest.to_owned()));
    }
}

/// The subfields of text, one after another.
struct Texts {
    pieces: Vec<String>,
}

impl Texts {
    fn left(&self) -> usize {
        TEXT_KEYS.len().saturating_sub(self.pieces.len())
    }

    /// A keyword with an id. One that would be read otherwise is left out, since a changed one would be another one.
    fn id(&mut self, keyword: &str, what: &str, value: Option<&str>, lost: &mut Lost) {
        let Some(value) = value else { return };
        let one_line = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let keyed = format!("{keyword}+{value}");
        let pieces = cut(&keyed, WIDTH - 2);
        let odd = one_line != value
            || value.chars().any(is_unsafe)
            || has_key(value)
            || has_keyword(value)
            || is_no_reference(value)
            || value.chars().count() > 70
            || pieces.len() > self.left()
            || pieces.iter().rev().skip(1).any(|p| p.chars().count() < WIDTH - 2);
        if odd {
            lost.tell(format!("{what} `{value}` cannot stand in MT940 as it is and was left out"));
            return;
        }
        self.pieces.extend(pieces);
    }

    fn amount(&mut self, keyword: &str, amount: Money, lost: &mut Lost) {
        let text = format!("{keyword}+{}{}", amount.currency(), figure(amount, lost));
        if self.left() > 0 && text.len() <= WIDTH {
            self.pieces.push(text);
        } else {
            lost.tell(format!("the amount {amount} has no room in MT940"));
        }
    }

    fn words(&mut self, keyword: &str, what: &str, value: Option<&str>, lost: &mut Lost) {
        let Some(value) = value else { return };
        let text = safe(what, value, false, lost);
        let pieces = cut(&format!("{keyword}+{}{text}", guard(&text)), 1);
        if pieces.len() > 4.min(self.left()) {
            lost.tell(format!("{what} `{value}` has no room in MT940"));
            return;
        }
        if !text.is_empty() {
            self.pieces.extend(pieces);
        }
    }

    /// The payer's words, each piece in a subfield of its own if there is room, else one after another.
    fn remittance(&mut self, r: &Remittance, lost: &mut Lost) {
        let words = r.unstructured.iter().map(|p| safe("the remittance text", p, false, lost));
        let mut words: Vec<String> = words.filter(|p| !p.is_empty()).collect();
        let said = words.concat();
        let mut added = Vec::new();
        for s in &r.structured {
            let numbers = s.documents.iter().filter_map(|d| d.number.as_deref());
            let all = s
                .creditor_reference
                .as_deref()
                .into_iter()
                .chain(numbers)
                .chain(s.additional.iter().map(String::as_str));
            for text in all.filter(|t| !said.contains(t)) {
                lost.tell(format!("the structured remittance `{text}` stands in the remittance text"));
                added.push(safe("the structured remittance", text, false, lost));
            }
        }
        added.append(&mut words);
        let apart: Vec<String> = added.iter().enumerate().flat_map(|(i, p)| svwz(p, i == 0)).collect();
        let mut pieces = if apart.len() > self.left() { svwz(&added.join(" "), true) } else { apart };
        if pieces.len() > self.left() {
            lost.tell("the remittance text is longer than its subfields and was cut");
            pieces.truncate(self.left());
        }
        self.pieces.append(&mut pieces);
    }
}

fn svwz(text: &str, first: bool) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let head = if first { "SVWZ+" } else { "" };
    cut(&format!("{head}{}{text}", guard(text)), 1)
}

/// A blank before text that begins like a field of its own.
fn guard(text: &str) -> &'static str {
    if begins_field(text) { " " } else { "" }
}

fn begins_field(text: &str) -> bool {
    KEYWORDS.iter().any(|k| text.strip_prefix(k).is_some_and(|r| r.starts_with('+') || r.starts_with(": ")))
}

/// Whether a keyword stands where a reader trusts it inside an id: at the start or after a blank.
fn has_keyword(text: &str) -> bool {
    begins_field(text) || text.match_indices(' ').any(|(at, _)| text.get(at + 1..).is_some_and(begins_field))
}

/// Whether a question mark and two digits stand in the text, which begin a subfield.
fn has_key(text: &str) -> bool {
    text.match_indices('?')
        .any(|(at, _)| text.get(at + 1..at + 3).is_some_and(|k| k.bytes().all(|b| b.is_ascii_digit())))
}

/// Text in subfields of 27 characters, or as few as `least`, such that none but the first begins like a field of its own and
/// blanks stand inside.
fn cut(text: &str, least: usize) -> Vec<String> {
    let mut rest: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    while rest.len() > WIDTH {
        // A reader trims the subfield before it looks for a field.
        let unkeyed = |at: &usize| {
            let head = rest.iter().skip(*at).skip_while(|c| c.is_whitespace()).take(8);
            !begins_field(&head.collect::<String>())
        };
        let blank = |i: usize| rest.get(i).is_none_or(|c| c.is_whitespace());
        let clean = |at: &usize| unkeyed(at) && !blank(*at) && !blank(at.saturating_sub(1));
        let range = || (least.max(1)..=WIDTH).rev();
        let at = range().find(clean).or_else(|| range().find(unkeyed)).unwrap_or(WIDTH);
        let tail = rest.split_off(at);
        out.push(rest.into_iter().collect());
        rest = tail;
    }
    out.push(rest.into_iter().collect());
    out
}

/// Text that no reader takes for structure: braces as brackets, controls as points, a blank after `?` before digits.
pub(super) fn safe(what: &str, text: &str, keep_lines: bool, lost: &mut Lost) -> String {
    let lines: Vec<&str> = text.split(['\n', '\r']).map(str::trim).filter(|l| !l.is_empty()).collect();
    let joined = lines.join(if keep_lines { "\n" } else { " " });
    let mut out = String::with_capacity(joined.len());
    let mut changed = lines.concat() != text.trim() && !keep_lines && what != "the remittance text";
    let mut chars = joined.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' => out.push('('),
            '}' => out.push(')'),
            '\t' => out.push(' '),
            '\n' => out.push('\n'),
            c if is_unsafe(c) => out.push('.'),
            c => out.push(c),
        }
        changed |= is_unsafe(c) && c != '\n';
        if c == '?' && chars.peek().is_some_and(char::is_ascii_digit) {
            out.push(' ');
            changed = true;
        }
    }
    if changed {
        lost.tell(format!("{what} has characters that MT940 cannot carry, and was written as `{out}`"));
    }
    out
}
