//! Processes that are killed without a warning, at whatever moment, lose nothing and double nothing.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::program::{assert_done, assert_refused, assert_same, command, folder, ridgewalk, sampling};

/// Moments that look random and are the same in every run: a linear congruential generator (Knuth's MMIX).
struct Moments(u64);

impl Moments {
    /// A fraction between 0 and 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 24) as f64
    }
}

/// Runs a command again and again until it is allowed to end, killing it after a random part of the time it takes. Returns
/// how often it was killed. A process may be killed when all is done but its end, which `is_done` tells.
fn run_with_kills(
    arguments: &[&str],
    span: Duration,
    kills: usize,
    moments: &mut Moments,
    is_done: &dyn Fn() -> bool,
) -> usize {
    for killed in 0..kills {
        if is_done() {
            return killed;
        }
        let mut child = command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(span.mul_f64(moments.next()));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "a run that was killed before must be able to go on");
            return killed;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    if !is_done() {
        assert_done(&command(arguments).output().unwrap());
    }
    kills
}

/// 200 kills: of runs at any moment of sampling, storing and resuming, and of merges.
#[test]
fn runs_and_merges_killed_two_hundred_times_end_with_the_bits_of_those_never_killed() {
    let folder = folder("kills");
    let path = |name: &str| folder.join(name);
    let size = ["--chains", "64", "--draws", "6000", "--warmup", "200", "--superchains", "4", "--quiet", "--resume"];
    let clock = Instant::now();
    assert_done(&ridgewalk(&sampling(&path("whole"), &size)));
    let span = clock.elapsed();
    let mut moments = Moments(1);
    let mut kills = 0;
    while kills < 140 {
        let run = path("run");
        kills += run_with_kills(&sampling(&run, &size), span, 12.min(140 - kills), &mut moments, &|| false);
        assert_same(&run, &path("whole"));
        std::fs::remove_dir_all(run).unwrap();
    }
    let part = |first: &'static str| {
        [
            "--chains",
            "32",
            "--draws",
            "6000",
            "--warmup",
            "200",
            "--superchains",
            "2",
            "--quiet",
            "--first-chain",
            first,
        ]
    };
    for (name, first) in [("a", "0"), ("b", "32")] {
        assert_done(&ridgewalk(&sampling(&path(name), &part(first))));
    }
    let (a, b, out) = (path("a"), path("b"), path("merged"));
    let merge = ["merge", name(&a), name(&b), "--out", name(&out)];
    let clock = Instant::now();
    assert_done(&ridgewalk(&merge));
    let span = clock.elapsed();
    while kills < 200 {
        std::fs::remove_dir_all(&out).unwrap();
        kills += run_with_kills(&merge, span, 6.min(200 - kills), &mut moments, &|| out.exists());
        assert_same(&out, &path("whole"));
    }
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "a, b, merged and whole: {left:?}");
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_second_process_is_turned_away_while_the_first_goes_on() {
    let run = folder("lock").join("run");
    let size = ["--chains", "64", "--draws", "40000", "--warmup", "200", "--resume"];
    let mut first = command(&sampling(&run, &size)).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let begun = Instant::now();
    while !run.join("posterior").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the first process does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_refused(&ridgewalk(&sampling(&run, &size)), &["is being written by another process"]);
    // Others may read meanwhile.
    let read = ridgewalk(&["summary", name(&run), "--quiet"]);
    assert!(matches!(read.status.code(), Some(0 | 2)), "{read:?}");
    first.kill().unwrap();
    first.wait().unwrap();
}

/// As a full disk: no file may grow beyond a limit. The error names it, and the run goes on where there is room again.
/// Chunks of a megabyte are written another way than small ones.
#[test]
fn a_run_whose_disk_is_full_says_so_and_goes_on_later() {
    for (chains, draws, limit) in [("64", "3000", "4"), ("8192", "1088", "1060")] {
        let folder = folder("full");
        let (run, whole) = (folder.join("run"), folder.join("whole"));
        let size = ["--chains", chains, "--draws", draws, "--warmup", "200", "--quiet", "--resume"];
        assert_done(&ridgewalk(&sampling(&whole, &size)));
        let arguments = sampling(&run, &size);
        let program = command(&[]).get_program().to_str().unwrap().to_owned();
        // Blocks of 1,024 bytes; the signal ignored, the system call fails instead of killing.
        let limited = std::process::Command::new("bash")
            .args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", limit, &program])
            .args(&arguments)
            .output()
            .unwrap();
        assert_refused(&limited, &["cannot write", "posterior"]);
        assert_done(&ridgewalk(&arguments));
        assert_same(&run, &whole);
    }
}
