//! `POST /api/v1/cases/{ref}/decisions`.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
};
use domain::{
    decision::{Action, Grounds},
    desk::Leg,
    paper::Paper,
};
use serde::Deserialize;
use store::cases as case_file;
use utoipa::ToSchema;

use super::{
    body::Body,
    caller::Bearer,
    cases,
    problems::Deciding,
    schema::{ActionWord, GroundsWord, LegWord, PaperWord},
};
use crate::{
    Portal,
    case_view::{CaseView, Viewer},
    decisions::{Author, Wish, decide},
    problem::Problem,
    reads::{self, Why},
};

/// A decision about a case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionBody {
    #[schema(value_type = ActionWord, example = "retry-now")]
    action: Action,
    /// Why, as one of the action's grounds.
    #[schema(value_type = GroundsWord, example = "NOTICE_AMENDED")]
    reason: Grounds,
    /// `birth` (the whole case), `certificate` or `sin`.
    #[serde(default = "birth")]
    #[schema(value_type = Option<LegWord>)]
    leg: Leg,
    /// New values of contact fields by their path, for `correct-contact`. With none, the newest correction is sent once
    /// more: for when the engine was away.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// Which paper, for `accept-papers` and `refuse-papers`.
    #[schema(value_type = Option<PaperWord>)]
    paper: Option<Paper>,
    /// Which notice, for `bind-notice`: one of the case's `notices`.
    notice: Option<String>,
}

fn birth() -> Leg {
    Leg::Birth
}

/// Decide about a case.
///
/// Staff may take the actions of their role. Where two people decide, the first call proposes; the same call by somebody else
/// who may approve it decides. Parents withdraw and correct on their pages.
#[utoipa::path(
    post,
    path = "/cases/{ref}/decisions",
    tag = "staff",
    params(
        ("ref" = String, Path, example = "NB-7K3F-92QX"),
        ("If-Match" = String, Header, description = "The revision of the case that was looked at"),
        ("purpose" = Option<String>, Query, description = "Why staff look, where somebody is protected", example = "RESOLVE_TASK"),
    ),
    request_body = DecisionBody,
    security(("staff token" = [])),
    responses(
        (status = 200, description = "Taken; the case as it is now", body = CaseView),
        Deciding,
    )
)]
pub(super) async fn post(
    State(portal): State<Portal>,
    bearer: Bearer,
    Path(case): Path<String>,
    headers: HeaderMap,
    why: Why,
    Body(body): Body<DecisionBody>,
) -> Result<Response, Problem> {
    let (case, row, viewer) = bearer.open(&portal, &case).await?;
    // What a parent decides needs a code that was sent to them: that is for the pages.
    let Viewer::Staff(member) = viewer.clone() else { return Err(Problem::RoleMayNot) };
    reads::purpose_is_stated(&row.facts, &why)?;
    let seen = revision(&headers)?;
    let author = Author::Staff(member);
    let DecisionBody { action, reason: grounds, leg, set, paper, notice } = body;
    let wish = Wish { action, grounds, leg, set, paper, notice };
    decide(&portal, case, &row, seen, &author, wish).await?;
    let mut conn = portal.pool.acquire().await?;
    let row = case_file::facts(&mut conn, case).await?.ok_or(Problem::CaseNotFound)?;
    drop(conn);
    cases::answer(&portal, case, &row, &viewer, why).await
}

/// The revision that was looked at, with or without the quotes of an entity tag.
fn revision(headers: &HeaderMap) -> Result<i64, Problem> {
    let header = headers.get(header::IF_MATCH).ok_or(Problem::RevisionMissing)?;
    let text = header.to_str().map_err(|_| Problem::RevisionInvalid)?.trim().trim_matches('"');
    text.parse().map_err(|_| Problem::RevisionInvalid)
}
