//! How messages to parents are sent, and what became of them.
//!
//! A courier takes one message, which is then nobody else's for a [`LEASE`], sends it, and marks it. Nothing stays locked
//! meanwhile. A message may be sent twice if the courier is cut off between sending and marking: better told twice than
//! never.

use domain::{CaseRef, contact::NotifyBy, facts::Message, people::Language};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{
    StoreError,
    columns::{case_ref, inconsistent, number, read},
};

const TABLE: &str = "messages";

/// For how long a message is its courier's: longer than any message service may take.
const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// A message to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub id: i64,
    pub case: CaseRef,
    pub message: Message,
    /// Whom, from 0.
    pub parent: u8,
    pub language: Language,
    /// Which time it is told; the number of a one-time code.
    pub occasion: u32,
    /// Whether we know that we speak to them.
    pub confirmed: bool,
    /// Nothing is sent: another parent is protected from this one, or the child has died.
    pub closed: bool,
    /// How often sending it has failed.
    pub attempts: u32,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    case_ref: String,
    message: String,
    parent: i16,
    language: String,
    occasion: i32,
    confirmed: bool,
    closed: bool,
    attempts: i32,
}

impl TryFrom<Row> for Pending {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let case = case_ref(TABLE, &row.case_ref)?;
        Ok(Self {
            id: row.id,
            case,
            message: read(TABLE, case, &row.message)?,
            parent: number(TABLE, case, row.parent)?,
            language: read(TABLE, case, &row.language)?,
            occasion: number(TABLE, case, row.occasion)?,
            confirmed: row.confirmed,
            closed: row.closed,
            attempts: number(TABLE, case, row.attempts)?,
        })
    }
}

/// A message that was taken to be sent.
#[derive(Debug)]
pub struct Taken {
    pub id: i64,
    /// How often sending it has failed.
    pub attempts: u32,
    /// Its row may make no sense; then it is marked as failed, and the next one is taken.
    pub message: Result<Pending, StoreError>,
}

/// Takes a message that is due at `at`: what has waited for its turn first, then what failed before. `None` if there is
/// none.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn take(conn: &mut PgConnection, at: Timestamp) -> Result<Option<Taken>, StoreError> {
    let row: Option<Row> = sqlx::query_as(
        "with due as (
            select id
            from messages
            where state = 'WAITING'
            and next_try_at <= $1
            order by next_try_at, id
            limit 1
            for update skip locked
        )
        update messages m
        set next_try_at = $2
        from due, parents p, cases c
        where m.id = due.id
        and (p.case_ref, p.parent) = (m.case_ref, m.parent)
        and c.case_ref = m.case_ref
        returning m.id, m.case_ref, m.message, m.parent, p.language, m.occasion,
            p.confirmed_at is not null as confirmed,
            coalesce(c.protected_parent <> m.parent, false)
                or (c.loss_reported_at is not null and m.message <> 'ONE_TIME_CODE') as closed, m.attempts",
    )
    .bind(at.to_sqlx())
    .bind((at + LEASE).to_sqlx())
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Taken {
        id: row.id,
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        message: row.try_into(),
    }))
}

/// How a message went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Email,
    Text,
}

impl Channel {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Email => NotifyBy::Email.code(),
            Self::Text => NotifyBy::Text.code(),
        }
    }
}

/// It went out; `sent_as` is what the message service calls it, if that says what becomes of messages.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] if no such message waits.
pub async fn sent(
    conn: &mut PgConnection,
    id: i64,
    channel: Channel,
    sent_as: Option<&str>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let marked = sqlx::query(
        "update messages
        set state = 'SENT', channel = $2, sent_as = $3, moved_at = $4
        where id = $1
        and state = 'WAITING'",
    )
    .bind(id)
    .bind(channel.code())
    .bind(sent_as)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    one(id, marked.rows_affected())
}

/// This parent wants no messages, or none can be sent: they read it on their page.
///
/// # Errors
///
/// As for [`sent`].
pub async fn on_page(conn: &mut PgConnection, id: i64, at: Timestamp) -> Result<(), StoreError> {
    let marked = sqlx::query(
        "update messages
        set state = 'ON_PAGE', moved_at = $2
        where id = $1
        and state = 'WAITING'",
    )
    .bind(id)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    one(id, marked.rows_affected())
}

/// It could not be sent; it is tried again after a pause that grows from a second to ten minutes.
///
/// # Errors
///
/// As for [`sent`].
pub async fn failed(conn: &mut PgConnection, id: i64, at: Timestamp) -> Result<(), StoreError> {
    let marked = sqlx::query(
        "update messages
        set attempts = attempts + 1,
            next_try_at = $2 + least(
                interval '10 minutes',
                interval '1 second' * power(2, least(attempts, 12))
            )
        where id = $1
        and state = 'WAITING'",
    )
    .bind(id)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    one(id, marked.rows_affected())
}

/// The service refuses this address for good.
///
/// # Errors
///
/// As for [`sent`].
pub async fn refused(
    conn: &mut PgConnection,
    id: i64,
    channel: Channel,
    at: Timestamp,
) -> Result<(), StoreError> {
    let marked = sqlx::query(
        "update messages
        set state = 'BOUNCED', channel = $2, moved_at = $3
        where id = $1
        and state = 'WAITING'",
    )
    .bind(id)
    .bind(channel.code())
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    one(id, marked.rows_affected())
}

/// What it says cannot be read, whatever is tried.
///
/// # Errors
///
/// As for [`sent`].
pub async fn given_up(conn: &mut PgConnection, id: i64, at: Timestamp) -> Result<(), StoreError> {
    let marked = sqlx::query(
        "update messages
        set state = 'GIVEN_UP', attempts = attempts + 1, moved_at = $2
        where id = $1
        and state = 'WAITING'",
    )
    .bind(id)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    one(id, marked.rows_affected())
}

/// What the message service says became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    Bounced,
}

/// What is known of a message of which the service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is heard for the first time.
    Now { case: CaseRef, parent: u8 },
    /// Its end was known.
    Before,
    /// There is no such message, or it is not written down yet that it was sent.
    Unknown,
}

/// Notes what became of a message that was sent.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn ended(
    conn: &mut PgConnection,
    sent_as: &str,
    outcome: Outcome,
    at: Timestamp,
) -> Result<Ended, StoreError> {
    let state = match outcome {
        Outcome::Delivered => "DELIVERED",
        Outcome::Bounced => "BOUNCED",
    };
    let whose: Option<(String, i16)> = sqlx::query_as(
        "update messages
        set state = $2, moved_at = $3
        where sent_as = $1
        and state = 'SENT'
        returning case_ref, parent",
    )
    .bind(sent_as)
    .bind(state)
    .bind(at.to_sqlx())
    .fetch_optional(&mut *conn)
    .await?;
    if let Some((case, parent)) = whose {
        let case = case_ref(TABLE, &case)?;
        return Ok(Ended::Now { case, parent: number(TABLE, case, parent)? });
    }
    let known: bool = sqlx::query_scalar("select exists (select from messages where sent_as = $1)")
        .bind(sent_as)
        .fetch_one(conn)
        .await?;
    Ok(if known { Ended::Before } else { Ended::Unknown })
}

fn one(id: i64, marked: u64) -> Result<(), StoreError> {
    if marked == 1 { Ok(()) } else { Err(inconsistent(TABLE, id)) }
}
