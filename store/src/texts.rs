//! The texts under which parents certify, consent and take notice, as they were shown. A version is never changed.

use domain::{intake::ShownText, people::Language};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::StoreError;

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is kept, or was.
    AsShown,
    /// Other words were shown under this version; nothing was written.
    Otherwise,
}

/// A text of a version, in a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of<'a> {
    pub version: &'a str,
    pub language: Language,
    pub text: ShownText,
}

/// Keeps the words of a text. Fine to repeat with the same words.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn keep(
    conn: &mut PgConnection,
    of: Of<'_>,
    words: &str,
    at: Timestamp,
) -> Result<Kept, StoreError> {
    sqlx::query(
        "insert into shown_texts (version, language, name, words, first_shown_at)
        values ($1, $2, $3, $4, $5)
        on conflict on constraint one_text_per_version do nothing",
    )
    .bind(of.version)
    .bind(of.language.code())
    .bind(of.text.code())
    .bind(words)
    .bind(at.to_sqlx())
    .execute(&mut *conn)
    .await?;
    let kept = find(conn, of).await?;
    Ok(if kept.as_deref() == Some(words) { Kept::AsShown } else { Kept::Otherwise })
}

/// The words of a text, if it was ever shown.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn find(conn: &mut PgConnection, of: Of<'_>) -> Result<Option<String>, StoreError> {
    let words = sqlx::query_scalar(
        "select words
        from shown_texts
        where version = $1
        and language = $2
        and name = $3",
    )
    .bind(of.version)
    .bind(of.language.code())
    .bind(of.text.code())
    .fetch_optional(conn)
    .await?;
    Ok(words)
}
