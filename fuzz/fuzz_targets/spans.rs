//! Any text as a payer's words: what is read stands in the text, is the same twice, and a payment with it is decided.
#![no_main]

#[path = "../../tests/support/spans.rs"]
mod spans;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    spans::read_checked(&String::from_utf8_lossy(bytes));
});
