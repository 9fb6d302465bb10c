//! Prints what tieout reads from each file given, one JSON object a line: `cargo run --example dump -- FILE…`.

use std::path::Path;
use tieout::formats::ReadOptions;
use tieout::outputs::parsed::parsed_json;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let file = Path::new(&path).file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let read = tieout::read_statements(&std::fs::read(&path)?, &ReadOptions::for_file(file.clone()));
        println!("{}", parsed_json(&file, &read));
    }
    Ok(())
}
