use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Where in the input something stands. All parts are optional: a file as a whole has no line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// Base name of the file, as the user gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column in characters or CSV field number, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// Element path, tag or column name: `Stmt[1]/Ntry[3]/Amt`, `:61:`, `Betrag`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<Cow<'static, str>>,
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
