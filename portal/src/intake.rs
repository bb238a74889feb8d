//! Taking a submission in: the same for the JSON API and for the page.

use domain::{
    CaseRef,
    intake::{Form, MOST_PARENTS, Violation},
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use store::{
    StoreError, drafts,
    submissions::{self, Before, Intake, NewCase, NewSubmission},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Portal;

/// How often references are drawn anew when one was taken: there are 34 billion.
const DRAWS: u32 = 5;

/// What makes a second post of one form the same submission: 1–128 visible ASCII characters.
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let fits = (1..=128).contains(&text.len()) && text.iter().all(u8::is_ascii_graphic);
        fits.then(|| Self(String::from_utf8_lossy(text).into_owned()))
    }
}

/// What the parents get back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipt {
    #[schema(value_type = String)]
    submission: Uuid,
    pub(crate) cases: Vec<ReceivedCase>,
}

/// One child of the submission.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceivedCase {
    /// What to call the case.
    #[serde(rename = "ref")]
    #[schema(value_type = String, example = "NB-7K3F-92QX")]
    pub(crate) case: CaseRef,
    /// The position of the child in the submission, from 1.
    pub(crate) child: u8,
    /// Opens this case to the parent who filled in the form.
    #[schema(example = "7K3F-92QX-0M4T-ZZ1B")]
    pub(crate) access_code: String,
    /// What opens it to each other parent who has certified, for them alone.
    pub(crate) other_access_codes: Vec<OtherCode>,
}

/// Another parent's access code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OtherCode {
    /// The position of the parent in the form, from 0.
    pub(crate) parent: u8,
    #[schema(example = "7K3F-92QX-0M4T-ZZ1B")]
    pub(crate) access_code: String,
}

/// What became of a form that can be taken.
pub(crate) enum Taken {
    New(Receipt),
    /// The same form came before; this is the same answer.
    Again(Receipt),
}

/// Why a form is not taken. Nothing was stored.
#[derive(Debug)]
pub(crate) enum NotTaken {
    Violations(Vec<Violation>),
    KeyReused,
    Store(StoreError),
}

/// A form that is sent.
pub(crate) struct Sent<'a> {
    pub(crate) form: Form,
    pub(crate) key: &'a IdempotencyKey,
    /// The draft that it was, which keeps nothing but the submission from then on.
    pub(crate) draft: Option<Uuid>,
}

/// Reads a form and writes it to the case file, with the errand to start its workflows.
pub(crate) async fn take(portal: &Portal, sent: Sent<'_>) -> Result<Taken, NotTaken> {
    let Sent { form, key, draft } = sent;
    let digest = digest(&form);
    let here = here(&form);
    // What was taken once is not judged again: on another day it may be too late for this form.
    match before(portal, key, &digest).await.map_err(NotTaken::Store)? {
        Some(Before::Same { submission, cases }) => {
            let mut tx = portal.pool.begin().await.map_err(away)?;
            leave(&mut tx, draft, submission).await?;
            tx.commit().await.map_err(away)?;
            return Ok(Taken::Again(receipt(portal, submission, cases.into_iter(), here)));
        }
        Some(Before::Other) => return Err(NotTaken::KeyReused),
        None => (),
    }
    let read = form.read(portal.today(), portal.second_parent).map_err(NotTaken::Violations)?;
    let id = Uuid::now_v7();
    let delivery = Uuid::now_v7();
    for _ in 0..DRAWS {
        let cases: Vec<NewCase<'_>> = (1..)
            .zip(&read.children)
            .map(|(ordinal, content)| {
                let case = CaseRef::draw(&mut rand::rng());
                NewCase { case, ordinal, delivery, content, contact: &read.contact }
            })
            .collect();
        let new = NewSubmission {
            id,
            idempotency_key: &key.0,
            digest,
            clocks: &portal.clocks,
            cases: &cases,
            certifiers: &read.certifiers,
            at: portal.now(),
        };
        let mut tx = portal.pool.begin().await.map_err(away)?;
        let received =
            submissions::receive(&mut tx, &portal.keys, &new).await.map_err(NotTaken::Store)?;
        match received {
            Intake::New => {
                leave(&mut tx, draft, id).await?;
                tx.commit().await.map_err(away)?;
                let cases = cases.iter().map(|new| (new.case, new.ordinal));
                return Ok(Taken::New(receipt(portal, id, cases, here)));
            }
            Intake::Again { submission, cases } => {
                leave(&mut tx, draft, submission).await?;
                tx.commit().await.map_err(away)?;
                return Ok(Taken::Again(receipt(portal, submission, cases.into_iter(), here)));
            }
            Intake::KeyReused => return Err(NotTaken::KeyReused),
            Intake::RefTaken => (),
        }
    }
    Err(NotTaken::Store(StoreError::Inconsistent {
        table: "cases",
        row: "every reference drawn is taken".into(),
    }))
}

async fn leave(
    tx: &mut PgConnection,
    draft: Option<Uuid>,
    submission: Uuid,
) -> Result<(), NotTaken> {
    match draft {
        None => Ok(()),
        Some(draft) => drafts::sent(tx, draft, submission).await.map_err(NotTaken::Store),
    }
}

async fn before(
    portal: &Portal,
    key: &IdempotencyKey,
    digest: &[u8; 32],
) -> Result<Option<Before>, StoreError> {
    let mut conn = portal.pool.acquire().await.map_err(StoreError::Database)?;
    submissions::find_received(&mut conn, &portal.keys, &key.0, digest).await
}

fn receipt(
    portal: &Portal,
    submission: Uuid,
    cases: impl Iterator<Item = (CaseRef, u8)>,
    here: u8,
) -> Receipt {
    let cases = cases.map(|(case, child)| {
        let code = |parent| portal.access.code(case, submission, parent);
        let other = |parent| OtherCode { parent, access_code: code(parent) };
        let other_access_codes = (1..here).map(other).collect();
        ReceivedCase { case, child, access_code: code(0), other_access_codes }
    });
    Receipt { submission, cases: cases.collect() }
}

/// How many parents were here to certify: they get their codes with the receipt.
fn here(form: &Form) -> u8 {
    match form.start.all_parents_present {
        Some(false) => 1,
        Some(true) | None => form.parents.len().min(MOST_PARENTS).try_into().unwrap_or(1),
    }
}

/// Of what was said, not of how it was spaced or what was left out: a client that writes its JSON anew still sends the
/// same form, and so does one that knows nothing of a field that came later.
fn digest(form: &Form) -> [u8; 32] {
    let mut said = serde_json::to_value(form).expect("a form is JSON");
    leave_out_the_unsaid(&mut said);
    said.sort_all_objects();
    Sha256::digest(said.to_string()).into()
}

/// Takes fields away that hold nothing. An entry of a list stays: its place says something.
fn leave_out_the_unsaid(it: &mut Value) {
    match it {
        Value::Object(fields) => {
            fields.values_mut().for_each(leave_out_the_unsaid);
            fields.retain(|_, field| !is_unsaid(field));
        }
        Value::Array(list) => list.iter_mut().for_each(leave_out_the_unsaid),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

fn is_unsaid(it: &Value) -> bool {
    match it {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn away(error: sqlx::Error) -> NotTaken {
    NotTaken::Store(StoreError::Database(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        serde_json::from_str(text).expect("it is a form")
    }

    #[test]
    fn what_is_left_out_does_not_count() {
        let known = digest(&form(r#"{"children":[{"sex":"FEMALE"}]}"#));
        for same in [
            r#"{"children":[{"sex":"FEMALE","name":{"first":null}}],"parents":[],"place":{}}"#,
            r#"{"place":{"kind":null},"children":[{"time_of_birth":null,"sex":"FEMALE"}]}"#,
        ] {
            assert_eq!(digest(&form(same)), known, "{same}");
        }
        for other in [
            r#"{"children":[{"sex":"MALE"}]}"#,
            r#"{"children":[{"sex":"FEMALE"},{}]}"#,
            r#"{"children":[{},{"sex":"FEMALE"}]}"#,
            r#"{"children":[{"sex":"FEMALE","time_of_birth":""}]}"#,
            r#"{}"#,
        ] {
            assert_ne!(digest(&form(other)), known, "{other}");
        }
    }

    /// Receipts are found by it years later: a field that the form gains must not change it.
    #[test]
    fn a_form_that_was_taken_keeps_its_digest() {
        let hex = |it: [u8; 32]| it.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let taken = r#"{
            "start": { "language": "fr-CA", "parent_count": 1 },
            "children": [{ "name": { "kind": "DUAL", "first": "Zoë" }, "date_of_birth": "2026-11-16" }],
            "parents_married_to_each_other": false
        }"#;
        let known = "00c2e48605dcbcc50b7f5b9afbf0435905c466cb855f5f3591db7c15befd3b3d";
        assert_eq!(hex(digest(&form(taken))), known);
    }
}
