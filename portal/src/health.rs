//! Whether the portal lives, whether it can serve, and its metrics.

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

use crate::{Portal, problem::Problem};

pub(crate) fn router() -> Router<Portal> {
    Router::new()
        .route("/health/live", get(|| async { "live" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready when the case file answers. Temporal may be away: forms are still taken.
async fn ready(State(portal): State<Portal>) -> (StatusCode, &'static str) {
    match store::answers(&portal.pool).await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the case file does not answer"),
    }
}

async fn metrics(State(portal): State<Portal>) -> Result<impl IntoResponse, Problem> {
    let text = portal.metrics().scrape(&portal.pool, portal.now()).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
