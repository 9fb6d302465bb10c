//! A built-in profile and any bytes as its file.
#![no_main]

#[path = "../../tests/support/oracle.rs"]
mod oracle;

// The first byte chooses the profile, so that a file with one byte before it is a corpus entry.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let profiles = tieout::formats::csv::Profile::builtins();
    let profile = profiles.get(usize::from(*choice) % profiles.len().max(1)).map(|p| p.id.as_str());
    let _ = oracle::read_checked(bytes, profile);
    oracle::same_in_pieces(bytes, 1 + bytes.len() % 1_500, profile);
    // The same as the file of a bank that nobody described.
    let _ = oracle::read_checked(bytes, None);
});
