//! A family tells us that their child has died. One button; then nothing is sent to them, and a person is told.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    CaseRef,
    desk::{Leg, Reason},
    facts::Fact,
    people::Actor,
};
use store::{cases, outbox};

use super::{
    super::{Frame, page},
    Visit, back, visit,
};
use crate::{Portal, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "loss.html")]
struct LossPage {
    frame: Frame,
    case: CaseRef,
    /// Whether we know.
    told: bool,
}

/// What a family reads, before and after they have told us.
pub(super) fn condolence(t: Speaks, visit: &Visit) -> Response {
    let told = visit.row.facts.loss_reported.is_some();
    let frame = Frame::of_case(t, visit.case, "/loss");
    page(StatusCode::OK, &LossPage { frame, case: visit.case, told })
}

pub(in crate::pages) async fn ask(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match visit(&portal, &case, &headers).await? {
        Some(visit) => Ok(condolence(t, &visit)),
        None => Ok(Redirect::to(&format!("/{}/status", t.path())).into_response()),
    }
}

pub(in crate::pages) async fn report(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Visit { case, parent, row } =
        visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    if row.facts.loss_reported.is_some() {
        return Ok(back(t, case));
    }
    let mut tx = portal.pool.begin().await?;
    let facts = [
        Fact::LossReported { parent },
        Fact::DeskRaised { leg: Leg::Sin, reason: Reason::ChildDied },
    ];
    cases::record(&mut tx, case, Actor::Parents, None, &facts, portal.now()).await?;
    outbox::loss_reported(&mut tx, case, portal.now()).await?;
    tx.commit().await?;
    Ok(back(t, case))
}
