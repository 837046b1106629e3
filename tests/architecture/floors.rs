//! Who may look where: downstairs and into the own room, never upstairs, never into a neighbour's.
//!
//! In: files and the table of floors. Out: a sentence for each look that is not allowed.
//! Test code may look one step wider, at neighbours on its own floor (a backend's tests may compile a model), but not
//! upstairs: a test that needs the upper floors is about them, and stands in `tests/`.

use super::paths::paths;
use super::source::File;

/// A room, which is a folder or a file of `src/`, and its floor.
pub type Room = (&'static str, u8);

/// `lib.rs` and `main.rs` stand above all rooms.
const ROOF: u8 = u8::MAX;

/// Looks that the table forbids, and rooms and rows that have no counterpart.
pub fn floors(files: &[File], table: &[Room]) -> Vec<String> {
    let rooms: Vec<&str> = files.iter().filter_map(room).collect();
    let stale = table.iter().filter(|(name, _)| !rooms.contains(name));
    let mut found: Vec<String> =
        stale.map(|(name, _)| format!("the table has a row for `{name}`, which no file is in")).collect();
    for (file, here) in files.iter().filter_map(|file| Some((file, room(file)?))) {
        let path = file.in_src().expect("only files in src/ are in rooms");
        if is_roof(path) {
            continue;
        }
        let Some(floor) = floor_of(here, table) else {
            let sentence = format!("`{here}` has no floor: give it a row in the table");
            if !found.contains(&sentence) {
                found.push(sentence);
            }
            continue;
        };
        let shipped = paths(path, &file.shipped);
        for look in paths(path, &file.code) {
            let target = look.segments[0].as_str();
            let is_test = !shipped.iter().any(|other| other.at == look.at);
            let seen = match floor_of(target, table) {
                _ if target == here || target == "std" => continue,
                None => format!("up at `{target}`, which lib.rs holds"),
                Some(above) if above > floor => format!("up at `{target}` (floor {above})"),
                Some(same) if same == floor && !is_test => format!("sideways at `{target}` (floor {same})"),
                Some(_) => continue,
            };
            let line = file.line(look.at);
            found.push(format!("`{path}` (floor {floor}) looks {seen} in line {line}"));
        }
    }
    found
}

fn room(file: &File) -> Option<&str> {
    Some(file.in_src()?.split('/').next()?.trim_end_matches(".rs"))
}

fn is_roof(path: &str) -> bool {
    matches!(path, "lib.rs" | "main.rs")
}

fn floor_of(room: &str, table: &[Room]) -> Option<u8> {
    let roof = [("lib", ROOF), ("main", ROOF)];
    table.iter().chain(&roof).find(|(name, _)| *name == room).map(|&(_, floor)| floor)
}

#[cfg(test)]
mod tests {
    use super::super::source::files;
    use super::*;

    const TABLE: [Room; 3] = [("store", 5), ("diagnostics", 2), ("rng", 2)];

    fn violations(text: &str) -> Vec<String> {
        let others = [("src/lib.rs", "pub use store::Store;"), ("src/store/mod.rs", ""), ("src/rng.rs", "")];
        floors(&files(others.into_iter().chain([("src/diagnostics/ess.rs", text)])), &TABLE)
    }

    #[test]
    fn a_look_upstairs_is_found() {
        let sentence = "`diagnostics/ess.rs` (floor 2) looks up at `store` (floor 5) in line 1";
        assert_eq!(violations("use crate::store::Zarr;"), [sentence]);
        assert_eq!(violations("use crate::{store::{Zarr, Csv}};").len(), 2);
        assert_eq!(violations("fn a() { super::super::store::write() }"), [sentence]);
        assert_eq!(
            violations("use crate::Error;"),
            ["`diagnostics/ess.rs` (floor 2) looks up at `Error`, which lib.rs holds in line 1"]
        );
    }

    #[test]
    fn a_look_at_a_neighbour_is_found_outside_of_tests() {
        assert_eq!(
            violations("\nuse crate::rng::philox;"),
            ["`diagnostics/ess.rs` (floor 2) looks sideways at `rng` (floor 2) in line 2"]
        );
        assert!(violations("#[cfg(test)] mod tests { use crate::rng::philox; }").is_empty());
        assert_eq!(violations("#[cfg(test)] mod tests { use crate::store::Zarr; }").len(), 1);
    }

    #[test]
    fn looks_downstairs_and_into_the_own_room_are_free() {
        assert!(violations("use std::fmt; use super::rhat; use crate::diagnostics::rank; // crate::store").is_empty());
        let texts = [("src/store/mod.rs", "use crate::rng::philox;"), ("src/rng.rs", ""), ("src/diagnostics.rs", "")];
        assert!(floors(&files(texts), &TABLE).is_empty());
    }

    #[test]
    fn rooms_and_rows_without_a_counterpart_are_found() {
        assert_eq!(
            floors(&files([("src/cellar/mod.rs", ""), ("src/cellar/wine.rs", "")]), &[("attic", 7)]),
            [
                "the table has a row for `attic`, which no file is in",
                "`cellar` has no floor: give it a row in the table"
            ]
        );
    }
}
