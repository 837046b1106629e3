//! What the program is built from: packages in Rust alone, as its README says.
//!
//! In: `Cargo.toml` and `Cargo.lock`. Out: the packages that the program depends on, none of which compiles C or C++.

use std::collections::{BTreeMap, BTreeSet};

const MANIFEST: &str = include_str!("../../Cargo.toml");
const LOCK: &str = include_str!("../../Cargo.lock");

/// Packages by which build scripts compile or look for libraries of other languages.
const COMPILERS: [&str; 7] = ["bindgen", "cc", "cmake", "cxx-build", "nasm-rs", "pkg-config", "vcpkg"];

/// The names of the program's own dependencies: those of its tests and benchmarks are left out.
fn own() -> Vec<&'static str> {
    let sections = MANIFEST.split("\n[").filter(|section| {
        let name = section.lines().next().unwrap().trim_end_matches(']');
        name == "dependencies" || name == "build-dependencies" || name.ends_with(".dependencies")
    });
    let lines = sections.flat_map(|section| section.lines().skip(1));
    lines.filter_map(|line| line.split_once(" = ").map(|(name, _)| name.trim())).collect()
}

/// What each locked package depends on; of several versions, all that any does.
fn locked() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut packages: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for package in LOCK.split("[[package]]").skip(1) {
        let name = package.lines().find_map(|line| line.strip_prefix("name = ")).unwrap().trim_matches('"');
        let listed = package.split("dependencies = [").nth(1).and_then(|list| list.split(']').next()).unwrap_or("");
        let names = listed.lines().map(|line| line.trim().trim_matches([',', '"']));
        let names = names.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty());
        packages.entry(name).or_default().extend(names);
    }
    packages
}

#[test]
fn no_package_of_the_program_compiles_c() {
    let packages = locked();
    let mut found = BTreeSet::new();
    let mut waiting = own();
    assert!(waiting.contains(&"wgpu") && waiting.contains(&"rayon"), "the manifest was read: {waiting:?}");
    while let Some(name) = waiting.pop() {
        if found.insert(name) {
            waiting.extend(packages.get(name).unwrap_or_else(|| panic!("{name} is not locked")));
        }
    }
    assert!(found.contains("wgpu-core") && found.len() > 100, "the lock was read: {found:?}");
    let compilers: Vec<&str> = COMPILERS.into_iter().filter(|name| found.contains(name)).collect();
    assert_eq!(compilers, [""; 0], "the README promises that no C or C++ code is compiled");
}
