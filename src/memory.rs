//! How much memory the engines may take where nobody says.

use std::sync::OnceLock;
use sysinfo::{
    CGroupLimits, MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System, get_current_pid,
};

/// What is known of the machine's memory, in bytes.
#[derive(Clone, Debug, Default)]
struct Memory {
    /// What the system can still give without taking anything from anybody; 0 where it does not say.
    available: u64,
    /// The groups of processes that this one belongs to, where their memory is limited.
    groups: Vec<Group>,
}

/// A group of processes.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// The most memory that it gets.
    limit: u64,
    /// What of it is taken and cannot be given back. Files that the system keeps in memory do not count: they make room.
    taken: u64,
}

/// Where nothing is known.
const UNKNOWN: u64 = 4 << 30;

/// With less, nothing could be decided at all.
const LEAST: u64 = 64 << 20;

/// The default of [`Options::max_memory`](crate::Options::max_memory), in bytes: three quarters of what was available when it was first
/// asked for, to the machine and to the control groups that the process belongs to. The rest is for the process itself, whose own needs
/// are small, and for others. Where the system does not tell, 4 GiB.
#[must_use]
pub fn default_max_memory() -> u64 {
    static SHARE: OnceLock<u64> = OnceLock::new();
    *SHARE.get_or_init(|| share(&look()))
}

fn share(memory: &Memory) -> u64 {
    let groups = memory.groups.iter().map(|group| group.limit.saturating_sub(group.taken));
    // A group without room is one, but a machine without memory is one that does not tell.
    let machine = (memory.available > 0).then_some(memory.available);
    let Some(available) = machine.into_iter().chain(groups).min() else { return UNKNOWN };
    (available - available / 4).max(LEAST)
}

/// Asks the system.
fn look() -> Memory {
    let Ok(mut system) = System::new() else { return Memory::default() };
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    // In a container the limit stands at the root of what can be seen; under a service manager, somewhere below.
    let groups = [system.cgroup_limits(), get_current_pid().ok().and_then(|pid| own_group(&mut system, pid))];
    Memory {
        available: system.available_memory(),
        groups: groups.into_iter().flatten().map(Group::from).collect(),
    }
}

fn own_group(system: &mut System, pid: Pid) -> Option<CGroupLimits> {
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[pid]),
        false,
        ProcessRefreshKind::nothing().without_tasks(),
    );
    system.process(pid)?.cgroup_limits()
}

impl From<CGroupLimits> for Group {
    fn from(limits: CGroupLimits) -> Self {
        Self { limit: limits.total_memory, taken: limits.rss }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    #[test]
    fn three_quarters_of_what_is_available() {
        let machine = |available| share(&Memory { available, groups: vec![] });
        assert_eq!(machine(16 * GIB), 12 * GIB);
        assert_eq!(machine(u64::MAX), u64::MAX - u64::MAX / 4);
        // Too little to be of use.
        assert_eq!(machine(1), LEAST);
        // The system does not say.
        assert_eq!(machine(0), UNKNOWN);
    }

    #[test]
    fn the_tightest_group_counts() {
        let with = |groups: &[(u64, u64)]| {
            let groups = groups.iter().map(|&(limit, taken)| Group { limit, taken }).collect();
            share(&Memory { available: 16 * GIB, groups })
        };
        assert_eq!(with(&[(4 * GIB, 0)]), 3 * GIB);
        assert_eq!(with(&[(4 * GIB, 2 * GIB)]), 3 * GIB / 2);
        assert_eq!(with(&[(32 * GIB, 0), (8 * GIB, 0)]), 6 * GIB);
        assert_eq!(with(&[(64 * GIB, 0)]), 12 * GIB);
        // A full one has no room; it is not one that does not tell.
        assert_eq!(with(&[(GIB, 2 * GIB)]), LEAST);
        assert_eq!(
            share(&Memory { available: 0, groups: vec![Group { limit: 4 * GIB, taken: 0 }] }),
            3 * GIB
        );
    }

    #[test]
    fn the_limit_of_a_group_is_what_the_system_says() {
        let limits = CGroupLimits { total_memory: 4 * GIB, free_memory: GIB, free_swap: 0, rss: 2 * GIB };
        let group = Group::from(limits);
        assert_eq!((group.limit, group.taken), (4 * GIB, 2 * GIB));
    }

    #[test]
    fn it_stays_the_same() {
        assert!(default_max_memory() >= LEAST);
        assert_eq!(default_max_memory(), default_max_memory());
    }
}
