//! The text of a model under its name, and places in that text. It may have been put together from several files
//! (`include`), of which each place knows its own.
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
    /// The text as it is compiled.
    text: String,
    /// The files that it was put together from; the first is the model itself.
    files: Vec<File>,
    /// Where each part of the text comes from, in the order of the text.
    pieces: Vec<Piece>,
}

/// A file, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub text: String,
}

/// A part of a file in the text of a [`Source`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the text.
    start: usize,
    /// Which file it is of.
    file: usize,
    /// Its bytes in the file.
    range: std::ops::Range<usize>,
}

impl Source {
    /// `name` is what error messages call the text, usually a file name; any text will do, also the empty one.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut source = Self::empty();
        let text = text.into();
        let length = text.len();
        let file = source.add_file(name.into(), text);
        source.add_piece(file, 0..length);
        source
    }

    /// Without a file.
    pub(super) fn empty() -> Self {
        Self { text: String::new(), files: Vec::new(), pieces: Vec::new() }
    }

    /// Makes a file known.
    pub(super) fn add_file(&mut self, name: String, text: String) -> usize {
        self.files.push(File { name, text });
        self.files.len() - 1
    }

    /// Appends some bytes of a file.
    pub(super) fn add_piece(&mut self, file: usize, range: std::ops::Range<usize>) {
        let piece = Piece { start: self.text.len(), file, range: range.clone() };
        self.text.push_str(&self.files[file].text[range]);
        self.pieces.push(piece);
    }

    /// What error messages call the model.
    #[must_use]
    pub fn name(&self) -> &str {
        self.files.first().map_or("", |file| &file.name)
    }

    /// The file in which a span begins, and the bytes of the span there, up to the end of what was included from it.
    ///
    /// # Panics
    ///
    /// As [`Self::slice`].
    #[must_use]
    pub fn located(&self, span: Span) -> (&File, Span) {
        let after = self.pieces.partition_point(|piece| piece.start <= span.start);
        // Of pieces without a byte the last one is taken, but for a place at the end of the text.
        let piece = &self.pieces[after.max(1) - 1];
        let start = piece.range.start + (span.start - piece.start);
        let end = piece.range.start + (span.end.max(span.start) - piece.start);
        (&self.files[piece.file], Span::new(start.min(piece.range.end), end.min(piece.range.end)))
    }

    /// The files that the text was put together from, the model first.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of its file in which a span begins, counted from 1.
    ///
    /// # Panics
    ///
    /// As [`Self::slice`].
    #[must_use]
    pub fn line(&self, span: Span) -> usize {
        let (file, span) = self.located(span);
        file.text[..span.start].matches('\n').count() + 1
    }

    /// Where a span begins, as `name:line:column`, both counted from 1 and columns in characters.
    ///
    /// # Panics
    ///
    /// As [`Self::slice`].
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let line = self.line(span);
        let (file, span) = self.located(span);
        let column = file.text[..span.start].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", file.name)
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
