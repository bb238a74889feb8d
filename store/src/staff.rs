//! The members of staff, as a provider of identities knows them. Logs keep the reference, which stays when a name changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::StoreError;

/// Somebody as a provider says who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub name: &'a str,
}

/// How many people may be called the same by different providers. There is one provider at a time.
const NAMESAKES: u32 = 100;

/// Gives a person's reference, and keeps what they are called now. It is the provider's own word for them, with a number
/// behind it if another provider called somebody else so.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::Inconsistent`] if every number is taken.
pub async fn open(
    conn: &mut PgConnection,
    person: Person<'_>,
    at: Timestamp,
) -> Result<String, StoreError> {
    for nth in 1..=NAMESAKES {
        if let Some(reference) = recall(conn, person, at).await? {
            return Ok(reference);
        }
        let reference = match nth {
            1 => person.subject.to_owned(),
            nth => format!("{}-{nth}", person.subject),
        };
        // Somebody else may have it, or the same person may sign in twice at once.
        let added = sqlx::query(
            "insert into staff (reference, issuer, subject, name, signed_in_at)
            values ($1, $2, $3, $4, $5)
            on conflict do nothing",
        )
        .bind(&reference)
        .bind(person.issuer)
        .bind(person.subject)
        .bind(person.name)
        .bind(at.to_sqlx())
        .execute(&mut *conn)
        .await?;
        if added.rows_affected() == 1 {
            return Ok(reference);
        }
    }
    Err(StoreError::Inconsistent { table: "staff", row: "of many namesakes".to_owned() })
}

async fn recall(
    conn: &mut PgConnection,
    person: Person<'_>,
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let known = sqlx::query_scalar(
        "update staff
        set name = $3, signed_in_at = $4
        where issuer = $1
        and subject = $2
        returning reference",
    )
    .bind(person.issuer)
    .bind(person.subject)
    .bind(person.name)
    .bind(at.to_sqlx())
    .fetch_optional(conn)
    .await?;
    Ok(known)
}

/// What the members with these references are called, where they are known.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn names(
    conn: &mut PgConnection,
    references: &[&str],
) -> Result<BTreeMap<String, String>, StoreError> {
    let found: Vec<(String, String)> =
        sqlx::query_as("select reference, name from staff where reference = any($1)")
            .bind(references)
            .fetch_all(conn)
            .await?;
    Ok(found.into_iter().collect())
}
