//! What is said in one place only: the outside world behind walls, and `unsafe` behind a reason.
//!
//! In: files and the table of walls. Out: a sentence for each word or path found outside of its walls.
//! Walls bind shipped code; test code may read golden files. `unsafe` binds all code.

use super::paths::paths;
use super::source::File;
use super::tokens::tokens;

/// A crate, a macro (`println!`) or a path (`std::fs`), and the beginnings of paths in `src/` where it may stand.
pub type Wall = (&'static str, &'static [&'static str]);

/// Words outside of their walls.
pub fn walls(files: &[File], table: &[Wall]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, path) in files.iter().filter_map(|file| Some((file, file.in_src()?))) {
        for (word, places) in table.iter().filter(|(_, places)| !places.iter().any(|place| path.starts_with(place))) {
            let said = said(file, path, word).into_iter();
            let places = places.join("`, `");
            found.extend(
                said.map(|at| format!("`{path}` says `{word}` in line {}, which only `{places}` may", file.line(at))),
            );
        }
    }
    found
}

fn said(file: &File, path: &str, word: &str) -> Vec<usize> {
    if word.contains("::") {
        let told = paths(path, &file.shipped).into_iter();
        return told
            .filter(|path| format!("{}::", path.segments.join("::")).starts_with(&format!("{word}::")))
            .map(|path| path.at)
            .collect();
    }
    let tokens = tokens(&file.shipped);
    let (name, is_macro) = word.strip_suffix('!').map_or((word, false), |name| (name, true));
    let is_called = |at: usize| !is_macro || tokens.get(at + 1).is_some_and(|next| next.text == "!");
    (0..tokens.len()).filter(|&at| tokens[at].text == name && is_called(at)).map(|at| tokens[at].at).collect()
}

/// `unsafe` outside of `places` (a folder among them may have it in one file only), or without its reason: comment
/// lines directly above of which one begins with `SAFETY:`.
pub fn unsafe_code(files: &[File], places: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let with_unsafe = |file: &&File| file.is_rust() && tokens(&file.code).iter().any(|token| token.text == "unsafe");
    let with_unsafe: Vec<&File> = files.iter().filter(with_unsafe).collect();
    for file in &with_unsafe {
        let Some(place) = places.iter().find(|place| file.path.starts_with(*place)) else {
            found.push(format!("`{}` has `unsafe`, which only `{}` may", file.path, places.join("`, `")));
            continue;
        };
        let first = with_unsafe.iter().find(|other| other.path.starts_with(place));
        if let Some(first) = first.filter(|first| first.path != file.path) {
            found.push(format!("`{}` has `unsafe` beside `{}`: one file of `{place}` may", file.path, first.path));
        }
        let lines: Vec<&str> = file.text.lines().collect();
        for line in tokens(&file.code).iter().filter(|token| token.text == "unsafe").map(|token| file.line(token.at)) {
            let above = lines[..line - 1].iter().rev().map(|line| line.trim_start());
            let mut above = above.skip_while(|line| line.starts_with("#[")).take_while(|line| line.starts_with("//"));
            if !above.any(|line| line.starts_with("// SAFETY:")) {
                found.push(format!("`{}` has `unsafe` in line {line} without a `// SAFETY:` above it", file.path));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    const TABLE: [Wall; 3] =
        [("wgpu", &["backend/gpu/"]), ("println!", &["cli/", "main.rs"]), ("std::fs", &["store/"])];
    const PLACES: [&str; 2] = ["src/math/simd.rs", "src/backend/gpu/"];

    #[test]
    fn words_outside_of_their_walls_are_found() {
        let violations = |text| walls(&files([("src/ir/op.rs", text)]), &TABLE);
        assert_eq!(
            violations("\nuse wgpu::Device;"),
            ["`ir/op.rs` says `wgpu` in line 2, which only `backend/gpu/` may"]
        );
        assert_eq!(
            violations("fn a() { println!() }"),
            ["`ir/op.rs` says `println!` in line 1, which only `cli/`, `main.rs` may"]
        );
        assert_eq!(
            violations("use std::{fmt, fs::File};"),
            ["`ir/op.rs` says `std::fs` in line 1, which only `store/` may"]
        );
        assert_eq!(violations("fn a() { std::fs::read(b) }").len(), 1);
    }

    #[test]
    fn words_inside_of_their_walls_in_tests_and_in_comments_are_free() {
        let inside = [
            ("src/backend/gpu/device.rs", "use wgpu::Device;"),
            ("src/main.rs", "fn main() { println!() }"),
            (
                "src/lang/mod.rs",
                "// wgpu\nfn a() { b.fs(\"std::fs\"); println; }\n#[cfg(test)] mod tests { use std::fs; }",
            ),
        ];
        assert!(walls(&files(inside), &TABLE).is_empty());
    }

    #[test]
    fn unsafe_code_in_the_wrong_place_or_without_its_reason_is_found() {
        let violations = |path, text| unsafe_code(&files([(path, text)]), &PLACES);
        assert_eq!(violations("src/ir/op.rs", "// SAFETY: no.\nunsafe { a() }").len(), 1);
        assert_eq!(violations("tests/gpu.rs", "// SAFETY: no.\nunsafe { a() }").len(), 1);
        let bare = ["`src/math/simd.rs` has `unsafe` in line 2 without a `// SAFETY:` above it"];
        assert_eq!(violations("src/math/simd.rs", "// A reason.\nunsafe { a() }"), bare);
        let reasoned = "// SAFETY: the processor was asked,\n// and said yes.\n#[inline]\nunsafe { a() }";
        assert!(violations("src/math/simd.rs", reasoned).is_empty());
    }

    #[test]
    fn a_second_file_with_unsafe_code_in_a_folder_is_found() {
        let text = "// SAFETY: fine.\nunsafe { a() }";
        let pair = files([("src/backend/gpu/a.rs", text), ("src/backend/gpu/b.rs", text)]);
        let sentence =
            "`src/backend/gpu/b.rs` has `unsafe` beside `src/backend/gpu/a.rs`: one file of `src/backend/gpu/` may";
        assert_eq!(unsafe_code(&pair, &PLACES), [sentence]);
    }
}
