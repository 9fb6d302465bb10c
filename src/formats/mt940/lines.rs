//! Text to messages and fields. Comes in: decoded text. Goes out: one [`Message`] per `:20:`, each with its fields as slices
//! of the text. Knows envelopes, headers and line ends; what a field means is left to [`super::fields`].

use super::bic::{Bic, bic_of};
use crate::base::Place;
use crate::model::{Finding, FindingCode};

/// The tags of MT940, MT941, MT942 and MT950 that start a field. Any other line stays text of the field before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `:20:` transaction reference.
    Reference,
    /// `:21:` related reference.
    Related,
    /// `:25:` account.
    Account,
    /// `:25P:` account and BIC.
    AccountWithBic,
    /// `:28C:`, also `:28:`: statement number and page.
    Number,
    /// `:60F:`
    Opening,
    /// `:60M:`
    OpeningPage,
    /// `:61:` statement line.
    Line,
    /// `:62F:`
    Closing,
    /// `:62M:`
    ClosingPage,
    /// `:64:`
    Available,
    /// `:65:`
    Forward,
    /// `:86:` information to the account owner.
    Info,
    /// `:34F:` floor limit.
    Floor,
    /// `:13D:`, also `:13:`: date and time of the report.
    Stamp,
    /// `:90D:`
    DebitTotal,
    /// `:90C:`
    CreditTotal,
    /// `:NS:`, an extension outside SWIFT.
    Extension,
}

/// Name of each tag, and the tag in its colons, for places.
const TAGS: &[(&str, Tag, &str)] = &[
    ("61", Tag::Line, ":61:"),
    ("86", Tag::Info, ":86:"),
    ("20", Tag::Reference, ":20:"),
    ("21", Tag::Related, ":21:"),
    ("25", Tag::Account, ":25:"),
    ("25P", Tag::AccountWithBic, ":25P:"),
    ("28C", Tag::Number, ":28C:"),
    ("28", Tag::Number, ":28:"),
    ("60F", Tag::Opening, ":60F:"),
    ("60M", Tag::OpeningPage, ":60M:"),
    ("62F", Tag::Closing, ":62F:"),
    ("62M", Tag::ClosingPage, ":62M:"),
    ("64", Tag::Available, ":64:"),
    ("65", Tag::Forward, ":65:"),
    ("34F", Tag::Floor, ":34F:"),
    ("13D", Tag::Stamp, ":13D:"),
    ("13", Tag::Stamp, ":13:"),
    ("90D", Tag::DebitTotal, ":90D:"),
    ("90C", Tag::CreditTotal, ":90C:"),
    ("NS", Tag::Extension, ":NS:"),
];

impl Tag {
    /// The tag as it stands in the file, for places: `:61:`.
    pub(super) fn path(self) -> &'static str {
        TAGS.iter().find(|(_, t, _)| *t == self).map_or("", |(.., path)| path)
    }

    fn opens_message(self) -> bool {
        matches!(
            self,
            Tag::Reference | Tag::Account | Tag::AccountWithBic | Tag::Number | Tag::Opening | Tag::OpeningPage
        )
    }
}

/// One field: its tag and the raw text after it, line ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'t> {
    /// Which field.
    pub tag: Tag,
    /// Line of the tag, from 1.
    pub line: u64,
    /// Column of the first character of [`Field::text`], from 1.
    pub column: u64,
    /// Everything up to the next field.
    pub text: &'t str,
}

impl<'t> Field<'t> {
    /// The lines of the text.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'t str> {
        split_lines(self.text)
    }

    /// The first line, trimmed.
    pub(super) fn first_line(&self) -> &'t str {
        self.lines().next().unwrap_or("").trim()
    }

    /// The place of a character, by its offset in bytes from the start of the text.
    pub(super) fn place(&self, offset: usize) -> Place {
        if offset == 0 {
            return Place::line_column(self.line, self.column).at_tag(self.tag.path());
        }
        let before = self.text.get(..offset).unwrap_or(self.text);
        let lines = split_lines(before).count().max(1);
        let last = split_lines(before).last().unwrap_or("").chars().count() as u64;
        let ends_line = before.ends_with(['\n', '\r']);
        let (down, column) = match (lines, ends_line) {
            (n, true) => (n as u64, 1),
            (1, false) => (0, self.column + last),
            (n, false) => (n as u64 - 1, last + 1),
        };
        Place::line_column(self.line + down, column).at_tag(self.tag.path())
    }
}

/// Which message type a header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum MessageType {
    /// No header says.
    #[default]
    Unsaid,
    /// MT940.
    Mt940,
    /// MT941 balance report: totals, no entries.
    Mt941,
    /// MT942 interim report.
    Mt942,
    /// MT950: as MT940 without `:86:`.
    Mt950,
}

/// What stands around the messages.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Header {
    /// Type of message.
    pub message_type: MessageType,
    /// House layout, by the header lines that only this bank writes.
    pub house: Option<&'static str>,
    /// BIC of the sender, 8 or 11 characters, from the SWIFT envelope.
    pub bic: Option<Bic>,
}

/// One message.
#[derive(Debug, Clone)]
pub(super) struct Message<'t> {
    /// What stood around it; a header holds until the next.
    pub header: Header,
    /// Line of its first field.
    pub line: u64,
    /// Its fields in file order.
    pub fields: Vec<Field<'t>>,
}

impl Message<'_> {
    /// Whether anything follows the references.
    pub(super) fn says_something(&self) -> bool {
        !self.fields.iter().all(|f| matches!(f.tag, Tag::Reference | Tag::Related))
    }
}

/// All messages of a text, and at most `limit` findings on lines that belong to none.
pub(super) fn messages(text: &str, limit: usize) -> (Vec<Message<'_>>, Vec<Finding>) {
    let split = split(text, Carried::default(), true, limit);
    (split.messages, split.findings)
}

/// What is known between two pieces of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carried {
    /// Lines before the piece.
    pub lines: u64,
    header: Header,
    /// The piece begins with a `:61:` of a message whose account and opening balance were read.
    pub inside: bool,
    ended: bool,
    has_opening: bool,
    /// Findings so far.
    findings: usize,
}

/// A piece of a text, split.
pub(super) struct Split<'t> {
    /// The messages that end in it. The first goes on with one of the piece before, if something was [`Carried::inside`].
    pub messages: Vec<Message<'t>>,
    /// The message that is open at the end of the piece: its fields before its last `:61:`.
    pub open: Option<Message<'t>>,
    /// Bytes of the text that need not be looked at again, and what is known there.
    pub rest: (usize, Carried),
    /// On lines that belong to no field.
    pub findings: Vec<Finding>,
}

/// Splits a piece of a text. At the end of the text the last field and message end, too.
pub(super) fn split(text: &str, carried: Carried, at_end: bool, limit: usize) -> Split<'_> {
    let Carried { header, inside, ended, has_opening, .. } = carried;
    let limit = limit.saturating_sub(carried.findings);
    let mut s = Splitter { text, header, ended, has_opening, told: carried.findings > 0, limit, ..Splitter::default() };
    let mut start = 0usize;
    let mut number = carried.lines;
    let bytes = text.as_bytes();
    while start < bytes.len() {
        number += 1;
        let rest = bytes.get(start..).unwrap_or_default();
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let end = start + length;
        s.line(start, end, number);
        let crlf = bytes.get(end..end + 2) == Some(b"\r\n");
        start = end + if crlf { 2 } else { 1 };
    }
    let next = Carried { lines: number, header: s.header, ..Carried::default() };
    let (mut open, mut rest) = (None, (text.len(), next));
    if at_end {
        s.close_field();
        s.close_message();
    } else if let Some(begin) = s.begin {
        let before = s.mark.map_or(0, |m| m.fields);
        let has = |tags: &[Tag]| s.fields.iter().take(before).any(|f| tags.contains(&f.tag));
        let goes_on = inside && s.messages.is_empty();
        let settled = has(&[Tag::Account, Tag::AccountWithBic]) && has(&[Tag::Opening, Tag::OpeningPage]);
        let mark = match s.mark.filter(|_| goes_on || settled) {
            Some(mark) => {
                s.fields.truncate(before);
                let line = s.fields.first().map_or(0, |f| f.line);
                open = Some(Message { header: s.header, line, fields: std::mem::take(&mut s.fields) });
                mark
            }
            None => begin,
        };
        s.findings.truncate(mark.findings);
        let Mark { lines, ended, has_opening, .. } = mark;
        rest = (mark.at, Carried { lines, ended, has_opening, inside: open.is_some(), ..next });
    }
    rest.1.findings = carried.findings + s.findings.len();
    Split { messages: s.messages, open, rest, findings: s.findings }
}

/// Lines of a text, ended by LF, CRLF or CR. An end at the end of the text adds no empty line.
pub(super) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text).filter(|t| !t.is_empty());
    std::iter::from_fn(move || {
        let now = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', now.as_bytes()) else {
            rest = None;
            return Some(now);
        };
        let (line, tail) = now.split_at_checked(end)?;
        let tail = tail.strip_prefix("\r\n").or_else(|| tail.strip_prefix(['\n', '\r'])).unwrap_or("");
        rest = Some(tail).filter(|t| !t.is_empty());
        Some(line)
    })
}

/// The tag at the start of a line, known or not: its name and the text after it.
pub(super) fn tag_pattern(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix(':')?;
    let colon = rest.bytes().take(4).position(|b| b == b':')?;
    let (name, value) = (rest.get(..colon)?, rest.get(colon + 1..)?);
    let mut letters = name.bytes();
    let digits = letters.next()?.is_ascii_digit() && letters.next()?.is_ascii_digit();
    let suffix = name.get(2..).is_some_and(|s| s.len() <= 1 && s.bytes().all(|b| b.is_ascii_uppercase()));
    (digits && suffix || name == "NS" || name == "NSF").then_some((name, value))
}

/// Whether a text line is, as a whole, one of the ways a message ends: `-`, `-}…`, `-XXX`; one leading blank is seen.
fn ends_message(line: &str) -> bool {
    // Some exports turn the hyphen into a soft one.
    match line.trim_start_matches(' ').strip_prefix(['-', '\u{ad}']) {
        Some(rest) => rest.trim_end().is_empty() || rest.starts_with('}') || rest.trim_end() == "XXX",
        None => false,
    }
}

/// A place to begin again, and what was known there.
#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    lines: u64,
    fields: usize,
    ended: bool,
    has_opening: bool,
    findings: usize,
}

#[derive(Default)]
struct Splitter<'t> {
    text: &'t str,
    header: Header,
    /// The first field of the open message.
    begin: Option<Mark>,
    /// Its last `:61:`.
    mark: Option<Mark>,
    /// Something was found before this piece.
    told: bool,
    fields: Vec<Field<'t>>,
    /// The field being read: tag, line, column, start and end of its text.
    open: Option<(Tag, u64, u64, usize, usize)>,
    /// A line has ended the message; what may still follow are closing fields that stood behind a stray `-`.
    ended: bool,
    has_opening: bool,
    messages: Vec<Message<'t>>,
    findings: Vec<Finding>,
    limit: usize,
}

impl<'t> Splitter<'t> {
    fn line(&mut self, start: usize, end: usize, number: u64) {
        let text = self.text;
        let line = text.get(start..end).unwrap_or("");
        let outside = self.open.is_none();
        match line.as_bytes().first() {
            Some(b':') => return self.colon_line(line, start, end, number),
            Some(b'{') if envelope_block(line).is_some() => return self.envelope(line, start, end, number),
            Some(b'-' | b' ' | 0xC2) if ends_message(line) => {
                self.close_field();
                self.ended = true;
                // `-}{5:{CHK:..}}{1:F01..` goes on with the next message's envelope in the same line.
                if let Some(at) = line.find("{1:") {
                    self.envelope(line.get(at..).unwrap_or(""), start + at, end, number);
                }
                return;
            }
            _ => {}
        }
        if outside && (line.is_empty() || self.header_line(line)) {
            return;
        }
        match self.open.as_mut() {
            Some((.., until)) => *until = end,
            None => self.outside(line, number),
        }
    }

    /// Text that belongs to no field, told once.
    fn outside(&mut self, line: &str, number: u64) {
        if !line.trim().is_empty() && self.findings.is_empty() && !self.told {
            let place = Place::line(number);
            self.findings.push(Finding::new(FindingCode::UnknownField, place, "text outside any field was left aside"));
        }
    }

    fn colon_line(&mut self, line: &'t str, start: usize, end: usize, number: u64) {
        if let Some(rest) = line.strip_prefix(":940:") {
            // Rabobank's first line, which is no SWIFT tag.
            if rest.trim().is_empty() {
                self.close_field();
                self.close_message();
                self.header = Header { message_type: MessageType::Mt940, house: Some("nl-rabobank"), bic: None };
                return;
            }
        }
        let found = tag_pattern(line);
        let known = found.and_then(|(name, value)| Some((TAGS.iter().find(|(n, ..)| *n == name)?.1, name, value)));
        let known = known.filter(|(.., value)| !self.cuts_a_time(value));
        let Some((tag, name, value)) = known else {
            if let Some((name, _)) = found.filter(|_| self.findings.len() < self.limit) {
                let text =
                    format!("`:{name}:` is no tag of a statement; the line was read as text of the field before");
                self.findings.push(Finding::new(FindingCode::UnknownField, Place::line(number), text));
            }
            match self.open.as_mut() {
                Some((.., until)) => *until = end,
                None if found.is_none() => self.outside(line, number),
                None => {}
            }
            return;
        };
        self.close_field();
        let again = matches!(tag, Tag::Opening | Tag::OpeningPage) && self.has_opening;
        if tag == Tag::Reference || again || self.ended && tag.opens_message() {
            self.close_message();
        }
        let mark = Mark {
            at: start,
            lines: number.saturating_sub(1),
            fields: self.fields.len(),
            ended: self.ended,
            has_opening: self.has_opening,
            findings: self.findings.len(),
        };
        self.begin.get_or_insert(mark);
        if tag == Tag::Line {
            self.mark = Some(mark);
        }
        self.has_opening |= matches!(tag, Tag::Opening | Tag::OpeningPage);
        let value_start = end - value.len();
        let column = name.len() as u64 + 3;
        self.open = Some((tag, number, column, value_start.max(start), end));
    }

    /// Whether the line goes on with a time of day that the line break cut: `… 24.04.2026 15` / `:20:01`.
    fn cuts_a_time(&self, value: &str) -> bool {
        let Some((Tag::Info, .., start, end)) = self.open else { return false };
        let mut before = self.text.get(start..end).unwrap_or("").bytes().rev();
        let mut after = value.bytes();
        let two = |a: Option<u8>, b: Option<u8>| {
            a.is_some_and(|a| a.is_ascii_digit()) && b.is_some_and(|b| b.is_ascii_digit())
        };
        two(before.next(), before.next())
            && before.next().is_some_and(|b| matches!(b, b' ' | b'T' | b'/'))
            && two(after.next().filter(|b| *b < b'6'), after.next())
            && after.next().is_none_or(|b| !b.is_ascii_alphanumeric())
    }

    fn envelope(&mut self, line: &'t str, start: usize, end: usize, number: u64) {
        self.close_field();
        if line.starts_with("{1:") {
            self.close_message();
            self.header = Header::default();
        }
        if let Some(bic) = block(line, "{1:F01").and_then(bic_of) {
            self.header.bic = Some(bic);
        }
        if let Some(two) = block(line, "{2:") {
            self.header.message_type = match two.get(1..4) {
                Some("940") => MessageType::Mt940,
                Some("941") => MessageType::Mt941,
                Some("942") => MessageType::Mt942,
                Some("950") => MessageType::Mt950,
                _ => self.header.message_type,
            };
            if two.starts_with('O') {
                // Delivered by SWIFT: block 1 is the receiver, the sender stands in the input reference.
                self.header.bic = two.get(14..).and_then(bic_of);
            }
        }
        if self.header.bic.is_some_and(|bic| bic.as_str().starts_with("INGBNL2A")) {
            self.header.house = Some("nl-ing");
        }
        // `{4:` may be followed by the first field in the same line.
        if let Some(at) = line.find("{4:") {
            let from = start + at + 3;
            let rest = self.text.get(from..end).unwrap_or("");
            if rest.starts_with(':') {
                self.colon_line(rest, from, end, number);
            }
        }
    }

    /// Lines that old layouts put before `:20:`: `ABNANL2A` / `940`, `0000 01INGBNL2AXXXX00001` / `940 00`.
    fn header_line(&mut self, line: &str) -> bool {
        let line = line.trim();
        let house = match line {
            "ABNANL2A" => Some("nl-abnamro"),
            _ if line.starts_with("0000 01INGB") => Some("nl-ing"),
            _ => None,
        };
        let message_type = match line.split(' ').next() {
            Some("940") if line.len() <= 6 => MessageType::Mt940,
            Some("942") if line.len() <= 6 => MessageType::Mt942,
            _ => MessageType::Unsaid,
        };
        if house.is_none() && message_type == MessageType::Unsaid {
            return false;
        }
        if self.ended {
            self.close_message();
        }
        if house.is_some() {
            self.header.house = house;
        }
        if message_type != MessageType::Unsaid {
            self.header.message_type = message_type;
        }
        true
    }

    fn close_field(&mut self) {
        if let Some((tag, line, column, start, end)) = self.open.take() {
            self.fields.push(Field { tag, line, column, text: self.text.get(start..end).unwrap_or("") });
        }
    }

    fn close_message(&mut self) {
        self.ended = false;
        self.has_opening = false;
        (self.begin, self.mark) = (None, None);
        let mut fields = std::mem::take(&mut self.fields);
        // A file may hold very many very short messages.
        fields.shrink_to_fit();
        if let Some(first) = fields.first() {
            self.messages.push(Message { header: self.header, line: first.line, fields });
        }
    }
}

/// The number of the block that a line opens with: `{1:` to `{5:`.
fn envelope_block(line: &str) -> Option<u8> {
    match line.as_bytes() {
        [b'{', n @ b'1'..=b'5', b':', ..] => Some(*n),
        _ => None,
    }
}

/// The content of a block up to its brace.
fn block<'t>(line: &'t str, start: &str) -> Option<&'t str> {
    let at = line.find(start)?;
    line.get(at + start.len()..)?.split('}').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<Vec<(Tag, &str)>> {
        messages(text, 9).0.iter().map(|m| m.fields.iter().map(|f| (f.tag, f.text)).collect()).collect()
    }

    #[test]
    fn every_line_end_splits_alike() {
        for end in ["\n", "\r\n", "\r"] {
            let text = [":20:A", ":86:one", "two", "-", ":20:B"].join(end);
            let got = messages(&text, 9).0;
            assert_eq!(got.len(), 2, "{end:?}");
            let info: Vec<&str> = got[0].fields[1].lines().collect();
            assert_eq!(info, ["one", "two"]);
            assert_eq!(got[1].line, 5);
        }
    }

    #[test]
    fn only_a_known_tag_starts_a_field_and_only_a_whole_dash_line_ends_a_message() {
        let got = tags(":20:A\n:86:x\n:12:11\n- text\n:23E:y\n:note\n -\n:20:B\n-XXX\n:20:C\n-}{5:}\n");
        assert_eq!(got.len(), 3);
        assert_eq!(got[0][1], (Tag::Info, "x\n:12:11\n- text\n:23E:y\n:note"));
    }

    #[test]
    fn text_outside_any_field_is_told_even_behind_a_colon() {
        assert_eq!(messages(":20:A\n-\n:2", 9).1.len(), 1);
        assert_eq!(messages(":20:A\n-\n\n", 9).1.len(), 0);
    }

    #[test]
    fn a_stray_dash_does_not_cut_off_the_closing_balance() {
        let got = tags(":20:A\n:60F:o\n:61:l\n:86:x\n-\n:62F:c\n:20:B\n");
        assert_eq!(got.len(), 2);
        assert_eq!(got[0].len(), 5);
    }

    #[test]
    fn a_time_cut_by_the_line_is_no_tag() {
        let got = tags(":20:A\n:86:ATM 24.04.2026 15\n:20:01 PAS\n:20:B\n");
        assert_eq!(got.len(), 2);
        assert_eq!(got[0][1], (Tag::Info, "ATM 24.04.2026 15\n:20:01 PAS"));
    }

    #[test]
    fn envelopes_and_headers_are_taken_off() {
        let (m, _) =
            messages("{1:F01BANKDEFFAXXX0000000000}{2:I942BANKDEFFXXXXN}{3:{108:x}}{4:\r\n:20:A\r\n-}{5:{CHK:1}}", 9);
        assert_eq!((m.len(), m[0].header.message_type), (1, MessageType::Mt942));
        assert_eq!(m[0].header.bic.map(|b| b.as_str().to_owned()).as_deref(), Some("BANKDEFF"));
        let (m, _) = messages("ABNANL2A\n940\nABNANL2A\n:20:ABN\n-\nABNANL2A\n940\nABNANL2A\n:20:ABN\n-\n", 9);
        assert_eq!((m.len(), m[1].header.house), (2, Some("nl-abnamro")));
        let (m, _) = messages("0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n:20:MPBZ\n-XXX\n", 9);
        assert_eq!((m.len(), m[0].header.house), (1, Some("nl-ing")));
        let (m, _) = messages(":940:\n:20:A\n:20:B\n", 9);
        assert_eq!((m.len(), m[1].header.house), (2, Some("nl-rabobank")));
    }

    #[test]
    fn a_place_counts_lines_and_characters() {
        let (m, _) = messages(":20:A\r\n:86:ä1\r\nbc\r\n", 9);
        let field = m[0].fields[1];
        assert_eq!(field.place(0), Place::line_column(2, 5).at(":86:"));
        assert_eq!(field.place(2), Place::line_column(2, 6).at(":86:"));
        assert_eq!(field.place(6), Place::line_column(3, 2).at(":86:"));
    }
}
