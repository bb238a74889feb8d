//! What staff looked at: only ever added to, and each entry carries the hash of the one before in
//! its session. A session is what one member of staff does in one day of the province.
//!
//! The hash of an entry is made as that of a case's log, over these fields: the hash of the entry
//! before, the member of staff, the day (`2026-11-23`), the number of the entry, its time, what was
//! looked at, the case reference, and the purpose where there is one.

use domain::{CaseRef, people::Purpose};
use jiff::{Timestamp, civil::Date};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{
    StoreError,
    columns::{inconsistent, stored},
    log::{Chain, Head, sum},
};

/// What somebody looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// With the purpose, if somebody in the case is protected.
    Case(CaseRef, Option<Purpose>),
    /// A list of cases.
    Cases,
    Desk,
}

impl Looked {
    const fn code(self) -> &'static str {
        match self {
            Self::Case(..) => "CASE",
            Self::Cases => "CASES",
            Self::Desk => "DESK",
        }
    }

    const fn purpose(self) -> Option<&'static str> {
        match self {
            Self::Case(_, Some(purpose)) => Some(purpose.code()),
            Self::Case(_, None) | Self::Cases | Self::Desk => None,
        }
    }

    fn case(self) -> Option<String> {
        match self {
            Self::Case(case, _) => Some(case.to_string()),
            Self::Cases | Self::Desk => None,
        }
    }
}

/// Writes down that a member of staff looks at something, on a day by the calendar of the province.
/// The session is locked until the caller commits.
///
/// # Errors
///
/// [`StoreError::NoCase`]; [`StoreError::Database`]; [`StoreError::Inconsistent`].
pub async fn keep(
    conn: &mut PgConnection,
    staff: &str,
    day: Date,
    looked: Looked,
    at: Timestamp,
) -> Result<(), StoreError> {
    let at = stored(at);
    let before = lock(conn, staff, day).await?;
    let (what, case, purpose) = (looked.code(), looked.case(), looked.purpose());
    let next = head(before, staff, day, at, what, case.as_deref(), purpose);
    sqlx::query(
        "with head as (
            update staff_sessions
            set reads = $3, log_hash = $8
            where staff = $1
            and day = $2
        )
        insert into staff_reads (staff, day, seq, at, what, case_ref, prev_hash, hash, purpose)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(staff)
    .bind(day.to_sqlx())
    .bind(next.seq)
    .bind(at.to_sqlx())
    .bind(what)
    .bind(case)
    .bind(before.hash)
    .bind(next.hash)
    .bind(purpose)
    .execute(conn)
    .await?;
    Ok(())
}

/// Opens the session if it is new, and locks it.
async fn lock(conn: &mut PgConnection, staff: &str, day: Date) -> Result<Head, StoreError> {
    let (seq, hash): (i64, Vec<u8>) = sqlx::query_as(
        "insert into staff_sessions (staff, day, log_hash)
        values ($1, $2, $3)
        on conflict on constraint one_session_per_member_and_day
            do update set reads = staff_sessions.reads
        returning reads, log_hash",
    )
    .bind(staff)
    .bind(day.to_sqlx())
    .bind(Head::BEFORE_THE_FIRST.hash)
    .fetch_one(conn)
    .await?;
    let hash = hash.try_into().map_err(|_| inconsistent("staff_sessions", day))?;
    Ok(Head { seq, hash })
}

/// Checks the chain of a session from its first entry to its head; a session that never was is
/// whole and empty.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn verify(conn: &mut PgConnection, staff: &str, day: Date) -> Result<Chain, StoreError> {
    // One statement is one moment: somebody may look meanwhile.
    let rows: Vec<Row> = sqlx::query_as(
        "select
            s.reads as head_seq, s.log_hash as head_hash,
            r.seq, r.at, r.what, r.case_ref, r.purpose, r.prev_hash, r.hash
        from staff_sessions s
        left join staff_reads r using (staff, day)
        where staff = $1
        and day = $2
        order by r.seq",
    )
    .bind(staff)
    .bind(day.to_sqlx())
    .fetch_all(conn)
    .await?;
    let mut before = Head::BEFORE_THE_FIRST;
    for read in rows.iter().filter_map(Row::read) {
        let next = head(before, staff, day, read.at, read.what, read.case, read.purpose);
        if read.seq != next.seq || read.prev_hash != before.hash || read.hash != next.hash {
            return Ok(Chain::Broken { seq: next.seq });
        }
        before = next;
    }
    let Some(session) = rows.first() else { return Ok(Chain::Whole { entries: 0 }) };
    if session.head_seq != before.seq {
        return Ok(Chain::Broken { seq: session.head_seq.min(before.seq) + 1 });
    }
    if session.head_hash != before.hash {
        return Ok(Chain::Broken { seq: before.seq });
    }
    Ok(Chain::Whole { entries: before.seq })
}

/// A session with one of its entries, or with none.
#[derive(sqlx::FromRow)]
struct Row {
    head_seq: i64,
    head_hash: Vec<u8>,
    seq: Option<i64>,
    at: Option<jiff_sqlx::Timestamp>,
    what: Option<String>,
    case_ref: Option<String>,
    purpose: Option<String>,
    prev_hash: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
}

struct Read<'a> {
    seq: i64,
    at: Timestamp,
    what: &'a str,
    case: Option<&'a str>,
    purpose: Option<&'a str>,
    prev_hash: &'a [u8],
    hash: &'a [u8],
}

impl Row {
    fn read(&self) -> Option<Read<'_>> {
        Some(Read {
            seq: self.seq?,
            at: self.at?.to_jiff(),
            what: self.what.as_deref()?,
            case: self.case_ref.as_deref(),
            purpose: self.purpose.as_deref(),
            prev_hash: self.prev_hash.as_deref()?,
            hash: self.hash.as_deref()?,
        })
    }
}

fn head(
    before: Head,
    staff: &str,
    day: Date,
    at: Timestamp,
    what: &str,
    case: Option<&str>,
    purpose: Option<&str>,
) -> Head {
    let seq = before.seq + 1;
    let (day, number, time) =
        (day.to_string(), seq.to_be_bytes(), at.as_microsecond().to_be_bytes());
    let mut fields: Vec<Option<&[u8]>> = vec![
        Some(&before.hash),
        Some(staff.as_bytes()),
        Some(day.as_bytes()),
        Some(&number),
        Some(&time),
        Some(what.as_bytes()),
        case.map(str::as_bytes),
    ];
    fields.extend(purpose.map(|purpose| Some(purpose.as_bytes())));
    Head { seq, hash: sum(&fields) }
}
