//! How an application stands, and what happens to it by itself: checking, issuing, the letter.

use jiff_sqlx::ToSqlx;
use proto::sin::v1::{Application, ApplicationState};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::numbers;
use crate::{
    clock::Due,
    events::{self, EventKind},
    faults::Fault,
    moment::Moment,
};

/// An application as the register holds it, without its number.
pub struct Received {
    pub application: Application,
    validating_due: Moment,
    issuing_due: Moment,
}

/// Everything but the number: no query of this program reads that column.
macro_rules! application_where {
    ($condition:literal) => {
        concat!(
            "select application_id, received_at, validating_due_at, issuing_due_at, validating_at, adjudication_at,
                    issued_at, letter_mailed_on, refused_at, withdrawn_at
             from applications
             where ",
            $condition
        )
    };
}

/// The application made with a key.
///
/// # Errors
///
/// Those of the database.
pub async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<Received>, Fault> {
    let row = sqlx::query(application_where!("key = $1")).bind(key).fetch_optional(conn).await?;
    Ok(row.map(|row| read(&row)))
}

/// The application made with a key, held for this transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn hold(conn: &mut PgConnection, key: &str) -> Result<Option<Received>, Fault> {
    let row = sqlx::query(application_where!("key = $1 for no key update"))
        .bind(key)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| read(&row)))
}

/// Does to one application all that is due, and says what moved last.
///
/// # Errors
///
/// Those of the database.
pub async fn advance(
    conn: &mut PgConnection,
    application: Uuid,
    now: Moment,
) -> Result<Option<EventKind>, Fault> {
    let row = sqlx::query(application_where!("application_id = $1 for no key update"))
        .bind(application)
        .fetch_one(&mut *conn)
        .await?;
    let received = read(&row);
    match received.application.state() {
        ApplicationState::Received | ApplicationState::Validating
            if received.issuing_due <= now =>
        {
            issue(conn, application, now).await?;
            Ok(Some(EventKind::SinIssued))
        }
        ApplicationState::Received if received.validating_due <= now => {
            sqlx::query("update applications set validating_at = $2 where application_id = $1")
                .bind(application)
                .bind(now.to_sqlx())
                .execute(conn)
                .await?;
            Ok(Some(EventKind::SinValidating))
        }
        ApplicationState::Received
        | ApplicationState::Validating
        | ApplicationState::Adjudication
        | ApplicationState::Issued
        | ApplicationState::Refused
        | ApplicationState::Withdrawn
        | ApplicationState::Unspecified => Ok(None),
    }
}

/// Does what is due to the application that has waited longest, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn advance_next(conn: &mut PgConnection, now: Moment) -> Result<Due, Fault> {
    let row = sqlx::query(
        "select application_id, case_ref
         from applications
         where next_due_at <= $1
         order by next_due_at
         limit 1
         for no key update skip locked",
    )
    .bind(now.to_sqlx())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return next(conn).await };
    match advance(conn, row.get("application_id"), now).await? {
        Some(kind) => events::append(conn, row.get("case_ref"), kind, now).await?,
        None => unreachable!("an application that is due moves"),
    }
    Ok(Due::Done)
}

async fn next(conn: &mut PgConnection) -> Result<Due, Fault> {
    let next: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar("select min(next_due_at) from applications").fetch_one(conn).await?;
    Ok(next.map_or(Due::Nothing, |at| Due::At(at.into())))
}

/// Gives a number that nobody has, and mails the letter the same day. The number stays in the database.
async fn issue(conn: &mut PgConnection, application: Uuid, now: Moment) -> Result<(), Fault> {
    loop {
        let issued = sqlx::query(
            "update applications
             set issued_at = $2, letter_mailed_on = $3, social_insurance_number = $4
             where application_id = $1
               and not exists (select from applications where social_insurance_number = $4)",
        )
        .bind(application)
        .bind(now.to_sqlx())
        .bind(now.date().to_sqlx())
        .bind(numbers::draw())
        .execute(&mut *conn)
        .await?;
        if issued.rows_affected() == 1 {
            return Ok(());
        }
    }
}

fn read(row: &PgRow) -> Received {
    let at = |column: &str| Moment::from(row.get::<jiff_sqlx::Timestamp, _>(column));
    let mailed_on = row.get::<Option<jiff_sqlx::Date>, _>("letter_mailed_on");
    Received {
        application: Application {
            application_id: row.get::<Uuid, _>("application_id").to_string(),
            state: state(row).into(),
            received_at: Some(at("received_at").to_wire()),
            letter_mailed_on: mailed_on.map(|it| it.to_jiff().to_string()).unwrap_or_default(),
        },
        validating_due: at("validating_due_at"),
        issuing_due: at("issuing_due_at"),
    }
}

/// How an application stands is told by what has happened to it.
fn state(row: &PgRow) -> ApplicationState {
    let happened = |column: &str| row.get::<Option<jiff_sqlx::Timestamp>, _>(column).is_some();
    if happened("withdrawn_at") {
        ApplicationState::Withdrawn
    } else if happened("refused_at") {
        ApplicationState::Refused
    } else if happened("issued_at") {
        ApplicationState::Issued
    } else if happened("adjudication_at") {
        ApplicationState::Adjudication
    } else if happened("validating_at") {
        ApplicationState::Validating
    } else {
        ApplicationState::Received
    }
}
