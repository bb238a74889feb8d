//! The parents whom a statement names: their language, how they are reached, and the link of one who
//! was asked to certify.

use domain::{CaseRef, contact::Reach, people::Language};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{
    Keys, StoreError,
    columns::{case_ref, inconsistent, number, read},
    contents,
    keys::{self, DataKey},
    outbox::{self, Errand},
};

const TABLE: &str = "parents";

/// How often the questions behind a link may be answered wrongly.
pub const TRIES: u32 = 5;

/// One parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// From 0, as in the form.
    pub parent: u8,
    pub language: Language,
    /// Whether we know that we speak to them.
    pub confirmed: bool,
    /// Whether they were there when the form was sent.
    pub came_with_the_form: bool,
    /// How often the questions behind their link were answered wrongly.
    pub tries: u32,
}

/// The parents of a case, in the order of the form.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn all(conn: &mut PgConnection, case: CaseRef) -> Result<Vec<Parent>, StoreError> {
    let rows: Vec<(i16, String, bool, bool, i32)> = sqlx::query_as(
        "select parent, language, confirmed_at is not null,
            coalesce(confirmed_at = c.received_at, false), tries
        from parents
        join cases c using (case_ref)
        where case_ref = $1
        order by parent",
    )
    .bind(case.to_string())
    .fetch_all(conn)
    .await?;
    let parent = |(parent, language, confirmed, came_with_the_form, tries): (
        i16,
        String,
        bool,
        bool,
        i32,
    )| {
        Ok(Parent {
            parent: number(TABLE, case, parent)?,
            language: read(TABLE, case, &language)?,
            confirmed,
            came_with_the_form,
            tries: number(TABLE, case, tries)?,
        })
    };
    rows.into_iter().map(parent).collect()
}

/// A parent as the form brings them; `confirmed_at` for one who was here.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
    language: Language,
    confirmed_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into parents (case_ref, parent, language, confirmed_at)
        values ($1, $2, $3, $4)",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(language.code())
    .bind(confirmed_at.map(ToSqlx::to_sqlx))
    .execute(conn)
    .await?;
    Ok(())
}

/// From here on this parent is spoken to in this language.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::NoCase`] if there is no such parent.
pub async fn speak(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
    language: Language,
) -> Result<(), StoreError> {
    let spoken =
        sqlx::query("update parents set language = $3 where case_ref = $1 and parent = $2")
            .bind(case.to_string())
            .bind(i16::from(parent))
            .bind(language.code())
            .execute(conn)
            .await?;
    if spoken.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NoCase) }
}

/// Draws a link for a parent who is to certify. One that they had before leads nowhere from now on.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn invite(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
) -> Result<(), StoreError> {
    let key = keys::lock(conn, keys, case).await?;
    draw_link(conn, keys, &key, case, parent).await
}

pub(crate) async fn draw_link(
    conn: &mut PgConnection,
    keys: &Keys,
    key: &DataKey,
    case: CaseRef,
    parent: u8,
) -> Result<(), StoreError> {
    let token = format!("{:032x}", rand::random::<u128>());
    let drawn = sqlx::query(
        "update parents
        set link_hash = $3, link = $4, tries = 0
        where case_ref = $1
        and parent = $2",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(hash(keys, &token))
    .bind(key.seal(&link_purpose(parent), token.as_bytes()))
    .execute(conn)
    .await?;
    if drawn.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NoCase) }
}

/// The token in a parent's link, to be sent to them and to nobody else. There is one for the children of one birth.
/// `None` once it was used.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn find_link(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
) -> Result<Option<String>, StoreError> {
    let found: Option<(String, Vec<u8>)> = sqlx::query_as(
        "select p.case_ref, p.link
        from parents p
        join cases c using (case_ref)
        where c.submission = (select submission from cases where case_ref = $1)
        and p.parent = $2
        and p.link is not null
        order by c.ordinal
        limit 1",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .fetch_optional(&mut *conn)
    .await?;
    let Some((with_link, sealed)) = found else { return Ok(None) };
    let case = case_ref(TABLE, &with_link)?;
    let key = keys::open(conn, keys, case).await?;
    let token = key.open(&link_purpose(parent), &sealed)?;
    String::from_utf8(token.to_vec()).map(Some).map_err(|_| inconsistent(TABLE, case))
}

/// Whose link it is. `None` for one that was used up, replaced or never drawn.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn find_by_link(
    conn: &mut PgConnection,
    keys: &Keys,
    token: &str,
) -> Result<Option<(CaseRef, u8)>, StoreError> {
    let found: Option<(String, i16)> =
        sqlx::query_as("select case_ref, parent from parents where link_hash = $1")
            .bind(hash(keys, token))
            .fetch_optional(conn)
            .await?;
    let Some((case, parent)) = found else { return Ok(None) };
    let case = case_ref(TABLE, &case)?;
    Ok(Some((case, number(TABLE, case, parent)?)))
}

/// Whoever followed the link knew the parent's name and date of birth: the link is used up.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::NoCase`] if there is no such parent.
pub async fn confirm(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
    at: Timestamp,
) -> Result<(), StoreError> {
    let confirmed = sqlx::query(
        "update parents
        set confirmed_at = coalesce(confirmed_at, $3), link_hash = null, link = null
        where case_ref = $1
        and parent = $2",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    if confirmed.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NoCase) }
}

/// Counts a wrong answer behind a link, and gives how often that was. After [`TRIES`] the link is used up.
///
/// # Errors
///
/// [`StoreError::Database`]; [`StoreError::NoCase`] if there is no such parent.
pub async fn count_wrong_answer(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
) -> Result<u32, StoreError> {
    let tries: Option<i32> = sqlx::query_scalar(
        "update parents
        set tries = tries + 1,
            link_hash = case when tries + 1 < $3 then link_hash end,
            link = case when tries + 1 < $3 then link end
        where case_ref = $1
        and parent = $2
        returning tries",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(number::<_, i32>(TABLE, case, TRIES)?)
    .fetch_optional(conn)
    .await?;
    number(TABLE, case, tries.ok_or(StoreError::NoCase)?)
}

/// The workflow will be told that a parent has answered.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn answered(
    conn: &mut PgConnection,
    case: CaseRef,
    at: Timestamp,
) -> Result<(), StoreError> {
    outbox::add(conn, case, &Errand::ParentsAnswered, at).await
}

/// How a parent is reached. `None` for one who gave nothing.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn reach(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
) -> Result<Option<Reach>, StoreError> {
    if parent == 0 {
        let (_, contact) = contents::contact(conn, keys, case).await?;
        return Ok(Some(contact.reach()));
    }
    let key = keys::open(conn, keys, case).await?;
    let newest: Option<(i32, Vec<u8>)> = sqlx::query_as(
        "select version, sealed
        from parent_contacts
        where case_ref = $1
        and parent = $2
        order by version desc
        limit 1",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .fetch_optional(conn)
    .await?;
    let Some((version, sealed)) = newest else { return Ok(None) };
    let purpose = reach_purpose(parent, number("parent_contacts", case, version)?);
    contents::open(&key, &purpose, &sealed, "parent_contacts", case).map(Some)
}

pub(crate) async fn keep_reach(
    conn: &mut PgConnection,
    key: &DataKey,
    case: CaseRef,
    parent: u8,
    version: u32,
    reach: &Reach,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into parent_contacts (case_ref, parent, version, sealed, written_at)
        values ($1, $2, $3, $4, $5)",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(number::<_, i32>("parent_contacts", case, version)?)
    .bind(contents::seal(key, &reach_purpose(parent, version), reach))
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

fn hash(keys: &Keys, token: &str) -> [u8; 32] {
    keys.search.hash("link", &[token.as_bytes()])
}

fn link_purpose(parent: u8) -> String {
    format!("link/{parent}")
}

pub(crate) fn reach_purpose(parent: u8, version: u32) -> String {
    format!("reach/{parent}/{version}")
}
