//! Another process: what it costs in CPU time and memory, read from `/proc`, and signals to it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, kill_process, kill_process_group};

pub use rustix::process::Signal;

/// Linux counts CPU time for user space in hundredths of a second, on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// CPU time (user and system, all threads) a process has used so far.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the process is gone")?;
    // The name may contain spaces and brackets: fields are counted after its last bracket.
    let after = stat.rsplit_once(')').context("unreadable stat")?.1;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok()).context("unreadable stat");
    Ok(TICK * (ticks(11)? + ticks(12)?))
}

/// Resident memory of a process in bytes.
pub fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

/// Asks a process to end (SIGTERM).
pub fn ask_to_end(pid: u32) -> Result<()> {
    signal(pid, Signal::TERM)
}

/// Stops a process where it stands (SIGSTOP): it keeps its connections, and knows nothing of it.
pub fn freeze(pid: u32) -> Result<()> {
    signal(pid, Signal::STOP)
}

/// Lets a frozen process go on (SIGCONT).
pub fn thaw(pid: u32) -> Result<()> {
    signal(pid, Signal::CONT)
}

/// Any signal.
pub fn signal(pid: u32, signal: Signal) -> Result<()> {
    kill_process(id_of(pid)?, signal).with_context(|| format!("cannot send {signal:?} to process {pid}"))
}

/// The same to a process and all that it has started in its group.
pub fn signal_group(pid: u32, signal: Signal) -> Result<()> {
    kill_process_group(id_of(pid)?, signal).with_context(|| format!("cannot send {signal:?} to group {pid}"))
}

fn id_of(pid: u32) -> Result<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw).context("not the id of a process")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_memory() {
        let pid = std::process::id();
        assert!(resident(pid).unwrap() > 100_000);
        assert!(cpu_time(pid).unwrap() < Duration::from_secs(3600));
    }
}
