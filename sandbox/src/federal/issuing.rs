//! How an application stands, and what happens to it by itself: checking, issuing, the letter.

use jiff_sqlx::ToSqlx;
use proto::sin::v1::{Application, ApplicationState};
use sqlx::{PgConnection, Row, postgres::PgRow};
use uuid::Uuid;

use super::numbers;
use crate::{clock::Timed, events::EventKind, faults::Fault, moment::Moment};

/// An application as the register holds it, without its number.
pub struct Received {
    pub application: Application,
    application_id: Uuid,
    case_ref: String,
    validating_due: Moment,
    issuing_due: Moment,
}

/// Everything but the number: no query of this program reads that column.
macro_rules! application_columns {
    () => {
        "application_id, case_ref, received_at, validating_due_at, issuing_due_at, validating_at, adjudication_at, issued_at,
         letter_mailed_on, refused_at, withdrawn_at"
    };
}
pub(super) use application_columns;

macro_rules! application_where {
    ($condition:literal) => {
        concat!("select ", application_columns!(), " from applications where ", $condition)
    };
}

/// The application made with a key.
///
/// # Errors
///
/// Those of the database.
pub async fn find(conn: &mut PgConnection, key: &str) -> Result<Option<Received>, Fault> {
    let row = sqlx::query(application_where!("key = $1")).bind(key).fetch_optional(conn).await?;
    Ok(row.map(|row| Received::read(&row)))
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
    Ok(row.map(|row| Received::read(&row)))
}

impl Timed for Received {
    const NEXT: &'static str = application_where!(
        "next_due_at <= $1 order by next_due_at limit 1 for no key update skip locked"
    );
    const NEXT_AT: &'static str = "select min(next_due_at) from applications";

    fn read(row: &PgRow) -> Self {
        let at = |column: &str| Moment::from(row.get::<jiff_sqlx::Timestamp, _>(column));
        let mailed_on = row.get::<Option<jiff_sqlx::Date>, _>("letter_mailed_on");
        let application_id: Uuid = row.get("application_id");
        Self {
            application: Application {
                application_id: application_id.to_string(),
                state: state(row).into(),
                received_at: Some(at("received_at").to_wire()),
                letter_mailed_on: mailed_on.map(|it| it.to_jiff().to_string()).unwrap_or_default(),
            },
            application_id,
            case_ref: row.get("case_ref"),
            validating_due: at("validating_due_at"),
            issuing_due: at("issuing_due_at"),
        }
    }

    fn case_ref(&self) -> &str {
        &self.case_ref
    }

    async fn advance(
        self,
        conn: &mut PgConnection,
        now: Moment,
    ) -> Result<(Self, Option<EventKind>), Fault> {
        match self.application.state() {
            ApplicationState::Received | ApplicationState::Validating
                if self.issuing_due <= now =>
            {
                let issued = issue(conn, self.application_id, now).await?;
                Ok((issued, Some(EventKind::SinIssued)))
            }
            ApplicationState::Received if self.validating_due <= now => {
                let row = sqlx::query(concat!(
                    "update applications set validating_at = $2 where application_id = $1 returning ",
                    application_columns!()
                ))
                .bind(self.application_id)
                .bind(now.to_sqlx())
                .fetch_one(conn)
                .await?;
                Ok((Self::read(&row), Some(EventKind::SinValidating)))
            }
            ApplicationState::Received
            | ApplicationState::Validating
            | ApplicationState::Adjudication
            | ApplicationState::Issued
            | ApplicationState::Refused
            | ApplicationState::Withdrawn
            | ApplicationState::Unspecified => Ok((self, None)),
        }
    }
}

/// Gives a number that nobody has, and mails the letter the same day. The number stays in the database.
async fn issue(conn: &mut PgConnection, application: Uuid, now: Moment) -> Result<Received, Fault> {
    loop {
        let issued = sqlx::query(concat!(
            "update applications
             set issued_at = $2, letter_mailed_on = $3, social_insurance_number = $4
             where application_id = $1
               and not exists (select from applications where social_insurance_number = $4)
             returning ",
            application_columns!()
        ))
        .bind(application)
        .bind(now.to_sqlx())
        .bind(now.date().to_sqlx())
        .bind(numbers::draw())
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(row) = issued {
            return Ok(Received::read(&row));
        }
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
