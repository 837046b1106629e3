//! No file imports, over any detour, a file that imports it.
//!
//! In: files. Out: a sentence for each import that closes a circle, with the way round.
//! A path to what a `mod.rs` re-exports leads to the file behind it, so that a room's door may show what its files
//! share. Test code may go in circles: it is nobody's ground. What [`super::paths`] does not see is not seen here.

use std::collections::{BTreeMap, BTreeSet};

use super::paths::{Modules, paths};
use super::source::File;

/// Circles among the files of `src/`, `lib.rs` and `main.rs` apart.
pub fn circles(files: &[File]) -> Vec<String> {
    let modules = Modules::new(files);
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, path) in files.iter().filter_map(|file| Some((file, file.in_src()?))) {
        let shown = paths(path, &file.shipped).into_iter().filter(|path| !path.re_export);
        let seen =
            shown.filter_map(|path| modules.file(&path.segments)).filter(|&seen| seen != path && seen != "lib.rs");
        imports.insert(path, seen.collect());
    }
    let (mut found, mut finished) = (Vec::new(), BTreeSet::new());
    for &start in imports.keys() {
        walk(&imports, &mut vec![start], &mut finished, &mut found);
    }
    found
}

/// Follows imports from the end of `trail`, and tells where they lead back into it.
fn walk<'a>(
    imports: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    trail: &mut Vec<&'a str>,
    finished: &mut BTreeSet<&'a str>,
    found: &mut Vec<String>,
) {
    let here = trail[trail.len() - 1];
    if finished.contains(here) {
        return;
    }
    for &next in imports.get(here).into_iter().flatten() {
        if let Some(first) = trail.iter().position(|&file| file == next) {
            let circle: Vec<String> = trail[first..].iter().chain([&next]).map(|file| format!("`{file}`")).collect();
            found.push(format!("imports go in a circle: {}", circle.join(" -> ")));
        } else {
            trail.push(next);
            walk(imports, trail, finished, found);
            trail.pop();
        }
    }
    finished.insert(here);
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    fn violations(lexer: &str, parser: &str) -> Vec<String> {
        let door = "mod lexer; mod parser; pub use lexer::Token; pub use parser::Tree;";
        circles(&files([("src/lang/mod.rs", door), ("src/lang/lexer.rs", lexer), ("src/lang/parser.rs", parser)]))
    }

    #[test]
    fn a_circle_is_found_through_the_rooms_door() {
        assert_eq!(
            violations("use super::Tree;", "use crate::lang::lexer::Token;"),
            ["imports go in a circle: `lang/lexer.rs` -> `lang/parser.rs` -> `lang/lexer.rs`"]
        );
    }

    #[test]
    fn a_parent_that_uses_a_child_that_uses_it_is_a_circle() {
        let texts = [("src/ir.rs", "mod op; fn a() { op::b() }"), ("src/ir/op.rs", "use super::a;")];
        assert_eq!(circles(&files(texts)), ["imports go in a circle: `ir.rs` -> `ir/op.rs` -> `ir.rs`"]);
    }

    #[test]
    fn re_exports_and_test_code_make_no_circle() {
        assert!(violations("", "use super::Token;").is_empty());
        assert!(violations("#[cfg(test)] mod tests { use super::super::Tree; }", "use super::Token;").is_empty());
    }
}
