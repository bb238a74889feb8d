//! Why a question was not answered, and the one table that says how each fault is sent.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// How long a caller shall wait before asking again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// A question that got no answer. Refusals are answers and are not here.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the register is closed")]
    Unavailable,
    #[error("another call with this key is being worked on")]
    InProgress,
    #[error("this key was used with other business fields")]
    KeyReused,
    #[error("fields break the contract: {}", .0.join(", "))]
    InvalidFields(Vec<String>),
    #[error("no statement was accepted under that key")]
    StatementUnknown,
    #[error("the statement was withdrawn")]
    StatementWithdrawn,
    #[error("a live order depends on this fee")]
    FeeInUse,
    #[error("the cursor is ahead of the last event")]
    CursorAhead,
    #[error("this certificate may not use this operation")]
    NotAuthorised,
    #[error("no certificate was shown")]
    NoCertificate,
    #[error("the register is shutting down")]
    ShuttingDown,
    #[error("the database did not do its part")]
    Database(#[source] sqlx::Error),
    #[error("stored content cannot be read")]
    Unreadable(#[source] prost::DecodeError),
}

impl Fault {
    /// One field that breaks the contract.
    pub fn field(path: impl Into<String>) -> Self {
        Self::InvalidFields(vec![path.into()])
    }

    /// The stable word for it: `ErrorInfo.reason`, and the outcome in logs and metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Unavailable | Self::ShuttingDown => "UNAVAILABLE",
            Self::InProgress => "IN_PROGRESS",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::InvalidFields(_) => "INVALID_FIELDS",
            Self::StatementUnknown => "STATEMENT_UNKNOWN",
            Self::StatementWithdrawn => "STATEMENT_WITHDRAWN",
            Self::FeeInUse => "FEE_IN_USE",
            Self::CursorAhead => "CURSOR_AHEAD",
            Self::NotAuthorised => "NOT_AUTHORISED",
            Self::NoCertificate => "NO_CERTIFICATE",
            Self::Database(_) | Self::Unreadable(_) => "INTERNAL",
        }
    }

    const fn code(&self) -> Code {
        match self {
            Self::Unavailable | Self::ShuttingDown => Code::Unavailable,
            Self::InProgress => Code::Aborted,
            Self::InvalidFields(_) => Code::InvalidArgument,
            Self::KeyReused | Self::StatementWithdrawn | Self::FeeInUse => Code::FailedPrecondition,
            Self::StatementUnknown => Code::NotFound,
            Self::CursorAhead => Code::OutOfRange,
            Self::NotAuthorised => Code::PermissionDenied,
            Self::NoCertificate => Code::Unauthenticated,
            Self::Database(_) | Self::Unreadable(_) => Code::Internal,
        }
    }
}

/// Whether another transaction was in the way (a deadlock, or its row came in between), so that asking again helps.
fn is_collision(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|it| it.code());
    matches!(code.as_deref(), Some("40001" | "40P01" | "23505"))
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        if is_collision(&error) { Self::InProgress } else { Self::Database(error) }
    }
}

impl From<prost::DecodeError> for Fault {
    fn from(error: prost::DecodeError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        let mut details = ErrorDetails::new();
        details.set_error_info(fault.reason(), "newborn", []);
        if matches!(fault.code(), Code::Unavailable | Code::Aborted) {
            details.set_retry_info(Some(ASK_AGAIN_AFTER));
        }
        if let Fault::InvalidFields(paths) = &fault {
            for path in paths {
                details.add_bad_request_violation(path, "does not follow the contract");
            }
        }
        Self::with_error_details(fault.code(), fault.to_string(), details)
    }
}
