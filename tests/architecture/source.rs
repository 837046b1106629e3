//! The text that the rules read: every Rust and WGSL file of the project, seen three ways.
//!
//! In: the folders of the project, or invented files. Out: [`File`]s, whose `code` has blanks where comments and
//! literals stood (same length, same lines), and whose `shipped` has blanks for test code too.
//! Absent on purpose: a Rust parser. What the rules ask of a text, tokens can answer.

use std::fs;
use std::path::Path;

use super::tokens::{blank, tokens};

/// One file of the project.
#[derive(Debug)]
pub struct File {
    /// From the project's root, with `/` on every system.
    pub path: String,
    /// As written.
    pub text: String,
    /// Without comments, strings and characters.
    pub code: String,
    /// `code` without what is compiled for tests only: empty for files in `tests/`, and for test modules
    /// in `src/`, which are declared under `#[cfg(test)]` or, where `#[path]` hides that, end in `_tests.rs`.
    pub shipped: String,
}

impl File {
    /// The number of the line in which byte `at` stands, from 1.
    pub fn line(&self, at: usize) -> usize {
        1 + self.text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count()
    }

    /// The path inside `src/`, if the file is there.
    pub fn in_src(&self) -> Option<&str> {
        self.path.strip_prefix("src/")
    }

    /// Whether it is Rust; otherwise it is WGSL.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Files made from (path, text), with test modules recognised across files.
pub fn files<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<File> {
    let mut files: Vec<File> = texts
        .into_iter()
        .map(|(path, text)| {
            let code = blank(text);
            let is_test = path.starts_with("tests/") || path.ends_with("_tests.rs");
            let shipped = if is_test { String::new() } else { without_tests(&code).0 };
            File { path: path.to_owned(), text: text.to_owned(), code, shipped }
        })
        .collect();
    let mut test_modules = Vec::new();
    for file in &files {
        let folder = file.path.trim_end_matches(".rs");
        let folder = folder.strip_suffix("/mod").unwrap_or(folder).trim_end_matches("/lib");
        test_modules.extend(without_tests(&file.code).1.into_iter().map(|name| format!("{folder}/{name}")));
    }
    for file in &mut files {
        let inside =
            |module: &String| file.path.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with(['.', '/']));
        if test_modules.iter().any(inside) {
            file.shipped.clear();
        }
    }
    files
}

/// Every `.rs` and `.wgsl` file below the project's source folders, in order of path.
pub fn tree(root: &Path) -> Vec<File> {
    let mut texts = Vec::new();
    for folder in ["src", "shaders", "tests", "benches", "examples"] {
        collect(root, &root.join(folder), &mut texts);
    }
    texts.sort();
    files(texts.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

fn collect(root: &Path, folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(root, &path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "wgsl") {
            let text = fs::read_to_string(&path).expect("source is UTF-8");
            let inside = path.strip_prefix(root).expect("the walk began at the root");
            texts.push((inside.to_string_lossy().replace('\\', "/"), text));
        }
    }
}

/// The code with every item under `#[cfg(test)]` blanked, and the names of modules so marked that live in files.
fn without_tests(code: &str) -> (String, Vec<String>) {
    let tokens = tokens(code);
    let texts: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let (mut shipped, mut modules) = (code.as_bytes().to_vec(), Vec::new());
    for start in 0..texts.len() {
        if !texts[start..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"]) {
            continue;
        }
        let mut depth = 0_i32;
        let last = (start + 7..texts.len()).find(|&at| {
            depth += i32::from(texts[at] == "{") - i32::from(texts[at] == "}");
            depth == 0 && matches!(texts[at], "}" | ";")
        });
        let last = last.unwrap_or(texts.len() - 1);
        if let ["mod", name, ";"] = texts[last - 2..=last] {
            modules.push(name.to_owned());
        }
        shipped[tokens[start].at..=tokens[last].at].fill(b' ');
    }
    (String::from_utf8(shipped).expect("items begin and end with ASCII marks"), modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped_words(texts: &[(&str, &str)]) -> Vec<String> {
        let files = files(texts.iter().copied());
        files.iter().flat_map(|file| tokens(&file.shipped)).map(|token| token.text.to_owned()).collect()
    }

    #[test]
    fn test_modules_are_not_shipped_whether_inline_or_in_files() {
        let parent = "fn a() {} #[cfg(test)] mod inline { fn b() {} } #[cfg(test)] pub(crate) mod apart; fn c() {}";
        let children =
            [("src/ir/apart.rs", "fn d() {}"), ("src/ir/apart/e.rs", "fn e() {}"), ("src/ir/op_tests.rs", "f")];
        let texts: Vec<_> = [("src/ir/mod.rs", parent)].into_iter().chain(children).collect();
        assert_eq!(shipped_words(&texts).join(" "), "fn a ( ) { } fn c ( ) { }");
    }

    #[test]
    fn lines_are_counted_from_one() {
        let file = &files([("src/x.rs", "/* \n */ a\nb")])[0];
        assert_eq!(tokens(&file.code).iter().map(|token| file.line(token.at)).collect::<Vec<_>>(), [2, 3]);
    }
}
