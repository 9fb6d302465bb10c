//! How long reading takes beside a bare loop over the same bytes: `cargo run --release --example ratios -- FILE [PROFILE.toml]`.
//! The best of five runs each.

use quick_xml::events::Event;
use std::hint::black_box;
use std::time::{Duration, Instant};
use tieout::formats::{ReadOptions, csv::Profile, read_statements};
use tieout::model::Format;

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
    let whole = best(|| drop(black_box(read_statements(&bytes, &options))));
    let (what, bare) = match read.format {
        Format::Csv => ("csv ByteRecord", best(|| csv_records(&bytes))),
        Format::Mt940 | Format::Mt942 => ("memchr lines", best(|| lines(&bytes))),
        _ => ("quick-xml events", best(|| xml_events(&bytes))),
    };
    let speed = |d: Duration| bytes.len() as f64 / d.as_secs_f64() / 1e6;
    println!(
        "{} bytes, {entries} entries, {tie_out:?}: {what} {bare:?} ({:.0} MB/s), read_statements {whole:?} ({:.0} MB/s), ratio {:.2}",
        bytes.len(),
        speed(bare),
        speed(whole),
        whole.as_secs_f64() / bare.as_secs_f64()
    );
    Ok(())
}

fn best(mut f: impl FnMut()) -> Duration {
    let mut once = || {
        let start = Instant::now();
        f();
        start.elapsed()
    };
    (0..5).map(|_| once()).min().unwrap_or_default()
}

fn xml_events(bytes: &[u8]) {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut count = 0u64;
    while !matches!(reader.read_event(), Ok(Event::Eof) | Err(_)) {
        count += 1;
    }
    black_box(count);
}

fn lines(bytes: &[u8]) {
    let (mut count, mut from) = (0u64, 0);
    for end in memchr::memchr_iter(b'\n', bytes) {
        count += u64::from(bytes.get(from..end).is_some_and(|line| line.starts_with(b":61:")));
        from = end + 1;
    }
    black_box(count);
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
