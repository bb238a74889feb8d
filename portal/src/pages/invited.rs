//! The link of a parent who was asked to certify. It opens one question: who are you? It says nothing about anybody.
//!
//! Whoever answers it right is known from then on by a code of their own, and the link is used up. A link that was never
//! drawn, was used, or was tried too often leads to the same page.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{CaseRef, facts::Fact, people::Actor, statement::Parent};
use jiff::civil::Date;
use serde::Deserialize;
use sqlx::PgConnection;
use store::{
    cases, contents, messages,
    parents::{self, TRIES},
    submissions,
};

use super::{Frame, page, session, unread};
use crate::{Portal, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "invited.html")]
struct InvitedPage {
    frame: Frame,
    action: String,
    /// What was typed as the name.
    typed: String,
    /// How many tries are left after a wrong answer.
    wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "link-ended.html")]
struct LinkEndedPage {
    frame: Frame,
}

impl InvitedPage {
    fn new(t: Speaks, token: &str) -> Self {
        let address = format!("/read/{token}");
        Self {
            action: format!("/{}{address}", t.path()),
            frame: Frame::new(t, &address),
            typed: String::new(),
            wrong: None,
        }
    }
}

fn ended(t: Speaks) -> Response {
    page(StatusCode::NOT_FOUND, &LinkEndedPage { frame: Frame::new(t, "/status") })
}

pub(super) async fn ask(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, token)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut conn = portal.pool.acquire().await?;
    let Some((case, parent)) = parents::find_by_link(&mut conn, &portal.keys, &token).await? else {
        return Ok(ended(t));
    };
    let row = cases::facts(&mut conn, case).await?.ok_or(Problem::CaseNotFound)?;
    Ok(match row.facts.is_closed_to(parent) {
        true => ended(t),
        false => page(StatusCode::OK, &InvitedPage::new(t, &token)),
    })
}

/// Who somebody says they are.
#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    name: String,
    #[serde(default)]
    born: String,
}

impl Answer {
    /// Whether this is the parent: the legal name or the name at birth, with or without the middle names, and the date of
    /// birth. Accents, case, spaces and hyphens are forgiven.
    fn fits(&self, parent: &Parent) -> bool {
        let names = [&parent.legal_name, &parent.name_at_birth];
        let known = names.iter().any(|name| name.is_meant_by(&self.name));
        self.born.trim().parse::<Date>().is_ok_and(|born| born == parent.date_of_birth) && known
    }
}

pub(super) async fn answer(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, token)): Path<(String, String)>,
    typed: Result<Inputs<Answer>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(typed) = typed.map_err(unread)?;
    let mut tx = portal.pool.begin().await?;
    let Some((case, parent)) = parents::find_by_link(&mut tx, &portal.keys, &token).await? else {
        return Ok(ended(t));
    };
    let brief = contents::brief(&mut tx, &portal.keys, case).await?;
    if brief.facts.is_closed_to(parent) {
        return Ok(ended(t));
    }
    let fits = brief.content.statement.parents.get(usize::from(parent));
    if !fits.is_some_and(|it| typed.fits(it)) {
        let left = wrong(&portal, &mut tx, case, parent).await?;
        tx.commit().await?;
        if left == 0 {
            return Ok(ended(t));
        }
        let wrong = Some(match left {
            1 => t.say("invited-wrong-last"),
            _ => t.with("invited-wrong", "left", left.to_string()),
        });
        let again = InvitedPage { typed: typed.name, wrong, ..InvitedPage::new(t, &token) };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again));
    }
    // Twins are one family: who is known for one of them is known for all.
    let cases = submissions::cases(&mut tx, brief.submission).await?;
    for sibling in cases.iter().map(|(sibling, _)| *sibling) {
        parents::confirm(&mut tx, sibling, parent, portal.now()).await?;
        parents::speak(&mut tx, sibling, parent, t.0).await?;
        let facts = [Fact::ParentConfirmed { parent }];
        let now = portal.now();
        messages::record_and_tell(&mut tx, sibling, Actor::Parents, &facts, now).await?;
    }
    tx.commit().await?;
    let code = |case| portal.access.code(case, brief.submission, parent);
    let codes = cases.into_iter().map(|(case, _)| (case, code(case)));
    let there = Redirect::to(&format!("/{}/case/{case}/welcome", t.path()));
    Ok((session::opens_cases(&portal, codes), there).into_response())
}

/// Counts a wrong answer and gives how many are left. After the last one an officer is told.
async fn wrong(
    portal: &Portal,
    tx: &mut PgConnection,
    case: CaseRef,
    parent: u8,
) -> Result<u32, Problem> {
    let tries = parents::count_wrong_answer(tx, case, parent).await?;
    let left = TRIES.saturating_sub(tries);
    if left == 0 {
        let facts = [Fact::ParentNotConfirmed { parent }];
        let now = portal.now();
        messages::record_and_tell(tx, case, Actor::Engine, &facts, now).await?;
        parents::answered(tx, case, now).await?;
    }
    Ok(left)
}
