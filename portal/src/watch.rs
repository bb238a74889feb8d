//! One log line and one count per request: by the template of its path, never by the path itself.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use domain::CaseRef;

use crate::Portal;

/// Logs and counts a request once it is answered.
pub(crate) async fn request(
    State(portal): State<Portal>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let case = request.uri().path().split('/').find_map(|step| step.parse::<CaseRef>().ok());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;

    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let took = begun.elapsed();
    let status = response.status().as_u16();
    portal.metrics().answered(route, status, took);
    // Probes would drown everything else.
    if !route.starts_with("/health") && route != "/metrics" {
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let case = case.map(tracing::field::display);
        tracing::info!(case.id = case, %method, route, status, took_ms, "answered");
    }
    response
}
