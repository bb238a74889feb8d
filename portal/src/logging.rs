//! Logs: one JSON object a line. People never appear in them.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard output. `NEWBORN_LOG` filters it.
pub fn start() {
    let filter = EnvFilter::try_from_env("NEWBORN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).init();
    // A panic's message may quote what somebody typed: only its place is logged.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at, "panic");
    }));
}

/// An error with its causes on one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text.push_str(": ");
        text.push_str(&it.to_string());
        cause = it.source();
    }
    text
}
