//! The parents' form: one short page per question group. What is typed goes into the draft as it was typed, right or wrong,
//! and only then is it judged. The last page sends it through the same intake as the API's.

mod browser;
mod certify;
mod fields;
mod judge;
mod lists;
mod review;
mod sent;
mod steps;
mod typed;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{Form as Inputs, FormRejection};
use domain::{
    CaseRef,
    intake::{Form, TEXT_VERSION},
};
use serde::Deserialize;
use sqlx::PgConnection;
use store::drafts::Corrects;

use self::{
    browser::{Begun, Browser, Open, begin, browser},
    fields::{Asking, Field, Kind, Section},
    judge::{Wrong, judge},
    steps::Step,
    typed::Typed,
};
pub(super) use self::{
    sent::{sent, sent_for_the_second},
    ways::{close, come_back, come_back_with, keep, kept, out},
};
use super::{Frame, Session, page, unread};
use crate::{Portal, access, language::Speaks, limits::Client, problem::Problem};

/// How many there are of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Family {
    /// That are registered in this sitting.
    babies: usize,
    parents: usize,
    /// Whether both parents are here, if there are two and it was said.
    together: Option<bool>,
}

impl Family {
    /// Whether the second parent certifies later, through a link.
    const fn invites(self) -> bool {
        self.parents > 1 && matches!(self.together, Some(false))
    }

    /// How many parents certify here.
    const fn certifiers(self) -> usize {
        if self.invites() { 1 } else { self.parents }
    }
}

/// One page of questions.
#[derive(Template)]
#[template(path = "form-step.html")]
struct StepPage {
    frame: Frame,
    title: String,
    /// The page before.
    back: Option<String>,
    /// Which of how many this page is.
    progress: (usize, usize),
    action: String,
    sections: Vec<Section>,
    /// What is to be read before the questions are answered.
    read: Option<certify::Read>,
    typed: Typed,
    /// What is wrong on this page.
    errors: Vec<Wrong>,
    /// The draft's code, once there is a draft.
    code: Option<String>,
    /// A parent corrects what was certified.
    correcting: bool,
    send: String,
}

/// The id of the form on each page.
const FORM: &str = "form";

/// Around a page of a draft: what was typed is kept while somebody is there, and when nobody is.
fn framed(t: Speaks, open: &Open, path: &str) -> Frame {
    let frame = Frame::new(t, &format!("/form/{path}"));
    if open.code.is_empty() {
        return frame;
    }
    let at = |what: &str| format!("/{}/form/{what}", t.path());
    frame.in_session(Session {
        keep: at(&format!("keep?page={path}")),
        end: at(&format!("close?page={path}")),
        ended: at("return?why=rested"),
    })
}

impl StepPage {
    fn new(portal: &Portal, t: Speaks, open: &Open, step: Step) -> Self {
        let family = open.family();
        let asking = Asking { portal, t, family, typed: &open.typed };
        let steps = open.steps();
        let nth = steps.iter().position(|it| *it == step).map_or(0, |it| it + 1);
        let address = format!("/form/{}", step.path());
        let last = open.next(step).is_none();
        Self {
            title: step.title(t, family),
            back: open.before(step).map(|it| format!("/{}/form/{}", t.path(), it.path())),
            progress: (nth, steps.len()),
            action: format!("/{}{address}", t.path()),
            frame: framed(t, open, &step.path()).speaking_through(FORM),
            sections: step.sections(&asking),
            read: None,
            typed: open.typed.clone(),
            errors: Vec::new(),
            code: Some(access::grouped(&open.code)),
            correcting: open.corrects.is_some(),
            send: t.say(if last { "form-send" } else { "form-continue" }),
        }
    }

    /// Whether it is shown again because something is not right.
    fn is_wrong(&self) -> bool {
        !self.errors.is_empty() || self.read.as_ref().is_some_and(|read| read.changed)
    }

    fn value<'a>(&'a self, field: &'a Field) -> &'a str {
        match self.typed.value(&field.name) {
            "" => field.default,
            typed => typed,
        }
    }

    fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|it| it.name == name).map(|it| it.text.as_str())
    }

    /// What tells a screen reader what belongs to an input.
    fn described(&self, field: &Field) -> String {
        let id = field.id();
        let wrong = self.error(&field.name).map(|_| format!("{id}-error"));
        let hint = field.hint.as_ref().map(|_| format!("{id}-hint"));
        let by: Vec<String> = wrong.iter().chain(&hint).cloned().collect();
        let group = matches!(field.kind, Kind::Choice(_));
        let invalid = if wrong.is_some() && !group { " aria-invalid=\"true\"" } else { "" };
        match by.is_empty() {
            true => String::new(),
            false => format!("{invalid} aria-describedby=\"{}\"", by.join(" ")),
        }
    }
}

/// From where a page was asked for.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// From the page with everything, and back to it.
    review: bool,
}

impl Asked {
    const fn query(self) -> &'static str {
        if self.review { "?review=true" } else { "" }
    }
}

/// The first page; also the form's address of old.
pub(super) async fn begin_here(t: Speaks) -> Response {
    to(t, "start").into_response()
}

fn to(t: Speaks, path: &str) -> Redirect {
    Redirect::to(&format!("/{}/form/{path}", t.path()))
}

fn to_case(t: Speaks, case: CaseRef) -> Response {
    Redirect::to(&format!("/{}/case/{case}", t.path())).into_response()
}

/// A draft that nobody has begun, for the first page.
fn not_begun(t: Speaks) -> Open {
    let mut typed = Typed::default();
    typed.set("start/language".to_owned(), t.code());
    Open {
        id: uuid::Uuid::nil(),
        idle: false,
        code: String::new(),
        key: String::new(),
        corrects: None,
        page: Step::Start.path(),
        typed,
    }
}

pub(super) async fn show(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, path)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(asked) = asked.unwrap_or_default();
    let mut tx = portal.pool.begin().await?;
    let browser = browser(&portal, &mut tx, &headers).await?;
    tx.commit().await?;
    let open = match browser {
        // A form that was sent makes room for another one.
        Browser::Nothing | Browser::Sent(_) | Browser::Corrected(_)
            if path == Step::Start.path() =>
        {
            let blank = StepPage::new(&portal, t, &not_begun(t), Step::Start);
            return Ok(page(StatusCode::OK, &StepPage { code: None, ..blank }));
        }
        Browser::Nothing => return Ok(to(t, "return").into_response()),
        Browser::Sent(_) => return Ok(to(t, "sent").into_response()),
        Browser::Corrected(case) => return Ok(to_case(t, case)),
        Browser::Open(open) if open.idle => return Ok(to(t, "return?why=rested").into_response()),
        Browser::Open(open) => open,
    };
    let Some(step) = open.step(&path) else { return Ok(to(t, "review").into_response()) };
    match step {
        Step::Review => review::show(&portal, t, &open),
        Step::Certify(_) => certify::show(&portal, t, &open, step),
        _ => {
            let mut it = StepPage::new(&portal, t, &open, step);
            if asked.review {
                it.action.push_str(asked.query());
                it.errors = wrong_on(&portal, t, &open, step, 0)?;
            }
            Ok(page(StatusCode::OK, &it))
        }
    }
}

/// Opens what was certified, to be corrected; leads to the page with everything.
pub(super) async fn begin_correction(
    portal: &Portal,
    tx: &mut PgConnection,
    t: Speaks,
    corrects: Corrects,
    written: &Form,
) -> Result<Response, Problem> {
    let page = Step::Review.path();
    let begun = Begun { corrects: Some(corrects), page: page.clone(), typed: Typed::of(written) };
    let (_, cookies) = begin(portal, tx, t.0, begun).await?;
    Ok((cookies, to(t, &page)).into_response())
}

/// What is wrong on one page, as far as the first `certified` parents have certified.
fn wrong_on(
    portal: &Portal,
    t: Speaks,
    open: &Open,
    step: Step,
    certified: usize,
) -> Result<Vec<Wrong>, Problem> {
    let wrong = judge(portal, t, open, certified)?.err().unwrap_or_default();
    Ok(wrong.into_iter().filter(|it| it.step == step).collect())
}

/// What a page sends beside its fields: which button was pressed.
const SPEAK: &str = "speak";
const LATER: &str = "later";

pub(super) async fn save(
    State(portal): State<Portal>,
    t: Speaks,
    Path((_, path)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
    client: Client,
    headers: HeaderMap,
    inputs: Result<Inputs<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked.unwrap_or_default();
    let Inputs(inputs) = inputs.map_err(unread)?;
    let inputs: BTreeMap<String, String> = inputs.into_iter().collect();
    let mut tx = portal.pool.begin().await?;
    let found = browser(&portal, &mut tx, &headers).await?;
    let (mut open, cookies) = match found {
        Browser::Open(open) => (open, None),
        Browser::Nothing | Browser::Sent(_) | Browser::Corrected(_)
            if path == Step::Start.path() =>
        {
            portal.limits.submission(client)?;
            let Open { corrects, page, typed, .. } = not_begun(t);
            let begun = Begun { corrects, page, typed };
            let (open, cookies) = begin(&portal, &mut tx, t.0, begun).await?;
            (open, Some(cookies))
        }
        Browser::Nothing => return Ok(to(t, "return?why=unknown").into_response()),
        // Sent twice: it is one form, and this is the truth about it.
        Browser::Sent(_) => return Ok(to(t, "sent").into_response()),
        Browser::Corrected(case) => return Ok(to_case(t, case)),
    };
    let Some(step) = open.step(&path) else { return Ok(to(t, "review").into_response()) };
    let new = merge(&portal, t, &mut open, step, &inputs);
    open.page = step.path();
    let here = |answer: Response| match cookies {
        Some(cookies) => (cookies, answer).into_response(),
        None => answer,
    };
    if open.idle {
        open.keep(&portal, &mut tx).await?;
        tx.commit().await?;
        return Ok(to(t, "return?why=rested").into_response());
    }
    if let Some(language) = inputs.get(SPEAK) {
        open.keep(&portal, &mut tx).await?;
        tx.commit().await?;
        let speaks = if language == "fr" { Speaks::FRENCH } else { Speaks::ENGLISH };
        return Ok(here(to(speaks, &format!("{path}{}", asked.query())).into_response()));
    }
    if inputs.contains_key(LATER) {
        open.keep(&portal, &mut tx).await?;
        tx.commit().await?;
        return Ok(here(to(t, "kept").into_response()));
    }
    if let Step::Certify(nth) = step {
        return certify::sign(&portal, t, tx, open, nth, &headers, &inputs).await;
    }
    let errors = wrong_on(&portal, t, &open, step, 0)?;
    if let Some(code) = errors.iter().find_map(|it| it.way_out(t)) {
        open.keep(&portal, &mut tx).await?;
        tx.commit().await?;
        return Ok(here(to(t, &format!("out/{code}?from={path}")).into_response()));
    }
    if !errors.is_empty() {
        open.keep(&portal, &mut tx).await?;
        tx.commit().await?;
        let mut it = StepPage { errors, ..StepPage::new(&portal, t, &open, step) };
        it.action.push_str(asked.query());
        return Ok(here(page(StatusCode::UNPROCESSABLE_ENTITY, &it)));
    }
    // An answer that raises another question on its page is asked there.
    let next = match (new, asked.review) {
        (Some(id), _) => format!("{path}{}#{id}", asked.query()),
        (None, true) => Step::Review.path(),
        (None, false) => {
            let next = open.next(step).unwrap_or(Step::Review).path();
            open.page.clone_from(&next);
            next
        }
    };
    open.keep(&portal, &mut tx).await?;
    tx.commit().await?;
    Ok(here(to(t, &next).into_response()))
}

/// How much of an answer is kept: more than any field takes, so that it is told to be too long.
const LONGEST: usize = 1000;

/// Takes over what a page sent, its own fields alone. Gives the id of the first input that was not on the page and is
/// now.
fn merge(
    portal: &Portal,
    t: Speaks,
    open: &mut Open,
    step: Step,
    inputs: &BTreeMap<String, String>,
) -> Option<String> {
    let fields = |typed: &Typed| -> Vec<Field> {
        let asking = Asking { portal, t, family: typed.family(), typed };
        step.sections(&asking).into_iter().flat_map(|it| it.fields).collect()
    };
    let before: BTreeSet<String> = fields(&open.typed).into_iter().map(|it| it.name).collect();
    let mut seen = open.typed.clone();
    for (name, text) in inputs {
        seen.set(name.clone(), text);
    }
    let after = fields(&seen);
    let own = |name: &str| before.contains(name) || after.iter().any(|it| it.name == name);
    let mut typed = open.typed.clone();
    if let Step::Certify(nth) = step {
        typed.forget_signature(nth);
    }
    for field in &after {
        // A box that is not checked is not sent.
        if matches!(field.kind, Kind::Check) {
            typed.forget(&field.name);
        }
    }
    for (name, text) in inputs.iter().filter(|(name, _)| own(name)) {
        typed.set(name.clone(), &text.chars().take(LONGEST).collect::<String>());
    }
    if step == Step::Services {
        // What was read is the text of today.
        for tick in ["consent_sin", "collection_notice_ack"] {
            typed.set(format!("services/{tick}/version"), TEXT_VERSION);
        }
        typed.set("services/language".to_owned(), t.code());
    }
    if !matches!(step, Step::Certify(_)) {
        typed.forget_certifications();
    }
    open.typed = typed;
    after.iter().find(|it| !before.contains(&it.name)).map(Field::id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_certifies_here_is_who_is_here() {
        let family = |parents, together| Family { babies: 1, parents, together };
        assert_eq!(family(2, Some(true)).certifiers(), 2);
        assert_eq!(family(2, None).certifiers(), 2);
        assert_eq!(family(2, Some(false)).certifiers(), 1);
        assert_eq!(family(1, Some(false)).certifiers(), 1);
        assert!(!family(1, Some(false)).invites());
    }
}
