//! `tieout parse`: any statement as JSON, or as normalised payments.

use super::args::{Parse, ParseOutput};
use super::failure::{DONE, Failure, REJECTED, does_not_tie_out, open_statement};
use super::files;
use super::say::Say;
use rayon::prelude::*;
use tieout::error::{Error, ErrorCode};
use tieout::formats::{ReadOptions, read_statements};
use tieout::model::{FindingCode, Statement, TieOut};
use tieout::outputs::{escape_hidden, parsed_json, payments_csv, payments_jsonl};
use tieout::run::{InputFile, payments_of};

/// Prints what the files hold.
pub fn parse(args: Parse, say: &Say) -> Result<u8, Failure> {
    let (options, profile_file) = files::options(&args.read)?;
    let leave_out = profile_file.as_ref().and(args.read.profile.as_deref()).map(std::path::Path::new);
    let given = files::statements(&args.files, leave_out.as_slice(), &options)?;
    given.tell(say);
    if args.output == ParseOutput::Json {
        return statements(&given.files, &options, say);
    }
    let (payments, checkup) = payments_of(&given.files, &options);
    for repeated in &checkup.repeated {
        say.note(&format!("{}: {}", repeated.file, repeated.text));
    }
    for error in &checkup.rejected {
        say.error(error);
    }
    let text = match args.output {
        ParseOutput::Csv => payments_csv(&payments, args.csv_dialect.into()),
        _ => payments_jsonl(&payments),
    };
    say.out(&text)?;
    let open: Vec<Error> = checkup.statements.iter().filter_map(open_statement).collect();
    say.errors(&open);
    let broken = !open.is_empty();
    Ok(if broken || !checkup.rejected.is_empty() { REJECTED } else { DONE })
}

fn statements(given: &[InputFile], options: &ReadOptions, say: &Say) -> Result<u8, Failure> {
    let mut code = DONE;
    let parallel = given.len() < rayon::current_num_threads();
    // A piece at a time, so that a folder of many large files does not stand in memory as text.
    for piece in given.chunks(64) {
        let lines: Vec<_> = piece
            .par_iter()
            .map(|file| {
                let options = ReadOptions { file: file.name.clone(), parallel, ..options.clone() };
                let read = read_statements(&file.bytes, &options);
                let mut line = escape_hidden(parsed_json(&file.name, &read));
                line.push('\n');
                let errors = match read {
                    Ok(read) => read.statements.iter().filter_map(|s| open_figures(s, &file.name)).collect(),
                    Err(error) => vec![error],
                };
                (line, errors)
            })
            .collect();
        for (line, errors) in lines {
            say.out(&line)?;
            for error in &errors {
                code = REJECTED;
                say.error(error);
            }
        }
    }
    Ok(code)
}

/// Why a statement does not tie out: its first finding that says so. Statements that owe no proof give nothing.
fn open_figures(statement: &Statement, file: &str) -> Option<Error> {
    let spoils = statement.findings.iter().find(|f| f.code.spoils_tie_out());
    let finding = match statement.tie_out {
        // Twice in one file: whoever adds up what is printed must know.
        TieOut::Proven => statement.findings.iter().find(|f| f.code == FindingCode::StatementRepeated),
        TieOut::Unproven => spoils,
        TieOut::Broken => spoils.or(statement.findings.first()),
    };
    if finding.is_none() && statement.tie_out != TieOut::Broken {
        return None;
    }
    let (place, text) =
        finding.map_or((&statement.place, "its figures contradict each other"), |f| (&f.place, &f.text));
    let place = place.clone().in_file(file);
    if finding.is_some_and(|f| f.code == FindingCode::StatementRepeated) {
        let error = Error::new(ErrorCode::TieOut, place, text, "");
        return Some(error.with_hint("`tieout check` and `tieout run` count it once"));
    }
    Some(does_not_tie_out(place, text))
}
