//! What each parent was told: each message once, or once per version of the content.

use domain::{
    CaseRef,
    facts::{Audience, Change, Fact, Message, Occasion},
    people::Actor,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{
    StoreError, cases,
    columns::{number, read},
};

/// Tells the parents whom the message is for, unless they were told. A fact says itself what they are told of it:
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
    tell_except(conn, case, message, None, at).await
}

/// As [`tell`], but not the parent who said it themselves.
async fn tell_except(
    conn: &mut PgConnection,
    case: CaseRef,
    message: Message,
    said_by: Option<u8>,
    at: Timestamp,
) -> Result<Change, StoreError> {
    let audience = match message.audience() {
        Audience::Everyone => "EVERYONE",
        Audience::Uncertified => "UNCERTIFIED",
        Audience::First => "FIRST",
        Audience::Asked => "ASKED",
        Audience::Authors => "AUTHORS",
    };
    let occasion = match message.occasion() {
        Occasion::Case => "CASE",
        Occasion::Content => "CONTENT",
        Occasion::Papers => "PAPERS",
    };
    let told = sqlx::query(
        "insert into messages (case_ref, message, parent, occasion, told_at)
        select c.case_ref, $2, p.parent,
            case $4
                when 'CASE' then 0
                when 'CONTENT' then c.content_version
                when 'PAPERS' then c.papers_asked
            end,
            $3
        from cases c
        join parents p using (case_ref)
        where c.case_ref = $1
        and (c.protected_parent is null or c.protected_parent = p.parent)
        and c.loss_reported_at is null
        and case $5
            when 'EVERYONE' then p.confirmed_at is not null
            when 'UNCERTIFIED' then p.confirmed_at is not null and not p.parent = any(c.certified_by)
            when 'FIRST' then p.parent = 0
            when 'AUTHORS' then p.parent = 0 or p.parent = any(c.certified_by)
            -- One message for the children of one birth: whoever is asked for an earlier one finds the others beside it.
            when 'ASKED' then not p.parent = any(c.certified_by) and not exists (
                select from cases e
                where e.submission = c.submission
                and e.ordinal < c.ordinal
                and not p.parent = any(e.certified_by)
                and e.objection is null
                and e.loss_reported_at is null
                and e.closed_at is null
            )
        end
        and p.parent is distinct from $6
        on conflict on constraint each_message_once do nothing",
    )
    .bind(case.to_string())
    .bind(message.code())
    .bind(at.to_sqlx())
    .bind(occasion)
    .bind(audience)
    .bind(said_by.map(i16::from))
    .execute(&mut *conn)
    .await?;
    match told.rows_affected() {
        0 if !cases::exists(conn, case).await? => Err(StoreError::NoCase),
        0 => Ok(Change::Known),
        _ => Ok(Change::New),
    }
}

/// Tells the other parents who certified that something changed, once per version of it, and never what.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn tell_others(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
    version: u32,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into messages (case_ref, message, parent, occasion, told_at)
        select c.case_ref, $2, p.parent, $4, $5
        from cases c
        join parents p using (case_ref)
        where c.case_ref = $1
        and p.parent <> $3
        and p.confirmed_at is not null
        and c.protected_parent is null
        and c.loss_reported_at is null
        on conflict on constraint each_message_once do nothing",
    )
    .bind(case.to_string())
    .bind(Message::SomethingChanged.code())
    .bind(i16::from(parent))
    .bind(number::<_, i32>("messages", case, version)?)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    Ok(())
}

/// Records what happened to a case, and tells its parents what they are told of it. A message is told once, also if the
/// fact was known already: that a leg was withdrawn changes nothing more once its order was cancelled.
///
/// # Errors
///
/// As for [`cases::record`].
pub async fn record_and_tell(
    conn: &mut PgConnection,
    case: CaseRef,
    actor: Actor,
    facts: &[Fact],
    at: Timestamp,
) -> Result<(), StoreError> {
    cases::record(conn, case, actor, None, facts, at).await?;
    for fact in facts {
        if let Some(message) = fact.message() {
            tell_except(conn, case, message, fact.said_by(), at).await?;
        }
    }
    Ok(())
}

/// What a parent was told, oldest first.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn told(
    conn: &mut PgConnection,
    case: CaseRef,
    parent: u8,
) -> Result<Vec<(Message, Timestamp)>, StoreError> {
    let rows: Vec<(String, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "select message, told_at
        from messages
        where case_ref = $1
        and parent = $2
        order by told_at, message",
    )
    .bind(case.to_string())
    .bind(i16::from(parent))
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|(word, at)| Ok((read("messages", case, &word)?, at.to_jiff()))).collect()
}
