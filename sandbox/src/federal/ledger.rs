//! What the federal register holds, without anything personal and without the numbers.

use serde::Serialize;
use sqlx::{PgPool, prelude::FromRow};

/// An application.
#[derive(Debug, Serialize, FromRow)]
pub struct ApplicationLine {
    application_id: String,
    registration_number: String,
    case: String,
    state: String,
    key: String,
}

/// Reads all applications.
///
/// # Errors
///
/// Those of the database.
pub async fn read(pool: &PgPool) -> sqlx::Result<Vec<ApplicationLine>> {
    sqlx::query_as(
        r#"select application_id::text, registration_number, case_ref as "case", key,
                  case when withdrawn_at is not null then 'WITHDRAWN'
                       when refused_at is not null then 'REFUSED'
                       when issued_at is not null then 'ISSUED'
                       when adjudication_at is not null then 'ADJUDICATION'
                       when validating_at is not null then 'VALIDATING'
                       else 'RECEIVED' end as state
           from applications
           order by received_at, application_id"#,
    )
    .fetch_all(pool)
    .await
}
