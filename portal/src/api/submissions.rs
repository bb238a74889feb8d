//! `POST /api/v1/submissions`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use domain::intake::Form;

use super::{body::Body, problems::Submitting, schema::Submission};
use crate::{
    Portal,
    intake::{IdempotencyKey, Receipt, Sent, Taken, take},
    problem::Problem,
};

/// Send a submission: one delivery, its children and their parents.
///
/// The same key with the same form answers 200 with the same receipt; with another form it is refused.
#[utoipa::path(
    post,
    path = "/submissions",
    tag = "families",
    params(("Idempotency-Key" = String, Header, description = "1–128 visible ASCII characters, new for each form")),
    request_body = Submission,
    responses(
        (status = 201, description = "Taken", body = Receipt),
        (status = 200, description = "Taken before; the same answer", body = Receipt),
        Submitting,
    )
)]
pub(super) async fn submit(
    State(portal): State<Portal>,
    headers: HeaderMap,
    Body(form): Body<Form>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let key = headers.get("idempotency-key").and_then(|key| IdempotencyKey::read(key.as_bytes()));
    let key = key.ok_or(Problem::IdempotencyKeyInvalid)?;
    match take(&portal, Sent { form, key: &key, draft: None }).await? {
        Taken::New(receipt) => Ok((StatusCode::CREATED, Json(receipt))),
        Taken::Again(receipt) => Ok((StatusCode::OK, Json(receipt))),
    }
}
