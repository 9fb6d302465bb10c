//! Which profile fits. In: bytes. Out: a ranked list with reasons, or one profile, or an error that says what to do.

use super::header::{Found, Head};
use super::infer;
use super::profile::Profile;
use super::table;
use crate::base::{Place, decode_text};
use crate::error::{Error, ErrorCode};
use std::borrow::Cow;

/// How well a profile fits a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Id of the profile.
    pub id: String,
    /// All required columns are there.
    pub fits: bool,
    /// Titles of the file that the profile knows; for one that does not fit, how many required ones were found.
    pub score: usize,
    /// Line of the header.
    pub header_line: Option<u64>,
    /// Required columns that are missing in the row that comes nearest.
    pub missing: Vec<String>,
    /// One sentence for a person.
    pub reason: String,
}

impl Profile {
    /// Ranks the built-in profiles by how well they fit the bytes: those that fit first, the better before the worse.
    /// Empty when the bytes are no text.
    pub fn detect(bytes: &[u8]) -> Vec<Fit> {
        decode_text(bytes, &["windows-1252"]).map_or_else(|_| Vec::new(), |d| rank(&Head::new(&d.text)))
    }
}

fn rank(head: &Head) -> Vec<Fit> {
    let mut fits: Vec<Fit> = Profile::builtins().iter().filter(|p| !p.detect.by_name).map(|p| fit(head, p)).collect();
    fits.sort_by(|a, b| (b.fits, b.score).cmp(&(a.fits, a.score)).then_with(|| a.id.cmp(&b.id)));
    fits
}

fn fit(head: &Head, profile: &Profile) -> Fit {
    let id = profile.id.clone();
    match head.find(profile) {
        Ok(Found { known, line, titles, .. }) => {
            let at = line.map_or("no header is needed".to_owned(), |l| format!("header in line {l}"));
            let reason = format!("{at}; {known} of {} columns known", titles.len());
            Fit { id, fits: true, score: known, header_line: line, missing: Vec::new(), reason }
        }
        Err(near) => {
            let reason = if near.matched == 0 {
                "none of its required columns were found".to_owned()
            } else {
                format!(
                    "line {} has {} of its required columns, not: {}",
                    near.line,
                    near.matched,
                    near.missing.join(", ")
                )
            };
            let line = (near.matched > 0).then_some(near.line);
            Fit { id, fits: false, score: near.matched, header_line: line, missing: near.missing, reason }
        }
    }
}

/// The one built-in profile that fits the text, else one told from the table itself. `forced` are the encodings to try for that, if
/// the user gave any.
///
/// # Errors
/// [`ErrorCode::Header`] when none fits and none can be told, with the columns found, the nearest profile and the reason; when two fit
/// about equally well, with both ids.
pub(super) fn choose(bytes: &[u8], text: &str, forced: &[String]) -> Result<Cow<'static, Profile>, Error> {
    let head = Head::new(text);
    let ranked = rank(&head);
    let best = ranked.first().filter(|f| f.fits);
    // Within reach: the second knows all but at most one of the columns that the first knows.
    let second = best.and_then(|b| ranked.get(1).filter(|s| s.fits && b.score.saturating_sub(s.score) < 2));
    match (best, second) {
        (Some(best), None) => {
            let built_in = Profile::builtins().iter().find(|p| p.id == best.id);
            built_in.map(Cow::Borrowed).ok_or_else(|| none(&head, &ranked, ""))
        }
        (Some(a), Some(b)) => Err(Error::new(
            ErrorCode::Header,
            Place::line_column(a.header_line.unwrap_or(1), 1),
            format!("a header that fits the profiles `{}` and `{}`", a.id, b.id),
            "one profile that fits better than all others",
        )
        .with_hint(format!("say which one: --profile {} or --profile {}", a.id, b.id))),
        (None, _) => match infer::infer(bytes, forced) {
            Ok((_, profile)) => Ok(Cow::Owned(profile)),
            Err(reason) => Err(none(&head, &ranked, &reason)),
        },
    }
}

/// The header of a file by a profile that was given.
///
/// # Errors
/// [`ErrorCode::Header`] with what is missing in the row that comes nearest.
pub(super) fn header(text: &str, profile: &Profile) -> Result<Found, Error> {
    let head = Head::new(text);
    head.find(profile).map_err(|near| {
        let (line, titles) = head.likely_header();
        let line = if near.matched > 0 { near.line } else { line };
        let expected = if profile.file.header {
            format!("the columns of profile `{}`; missing: {}", profile.id, near.missing.join(", "))
        } else {
            format!("rows of profile `{}`: {} cells, with its dates", profile.id, profile.file.width.unwrap_or(0))
        };
        Error::new(ErrorCode::Header, Place::line_column(line, 1), format!("columns {}", titles.join(", ")), expected)
            .with_hint("`tieout profiles detect FILE` shows which profiles come near")
    })
}

/// Whether the text is a table, or any profile fits it.
pub(super) fn looks_like_csv(text: &str) -> bool {
    let start = text.trim_start();
    if start.starts_with(['<', '{', '[', ':']) {
        return false;
    }
    let head = Head::new(text);
    head.is_tabular()
        || Profile::builtins().iter().any(|p| !p.detect.by_name && head.find(p).is_ok())
        || table::header(text).is_some()
        || table::without_header(text).is_some()
}

fn none(head: &Head, ranked: &[Fit], reason: &str) -> Error {
    let (line, titles) = head.likely_header();
    let nearest = ranked.first().filter(|f| f.score > 0);
    let expected = nearest.map_or_else(
        || format!("the header of a known bank export, or columns that say what they are: {reason}"),
        |f| {
            format!(
                "the header of a known bank export (nearest is `{}`, which also needs {}), or columns that say what they are: {reason}",
                f.id,
                f.missing.join(", ")
            )
        },
    );
    let plain = Profile::builtins().iter().find(|p| p.detect.by_name && head.find(p).is_ok());
    let own = "write a profile for this bank and give it with --profile FILE; `tieout profiles show nl-rabobank` is an example";
    let hint = plain.map_or_else(
        || own.to_owned(),
        |plain| format!("{own}; the columns have plain names: `tieout profiles check FILE --profile {0}` shows what they would become, --profile {0} reads them so", plain.id),
    );
    Error::new(ErrorCode::Header, Place::line_column(line, 1), format!("columns {}", titles.join(", ")), expected)
        .with_hint(hint)
}
