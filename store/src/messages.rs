//! What parents were told: each message once per case.

use domain::{
    CaseRef,
    facts::{Change, Message},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{StoreError, columns::read};

/// Tells the parents, unless they were told. A fact says itself what they are told of it:
/// [`domain::facts::Fact::message`].
///
/// # Errors
///
/// [`StoreError::NoCase`] or [`StoreError::Database`].
pub async fn tell(
    conn: &mut PgConnection,
    case: CaseRef,
    message: Message,
    at: Timestamp,
) -> Result<Change, StoreError> {
    let told = sqlx::query(
        "insert into messages (case_ref, message, told_at)
        values ($1, $2, $3)
        on conflict on constraint each_message_once do nothing",
    )
    .bind(case.to_string())
    .bind(message.code())
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(if told.rows_affected() == 1 { Change::New } else { Change::Known })
}

/// What the parents were told, oldest first.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn told(
    conn: &mut PgConnection,
    case: CaseRef,
) -> Result<Vec<(Message, Timestamp)>, StoreError> {
    let rows: Vec<(String, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "select message, told_at
        from messages
        where case_ref = $1
        order by told_at, message",
    )
    .bind(case.to_string())
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|(word, at)| Ok((read("messages", case, &word)?, at.to_jiff()))).collect()
}
