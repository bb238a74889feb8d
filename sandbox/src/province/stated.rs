//! Statements in the database: found, held, kept, withdrawn.

use jiff_sqlx::ToSqlx;
use prost::Message;
use proto::{
    common::v1::Name,
    registry::v1::{
        Certification, Match, RefusalReason, Statement, StatementState, SubmitStatementRequest,
    },
};
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{
    content,
    finding::{self, Bound, Noticed},
    matching::{self, Birth},
};
use crate::{faults::Fault, register::Desk};

/// A statement as the register holds it.
pub struct Stated {
    pub statement_id: Uuid,
    pub case_ref: String,
    pub content_digest: String,
    pub birth: Birth,
    pub state: StatementState,
    pub bound: Option<Bound>,
}

/// Statements with the notices that they are bound to.
macro_rules! stated_where {
    ($condition:literal) => {
        concat!(
            "select statements.statement_id, case_ref, statements.content, content_digest, last_match, withdrawn_at,
                    registered_at, notice_id, notices.content as notice, accepted_differences
             from statements
             left join bindings on bindings.statement_id = statements.statement_id and unbound_at is null
             left join notices using (notice_id)
             where ",
            $condition
        )
    };
}
pub(super) use stated_where;

/// The statement received under a key.
///
/// # Errors
///
/// Those of the database.
pub async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<Stated>, Fault> {
    let row =
        sqlx::query(stated_where!("statements.key = $1")).bind(key).fetch_optional(conn).await?;
    row.map(|row| read(&row)).transpose()
}

/// The statement received under a key, with its dates and its row held for this transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn hold(desk: &mut Desk<'_>, key: &str) -> Result<Option<Stated>, Fault> {
    finding::hold_dates_of(desk.conn, key).await?;
    let row = sqlx::query(stated_where!("statements.key = $1 for no key update of statements"))
        .bind(key)
        .fetch_optional(&mut *desk.conn)
        .await?;
    row.map(|row| read(&row)).transpose()
}

/// Holds the dates of a new statement and of the older one whose place it takes, and gives the older one.
///
/// # Errors
///
/// Those of the database.
pub async fn hold_with_older(
    desk: &mut Desk<'_>,
    case: &str,
    birth: &Birth,
) -> Result<Option<Stated>, Fault> {
    let key: Option<String> = sqlx::query_scalar(
        "select key from statements where case_ref = $1 and withdrawn_at is null and cancelled_at is null",
    )
    .bind(case)
    .fetch_optional(&mut *desk.conn)
    .await?;
    let Some(key) = key else {
        finding::hold_dates(desk.conn, &[birth]).await?;
        return Ok(None);
    };
    let Some(older) = find(desk.conn, &key).await? else { return Ok(None) };
    let mut births = vec![birth, &older.birth];
    births.extend(older.bound.as_ref().map(|it| &it.notice.birth));
    finding::hold_dates(desk.conn, &births).await?;
    // Another call may have withdrawn it while this one waited.
    Ok(hold(desk, &key).await?.filter(|it| it.state != StatementState::Withdrawn))
}

/// Whether another case has a live statement for this child, and how it stands.
///
/// # Errors
///
/// Those of the database.
pub async fn of_another_case(
    conn: &mut PgConnection,
    case: &str,
    statement: &Statement,
    birth: &Birth,
) -> Result<Option<RefusalReason>, Fault> {
    let registered: Option<bool> = sqlx::query_scalar(
        "select registered_at is not null
         from statements
         where child_date_of_birth = $1
           and birth_parent_date_of_birth = $2
           and birth_parent_name = $3
           and birth_order = $4
           and case_ref <> $5
           and withdrawn_at is null and cancelled_at is null",
    )
    .bind(birth.date_of_birth.to_sqlx())
    .bind(birth.birth_parent_date_of_birth.to_sqlx())
    .bind(legal_name(statement))
    .bind(i32::try_from(birth.birth_order).unwrap_or(i32::MAX))
    .bind(case)
    .fetch_optional(conn)
    .await?;
    Ok(registered.map(|registered| {
        if registered { RefusalReason::AlreadyRegistered } else { RefusalReason::PossibleDuplicate }
    }))
}

/// Marks a statement withdrawn and parts it from its notice. Gives the notices that other statements may fit now.
///
/// # Errors
///
/// Those of the database.
pub async fn withdraw(desk: &mut Desk<'_>, stated: &Stated) -> Result<Vec<Noticed>, Fault> {
    let mut freed = finding::fitting_notices(desk.conn, &stated.birth).await?;
    freed.extend(stated.bound.as_ref().map(|it| it.notice.clone()));
    sqlx::query(
        "update bindings set unbound_at = $2 where statement_id = $1 and unbound_at is null",
    )
    .bind(stated.statement_id)
    .bind(desk.now.to_sqlx())
    .execute(&mut *desk.conn)
    .await?;
    sqlx::query("update statements set withdrawn_at = $2 where statement_id = $1")
        .bind(stated.statement_id)
        .bind(desk.now.to_sqlx())
        .execute(&mut *desk.conn)
        .await?;
    Ok(freed)
}

/// Keeps a statement and its certifications.
///
/// # Errors
///
/// Those of the database.
pub async fn insert(
    desk: &mut Desk<'_>,
    request: &SubmitStatementRequest,
    statement: &Statement,
    birth: &Birth,
    statement_id: Uuid,
    found: &Match,
) -> Result<(), Fault> {
    let given = &request.certifications;
    let texts = |of: fn(&Certification) -> &str| given.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: fn(&Certification) -> i64| given.iter().map(of).collect::<Vec<_>>();
    sqlx::query(
        "with certified as (
             insert into certifications
                 (statement_id, parent_index, text_version, language, method, certified_at, content_digest)
             select $1, parent_index, text_version, language, method, to_timestamp(seconds), content_digest
             from unnest($12, $13, $14, $15, $16, $17)
                 as given (parent_index, text_version, language, method, seconds, content_digest)
             on conflict do nothing
         )
         insert into statements
             (statement_id, key, case_ref, content, content_digest, child_date_of_birth, birth_parent_date_of_birth,
              birth_parent_name, birth_order, last_match, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(statement_id)
    .bind(&request.idempotency_key)
    .bind(&request.case_ref)
    .bind(statement.encode_to_vec())
    .bind(content::digest(statement))
    .bind(birth.date_of_birth.to_sqlx())
    .bind(birth.birth_parent_date_of_birth.to_sqlx())
    .bind(legal_name(statement))
    .bind(i32::try_from(birth.birth_order).unwrap_or(i32::MAX))
    .bind(found.encode_to_vec())
    .bind(desk.now.to_sqlx())
    .bind(numbers(|it| it.parent_index.into()))
    .bind(texts(|it| &it.text_version))
    .bind(texts(|it| it.language().as_str_name()))
    .bind(texts(|it| it.method().as_str_name()))
    .bind(numbers(|it| it.certified_at.unwrap_or_default().seconds))
    .bind(texts(|it| &it.content_digest))
    .execute(&mut *desk.conn)
    .await?;
    Ok(())
}

/// Reads a row of [`stated_where`].
///
/// # Errors
///
/// [`Fault::Unreadable`].
pub fn read(row: &sqlx::postgres::PgRow) -> Result<Stated, Fault> {
    let withdrawn: Option<jiff_sqlx::Timestamp> = row.get("withdrawn_at");
    let registered: Option<jiff_sqlx::Timestamp> = row.get("registered_at");
    let state = match (withdrawn, registered) {
        (None, None) => StatementState::Open,
        (None, Some(_)) => StatementState::Registered,
        (Some(_), _) => StatementState::Withdrawn,
    };
    let statement = Statement::decode(row.get::<&[u8], _>("content"))?;
    let bound = match row.get::<Option<String>, _>("notice_id") {
        Some(notice_id) => Some(Bound {
            notice: Noticed::read(notice_id, row.get("notice"))?,
            accepted: row.get("accepted_differences"),
        }),
        None => None,
    };
    Ok(Stated {
        statement_id: row.get("statement_id"),
        case_ref: row.get("case_ref"),
        content_digest: row.get("content_digest"),
        birth: Birth::stated(&statement).expect("a statement was checked before it was kept"),
        state,
        bound,
    })
}

fn legal_name(statement: &Statement) -> String {
    let parent = statement.parents.iter().find(|it| it.is_birth_parent);
    let name: Option<&Name> = parent.and_then(|it| it.legal_name.as_ref());
    name.map(matching::folded).unwrap_or_default()
}
