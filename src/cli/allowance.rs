//! How much memory this process may still take: what is free on the machine, what its limits of address space and data
//! leave (`ulimit -v`, `ulimit -d`), and what its control groups leave (containers, Slurm jobs, systemd units).
//!
//! In: what the system tells, under `/proc` and `/sys/fs/cgroup` on Linux. Out: bytes, and which of these they are.
//! What the system does not tell is no limit. Absent on purpose: what is done with it (`memory`).

use std::fs;
use std::path::Path;

/// Memory that may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) bytes: u64,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// What is free on the machine.
    Free,
    /// `ulimit -v`
    AddressSpace,
    /// `ulimit -d`
    Data,
    /// A control group.
    Group,
}

impl Allowance {
    /// So many bytes, free on the machine.
    #[cfg(test)]
    pub(super) fn free(bytes: u64) -> Self {
        Self { bytes, bound: Bound::Free }
    }

    /// `1.5 GiB are free`: the bytes, and which limit they are what is left of.
    pub(super) fn described(self) -> String {
        let left = match self.bound {
            Bound::Free => "free",
            Bound::AddressSpace => "left of the limit that `ulimit -v` sets",
            Bound::Data => "left of the limit that `ulimit -d` sets",
            Bound::Group => "left of the memory limit of this process's control group",
        };
        format!("{} are {left}", quantity(self.bytes as f64))
    }
}

/// Bytes for people: `1.5 GiB`, `300 MiB`.
pub(super) fn quantity(bytes: f64) -> String {
    let (mib, gib) = (f64::from(1 << 20), f64::from(1 << 30));
    if bytes < gib { format!("{:.0} MiB", bytes / mib) } else { format!("{:.1} GiB", bytes / gib) }
}

/// The smallest of what the system tells; `None` where it tells nothing.
pub(super) fn allowance() -> Option<Allowance> {
    let group = groups(&text("/proc/self/cgroup"), Path::new("/sys/fs/cgroup"));
    let others = [(free(), Bound::Free), (group, Bound::Group)];
    let others = others.into_iter().filter_map(|(bytes, bound)| Some(Allowance { bytes: bytes?, bound }));
    others.chain(address_space()).min_by_key(|allowance| allowance.bytes)
}

/// What the limits of this process leave of its address space: drivers map more of it than they fill.
pub(super) fn address_space() -> Option<Allowance> {
    let (limits, status) = (text("/proc/self/limits"), text("/proc/self/status"));
    [
        (left(&limits, "Max address space", &status, "VmSize:"), Bound::AddressSpace),
        (left(&limits, "Max data size", &status, "VmData:"), Bound::Data),
    ]
    .into_iter()
    .filter_map(|(bytes, bound)| Some(Allowance { bytes: bytes?, bound }))
    .min_by_key(|allowance| allowance.bytes)
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Memory that is free, where the system tells.
fn free() -> Option<u64> {
    let system = sysinfo::System::new_with_specifics(
        sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram()),
    );
    system.ok().map(|system| system.available_memory()).filter(|&bytes| bytes > 0)
}

/// What the soft limit named in `/proc/self/limits` leaves, given what `/proc/self/status` says is taken.
fn left(limits: &str, limit: &str, status: &str, taken: &str) -> Option<u64> {
    let most = limits.lines().find_map(|line| line.strip_prefix(limit))?;
    let most: u64 = most.split_whitespace().next()?.parse().ok()?;
    let taken = status.lines().find_map(|line| line.strip_prefix(taken))?;
    let taken: u64 = taken.split_whitespace().next()?.parse().ok()?;
    Some(most.saturating_sub(taken.saturating_mul(1024)))
}

/// What the control groups named in `/proc/self/cgroup` leave, and those that they lie in: each may set a limit. Of
/// version 1 and of version 2, whose files have other names. A group that a container does not see is passed over.
fn groups(named: &str, root: &Path) -> Option<u64> {
    let mut least: Option<u64> = None;
    for line in named.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let (root, files) = match controllers {
            "" => (root.to_owned(), ["memory.max", "memory.current", "inactive_file "]),
            _ if controllers.split(',').any(|name| name == "memory") => {
                (root.join("memory"), ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file "])
            }
            _ => continue,
        };
        for group in Path::new(path.trim_start_matches('/')).ancestors() {
            least = least.into_iter().chain(group_leaves(&root.join(group), files)).min();
        }
    }
    least
}

/// What a control group leaves: its limit without what is in use, of which cached files give way.
fn group_leaves(group: &Path, [limit, usage, cached]: [&str; 3]) -> Option<u64> {
    let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
    // `max` is no number, and no limit; in version 1 that is a number larger than any memory.
    let limit = number(limit)?;
    let statistics = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let cached = statistics.lines().find_map(|line| line.strip_prefix(cached)?.trim().parse::<u64>().ok());
    let used = number(usage).unwrap_or(0).saturating_sub(cached.unwrap_or(0));
    Some(limit.saturating_sub(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: &str = "Limit                     Soft Limit           Hard Limit           Units     \n\
                          Max data size             unlimited            unlimited            bytes     \n\
                          Max address space         1048576000           unlimited            bytes     \n";
    const STATUS: &str = "Name:\tridgewalk\nVmPeak:\t  300000 kB\nVmSize:\t  200000 kB\nVmData:\t  90000 kB\n";

    #[test]
    fn a_limit_leaves_what_is_not_taken_of_it() {
        assert_eq!(left(LIMITS, "Max address space", STATUS, "VmSize:"), Some(1_048_576_000 - 204_800_000));
        assert_eq!(left(LIMITS, "Max data size", STATUS, "VmData:"), None);
        assert_eq!(left("", "Max address space", "", "VmSize:"), None);
    }

    #[test]
    fn the_tightest_control_group_of_either_version_counts() {
        let root = std::env::temp_dir().join(format!("ridgewalk-groups-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("job/memory.max", "5000\n");
        write("job/memory.current", "3000\n");
        write("job/memory.stat", "anon 1\ninactive_file 500\n");
        write("job/step/memory.max", "max\n");
        write("memory/slurm/memory.limit_in_bytes", "9000\n");
        write("memory/slurm/memory.usage_in_bytes", "8000\n");
        assert_eq!(groups("0::/job/step\n", &root), Some(2500), "the group around this one sets a limit");
        assert_eq!(groups("4:cpu,cpuacct:/slurm\n3:memory:/slurm/task\n", &root), Some(1000));
        assert_eq!(groups("3:memory:/slurm\n0::/job\n", &root), Some(1000), "both versions at once");
        assert_eq!(groups("0::/elsewhere\nnonsense\n", &root), None);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn this_process_may_take_something() {
        if cfg!(target_os = "linux") {
            let allowance = allowance().expect("Linux tells");
            assert!(allowance.bytes > 0 && allowance.described().contains(" are "), "{}", allowance.described());
        }
    }
}
