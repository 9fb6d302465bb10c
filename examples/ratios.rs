//! What reading costs beside a bare loop over the same bytes: `cargo run --release --example ratios -- FILE [PROFILE.toml]`.
//!
//! CPU time of one thread, the best of five runs each, all in one run since absolute figures drift with the machine; on two threads
//! wall time of a camt file, beside that of the floor on one. The floors:
//! camt the event loop of quick-xml; MT940 a memchr loop over the lines that cuts each entry into a typed row; CSV the record
//! loop of the `csv` crate.

use quick_xml::events::Event;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tieout::formats::{ReadOptions, csv::Profile, read_figures_from, read_statements, read_statements_from};
use tieout::model::Format;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("ratios FILE [PROFILE.toml]")?;
    let bytes = std::fs::read(&path)?;
    let profile = args.next().map(std::fs::read_to_string).transpose()?;
    let profile = profile.map(|text| Profile::from_toml(&text, "profile")).transpose()?;
    let options = ReadOptions { profile, ..ReadOptions::for_file(path) };
    let read = read_statements(&bytes, &options)?;
    let entries: usize = read.statements.iter().map(|s| s.entries.len()).sum();
    let tie_out: Vec<&str> = read.statements.iter().map(|s| s.tie_out.as_str()).collect();
    let format = read.format;
    let start = Instant::now();
    drop(read);
    let release = start.elapsed();
    println!("{} bytes, {entries} entries, {tie_out:?}", bytes.len());
    let (what, bare) = match format {
        Format::Csv => ("csv ByteRecord loop", best(|| csv_records(&bytes))),
        Format::Mt940 | Format::Mt942 => ("memchr lines to typed rows", best(|| mt940_rows(&bytes))),
        _ => ("quick-xml event loop", best(|| xml_events(&bytes))),
    };
    let model = best(|| drop(black_box(read_statements(&bytes, &options))));
    let figures = best(|| drop(black_box(read_figures_from(&mut bytes.as_slice(), &options))));
    let as_they_come = best(|| drop(black_box(read_statements_from(&mut bytes.as_slice(), &options, &mut |_| {}))));
    for (what, took) in
        [(what, bare), ("all entries kept", model), ("entries as they come", as_they_come), ("figures alone", figures)]
    {
        let speed = bytes.len() as f64 / took.as_secs_f64() / 1e6;
        let ratio = took.as_secs_f64() / bare.as_secs_f64();
        println!("{what:28} {:8.1} ms  {speed:6.0} MB/s  {ratio:6.2}", took.as_secs_f64() * 1e3);
    }
    if matches!(format, Format::Camt052 | Format::Camt053 | Format::Camt054) {
        on_two_threads(&bytes, &options, release)?;
    }
    Ok(())
}

/// Wall time. What is kept takes long to release, which one thread does: it is given apart.
fn on_two_threads(bytes: &[u8], options: &ReadOptions, release: Duration) -> Result<(), rayon::ThreadPoolBuildError> {
    let two = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let options = ReadOptions { parallel: true, ..options.clone() };
    let bare = shortest(|| xml_events(bytes));
    let kept = shortest(|| std::mem::forget(black_box(two.install(|| read_statements(bytes, &options)))));
    let figures = shortest(|| drop(black_box(two.install(|| read_figures_from(&mut &*bytes, &options)))));
    let come = shortest(|| drop(black_box(two.install(|| read_statements_from(&mut &*bytes, &options, &mut |_| {})))));
    println!("wall time, two threads beside one of the floor; the release of all entries is {release:?} more");
    for (what, took) in [
        ("quick-xml event loop", bare),
        ("all entries kept", kept),
        ("entries as they come", come),
        ("figures alone", figures),
    ] {
        let speed = bytes.len() as f64 / took.as_secs_f64() / 1e6;
        let ratio = took.as_secs_f64() / bare.as_secs_f64();
        println!("{what:28} {:8.1} ms  {speed:6.0} MB/s  {ratio:6.2}", took.as_secs_f64() * 1e3);
    }
    Ok(())
}

fn shortest(mut f: impl FnMut()) -> Duration {
    let mut once = || {
        let start = Instant::now();
        f();
        start.elapsed()
    };
    (0..15).map(|_| once()).min().unwrap_or_default()
}

fn best(mut f: impl FnMut()) -> Duration {
    let mut once = || {
        let (wall, cpu) = (Instant::now(), cpu());
        f();
        cpu.zip(self::cpu()).map_or_else(|| wall.elapsed(), |(before, after)| after - before)
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

/// Time on a processor of this thread, as Linux tells it.
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(stat.split(' ').next()?.parse().ok()?))
}

fn xml_events(bytes: &[u8]) {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut count = 0u64;
    while !matches!(reader.read_event(), Ok(Event::Eof) | Err(_)) {
        count += 1;
    }
    black_box(count);
}

/// A `:61:` as far as its figures go, with the place of its texts.
struct Row {
    value_date: u32,
    entry_date: u32,
    credit: bool,
    amount: i64,
    reference: (usize, usize),
    information: (usize, usize),
    /// Keys of the German structure with the place of their values.
    keys: [(u8, u32, u32); 8],
}

fn mt940_rows(bytes: &[u8]) {
    let mut rows: Vec<Row> = Vec::new();
    let (mut from, mut in_information) = (0, false);
    for end in memchr::memchr_iter(b'\n', bytes) {
        let line = bytes.get(from..end).unwrap_or_default();
        match line {
            [b':', b'6', b'1', b':', rest @ ..] => rows.extend(row(rest, from + 4)),
            [b':', b'8', b'6', b':', ..] => {
                if let Some(row) = rows.last_mut() {
                    row.information = (from + 4, end);
                }
            }
            [b':', ..] | [b'-', ..] => {}
            _ => {
                if let Some(row) = rows.last_mut().filter(|_| in_information) {
                    row.information.1 = end;
                }
            }
        }
        in_information = line.starts_with(b":86:") || in_information && !line.starts_with(b":");
        from = end + 1;
    }
    for row in &mut rows {
        let (start, end) = row.information;
        let mut next = row.keys.iter_mut();
        for at in memchr::memchr_iter(b'?', bytes.get(start..end).unwrap_or_default()) {
            let key = match bytes.get(start + at + 1..start + at + 3) {
                Some([a @ b'0'..=b'9', b @ b'0'..=b'9']) => (a - b'0') * 10 + b - b'0',
                _ => continue,
            };
            let Some(slot) = next.next() else { break };
            *slot = (key, (at + 3) as u32, (end - start) as u32);
        }
        for i in 1..row.keys.len() {
            row.keys[i - 1].2 = row.keys[i].1.saturating_sub(3);
        }
    }
    let sum: i64 = rows.iter().map(|r| if r.credit { r.amount } else { -r.amount }).sum();
    let seen: usize =
        rows.iter().map(|r| r.reference.0 + r.information.1 + r.keys.iter().map(|k| k.1 as usize).sum::<usize>()).sum();
    let days = rows.iter().fold(0, |days, r| days ^ r.value_date ^ r.entry_date);
    black_box((sum, seen, days));
}

fn row(line: &[u8], at: usize) -> Option<Row> {
    let digits = |range: std::ops::Range<usize>| {
        line.get(range)?.iter().try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let (value_date, entry_date) = (digits(0..6)?, digits(6..10)?);
    let credit = *line.get(10)? == b'C';
    let mut amount = 0i64;
    let mut end = 11;
    for byte in line.get(11..)? {
        match byte {
            b'0'..=b'9' => amount = amount.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?,
            b',' => {}
            _ => break,
        }
        end += 1;
    }
    Some(Row {
        value_date,
        entry_date,
        credit,
        amount,
        reference: (at + end + 4, at + line.len()),
        information: (0, 0),
        keys: [(0, 0, 0); 8],
    })
}

fn csv_records(bytes: &[u8]) {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut count = 0;
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        count += record.len();
    }
    black_box(count);
}
