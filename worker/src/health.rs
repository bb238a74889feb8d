//! Health and metrics, on a port of their own.

use std::net::SocketAddr;

use anyhow::Context;
use axum::{Router, extract::State, http::StatusCode, routing::get};
use prometheus::TextEncoder;
use sqlx::PgPool;
use temporalio_client::Client;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::connections::temporal_answers;

#[derive(Clone)]
struct Needs {
    pool: PgPool,
    temporal: Client,
}

/// Serves `/health/live`, `/health/ready` and `/metrics`.
pub async fn serve(at: SocketAddr, pool: PgPool, temporal: Client) -> anyhow::Result<Serving> {
    let listener = TcpListener::bind(at).await.with_context(|| format!("{at} is in use"))?;
    let pages = Router::new()
        .route("/health/live", get(StatusCode::OK))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(Needs { pool, temporal });
    let served = tokio::spawn(async move { axum::serve(listener, pages).await });
    Ok(Serving(served))
}

/// The pages while they are served.
pub struct Serving(JoinHandle<std::io::Result<()>>);

impl Future for Serving {
    type Output = anyhow::Result<()>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0).poll(cx).map(|ended| Ok(ended??))
    }
}

async fn ready(State(needs): State<Needs>) -> StatusCode {
    let case_file = store::answers(&needs.pool).await.is_ok();
    if case_file && temporal_answers(&needs.temporal).await {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

async fn metrics() -> Result<String, StatusCode> {
    TextEncoder::new()
        .encode_to_string(&prometheus::gather())
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
