//! `newborn up`: the whole stack on one machine, kept alive until told to stop.

pub mod child;
mod health;
mod keeper;
mod leftovers;
pub mod ports;
mod programs;
pub mod secrets;
pub mod signals;
mod stack;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;

use crate::data_dir::DataDir;
use crate::ending::Ending;
use crate::postgres::binaries::Search;
use crate::ready::Ready;
use crate::say::Say;
use crate::seconds::seconds;
use crate::tools::Tools;
use ports::{DEFAULT_BASE, Ports};
use signals::StopSignals;
use stack::Stack;

/// How a stack is brought up.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// First of twelve ports in a row on 127.0.0.1: portal, temporal, temporal's pages, province, federal, sandbox
    /// control, postgres, worker health, worker SDK metrics, temporal HTTP, temporal metrics, staff identities. 0 takes any free row
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BASE, value_parser = ports::base)]
    pub port_base: u16,

    #[command(flatten)]
    pub clocks: Clocks,

    /// Do not wait for the disk at each step of Temporal's journal: for benchmarks, a power cut may lose the last moments
    #[arg(long)]
    pub fast_journal: bool,

    /// Also run the bare workflow that `make bench` compares with
    #[arg(long)]
    pub bench: bool,

    #[command(flatten)]
    pub sources: Sources,
}

/// How long the registers take in the sandbox.
#[derive(Debug, Clone, Copy, Args)]
pub struct Clocks {
    /// From a certificate's order to its production
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = seconds)]
    pub production_seconds: f64,

    /// From a certificate's production to its mailing; it is printed half-way
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = seconds)]
    pub mailing_seconds: f64,

    /// From an application for a SIN to its issue
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = seconds)]
    pub issuing_seconds: f64,
}

impl Default for Clocks {
    fn default() -> Self {
        Self { production_seconds: 2.0, mailing_seconds: 2.0, issuing_seconds: 3.0 }
    }
}

/// Where the programs come from that are not ours.
#[derive(Debug, Clone, Default, Args)]
pub struct Sources {
    /// Where fetched tools are kept [default: `tools` beside the folder of the executables]
    #[arg(long, value_name = "DIR", env = "NEWBORN_TOOLS_DIR")]
    pub tools_dir: Option<PathBuf>,

    /// Use the pinned PostgreSQL even if the machine has one
    #[arg(long)]
    pub pinned_postgres: bool,
}

impl Sources {
    /// The tools directory.
    pub fn tools(&self) -> Result<Tools> {
        Tools::new(self.tools_dir.clone())
    }

    /// As the flags of another `newborn`.
    pub fn flags(&self) -> Vec<OsString> {
        let mut flags = Vec::new();
        if let Some(dir) = &self.tools_dir {
            flags.extend(["--tools-dir".into(), dir.into()]);
        }
        if self.pinned_postgres {
            flags.push("--pinned-postgres".into());
        }
        flags
    }

    /// Where to look for PostgreSQL.
    pub fn search(&self) -> Search {
        if self.pinned_postgres { Search::Pinned } else { Search::Machine }
    }
}

/// Whether Temporal's journal waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    Durable,
    Fast,
}

/// How the addresses are told when the stack is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announce {
    Words,
    Json,
}

/// Brings the stack up and keeps it up until a signal says stop.
pub async fn run(data_dir: &Path, options: Options, announce: Announce) -> Result<Ending> {
    let say = Say::from_now();
    let mut stop = StopSignals::listen()?;
    let ports = match options.port_base {
        0 => Ports::any_free()?,
        base => Ports::from_base(base).context("the command line lets only usable bases pass")?,
    };
    let dir = DataDir::claim(data_dir)?;
    crate::files::remove_whatever_is_at(&dir.ready())?;

    let mut stack = Stack::new(dir, ports, say);
    let ended = tokio::select! {
        started = stack.start(&options) => match started {
            // Whatever goes wrong from here on, the stack is stopped below.
            Ok(ready) => match tell(&ready, announce) {
                Ok(()) => {
                    stop.next().await;
                    Ok(Ending::Done)
                }
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        },
        () = stop.next() => Err(anyhow!("stopped before everything was ready")),
    };
    if stack.has_children() {
        say.line("stopping");
        tokio::select! {
            () = stack.stop() => say.line("everything is stopped"),
            // Asked twice, we leave at once: the kernel ends the children.
            () = stop.next() => say.line("leaving at once"),
            () = tokio::time::sleep(Duration::from_secs(29)) => say.line("leaving: something would not stop"),
        }
    }
    ended
}

fn tell(ready: &Ready, announce: Announce) -> Result<()> {
    match announce {
        Announce::Json => crate::output::json(ready),
        Announce::Words => {
            let names: Vec<_> = ready
                .staff
                .iter()
                .map(|staff| format!("{} ({})", staff.name, staff.role))
                .collect();
            crate::output::lines(&[
                String::new(),
                format!("  parents' form      {}/", ready.portal),
                format!("  desk               {}/desk", ready.portal),
                format!("  Temporal           {}", ready.temporal_ui),
                format!("  sandbox control    {}/control/operations", ready.sandbox),
                format!("  staff              {}", names.join(", ")),
                format!("  addresses, tokens  {}", ready.data_dir.join("ready.json").display()),
                String::new(),
                "  Ctrl-C stops everything; started again on the same directory it carries on."
                    .to_owned(),
            ])
        }
    }
}
