//! The text of a model under its name, and places in that text.
//!
//! Every later stage speaks of a place as a [`Span`] of bytes and leaves lines and columns to the
//! renderer. Absent on purpose: reading files (that is the command line's work) and line tables.

/// A half-open range of bytes, `start..end`, in one [`Source`].
///
/// Both ends lie on character boundaries of the text they were taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset one past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// From the beginning of `self` to the end of `last`.
    #[must_use]
    pub fn to(self, last: Self) -> Self {
        Self::new(self.start, last.end)
    }
}

/// The text of one model and the name it is reported under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// `name` is what error messages call the text, usually a file name; any text will do, also the empty one.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// What error messages call this text.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line in which a span begins, counted from 1.
    ///
    /// # Panics
    ///
    /// As [`Self::slice`].
    #[must_use]
    pub fn line(&self, span: Span) -> usize {
        self.text[..span.start].matches('\n').count() + 1
    }

    /// Where a span begins, as `name:line:column`, both counted from 1 and columns in characters.
    ///
    /// # Panics
    ///
    /// As [`Self::slice`].
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let (before, line) = (&self.text[..span.start], self.line(span));
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.name)
    }

    /// The part of the text under `span`.
    ///
    /// # Panics
    ///
    /// When `span` was taken from another source and does not fit this one.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }
}
