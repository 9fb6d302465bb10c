use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// Where in the input something stands. All parts are optional: a file as a whole has no line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// Base name of the file, as the user gave it.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub file: Option<String>,
    /// Line, counted from 1.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub line: Option<u64>,
    /// Column in characters or CSV field number, counted from 1.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub column: Option<u64>,
    /// Element path, tag or column name: `Stmt[1]/Ntry[3]/Amt`, `:61:`, `Betrag`.
    #[cfg_attr(feature = "schema", schemars(skip_serializing_if = "Option::is_none"))]
    pub path: Option<Cow<'static, str>>,
}

// For people, what is not known is left out; a binary form needs every part.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let all = !s.is_human_readable();
        let mut parts = s.serialize_struct("Place", 4)?;
        if all || self.file.is_some() {
            parts.serialize_field("file", &self.file)?;
        }
        if all || self.line.is_some() {
            parts.serialize_field("line", &self.line)?;
        }
        if all || self.column.is_some() {
            parts.serialize_field("column", &self.column)?;
        }
        if all || self.path.is_some() {
            parts.serialize_field("path", &self.path)?;
        }
        parts.end()
    }
}

impl Place {
    /// A line of a file that is named later.
    pub fn line(line: u64) -> Self {
        Place { line: Some(line), ..Place::default() }
    }

    /// A line and column.
    pub fn line_column(line: u64, column: u64) -> Self {
        Place { line: Some(line), column: Some(column), ..Place::default() }
    }

    /// The whole of a file.
    pub fn file(file: impl Into<String>) -> Self {
        Place { file: Some(file.into()), ..Place::default() }
    }

    /// The same place with an element path, tag or column name.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(Cow::Owned(path.into()));
        self
    }

    /// The same place with a tag that is always the same, as `:61:`.
    #[must_use]
    pub fn at_tag(mut self, tag: &'static str) -> Self {
        self.path = Some(Cow::Borrowed(tag));
        self
    }

    /// The same place in a named file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file.as_deref().unwrap_or("input"))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        if let Some(path) = &self.path {
            write!(f, ": {path}")?;
        }
        Ok(())
    }
}
