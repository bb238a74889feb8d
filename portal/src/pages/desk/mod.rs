//! The staff desk: the cases that wait for a person.

pub(super) mod case;
pub(super) mod papers;
pub(super) mod sign_in;

use askama::Template;
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::{Redirect, Response},
};
use domain::{CaseRef, people::Role};
use store::cases::{CaseSummary, count_stuck};

use super::{Frame, page, session::SignedIn};
use crate::{
    Portal,
    case_view::{Viewer, tasks},
    language::{Speaks, asked_for},
    listing::{self, Start},
    problem::Problem,
    reads::{self, Looked},
    staff::Member,
};

/// The desk in the language the browser asks for.
pub(super) async fn in_a_language(headers: HeaderMap) -> Redirect {
    Redirect::to(&format!("/{}/desk", asked_for(&headers).path()))
}

fn to_desk(t: Speaks) -> Redirect {
    Redirect::to(&format!("/{}/desk", t.path()))
}

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    frame: Frame,
    name: String,
    role: Role,
    lines: Vec<Line>,
    /// How many cases there are on all pages.
    total: String,
    /// Whether this is not the first page.
    further: bool,
    /// The case after which the next page begins.
    next: Option<CaseRef>,
}

/// One open task.
struct Line {
    case: CaseRef,
    leg: String,
    reason: String,
    owner: String,
    age: String,
    due: String,
    overdue: bool,
}

/// The open tasks, or the sign-in page.
pub(super) async fn list(
    State(portal): State<Portal>,
    t: Speaks,
    SignedIn(member): SignedIn,
    start: Result<Query<Start>, QueryRejection>,
) -> Result<Response, Problem> {
    let Some(member) = member else { return Ok(sign_in::page(&portal, t).await) };
    let Query(Start { after }) = start.map_err(|_| Problem::InvalidField(String::new()))?;
    reads::note(&portal, &member, Looked::Desk).await?;
    let mut conn = portal.pool.acquire().await?;
    let stuck = listing::page(&mut conn, true, after).await?;
    let address = after.map_or("/desk".to_owned(), |after| format!("/desk?after={after}"));
    let it = DeskPage {
        frame: Frame::new(t, &address),
        lines: stuck.cases.iter().flat_map(|it| lines(&portal, t, &member, it)).collect(),
        total: count_stuck(&mut conn).await?.to_string(),
        further: after.is_some(),
        next: stuck.next,
        name: member.name,
        role: member.role,
    };
    Ok(page(StatusCode::OK, &it))
}

fn lines(portal: &Portal, t: Speaks, member: &Member, it: &CaseSummary) -> Vec<Line> {
    let now = portal.now();
    let line = |task: crate::case_view::TaskView| Line {
        case: it.case,
        leg: t.word("part", task.leg.code()),
        reason: t.word("reason", task.reason.code()),
        owner: t.word("owner", task.owner.code()),
        age: t.age(task.raised, now),
        due: t.moment(task.due, portal.zone()),
        overdue: task.due < now,
    };
    tasks(&it.facts, &Viewer::Staff(member.clone())).into_iter().map(line).collect()
}
