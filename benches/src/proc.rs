//! What Linux says of a process in `/proc`: CPU time and memory. See proc(5).
//!
//! A process that ended and was not yet waited for still has its line in `stat`, with all the CPU time that it used. That
//! is how a child's whole cost is learned here without `wait4`, which the standard library has no safe call for.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// The state and the CPU time of a process, all of its threads together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stat {
    /// It ended, and waits to be reaped.
    pub(crate) ended: bool,
    /// User and system time; the kernel's grain is ten milliseconds.
    pub(crate) cpu: Duration,
}

impl Stat {
    /// Of a process that was not yet reaped.
    ///
    /// # Errors
    /// There is none of that number.
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let line = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Self::parse(&line).with_context(|| format!("not a line of proc(5): {line}"))
    }

    /// The name is in parentheses and may hold anything, so what follows is counted from the last one.
    fn parse(line: &str) -> Option<Self> {
        let (_, fields) = line.rsplit_once(')')?;
        let mut fields = fields.split_whitespace();
        let ended = matches!(fields.next()?, "Z" | "X");
        let user: u64 = fields.nth(10)?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(Self { ended, cpu: Duration::from_millis((user + system) * MILLIS_A_TICK) })
    }
}

/// The memory of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident: u64,
    /// The most that ever was.
    pub(crate) peak: u64,
}

impl Memory {
    /// Of a running process; none once it ended.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }

    fn parse(status: &str) -> Option<Self> {
        let kilobytes = |name: &str| {
            let value = status.lines().find_map(|line| line.strip_prefix(name))?;
            value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()
        };
        Some(Self { resident: kilobytes("VmRSS:")? * 1024, peak: kilobytes("VmHWM:")? * 1024 })
    }
}

/// `USER_HZ` is 100 on every architecture that Rust's standard library runs Linux on.
const MILLIS_A_TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_a_name_with_spaces_and_parentheses() {
        let line = "7 (a ) b) R 1 7 7 0 -1 4194560 95 0 0 0 123 45 0 0 20 0 1 0 100 200 300";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(stat, Stat { ended: false, cpu: Duration::from_millis(1_680) });
        assert!(Stat::parse(&line.replace(" R ", " Z ")).unwrap().ended);
        assert_eq!(Stat::parse("7 (short) R 1"), None);
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";
        assert_eq!(Memory::parse(status), Some(Memory { resident: 1 << 20, peak: 2 << 20 }));
        assert_eq!(Memory::parse("Name:\tx\nState:\tZ (zombie)\n"), None);
    }

    #[test]
    fn this_process_runs_and_has_memory() {
        assert!(!Stat::of(std::process::id()).unwrap().ended);
        assert!(Memory::of(std::process::id()).unwrap().peak > 0);
    }
}
