//! The ways out of the form and back into it: a pause, a return with the code, and what a family does for whom this form
//! is not.

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use serde::Deserialize;
use store::drafts;

use super::{
    super::{Frame, page, session, unread},
    browser::{Browser, browser, new_token},
    framed, merge, to, to_case,
};
use crate::{Portal, access, language::Speaks, limits::Client, problem::Problem};

/// Under what wrong codes are counted: whoever types a draft's code names nothing else.
const DRAFTS: &str = "a draft's code";

#[derive(Template)]
#[template(path = "form-return.html")]
struct ReturnPage {
    frame: Frame,
    /// The key of why the code is asked for.
    why: Option<&'static str>,
    wrong: bool,
}

impl ReturnPage {
    fn new(t: Speaks, why: Option<&'static str>) -> Self {
        Self { frame: Frame::new(t, "/form/return"), why, wrong: false }
    }
}

/// Why a browser is sent to the code.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Why {
    #[default]
    Asked,
    /// The form rested for too long.
    Rested,
    /// This browser has no form open, and what it sent went nowhere.
    Unknown,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Ended {
    why: Why,
}

/// Asks for the code of a draft.
pub(in crate::pages) async fn come_back(
    t: Speaks,
    ended: Result<Query<Ended>, QueryRejection>,
) -> Response {
    let Query(Ended { why }) = ended.unwrap_or_default();
    let why = match why {
        Why::Asked => None,
        Why::Rested => Some("return-rested"),
        Why::Unknown => Some("return-unknown"),
    };
    page(StatusCode::OK, &ReturnPage::new(t, why))
}

#[derive(Deserialize)]
pub(in crate::pages) struct Code {
    #[serde(default)]
    code: String,
}

/// Opens the draft of a code in this browser, where its parents left it.
pub(in crate::pages) async fn come_back_with(
    State(portal): State<Portal>,
    t: Speaks,
    client: Client,
    typed: Result<Inputs<Code>, FormRejection>,
) -> Result<Response, Problem> {
    let Inputs(Code { code }) = typed.map_err(unread)?;
    let (token, now) = (new_token(), portal.now());
    let mut tx = portal.pool.begin().await?;
    let code = access::read_code(&code);
    let found = drafts::come_back(&mut tx, &portal.keys, &code, &token, now).await?;
    // Each parent has the codes by now, and the form's own may be known to both.
    if let Some(drafts::State::Sent { shown: Some(at), .. }) = found.as_ref().map(|it| &it.state)
        && now.duration_since(*at) >= drafts::IDLE
    {
        return Ok(page(StatusCode::OK, &ReturnPage::new(t, Some("return-sent"))));
    }
    tx.commit().await?;
    let Some(found) = found else {
        portal.limits.wrong_code(client)?;
        portal.patience().after_wrong(DRAFTS, now).await;
        let it = ReturnPage { wrong: true, ..ReturnPage::new(t, None) };
        return Ok(page(StatusCode::NOT_FOUND, &it));
    };
    let there = match found.into() {
        Browser::Open(open) => open.page,
        Browser::Corrected(case) => return Ok(to_case(t, case)),
        Browser::Sent(_) | Browser::Nothing => "sent".to_owned(),
    };
    Ok((session::holds_draft(&portal, &token), to(t, &there)).into_response())
}

/// Says how to come back.
#[derive(Template)]
#[template(path = "form-kept.html")]
struct KeptPage {
    frame: Frame,
    code: String,
    until: String,
    page: String,
}

pub(in crate::pages) async fn kept(
    State(portal): State<Portal>,
    t: Speaks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut tx = portal.pool.begin().await?;
    let browser = browser(&portal, &mut tx, &headers).await?;
    tx.commit().await?;
    let Browser::Open(open) = browser else { return Ok(to(t, "return").into_response()) };
    if open.idle {
        return Ok(to(t, "return?why=rested").into_response());
    }
    let until = (portal.now() + drafts::LIFE).to_zoned(portal.zone().clone());
    let it = KeptPage {
        frame: framed(t, &open, "kept"),
        code: access::grouped(&open.code),
        until: t.date(until.date()),
        page: format!("/{}/form/{}", t.path(), open.page),
    };
    Ok(page(StatusCode::OK, &it))
}

/// Which page sends what it has so far.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Of {
    page: String,
}

/// Somebody is still here: what they typed so far is kept, and nothing ends for another while.
pub(in crate::pages) async fn keep(
    State(portal): State<Portal>,
    t: Speaks,
    of: Result<Query<Of>, QueryRejection>,
    headers: HeaderMap,
    inputs: Result<Inputs<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let Query(Of { page }) = of.unwrap_or_default();
    let Inputs(inputs) = inputs.map_err(unread)?;
    match keep_so_far(&portal, t, &page, &headers, inputs).await? {
        // Only the code opens what rested for too long.
        Browser::Open(open) if !open.idle => Ok(StatusCode::NO_CONTENT.into_response()),
        Browser::Open(_) | Browser::Sent(_) | Browser::Corrected(_) | Browser::Nothing => {
            Err(Problem::NotSignedIn)
        }
    }
}

/// Nobody is here any more: what they typed so far is kept, and this browser shows nothing until the code is typed.
pub(in crate::pages) async fn close(
    State(portal): State<Portal>,
    t: Speaks,
    of: Result<Query<Of>, QueryRejection>,
    headers: HeaderMap,
    inputs: Result<Inputs<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let Query(Of { page }) = of.unwrap_or_default();
    let Inputs(inputs) = inputs.map_err(unread)?;
    keep_so_far(&portal, t, &page, &headers, inputs).await?;
    if let Some(token) = session::held_draft(&headers) {
        let mut tx = portal.pool.begin().await?;
        drafts::close(&mut tx, &portal.keys, &token).await?;
        tx.commit().await?;
    }
    Ok((StatusCode::NO_CONTENT, session::drops_draft(&portal)).into_response())
}

async fn keep_so_far(
    portal: &Portal,
    t: Speaks,
    path: &str,
    headers: &HeaderMap,
    inputs: Vec<(String, String)>,
) -> Result<Browser, Problem> {
    let mut tx = portal.pool.begin().await?;
    let mut browser = browser(portal, &mut tx, headers).await?;
    if let Browser::Open(open) = &mut browser
        && let Some(step) = open.step(path)
    {
        merge(portal, t, open, step, &inputs.into_iter().collect());
        open.page = step.path();
        open.keep(portal, &mut tx).await?;
    }
    tx.commit().await?;
    Ok(browser)
}

/// What a family does for whom this form is not.
#[derive(Template)]
#[template(path = "form-out.html")]
struct OutPage {
    frame: Frame,
    title: String,
    paragraphs: Vec<String>,
    /// The page with the answer that led here.
    back: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct From {
    from: String,
}

pub(in crate::pages) async fn out(
    t: Speaks,
    Path((_, code)): Path<(String, String)>,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(From { from }) = from.unwrap_or_default();
    let is_a_code = code.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    let title = t.maybe(&format!("out-{code}")).filter(|_| is_a_code);
    let title = title.ok_or(Problem::RouteUnknown)?;
    let is_a_page = from
        .bytes()
        .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-/".contains(&it));
    let from = if is_a_page && !from.is_empty() { from } else { "start".to_owned() };
    let said = |part: &str| t.maybe(&format!("out-{code}.{part}"));
    let paragraphs = ["text", "next"].iter().filter_map(|it| said(it)).collect();
    let frame = Frame::new(t, &format!("/form/out/{code}?from={from}"));
    let back = format!("/{}/form/{from}", t.path());
    Ok(page(StatusCode::OK, &OutPage { frame, title, paragraphs, back }))
}
