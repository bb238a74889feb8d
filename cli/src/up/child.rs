//! Starting one process so that it cannot outlive us, and ending it politely first.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Pid, Uid, getpid, getppid};
use tokio::process::{Child, Command};

/// A user other than ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    pub uid: Uid,
    pub gid: Gid,
}

/// One process of the stack: how to start it, and how it wants to be ended.
#[derive(Debug, Clone)]
pub struct Program {
    /// What `ready.json` calls it.
    pub name: &'static str,
    pub path: PathBuf,
    pub args: Vec<OsString>,
    /// Where secrets travel: other users can read arguments, but not the environment.
    pub env: Vec<(&'static str, String)>,
    /// Whether it inherits our environment too.
    pub environment: Environment,
    /// The user to run as, if not ours.
    pub account: Option<Account>,
    pub log: PathBuf,
    /// What the kernel sends it when we are killed.
    pub dies_with_us_by: Signal,
    /// How to ask it to end, and how long it may take before the next, ruder way. SIGKILL comes last by itself.
    pub ending: Vec<(Signal, Duration)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    Inherited,
    /// Only `PATH` and what the program's `env` names.
    Bare,
}

/// Who may read the files that a process makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMask {
    Private,
    OthersMayRead,
}

/// Makes a command end with us, however we end, and gives it the file mask that new files are made with.
///
/// The kernel's promise is tied to the *thread* that spawns, so only a thread that lives as long as the stack may do so:
/// here the main thread, which runs the whole current-thread runtime.
pub fn tie_to_us(command: &mut Command, signal: Signal, mask: FileMask) {
    let parent = getpid();
    let bits = match mask {
        FileMask::Private => Mode::S_IRWXG | Mode::S_IRWXO,
        FileMask::OthersMayRead => Mode::S_IWGRP | Mode::S_IWOTH,
    };
    let tie = move || -> io::Result<()> {
        nix::sys::prctl::set_pdeathsig(signal)?;
        nix::sys::stat::umask(bits);
        // We may have died between fork and the line above; then nobody would tell the child.
        if getppid() == parent { Ok(()) } else { Err(io::ErrorKind::Interrupted.into()) }
    };
    #[allow(
        unsafe_code,
        reason = "between fork and exec only system calls are made, no allocation and no lock"
    )]
    unsafe {
        command.pre_exec(tie);
    }
}

impl Program {
    /// Starts the process, in a process group of its own so that a Ctrl-C on the terminal reaches only us.
    pub fn spawn(&self) -> Result<Child> {
        let log = open_log(&self.log)?;
        let mut command = self.command();
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("cannot share a log file")?)
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true);
        tie_to_us(&mut command, self.dies_with_us_by, FileMask::Private);
        command.spawn().with_context(|| format!("cannot start {}", self.path.display()))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        if self.environment == Environment::Bare {
            command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        }
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(account) = self.account {
            run_as(&mut command, account);
        }
        command
    }

    /// Asks the process to end, more and more firmly, and waits until it has.
    pub async fn end(&self, child: &mut Child) {
        for (signal, patience) in &self.ending {
            send(child, *signal);
            if tokio::time::timeout(*patience, child.wait()).await.is_ok() {
                return;
            }
        }
        // A process that cannot be killed is not ours to wait for.
        let _ = tokio::time::timeout(Duration::from_secs(2), child.kill()).await;
    }
}

/// Gives a command another user, without our supplementary groups (`Command` drops those by itself when we are root).
pub fn run_as(command: &mut Command, account: Account) {
    command.uid(account.uid.as_raw()).gid(account.gid.as_raw()).current_dir("/");
}

fn send(child: &Child, signal: Signal) {
    if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
        // The only failure is that it has ended already.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Opens a log for appending. One that has grown large is put aside first, once.
fn open_log(path: &Path) -> Result<File> {
    const LARGE: u64 = 64 << 20;
    if std::fs::metadata(path).is_ok_and(|log| log.len() > LARGE) {
        let _ = std::fs::rename(path, path.with_added_extension("1"));
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write the log {}", path.display()))
}
