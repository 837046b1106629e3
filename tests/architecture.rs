//! Holds the house in shape: floors, circles, walls, sizes, openings, names, phrases and twins.
//!
//! Each rule is a function from files to sentences, one for each violation. Here stand the tables, and the rules run
//! over the project's own files; beside each rule, invented files show that it can fail. The rules read text, not
//! syntax trees: they need nothing but the standard library, and say in their files what they do not see.

#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/floors.rs"]
mod floors;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/phrases.rs"]
mod phrases;
#[path = "architecture/shape.rs"]
mod shape;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/tokens.rs"]
mod tokens;
#[path = "architecture/twins.rs"]
mod twins;
#[path = "architecture/walls.rs"]
mod walls;

use std::path::Path;
use std::sync::LazyLock;

use floors::Room;
use source::File;
use walls::Wall;

/// Every room and its floor: a file imports from lower floors and from its own room.
#[rustfmt::skip] // A line a floor, as the house stands.
const FLOORS: &[Room] = &[
    ("cli", 6),
    ("run", 5), ("report", 5), ("store", 5),
    ("lang", 4), ("backend", 4), ("identify", 4),
    ("model", 3), ("sampler", 3),
    ("ir", 2), ("rng", 2), ("diagnostics", 2),
    ("math", 1), ("draws", 1),
];

/// What reaches outside of the program, and where in `src/` it may stand.
const WALLS: &[Wall] = &[
    ("wgpu", &["backend/gpu/"]),
    ("bytemuck", &["backend/gpu/", "store/"]),
    ("pollster", &["backend/gpu/"]),
    ("clap", &["cli/", "main.rs"]),
    ("indicatif", &["cli/"]),
    ("ctrlc", &["cli/"]),
    ("flate2", &["store/"]),
    ("lz4_flex", &["store/"]),
    ("ruzstd", &["store/"]),
    ("sha2", &["store/"]),
    ("rustix", &["store/"]),
    ("print!", &["cli/", "main.rs"]),
    ("println!", &["cli/", "main.rs"]),
    ("eprint!", &["cli/", "main.rs"]),
    ("eprintln!", &["cli/", "main.rs"]),
    ("dbg!", &[]),
    ("std::fs", &["store/", "cli/"]),
];

/// Where `unsafe` may stand, of a folder in one file, and always with a `// SAFETY:`.
const UNSAFE: &[&str] = &["src/math/simd.rs", "src/backend/gpu/"];

/// The project's own files, read once.
fn tree() -> &'static [File] {
    static TREE: LazyLock<Vec<File>> = LazyLock::new(|| source::tree(Path::new(env!("CARGO_MANIFEST_DIR"))));
    &TREE
}

#[track_caller]
fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n  {}\n", violations.join("\n  "));
}

#[test]
fn the_rules_read_the_whole_project() {
    for path in ["src/lib.rs", "src/ir/op.rs", "shaders/rng/philox.wgsl", "tests/architecture/source.rs"] {
        assert!(tree().iter().any(|file| file.path == path), "{path} was not read");
    }
}

#[test]
fn imports_go_down_or_stay_in_the_room() {
    assert_none(&floors::floors(tree(), FLOORS));
}

#[test]
fn imports_go_in_no_circle() {
    assert_none(&circles::circles(tree()));
}

#[test]
fn the_outside_world_stays_behind_its_walls() {
    assert_none(&walls::walls(tree(), WALLS));
}

#[test]
fn unsafe_code_has_its_place_and_its_reason() {
    assert_none(&walls::unsafe_code(tree(), UNSAFE));
}

#[test]
fn files_are_short() {
    assert_none(&shape::sizes(tree()));
}

#[test]
fn files_open_with_what_they_are() {
    assert_none(&shape::openings(tree()));
}

#[test]
fn names_say_what_is_inside() {
    assert_none(&shape::names(tree()));
}

#[test]
fn doors_list_what_they_show() {
    assert_none(&phrases::exports_of_everything(tree()));
}

#[test]
fn nothing_is_promised_for_later() {
    assert_none(&phrases::promises(tree()));
}

#[test]
fn lints_are_silenced_with_a_reason() {
    assert_none(&phrases::silenced_lints(tree()));
}

#[test]
fn twins_have_the_same_shape() {
    assert_none(&twins::twins(tree()));
}
