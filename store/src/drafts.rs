//! Forms that are being filled in. What was typed is kept as it was typed, right or wrong, under a key of the draft's own
//! that is wrapped as a case's is.
//!
//! A draft has a code, with which its parents come back to it, and is open in browsers that hold a token. Once it was sent
//! it keeps what it was sent as and nothing that was typed.

use std::collections::BTreeMap;

use domain::CaseRef;
use jiff::{SignedDuration, Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Keys, StoreError,
    columns::case_ref,
    keys::{self, DraftKey},
};

/// How long a draft is kept after something was last typed.
pub const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// After how long without use a browser shows nothing any more until the code is typed.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// A form that is being filled in. Does not print: it holds personal data.
#[derive(Clone, Serialize, Deserialize)]
pub struct Draft {
    /// With which its parents come back to it.
    pub code: String,
    /// The Idempotency-Key under which it is sent.
    pub key: String,
    /// What is corrected, if it corrects something.
    pub corrects: Option<Corrects>,
    /// The page where its parents were last.
    pub page: String,
    /// What was typed so far, by the names of the inputs.
    pub typed: BTreeMap<String, String>,
}

/// A parent corrects what was certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrects {
    pub case: CaseRef,
    /// Which parent, from 0.
    pub parent: u8,
    /// The version that is corrected.
    pub version: u32,
    /// The day on which the form was taken, at the birthplace: the child's age then counts.
    pub taken: Date,
}

/// What a browser has open.
pub struct Session {
    pub draft: Uuid,
    pub state: State,
    /// Whether it rested for so long that its code has to be typed again before anything is shown.
    pub idle: bool,
}

/// What became of a draft.
pub enum State {
    Open(Draft),
    Sent {
        submission: Uuid,
        /// When the references and access codes were first shown.
        shown: Option<Timestamp>,
    },
    /// It corrected this case.
    Corrected {
        case: CaseRef,
    },
}

/// Opens a new draft in the browser that holds `token`.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] when it is a correction and its parent has one open.
pub async fn begin(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
    draft: &Draft,
    at: Timestamp,
) -> Result<Uuid, StoreError> {
    let id = Uuid::now_v7();
    let (key, wrapped) = keys.cases.draw_for_draft(id);
    let begun = sqlx::query(
        "insert into drafts (
            id, code_hash, wrapped, sealed, corrects, corrects_parent, changed_at, ends_at
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (corrects, corrects_parent) where sealed is not null do nothing",
    )
    .bind(id)
    .bind(code_hash(keys, &draft.code))
    .bind(wrapped)
    .bind(seal(&key, draft))
    .bind(draft.corrects.map(|it| it.case.to_string()))
    .bind(draft.corrects.map(|it| i16::from(it.parent)))
    .bind(at.to_sqlx())
    .bind((at + LIFE).to_sqlx())
    .execute(&mut *conn)
    .await?;
    if begun.rows_affected() == 0 {
        return Err(broken(id));
    }
    open(conn, keys, id, token, at).await?;
    Ok(id)
}

/// Opens the correction that this parent has begun of the same version, in the browser that holds `token`. `None` if there
/// is none; one of an older version is thrown away.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::NoCase`]; [`StoreError::Forgotten`]; [`StoreError::Inconsistent`] when it
/// cannot be opened.
pub async fn go_on_correcting(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
    corrects: Corrects,
    at: Timestamp,
) -> Result<Option<Session>, StoreError> {
    // Two taps begin one correction: the second waits for the first.
    keys::lock(conn, keys, corrects.case).await?;
    let found: Option<Uuid> = sqlx::query_scalar(
        "select id
        from drafts
        where corrects = $1
        and corrects_parent = $2
        and sealed is not null",
    )
    .bind(corrects.case.to_string())
    .bind(i16::from(corrects.parent))
    .fetch_optional(&mut *conn)
    .await?;
    let Some(draft) = found else { return Ok(None) };
    open(conn, keys, draft, token, at).await?;
    let session = find(conn, keys, token, at).await?;
    if let Some(Session { state: State::Open(it), .. }) = &session
        && it.corrects.is_some_and(|it| it.version == corrects.version)
    {
        return Ok(session);
    }
    discard(conn, draft).await?;
    Ok(None)
}

async fn open(
    conn: &mut PgConnection,
    keys: &Keys,
    draft: Uuid,
    token: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("insert into draft_sessions (token_hash, draft, used_at) values ($1, $2, $3)")
        .bind(token_hash(keys, token))
        .bind(draft)
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Opens the draft with this code in the browser that holds `token`. `None` if there is no such draft.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] when it cannot be opened.
pub async fn come_back(
    conn: &mut PgConnection,
    keys: &Keys,
    code: &str,
    token: &str,
    at: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let found: Option<Uuid> =
        sqlx::query_scalar("select id from drafts where code_hash = $1 and ends_at > $2")
            .bind(code_hash(keys, code))
            .bind(at.to_sqlx())
            .fetch_optional(&mut *conn)
            .await?;
    let Some(draft) = found else { return Ok(None) };
    open(conn, keys, draft, token, at).await?;
    find(conn, keys, token, at).await
}

/// What the browser that holds `token` has open. The draft is locked until the caller commits.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] when it cannot be opened.
pub async fn find(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
    at: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "select d.id, d.wrapped, d.sealed, d.submission, d.corrected, d.shown_at, s.used_at
        from draft_sessions s
        join drafts d on d.id = s.draft
        where s.token_hash = $1
        and d.ends_at > $2
        for update of d",
    )
    .bind(token_hash(keys, token))
    .bind(at.to_sqlx())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let draft = row.id;
    let state = match (row.wrapped, row.sealed, row.submission, row.corrected) {
        (Some(wrapped), Some(sealed), None, None) => {
            State::Open(unsealed(keys, draft, &wrapped, &sealed).ok_or_else(|| broken(draft))?)
        }
        (None, None, Some(submission), None) => {
            State::Sent { submission, shown: row.shown_at.map(jiff_sqlx::Timestamp::to_jiff) }
        }
        (None, None, None, Some(case)) => State::Corrected { case: case_ref("drafts", &case)? },
        _ => return Err(broken(draft)),
    };
    let idle = at.duration_since(row.used_at.to_jiff()) >= IDLE;
    Ok(Some(Session { draft, state, idle }))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    wrapped: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
    submission: Option<Uuid>,
    corrected: Option<String>,
    shown_at: Option<jiff_sqlx::Timestamp>,
    used_at: jiff_sqlx::Timestamp,
}

/// The browser that holds `token` is being used.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn is_used(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("update draft_sessions set used_at = $2 where token_hash = $1")
        .bind(token_hash(keys, token))
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// The browser that holds `token` shows nothing any more. Happy to find nothing.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn close(conn: &mut PgConnection, keys: &Keys, token: &str) -> Result<(), StoreError> {
    sqlx::query("delete from draft_sessions where token_hash = $1")
        .bind(token_hash(keys, token))
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps what was typed by now. Whoever calls holds the lock of [`find`].
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] if it was sent or is gone.
pub async fn keep(
    conn: &mut PgConnection,
    keys: &Keys,
    id: Uuid,
    draft: &Draft,
    at: Timestamp,
) -> Result<(), StoreError> {
    let wrapped: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select wrapped from drafts where id = $1")
            .bind(id)
            .fetch_optional(&mut *conn)
            .await?;
    let wrapped = wrapped.flatten().ok_or_else(|| broken(id))?;
    let key = keys.cases.unwrap_for_draft(id, &wrapped).ok_or_else(|| broken(id))?;
    sqlx::query("update drafts set sealed = $2, changed_at = $3, ends_at = $4 where id = $1")
        .bind(id)
        .bind(seal(&key, draft))
        .bind(at.to_sqlx())
        .bind((at + LIFE).to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// The draft was sent, in the transaction that receives the submission: nothing that was typed is kept in it. Fine to
/// repeat.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn sent(
    conn: &mut PgConnection,
    draft: Uuid,
    submission: Uuid,
) -> Result<(), StoreError> {
    sqlx::query("update drafts set submission = $2, sealed = null, wrapped = null where id = $1")
        .bind(draft)
        .bind(submission)
        .execute(conn)
        .await?;
    Ok(())
}

/// The draft corrected its case, in the transaction in which the correction is certified: nothing that was typed is kept
/// in it. Fine to repeat.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn corrected(
    conn: &mut PgConnection,
    draft: Uuid,
    case: CaseRef,
) -> Result<(), StoreError> {
    sqlx::query("update drafts set corrected = $2, sealed = null, wrapped = null where id = $1")
        .bind(draft)
        .bind(case.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// The references and access codes of what was sent were shown.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn shown(conn: &mut PgConnection, draft: Uuid, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("update drafts set shown_at = coalesce(shown_at, $2) where id = $1")
        .bind(draft)
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Throws a draft away. Happy to find nothing.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn discard(conn: &mut PgConnection, draft: Uuid) -> Result<(), StoreError> {
    sqlx::query("delete from drafts where id = $1").bind(draft).execute(conn).await?;
    Ok(())
}

/// Throws away the drafts whose time is over, and gives their number.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn sweep(conn: &mut PgConnection, at: Timestamp) -> Result<u64, StoreError> {
    let swept = sqlx::query("delete from drafts where ends_at <= $1")
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    Ok(swept.rows_affected())
}

fn broken(draft: Uuid) -> StoreError {
    StoreError::Inconsistent { table: "drafts", row: draft.to_string() }
}

fn code_hash(keys: &Keys, code: &str) -> [u8; 32] {
    keys.search.hash("draft-code", &[code.as_bytes()])
}

fn token_hash(keys: &Keys, token: &str) -> [u8; 32] {
    keys.search.hash("draft-session", &[token.as_bytes()])
}

fn seal(key: &DraftKey, draft: &Draft) -> Vec<u8> {
    let text =
        serde_json::to_vec(draft).map(Zeroizing::new).expect("what people typed is plain JSON");
    key.seal(&text)
}

fn unsealed(keys: &Keys, id: Uuid, wrapped: &[u8], sealed: &[u8]) -> Option<Draft> {
    let text = keys.cases.unwrap_for_draft(id, wrapped)?.open(sealed)?;
    serde_json::from_slice(&text).ok()
}
