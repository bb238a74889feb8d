//! The tasks on the desk. They change with the facts of their case, in [`crate::cases::record`].

use domain::{CaseRef, facts::Task};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use crate::{
    StoreError,
    columns::{inconsistent, read},
};

const TABLE: &str = "desk_tasks";

/// The open tasks of the case `c` as one JSON array, null if there is none.
macro_rules! open_tasks {
    () => {
        "(
            select json_agg(
                json_build_object(
                    'leg', leg, 'reason', reason, 'owner', owner, 'raised', raised_at, 'due', due_at
                )
                order by id
            )
            from desk_tasks t
            where t.case_ref = c.case_ref
            and cleared_at is null
        )"
    };
}

pub(crate) use open_tasks;

/// Reads what [`open_tasks`] selects.
pub(crate) fn from_json(
    case: CaseRef,
    tasks: Option<serde_json::Value>,
) -> Result<Vec<Task>, StoreError> {
    tasks.map_or(Ok(Vec::new()), |tasks| {
        serde_json::from_value(tasks).map_err(|_| inconsistent(TABLE, case))
    })
}

/// The open tasks of a case, in the order they were raised.
pub(crate) async fn open(conn: &mut PgConnection, case: CaseRef) -> Result<Vec<Task>, StoreError> {
    type Row = (String, String, String, jiff_sqlx::Timestamp, jiff_sqlx::Timestamp);
    let rows: Vec<Row> = sqlx::query_as(
        "select leg, reason, owner, raised_at, due_at
        from desk_tasks
        where case_ref = $1
        and cleared_at is null
        order by id",
    )
    .bind(case.to_string())
    .fetch_all(conn)
    .await?;
    let task = |(leg, reason, owner, raised, due): Row| {
        Ok(Task {
            leg: read(TABLE, case, &leg)?,
            reason: read(TABLE, case, &reason)?,
            owner: read(TABLE, case, &owner)?,
            raised: raised.to_jiff(),
            due: due.to_jiff(),
        })
    };
    rows.into_iter().map(task).collect()
}

/// Brings the desk from `before` to `after`: clears what is gone, raises what is new.
pub(crate) async fn change(
    conn: &mut PgConnection,
    case: CaseRef,
    before: &[Task],
    after: &[Task],
    at: Timestamp,
) -> Result<(), StoreError> {
    let gone: Vec<&Task> = before.iter().filter(|task| !after.contains(task)).collect();
    let new: Vec<&Task> = after.iter().filter(|task| !before.contains(task)).collect();
    if !gone.is_empty() {
        clear(conn, case, &gone, at).await?;
    }
    if !new.is_empty() {
        raise(conn, case, &new).await?;
    }
    Ok(())
}

async fn clear(
    conn: &mut PgConnection,
    case: CaseRef,
    tasks: &[&Task],
    at: Timestamp,
) -> Result<(), StoreError> {
    let legs: Vec<&str> = tasks.iter().map(|task| task.leg.code()).collect();
    let reasons: Vec<&str> = tasks.iter().map(|task| task.reason.code()).collect();
    let cleared = sqlx::query(
        "update desk_tasks
        set cleared_at = $4
        where case_ref = $1
        and (leg, reason) in (select * from unnest($2::text[], $3::text[]))
        and cleared_at is null",
    )
    .bind(case.to_string())
    .bind(&legs)
    .bind(&reasons)
    .bind(at.to_sqlx())
    .execute(conn)
    .await?;
    if cleared.rows_affected() == tasks.len() as u64 {
        Ok(())
    } else {
        Err(inconsistent(TABLE, case))
    }
}

async fn raise(conn: &mut PgConnection, case: CaseRef, tasks: &[&Task]) -> Result<(), StoreError> {
    sqlx::query(
        "insert into desk_tasks (case_ref, leg, reason, owner, raised_at, due_at)
        select $1, leg, reason, owner, raised_at, due_at
        from unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
            as task (leg, reason, owner, raised_at, due_at)",
    )
    .bind(case.to_string())
    .bind(tasks.iter().map(|task| task.leg.code()).collect::<Vec<_>>())
    .bind(tasks.iter().map(|task| task.reason.code()).collect::<Vec<_>>())
    .bind(tasks.iter().map(|task| task.owner.code()).collect::<Vec<_>>())
    .bind(tasks.iter().map(|task| task.raised.to_sqlx()).collect::<Vec<_>>())
    .bind(tasks.iter().map(|task| task.due.to_sqlx()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
