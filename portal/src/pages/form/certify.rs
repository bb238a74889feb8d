//! A parent reads what is to be registered, and certifies exactly that. The last one who is here sends the form.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use domain::{content::Content, digest, intake::Correction, statement::Statement};
use sha2::{Digest, Sha256};
use sqlx::{Postgres, Transaction};
use store::cases;

use super::{
    super::{
        page,
        said::{Group, about, child},
        session,
    },
    Open, Step, StepPage,
    browser::{Browser, browser},
    judge::{Said, judge},
    to, to_case,
};
use crate::{
    Portal, correction,
    intake::{IdempotencyKey, Sent, Taken, take},
    language::Speaks,
    problem::Problem,
};

/// What is to be read before it is certified.
pub(super) struct Read {
    pub(super) groups: Vec<Group>,
    /// What was shown, told from everything else.
    pub(super) seen: String,
    /// Something was changed since this parent read it.
    pub(super) changed: bool,
}

/// The input that says what was shown.
const SEEN: &str = "seen";

impl Read {
    fn of(t: Speaks, said: &Said) -> Self {
        let statements: Vec<&Statement> = match said {
            Said::Form(form) => form.children.iter().map(|it: &Content| &it.statement).collect(),
            Said::Correction(Correction { content, .. }) => vec![&content.statement],
        };
        let mut groups: Vec<Group> = statements.iter().map(|it| child(t, &it.child)).collect();
        // The babies of one birth share the rest.
        groups.extend(statements.first().into_iter().flat_map(|it| about(t, it)));
        let mut all = Sha256::new();
        for statement in statements {
            all.update(digest::of(statement));
        }
        let seen = all.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { groups, seen, changed: false }
    }
}

pub(super) fn show(
    portal: &Portal,
    t: Speaks,
    open: &Open,
    step: Step,
) -> Result<Response, Problem> {
    let Ok(said) = judge(portal, t, open, 0)? else { return Ok(to(t, "review").into_response()) };
    let it = StepPage { read: Some(Read::of(t, &said)), ..StepPage::new(portal, t, open, step) };
    Ok(page(StatusCode::OK, &it))
}

/// One parent certifies what they were shown. After the last one who is here, the form is sent.
pub(super) async fn sign(
    portal: &Portal,
    t: Speaks,
    mut tx: Transaction<'_, Postgres>,
    mut open: Open,
    nth: usize,
    headers: &HeaderMap,
    inputs: &BTreeMap<String, String>,
) -> Result<Response, Problem> {
    let step = Step::Certify(nth);
    if nth == 0 {
        open.typed.set("start/language".to_owned(), t.code());
    }
    let Ok(said) = judge(portal, t, &open, 0)? else {
        open.keep(portal, &mut tx).await?;
        tx.commit().await?;
        return Ok(to(t, "review").into_response());
    };
    let read = Read::of(t, &said);
    if inputs.get(SEEN) != Some(&read.seen) {
        open.keep(portal, &mut tx).await?;
        tx.commit().await?;
        let read = Some(Read { changed: true, ..read });
        let it = StepPage { read, ..StepPage::new(portal, t, &open, step) };
        return Ok(page(StatusCode::CONFLICT, &it));
    }
    // Each certifies in the language in which they read it.
    open.typed.sign(nth, &read.seen, t);
    let signers = open.signers();
    let certified = signers.iter().take_while(|it| **it <= nth).count();
    let wrong = super::wrong_on(portal, t, &open, step, certified)?;
    if !wrong.is_empty() {
        open.typed.forget_signature(nth);
        open.keep(portal, &mut tx).await?;
        tx.commit().await?;
        if let Some(code) = wrong.iter().find_map(|it| it.way_out(t)) {
            let there = format!("out/{code}?from={}", step.path());
            return Ok(to(t, &there).into_response());
        }
        let (errors, read) = (wrong, Some(read));
        let it = StepPage { errors, read, ..StepPage::new(portal, t, &open, step) };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &it));
    }
    // Everyone who is here certifies the same, or is asked again.
    let missing = signers.into_iter().find(|it| open.typed.signed(*it) != read.seen);
    if let Some(next) = missing {
        open.page = Step::Certify(next).path();
    }
    open.keep(portal, &mut tx).await?;
    tx.commit().await?;
    match missing {
        Some(next) => Ok(to(t, &Step::Certify(next).path()).into_response()),
        None if open.corrects.is_some() => correct(portal, t, &open, headers).await,
        None => send(portal, t, &open).await,
    }
}

async fn send(portal: &Portal, t: Speaks, open: &Open) -> Result<Response, Problem> {
    // The day may have changed since the page with everything was shown.
    if judge(portal, t, open, open.signers().len())?.is_err() {
        return Ok(to(t, "review").into_response());
    }
    let form = open.typed.form().ok_or(Problem::InvalidField(String::new()))?;
    let key = IdempotencyKey::read(open.key.as_bytes()).ok_or(Problem::IdempotencyKeyInvalid)?;
    let sent = Sent { form, key: &key, draft: Some(open.id) };
    let (Taken::New(receipt) | Taken::Again(receipt)) = take(portal, sent).await?;
    let codes = receipt.cases.into_iter().map(|it| (it.case, it.access_code));
    Ok((session::opens_cases(portal, codes), to(t, "sent")).into_response())
}

async fn correct(
    portal: &Portal,
    t: Speaks,
    open: &Open,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let Some(corrects) = open.corrects else { return Err(Problem::Internal) };
    let Ok(Said::Correction(corrected)) = judge(portal, t, open, open.signers().len())? else {
        return Ok(to(t, "review").into_response());
    };
    let mut tx = portal.pool.begin().await?;
    let row = cases::facts(&mut tx, corrects.case).await?.ok_or(Problem::CaseNotFound)?;
    tx.commit().await?;
    match correction::correct(portal, &row, open.id, corrects, corrected).await {
        Ok(()) => Ok(to_case(t, corrects.case)),
        Err(problem) => {
            // Sent twice at once: one was taken, and that is the truth.
            let mut tx = portal.pool.begin().await?;
            let now = browser(portal, &mut tx, headers).await?;
            tx.commit().await?;
            match now {
                Browser::Corrected(case) => Ok(to_case(t, case)),
                Browser::Open(_) | Browser::Sent(_) | Browser::Nothing => Err(problem),
            }
        }
    }
}
