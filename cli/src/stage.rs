//! A stack for one occasion (a demo, a benchmark): wiped, brought up as a child process, taken down again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use crate::data_dir::{self, DataDir};
use crate::stack::Stack;
use crate::up::child::{FileMask, tie_to_us};
use crate::up::ports::{DEFAULT_BASE, Ports, SPAN};

/// A stack that lives as long as the occasion.
#[derive(Debug)]
pub struct Stage {
    up: Child,
}

impl Stage {
    /// Empties the directory and brings a fresh stack up in it.
    ///
    /// `flags` are further flags of `newborn up`.
    pub async fn set(
        data_dir: &Path,
        port_base: Option<u16>,
        flags: &[OsString],
    ) -> Result<(Self, Stack)> {
        if !data_dir::is_ours_or_empty(data_dir)? {
            bail!(
                "{} was not made by newborn, and this would empty it: name another directory with --data-dir",
                data_dir.display()
            );
        }
        // Only while nobody else has it; given back for the child to take.
        DataDir::claim(data_dir)?.wipe()?;
        let mut stage = Self { up: spawn(data_dir, port_base.unwrap_or_else(free_base), flags)? };
        let stack = stage.wait_until_ready(data_dir).await?;
        Ok((stage, stack))
    }

    async fn wait_until_ready(&mut self, data_dir: &Path) -> Result<Stack> {
        // `up` has limits of its own for each part and says which one was too slow; this is only the last resort.
        let limit = Instant::now() + Duration::from_secs(1200);
        loop {
            if let Ok(stack) = Stack::of(data_dir) {
                return Ok(stack);
            }
            if let Some(ended) = self.up.try_wait().context("cannot look after the stack")? {
                bail!("the stack did not come up ({ended}); its own words are above");
            }
            if Instant::now() >= limit {
                bail!("the stack did not come up in time");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the stack ends by itself, which it does not do while all is well.
    pub async fn ends(&mut self) {
        let _ = self.up.wait().await;
    }

    /// Takes the stack down.
    pub async fn strike(mut self) {
        if let Some(pid) = self.up.id() {
            let _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGTERM);
        }
        let _ = tokio::time::timeout(Duration::from_secs(35), self.up.wait()).await;
    }
}

fn spawn(data_dir: &Path, port_base: u16, flags: &[OsString]) -> Result<Child> {
    let executable = std::env::current_exe().context("cannot find our own executable")?;
    let mut command = Command::new(executable);
    command.arg("up").arg("--data-dir").arg(data_dir).arg("--port-base").arg(port_base.to_string());
    command.args(flags);
    // The addresses are told at the end; what `up` says on the way is told as it comes.
    command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).kill_on_drop(true);
    tie_to_us(&mut command, Signal::SIGTERM, FileMask::OthersMayRead);
    command.spawn().context("cannot start the stack")
}

/// The usual ports, or the next free row if another stack has them.
fn free_base() -> u16 {
    const APART: u16 = 20;
    const { assert!(SPAN <= APART, "rows may not overlap") };
    let rows = (0..20).map(|row| DEFAULT_BASE + row * APART);
    let free = rows
        .into_iter()
        .find(|base| Ports::from_base(*base).is_some_and(|ports| ports.taken().is_none()));
    free.unwrap_or(DEFAULT_BASE)
}

/// How to bring the same stack up again.
pub fn again(data_dir: &Path) -> String {
    let executable = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("newborn"));
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| executable.strip_prefix(here).map(Path::to_owned).ok());
    format!("{} up --data-dir {}", short.unwrap_or(executable).display(), data_dir.display())
}
