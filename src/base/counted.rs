/// `3 payments`, `1 payment`: a number with its word, for sentences.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}
