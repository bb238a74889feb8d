//! The outbox: what workflows must hear, written in the transaction that decided it.
//!
//! A loop begins, takes what is [`pending`], tells the workflow, marks each errand [`done`] or
//! [`failed`] and commits. Errands of one case come one at a time, in the order they were written.

use domain::{CaseRef, clocks::Clocks};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, types::Json};

use crate::{
    StoreError,
    columns::{case_ref, inconsistent, number},
};

const TABLE: &str = "outbox";

/// What a workflow must hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Start the workflow of the case.
    StartCase { clocks: Clocks, awaits: Awaits },
    /// Signal that the parents offered a payment.
    PaymentOffered { generation: u16 },
    /// Signal that a parent has certified, or said something else.
    ParentsAnswered,
    /// Signal that the child has died.
    LossReported,
}

/// What a case waits for before anything is submitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Awaits {
    /// A parent has yet to certify.
    pub parents: bool,
    /// The statement needs a paper.
    pub papers: bool,
}

/// An errand to run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    pub id: i64,
    pub case: CaseRef,
    pub errand: Errand,
    /// When it was written.
    pub since: Timestamp,
    /// How often it has failed.
    pub attempts: u32,
}

/// An errand whose row makes no sense. It is marked as [`failed`], so that it waits and the others do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    pub id: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    case_ref: String,
    errand: String,
    clocks: Option<serde_json::Value>,
    awaits_parents: bool,
    awaits_papers: bool,
    generation: Option<i32>,
    written_at: jiff_sqlx::Timestamp,
    attempts: i32,
}

impl TryFrom<Row> for Pending {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let broken = || inconsistent(TABLE, row.id);
        let errand = match (row.errand.as_str(), row.clocks, row.generation) {
            ("START_CASE", Some(clocks), None) => {
                let clocks = serde_json::from_value(clocks).map_err(|_| broken())?;
                let (parents, papers) = (row.awaits_parents, row.awaits_papers);
                Errand::StartCase { clocks, awaits: Awaits { parents, papers } }
            }
            ("PAYMENT_OFFERED", None, Some(generation)) => {
                Errand::PaymentOffered { generation: number(TABLE, row.id, generation)? }
            }
            ("PARENTS_ANSWERED", None, None) => Errand::ParentsAnswered,
            ("LOSS_REPORTED", None, None) => Errand::LossReported,
            _ => return Err(broken()),
        };
        Ok(Self {
            id: row.id,
            case: case_ref(TABLE, &row.case_ref)?,
            errand,
            since: row.written_at.to_jiff(),
            attempts: number(TABLE, row.id, row.attempts)?,
        })
    }
}

/// Takes up to `limit` errands that are due at `at`, oldest first. They stay locked until the
/// caller commits; others skip them meanwhile. One that cannot be read keeps nobody else's waiting.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn pending(
    conn: &mut PgConnection,
    limit: i64,
    at: Timestamp,
) -> Result<Vec<Result<Pending, Unreadable>>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, case_ref, errand, clocks, awaits_parents, awaits_papers, generation, written_at,
            attempts
        from outbox o
        where done_at is null
        and next_try_at <= $2
        and not exists (
            select from outbox earlier
            where earlier.case_ref = o.case_ref
            and earlier.id < o.id
            and earlier.done_at is null
        )
        order by id
        limit $1
        for update skip locked",
    )
    .bind(limit)
    .bind(at.to_sqlx())
    .fetch_all(conn)
    .await?;
    let errand = |row: Row| {
        let id = row.id;
        Pending::try_from(row).map_err(|_| Unreadable { id })
    };
    Ok(rows.into_iter().map(errand).collect())
}

/// The workflow has heard.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] if there is no such errand.
pub async fn done(conn: &mut PgConnection, id: i64, at: Timestamp) -> Result<(), StoreError> {
    let marked = sqlx::query("update outbox set done_at = $2 where id = $1 and done_at is null")
        .bind(id)
        .bind(at.to_sqlx())
        .execute(conn)
        .await?;
    one(id, marked.rows_affected())
}

/// The workflow could not be told; it is tried again after a pause that grows from a tenth of a
/// second to 10 seconds.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] if there is no such errand.
pub async fn failed(conn: &mut PgConnection, id: i64, at: Timestamp) -> Result<(), StoreError> {
    let marked = sqlx::query(
        "update outbox
        set attempts = attempts + 1,
            next_try_at = $2 + least(
                interval '10 seconds',
                interval '100 milliseconds' * power(2, least(attempts, 10))
            )
        where id = $1
        and done_at is null",
    )
    .bind(id)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    one(id, marked.rows_affected())
}

fn one(id: i64, marked: u64) -> Result<(), StoreError> {
    if marked == 1 { Ok(()) } else { Err(inconsistent(TABLE, id)) }
}

/// The workflow will be told that the child has died.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn loss_reported(
    conn: &mut PgConnection,
    case: CaseRef,
    at: Timestamp,
) -> Result<(), StoreError> {
    add(conn, case, &Errand::LossReported, at).await
}

pub(crate) async fn add(
    conn: &mut PgConnection,
    case: CaseRef,
    errand: &Errand,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (word, clocks, generation) = match errand {
        Errand::StartCase { clocks, .. } => ("START_CASE", Some(Json(clocks)), None),
        Errand::PaymentOffered { generation } => {
            ("PAYMENT_OFFERED", None, Some(i32::from(*generation)))
        }
        Errand::ParentsAnswered => ("PARENTS_ANSWERED", None, None),
        Errand::LossReported => ("LOSS_REPORTED", None, None),
    };
    let awaits = match errand {
        Errand::StartCase { awaits, .. } => *awaits,
        Errand::PaymentOffered { .. } | Errand::ParentsAnswered | Errand::LossReported => {
            Awaits::default()
        }
    };
    sqlx::query(
        "insert into outbox (
            case_ref, errand, clocks, generation, written_at, next_try_at, awaits_parents,
            awaits_papers
        )
        values ($1, $2, $3, $4, $5, $5, $7, $8)
        returning pg_notify($6, '')",
    )
    .bind(case.to_string())
    .bind(word)
    .bind(clocks)
    .bind(generation)
    .bind(at.to_sqlx())
    .bind(crate::OUTBOX_CHANNEL)
    .bind(awaits.parents)
    .bind(awaits.papers)
    .execute(conn)
    .await?;
    Ok(())
}
