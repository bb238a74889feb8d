//! Tells an open page that there is something new. It says nothing of what: the page asks for itself again.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::stream;
use serde::Deserialize;

use super::visit;
use crate::{Portal, problem::Problem};

/// Proxies close what is silent.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(in crate::pages) struct Seen {
    /// The revision that the page shows.
    seen: i64,
}

pub(in crate::pages) async fn events(
    State(portal): State<Portal>,
    Path((_, case)): Path<(String, String)>,
    Query(Seen { seen }): Query<Seen>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visit = visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let mut revisions = portal.live().watch(visit.case, seen);
    if visit.row.revision != seen {
        revisions.mark_changed();
    }
    let events = stream::unfold(revisions, async |mut revisions| {
        revisions.changed().await.ok()?;
        let revision = revisions.borrow_and_update().to_string();
        Some((Ok::<_, Infallible>(Event::default().data(revision)), revisions))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}
