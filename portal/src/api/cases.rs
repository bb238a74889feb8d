//! `GET /api/v1/cases`, `GET /api/v1/cases/{ref}` and `GET /api/v1/desk`.

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::header,
    response::{AppendHeaders, IntoResponse, Response},
};
use domain::{CaseRef, standing::Fee};
use serde::{Deserialize, Serialize};
use store::cases::{CaseRow, CaseSummary, count_stuck};
use utoipa::{IntoParams, ToSchema};

use super::{
    caller::{Bearer, ByStaff},
    problems::{Listing, Showing},
};
use crate::{
    Portal,
    case_view::{self, Birth, CaseView, Certificate, ClosedView, FeeSchema, Sin, TaskView, Viewer},
    listing::{self, Page, Start},
    problem::Problem,
    reads::{self, Looked, Why},
    staff::Member,
};

/// Show a case to its parents or to staff.
///
/// A wrong access code and an unknown case answer alike.
#[utoipa::path(
    get,
    path = "/cases/{ref}",
    tag = "families",
    params(
        ("ref" = String, Path, example = "NB-7K3F-92QX"),
        ("purpose" = Option<String>, Query, description = "Why staff look, where somebody is protected", example = "RESOLVE_TASK"),
    ),
    security(("access code" = []), ("staff token" = [])),
    responses(
        (status = 200, description = "The case; `ETag` carries its revision. To a parent from whom another is protected, `ClosedCase`", body = CaseView),
        Showing,
    )
)]
pub(super) async fn show(
    State(portal): State<Portal>,
    bearer: Bearer,
    Path(case): Path<String>,
    why: Why,
) -> Result<Response, Problem> {
    let (case, row, viewer) = bearer.open(&portal, &case).await?;
    answer(&portal, case, &row, &viewer, why).await
}

/// The case with its revision as `ETag`.
pub(super) async fn answer(
    portal: &Portal,
    case: CaseRef,
    row: &CaseRow,
    viewer: &Viewer,
    why: Why,
) -> Result<Response, Problem> {
    match viewer {
        Viewer::Staff(member) => reads::note_case(portal, member, case, &row.facts, why).await?,
        // Nothing tells when something changes, either.
        Viewer::Parent(parent) if row.facts.is_closed_to(*parent) => {
            return Ok(Json(ClosedView::of(case, row)).into_response());
        }
        Viewer::Parent(_) => (),
    }
    let mut conn = portal.pool.acquire().await?;
    let view = case_view::show(&mut conn, case, row, viewer).await?;
    let revision = [(header::ETAG, format!("\"{}\"", view.revision))];
    Ok((revision, Json(view)).into_response())
}

/// Which cases to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only those with an open task on the desk.
    #[serde(default)]
    stuck: bool,
    /// List what comes after this case.
    #[param(value_type = Option<String>)]
    after: Option<CaseRef>,
}

/// A line of a list of cases.
#[derive(Serialize, ToSchema)]
pub(super) struct Summary {
    #[serde(rename = "ref")]
    #[schema(value_type = String, example = "NB-7K3F-92QX")]
    case: CaseRef,
    /// Whether a parent is protected from the other. Then the line says no more than is needed to find the work; the case
    /// itself asks for a purpose.
    protected: bool,
    revision: i64,
    received: jiff::Timestamp,
    closed: bool,
    birth: Birth,
    certificate: Certificate,
    sin: Sin,
    #[schema(inline, value_type = FeeSchema)]
    fee: Fee,
    desk: Option<TaskView>,
}

/// List cases, oldest first, at most 200 at a time.
#[utoipa::path(
    get,
    path = "/cases",
    tag = "staff",
    params(Wanted),
    security(("staff token" = [])),
    responses(
        (status = 200, description = "The cases", body = Vec<Summary>, headers(("Link" = String, description = "The next page, with `rel=\"next\"`; absent on the last one"))),
        Listing,
    )
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    ByStaff(member): ByStaff,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|_| Problem::InvalidField(String::new()))?;
    reads::note(&portal, &member, Looked::Cases).await?;
    let mut conn = portal.pool.acquire().await?;
    let page = listing::page(&mut conn, wanted.stuck, wanted.after).await?;
    let all = if wanted.stuck { "/api/v1/cases?stuck=true&" } else { "/api/v1/cases?" };
    Ok((next(all, &page), Json(summaries(page, member))).into_response())
}

/// List the open tasks: the cases that wait for a person, oldest first, at most 200 at a time.
#[utoipa::path(
    get,
    path = "/desk",
    tag = "staff",
    params(Start),
    security(("staff token" = [])),
    responses(
        (
            status = 200,
            description = "The cases on the desk",
            body = Vec<Summary>,
            headers(
                ("Link" = String, description = "The next page, with `rel=\"next\"`; absent on the last one"),
                ("X-Total-Count" = u64, description = "How many cases are on the desk"),
            )
        ),
        Listing,
    )
)]
pub(super) async fn desk(
    State(portal): State<Portal>,
    ByStaff(member): ByStaff,
    start: Result<Query<Start>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(Start { after }) = start.map_err(|_| Problem::InvalidField(String::new()))?;
    reads::note(&portal, &member, Looked::Desk).await?;
    let mut conn = portal.pool.acquire().await?;
    let page = listing::page(&mut conn, true, after).await?;
    let total = [("x-total-count", count_stuck(&mut conn).await?.to_string())];
    let next = next("/api/v1/desk?", &page);
    Ok((total, next, Json(summaries(page, member))).into_response())
}

/// Where the next page is, as RFC 8288 writes it. `all` is the address of the list, ready for one more parameter.
fn next(all: &str, page: &Page) -> Option<AppendHeaders<[(header::HeaderName, String); 1]>> {
    let after = page.next?;
    Some(AppendHeaders([(header::LINK, format!("<{all}after={after}>; rel=\"next\""))]))
}

fn summaries(page: Page, member: Member) -> Vec<Summary> {
    let viewer = Viewer::Staff(member);
    let summary = |it: CaseSummary| Summary {
        case: it.case,
        revision: it.revision,
        received: it.facts.received,
        closed: it.facts.closed.is_some(),
        protected: it.facts.protected.is_some(),
        birth: match it.facts.protected {
            Some(_) => Birth::without_number(&it.facts),
            None => Birth::of(&it.facts),
        },
        certificate: Certificate::of(&it.facts),
        sin: Sin::of(&it.facts),
        fee: it.facts.fee(),
        desk: case_view::tasks(&it.facts, &viewer).into_iter().next(),
    };
    page.cases.into_iter().map(summary).collect()
}
