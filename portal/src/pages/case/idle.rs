//! The end of a session that nobody uses. A page with a script asks before, and keeps the session if somebody is there.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::arrival;
use crate::{Portal, pages::session, problem::Problem};

/// Begins the time anew.
pub(in crate::pages) async fn keep(
    State(portal): State<Portal>,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visit = arrival(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let code = session::held_code(&headers).ok_or(Problem::CaseNotFound)?;
    let kept = session::opens_cases(&portal, [(visit.case, code)]);
    Ok((StatusCode::NO_CONTENT, kept).into_response())
}

/// Ends it now. Whoever comes later types the code again.
pub(in crate::pages) async fn end(State(portal): State<Portal>, headers: HeaderMap) -> Response {
    (StatusCode::NO_CONTENT, session::closes_cases(&portal, &headers)).into_response()
}
