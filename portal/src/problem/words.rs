//! Problems in words: JSON for programs, a page for people, in the language of each.

use std::{any::Any, time::Duration};

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::intake::Violation;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Problem;
use crate::{
    heard_out::is_an_upload,
    language::{Speaks, asked_for},
};

/// The longest a request may take, its body included.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same for photographs of papers, sent from a telephone.
const PATIENCE_WITH_FILES: Duration = Duration::from_secs(10 * 60);

/// Puts the problem of a response into words.
pub(crate) async fn write(request: Request, next: Next) -> Response {
    let language = asked_for(request.headers());
    let address = request.uri().clone();
    let mut response = next.run(request).await;
    let Some(problem) =
        response.extensions_mut().remove::<Problem>().or_else(|| unworded(&response))
    else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if !is_for_programs(&address) {
        let (written, body) = crate::pages::problem(&problem, &address, language).into_parts();
        parts.headers.extend(written.headers);
        return Response::from_parts(parts, body);
    }
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
    let (_, body) =
        Json(problem.body(language, address.path().to_owned())).into_response().into_parts();
    Response::from_parts(parts, body)
}

/// A path or a query that cannot be decoded is refused before any of our code sees the request.
fn unworded(response: &Response) -> Option<Problem> {
    (response.status() == StatusCode::BAD_REQUEST).then_some(Problem::Unreadable)
}

/// Answers in time, or says that it cannot.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let patience = if is_an_upload(&request) { PATIENCE_WITH_FILES } else { PATIENCE };
    timeout(patience, next.run(request)).await.unwrap_or_else(|_| Problem::TimedOut.into_response())
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

pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request panicked");
    Problem::Internal.into_response()
}

impl Problem {
    /// The problem in words.
    pub(crate) fn body(&self, language: Speaks, path: String) -> Body {
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
            Self::InvalidField(pointer) | Self::CertifiedField(pointer) => {
                vec![field(pointer, self.code())]
            }
            _ => Vec::new(),
        };
        Body {
            kind: format!(
                "urn:newborn:problem:{}",
                self.code().to_ascii_lowercase().replace('_', "-")
            ),
            title: language.say(&key),
            status: self.status().as_u16(),
            detail: language.say(&format!("{key}.detail")),
            code: self.code(),
            instance: (!matches!(self, Self::CaseNotFound)).then_some(path),
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
    /// The path that was asked; not told of a case that is not found, so that all of them are answered alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
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
