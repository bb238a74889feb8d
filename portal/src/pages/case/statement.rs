//! A parent reads the statement as it stands, and certifies it or says what is the matter. Each for themselves.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{
    CaseRef,
    decision::{Action, NotAllowed},
    desk::Leg,
    facts::{Fact, Facts},
    intake::{self, TEXT_VERSION, Violation},
    people::Actor,
    statement::{Certification, CertificationMethod, Objection},
};
use serde::Deserialize;
use sqlx::PgConnection;
use store::{cases, certifications, certifications::Certify, contents, messages};

use super::{
    super::{
        Frame, page,
        said::{Group, groups},
        unread,
    },
    Visit, back, visit,
};
use crate::{Portal, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage {
    frame: Frame,
    case: CaseRef,
    /// Of the content that is shown. Only this is certified.
    version: u32,
    groups: Vec<Group>,
    /// The child's name, for the question whether the parent agrees to it.
    child: String,
    answer: Answer,
    /// What was typed as the signature.
    typed_name: String,
    /// What is wrong, each with the input to go to.
    errors: Vec<(&'static str, String)>,
    /// The parents have corrected the statement since this page was opened.
    changed: bool,
}

/// Whether this parent is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Asked,
    Certified,
    /// It is too late, or it is for the registrar now.
    NotAsked,
}

impl StatementPage {
    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|(input, _)| *input == name).map(|(_, text)| text.as_str())
    }

    /// What tells a screen reader that an input is wrong, and why.
    fn described(&self, name: &str) -> String {
        match self.error(name) {
            Some(_) => format!(" aria-invalid=\"true\" aria-describedby=\"{name}-error\""),
            None => String::new(),
        }
    }
}

/// The statement, with the question if this parent has yet to answer it.
pub(in crate::pages) async fn show(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match visit(&portal, &case, &headers).await? {
        Some(visit) => Ok(page(StatusCode::OK, &read(&portal, t, &visit).await?)),
        None => Ok(Redirect::to(&format!("/{}/status", t.path())).into_response()),
    }
}

async fn read(portal: &Portal, t: Speaks, visit: &Visit) -> Result<StatementPage, Problem> {
    let mut conn = portal.pool.acquire().await?;
    let brief = contents::brief(&mut conn, &portal.keys, visit.case).await?;
    let facts = &brief.facts;
    let may = facts.situation().allows(Action::CorrectContent, Leg::Birth).is_ok();
    let answer = if facts.certified_by.contains(&visit.parent) {
        Answer::Certified
    } else if may && !is_for_the_registrar(facts) {
        Answer::Asked
    } else {
        Answer::NotAsked
    };
    let statement = &brief.content.statement;
    Ok(StatementPage {
        frame: Frame::of_case(t, visit.case, "/statement"),
        case: visit.case,
        version: facts.content_version,
        groups: groups(t, statement),
        child: statement.child.name.written(),
        answer,
        typed_name: String::new(),
        errors: Vec::new(),
        changed: false,
    })
}

/// What a parent says of the statement.
#[derive(Deserialize)]
pub(in crate::pages) struct Said {
    version: u32,
    agrees: Option<String>,
    checked: Option<String>,
    #[serde(default)]
    typed_name: String,
}

/// Certifies exactly what was shown.
pub(in crate::pages) async fn certify(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<Said>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(typed) = typed.map_err(unread)?;
    let visit = visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let again = async |errors, changed| {
        let page_again = read(&portal, t, &visit).await?;
        let status = if changed { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
        let typed_name = typed.typed_name.clone();
        Ok(page(status, &StatementPage { errors, changed, typed_name, ..page_again }))
    };
    let certification = match signed(t, &typed) {
        Ok(certification) => certification,
        Err(errors) => return again(errors, false).await,
    };
    let (case, parent, version, now) = (visit.case, visit.parent, typed.version, portal.now());
    let mut tx = portal.pool.begin().await?;
    let certified =
        certifications::certify(&mut tx, &portal.keys, case, parent, version, &certification, now);
    let certified = certified.await?;
    // From here on the case is locked: what is read now stays so.
    if is_for_the_registrar(&may_answer(&mut tx, &visit).await?) {
        drop(tx);
        return again(Vec::new(), true).await;
    }
    match certified {
        Certify::Stale { .. } => return again(Vec::new(), true).await,
        Certify::Already => (),
        Certify::New => {
            let facts = [Fact::ParentCertified { parent, version }];
            messages::record_and_tell(&mut tx, case, Actor::Parents, &facts, now).await?;
        }
    }
    tx.commit().await?;
    Ok(back(t, case))
}

/// The signature, by the rules of the form.
fn signed(t: Speaks, said: &Said) -> Result<Certification, Vec<(&'static str, String)>> {
    let is_yes = |typed: &Option<String>| (typed.as_deref() == Some("true")).then_some(true);
    let typed = intake::Certification {
        text_version: Some(TEXT_VERSION.to_owned()),
        checked: is_yes(&said.checked),
        language: Some(t.code().to_owned()),
        typed_name: Some(said.typed_name.clone()),
    };
    let read = typed.read(CertificationMethod::Link);
    let input = |it: &Violation| match it.pointer.as_str() {
        "/certification/checked" => "checked",
        _ => "typed_name",
    };
    let mut errors: Vec<(&'static str, String)> = Vec::new();
    if is_yes(&said.agrees).is_none() {
        errors.push(("agrees", t.say("certify-agree-first")));
    }
    match read {
        Ok(certification) if errors.is_empty() => Ok(certification),
        Ok(_) => Err(errors),
        Err(violations) => {
            errors.extend(violations.iter().map(|it| (input(it), t.violation(it))));
            Err(errors)
        }
    }
}

/// What a parent says instead of certifying.
#[derive(Deserialize)]
pub(in crate::pages) struct Objecting {
    version: u32,
    objection: Objection,
}

pub(in crate::pages) async fn object(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
    typed: Result<Inputs<Objecting>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(Objecting { version, objection }) = typed.map_err(unread)?;
    let visit = visit(&portal, &case, &headers).await?.ok_or(Problem::CaseNotFound)?;
    let (case, parent, now) = (visit.case, visit.parent, portal.now());
    let mut tx = portal.pool.begin().await?;
    let objected = certifications::object(&mut tx, &portal.keys, case, version, now).await?;
    let facts = may_answer(&mut tx, &visit).await?;
    // What is for the registrar is not taken back by saying less.
    let known = facts.objection.as_ref();
    let counts = known.is_none_or(|it| it.it == objection || objection.outweighs(it.it));
    if matches!(objected, Certify::Stale { .. }) || !counts {
        drop(tx);
        let it = StatementPage { changed: true, ..read(&portal, t, &visit).await? };
        return Ok(page(StatusCode::CONFLICT, &it));
    }
    let facts = [Fact::ParentObjected { parent, objection }];
    messages::record_and_tell(&mut tx, case, Actor::Parents, &facts, now).await?;
    tx.commit().await?;
    Ok(back(t, case))
}

/// The case as it stands, if this parent may still answer: from REGISTER on, nothing is certified and nothing is objected
/// to on a page. Whoever calls has locked the case.
async fn may_answer(conn: &mut PgConnection, visit: &Visit) -> Result<Facts, Problem> {
    let facts = cases::facts(conn, visit.case).await?.ok_or(Problem::CaseNotFound)?.facts;
    if facts.is_closed_to(visit.parent) {
        return Err(Problem::CaseNotFound);
    }
    // Whoever certifies twice at once has certified.
    if facts.certified_by.contains(&visit.parent) && facts.certified.is_some() {
        return Err(Problem::NotAllowed(NotAllowed::AlreadyCertified));
    }
    let allowed = facts.situation().allows(Action::CorrectContent, Leg::Birth);
    allowed.map_err(Problem::NotAllowed)?;
    Ok(facts)
}

fn is_for_the_registrar(facts: &Facts) -> bool {
    facts.objection.as_ref().is_some_and(|it| it.it.is_for_the_registrar())
}
