//! A built-in profile and any bytes as its file.
#![no_main]

#[path = "../../tests/support/oracle.rs"]
mod oracle;

use arbitrary::Arbitrary;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    profile: u8,
    bytes: &'a [u8],
}

libfuzzer_sys::fuzz_target!(|input: Input<'_>| {
    let ids: Vec<String> = tieout::formats::csv::Profile::builtins().iter().map(|p| p.id.clone()).collect();
    let id = ids.get(usize::from(input.profile) % ids.len().max(1)).map(String::as_str);
    let _ = oracle::read_checked(input.bytes, id);
});
