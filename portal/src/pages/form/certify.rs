//! A parent reads what is to be registered, and certifies exactly that. The last one who is here sends the form.

use std::collections::BTreeMap;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use domain::{content::Content, digest, intake::Correction, statement::Statement};
use sha2::{Digest, Sha256};
use sqlx::{Postgres, Transaction};
use store::{cases, drafts};

use super::{
    super::{
        page,
        said::{Group, about, child},
        session,
    },
    Open, Step, StepPage,
    judge::{Said, judge},
    to,
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
    inputs: &BTreeMap<String, String>,
) -> Result<Response, Problem> {
    let step = Step::Certify(nth);
    let at = |leaf: &str| format!("parents/{nth}/certification/{leaf}");
    // Each certifies in the language in which they read it, under the text of today.
    open.typed.set(at("language"), t.code());
    open.typed.set(at("text_version"), domain::intake::TEXT_VERSION);
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
        open.typed.forget(&at("checked"));
        open.keep(portal, &mut tx).await?;
        tx.commit().await?;
        let read = Some(Read { changed: true, ..read });
        let it = StepPage { read, ..StepPage::new(portal, t, &open, step) };
        return Ok(page(StatusCode::CONFLICT, &it));
    }
    let certified = open.signers().iter().take_while(|it| **it <= nth).count();
    let wrong = super::wrong_on(portal, t, &open, step, certified)?;
    let next = open.next(step);
    if let (true, Some(next)) = (wrong.is_empty(), next) {
        open.page = next.path();
    }
    open.keep(portal, &mut tx).await?;
    tx.commit().await?;
    if let Some(code) = wrong.iter().find_map(|it| it.way_out(t)) {
        return Ok(to(t, &format!("out/{code}?from={}", step.path())).into_response());
    }
    if !wrong.is_empty() {
        let read = Some(read);
        let it = StepPage { errors: wrong, read, ..StepPage::new(portal, t, &open, step) };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &it));
    }
    match next {
        Some(next) => Ok(to(t, &next.path()).into_response()),
        None if open.corrects.is_some() => correct(portal, t, &open).await,
        None => send(portal, t, &open).await,
    }
}

async fn send(portal: &Portal, t: Speaks, open: &Open) -> Result<Response, Problem> {
    let form = open.typed.form().ok_or(Problem::InvalidField(String::new()))?;
    let key = IdempotencyKey::read(open.key.as_bytes()).ok_or(Problem::IdempotencyKeyInvalid)?;
    let sent = Sent { form, key: &key, draft: Some(open.id) };
    let (Taken::New(receipt) | Taken::Again(receipt)) = take(portal, sent).await?;
    let codes = receipt.cases.into_iter().map(|it| (it.case, it.access_code));
    Ok((session::opens_cases(portal, codes), to(t, "sent")).into_response())
}

async fn correct(portal: &Portal, t: Speaks, open: &Open) -> Result<Response, Problem> {
    let Some(corrects) = open.corrects else { return Err(Problem::Internal) };
    let Ok(Said::Correction(corrected)) = judge(portal, t, open, usize::MAX)? else {
        return Ok(to(t, "review").into_response());
    };
    let mut tx = portal.pool.begin().await?;
    let row = cases::facts(&mut tx, corrects.case).await?.ok_or(Problem::CaseNotFound)?;
    tx.commit().await?;
    correction::correct(portal, &row, corrects, corrected).await?;
    let mut tx = portal.pool.begin().await?;
    drafts::discard(&mut tx, open.id).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/{}/case/{}", t.path(), corrects.case)).into_response())
}
