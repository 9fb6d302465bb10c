//! Any bytes as a file; start it with a corpus of the fixtures: `cargo fuzz run mt940 ../fixtures/statements/…`.
#![no_main]

#[path = "../../tests/support/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = oracle::read_checked(bytes, None);
    oracle::same_in_pieces(bytes, 1 + bytes.len() % 1_500, None);
});
