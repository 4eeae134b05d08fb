//! Aliases: a name that points to a version.

use super::document::{Document, DocumentError};
use super::qualifier::{LATEST, parse_version};
use super::shape::{self, ALIAS_CONFIGURATION};

/// An alias as it stands in a store: what `get-alias` prints.
#[derive(Debug, Clone)]
pub struct AliasConfiguration {
    document: Document,
}

/// What an alias points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasTarget {
    /// `$LATEST`.
    Latest,
    /// A published version.
    Version(u64),
}

impl AliasConfiguration {
    /// Takes a document as an alias.
    ///
    /// # Errors
    /// If a known member is of a wrong kind.
    pub fn from_document(document: Document) -> Result<Self, DocumentError> {
        shape::check(&document, ALIAS_CONFIGURATION)?;
        Ok(Self { document })
    }

    /// Returns what the alias points to.
    ///
    /// # Errors
    /// If `FunctionVersion` is absent, or neither `$LATEST` nor a version's number.
    pub fn target(&self) -> Result<AliasTarget, DocumentError> {
        let (line, text) = match self.document.member("FunctionVersion") {
            Some(member) => (member.line(), member.value().as_str().unwrap_or_default()),
            None => (1, String::new()),
        };
        if text == LATEST {
            return Ok(AliasTarget::Latest);
        }
        parse_version(&text)
            .map(AliasTarget::Version)
            .ok_or_else(|| DocumentError {
                line,
                problem: format!(
                    "FunctionVersion must be $LATEST or a version's number, found '{text}'"
                ),
            })
    }
}
