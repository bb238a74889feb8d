//! What goes to the log: one line per call, and nothing about people.

use std::{fmt, time::Instant};

use crate::{faults::Fault, operations::Operation};

/// One line per call. A fault of our own is logged with its causes; the caller never sees those.
pub fn call(
    operation: Operation,
    case: &str,
    outcome: &str,
    started: Instant,
    fault: Option<&Fault>,
) {
    let register = operation.jurisdiction().name();
    let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let operation = operation.name();
    match fault {
        Some(Fault::Database(cause)) => {
            tracing::error!(register, operation, case.id = case, outcome, took_ms, cause = %Quiet(cause), "called");
        }
        Some(Fault::Unreadable(cause)) => {
            tracing::error!(register, operation, case.id = case, outcome, took_ms, %cause, "called");
        }
        Some(_) | None => {
            tracing::info!(register, operation, case.id = case, outcome, took_ms, "called")
        }
    }
}

/// A database error without the row it happened on: PostgreSQL's detail line may quote personal data.
pub struct Quiet<'a>(pub &'a sqlx::Error);

impl fmt::Display for Quiet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_database_error() {
            Some(error) => write!(
                f,
                "{} (code {}, constraint {})",
                error.message(),
                error.code().unwrap_or_default(),
                error.constraint().unwrap_or("none")
            ),
            None => write!(f, "{}", self.0),
        }
    }
}
