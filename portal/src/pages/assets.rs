//! What pages load beside themselves: one style sheet, from this binary.

use axum::{http::header, response::IntoResponse};

pub(super) async fn style() -> impl IntoResponse {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, include_str!("../../assets/style.css"))
}
