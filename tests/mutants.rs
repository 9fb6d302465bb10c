//! Damaged statements: thousands of seeded mutants of the fixtures. Nothing panics, every refusal has a line, and what is called
//! proven adds up when it is calculated again, apart from the library.
//!
//! With `TIEOUT_CORPUS` the same damage is done to the sample statements of many banks in that folder, in memory only.

#[path = "support/oracle.rs"]
mod oracle;

use oracle::{fine, read_checked, same_in_pieces, same_on_threads};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use tieout::formats::Statements;
use tieout::model::TieOut;

/// Mutants of each fixture; there are more than eighty.
const EACH: u64 = 60;

#[test]
fn damaged_fixtures_never_panic_and_never_prove_what_does_not_add_up() {
    let files = fixtures();
    let made: u64 = files.iter().map(|path| damage(path, EACH)).sum();
    assert!(made >= 2_000, "{made} mutants");
}

#[test]
fn damaged_or_whole_a_file_in_pieces_of_any_size_reads_as_at_once() {
    let mut faults = Vec::new();
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        let profile = read_checked(&bytes, None).ok().and_then(|read| Some(read.statements.first()?.dialect.clone()));
        for seed in 0..20u64 {
            let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
            let mutant = if seed < 5 { bytes.clone() } else { mutate(&bytes, &mut dice) };
            let size = 1 + dice.below(1_500);
            let same = catch_unwind(AssertUnwindSafe(|| same_in_pieces(&mutant, size, profile.as_deref())));
            if same.is_err() {
                faults.push(format!("{}: seed {seed}, pieces of {size}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn damaged_or_whole_a_file_reads_the_same_on_any_number_of_threads() {
    let mut faults = Vec::new();
    for path in fixtures() {
        let bytes = with_entries_repeated(&std::fs::read(&path).unwrap());
        // Only camt is read on several threads so far.
        let seeds = if bytes.starts_with(b"<") { 24 } else { 2 };
        for seed in 0..seeds {
            let mut dice = Dice(u64::wrapping_mul(seed, 0x9E37_79B9_7F4A_7C15) | 1);
            let mut mutant = if seed < 8 { bytes.clone() } else { mutate(&bytes, &mut dice) };
            if seed % 3 == 2 {
                mutant = mutate(&mutant, &mut dice);
            }
            let size = [dice.below(500), dice.below(20_000), 1 << 20][dice.below(3)] + 1;
            let same = catch_unwind(AssertUnwindSafe(|| same_on_threads(&mutant, size)));
            if same.is_err() {
                faults.push(format!("{}: seed {seed}, pieces of {size}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A camt file with each of its entries several times, so that there is work for several threads.
fn with_entries_repeated(bytes: &[u8]) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(bytes) else { return bytes.to_vec() };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, entry)) = rest.split_once("<Ntry>")
        && let Some((entry, after)) = entry.split_once("</Ntry>")
    {
        out.push_str(before);
        (0..6)
            .for_each(|i| out.push_str(&format!("<Ntry>{entry}</Ntry>{}", ["", "\n", "<!-- </Ntry> -->"][i % 8 % 3])));
        rest = after;
    }
    out.push_str(rest);
    out.into_bytes()
}

#[test]
fn an_amount_or_a_sign_changed_in_one_entry_is_never_proven_with_the_old_balances() {
    let mut made = 0;
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(original) = read_checked(&bytes, None) else { continue };
        if !all_proven(&original) {
            continue;
        }
        for (what, mutant) in changed_amounts(&bytes) {
            made += 1;
            let Ok(read) = read_checked(&mutant, None) else { continue };
            let unnoticed = all_proven(&read) && balances(&read) == balances(&original);
            assert!(!unnoticed, "{}: {what} was not noticed", path.display());
        }
    }
    assert!(made >= 200, "{made} changes");
}

#[test]
fn damaged_files_of_many_banks_never_panic_and_never_prove_what_does_not_add_up() {
    let Some(corpus) = std::env::var_os("TIEOUT_CORPUS").map(PathBuf::from) else {
        println!("skipped: TIEOUT_CORPUS names no folder");
        return;
    };
    let variants = std::env::var("TIEOUT_MUTANTS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let mut made = 0;
    for folder in ["camt052", "camt053", "camt054", "mt940", "mt942", "csv", "bai2", "ofx"] {
        let Ok(entries) = std::fs::read_dir(corpus.join(folder)) else { continue };
        let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
        paths.sort();
        for path in paths.iter().filter(|p| !p.to_string_lossy().ends_with(".json")) {
            made += damage(path, variants);
        }
    }
    println!("{made} mutants");
    assert!(made > 0, "no files in {}", corpus.display());
}

fn fixtures() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut open = vec![root.join("statements"), root.join("runs")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if !name.ends_with(".tsv") && name != "items.csv" && name != "customers.csv" {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(found.len() > 30, "{} fixtures", found.len());
    found
}

/// Reads mutants of a file, none of them longer than two seconds. Gives their number.
fn damage(path: &Path, count: u64) -> u64 {
    let bytes = std::fs::read(path).unwrap();
    for seed in 1..=count {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut mutant = mutate(&bytes, &mut dice);
        if dice.below(4) == 0 {
            mutant = mutate(&mutant, &mut dice);
        }
        let start = std::time::Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| read_checked(&mutant, None)));
        assert!(result.is_ok(), "{}: seed {seed}", path.display());
        let limit = 2 + bytes.len() as u64 / 1_000_000;
        assert!(start.elapsed().as_secs() <= limit, "{}: seed {seed} took {:?}", path.display(), start.elapsed());
    }
    count
}

fn mutate(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    let mut out = bytes.to_vec();
    let at = dice.below(bytes.len());
    match dice.below(12) {
        0 => out.truncate(at),
        1 => drop(out.drain(..at)),
        2 => out[at] ^= 1 << dice.below(8),
        3 => (0..5).for_each(|_| {
            let at = dice.below(bytes.len());
            out[at] ^= 1 << dice.below(8);
        }),
        4 => {
            let digits: Vec<usize> = (0..out.len()).filter(|i| out[*i].is_ascii_digit()).collect();
            if !digits.is_empty() {
                out[digits[dice.below(digits.len())]] = b'0' + u8::try_from(dice.below(10)).unwrap();
            }
        }
        5 => {
            let pairs: [(&[u8], &[u8]); 4] = [(b"CRDT", b"DBIT"), (b"DBIT", b"CRDT"), (b";-", b";"), (b"EUR", b"XXX")];
            let (from, to) = pairs[dice.below(pairs.len())];
            out = replaced(bytes, from, to, dice);
        }
        6..=8 => out = with_lines(bytes, dice),
        9 => {
            let damage: [&[u8]; 9] =
                [b"\xff", b"\0", b"\xef\xbb\xbf", b"\x1b[31m", b"\"", b";", b"\n", b"]]>", b"\xe2\x80\xae"];
            out.splice(at..at, damage[dice.below(damage.len())].iter().copied());
        }
        10 => {
            let damage: [&[u8]; 6] = [
                b"\r\n:61:2601010101C999,00NTRFX\r\n",
                b":62F:C260101EUR0,",
                b"\n-}\n",
                b"</Ntry>",
                b"<Ntry>",
                b"99999999999999999999999999999",
            ];
            out.splice(at..at, damage[dice.below(damage.len())].iter().copied());
        }
        _ => {
            let text = String::from_utf8_lossy(bytes);
            out = match dice.below(3) {
                0 => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
                1 => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                _ => text.replace("\r\n", "\n").replace('\n', "\r").into_bytes(),
            };
        }
    }
    out
}

/// One line dropped, doubled, or exchanged with another. Of XML with few lines, one element.
fn with_lines(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let end = if bytes.first() == Some(&b'<') { b'>' } else { b'\n' };
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == end).collect();
    let (one, two) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(3) {
        0 => drop(lines.remove(one)),
        1 => lines.insert(one, lines[two]),
        _ => lines.swap(one, two),
    }
    lines.concat()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8], dice: &mut Dice) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i..].starts_with(from)).collect();
    if places.is_empty() {
        return bytes.to_vec();
    }
    let at = places[dice.below(places.len())];
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// Every digit of every booked entry's amount changed once, and every direction turned.
fn changed_amounts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let mut change = |at: usize, to: &[u8], len: usize| {
        let what = format!("offset {at} to {}", String::from_utf8_lossy(to));
        out.push((what, [&bytes[..at], to, &bytes[at + len..]].concat()));
    };
    let text: String = bytes.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '?' }).collect();
    for (start, _) in text.match_indices(":61:").filter(|(i, _)| *i == 0 || text[..*i].ends_with('\n')) {
        let line = text[start..].lines().next().unwrap_or("");
        let Some(comma) = line.find(',') else { continue };
        let amount = line[..comma].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |i| i + 1);
        let until = line[comma + 1..].find(|c: char| !c.is_ascii_digit()).map_or(line.len(), |i| comma + 1 + i);
        let entry_amount = (amount..until).filter(|i| *i != comma);
        entry_amount.for_each(|i| change(start + i, &[other_digit(bytes[start + i])], 1));
        let mark = line[4..].find(|c: char| c.is_ascii_alphabetic()).map_or(0, |i| i + 4);
        match &line.as_bytes()[mark..] {
            [b'C', ..] => change(start + mark, b"D", 1),
            [b'D', ..] => change(start + mark, b"C", 1),
            [b'R', b'C', ..] => change(start + mark, b"RD", 2),
            [b'R', b'D', ..] => change(start + mark, b"RC", 2),
            _ => {}
        }
    }
    for (start, _) in text.match_indices("Ntry>").filter(|(i, _)| !text[..*i].ends_with('/')) {
        let entry = text[start..].split("/Ntry>").next().unwrap_or("");
        let not_booked = entry.contains("Sts>") && !entry.contains("BOOK");
        if not_booked || entry.split("NtryDtls").next().is_some_and(|e| e.contains("</Ntry")) {
            continue;
        }
        if let Some((from, to)) = entry.find("Amt Ccy=").and_then(|a| {
            let from = a + entry[a..].find('>')? + 1;
            Some((from, from + entry[from..].find('<')?))
        }) {
            let digits = (from..to).filter(|i| entry.as_bytes()[*i].is_ascii_digit());
            digits.for_each(|i| change(start + i, &[other_digit(bytes[start + i])], 1));
        }
        match entry.find("CdtDbtInd>").map(|i| i + 10).map(|i| (i, &entry[i..])) {
            Some((i, rest)) if rest.starts_with("CRDT") => change(start + i, b"DBIT", 4),
            Some((i, rest)) if rest.starts_with("DBIT") => change(start + i, b"CRDT", 4),
            _ => {}
        }
    }
    out
}

fn other_digit(digit: u8) -> u8 {
    if digit == b'9' { b'8' } else { digit + 1 }
}

fn all_proven(read: &Statements) -> bool {
    !read.statements.is_empty() && read.statements.iter().all(|s| s.tie_out == TieOut::Proven)
}

fn balances(read: &Statements) -> Vec<(i128, i128)> {
    let pair =
        |s: &tieout::model::Statement| Some((fine(s.opening.as_ref()?.amount), fine(s.closing.as_ref()?.amount)));
    read.statements.iter().filter_map(pair).collect()
}

/// Random numbers from a seed (xorshift*), so that a failure can be made again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % n.max(1)
    }
}
