//! Stores that zarr-python has written, in the encodings that it, xarray and ArviZ use or have used; `tests/data/zarr/write.py`
//! tells how they were made, and what their values are.

use std::path::Path;

use ridgewalk::store::open_run;

use super::program::{assert_done, assert_refused, copied, folder, ridgewalk, text};

const CHAINS: usize = 4;
const DRAWS: usize = 100;

/// The value that every array has, by the name of its element.
fn expected(name: &str, chain: usize, draw: usize) -> f64 {
    let element = name.find('[').map_or(0, |at| name[at + 1..name.len() - 1].parse::<usize>().unwrap() - 1);
    let value = 100 * chain + draw + 1000 * element;
    match name {
        "of_bool" => (value % 2) as f64,
        "of_i1" | "of_u1" => (value % 251) as f64,
        _ => value as f64,
    }
}

#[test]
fn every_encoding_gives_the_values_that_were_written() {
    for (store, count) in [("version_2.zarr", 12), ("version_3.zarr", 39)] {
        let run = open_run(&Path::new("tests/data/zarr").join(store)).unwrap();
        let draws = run.draws_every(1).unwrap();
        let names = draws.parameters();
        assert_eq!((draws.chains(), draws.draws(), names.len()), (CHAINS, DRAWS, count), "{names:?}");
        for (column, name) in names.iter().enumerate() {
            for (chain, draw) in (0..CHAINS).flat_map(|chain| (0..DRAWS).map(move |draw| (chain, draw))) {
                let found = draws.view(column).get(chain, draw);
                let right = match &name[..] {
                    "half" if draw >= 64 => f64::NAN,
                    // A signed byte wraps.
                    "of_i1" => f64::from(expected(name, chain, draw) as u8 as i8),
                    _ => expected(name, chain, draw),
                };
                assert_eq!(found.to_bits(), right.to_bits(), "{store} {name} [{chain}, {draw}]: {found}");
            }
        }
        // A part of the draws, across the borders of chunks.
        let part = run.draws_of(&(1..3), &(25..70)).unwrap();
        for (column, name) in names.iter().enumerate().filter(|(_, name)| *name != "half" && *name != "of_i1") {
            for (chain, draw) in (0..2).flat_map(|chain| (0..45).map(move |draw| (chain, draw))) {
                let found = part.view(column).get(chain, draw);
                assert_eq!(found, expected(name, chain + 1, draw + 25), "{store} {name}");
            }
        }
        let notes =
            if store == "version_3.zarr" { vec!["text is left out: its elements are no numbers"] } else { vec![] };
        assert_eq!(run.notes(), notes);
    }
}

#[test]
fn what_is_damaged_or_encoded_in_an_unknown_way_is_refused_by_name() {
    let folder = folder("foreign-zarr");
    let store = folder.join("version_3.zarr");
    copied(Path::new("tests/data/zarr/version_3.zarr"), &store);
    let summary =
        |parameters: &str| ridgewalk(&["summary", store.to_str().unwrap(), "--parameters", parameters, "--quiet"]);
    assert_done(&summary("checked"));
    let chunk = store.join("posterior/checked/c/0/1");
    let mut bytes = std::fs::read(&chunk).unwrap();
    bytes[100] ^= 8;
    std::fs::write(&chunk, bytes).unwrap();
    assert_refused(&summary("checked"), &["posterior/checked/c/0/1 is damaged", "their checksum is another"]);
    std::fs::remove_dir_all(store.join("posterior/checked")).unwrap();
    let metadata = store.join("posterior/gzip/zarr.json");
    let own = std::fs::read_to_string(&metadata).unwrap();
    std::fs::write(&metadata, own.replace("\"gzip\"", "\"lzma\"")).unwrap();
    let refused = summary("plain");
    assert_refused(&refused, &["gzip cannot be read: the codec `lzma` is not known"]);
    assert!(!text(&refused.stderr).contains("damaged"));
}
