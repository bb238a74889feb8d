//! A parent puts right what is to be registered: in the pages of the form, filled in as it was certified.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use domain::{calendar, decision::Action, desk::Leg, intake::Form};
use store::{contents, drafts::Corrects};

use super::{super::form, visit};
use crate::{Portal, language::Speaks, problem::Problem};

/// Opens the pages of the form for a correction.
pub(in crate::pages) async fn correct(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(visit) = visit(&portal, &case, &headers).await? else {
        return Ok(Redirect::to(&format!("/{}/status", t.path())).into_response());
    };
    let facts = &visit.row.facts;
    facts.situation().allows(Action::CorrectContent, Leg::Birth).map_err(Problem::NotAllowed)?;
    let mut tx = portal.pool.begin().await?;
    let brief = contents::brief(&mut tx, &portal.keys, visit.case).await?;
    let version = brief.facts.content_version;
    let taken = calendar::day(brief.facts.received);
    let corrects = Corrects { case: visit.case, parent: visit.parent, version, taken };
    let written = Form::again(&brief.content, &brief.contact);
    let opened = form::begin_correction(&portal, &mut tx, t, corrects, &written).await?;
    tx.commit().await?;
    Ok(opened)
}
