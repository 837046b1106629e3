//! Whether GPUs are tested, and on which of them bits are: the one place that decides it. What is left out is said on
//! standard error, past the capture of the test harness.
//!
//! In: `RIDGEWALK_WITHOUT_GPU`, and the name of an adapter. Absent on purpose: opening one.

use std::io::Write;

/// Whether tests of GPUs run. A machine without an adapter fails them, unless `RIDGEWALK_WITHOUT_GPU` is set, to anything
/// but nothing and 0.
pub fn gpu_is_wanted() -> bool {
    let without = std::env::var_os("RIDGEWALK_WITHOUT_GPU").is_some_and(|value| !value.is_empty() && value != "0");
    if without {
        leave_out("RIDGEWALK_WITHOUT_GPU is set");
    }
    !without
}

/// Whether the bits of an adapter of this name are promised to be those of the twin on the CPU: Mesa's lavapipe alone.
/// Other drivers may contract a product and a sum; on them `check` and statistics speak.
pub fn bits_are_promised(adapter: &str) -> bool {
    let promised = adapter.to_lowercase().contains("llvmpipe");
    if !promised {
        leave_out(&format!("bits are not promised on {adapter}"));
    }
    promised
}

/// Says that the test that runs here leaves something out.
fn leave_out(reason: &str) {
    let thread = std::thread::current();
    // Written at once: the harness captures what `eprintln!` writes.
    let line = format!("LEFT OUT: {}: {reason}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}
