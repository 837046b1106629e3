//! Which file names which: the paths in a file, resolved to modules.
//!
//! In: [`File`]s. Out: [`Path`]s from the crate's root, and with [`Modules`] the file in which a path ends.
//! Seen: paths that start at `crate`, `ridgewalk`, `self`, `super`, `std` or a module declared in the same file, in
//! `use` and in the middle of code, through groups, renamings and re-exports. Not seen: what macros put together,
//! and modules with a `#[path]`.

use std::collections::HashMap;

use super::source::File;
use super::tokens::{Token, tokens};

/// A path as written somewhere, from the crate's root (or from `std`).
#[derive(Clone, Debug)]
pub struct Path {
    /// Its parts; for a path into the standard library the first is `std`.
    pub segments: Vec<String>,
    /// What it is called from then on, in a `use`.
    pub name: String,
    /// Whether it is a `pub use`, of whatever reach.
    pub re_export: bool,
    /// The byte where it starts.
    pub at: usize,
}

/// The module that a file of `src/` is.
pub fn module(path_in_src: &str) -> Vec<String> {
    let stem = path_in_src.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if matches!(stem, "lib" | "main") { Vec::new() } else { stem.split('/').map(str::to_owned).collect() }
}

/// All paths in `code`, which is the whole or the shipped part of a file at `path_in_src`.
pub fn paths(path_in_src: &str, code: &str) -> Vec<Path> {
    let tokens = tokens(code);
    let text = |at: usize| tokens.get(at).map_or("", |token: &Token<'_>| token.text);
    let children: Vec<&str> =
        (0..tokens.len()).filter(|&at| text(at) == "mod" && text(at + 2) == ";").map(|at| text(at + 1)).collect();
    let home = module(path_in_src);
    let (mut found, mut scopes, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        match text(at) {
            "{" => scopes.push((at >= 2 && text(at - 2) == "mod").then(|| text(at - 1).to_owned())),
            "}" => drop(scopes.pop()),
            _ => {}
        }
        let starts = text(at + 1) == "::" && (at == 0 || text(at - 1) != "::");
        let mut base: Vec<String> = home.iter().cloned().chain(scopes.iter().flatten().cloned()).collect();
        let mut next = at;
        match text(at) {
            "crate" | "ridgewalk" if starts => base.clear(),
            "std" if starts => base = vec!["std".to_owned()],
            "self" if starts => {}
            "super" if starts => {
                while text(next) == "super" && text(next + 1) == "::" {
                    base.pop();
                    next += 2;
                }
                next -= 2;
            }
            child if starts && children.contains(&child) => {
                base = home.iter().cloned().chain([child.to_owned()]).collect();
            }
            _ => {
                at += 1;
                continue;
            }
        }
        let re_export = at >= 2 && text(at - 1) == "use" && matches!(text(at - 2), "pub" | ")");
        let leaves = found.len();
        let end = leaf_paths(&tokens, next + 2, &base, &mut found);
        found[leaves..].iter_mut().for_each(|path| (path.re_export, path.at) = (re_export, tokens[at].at));
        at = end;
    }
    found
}

/// Reads what follows a `::`, a name or a group, and returns where it ends.
fn leaf_paths(tokens: &[Token<'_>], at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    let text = |at: usize| tokens.get(at).map_or("", |token: &Token<'_>| token.text);
    let mut at = at;
    if text(at) == "{" {
        while !matches!(text(at), "}" | "") {
            at += 1;
            if text(at) != "}" {
                at = leaf_paths(tokens, at, prefix, found);
            }
        }
        return at + 1;
    }
    let mut segments = prefix.to_vec();
    if text(at) != "self" {
        segments.push(text(at).to_owned());
    }
    let goes_on = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '{' | '*'));
    if text(at + 1) == "::" && goes_on(text(at + 2)) {
        return leaf_paths(tokens, at + 2, &segments, found);
    }
    let (name, end) = if text(at + 1) == "as" { (text(at + 2), at + 3) } else { (text(at), at + 1) };
    found.push(Path { segments, name: name.to_owned(), re_export: false, at: 0 });
    end
}

/// The modules of the crate, and what their doors show of the rooms behind.
#[derive(Debug)]
pub struct Modules<'a> {
    files: HashMap<Vec<String>, &'a str>,
    re_exports: HashMap<(Vec<String>, String), Vec<String>>,
}

impl<'a> Modules<'a> {
    /// Those of all files in `src/`, `main.rs` apart.
    pub fn new(files: &'a [File]) -> Self {
        let mut modules = Self { files: HashMap::new(), re_exports: HashMap::new() };
        for (file, path) in files.iter().filter_map(|file| Some((file, file.in_src()?))) {
            if path == "main.rs" {
                continue;
            }
            modules.files.insert(module(path), path);
            for shown in paths(path, &file.shipped).into_iter().filter(|path| path.re_export) {
                modules.re_exports.insert((module(path), shown.name), shown.segments);
            }
        }
        modules
    }

    /// The file, inside `src/`, in which what `segments` name is written.
    pub fn file(&self, segments: &[String]) -> Option<&'a str> {
        let mut segments = segments.to_vec();
        // A door may show what another door shows; a circle of doors would not compile.
        for _ in 0..8 {
            let depth = (0..=segments.len()).rev().find(|&depth| self.files.contains_key(&segments[..depth]))?;
            let behind = segments.get(depth).and_then(|name| {
                self.re_exports.get(&(segments[..depth].to_vec(), name.clone())).filter(|behind| **behind != segments)
            });
            let Some(behind) = behind else { return self.files.get(&segments[..depth]).copied() };
            segments = behind.iter().chain(&segments[depth + 1..]).cloned().collect();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    fn joined(path: &str, code: &str) -> Vec<String> {
        paths(path, code).iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn paths_are_found_in_groups_behind_super_and_in_the_middle_of_code() {
        let code = "mod child; use crate::{a::{self, B}, c::D as E}; use super::f; use std::{fs, io}; \
                    fn g() { self::h::<u8>(); child::i(); x.child; mod inner { use super::super::j; } }";
        assert_eq!(
            joined("room/file.rs", code),
            ["a", "a::B", "c::D", "room::f", "std::fs", "std::io", "room::file::h", "room::file::child::i", "room::j"]
        );
    }

    #[test]
    fn the_visibility_words_are_not_paths() {
        assert!(joined("room/file.rs", "pub(super) fn a(self) {} pub(crate) fn b() {}").is_empty());
    }

    #[test]
    fn a_path_through_doors_ends_in_the_file_behind_them() {
        let files = files([
            ("src/lib.rs", "pub mod ir;"),
            ("src/ir/mod.rs", "mod op; pub use op::Op; pub use self::op::Sum as Total;"),
            ("src/ir/op.rs", "pub struct Op; pub struct Sum;"),
        ]);
        let modules = Modules::new(&files);
        let file = |path: &str| modules.file(&path.split("::").map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(file("ir::Op"), Some("ir/op.rs"));
        assert_eq!(file("ir::Total"), Some("ir/op.rs"));
        assert_eq!(file("ir::Other"), Some("ir/mod.rs"));
        assert_eq!(file("Top"), Some("lib.rs"));
    }
}
