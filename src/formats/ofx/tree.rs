//! Tags to a tree. An element is a value if text follows its tag, and holds others if it is closed somewhere; in version 1 a value
//! has no end tag, and an empty one may stand without anything behind it.

use crate::base::Place;
use crate::error::{Error, ErrorCode};
use crate::formats::ReadOptions;
use std::collections::BTreeSet;

/// One element.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Node {
    /// Its name in capitals.
    pub name: String,
    /// Its text, trimmed, with the entities resolved.
    pub value: String,
    /// What it holds.
    pub children: Vec<Node>,
    /// Line of its tag, from 1.
    pub line: u64,
    /// Column of its tag, from 1.
    pub column: u64,
}

impl Node {
    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|c| c.name == name)
    }

    /// The text of the first child of a name, where it is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|c| c.value.as_str()).filter(|v| !v.is_empty())
    }

    /// All elements of a name below this one, in file order, those inside found ones left aside.
    pub(super) fn all<'n>(&'n self, names: &[&str]) -> Vec<&'n Node> {
        let mut found = Vec::new();
        let mut open: Vec<&Node> = self.children.iter().rev().collect();
        while let Some(node) = open.pop() {
            if names.contains(&node.name.as_str()) {
                found.push(node);
            } else {
                open.extend(node.children.iter().rev());
            }
        }
        found
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        Place::line_column(self.line, self.column).at(self.name.clone())
    }
}

struct Tag<'t> {
    name: String,
    closes: bool,
    text: &'t str,
    at: usize,
}

/// Reads the element `OFX`.
///
/// # Errors
/// No such element, or no end of it; nesting or a text beyond the limits; a document type.
pub(super) fn read(text: &str, options: &ReadOptions) -> Result<Node, Error> {
    let mut lines = Lines { text, at: 0, line: 1, start: 0 };
    let tags = tags(text, options, &mut lines)?;
    let closed: BTreeSet<&str> = tags.iter().filter(|t| t.closes).map(|t| t.name.as_str()).collect();
    let mut lines = Lines { text, at: 0, line: 1, start: 0 };
    let mut stack: Vec<Node> = Vec::new();
    let mut root = None;
    for tag in &tags {
        let (line, column) = lines.of(tag.at);
        if !tag.closes {
            if root.is_some() || stack.is_empty() && tag.name != "OFX" {
                continue;
            }
            let node = Node { name: tag.name.clone(), value: unescaped(tag.text), children: Vec::new(), line, column };
            if !node.value.is_empty() || !closed.contains(node.name.as_str()) {
                if let Some(parent) = stack.last_mut() {
                    parent.children.push(node);
                }
                continue;
            }
            stack.push(node);
            if stack.len() > options.limits.xml_depth {
                let expected = format!("at most {} levels", options.limits.xml_depth);
                return Err(Error::new(
                    ErrorCode::Limit,
                    Place::line_column(line, column),
                    "too many levels",
                    expected,
                ));
            }
            continue;
        }
        // The end of a value that needed none, or of an element around those that were never closed.
        let Some(depth) = stack.iter().rposition(|n| n.name == tag.name) else { continue };
        while stack.len() > depth {
            let Some(mut node) = stack.pop() else { break };
            // Empty values that were taken for elements give back what they took.
            let orphans = if node.name == tag.name { Vec::new() } else { std::mem::take(&mut node.children) };
            match stack.last_mut() {
                Some(parent) => {
                    parent.children.push(node);
                    parent.children.extend(orphans);
                }
                None => root = Some(node),
            }
        }
    }
    if let Some(root) = root {
        return Ok(root);
    }
    let at = stack.last().map(|n| (n.line, n.column, n.name.clone()));
    let error = match at {
        None => Error::new(ErrorCode::Structure, Place::line_column(1, 1), "no element `OFX`", "a file of OFX"),
        Some((line, column, name)) => {
            let place = Place::line_column(line, column).at(name.clone());
            Error::new(
                ErrorCode::Structure,
                place,
                format!("`{name}` is open at the end of the file"),
                "`</OFX>` at the end",
            )
        }
    };
    Err(error.with_hint("the file may be cut off; download it again"))
}

fn tags<'t>(text: &'t str, options: &ReadOptions, lines: &mut Lines<'t>) -> Result<Vec<Tag<'t>>, Error> {
    let mut tags = Vec::new();
    let mut starts = memchr::memchr_iter(b'<', text.as_bytes()).peekable();
    while let Some(at) = starts.next() {
        let until = starts.peek().copied().unwrap_or(text.len());
        let piece = text.get(at + 1..until).unwrap_or("");
        let Some((inner, after)) = piece.split_once('>') else { continue };
        if inner.starts_with(['?', '!']) {
            let head = inner.get(..8).unwrap_or("");
            if head.eq_ignore_ascii_case("!DOCTYPE") || head.eq_ignore_ascii_case("!ENTITY ") {
                let (line, column) = lines.of(at);
                return Err(Error::new(
                    ErrorCode::Doctype,
                    Place::line_column(line, column),
                    "a document type",
                    "none: OFX needs no DOCTYPE",
                )
                .with_hint("a document type can name files and grow without bound; it is never read"));
            }
            continue;
        }
        if after.len() > options.limits.field_bytes {
            let (line, column) = lines.of(at);
            let expected = format!("at most {} bytes", options.limits.field_bytes);
            return Err(Error::new(
                ErrorCode::Limit,
                Place::line_column(line, column),
                format!("a text of {} bytes", after.len()),
                expected,
            ));
        }
        let closes = inner.starts_with('/');
        let name = inner.trim_start_matches('/').trim_end_matches('/').split_whitespace().next().unwrap_or("");
        let valid = !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':'));
        if valid {
            tags.push(Tag { name: name.to_ascii_uppercase(), closes, text: if closes { "" } else { after }, at });
        }
    }
    Ok(tags)
}

/// Line and column of ascending offsets.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    start: usize,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> (u64, u64) {
        let passed = self.text.get(self.at..offset).unwrap_or("");
        for end in memchr::memchr_iter(b'\n', passed.as_bytes()) {
            self.line += 1;
            self.start = self.at + end + 1;
        }
        self.at = self.at.max(offset);
        let column = self.text.get(self.start..offset).map_or(0, |t| t.chars().count()) as u64 + 1;
        (self.line, column)
    }
}

/// Text with its entities resolved; one that nobody knows stays as it is, since version 1 writes a bare `&` too.
fn unescaped(text: &str) -> String {
    let text = text.trim();
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        match entity.and_then(|(name, tail)| Some((character(name)?, tail))) {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => ' ',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        read(text, &ReadOptions::default()).unwrap()
    }

    #[test]
    fn values_need_no_end_and_may_be_empty() {
        let t = tree("<OFX><A><B>1 &amp; 2\n<EMPTY>\n<C>3</C></A>\n<A><B></B><D>4</A></OFX>");
        let a = t.all(&["A"]);
        assert_eq!((a[0].text("B"), a[0].text("EMPTY"), a[0].text("C")), (Some("1 & 2"), None, Some("3")));
        assert_eq!((a[1].text("B"), a[1].text("D")), (None, Some("4")));
        assert_eq!((a[0].children[2].line, a[0].children[2].column), (3, 1));
    }

    #[test]
    fn an_empty_value_that_is_closed_elsewhere_takes_nothing() {
        let t = tree("<OFX><A><MEMO><B>1<C>2</A><A><MEMO></MEMO><B>3</A></OFX>");
        let a = t.all(&["A"]);
        assert_eq!((a[0].text("B"), a[0].text("C"), a[1].text("B")), (Some("1"), Some("2"), Some("3")));
    }

    #[test]
    fn a_cut_file_and_a_document_type_are_refused() {
        let code = |t: &str| read(t, &ReadOptions::default()).unwrap_err().code();
        assert_eq!(code("<OFX><A><B>1"), ErrorCode::Structure);
        assert_eq!(code("<!DOCTYPE x><OFX></OFX>"), ErrorCode::Doctype);
        assert_eq!(code("nothing"), ErrorCode::Structure);
        assert_eq!(code(&format!("<OFX>{}{}</OFX>", "<A>".repeat(90), "</A>".repeat(90))), ErrorCode::Limit);
    }
}
