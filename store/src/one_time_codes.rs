//! Codes that show that somebody still reads what is sent to a parent: each used once, and soon.

use domain::{CaseRef, contact::Reach, facts::Message};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use rand::RngExt;
use sqlx::PgConnection;

use crate::{
    Keys, StoreError,
    columns::{inconsistent, number},
    contents, keys,
    parents::reach_purpose,
};

const TABLE: &str = "one_time_codes";

/// How long a code can be used.
pub const LIFE: SignedDuration = SignedDuration::from_mins(15);

/// How soon another one can be asked for.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// How many are sent to a parent in a day.
const MOST: i64 = 20;

/// How often something else may be typed.
const TRIES: i32 = 5;

/// What became of asking for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It is on its way.
    Sent,
    /// One was sent a moment ago.
    SentBefore,
    /// As many as are sent in a day were sent today.
    TooMany,
    /// There is no way to this parent that was on file before today.
    NoWay,
}

/// What became of a code that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// It was right, and is used up once the caller commits.
    Right,
    Wrong,
}

/// Draws a code and puts it into the post.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn ask(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
    today: Timestamp,
    at: Timestamp,
) -> Result<Asked, StoreError> {
    let key = keys::lock(conn, keys, case).await?;
    if way(conn, keys, case, parent, today).await?.is_none() {
        return Ok(Asked::NoWay);
    }
    let (recent, sent): (bool, i64) = sqlx::query_as(
        "select coalesce(bool_or(used_at is null and sent_at > $3), false), count(*)
        from one_time_codes
        where case_ref = $1
        and parent = $2
        and sent_at >= least($3, $4)",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind((at - PAUSE).to_sqlx())
    .bind(today.to_sqlx())
    .fetch_one(&mut *conn)
    .await?;
    if recent {
        return Ok(Asked::SentBefore);
    }
    if sent >= MOST {
        return Ok(Asked::TooMany);
    }
    let code = format!("{:08}", rand::rng().random_range(0..100_000_000_u32));
    let id: i64 = sqlx::query_scalar(
        "insert into one_time_codes (case_ref, parent, hash, sealed, sent_at, ends_at)
        values ($1, $2, $3, $4, $5, $6)
        returning id",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(hash(keys, case, parent, &code))
    .bind(key.seal(PURPOSE, code.as_bytes()))
    .bind(at.to_sqlx())
    .bind((at + LIFE).to_sqlx())
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query(
        "insert into messages (case_ref, message, parent, occasion, told_at)
        values ($1, $2, $3, $4, $5)",
    )
    .bind(case.to_string())
    .bind(Message::OneTimeCode.code())
    .bind(i16::from(parent))
    .bind(number::<_, i32>(TABLE, case, id)?)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(Asked::Sent)
}

const PURPOSE: &str = "one-time-code";

/// The newest way to a parent that was on file before `today` began; the one that came with the form always is.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn way(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
    today: Timestamp,
) -> Result<Option<Reach>, StoreError> {
    let key = keys::open(conn, keys, case).await?;
    let found: Option<(i32, Vec<u8>)> = sqlx::query_as(
        "select version, sealed
        from (
            select case_ref, 0 as parent, version, sealed, written_at from case_contacts
            union all
            select case_ref, parent, version, sealed, written_at from parent_contacts
        ) known
        where case_ref = $1
        and parent = $2
        and (version = 1 or written_at < $3)
        order by version desc
        limit 1",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(today.to_sqlx())
    .fetch_optional(conn)
    .await?;
    let Some((version, sealed)) = found else { return Ok(None) };
    let version = number(TABLE, case, version)?;
    let reach: Reach = if parent == 0 {
        let purpose = contents::contact_purpose(version);
        let contact: domain::contact::Contact =
            contents::open(&key, &purpose, &sealed, "case_contacts", case)?;
        contact.reach()
    } else {
        let purpose = reach_purpose(parent, version);
        contents::open(&key, &purpose, &sealed, "parent_contacts", case)?
    };
    Ok(Some(reach).filter(|it| it.email.is_some() || it.phone.is_some()))
}

/// The code that is to be sent with a message, if it can still be used.
///
/// # Errors
///
/// As for [`contents::brief`].
pub async fn find(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    id: u32,
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    let key = keys::open(conn, keys, case).await?;
    let sealed: Option<Vec<u8>> = sqlx::query_scalar(
        "select sealed
        from one_time_codes
        where case_ref = $1
        and id = $2
        and sealed is not null
        and used_at is null
        and ends_at > $3",
    )
    .bind(case.to_string())
    .bind(i64::from(id))
    .bind(at.to_sqlx())
    .fetch_optional(conn)
    .await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let code = key.open(PURPOSE, &sealed)?;
    String::from_utf8(code.to_vec()).map(Some).map_err(|_| inconsistent(TABLE, case))
}

/// The message with this code was sent, or never will be: the code itself is not kept. Happy to find nothing.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn forget(conn: &mut PgConnection, id: u32) -> Result<(), StoreError> {
    sqlx::query("update one_time_codes set sealed = null where id = $1")
        .bind(i64::from(id))
        .execute(conn)
        .await?;
    Ok(())
}

/// Uses the newest code, if this is it. What is typed wrongly is counted; after a few tries the code opens nothing.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn use_up(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
    parent: u8,
    typed: &str,
    at: Timestamp,
) -> Result<Typed, StoreError> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let right: Option<bool> = sqlx::query_scalar(
        "update one_time_codes
        set used_at = case when hash = $3 then $4::timestamptz end,
            tries = tries + case when hash = $3 then 0 else 1 end
        where id = (
            select max(id)
            from one_time_codes
            where case_ref = $1
            and parent = $2
        )
        and used_at is null
        and ends_at > $4
        and tries < $5
        returning used_at is not null",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .bind(hash(keys, case, parent, &digits))
    .bind(at.to_sqlx())
    .bind(TRIES)
    .fetch_optional(conn)
    .await?;
    Ok(if right == Some(true) { Typed::Right } else { Typed::Wrong })
}

fn hash(keys: &Keys, case: CaseRef, parent: u8, code: &str) -> [u8; 32] {
    keys.search.hash("one-time-code", &[case.to_string().as_bytes(), &[parent], code.as_bytes()])
}
