//! The browsers in which staff are signed in. Each holds a token; here is its hash, who it is, and in which role.

use domain::people::Role;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{Keys, StoreError, columns::read};

const TABLE: &str = "sign_ins";

/// After how long without use it ends.
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);

/// After how long it ends in any case.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(12);

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub reference: String,
    pub name: String,
    pub role: Role,
}

/// A member of staff is signed in, in this role, in the browser that holds `token`.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn begin(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
    reference: &str,
    role: Role,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into sign_ins (token_hash, staff, role, begun_at, used_at)
        values ($1, $2, $3, $4, $4)",
    )
    .bind(hash(keys, token))
    .bind(reference)
    .bind(role.code())
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

/// Who is signed in in the browser that holds `token`; that is a use of it. `None` if nobody is, or not any more.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn find(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
    at: Timestamp,
) -> Result<Option<SignedIn>, StoreError> {
    let found: Option<(String, String, String)> = sqlx::query_as(
        "update sign_ins
        set used_at = greatest(used_at, $2)
        from staff
        where token_hash = $1
        and used_at > $3
        and begun_at > $4
        and staff.reference = sign_ins.staff
        returning staff.reference, staff.name, role",
    )
    .bind(hash(keys, token))
    .bind(at.to_sqlx())
    .bind((at - IDLE).to_sqlx())
    .bind((at - LONGEST).to_sqlx())
    .fetch_optional(conn)
    .await?;
    let Some((reference, name, role)) = found else { return Ok(None) };
    let role = read(TABLE, &reference, &role)?;
    Ok(Some(SignedIn { reference, name, role }))
}

/// Nobody is signed in any more in the browser that holds `token`. Happy to find nothing.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn end(conn: &mut PgConnection, keys: &Keys, token: &str) -> Result<(), StoreError> {
    sqlx::query("delete from sign_ins where token_hash = $1")
        .bind(hash(keys, token))
        .execute(conn)
        .await?;
    Ok(())
}

/// Throws away those whose time is over, and gives their number.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn sweep(conn: &mut PgConnection, at: Timestamp) -> Result<u64, StoreError> {
    let swept = sqlx::query("delete from sign_ins where used_at <= $1 or begun_at <= $2")
        .bind((at - IDLE).to_sqlx())
        .bind((at - LONGEST).to_sqlx())
        .execute(conn)
        .await?;
    Ok(swept.rows_affected())
}

fn hash(keys: &Keys, token: &str) -> [u8; 32] {
    keys.search.hash("sign-in", &[token.as_bytes()])
}
