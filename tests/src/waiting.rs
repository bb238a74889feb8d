//! Waiting for what comes by itself, within a limit.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a test waits for something to become true.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks.
pub const PAUSE: Duration = Duration::from_millis(200);

/// Waits until something is true.
///
/// # Errors
///
/// If it does not become true in time, with the last reason why it could not be asked.
pub fn eventually(what: &str, mut true_now: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    let mut last = None;
    while begun.elapsed() < PATIENCE {
        match true_now() {
            Ok(true) => return Ok(()),
            Ok(false) => (),
            Err(error) => last = Some(error),
        }
        std::thread::sleep(PAUSE);
    }
    match last {
        Some(error) => Err(error.context(format!("it did not happen that {what}"))),
        None => bail!("it did not happen that {what}"),
    }
}
