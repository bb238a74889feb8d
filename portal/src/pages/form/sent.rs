//! What a family holds in hand once its form was sent: the references, and for each parent their own access codes.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use domain::CaseRef;
use store::{cases, drafts, parents, submissions};

use super::{
    super::{Frame, case::pay, page, session},
    browser::{Browser, Sent, browser},
    to, to_case,
};
use crate::{Portal, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    frame: Frame,
    children: Vec<Received>,
    /// Whether a second parent certified here, who has codes of their own.
    hands_over: bool,
    /// Whether a second parent was written to.
    invited: bool,
    /// Whether papers are needed, too.
    needs_papers: bool,
    /// The page is for the second parent.
    second: bool,
}

struct Received {
    child: u8,
    case: CaseRef,
    access_code: String,
    to_pay: Option<pay::Asked>,
}

pub(in crate::pages) async fn sent(
    State(portal): State<Portal>,
    t: Speaks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    receipt(&portal, t, &headers, 0).await
}

/// The second parent's own codes, on a page of their own.
pub(in crate::pages) async fn sent_for_the_second(
    State(portal): State<Portal>,
    t: Speaks,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    receipt(&portal, t, &headers, 1).await
}

async fn receipt(
    portal: &Portal,
    t: Speaks,
    headers: &HeaderMap,
    parent: u8,
) -> Result<Response, Problem> {
    let mut tx = portal.pool.begin().await?;
    let browser = browser(portal, &mut tx, headers).await?;
    let answer = match browser {
        Browser::Nothing => to(t, "return").into_response(),
        Browser::Open(open) => to(t, &open.page).into_response(),
        Browser::Corrected(case) => to_case(t, case),
        Browser::Sent(sent) if sent.idle => to(t, "return?why=rested").into_response(),
        Browser::Sent(sent) => shown(portal, &mut tx, t, &sent, parent).await?,
    };
    tx.commit().await?;
    Ok(answer)
}

async fn shown(
    portal: &Portal,
    conn: &mut sqlx::PgConnection,
    t: Speaks,
    sent: &Sent,
    parent: u8,
) -> Result<Response, Problem> {
    let submission = sent.submission;
    let of_the_birth = submissions::cases(conn, submission).await?;
    let mut children = Vec::new();
    let (mut hands_over, mut invited, mut needs_papers) = (false, false, false);
    for (case, child) in of_the_birth {
        let access_code = portal.access.code(case, submission, parent);
        let row = cases::facts(conn, case).await?.ok_or(Problem::CaseNotFound)?;
        // Whoever knows the form's code need not be the parent who is protected.
        if row.facts.protected.is_some() {
            return Ok(Redirect::to(&format!("/{}/status", t.path())).into_response());
        }
        needs_papers |= row.facts.awaits_papers();
        // Who came by a link has no codes here.
        let here = parents::all(conn, case).await?;
        let second = here.iter().find(|it| it.parent == 1);
        hands_over |= second.is_some_and(|it| it.came_with_the_form);
        invited |= second.is_some_and(|it| !it.came_with_the_form);
        let to_pay = (parent == 0).then(|| pay::asked(portal, t, case, &row.facts)).flatten();
        children.push(Received { child, case, access_code, to_pay });
    }
    if parent > 0 && !hands_over {
        return Err(Problem::RouteUnknown);
    }
    drafts::shown(conn, sent.draft, portal.now()).await?;
    let path = if parent > 0 { "/form/sent-2" } else { "/form/sent" };
    let codes: Vec<_> = children.iter().map(|it| (it.case, it.access_code.clone())).collect();
    let it = ReceiptPage {
        frame: Frame::new(t, path),
        children,
        hands_over: hands_over && parent == 0,
        invited,
        needs_papers,
        second: parent > 0,
    };
    Ok((session::opens_cases(portal, codes), page(StatusCode::OK, &it)).into_response())
}
