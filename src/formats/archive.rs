//! gzip and zip around statement files. Comes in: bytes. Goes out: the files inside, by their bare names. No path of an archive is
//! ever used, nothing is written, and what grows too much is refused.

use crate::base::{Limits, Place};
use crate::error::{Error, ErrorCode, visible};
use std::io::{Cursor, Read};

/// Most files in one archive.
const FILES: usize = 1000;
/// How many times larger than the archive its content may be; banks' XML shrinks to a twentieth.
const GROWTH: u64 = 100;
/// So much is always allowed: a small text of blanks shrinks to next to nothing.
const SMALL: u64 = 1 << 20;

/// A file taken out of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Its name in the archive, without folders.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Whether the bytes begin as gzip or zip do.
pub fn is_archive(bytes: &[u8]) -> bool {
    is_gzip(bytes) || is_zip(bytes)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Takes the files out of an archive, in its order. Folders, hidden files and the shadows of macOS are passed over.
///
/// # Errors
/// With the archive's name: bytes that cannot be unpacked, a password, an archive in the archive, more than 1,000 files, content
/// more than 100 times as large as the archive, or larger than [`Limits::file_bytes`].
pub fn unpack(bytes: &[u8], name: &str, limits: &Limits) -> Result<Vec<Unpacked>, Error> {
    let growth = (bytes.len() as u64).saturating_mul(GROWTH).max(SMALL);
    let mut left = Budget { archive: name, bytes: growth.min(limits.file_bytes), most: limits.file_bytes };
    let files = if is_gzip(bytes) {
        let inner = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".GZ")).unwrap_or(name).to_owned();
        let bytes = left.read(&mut flate2::read::MultiGzDecoder::new(bytes), &inner)?;
        vec![Unpacked { name: inner, bytes }]
    } else {
        unzip(bytes, name, &mut left)?
    };
    if let Some(inner) = files.iter().find(|f| is_archive(&f.bytes)) {
        let found = format!("the archive `{}` in the archive", visible(&inner.name));
        return Err(
            fault(name, ErrorCode::Limit, found, "statement files").with_hint("unpack it and give the files in it")
        );
    }
    Ok(files)
}

fn unzip(bytes: &[u8], name: &str, left: &mut Budget<'_>) -> Result<Vec<Unpacked>, Error> {
    let damaged = |e: zip::result::ZipError| {
        let found = format!("a zip archive that cannot be read: {e}");
        fault(name, ErrorCode::Structure, found, "a whole archive without a password")
            .with_hint("download the file again, or unpack it first")
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > FILES {
        let found = format!("{} files in the archive", archive.len());
        return Err(fault(name, ErrorCode::Limit, found, format!("at most {FILES}")));
    }
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(damaged)?;
        let path = file.name().map_err(damaged)?.into_owned();
        if path.ends_with("[Content_Types].xml") {
            return Err(fault(name, ErrorCode::UnknownFormat, "a document of an office program", "a bank statement")
                .with_hint("save the sheet as CSV, or better, ask the bank for camt.053"));
        }
        let shadow = path.split(['/', '\\']).any(|part| part == "__MACOSX");
        let bare = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if path.ends_with('/') || shadow || bare.is_empty() || bare.starts_with('.') {
            continue;
        }
        let bytes = left.read(&mut file, &bare)?;
        files.push(Unpacked { name: bare, bytes });
    }
    if files.is_empty() {
        return Err(fault(name, ErrorCode::EmptyInput, "an archive without a file", "bank statements in it"));
    }
    Ok(files)
}

/// How much may still come out of an archive.
struct Budget<'a> {
    archive: &'a str,
    bytes: u64,
    most: u64,
}

impl Budget<'_> {
    /// Reads a file, never more than one byte beyond what is left.
    fn read(&mut self, from: &mut dyn Read, inner: &str) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        from.take(self.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|e| {
            let found = format!("`{}` cannot be unpacked: {e}", visible(inner));
            fault(self.archive, ErrorCode::Structure, found, "a whole archive")
                .with_hint("download the file again; it may be cut off")
        })?;
        let length = bytes.len() as u64;
        match self.bytes.checked_sub(length) {
            Some(left) => self.bytes = left,
            None => {
                let found = format!("`{}` grows beyond the limit when it is unpacked", visible(inner));
                let expected = format!("at most {GROWTH} times the archive and {} bytes", self.most);
                return Err(fault(self.archive, ErrorCode::Limit, found, expected)
                    .with_hint("unpack it yourself if it is what it should be"));
            }
        }
        Ok(bytes)
    }
}

fn fault(archive: &str, code: ErrorCode, found: impl AsRef<str>, expected: impl Into<String>) -> Error {
    Error::new(code, Place::line_column(1, 1).in_file(visible(archive)), found, expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            out.write_all(bytes).unwrap();
        }
        out.finish().unwrap().into_inner()
    }

    fn code(bytes: &[u8]) -> ErrorCode {
        unpack(bytes, "a.zip", &Limits::default()).unwrap_err().code()
    }

    #[test]
    fn files_come_out_by_their_bare_names() {
        let of = |bytes: &[u8], name: &str| unpack(bytes, name, &Limits::default()).unwrap();
        let out = of(&gzip(b":20:A"), "day.sta.gz");
        assert_eq!((out[0].name.as_str(), out[0].bytes.as_slice()), ("day.sta", &b":20:A"[..]));
        let out = of(
            &zipped(&[
                ("in/", b""),
                ("../../etc/day.sta", b"1"),
                ("__MACOSX/._x", b"2"),
                (".hidden", b"3"),
                ("C:\\b.xml", b"4"),
            ]),
            "a.zip",
        );
        let names: Vec<&str> = out.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["day.sta", "b.xml"], "no path of an archive is used");
    }

    #[test]
    fn bombs_are_refused_before_they_unfold() {
        assert_eq!(code(&gzip(&vec![0; 64 << 20])), ErrorCode::Limit);
        assert_eq!(code(&zipped(&[("a.xml", &vec![0; 32 << 20])])), ErrorCode::Limit);
        let many: Vec<(String, &[u8])> = (0..1001).map(|i| (format!("{i}.xml"), &b"x"[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (n.as_str(), *b)).collect();
        assert_eq!(code(&zipped(&many)), ErrorCode::Limit);
        // Each alone is within the limit, all together are not.
        let sheet = vec![b' '; 900 << 10];
        assert_eq!(code(&zipped(&[("a", &sheet), ("b", &sheet), ("c", &sheet)])), ErrorCode::Limit);
        assert_eq!(code(&zipped(&[("inner.gz", &gzip(b"x"))])), ErrorCode::Limit, "an archive in an archive");
        assert_eq!(code(&gzip(&zipped(&[("a", b"x")]))), ErrorCode::Limit);
    }

    #[test]
    fn damaged_and_foreign_archives_are_said() {
        let whole = zipped(&[("day.sta", b":20:A")]);
        assert_eq!(code(whole.get(..whole.len() / 2).unwrap()), ErrorCode::Structure);
        let gz = gzip(&[b'x'; 5000]);
        assert_eq!(code(gz.get(..gz.len() - 9).unwrap()), ErrorCode::Structure);
        assert_eq!(code(&zipped(&[("[Content_Types].xml", b"x")])), ErrorCode::UnknownFormat);
        assert_eq!(code(&zipped(&[])), ErrorCode::EmptyInput);
    }
}
