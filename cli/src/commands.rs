//! The command line: what can be asked, and which module answers.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Parser, Subcommand};
use serde_json::json;

use crate::ending::Ending;
use crate::tools::browser;
use crate::up::Announce;
use crate::{bench, case, demo, load, output, sandbox, submit, test_services, up};

/// Brings the newborn 3-in-1 registration engine up on one machine, submits, looks, decides.
///
/// Exit codes: 0 done, 1 refused or failed, 2 usage, 3 still running when --wait ran out.
#[derive(Debug, Parser)]
#[command(name = "newborn", version, max_term_width = 110)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    common: Common,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// The stack's directory: everything it keeps, and ready.json while it is up [default: .newborn; demo:
    /// .newborn/demo]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Write exactly one JSON document to stdout
    #[arg(long, global = true)]
    pub json: bool,
}

/// The data directory when nobody says otherwise.
pub const DATA_DIR: &str = ".newborn";

impl Common {
    /// The stack's directory.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.as_deref().unwrap_or(Path::new(DATA_DIR))
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the whole stack up, and keep it up until Ctrl-C
    Up(up::Options),
    /// Delete what a stopped stack left in its directory, and its databases wherever they are
    Wipe,
    /// Submit the parents' forms
    Submit(submit::Options),
    /// Look at cases, or decide about one
    #[command(subcommand)]
    Case(case::Command),
    /// Play the hospital, make the registers misbehave, or see what they hold
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    /// Submit synthetic families and follow them to the end
    Load(load::Options),
    /// Show every example from submission to its end
    Demo(demo::Options),
    /// Measure the pages, and compare the full case with a bare workflow, on a stack of its own
    Bench(bench::Options),
    /// Run a command with a throw-away PostgreSQL and the pinned Temporal at hand
    TestServices(test_services::Options),
    /// Run a command with Node, Java and Chromium at hand, fetched if the machine lacks them
    #[command(hide = true)]
    BrowserTools(browser::Options),
    /// Fetch a list of pinned tools and say where they are
    #[command(hide = true)]
    Tools(ToolsOptions),
}

#[derive(Debug, Args)]
struct ToolsOptions {
    /// A pip requirements file with hashes
    #[arg(value_name = "FILE")]
    requirements: PathBuf,

    #[command(flatten)]
    sources: up::Sources,
}

impl CommandLine {
    /// Whether stdout is for a program.
    pub fn wants_json(&self) -> bool {
        self.common.json
    }

    /// Does what was asked.
    pub async fn run(self) -> Result<Ending> {
        let data_dir = self.common.data_dir();
        match self.command {
            Command::Up(options) => {
                let announce = if self.common.json { Announce::Json } else { Announce::Words };
                up::run(data_dir, options, announce).await
            }
            Command::Wipe => wipe(&self.common),
            Command::Submit(options) => submit::run(&self.common, options).await,
            Command::Case(command) => case::run(&self.common, command).await,
            Command::Sandbox(command) => sandbox::run(&self.common, command).await,
            Command::Load(options) => load::run(&self.common, options).await,
            Command::Demo(options) => demo::run(&self.common, options).await,
            Command::Bench(options) => bench::run(&self.common, options).await,
            Command::TestServices(options) => test_services::run(options).await,
            Command::BrowserTools(options) => browser::run_with_them(options).await,
            Command::Tools(options) => {
                let tools = options.sources.tools()?;
                let folder =
                    tools.everything_in(&options.requirements, crate::say::Say::from_now()).await?;
                if self.common.json {
                    output::json(&json!({"folder": folder}))?;
                } else {
                    output::lines(&[folder.display().to_string()])?;
                }
                Ok(Ending::Done)
            }
        }
    }
}

fn wipe(common: &Common) -> Result<Ending> {
    let data_dir = common.data_dir();
    let found = data_dir.exists();
    if found {
        if !crate::data_dir::is_ours_or_empty(data_dir)? {
            anyhow::bail!(
                "{} was not made by newborn, so nothing in it is deleted",
                data_dir.display()
            );
        }
        crate::data_dir::DataDir::claim(data_dir)?.wipe()?;
    }
    if common.json {
        output::json(&json!({"data_dir": data_dir, "wiped": found}))?;
    }
    Ok(Ending::Done)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn the_published_commands_are_understood() {
        for line in [
            "up --data-dir .newborn --port-base 7400",
            "submit a.json b.json --wait 30 --json",
            "case list --stuck --json",
            "case show NB-0000-0000 --json",
            "case show NB-0000-0000 --purpose AUDIT",
            "case decide NB-0000-0000 --action retry-now --reason NOTICE_AMENDED --seen 4 --set a=b --leg birth --notice N --as alex --json",
            "sandbox notice a.json b.jsonl",
            "sandbox misbehave --register province --operation RegisterBirth --mode lose-answer --times 1 --match KEY",
            "sandbox misbehave --register federal --operation * --mode slow --delay-ms 500 --seconds 3.5",
            "sandbox calm --json",
            "sandbox operations --json",
            "sandbox ledger --json --data-dir x",
            "load --count 10 --in-flight 5 --seed 1 --json",
            "demo --keep",
            "bench --in-flight 50 --data-dir x",
            "bench --only pages --parents 50 --tries 500",
            "test-services -- cargo test --workspace",
        ] {
            let words = std::iter::once("newborn").chain(line.split(' '));
            if let Err(error) = CommandLine::try_parse_from(words) {
                panic!("{line}\n{error}");
            }
        }
    }

    #[test]
    fn a_mistake_on_the_command_line_is_exit_code_two() {
        for line in [
            "case decide NB-0000-0000",
            "case show NB-0000-000U",
            "case show somebody --json",
            "submit a.json --wait nan",
            "submit a.json --wait -1",
            "load --count 1 --wait inf",
            "up --production-seconds nan",
            "sandbox misbehave --register federal --operation * --mode unavailable --seconds nan",
        ] {
            let words = std::iter::once("newborn").chain(line.split(' '));
            let mistake = CommandLine::try_parse_from(words).expect_err(line);
            assert_eq!(mistake.exit_code(), 2, "{line}");
        }
    }
}
