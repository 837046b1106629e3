//! The shape of a file: how long it is, how it opens, what it is called.
//!
//! In: files. Out: a sentence for each file that is out of shape.
//! Absent on purpose: golden data, which may be as long as they must.

use super::source::File;

/// No file has more lines.
const MOST_LINES: usize = 600;
/// Half of the files in `src/` have no more lines.
const MEDIAN_LINES: usize = 180;
/// Names that say nothing about what is inside, each with its plural.
const EMPTY_NAMES: [&str; 7] = ["util", "helper", "misc", "common", "manager", "base", "type"];
/// The one file that is about types.
const TYPES_OF_THE_LANGUAGE: &str = "src/lang/types.rs";

/// Files that are too long, and a `src/` whose files are too long on the whole.
pub fn sizes(files: &[File]) -> Vec<String> {
    let lines = |file: &File| file.text.lines().count();
    let too_long = files.iter().filter(|file| lines(file) > MOST_LINES);
    let mut found: Vec<String> =
        too_long.map(|file| format!("`{}` has {} lines, more than {MOST_LINES}", file.path, lines(file))).collect();
    let mut in_src: Vec<usize> = files.iter().filter(|file| file.in_src().is_some()).map(lines).collect();
    in_src.sort_unstable();
    if let Some(&median) = in_src.get(in_src.len() / 2).filter(|&&median| median > MEDIAN_LINES) {
        found.push(format!("the median file of src/ has {median} lines, more than {MEDIAN_LINES}"));
    }
    found
}

/// Files that do not open with a sentence on what they are: `//!` in Rust, `//` in WGSL.
pub fn openings(files: &[File]) -> Vec<String> {
    let opening = |file: &File| if file.is_rust() { "//! " } else { "// " };
    let silent = files.iter().filter(|file| !file.text.starts_with(opening(file)));
    silent.map(|file| format!("`{}` does not open with `{}`", file.path, opening(file).trim_end())).collect()
}

/// Files and folders with a name that fits anything.
pub fn names(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.path != TYPES_OF_THE_LANGUAGE) {
        let stem = file.path.rsplit_once('.').map_or(file.path.as_str(), |(stem, _)| stem);
        let empty = |name: &&str| {
            EMPTY_NAMES.iter().any(|empty| name.strip_prefix(empty).is_some_and(|rest| matches!(rest, "" | "s")))
        };
        found.extend(
            stem.split('/')
                .filter(empty)
                .map(|name| format!("`{}` has a name that fits anything: `{name}`", file.path)),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    #[test]
    fn a_file_that_is_too_long_is_found() {
        let violations = |lines| sizes(&files([("shaders/run.wgsl", "a\n".repeat(lines).as_str())]));
        assert_eq!(violations(601), ["`shaders/run.wgsl` has 601 lines, more than 600"]);
        assert!(violations(600).is_empty());
    }

    #[test]
    fn a_house_of_long_files_is_found() {
        let violations = |lines| {
            sizes(&files([
                ("src/a.rs", ""),
                ("src/b.rs", "a\n".repeat(lines).as_str()),
                ("src/c.rs", &"a\n".repeat(300)),
            ]))
        };
        assert_eq!(violations(181), ["the median file of src/ has 181 lines, more than 180"]);
        assert!(violations(180).is_empty());
    }

    #[test]
    fn a_file_that_opens_without_a_word_is_found() {
        let texts = [
            ("src/a.rs", "//! A."),
            ("src/b.rs", "use c;"),
            ("src/d.rs", "// D."),
            ("a.wgsl", "// A."),
            ("b.wgsl", "fn b"),
        ];
        let expected = [
            "`src/b.rs` does not open with `//!`",
            "`src/d.rs` does not open with `//!`",
            "`b.wgsl` does not open with `//`",
        ];
        assert_eq!(openings(&files(texts)), expected);
    }

    #[test]
    fn names_that_fit_anything_are_found_in_files_and_folders() {
        let violations = |path| names(&files([(path, "")])).len();
        for path in [
            "src/utils.rs",
            "src/ir/helper.rs",
            "src/common/mod.rs",
            "src/ir/types.rs",
            "shaders/misc.wgsl",
            "tests/base.rs",
        ] {
            assert_eq!(violations(path), 1, "{path}");
        }
        assert_eq!(
            violations("src/lang/types.rs") + violations("src/ir/utility.rs") + violations("src/lang/typed.rs"),
            0
        );
    }
}
