//! The staff desk: the cases that wait for a person.

pub(super) mod case;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{CaseRef, people::Role};
use serde::Deserialize;
use store::cases::{self, CaseSummary, Filter};

use super::{
    Frame, page,
    session::{self, SignedIn},
};
use crate::{
    Portal,
    case_view::{Viewer, tasks},
    language::{Speaks, asked_for},
    problem::Problem,
    staff::Member,
};

const PAGE: i64 = 200;

/// The desk in the language the browser asks for.
pub(super) async fn in_a_language(headers: HeaderMap) -> Redirect {
    Redirect::to(&format!("/{}/desk", asked_for(&headers).path()))
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    frame: Frame,
    wrong: bool,
}

fn sign_in_page(t: Speaks, wrong: bool) -> Response {
    let status = if wrong { StatusCode::UNAUTHORIZED } else { StatusCode::OK };
    page(status, &SignInPage { frame: Frame::new(t, "/desk"), wrong })
}

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

pub(super) async fn sign_in(
    State(portal): State<Portal>,
    t: Speaks,
    typed: Result<Inputs<Token>, FormRejection>,
) -> Response {
    let token = typed.map(|Inputs(typed)| typed.token.trim().to_owned()).unwrap_or_default();
    if portal.staff.holder(&token).is_none() {
        return sign_in_page(t, true);
    }
    (session::signs_in(&portal, &token), to_desk(t)).into_response()
}

pub(super) async fn sign_out(State(portal): State<Portal>, t: Speaks) -> Response {
    (session::signs_out(&portal), to_desk(t)).into_response()
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
) -> Result<Response, Problem> {
    let Some(member) = member else { return Ok(sign_in_page(t, false)) };
    let mut conn = portal.pool.acquire().await?;
    let stuck = cases::list(&mut conn, Filter { stuck: true, limit: PAGE, after: None }).await?;
    let lines = stuck.iter().flat_map(|it| lines(&portal, t, &member, it)).collect();
    let it =
        DeskPage { frame: Frame::new(t, "/desk"), name: member.name, role: member.role, lines };
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
