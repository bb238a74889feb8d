//! The parents' page of a case: where its three parts stand, who holds it, and what they can do.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{
    CaseRef,
    decision::Action,
    desk::Leg,
    facts::{Fact, Facts},
    people::{Actor, Language},
};
use serde::Deserialize;
use store::{
    cases::{self, CaseRow},
    certifications, messages, parents, submissions,
};

pub(super) mod change;
pub(super) mod correct;
pub(super) mod idle;
pub(super) mod live;
pub(super) mod loss;
pub(super) mod needed;
pub(super) mod papers;
pub(super) mod pay;

pub(super) mod statement;

use super::{Frame, page, parts::Part, session, unread};
use crate::{Portal, case_view, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    frame: Frame,
    case: CaseRef,
    revision: i64,
    parts: Vec<Part>,
    /// What the parents were told, with the day.
    told: Vec<(String, String)>,
    /// Whether something can be taken back.
    may_withdraw: bool,
    /// Whether what is to be registered can still be put right.
    may_correct: bool,
    /// What the parents were asked to check, in words; empty if they were asked in general. `None` if they were not.
    to_check: Option<Vec<String>>,
    /// Whether this parent may change where letters go.
    may_move: bool,
    /// The language this parent is written to in.
    spoken: Speaks,
    /// The key of what is to be said about a withdrawal of the birth that some want and some have not asked for.
    agreement: Option<&'static str>,
    /// Whether this parent is protected already; nothing if there is nobody to be protected from.
    protected: Option<bool>,
    /// What is to be said about papers, if the statement needs any.
    papers: Option<needed::Need>,
    /// What can be paid now, and where.
    to_pay: Option<pay::Asked>,
    /// The other children of the birth, with their positions.
    siblings: Vec<(CaseRef, u8)>,
    problem: Option<(String, String)>,
}

/// A parent's browser at its case.
struct Visit {
    case: CaseRef,
    row: CaseRow,
    /// Which parent, from 0.
    parent: u8,
}

/// Shows the case to a browser that holds its code; asks for the code otherwise.
pub(super) async fn show(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match arrival(&portal, &case, &headers).await? {
        Some(visit) if visit.row.facts.is_closed_to(visit.parent) => Ok(closed(t, &visit)),
        Some(visit) if visit.row.facts.loss_reported.is_some() => Ok(loss::condolence(t, &visit)),
        Some(visit) => shown(&portal, t, &visit, None).await,
        None => Ok(Redirect::to(&format!("/{}/status", t.path())).into_response()),
    }
}

/// All that a parent sees from whom another is protected. Nothing says so.
#[derive(Template)]
#[template(path = "closed.html")]
struct ClosedPage {
    frame: Frame,
    case: CaseRef,
    state: String,
}

fn closed(t: Speaks, Visit { case, row, .. }: &Visit) -> Response {
    let state = t.say(&format!("birth-{}", case_view::closed_birth(&row.facts)));
    let frame = Frame::of_case(t, *case, "");
    page(StatusCode::OK, &ClosedPage { frame, case: *case, state })
}

/// Marks that this parent is protected from the other.
pub(super) async fn protect(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Visit { row, parent, .. } =
        visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let mut tx = portal.pool.begin().await?;
    let facts = [Fact::Protected { parent }];
    // Whoever is protected in one child's case is protected in the other's.
    for (case, _) in submissions::cases(&mut tx, row.submission).await? {
        cases::record(&mut tx, case, Actor::Parents, None, &facts, portal.now()).await?;
    }
    tx.commit().await?;
    let case = case.parse().map_err(|_| Problem::CaseNotFound)?;
    Ok(back(t, case))
}

/// A parent's codes, to be written down: one per child of the birth.
#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    frame: Frame,
    case: CaseRef,
    codes: Vec<(CaseRef, String)>,
}

pub(super) async fn welcome(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(Visit { case, row, parent }) = visit(&portal, &case, &headers).await? else {
        return Ok(Redirect::to(&format!("/{}/status", t.path())).into_response());
    };
    let mut conn = portal.pool.acquire().await?;
    let cases = submissions::cases(&mut conn, row.submission).await?;
    let code = |case| portal.access.code(case, row.submission, parent);
    let codes = cases.into_iter().map(|(case, _)| (case, code(case))).collect();
    let frame = Frame::of_case(t, case, "/welcome");
    Ok(page(StatusCode::OK, &WelcomePage { frame, case, codes }))
}

/// The case, if the browser holds a code to it and nobody is protected from its holder.
async fn visit(portal: &Portal, case: &str, headers: &HeaderMap) -> Result<Option<Visit>, Problem> {
    let arrival = arrival(portal, case, headers).await?;
    Ok(arrival.filter(|visit| !visit.row.facts.is_closed_to(visit.parent)))
}

async fn arrival(
    portal: &Portal,
    case: &str,
    headers: &HeaderMap,
) -> Result<Option<Visit>, Problem> {
    let (Ok(case), Some(code)) = (case.parse::<CaseRef>(), session::held_code(headers)) else {
        return Ok(None);
    };
    let mut conn = portal.pool.acquire().await?;
    let Some(row) = cases::facts(&mut conn, case).await? else { return Ok(None) };
    let parent = portal.access.opens(case, row.submission, &code);
    Ok(parent.map(|parent| Visit { case, row, parent }))
}

async fn shown(
    portal: &Portal,
    t: Speaks,
    visit: &Visit,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let Visit { case, row, parent } = visit;
    let mut conn = portal.pool.acquire().await?;
    let told = messages::told(&mut conn, *case, *parent).await?;
    let told = told
        .into_iter()
        .rev()
        .map(|(message, at)| (t.word("message", message.code()), t.moment(at, portal.zone())));
    let cases = submissions::cases(&mut conn, row.submission).await?;
    let facts = &row.facts;
    let actions = facts.situation().actions();
    let certified = certifications::ever(&mut conn, *case).await?;
    let spoken = parents::all(&mut conn, *case).await?;
    let spoken = spoken.iter().find(|it| it.parent == *parent).map_or(t, |it| Speaks(it.language));
    let it = CasePage {
        frame: Frame::of_case(t, *case, ""),
        case: *case,
        revision: row.revision,
        parts: Part::all(t, facts),
        told: told.collect(),
        may_withdraw: actions.iter().any(|(action, _)| *action == Action::Withdraw),
        may_correct: facts.situation().allows(Action::CorrectContent, Leg::Birth).is_ok(),
        to_check: facts.correction_asked.map(|_| {
            facts.matching.differs.iter().map(|field| t.word("fields", field.code())).collect()
        }),
        may_move: actions.iter().any(|(action, _)| *action == Action::CorrectContact)
            && change::may(change::What::Address, visit).is_ok(),
        spoken,
        agreement: agreement(&certified, facts, *parent),
        protected: (facts.parents > 1).then_some(facts.protected.is_some()),
        papers: needed::Need::of(t, visit),
        to_pay: pay::asked(portal, t, *case, facts),
        siblings: cases.into_iter().filter(|it| it.0 != *case).collect(),
        problem: problem.map(|it| in_words(t, it)),
    };
    let status = problem.map_or(StatusCode::OK, Problem::status);
    Ok(page(status, &it))
}

/// Where the withdrawal of the birth stands, for one parent.
fn agreement(certified: &BTreeSet<u8>, facts: &Facts, parent: u8) -> Option<&'static str> {
    let agreed = &facts.withdrawal_agreed_by;
    let others = certified.iter().any(|it| *it != parent);
    match (agreed.contains(&parent), agreed.is_empty()) {
        (true, _) if others => Some("withdraw-waits"),
        (false, false) => Some("withdraw-asked"),
        (true | false, _) => None,
    }
}

/// A problem's title and detail.
pub(super) fn in_words(t: Speaks, problem: &Problem) -> (String, String) {
    t.problem(problem.code())
}

/// The language in which a parent is written to.
#[derive(Deserialize)]
pub(super) struct Spoken {
    language: Language,
}

/// From here on this parent is written to in this language, whatever the other parent's is.
pub(super) async fn speak(
    State(portal): State<Portal>,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<Spoken>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(Spoken { language }) = typed.map_err(unread)?;
    let Visit { case, row, parent } =
        visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let mut tx = portal.pool.begin().await?;
    for (case, _) in submissions::cases(&mut tx, row.submission).await? {
        parents::speak(&mut tx, case, parent, language).await?;
    }
    tx.commit().await?;
    Ok(back(Speaks(language), case))
}

fn back(t: Speaks, case: CaseRef) -> Response {
    Redirect::to(&format!("/{}/case/{case}", t.path())).into_response()
}

/// The case as it is now, with the problem on top.
async fn refreshed(
    portal: &Portal,
    t: Speaks,
    visit: Visit,
    problem: &Problem,
) -> Result<Response, Problem> {
    let mut conn = portal.pool.acquire().await?;
    let row = cases::facts(&mut conn, visit.case).await?.ok_or(Problem::CaseNotFound)?;
    drop(conn);
    shown(portal, t, &Visit { row, ..visit }, Some(problem)).await
}
