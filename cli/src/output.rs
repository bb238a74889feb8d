//! What goes to stdout: the answer, for people or for programs.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde::Serialize;

/// Exactly one JSON document.
pub fn json(document: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(document).context("cannot write the answer as JSON")?;
    lines(&[text])
}

/// Plain lines. A reader who has left (`| head`) is no failure of ours.
pub fn lines(lines: &[impl AsRef<str>]) -> Result<()> {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.as_ref());
        text.push('\n');
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to stdout")
        }
        _ => Ok(()),
    }
}
