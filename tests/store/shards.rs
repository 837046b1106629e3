//! Parts of a run, and their whole.

use std::path::Path;

use super::program::{assert_done, assert_refused, assert_same, folder, ridgewalk, sampling};

fn part(out: &Path, first: &str, chains: &str, superchains: &str, more: &[&str]) {
    let size = ["--draws", "90", "--warmup", "205", "--quiet", "--chains", chains, "--superchains", superchains];
    let size = [&size[..], &["--save-warmup"]].concat();
    let arguments = [&size[..], &["--first-chain", first], more].concat();
    assert_done(&ridgewalk(&sampling(out, &arguments)));
}

#[test]
fn merged_parts_are_the_run_of_one_process_and_others_are_refused() {
    let folder = folder("shards");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    // A start for each superchain of the whole run, of some parameters.
    let starts = (0..6).map(|k| format!("{{\"alpha1\": {k}}}")).collect::<Vec<_>>().join(",");
    std::fs::write(path("starts.json"), format!("[{starts}]")).unwrap();
    let starts: &[&str] = &["--init", &path("starts.json")];
    for (name, first, chains, superchains, more) in [
        ("whole", "0", "24", "6", starts),
        ("a", "0", "8", "2", starts),
        ("b", "8", "12", "3", starts),
        ("c", "20", "4", "1", starts),
        ("seeded", "20", "4", "1", &["--init", "zero"]),
        ("grouped", "20", "4", "2", &[]),
    ] {
        part(&folder.join(name), first, chains, superchains, more);
    }
    let merge = |parts: &[&str], out: &str| {
        let parts: Vec<String> = parts.iter().map(|name| path(name)).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        ridgewalk(&[&["merge"], &parts[..], &["--out", &path(out)]].concat())
    };
    // In any order.
    assert!(assert_done(&merge(&["b", "c", "a"], "merged")).contains("24 chains of 90 draws from 3 runs"));
    assert_same(&folder.join("merged"), &folder.join("whole"));
    assert!(folder.join("merged/warmup_posterior/mu/c/0/29").exists(), "205 steps in chunks of 7");
    assert_refused(&merge(&["a", "c"], "m"), &["chains 8 to 19 are missing between"]);
    assert_refused(&merge(&["a", "b", "b"], "m"), &["both hold chains 8 to 19"]);
    assert_refused(&merge(&["a", "b", "seeded"], "m"), &["init is given there and zero here"]);
    assert_refused(&merge(&["a", "b", "grouped"], "m"), &["superchain size is 4 there and 2 here"]);
    assert_refused(&merge(&["a", "b", "c"], "merged"), &["is already there"]);
    assert_refused(&merge(&["a", "nothing"], "m"), &["there is no such directory"]);
    assert!(!folder.join("m").exists(), "a refused merge leaves nothing");
}

#[test]
fn a_part_that_is_no_whole_superchains_is_refused() {
    let run = folder("inside").join("run");
    let arguments = ["--chains", "8", "--superchains", "2", "--first-chain", "6"];
    assert_refused(
        &ridgewalk(&sampling(&run, &arguments)),
        &["--first-chain 6 lies inside of a superchain of 4 chains"],
    );
    assert!(!run.exists());
}
