//! Letting people finish. Whoever is cut off in the middle of sending does not read the answer.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;

use crate::problem::Problem;

/// More than any body that is taken. What comes after is read and thrown away.
const KEPT: usize = 1024 * 1024 + 1;

/// The most that anybody is listened to.
const MOST: usize = 64 * 1024 * 1024;

/// Reads the whole body before it is judged; of one that is too large only as much as shows that.
pub(crate) async fn heard_out(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut chunks = body.into_data_stream();
    let (mut kept, mut heard) = (Vec::new(), 0);
    while let Some(chunk) = chunks.next().await {
        let Ok(chunk): Result<Bytes, _> = chunk else {
            return Problem::Unreadable.into_response();
        };
        heard += chunk.len();
        if heard > MOST {
            return Problem::TooLarge.into_response();
        }
        kept.extend_from_slice(&chunk[..chunk.len().min(KEPT - kept.len())]);
    }
    next.run(Request::from_parts(parts, Body::from(kept))).await
}
