//! Two pages for the family's own papers: what was shared with whom, and a confirmation to print.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use domain::{CaseRef, content::Content, facts::Facts, intake::ShownText};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::{StoreError, contents, texts};

use super::{
    super::{Frame, page, parts::Part},
    visit,
};
use crate::{Portal, language::Speaks, problem::Problem};

#[derive(Template)]
#[template(path = "shared.html")]
struct SharedPage {
    frame: Frame,
    case: CaseRef,
    /// What left us, oldest first.
    shared: Vec<Shared>,
    /// What the parents were told about it, and said to it; with the words that they read.
    consents: Vec<Consent>,
}

/// What the parents were told, and what they said.
struct Consent {
    said: String,
    /// A line each.
    words: Vec<String>,
}

/// Something that left us.
struct Shared {
    at: String,
    with: String,
    what: String,
    why: String,
}

pub(in crate::pages) async fn shared(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(visit) = visit(&portal, &case, &headers).await? else {
        return Ok(Redirect::to(&format!("/{}/status", t.path())).into_response());
    };
    let mut conn = portal.pool.acquire().await?;
    let consents = match contents::read(&mut conn, &portal.keys, visit.case).await {
        Ok(content) => {
            let day = t.moment(visit.row.facts.received, portal.zone());
            consents(&mut conn, t, &content, &day).await?
        }
        Err(StoreError::Forgotten(_)) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let it = SharedPage {
        frame: Frame::of_case(t, visit.case, "/shared"),
        case: visit.case,
        shared: sharings(&portal, t, &visit.row.facts),
        consents,
    };
    Ok(page(StatusCode::OK, &it))
}

/// What the parents were told when they sent the form, and what they said, in the language in which they read it.
async fn consents(
    conn: &mut PgConnection,
    t: Speaks,
    content: &Content,
    day: &str,
) -> Result<Vec<Consent>, StoreError> {
    let services = &content.services;
    let notice = services.collection_notice.as_str();
    let sin = match &services.sin {
        Some(sin) => ("consent-sin-given", sin.consent.as_str()),
        None => ("consent-sin-declined", notice),
    };
    let mut consents = Vec::new();
    for ((key, version), text) in [
        (("consent-collection", notice), ShownText::CollectionNotice),
        (sin, ShownText::SinConsent),
    ] {
        let said = t.filled(key, &[("version", version), ("date", day)]);
        let language = services.language.unwrap_or(content.language);
        let of = texts::Of { version, language, text };
        let words = texts::find(conn, of).await?.unwrap_or_default();
        consents.push(Consent { said, words: words.lines().map(str::to_owned).collect() });
    }
    Ok(consents)
}

/// What left us, as the registers confirmed it.
fn sharings(portal: &Portal, t: Speaks, facts: &Facts) -> Vec<Shared> {
    let at = |key: &str, moment: Option<Timestamp>| {
        moment.map(|moment| {
            let shared = Shared {
                at: t.moment(moment, portal.zone()),
                with: t.say(&format!("shared-{key}.with")),
                what: t.say(&format!("shared-{key}")),
                why: t.say(&format!("shared-{key}.why")),
            };
            (moment, shared)
        })
    };
    let asked = facts.application_asked;
    let mut shared: Vec<(Timestamp, Shared)> = [
        at("statement", facts.statement.as_ref().map(|it| it.at)),
        at("fee", facts.fee.as_ref().map(|it| it.at)),
        at("order", facts.order.as_ref().map(|it| it.at)),
        at("application", facts.application.as_ref().map(|it| it.at).or(asked)),
    ]
    .into_iter()
    .flatten()
    .collect();
    shared.sort_by_key(|(moment, _)| *moment);
    shared.into_iter().map(|(_, shared)| shared).collect()
}

#[derive(Template)]
#[template(path = "confirmation.html")]
struct ConfirmationPage {
    frame: Frame,
    case: CaseRef,
    today: String,
    parts: Vec<Part>,
}

pub(in crate::pages) async fn confirmation(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(visit) = visit(&portal, &case, &headers).await? else {
        return Ok(Redirect::to(&format!("/{}/status", t.path())).into_response());
    };
    let it = ConfirmationPage {
        frame: Frame::of_case(t, visit.case, "/confirmation"),
        case: visit.case,
        today: t.date(portal.today()),
        parts: Part::all(t, &visit.row.facts),
    };
    Ok(page(StatusCode::OK, &it))
}
