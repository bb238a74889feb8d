//! What an earlier run on the same directory left running, when it was killed rather than stopped.
//!
//! The kernel ends the children of a killed `newborn up`, but not at the same instant. The next one waits for them by
//! process id *and* start time, so that a number given to somebody else in the meantime is never mistaken for ours.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

use super::keeper::Pids;
use crate::files;
use crate::say::Say;

/// A process, named so that it cannot be mistaken for a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    pid: u32,
    /// Clock ticks from boot to its start, as `/proc/PID/stat` counts.
    started: u64,
}

/// Writes down who is running, for the next run.
pub fn record(path: &Path, pids: &Pids) -> Result<()> {
    let known: BTreeMap<_, _> = pids
        .iter()
        .filter_map(|(name, pid)| Some((*name, Identity { pid: *pid, started: start_time(*pid)? })))
        .collect();
    files::write_private(path, &serde_json::to_vec(&known).context("process ids are plain data")?)
}

/// Waits until the children of an earlier run are gone, and ends those that stay.
pub async fn see_off(path: &Path, say: Say) -> Result<()> {
    let Ok(text) = std::fs::read(path) else { return Ok(()) };
    // Half a file cannot be, but a file of a future version can; then the port check is all there is.
    let children: BTreeMap<String, Identity> = serde_json::from_slice(&text).unwrap_or_default();
    let patience =
        [(None, Duration::from_secs(10)), (Some(Signal::SIGQUIT), Duration::from_secs(5))];
    for (signal, wait) in
        patience.into_iter().chain([(Some(Signal::SIGKILL), Duration::from_secs(5))])
    {
        for (name, child) in children.iter().filter(|(_, child)| child.lives()) {
            if let Some(signal) = signal {
                say.line(format_args!("{name} of the last run is still there, sending {signal}"));
                let _ = kill(Pid::from_raw(child.pid.cast_signed()), signal);
            }
        }
        let limit = Instant::now() + wait;
        while children.values().any(|child| child.lives()) && Instant::now() < limit {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    files::remove_whatever_is_at(path)
}

impl Identity {
    fn lives(&self) -> bool {
        start_time(self.pid) == Some(self.started)
    }
}

/// When a process was started; `None` if it is not there, or only waits to be buried.
fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name in parentheses that may itself contain spaces and parentheses.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    (state != "Z" && state != "X").then(|| fields.nth(18)?.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let me = Identity {
            pid: std::process::id(),
            started: start_time(std::process::id()).expect("we are running"),
        };
        assert!(me.lives());
        assert!(!Identity { started: me.started + 1, ..me }.lives());
    }

    #[tokio::test]
    async fn the_record_of_a_run_that_is_over_is_removed_at_once() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let path = temp.path().join("children.json");
        std::fs::write(&path, r#"{"worker": {"pid": 1, "started": 99999999999}}"#)
            .expect("written");
        see_off(&path, Say::from_now()).await.expect("nobody to wait for");
        assert!(!path.exists());
    }
}
