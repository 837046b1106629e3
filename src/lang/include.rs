//! `#include FILE`: a model whose text is in several files, put together.
//!
//! In: the text of a model, and a function that finds the text of a file by the name that a directive gives. Out: a
//! [`Source`] that holds all of it and knows which file each place belongs to. A directive stands anywhere outside of
//! comments and texts; its file is named bare, between quotes, or between `<` and `>`. Source: Stan Reference Manual 2.36,
//! "Includes". Absent: reading files, and where they are looked for.

use super::source::{File, Source, Span};

/// Files within files: beyond this depth one most likely includes itself under many names.
const DEEPEST: usize = 64;

/// Bytes of all files together: more than any model that people or programs write.
pub const MOST: usize = 64 << 20;

/// A directive whose file cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncludeError {
    /// Why not.
    pub reason: String,
    /// Where the directive stands in `source`.
    pub span: Span,
    /// The file that holds it, alone.
    pub source: Source,
}

impl IncludeError {
    /// The directive as a picture, closed by a newline. See [`Errors::render`](super::error::Errors::render).
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        super::render::at(&self.reason, self.span, "here", &self.source, colour)
    }
}

/// Gives a file from the name that a directive has and from the name of the file that holds the directive; or says why there
/// is none.
pub type Find<'a> = dyn FnMut(&str, &str) -> Result<File, String> + 'a;

/// The model and all that it includes.
///
/// # Errors
/// A directive without a name, a file that is not found, includes itself, or makes the whole too long.
pub fn expand(name: &str, text: &str, find: &mut Find<'_>) -> Result<Source, IncludeError> {
    let mut source = Source::empty();
    push(&mut source, &mut vec![name.to_owned()], text, find)?;
    Ok(source)
}

/// Appends a file, the last one of `open`, which are those that are being read.
fn push(source: &mut Source, open: &mut Vec<String>, text: &str, find: &mut Find<'_>) -> Result<(), IncludeError> {
    let name = open.last().expect("a file is being read").clone();
    let file = source.add_file(name.clone(), text.to_owned());
    let mut written = 0;
    for directive in directives(text) {
        let fail = |reason: String| {
            let source = Source::new(name.clone(), text);
            Err(IncludeError { reason, span: directive.span, source })
        };
        source.add_piece(file, written..directive.span.start);
        written = directive.span.end;
        let Some(wanted) = directive.file else { return fail("`#include` names no file".to_owned()) };
        let File { name: found, text: inside } = match find(wanted, &name) {
            Ok(found) => found,
            Err(reason) => return fail(reason),
        };
        if open.contains(&found) || open.len() >= DEEPEST {
            return fail(format!("`{found}` includes itself, directly or through others"));
        }
        if source.text().len() + inside.len() > MOST {
            return fail(format!("the model and what it includes are longer than {} MiB", MOST >> 20));
        }
        open.push(found);
        push(source, open, &inside, find)?;
        open.pop();
    }
    source.add_piece(file, written..text.len());
    Ok(())
}

/// `#include` and what stands behind it.
struct Directive<'a> {
    span: Span,
    /// The name of the file, unless there is none.
    file: Option<&'a str>,
}

/// The directives of a text, outside of comments and texts.
fn directives(text: &str) -> Vec<Directive<'_>> {
    const WORD: &str = "#include";
    let mut found = Vec::new();
    let mut at = 0;
    // All that is looked for is ASCII, and no byte of another character is.
    while let Some(next) = text[at..].find(['/', '"', '#']) {
        at += next;
        let rest = &text[at..];
        let length = |rest: &str, end: &str| rest.find(end).map_or(rest.len(), |place| place + end.len());
        if rest.starts_with("//") {
            at += length(rest, "\n");
        } else if let Some(inside) = rest.strip_prefix("/*") {
            at += 2 + length(inside, "*/");
        } else if let Some(inside) = rest.strip_prefix('"') {
            at += 1 + inside.find(['"', '\n']).map_or(inside.len(), |place| place + 1);
        } else if let Some(behind) = rest.strip_prefix(WORD) {
            let (file, length) = named(behind);
            found.push(Directive { span: Span::new(at, at + WORD.len() + length), file });
            at += WORD.len() + length;
        } else {
            at += 1;
        }
    }
    found
}

/// The name behind `#include`, and how many bytes it takes with the blanks before it.
fn named(behind: &str) -> (Option<&str>, usize) {
    let line = behind.lines().next().unwrap_or_default();
    let name = line.trim_start_matches([' ', '\t']);
    let blanks = line.len() - name.len();
    let closed = |opener: char, closer: char| -> Option<(Option<&str>, usize)> {
        let inside = name.strip_prefix(opener)?;
        let end = inside.find(closer)?;
        Some(((end > 0).then_some(&inside[..end]), blanks + end + 2))
    };
    if let Some(found) = closed('"', '"').or_else(|| closed('<', '>')) {
        return found;
    }
    let end = name.find(char::is_whitespace).unwrap_or(name.len());
    if blanks == 0 || end == 0 { (None, 0) } else { (Some(&name[..end]), blanks + end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files by name.
    fn expanded(text: &str, files: &[(&str, &str)]) -> Result<Source, IncludeError> {
        expand("model.stan", text, &mut |wanted, _| {
            let found = files.iter().find(|(name, _)| *name == wanted);
            let file = |&(name, text): &(&str, &str)| File { name: name.to_owned(), text: text.to_owned() };
            found.map(file).ok_or_else(|| format!("no `{wanted}`"))
        })
    }

    #[test]
    fn files_stand_where_they_are_included() {
        let files = [("a.stan", "real a;\n#include b.stan"), ("b.stan", "real b;"), ("c d.stan", "real c;")];
        let text = "data {\n#include a.stan\n  #include \"c d.stan\" real d; #include <b.stan>\n}";
        let source = expanded(text, &files).unwrap();
        assert_eq!(source.text(), "data {\nreal a;\nreal b;\n  real c; real d; real b;\n}");
    }

    #[test]
    fn comments_and_texts_include_nothing() {
        for text in ["// #include a\n", "/* #include a */", "print(\"#include a\");", "/* open #include a", "x / y"] {
            assert_eq!(expanded(text, &[]).unwrap().text(), text);
        }
    }

    #[test]
    fn places_are_those_of_the_files() {
        let files = [("part.stan", "one\n  two\n")];
        let source = expanded("first\n#include part.stan\nlast", &files).unwrap();
        let place = |word: &str| {
            let start = source.text().find(word).unwrap();
            source.place(Span::new(start, start + word.len()))
        };
        assert_eq!(
            ["first", "one", "two", "last"].map(place),
            ["model.stan:1:1", "part.stan:1:1", "part.stan:2:3", "model.stan:3:1"]
        );
    }

    #[test]
    fn what_cannot_be_included_is_told_with_its_place() {
        for (text, files, reason) in [
            ("#include\n", &[][..], "`#include` names no file"),
            ("#include \"\"", &[], "`#include` names no file"),
            ("#includes", &[], "`#include` names no file"),
            ("x\n#include gone.stan", &[], "no `gone.stan`"),
            (
                "#include a",
                &[("a", "#include b"), ("b", "\n#include a")],
                "`a` includes itself, directly or through others",
            ),
        ] {
            let error = expanded(text, files).unwrap_err();
            assert_eq!(error.reason, reason, "{text}");
            assert!(error.source.slice(error.span).starts_with("#include"), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z\"/*#<>\\n é]|#include ){0,40}") {
            if let Ok(source) = expanded(&text, &[("a", "real a;")]) {
                for (start, character) in source.text().char_indices() {
                    let place = source.place(Span::new(start, start + character.len_utf8()));
                    proptest::prop_assert!(place.contains(".stan:") || place.starts_with("a:"), "{place}");
                }
            }
        }
    }
}
