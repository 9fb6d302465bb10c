//! Any text as the `:86:` of an entry that ties out: the amount stays proven unless the text holds fields of its own.
#![no_main]

#[path = "../../tests/support/oracle.rs"]
mod oracle;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = oracle::read_checked(&oracle::with_information(bytes), None);
});
