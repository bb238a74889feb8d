//! Running somebody else's program, with a limit on how long it may take.

use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;
use tokio::process::Command;

use crate::up::child::{FileMask, tie_to_us};

/// Runs it to its end, however it ends.
pub async fn run(mut command: Command, limit: Duration) -> Result<Output> {
    let name = name_of(&command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    tie_to_us(&mut command, Signal::SIGKILL, FileMask::OthersMayRead);
    tokio::time::timeout(limit, command.output())
        .await
        .with_context(|| format!("{name} took longer than {} s", limit.as_secs()))?
        .with_context(|| format!("cannot run {name}"))
}

/// As [`run`], and says what the program said if it does not end well.
pub async fn run_well(command: Command, limit: Duration) -> Result<Output> {
    let name = name_of(&command);
    let output = run(command, limit).await?;
    if !output.status.success() {
        bail!("{name} said: {}", last_words(&output));
    }
    Ok(output)
}

/// The last lines of the error output, as one sentence part.
pub fn last_words(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("WARNING"))
        .collect();
    match lines.as_slice() {
        [] => output.status.to_string(),
        lines => lines[lines.len().saturating_sub(2)..].join("; "),
    }
}

fn name_of(command: &Command) -> String {
    command.as_std().get_program().to_string_lossy().into_owned()
}
