//! Requests to the registers, frozen before their first call: one key, one payload, for ever.

use domain::CaseRef;
use sqlx::PgConnection;

use crate::{Keys, StoreError, columns::inconsistent};

/// Freezes a payload under a key, sealed, and gives the payload that counts: the one frozen first.
/// Commit before the first call.
///
/// # Errors
///
/// [`StoreError::NoCase`]; [`StoreError::Forgotten`]; [`StoreError::Key`] or
/// [`StoreError::Sealed`]; [`StoreError::Database`].
pub async fn freeze(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    key: &str,
    payload: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let kept = find(conn, case, key).await?;
    let data_key = keys.cases.unwrap(case, kept.wrapped.as_deref())?;
    if let Some(sealed) = kept.sealed {
        return Ok(data_key.open(&purpose(key), &sealed)?.to_vec());
    }
    let inserted = sqlx::query(
        "insert into frozen_requests (case_ref, key, sealed)
        values ($1, $2, $3)
        on conflict on constraint one_payload_per_key do nothing",
    )
    .bind(case.to_string())
    .bind(key)
    .bind(data_key.seal(&purpose(key), payload))
    .execute(&mut *conn)
    .await?;
    if inserted.rows_affected() == 1 {
        return Ok(payload.to_vec());
    }
    // Somebody froze another one between the two statements: theirs counts.
    let first = frozen(conn, keys, case, key).await?;
    first.ok_or_else(|| inconsistent("frozen_requests", key))
}

/// The payload frozen under a key, if there is one.
///
/// # Errors
///
/// As for [`freeze`].
async fn frozen(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    key: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let kept = find(conn, case, key).await?;
    let data_key = keys.cases.unwrap(case, kept.wrapped.as_deref())?;
    let Some(sealed) = kept.sealed else { return Ok(None) };
    Ok(Some(data_key.open(&purpose(key), &sealed)?.to_vec()))
}

#[derive(sqlx::FromRow)]
struct Row {
    wrapped: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
}

async fn find(conn: &mut PgConnection, case: CaseRef, key: &str) -> Result<Row, StoreError> {
    let row = sqlx::query_as(
        "select k.wrapped, r.sealed
        from cases c
        left join case_keys k using (case_ref)
        left join frozen_requests r on r.case_ref = c.case_ref and r.key = $2
        where c.case_ref = $1",
    )
    .bind(case.to_string())
    .bind(key)
    .fetch_optional(conn)
    .await?;
    row.ok_or(StoreError::NoCase)
}

fn purpose(key: &str) -> String {
    format!("request/{key}")
}
