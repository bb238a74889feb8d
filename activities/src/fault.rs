//! Why we have no answer, and whether asking again can help.
//!
//! A refusal is an answer and never comes through here. What is said here goes into history: an operation, a code and a
//! reason from a closed set, never the other side's words.

use std::time::Duration;

use sqlx::error::ErrorKind;
use store::StoreError;
use temporalio_sdk::{ApplicationFailure, activities::ActivityError};
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// No answer came from a register.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {code:?} ({reason})")]
pub struct NoAnswer {
    operation: &'static str,
    code: Code,
    reason: &'static str,
}

/// The register's gate is closed: it was not even asked.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: not now")]
pub struct NotNow {
    pub operation: &'static str,
}

/// The other side's answer, or our own file, makes no sense: a person must look.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {what} is missing or unknown")]
pub struct Nonsense {
    pub operation: &'static str,
    pub what: &'static str,
}

/// A panic, or an error that nobody sorted. Its place is in the log; its words are nowhere.
#[derive(Debug, thiserror::Error)]
#[error("something unforeseen happened")]
pub struct Unforeseen;

/// Whether a fault says only what may be said.
#[must_use]
pub fn is_ours(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.is::<NoAnswer>()
        || error.is::<NotNow>()
        || error.is::<Nonsense>()
        || error.is::<CaseFileFault>()
}

/// Asking again may help: the other side is down, slow or busy.
pub fn retry(error: impl std::error::Error + Send + Sync + 'static) -> ActivityError {
    ActivityError::application(ApplicationFailure::new(error))
}

/// Asking again cannot help: we sent something wrong, or they changed their protocol.
pub fn stop(error: impl std::error::Error + Send + Sync + 'static) -> ActivityError {
    ActivityError::application(ApplicationFailure::non_retryable(error))
}

/// Sorts a gRPC status, the same way for every register. Honours the register's wish to be left alone for a while.
pub fn from_status(operation: &'static str, status: &Status) -> ActivityError {
    let details = status.get_error_details();
    let reason = details.error_info().map_or("", |info| known_reason(&info.reason));
    let error = NoAnswer { operation, code: status.code(), reason };
    if !may_mend(status.code()) {
        return stop(error);
    }
    match details.retry_info().and_then(|info| info.retry_delay) {
        Some(delay) => ActivityError::application(
            ApplicationFailure::builder(error).next_retry_delay(delay.min(LONGEST_WISH)).build(),
        ),
        None => retry(error),
    }
}

/// A register may ask for a pause; a case does not wait longer than this for one.
const LONGEST_WISH: Duration = Duration::from_secs(15);

/// Whether the same question may get an answer later.
#[must_use]
pub fn may_mend(code: Code) -> bool {
    match code {
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Unknown
        | Code::Internal
        | Code::Cancelled => true,
        Code::Ok
        | Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Unimplemented
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// Our own case file did not answer, or cannot be read.
pub fn from_store(error: StoreError) -> ActivityError {
    // History hears only which kind it was; what happened is for whoever runs this.
    tracing::warn!(error = &error as &dyn std::error::Error, "the case file failed");
    match error {
        StoreError::Database(sqlx::Error::Database(refused))
            if refused.kind() != ErrorKind::Other =>
        {
            // A constraint is broken: asking again breaks it again.
            stop(CaseFileFault::Inconsistent)
        }
        StoreError::Database(_) | StoreError::Migration(_) => retry(CaseFileFault::Silent),
        StoreError::NoCase => stop(CaseFileFault::NoCase),
        StoreError::Forgotten(_) => stop(CaseFileFault::Forgotten),
        StoreError::Key(_) | StoreError::Sealed(_) | StoreError::Inconsistent { .. } => {
            stop(CaseFileFault::Unreadable)
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum CaseFileFault {
    #[error("the case file did not answer")]
    Silent,
    #[error("the case file has no such case")]
    NoCase,
    #[error("the case was forgotten")]
    Forgotten,
    #[error("the case file cannot be read")]
    Unreadable,
    #[error("the case file does not take this")]
    Inconsistent,
}

/// The reasons of the contracts. Anything else could hold anything.
fn known_reason(reason: &str) -> &'static str {
    const KNOWN: &[&str] = &[
        "UNAVAILABLE",
        "IN_PROGRESS",
        "INVALID_FIELDS",
        "IDEMPOTENCY_KEY_REUSED",
        "NOT_AUTHORISED",
        "NO_CERTIFICATE",
        "CURSOR_AHEAD",
        "STATEMENT_UNKNOWN",
        "STATEMENT_WITHDRAWN",
        "FEE_IN_USE",
    ];
    KNOWN.iter().find(|known| **known == reason).copied().unwrap_or("OTHER")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_final(error: &ActivityError) -> bool {
        match error {
            ActivityError::Application(failure) => failure.is_non_retryable(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_closed_register_is_asked_again_and_a_wrong_request_is_not() {
        assert!(!is_final(&from_status("SubmitStatement", &Status::unavailable(""))));
        assert!(is_final(&from_status("SubmitStatement", &Status::invalid_argument(""))));
    }

    #[test]
    fn the_other_sides_words_do_not_get_into_history() {
        let error = from_status("SubmitStatement", &Status::internal("Olivia Tremblay"));
        assert!(!format!("{error:?}").contains("Olivia"));
    }
}
