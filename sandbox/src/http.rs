//! Health and metrics.

use std::{sync::Arc, time::Duration};

use axum::{Router, extract::State, http::StatusCode, routing::get};

use crate::register::Register;

/// How long a database may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// Both registers.
#[derive(Clone)]
pub struct Registers {
    pub province: Arc<Register>,
    pub federal: Arc<Register>,
}

/// The routes for probes and scrapers.
pub fn routes(registers: Registers) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(registers)
}

async fn live() -> &'static str {
    "live\n"
}

async fn ready(State(registers): State<Registers>) -> (StatusCode, &'static str) {
    for register in [&registers.province, &registers.federal] {
        let asked = sqlx::query("select 1").execute(&register.pool);
        if !matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(_))) {
            return (StatusCode::SERVICE_UNAVAILABLE, "a database does not answer\n");
        }
    }
    (StatusCode::OK, "ready\n")
}

async fn metrics(State(registers): State<Registers>) -> (StatusCode, String) {
    match registers.province.metrics.text() {
        Ok(text) => (StatusCode::OK, text),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
