//! `priors.toml`, `tieout.priors/1`: what `tieout calibrate` learned. TOML text in, checked [`Priors`] out, and back.

use super::InputFile;
use crate::base::{Place, line_column, sha256_hex};
use crate::error::{Error, ErrorCode};
use crate::model::{Outcome, Policy, Priors, reason_table};
use std::fmt::Write;

/// The priors that a policy asks for: those of its file, else none.
pub(super) fn of_policy(policy: &Policy, file: Option<&InputFile>) -> Result<Priors, Vec<Error>> {
    let fault = |found: String, expected: &str| {
        Err(vec![Error::new(ErrorCode::Config, Place::default().at("matching.priors"), found, expected)])
    };
    match (&policy.matching.priors, file) {
        (None, None) => Ok(Priors::default()),
        (Some(name), None) => fault(format!("no bytes of `{name}`"), "the file that the policy names"),
        (None, Some(file)) => {
            fault(format!("priors `{}` that the policy does not name", file.name), "`[matching] priors` in the policy")
        }
        (Some(_), Some(file)) => {
            let text = std::str::from_utf8(&file.bytes).map_err(|_| vec![super::not_utf8(&file.name)])?;
            read_priors(text, &file.name)
        }
    }
}

/// SHA-256 of what priors say, however their file is written; `None` where they say nothing.
pub(super) fn hash(priors: &Priors) -> Option<String> {
    (!priors.is_empty()).then(|| sha256_hex(serde_json::to_string(priors).unwrap_or_default().as_bytes()))
}

/// The priors file that a policy file names, as written there.
pub fn priors_of(text: &str) -> Option<String> {
    let table: toml::Table = toml::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    table.get("matching")?.get("priors")?.as_str().map(str::to_owned)
}

/// Reads and checks a file of priors.
///
/// # Errors
/// TOML that is no `tieout.priors/1`, a reason that nothing is applied with, more wrong than confirmed, or a shift beyond
/// [`Priors::SHIFT_MOST`].
pub fn read_priors(text: &str, file: &str) -> Result<Priors, Vec<Error>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fault = |at: &str, found: String, expected: String| {
        Error::new(ErrorCode::Config, Place::file(file).at(at), found, expected)
    };
    let priors: Priors = toml::from_str(text).map_err(|e| {
        let (line, column) = line_column(text, e.span().map_or(0, |s| s.start));
        let found = e.message().lines().next().unwrap_or("").to_owned();
        let expected = "a file as `tieout calibrate` writes it";
        vec![Error::new(ErrorCode::Config, Place::line_column(line, column).in_file(file), found, expected)]
    })?;
    let mut faults = Vec::new();
    if priors.schema != Priors::SCHEMA {
        faults.push(fault("schema", format!("`{}`", priors.schema), Priors::SCHEMA.to_owned()));
    }
    for (reason, record) in &priors.reason {
        let at = format!("reason.{}", reason.as_str());
        if !reason_table().iter().any(|row| row.code == *reason && row.outcome == Outcome::Applied) {
            faults.push(fault(&at, reason.as_str().to_owned(), "a reason that payments are applied with".to_owned()));
        }
        if record.wrong > record.confirmed {
            let found = format!("{} wrong of {}", record.wrong, record.confirmed);
            faults.push(fault(&at, found, "at most as many wrong as confirmed".to_owned()));
        }
        if record.shift.abs() > Priors::SHIFT_MOST {
            let most = Priors::SHIFT_MOST;
            let found = format!("shift {}", record.shift);
            faults.push(fault(&format!("{at}.shift"), found, format!("-{most} to {most} centibans")));
        }
    }
    if faults.is_empty() { Ok(priors) } else { Err(faults) }
}

/// The file's text, with comments for the reader; the same for the same priors.
pub fn priors_toml(priors: &Priors) -> String {
    let mut out = String::from(
        "# What confirmed decisions taught, by the reason that the first answer would be applied with.\n\
         # `shift` is added to the log-odds of such answers, in hundredths of a ban (100 is a factor of ten); the rest is the count\n\
         # behind it. Nothing changes unless a policy names this file: [matching] priors = \"priors.toml\". Gates stay gates.\n",
    );
    let _ = writeln!(out, "schema = \"{}\"", priors.schema);
    let _ = writeln!(out, "score_version = {}", toml::Value::from(priors.score_version.as_str()));
    let _ = writeln!(out, "confirmed = {}\nwrong = {}", priors.confirmed, priors.wrong);
    for (reason, r) in &priors.reason {
        let _ = writeln!(
            out,
            "\n[reason.{}]\nconfirmed = {}\nwrong = {}\nexpected_wrong_millionths = {}\nshift = {}",
            reason.as_str(),
            r.confirmed,
            r.wrong,
            r.expected_wrong_millionths,
            r.shift
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ReasonCode, ReasonRecord};

    #[test]
    fn what_is_written_reads_back() {
        let record = ReasonRecord { confirmed: 900, wrong: 3, expected_wrong_millionths: 81_000, shift: -18 };
        let priors = Priors {
            schema: Priors::SCHEMA.to_owned(),
            score_version: "1+gate:a@1".to_owned(),
            confirmed: 900,
            wrong: 3,
            reason: [(ReasonCode::SumUnique, record)].into(),
        };
        assert_eq!(read_priors(&priors_toml(&priors), "p.toml"), Ok(priors));
    }

    #[test]
    fn a_wild_shift_and_a_reason_of_the_queue_are_refused_together() {
        let text = "schema = \"tieout.priors/1\"\nscore_version = \"1\"\nconfirmed = 1\nwrong = 0\n\
            [reason.TIE]\nconfirmed = 1\nwrong = 2\nexpected_wrong_millionths = 0\nshift = 400\n";
        let said: Vec<String> = read_priors(text, "p.toml").unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:#?}");
        assert!(said.iter().any(|s| s.contains("shift 400")), "{said:#?}");
        assert!(read_priors("shift = [", "p.toml").is_err());
    }

    #[test]
    fn priors_count_only_where_the_policy_names_them() {
        let file = InputFile { name: "p.toml".to_owned(), bytes: priors_toml(&Priors::default()).into_bytes() };
        let mut policy = Policy::default();
        assert_eq!(of_policy(&policy, None), Ok(Priors::default()));
        assert!(of_policy(&policy, Some(&file)).is_err());
        policy.matching.priors = Some("p.toml".to_owned());
        assert!(of_policy(&policy, None).is_err());
        assert_eq!(priors_of("[matching]\npriors = \"p.toml\"\n"), Some("p.toml".to_owned()));
    }
}
