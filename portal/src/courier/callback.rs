//! What GC Notify says became of a message. It may say so twice, and wants an answer within a second.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use axum_extra::{
    TypedHeader,
    headers::{Authorization, authorization::Bearer},
};
use domain::{CaseRef, facts::Fact, people::Actor};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Deserialize;
use sqlx::PgConnection;
use store::{
    StoreError, cases,
    deliveries::{self, Ended, Outcome},
};
use subtle::ConstantTimeEq;

use crate::{Portal, problem::Problem};

pub(crate) fn router() -> Router<Portal> {
    Router::new().route("/notify/callback", post(heard))
}

/// The part of a callback that we use. The address it names is not read.
#[derive(Deserialize)]
struct Callback {
    id: String,
    status: String,
}

async fn heard(
    State(portal): State<Portal>,
    TypedHeader(Authorization(bearer)): TypedHeader<Authorization<Bearer>>,
    Json(Callback { id, status }): Json<Callback>,
) -> Result<StatusCode, Problem> {
    let known = portal.callback_token.as_ref().is_some_and(|token| {
        token.expose_secret().as_bytes().ct_eq(bearer.token().as_bytes()).into()
    });
    if !known {
        return Err(Problem::NotSignedIn);
    }
    let outcome = match status.as_str() {
        "delivered" => Outcome::Delivered,
        "permanent-failure" | "technical-failure" | "temporary-failure" | "virus-scan-failed" => {
            Outcome::Bounced
        }
        // On its way.
        _ => return Ok(StatusCode::NO_CONTENT),
    };
    let now = portal.now();
    let mut tx = portal.pool.begin().await?;
    match deliveries::ended(&mut tx, &id, outcome, now).await? {
        Ended::Now { case, parent } => {
            if outcome == Outcome::Bounced {
                bounced(&mut tx, case, parent, now).await?;
            }
        }
        Ended::Before => (),
        // The service may be quicker than we write down what it calls the message. It says so again.
        Ended::Unknown => return Ok(StatusCode::SERVICE_UNAVAILABLE),
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Staff see that a parent is not reached.
pub(super) async fn bounced(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
    at: Timestamp,
) -> Result<(), StoreError> {
    let fact = [Fact::MessageBounced { parent }];
    cases::record(conn, case, Actor::Engine, None, &fact, at).await.map(|_| ())
}
