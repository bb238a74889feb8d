//! Letting people finish. Whoever is cut off in the middle of sending does not read the answer.

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;

use crate::{pages, problem::Problem};

/// More than any body that is taken. What comes after is read and thrown away.
const KEPT: usize = 1024 * 1024 + 1;

/// The most that anybody is listened to.
pub(crate) const MOST: usize = 64 * 1024 * 1024;

/// Whether files are sent: too much to be kept before it is known from whom. Whoever takes them hears the rest out.
pub(crate) fn is_an_upload(request: &Request) -> bool {
    request.method() == Method::POST && pages::takes_files(request.uri().path())
}

/// Reads what is left of a body, and throws it away.
pub(crate) async fn hear_out(body: Body) {
    let mut chunks = body.into_data_stream();
    let mut heard = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        heard += chunk.len();
        if heard > MOST {
            return;
        }
    }
}

/// Reads the whole body before it is judged; of one that is too large only as much as shows that.
pub(crate) async fn heard_out(request: Request, next: Next) -> Response {
    if is_an_upload(&request) {
        return next.run(request).await;
    }
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
