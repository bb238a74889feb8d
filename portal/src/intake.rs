//! Taking a submission in: the same for the JSON API and for the page.

use domain::{
    CaseRef,
    intake::{Form, Violation},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    StoreError,
    submissions::{self, Intake, NewCase, NewSubmission},
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
    /// Opens this case to whoever holds it.
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

/// Reads a form and writes it to the case file, with the errand to start its workflows.
pub(crate) async fn take(
    portal: &Portal,
    form: Form,
    key: &IdempotencyKey,
) -> Result<Taken, NotTaken> {
    let digest = digest(&form);
    let read = form.read(portal.today()).map_err(NotTaken::Violations)?;
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
            at: portal.now(),
        };
        let mut tx = portal.pool.begin().await.map_err(away)?;
        let received =
            submissions::receive(&mut tx, &portal.keys, &new).await.map_err(NotTaken::Store)?;
        match received {
            Intake::New => {
                tx.commit().await.map_err(away)?;
                let cases = cases.iter().map(|new| (new.case, new.ordinal));
                return Ok(Taken::New(receipt(portal, id, cases)));
            }
            Intake::Again { submission, cases } => {
                return Ok(Taken::Again(receipt(portal, submission, cases.into_iter())));
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

fn receipt(
    portal: &Portal,
    submission: Uuid,
    cases: impl Iterator<Item = (CaseRef, u8)>,
) -> Receipt {
    let cases = cases.map(|(case, child)| {
        let access_code = portal.access.code(case, submission);
        ReceivedCase { case, child, access_code }
    });
    Receipt { submission, cases: cases.collect() }
}

/// Of what was said, not of how it was spaced: a client that writes its JSON anew still sends the same form.
fn digest(form: &Form) -> [u8; 32] {
    let text = serde_json::to_vec(form).expect("a form is JSON");
    Sha256::digest(text).into()
}

fn away(error: sqlx::Error) -> NotTaken {
    NotTaken::Store(StoreError::Database(error))
}
