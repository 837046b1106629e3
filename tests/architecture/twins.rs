//! What is written twice, in WGSL and in Rust, stays recognisable as the same thing.
//!
//! In: files. Out: a sentence for each difference in shape. That twins compute the same is for other tests to show.
//!
//! A shader in one of the [`ROOMS_OF_TWINS`] has a Rust file of the same path and stem; the first line of the shader
//! and the opening comment of the Rust file name each other. Functions (and methods) that both have stand in the same
//! order. Every public function of the Rust file is in the shader too, methods apart, unless its signature has what
//! WGSL cannot say: a slice, or a 64-bit number.

use super::source::File;
use super::tokens::tokens;

/// Folders of `shaders/` whose files have twins.
const ROOMS_OF_TWINS: [&str; 3] = ["math", "rng", "sampler"];
/// Words and marks of signatures that WGSL has no counterpart for; `&[` and `mut[` begin slices.
const ONLY_IN_RUST: [&str; 6] = ["u64", "i64", "f64", "usize", "& [", "& mut ["];

/// Shaders and Rust files that differ in more than the language.
pub fn twins(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for shader in files {
        let Some(path) = shader.path.strip_prefix("shaders/").and_then(|path| path.strip_suffix(".wgsl")) else {
            continue;
        };
        if !ROOMS_OF_TWINS.iter().any(|room| path.starts_with(&format!("{room}/"))) {
            continue;
        }
        let twin_path = format!("src/{path}.rs");
        let Some(twin) = files.iter().find(|file| file.path == twin_path) else {
            found.push(format!("`{}` has no twin: there is no `{twin_path}`", shader.path));
            continue;
        };
        if !shader.text.lines().next().is_some_and(|line| line.contains(&twin_path)) {
            found.push(format!("the first line of `{}` does not name `{twin_path}`", shader.path));
        }
        if !twin.text.lines().take_while(|line| line.starts_with("//!")).any(|line| line.contains(&shader.path)) {
            found.push(format!("the opening comment of `{twin_path}` does not name `{}`", shader.path));
        }
        let (in_shader, in_twin) = (functions(&shader.code), functions(&twin.shipped));
        let mut shared = in_shader.iter().filter_map(|here| in_twin.iter().position(|there| there.name == here.name));
        let mut last = 0;
        if let Some(earlier) = shared.find(|&place| std::mem::replace(&mut last, place) > place) {
            let name = in_twin[earlier].name;
            found.push(format!("`{name}` stands in `{}` and in `{twin_path}` in different order", shader.path));
        }
        let missing = in_twin
            .iter()
            .filter(|function| function.is_said_in_both && in_shader.iter().all(|other| other.name != function.name));
        found.extend(
            missing.map(|function| format!("`{}` of `{twin_path}` is missing in `{}`", function.name, shader.path)),
        );
    }
    found
}

#[derive(Debug)]
struct Function<'a> {
    name: &'a str,
    /// Public, no method, and of types that both languages have.
    is_said_in_both: bool,
}

fn functions(code: &str) -> Vec<Function<'_>> {
    let tokens = tokens(code);
    let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
    let (mut found, mut depth) = (Vec::new(), 0_i32);
    for at in 0..words.len() {
        depth += i32::from(words[at] == "{") - i32::from(words[at] == "}");
        let Some(&name) = words.get(at + 1).filter(|_| words[at] == "fn") else { continue };
        let end =
            words[at..].iter().position(|word| matches!(*word, "{" | ";")).map_or(words.len(), |length| at + length);
        let signature = format!(" {} ", words[at..end].join(" "));
        let is_only_in_rust = ONLY_IN_RUST.iter().any(|word| signature.contains(&format!(" {word} ")));
        let is_public = at > 0 && words[at - 1] == "pub";
        found.push(Function { name, is_said_in_both: is_public && depth == 0 && !is_only_in_rust });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    const RUST: &str = "//! Twin of `shaders/rng/a.wgsl`.\nfn inner() {}\npub fn one(x: f32) {}\npub fn key(seed: u64) {}\n\
                        pub fn all<R>(xs: &[R]) {}\nimpl A { pub fn new() {} pub fn total() {} }\npub fn two() {}";
    const WGSL: &str = "// Twin of src/rng/a.rs.\nfn one() {}\nfn only_here() {}\nfn total() {}\nfn two() {}";

    fn violations(rust: &str, wgsl: &str) -> Vec<String> {
        twins(&files([("src/rng/a.rs", rust), ("shaders/rng/a.wgsl", wgsl), ("shaders/run.wgsl", "")]))
    }

    #[test]
    fn twins_of_the_same_shape_are_free() {
        assert_eq!(violations(RUST, WGSL), [""; 0]);
    }

    #[test]
    fn a_shader_without_a_twin_is_found() {
        let alone = files([("shaders/rng/a.wgsl", WGSL)]);
        assert_eq!(twins(&alone), ["`shaders/rng/a.wgsl` has no twin: there is no `src/rng/a.rs`"]);
    }

    #[test]
    fn twins_that_do_not_name_each_other_are_found() {
        assert_eq!(
            violations(&RUST.replace("Twin", "Brother").replace("rng/a", "rng/b"), &WGSL.replace("rng/a", "rng/b")),
            [
                "the first line of `shaders/rng/a.wgsl` does not name `src/rng/a.rs`",
                "the opening comment of `src/rng/a.rs` does not name `shaders/rng/a.wgsl`"
            ]
        );
    }

    #[test]
    fn functions_in_different_order_are_found() {
        let swapped = WGSL.replace("fn two", "fn swap").replace("fn one", "fn two").replace("fn swap", "fn one");
        assert_eq!(violations(RUST, &swapped).len(), 1);
    }

    #[test]
    fn a_public_function_that_the_shader_lacks_is_found() {
        assert_eq!(
            violations(RUST, &WGSL.replace("fn two", "fn three")),
            ["`two` of `src/rng/a.rs` is missing in `shaders/rng/a.wgsl`"]
        );
    }
}
