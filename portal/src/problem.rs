//! What goes wrong, as RFC 9457 problem details. One table from our errors to HTTP.
//!
//! Handlers give a [`Problem`]; [`write`] puts it into words in the caller's language.

mod words;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{decision::NotAllowed, intake::Violation};
use store::StoreError;

pub(crate) use self::words::{Body, in_time, no_such_method, no_such_route, panicked, write};
use crate::{engine::EngineError, intake::NotTaken, logging};

/// Why a request is not answered as hoped. The codes are kept: programs rely on them.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// The request itself, not its body.
    Unreadable,
    MalformedJson,
    /// The place of a field that is unknown, or whose value is of the wrong kind.
    InvalidField(String),
    NotJson,
    TooLarge,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    FormInvalid(Vec<Violation>),
    NotSignedIn,
    RoleMayNot,
    CaseNotFound,
    RevisionMissing,
    RevisionInvalid,
    /// The case has moved on to this revision.
    Stale(i64),
    NotAllowed(NotAllowed),
    CertifiedField(String),
    /// Somebody in the case is protected: staff say why they look.
    PurposeMissing,
    PaymentNotTaken,
    /// Too much from one address; in so many seconds there may be more.
    RateLimited(u64),
    CrossSite,
    RouteUnknown,
    MethodNotAllowed,
    EngineAway,
    EngineFailed,
    CaseFileAway,
    TimedOut,
    Forgotten,
    Internal,
}

impl Problem {
    /// One for each code, for the documentation.
    pub(crate) fn one_of_each() -> Vec<Self> {
        let plain = [
            Self::Unreadable,
            Self::MalformedJson,
            Self::InvalidField(String::new()),
            Self::NotJson,
            Self::TooLarge,
            Self::IdempotencyKeyInvalid,
            Self::IdempotencyKeyReused,
            Self::FormInvalid(Vec::new()),
            Self::NotSignedIn,
            Self::CaseNotFound,
            Self::RevisionMissing,
            Self::RevisionInvalid,
            Self::Stale(0),
            Self::CertifiedField(String::new()),
            Self::PurposeMissing,
            Self::PaymentNotTaken,
            Self::RateLimited(0),
            Self::CrossSite,
            Self::RouteUnknown,
            Self::MethodNotAllowed,
            Self::EngineAway,
            Self::EngineFailed,
            Self::CaseFileAway,
            Self::TimedOut,
            Self::Forgotten,
            Self::Internal,
        ];
        let not_allowed = NotAllowed::ALL.iter().map(|why| match why {
            NotAllowed::RoleMayNotDecide => Self::RoleMayNot,
            why => Self::NotAllowed(*why),
        });
        plain.into_iter().chain(not_allowed).collect()
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable
            | Self::MalformedJson
            | Self::IdempotencyKeyInvalid
            | Self::RevisionInvalid => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::RoleMayNot | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::CaseNotFound | Self::RouteUnknown => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale(_) => StatusCode::CONFLICT,
            Self::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Forgotten => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidField(_)
            | Self::FormInvalid(_)
            | Self::IdempotencyKeyReused
            | Self::NotAllowed(_)
            | Self::CertifiedField(_)
            | Self::PaymentNotTaken => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RevisionMissing | Self::PurposeMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::EngineAway | Self::CaseFileAway | Self::TimedOut => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::EngineFailed => StatusCode::BAD_GATEWAY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "UNREADABLE",
            Self::MalformedJson => "MALFORMED_JSON",
            Self::InvalidField(_) => "INVALID_FIELD",
            Self::NotJson => "NOT_JSON",
            Self::TooLarge => "TOO_LARGE",
            Self::IdempotencyKeyInvalid => "IDEMPOTENCY_KEY_INVALID",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::FormInvalid(_) => "FORM_INVALID",
            Self::NotSignedIn => "NOT_SIGNED_IN",
            Self::RoleMayNot => NotAllowed::RoleMayNotDecide.code(),
            Self::CaseNotFound => "CASE_NOT_FOUND",
            Self::RevisionMissing => "REVISION_MISSING",
            Self::RevisionInvalid => "REVISION_INVALID",
            Self::Stale(_) => "STALE",
            Self::NotAllowed(why) => why.code(),
            Self::CertifiedField(_) => "CERTIFIED_FIELD",
            Self::PurposeMissing => "PURPOSE_MISSING",
            Self::PaymentNotTaken => "PAYMENT_NOT_TAKEN",
            Self::RateLimited(_) => "RATE_LIMITED",
            Self::CrossSite => "CROSS_SITE",
            Self::RouteUnknown => "ROUTE_UNKNOWN",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::EngineAway => "ENGINE_AWAY",
            Self::EngineFailed => "ENGINE_FAILED",
            Self::CaseFileAway => "CASE_FILE_AWAY",
            Self::TimedOut => "TIMED_OUT",
            Self::Forgotten => "FORGOTTEN",
            Self::Internal => "INTERNAL",
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Self::NotSignedIn = self {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        if let Self::RateLimited(seconds) = self {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let why = logging::chain(&error);
        match error {
            StoreError::NoCase => return Self::CaseNotFound,
            StoreError::Forgotten(_) => return Self::Forgotten,
            StoreError::Database(_) => tracing::error!(why, "the case file does not answer"),
            StoreError::Key(_)
            | StoreError::Sealed(_)
            | StoreError::Migration(_)
            | StoreError::Inconsistent { .. } => {
                tracing::error!(why, "the case file makes no sense");
                return Self::Internal;
            }
        }
        Self::CaseFileAway
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Database(error).into()
    }
}

impl From<NotTaken> for Problem {
    fn from(not: NotTaken) -> Self {
        match not {
            NotTaken::Violations(violations) => Self::FormInvalid(violations),
            NotTaken::KeyReused => Self::IdempotencyKeyReused,
            NotTaken::Store(error) => error.into(),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotAllowed(why) => return Self::NotAllowed(why),
            EngineError::Away(_) | EngineError::NotRunning => (),
            EngineError::Failed => {
                tracing::error!("a workflow failed to take a decision");
                return Self::EngineFailed;
            }
        }
        tracing::warn!(why = logging::chain(&error), "the engine does not answer");
        Self::EngineAway
    }
}
