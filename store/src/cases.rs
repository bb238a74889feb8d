//! The cases: what has happened to each, as facts with their times.

mod columns;
mod record;

use domain::{
    CaseRef,
    facts::{Change, Facts},
};
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

pub(crate) use self::columns::{FactColumns, fact_columns};
pub use self::record::{record, record_if_unchanged};
use crate::{
    StoreError,
    columns::{case_ref, number},
    desk::{self, open_tasks},
    error::broke,
    log::Head,
};

const TABLE: &str = "cases";

/// A case without what people typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    pub facts: Facts,
    /// The number of the newest log entry. What a decision must have seen.
    pub revision: i64,
    pub submission: Uuid,
    /// Shared by the children of one birth.
    pub delivery: Uuid,
    /// The position of the child in its submission, from 1.
    pub ordinal: u8,
}

/// A line of a list of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSummary {
    pub case: CaseRef,
    pub facts: Facts,
    pub revision: i64,
}

/// Which cases to list, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Only those with an open task on the desk.
    pub stuck: bool,
    /// The most cases to list.
    pub limit: i64,
    /// List what comes after this case.
    pub after: Option<CaseRef>,
}

/// What became of a record that insists on what its author has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// One change per fact, in the same order.
    Recorded(Vec<Change>),
    /// The case has moved on; nothing was recorded.
    Stale {
        revision: i64,
    },
    NoCase,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    columns: FactColumns,
    desk: Option<serde_json::Value>,
    revision: i64,
    submission: Uuid,
    delivery: Uuid,
    ordinal: i16,
}

/// A case, or `None` if there is none by that reference.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn facts(conn: &mut PgConnection, case: CaseRef) -> Result<Option<CaseRow>, StoreError> {
    let row: Option<Row> = sqlx::query_as(concat!(
        "select c.revision, c.submission, c.delivery, c.ordinal, ",
        open_tasks!(),
        " as desk, ",
        fact_columns!(),
        " from cases c
        where c.case_ref = $1"
    ))
    .bind(case.to_string())
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(CaseRow {
        facts: row.columns.facts_of(case, desk::from_json(case, row.desk)?)?,
        revision: row.revision,
        submission: row.submission,
        delivery: row.delivery,
        ordinal: number(TABLE, case, row.ordinal)?,
    }))
}

/// Several cases at once; a reference without a case has no entry.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn several(
    conn: &mut PgConnection,
    cases: &[CaseRef],
) -> Result<Vec<CaseSummary>, StoreError> {
    let rows: Vec<SummaryRow> = sqlx::query_as(concat!(
        "select c.case_ref, c.revision, ",
        open_tasks!(),
        " as desk, ",
        fact_columns!(),
        " from cases c
        where c.case_ref = any($1)"
    ))
    .bind(cases.iter().map(CaseRef::to_string).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(SummaryRow::summary).collect()
}

/// The newest revision of several cases; a reference without a case has no entry.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn revisions(
    conn: &mut PgConnection,
    cases: &[CaseRef],
) -> Result<Vec<(CaseRef, i64)>, StoreError> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select case_ref, revision from cases where case_ref = any($1)")
            .bind(cases.iter().map(CaseRef::to_string).collect::<Vec<_>>())
            .fetch_all(conn)
            .await?;
    rows.into_iter().map(|(case, revision)| Ok((case_ref(TABLE, &case)?, revision))).collect()
}

#[derive(sqlx::FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    columns: FactColumns,
    desk: Option<serde_json::Value>,
    case_ref: String,
    revision: i64,
}

impl SummaryRow {
    fn summary(self) -> Result<CaseSummary, StoreError> {
        let case = case_ref(TABLE, &self.case_ref)?;
        let facts = self.columns.facts_of(case, desk::from_json(case, self.desk)?)?;
        Ok(CaseSummary { case, facts, revision: self.revision })
    }
}

/// Lists cases from the oldest on; what follows is appended to the `where` clause.
macro_rules! list_of {
    ($which:literal) => {
        concat!(
            "select c.case_ref, c.revision, ",
            open_tasks!(),
            " as desk, ",
            fact_columns!(),
            " from cases c
            where (c.received_at, c.case_ref) > (
                coalesce((select received_at from cases where case_ref = $2), '-infinity'),
                coalesce($2, '')
            ) ",
            $which,
            " order by c.received_at, c.case_ref
            limit $1"
        )
    };
}

/// Cases by the time they were received, oldest first.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn list(conn: &mut PgConnection, filter: Filter) -> Result<Vec<CaseSummary>, StoreError> {
    let sql = if filter.stuck { list_of!("and c.open_tasks > 0") } else { list_of!("") };
    let rows: Vec<SummaryRow> = sqlx::query_as(sql)
        .bind(filter.limit)
        .bind(filter.after.map(|case| case.to_string()))
        .fetch_all(conn)
        .await?;
    rows.into_iter().map(SummaryRow::summary).collect()
}

/// How many cases have an open task on the desk.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn count_stuck(conn: &mut PgConnection) -> Result<u64, StoreError> {
    let stuck: i64 = sqlx::query_scalar("select count(*) from cases where open_tasks > 0")
        .fetch_one(conn)
        .await?;
    number(TABLE, "counted", stuck)
}

/// A case as it is born.
pub(crate) struct NewRow<'a> {
    pub case: CaseRef,
    pub submission: Uuid,
    pub ordinal: u8,
    pub delivery: Uuid,
    /// Sealed.
    pub correlation: &'a [u8],
    /// The first entry of its log.
    pub head: Head,
    pub facts: &'a Facts,
}

/// What became of a new row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    New,
    /// There is a case by that reference; the transaction cannot be committed.
    RefTaken,
}

pub(crate) async fn insert(
    conn: &mut PgConnection,
    new: &NewRow<'_>,
) -> Result<Inserted, StoreError> {
    let inserted = sqlx::query(
        "insert into cases (
            case_ref, submission, ordinal, delivery, correlation, revision, log_hash,
            received_at, certificate_wanted, sin_wanted,
            parents, content_version, certified_by, certified_at, invited_at, payment_offered_at,
            papers, papers_asked
        )
        values (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18
        )",
    )
    .bind(new.case.to_string())
    .bind(new.submission)
    .bind(i16::from(new.ordinal))
    .bind(new.delivery)
    .bind(new.correlation)
    .bind(new.head.seq)
    .bind(new.head.hash)
    .bind(new.facts.received.to_sqlx())
    .bind(new.facts.certificate_wanted.map(|product| product.code()))
    .bind(new.facts.sin_wanted)
    .bind(i16::from(new.facts.parents))
    .bind(number::<_, i32>(TABLE, new.case, new.facts.content_version)?)
    .bind(columns::listed(&new.facts.certified_by))
    .bind(new.facts.certified.map(ToSqlx::to_sqlx))
    .bind(new.facts.invited.map(ToSqlx::to_sqlx))
    .bind(new.facts.payment_offered.map(ToSqlx::to_sqlx))
    .bind(Json(&new.facts.papers))
    .bind(i16::from(new.facts.papers_asked))
    .execute(conn)
    .await;
    match inserted {
        Ok(_) => Ok(Inserted::New),
        Err(error) if broke(&error, "one_case_per_reference") => Ok(Inserted::RefTaken),
        Err(error) => Err(error.into()),
    }
}

/// Whether there is a case by that reference.
pub(crate) async fn exists(conn: &mut PgConnection, case: CaseRef) -> Result<bool, StoreError> {
    let exists = sqlx::query_scalar("select exists (select from cases where case_ref = $1)")
        .bind(case.to_string())
        .fetch_one(conn)
        .await?;
    Ok(exists)
}
