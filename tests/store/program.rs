//! The program, and directories of runs to compare.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::binary;
pub use crate::binary::{command, ridgewalk};

pub const MODEL: &str = "examples/identifiability/nonidentified.stan";
pub const DATA: &str = "examples/identifiability/y.json";

/// A directory of the test's own, empty.
pub fn folder(name: &str) -> PathBuf {
    binary::folder("store", name)
}

/// Copies a folder with all that is in it.
pub fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// `sample` of the notebook's model into a directory, with Metropolis unless `more` names another sampler.
pub fn sampling<'a>(out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let out = out.to_str().unwrap();
    let own = ["sample", MODEL, "--data", DATA, "--backend", "cpu", "--precision", "f32", "--seed", "1", "--out", out];
    let sampler: &[&str] = if more.contains(&"--sampler") { &[] } else { &["--sampler", "metropolis"] };
    [&own, sampler, more].concat()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Expects success, and gives what was said.
#[track_caller]
pub fn assert_done(output: &Output) -> String {
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    error
}

/// Expects status 2, nothing on standard output, one sentence, and every fragment in it.
#[track_caller]
pub fn assert_refused(output: &Output, fragments: &[&str]) {
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}{error}");
    assert!(out.is_empty(), "half-written: {out}");
    for fragment in fragments {
        assert!(error.contains(fragment), "`{fragment}` is not in: {error}");
    }
}

/// Every file of a store that readers of Zarr see, by its path: chunks as they are, metadata without the attributes,
/// which tell times.
pub fn store(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path != root.join("ridgewalk") {
                    folders.push(path);
                }
                continue;
            }
            let mut bytes = std::fs::read(&path).unwrap();
            if path.ends_with("zarr.json") {
                let mut metadata: Value = serde_json::from_slice(&bytes).unwrap();
                without_attributes(&mut metadata);
                bytes = metadata.to_string().into_bytes();
            }
            files.insert(path.strip_prefix(root).unwrap().to_owned(), bytes);
        }
    }
    files
}

fn without_attributes(value: &mut Value) {
    if let Value::Object(map) = value {
        map.remove("attributes");
        map.values_mut().for_each(without_attributes);
    }
}

/// Expects two stores to be the same to the last bit.
#[track_caller]
pub fn assert_same(found: &Path, expected: &Path) {
    let (found, expected) = (store(found), store(expected));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected));
    for (path, bytes) in &expected {
        assert!(&found[path] == bytes, "{} differs", path.display());
    }
}
