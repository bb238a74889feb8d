//! The way to a case: its reference and access code. The code is typed and kept in a cookie, never in an address; the
//! reference stands in the address of the case and tells nothing about anybody.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::CaseRef;
use serde::Deserialize;
use store::{cases, submissions};
use uuid::Uuid;

use super::{Frame, page, session, unread};
use crate::{Portal, language::Speaks, limits::Client, problem::Problem};

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage {
    frame: Frame,
    /// What was typed as the reference.
    typed: String,
    wrong: bool,
}

impl StatusPage {
    fn new(t: Speaks, typed: String, wrong: bool) -> Self {
        Self { frame: Frame::new(t, "/status"), typed, wrong }
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    code: String,
}

pub(super) async fn ask(t: Speaks) -> Response {
    page(StatusCode::OK, &StatusPage::new(t, String::new(), false))
}

/// Opens a case to whoever holds its code. A wrong code and an unknown case look alike.
pub(super) async fn open(
    State(portal): State<Portal>,
    t: Speaks,
    client: Client,
    asked: Result<Inputs<Asked>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(asked) = asked.map_err(unread)?;
    match codes_of(&portal, &asked).await? {
        Some(Opened { case, codes }) => {
            let there = Redirect::to(&format!("/{}/case/{case}", t.path()));
            Ok((session::opens_cases(&portal, codes), there).into_response())
        }
        None => {
            portal.limits.wrong_code(client)?;
            portal.patience().after_wrong(&asked.reference, portal.now()).await;
            Ok(page(StatusCode::NOT_FOUND, &StatusPage::new(t, asked.reference, true)))
        }
    }
}

/// The codes of all children of the birth to whom one of them opens.
async fn codes_of(portal: &Portal, asked: &Asked) -> Result<Option<Opened>, Problem> {
    let Ok(case) = asked.reference.parse::<CaseRef>() else { return Ok(None) };
    let mut conn = portal.pool.acquire().await?;
    let row = cases::facts(&mut conn, case).await?;
    let submission = row.as_ref().map_or(Uuid::nil(), |row| row.submission);
    let Some(parent) = portal.access.opens(case, submission, &asked.code).filter(|_| row.is_some())
    else {
        return Ok(None);
    };
    let children = submissions::cases(&mut conn, submission).await?;
    let code = |case| portal.access.code(case, submission, parent);
    Ok(Some(Opened { case, codes: children.into_iter().map(|(it, _)| (it, code(it))).collect() }))
}

struct Opened {
    case: CaseRef,
    codes: Vec<(CaseRef, String)>,
}
