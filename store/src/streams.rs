//! How far each register's events were taken, and who may take them: a cursor behind a fence.

use domain::people::Register;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{StoreError, columns::number};

const TABLE: &str = "event_streams";

/// The right to take a register's events for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Rises with each claim: an older lease loses at its first write.
    pub epoch: i64,
    /// The last event that was taken.
    pub cursor: u64,
}

/// Whether a write was behind the fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fenced {
    Moved,
    /// Somebody else holds the lease, or moved the cursor.
    Lost,
}

/// Claims a register's events until `until`, if nobody else holds them at `now`.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn claim(
    conn: &mut PgConnection,
    register: Register,
    holder: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Lease>, StoreError> {
    let lease: Option<(i64, i64)> = sqlx::query_as(
        "update event_streams
        set lease_epoch = lease_epoch + 1, lease_holder = $2, lease_until = $4
        where register = $1
        and (lease_holder is null or lease_holder = $2 or lease_until <= $3)
        returning lease_epoch, cursor",
    )
    .bind(register.code())
    .bind(holder)
    .bind(now.to_sqlx())
    .bind(until.to_sqlx())
    .fetch_optional(conn)
    .await?;
    let Some((epoch, cursor)) = lease else { return Ok(None) };
    Ok(Some(Lease { epoch, cursor: number(TABLE, register, cursor)? }))
}

/// Holds on to a lease until `until`.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn renew(
    conn: &mut PgConnection,
    register: Register,
    epoch: i64,
    until: Timestamp,
) -> Result<Fenced, StoreError> {
    let renewed = sqlx::query(
        "update event_streams
        set lease_until = $3
        where register = $1
        and lease_epoch = $2
        and lease_holder is not null",
    )
    .bind(register.code())
    .bind(epoch)
    .bind(until.to_sqlx())
    .execute(conn)
    .await?;
    Ok(fenced(renewed.rows_affected()))
}

/// Moves the cursor after the events were handed on. Compares cursor and epoch, so that a stale
/// consumer stops here.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] for a cursor beyond 63 bits.
pub async fn advance(
    conn: &mut PgConnection,
    register: Register,
    epoch: i64,
    from: u64,
    to: u64,
) -> Result<Fenced, StoreError> {
    let moved = sqlx::query(
        "update event_streams
        set cursor = $4
        where register = $1
        and lease_epoch = $2
        and lease_holder is not null
        and cursor = $3",
    )
    .bind(register.code())
    .bind(epoch)
    .bind(number::<_, i64>(TABLE, register, from)?)
    .bind(number::<_, i64>(TABLE, register, to)?)
    .execute(conn)
    .await?;
    Ok(fenced(moved.rows_affected()))
}

/// Gives a lease back before its time, so that the next consumer need not wait for it to run out.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn release(
    conn: &mut PgConnection,
    register: Register,
    epoch: i64,
) -> Result<Fenced, StoreError> {
    let released = sqlx::query(
        "update event_streams
        set lease_holder = null, lease_until = null
        where register = $1
        and lease_epoch = $2
        and lease_holder is not null",
    )
    .bind(register.code())
    .bind(epoch)
    .execute(conn)
    .await?;
    Ok(fenced(released.rows_affected()))
}

const fn fenced(rows: u64) -> Fenced {
    if rows == 1 { Fenced::Moved } else { Fenced::Lost }
}
