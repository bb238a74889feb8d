//! What goes wrong, as RFC 9457 problem details. One table from our errors to HTTP.
//!
//! Handlers give a [`Problem`]; [`write`] puts it into words in the caller's language.

use std::any::Any;

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{decision::NotAllowed, intake::Violation};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::{
    engine::EngineError,
    intake::NotTaken,
    language::{Speaks, asked_for},
    logging,
};

/// Why a request is not answered as hoped. The codes are kept: programs rely on them.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
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
    NotAgreedByAll,
    PaymentNotTaken,
    CrossSite,
    RouteUnknown,
    MethodNotAllowed,
    EngineAway,
    EngineFailed,
    CaseFileAway,
    Forgotten,
    Internal,
}

impl Problem {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::MalformedJson | Self::IdempotencyKeyInvalid | Self::RevisionInvalid => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::RoleMayNot | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::CaseNotFound | Self::RouteUnknown => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale(_) => StatusCode::CONFLICT,
            Self::Forgotten => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidField(_)
            | Self::FormInvalid(_)
            | Self::IdempotencyKeyReused
            | Self::NotAllowed(_)
            | Self::CertifiedField(_)
            | Self::NotAgreedByAll
            | Self::PaymentNotTaken => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RevisionMissing => StatusCode::PRECONDITION_REQUIRED,
            Self::EngineAway | Self::CaseFileAway => StatusCode::SERVICE_UNAVAILABLE,
            Self::EngineFailed => StatusCode::BAD_GATEWAY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
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
            Self::NotAgreedByAll => "NOT_AGREED_BY_ALL",
            Self::PaymentNotTaken => "PAYMENT_NOT_TAKEN",
            Self::CrossSite => "CROSS_SITE",
            Self::RouteUnknown => "ROUTE_UNKNOWN",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::EngineAway => "ENGINE_AWAY",
            Self::EngineFailed => "ENGINE_FAILED",
            Self::CaseFileAway => "CASE_FILE_AWAY",
            Self::Forgotten => "FORGOTTEN",
            Self::Internal => "INTERNAL",
        }
    }

    /// The problem in words.
    fn body(&self, language: Speaks, path: String) -> Body {
        let key = format!("problem-{}", self.code());
        let field = |pointer: &str, code: &'static str| FieldProblem {
            pointer: pointer.to_owned(),
            code,
            detail: language.say(&format!("{key}.detail")),
        };
        let errors = match self {
            Self::FormInvalid(violations) => {
                let one = |it: &Violation| FieldProblem {
                    pointer: it.pointer.clone(),
                    code: it.code.code(),
                    detail: language.violation(it),
                };
                violations.iter().map(one).collect()
            }
            Self::InvalidField(pointer) | Self::CertifiedField(pointer) => vec![field(pointer, self.code())],
            _ => Vec::new(),
        };
        Body {
            kind: format!("urn:newborn:problem:{}", self.code().to_ascii_lowercase().replace('_', "-")),
            title: language.say(&key),
            status: self.status().as_u16(),
            detail: language.say(&format!("{key}.detail")),
            code: self.code(),
            instance: path,
            errors,
            revision: if let Self::Stale(revision) = self { Some(*revision) } else { None },
        }
    }
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body {
    /// One per code.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    /// In the language that was asked for.
    detail: String,
    /// A stable word.
    code: &'static str,
    /// The path that was asked.
    instance: String,
    /// The fields that are wrong.
    errors: Vec<FieldProblem>,
    /// The present revision of the case, when the one that was seen is stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
}

/// One field that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body.
    pointer: String,
    /// A stable word.
    code: &'static str,
    /// In the language that was asked for.
    detail: String,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts the problem of a response into words.
pub(crate) async fn write(request: Request, next: Next) -> Response {
    let language = asked_for(request.headers());
    let address = request.uri().clone();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if !is_for_programs(&address) {
        let (written, body) = crate::pages::problem(&problem, &address, language).into_parts();
        parts.headers.extend(written.headers);
        return Response::from_parts(parts, body);
    }
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    let (_, body) = Json(problem.body(language, address.path().to_owned())).into_response().into_parts();
    Response::from_parts(parts, body)
}

/// Problems of the API are for programs, all others for people.
fn is_for_programs(address: &Uri) -> bool {
    ["/api", "/health", "/metrics"].iter().any(|start| address.path().starts_with(start))
}

pub(crate) async fn no_such_route() -> Problem {
    Problem::RouteUnknown
}

pub(crate) async fn no_such_method() -> Problem {
    Problem::MethodNotAllowed
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    Problem::Internal.into_response()
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
