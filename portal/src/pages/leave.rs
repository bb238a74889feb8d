//! The quick way out, for whoever must not be seen here.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName},
    response::{IntoResponse, Redirect, Response},
};

use super::session;
use crate::{Portal, language::Speaks};

/// Ends every session of a family, and goes on to the weather. Where the browser asks over https it forgets all it kept;
/// its history stays, no page can change that.
pub(super) async fn leave(State(portal): State<Portal>, t: Speaks, headers: HeaderMap) -> Response {
    let weather = match t {
        Speaks::FRENCH => "https://meteo.gc.ca/",
        _ => "https://weather.gc.ca/",
    };
    let forget = (HeaderName::from_static("clear-site-data"), r#""cache", "cookies", "storage""#);
    (
        session::closes_cases(&portal, &headers),
        session::drops_draft(&portal),
        [forget],
        Redirect::to(weather),
    )
        .into_response()
}
