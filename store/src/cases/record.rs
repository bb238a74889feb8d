//! Recording what happened: one lock, one update, the new entries of the log.

use domain::{
    CaseRef,
    facts::{Change, Fact, Facts},
    people::Actor,
};
use jiff::Timestamp;
use sqlx::PgConnection;

use super::{FactColumns, Seen, TABLE, columns, fact_columns};
use crate::{
    StoreError,
    columns::{inconsistent, stored},
    desk,
    error::broke,
    log::{Entries, Head},
};

/// Records what happened to a case, and logs each fact that was new. A fact recorded twice is
/// logged once, as far as [`Facts::add`] can tell. Gives one change per fact, in the same order.
///
/// The case is locked until the caller commits. `by` names the member of staff, for the log alone.
///
/// # Errors
///
/// [`StoreError::NoCase`] for an unknown case; [`StoreError::Database`];
/// [`StoreError::Inconsistent`], also for a registration number that another case has.
pub async fn record(
    conn: &mut PgConnection,
    case: CaseRef,
    actor: Actor,
    by: Option<&str>,
    facts: &[Fact],
    at: Timestamp,
) -> Result<Vec<Change>, StoreError> {
    let locked = lock(conn, case).await?.ok_or(StoreError::NoCase)?;
    write(conn, case, locked, actor, by, facts, at).await
}

/// As [`record`], but only if nothing was logged since `seen`: a decision counts for what its
/// author looked at.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn record_if_unchanged(
    conn: &mut PgConnection,
    case: CaseRef,
    seen: i64,
    actor: Actor,
    by: Option<&str>,
    facts: &[Fact],
    at: Timestamp,
) -> Result<Seen, StoreError> {
    match lock(conn, case).await? {
        None => Ok(Seen::NoCase),
        Some(locked) if locked.head.seq != seen => Ok(Seen::Stale { revision: locked.head.seq }),
        Some(locked) => write(conn, case, locked, actor, by, facts, at).await.map(Seen::Recorded),
    }
}

/// A case that nobody else can change now.
struct Locked {
    facts: Facts,
    head: Head,
}

#[derive(sqlx::FromRow)]
struct LockedRow {
    #[sqlx(flatten)]
    columns: FactColumns,
    revision: i64,
    log_hash: Vec<u8>,
    open_tasks: i16,
}

async fn lock(conn: &mut PgConnection, case: CaseRef) -> Result<Option<Locked>, StoreError> {
    let row: Option<LockedRow> = sqlx::query_as(concat!(
        "select c.revision, c.log_hash, c.open_tasks, ",
        fact_columns!(),
        " from cases c
        where c.case_ref = $1
        for update"
    ))
    .bind(case.to_string())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // Asked after the lock, in a statement of its own: the locking statement may have waited, and
    // would still see the tasks as they were before.
    let desk = if row.open_tasks == 0 { Vec::new() } else { desk::open(conn, case).await? };
    let hash = row.log_hash.try_into().map_err(|_| inconsistent(TABLE, case))?;
    let head = Head { seq: row.revision, hash };
    Ok(Some(Locked { facts: row.columns.facts_of(case, desk)?, head }))
}

async fn write(
    conn: &mut PgConnection,
    case: CaseRef,
    locked: Locked,
    actor: Actor,
    by: Option<&str>,
    facts: &[Fact],
    at: Timestamp,
) -> Result<Vec<Change>, StoreError> {
    let at = stored(at);
    let before = locked.facts;
    let mut after = before.clone();
    let mut entries = Entries::after(locked.head, case, actor, by, at);
    let mut changes = Vec::with_capacity(facts.len());
    for fact in facts {
        let change = after.add(fact, at);
        if change == Change::New {
            entries.push(fact);
        }
        changes.push(change);
    }
    if after == before && entries.is_empty() {
        return Ok(changes);
    }
    let updated = columns::update(conn, case, &after, entries.head()).await;
    match updated {
        Ok(updated) if updated.rows_affected() == 1 => (),
        Ok(_) => return Err(StoreError::NoCase),
        Err(error) if broke(&error, "one_registration_per_case") => {
            return Err(inconsistent(TABLE, case));
        }
        Err(error) => return Err(error.into()),
    }
    if !entries.is_empty() {
        entries.append(conn).await?;
    }
    desk::change(conn, case, &before.desk, &after.desk, at).await?;
    Ok(changes)
}
