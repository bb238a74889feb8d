//! Submissions: what came through the door in one piece, once per idempotency key.

use domain::{
    CaseRef,
    clocks::Clocks,
    contact::Contact,
    content::{Certifier, Content},
    digest,
    facts::{Fact, Facts},
    people::Actor,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Keys, StoreError,
    cases::{self, Inserted, NewRow},
    certifications,
    columns::{case_ref, number, stored},
    contents,
    keys::{self, DataKey},
    log::{Entries, Head},
    messages,
    outbox::{self, Awaits, Errand},
    parents, payments, search,
};

/// The version of the content that came with the form.
const FIRST_VERSION: u32 = 1;

/// A submission that has been read, with the references drawn for its cases.
pub struct NewSubmission<'a> {
    pub id: Uuid,
    /// As the parents' client sent it; kept sealed per case, and as a keyed hash.
    pub idempotency_key: &'a str,
    /// SHA-256 of what was said: the same key with other content is refused.
    pub digest: [u8; 32],
    pub clocks: &'a Clocks,
    pub cases: &'a [NewCase<'a>],
    /// The parents, in the order of the form.
    pub certifiers: &'a [Certifier],
    pub at: Timestamp,
}

/// One child of a submission.
pub struct NewCase<'a> {
    pub case: CaseRef,
    /// The position of the child in the submission, from 1.
    pub ordinal: u8,
    /// Shared by the children of one birth.
    pub delivery: Uuid,
    pub content: &'a Content,
    pub contact: &'a Contact,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intake {
    /// It is in the case file, and its cases will be started, once the caller has committed.
    New,
    /// The same was received before; nothing was written.
    Again {
        submission: Uuid,
        /// By their position in the submission.
        cases: Vec<(CaseRef, u8)>,
    },
    /// The key came before with another body; nothing was written.
    KeyReused,
    /// A reference belongs to another case; nothing can be committed. Roll back, draw again.
    RefTaken,
}

/// What came before under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    Same {
        submission: Uuid,
        /// By their position in the submission.
        cases: Vec<(CaseRef, u8)>,
    },
    Other,
}

impl From<Before> for Intake {
    fn from(before: Before) -> Self {
        match before {
            Before::Same { submission, cases } => Self::Again { submission, cases },
            Before::Other => Self::KeyReused,
        }
    }
}

/// What came before under an idempotency key; `None` for a new one. Asked before a form is judged:
/// what was received once is not judged again on another day.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn find_received(
    conn: &mut PgConnection,
    keys: &Keys,
    idempotency_key: &str,
    digest: &[u8; 32],
) -> Result<Option<Before>, StoreError> {
    received_before(conn, &Hashes::of(keys, idempotency_key, digest)).await
}

/// How a key and what came under it are kept.
struct Hashes {
    key: [u8; 32],
    body: [u8; 32],
}

impl Hashes {
    fn of(keys: &Keys, idempotency_key: &str, digest: &[u8; 32]) -> Self {
        Self {
            key: keys.search.hash("idempotency-key", &[idempotency_key.as_bytes()]),
            body: keys.search.hash("request", &[digest]),
        }
    }
}

/// Receives a submission: cases, keys, sealed contents, search hashes, the first log entry, the
/// message that says so, and the errand to start the workflow, in the caller's transaction. Of two
/// posts of one key at once, one is [`Intake::New`] and the other waits for it and is
/// [`Intake::Again`].
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn receive(
    conn: &mut PgConnection,
    keys: &Keys,
    new: &NewSubmission<'_>,
) -> Result<Intake, StoreError> {
    let hashes = Hashes::of(keys, new.idempotency_key, &new.digest);
    let refs: Vec<String> = new.cases.iter().map(|child| child.case.to_string()).collect();
    let inserted = sqlx::query(
        "insert into submissions (id, key_hash, body_hash, received_at)
        select $1, $2, $3, $4
        where not exists (select from cases where case_ref = any($5))
        on conflict on constraint one_submission_per_key do nothing",
    )
    .bind(new.id)
    .bind(hashes.key)
    .bind(hashes.body)
    .bind(new.at.to_sqlx())
    .bind(&refs)
    .execute(&mut *conn)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(received_before(conn, &hashes).await?.map_or(Intake::RefTaken, Intake::from));
    }
    for child in new.cases {
        if file(conn, keys, new, child).await? == Inserted::RefTaken {
            return Ok(Intake::RefTaken);
        }
    }
    Ok(Intake::New)
}

async fn received_before(
    conn: &mut PgConnection,
    hashes: &Hashes,
) -> Result<Option<Before>, StoreError> {
    let known: Option<(Uuid, Vec<u8>)> =
        sqlx::query_as("select id, body_hash from submissions where key_hash = $1")
            .bind(hashes.key)
            .fetch_optional(&mut *conn)
            .await?;
    match known {
        None => Ok(None),
        Some((_, known)) if known != hashes.body => Ok(Some(Before::Other)),
        Some((submission, _)) => {
            let cases = cases(conn, submission).await?;
            Ok(Some(Before::Same { submission, cases }))
        }
    }
}

/// Opens the case of one child.
async fn file(
    conn: &mut PgConnection,
    keys: &Keys,
    new: &NewSubmission<'_>,
    child: &NewCase<'_>,
) -> Result<Inserted, StoreError> {
    let case = child.case;
    let at = stored(new.at);
    let services = &child.content.services;
    let (key, wrapped) = keys.cases.draw(case);
    let mut log = Entries::after(Head::BEFORE_THE_FIRST, case, Actor::Parents, None, at);
    let mut facts = Facts::received(
        at,
        services.certificate,
        services.sin.is_some(),
        number("cases", case, new.certifiers.len())?,
    );
    for fact in received(new, child) {
        facts.add(&fact, at);
        log.push(&fact);
    }
    let row = NewRow {
        case,
        submission: new.id,
        ordinal: child.ordinal,
        delivery: child.delivery,
        correlation: &contents::seal_correlation(&key, new.idempotency_key),
        head: log.head(),
        facts: &facts,
    };
    if cases::insert(conn, &row).await? == Inserted::RefTaken {
        return Ok(Inserted::RefTaken);
    }
    keys::keep(conn, case, &wrapped).await?;
    contents::keep(conn, &key, case, FIRST_VERSION, child.content, at).await?;
    contents::keep_contact(conn, &key, case, 1, child.contact, at).await?;
    search::keep(conn, keys, case, &child.content.statement).await?;
    if let Some(token) = &services.payment_token {
        payments::keep(conn, keys, &key, case, 0, token, at).await?;
    }
    log.append(conn).await?;
    keep_parents(conn, keys, &key, child, new).await?;
    for message in received(new, child).iter().filter_map(Fact::message) {
        messages::tell(conn, case, message, at).await?;
    }
    let awaits = Awaits { parents: facts.certified.is_none(), papers: facts.awaits_papers() };
    let start = Errand::StartCase { clocks: new.clocks.clone(), awaits };
    outbox::add(conn, case, &start, at).await?;
    Ok(Inserted::New)
}

/// What is known of a case when it is received.
fn received(new: &NewSubmission<'_>, child: &NewCase<'_>) -> Vec<Fact> {
    let parents = (0..).zip(new.certifiers);
    let said = parents.map(|(parent, it)| match &it.certification {
        Some(_) => Fact::ParentCertified { parent, version: FIRST_VERSION },
        None => Fact::ParentInvited { parent },
    });
    let needed = child.content.statement.papers().into_iter();
    let due = new.clocks.papers_due(stored(new.at));
    let papers = needed.map(|paper| Fact::PaperNeeded { paper, due });
    let token = child.content.services.payment_token.as_ref();
    let paid = token.map(|_| Fact::PaymentOffered { generation: 0 });
    std::iter::once(Fact::Received).chain(said).chain(papers).chain(paid).collect()
}

async fn keep_parents(
    conn: &mut PgConnection,
    keys: &Keys,
    key: &DataKey,
    child: &NewCase<'_>,
    new: &NewSubmission<'_>,
) -> Result<(), StoreError> {
    let (case, at) = (child.case, stored(new.at));
    for (parent, it) in (0..).zip(new.certifiers) {
        let here = it.certification.as_ref().map(|_| at);
        parents::keep(conn, case, parent, it.language, here).await?;
        if let Some(reach) = &it.reach {
            parents::keep_reach(conn, key, case, parent, 1, reach, at).await?;
        }
        match &it.certification {
            // One link for the children of one birth.
            None if child.ordinal == 1 => {
                parents::draw_link(conn, keys, key, case, parent).await?;
            }
            None => (),
            Some(certification) => {
                let of = certifications::Of { case, version: FIRST_VERSION, parent };
                let digest = digest::of(&child.content.statement);
                certifications::keep(conn, key, of, certification, digest, at).await?;
            }
        }
    }
    Ok(())
}

/// The cases of a submission by their position in it; empty for an unknown submission.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn cases(
    conn: &mut PgConnection,
    submission: Uuid,
) -> Result<Vec<(CaseRef, u8)>, StoreError> {
    let rows: Vec<(String, i16)> = sqlx::query_as(
        "select case_ref, ordinal
        from cases
        where submission = $1
        order by ordinal",
    )
    .bind(submission)
    .fetch_all(conn)
    .await?;
    let child = |(case, ordinal): (String, i16)| {
        Ok((case_ref("cases", &case)?, number("cases", &case, ordinal)?))
    };
    rows.into_iter().map(child).collect()
}
