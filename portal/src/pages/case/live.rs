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
use domain::CaseRef;
use futures::stream;
use serde::Deserialize;
use store::cases;
use tokio::sync::watch;

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
    let watcher = Watcher { portal, case: visit.case, parent: visit.parent, revisions };
    let events = stream::unfold(watcher, async |mut watcher| {
        let revision = watcher.next().await?;
        Some((Ok::<_, Infallible>(Event::default().data(revision)), watcher))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response())
}

/// A parent's browser that waits for something new.
struct Watcher {
    portal: Portal,
    case: CaseRef,
    parent: u8,
    revisions: watch::Receiver<i64>,
}

impl Watcher {
    /// The next revision. `None` from the moment at which somebody is protected from this parent: that something changes
    /// would tell of them.
    async fn next(&mut self) -> Option<String> {
        self.revisions.changed().await.ok()?;
        let revision = self.revisions.borrow_and_update().to_string();
        let mut conn = self.portal.pool.acquire().await.ok()?;
        let row = cases::facts(&mut conn, self.case).await.ok()??;
        (!row.facts.is_closed_to(self.parent)).then_some(revision)
    }
}
