//! Payments that parents offered: the tokens of the hosted payment page, by generation.

use domain::CaseRef;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{
    Keys, StoreError,
    columns::{inconsistent, number},
    keys::{self, DataKey},
    outbox::{self, Errand},
};

const TABLE: &str = "payment_offers";

/// An offer, by its generation: intake's own token is 0, later ones are 1, 2 …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The caller records [`domain::facts::Fact::PaymentOffered`].
    New(u16),
    /// The token was offered before; nothing was written, and there is nothing to record.
    Known(u16),
}

/// Keeps a token. A new one puts [`Errand::PaymentOffered`] into the outbox. The case is locked
/// until the caller commits.
///
/// # Errors
///
/// [`StoreError::NoCase`]; [`StoreError::Forgotten`]; [`StoreError::Key`];
/// [`StoreError::Database`].
pub async fn offer(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    token: &str,
    at: Timestamp,
) -> Result<Offer, StoreError> {
    let key = keys::lock(conn, keys, case).await?;
    let (known, newest): (Option<i32>, i32) = sqlx::query_as(
        "select
            min(generation) filter (where token_hash = $2),
            coalesce(max(generation), 0)
        from payment_offers
        where case_ref = $1",
    )
    .bind(case.to_string())
    .bind(hash(keys, case, token))
    .fetch_one(&mut *conn)
    .await?;
    if let Some(known) = known {
        return number(TABLE, case, known).map(Offer::Known);
    }
    let generation = number(TABLE, case, newest + 1)?;
    keep(conn, keys, &key, case, generation, token, at).await?;
    outbox::add(conn, case, &Errand::PaymentOffered { generation }, at).await?;
    Ok(Offer::New(generation))
}

/// The token of a generation, if one was offered.
///
/// # Errors
///
/// [`StoreError::NoCase`]; [`StoreError::Forgotten`]; [`StoreError::Key`] or
/// [`StoreError::Sealed`]; [`StoreError::Database`].
pub async fn token(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    generation: u16,
) -> Result<Option<String>, StoreError> {
    type Row = (Option<Vec<u8>>, Option<Vec<u8>>);
    let row: Option<Row> = sqlx::query_as(
        "select k.wrapped, p.sealed
        from cases c
        left join case_keys k using (case_ref)
        left join payment_offers p on p.case_ref = c.case_ref and p.generation = $2
        where c.case_ref = $1",
    )
    .bind(case.to_string())
    .bind(i32::from(generation))
    .fetch_optional(conn)
    .await?;
    let (wrapped, sealed) = row.ok_or(StoreError::NoCase)?;
    let key = keys.cases.unwrap(case, wrapped.as_deref())?;
    let Some(sealed) = sealed else { return Ok(None) };
    let token = key.open(&purpose(generation), &sealed)?;
    let token = std::str::from_utf8(&token).map_err(|_| inconsistent(TABLE, case))?;
    Ok(Some(token.to_owned()))
}

pub(crate) async fn keep(
    conn: &mut PgConnection,
    keys: &Keys,
    key: &DataKey,
    case: CaseRef,
    generation: u16,
    token: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into payment_offers (case_ref, generation, sealed, token_hash, offered_at)
        values ($1, $2, $3, $4, $5)",
    )
    .bind(case.to_string())
    .bind(i32::from(generation))
    .bind(key.seal(&purpose(generation), token.as_bytes()))
    .bind(hash(keys, case, token))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

fn purpose(generation: u16) -> String {
    format!("payment/{generation}")
}

fn hash(keys: &Keys, case: CaseRef, token: &str) -> [u8; 32] {
    keys.search.hash("payment-token", &[case.to_string().as_bytes(), token.as_bytes()])
}
