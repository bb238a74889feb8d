//! What the province holds, without anything personal: for whoever checks that the registers agree.

use serde::Serialize;
use sqlx::{PgPool, prelude::FromRow};

/// A statement.
#[derive(Debug, Serialize, FromRow)]
pub struct StatementLine {
    statement_id: String,
    case: String,
    state: String,
    key: String,
}

/// A notice, and the statement it is bound to.
#[derive(Debug, Serialize, FromRow)]
pub struct NoticeLine {
    notice_id: String,
    state: String,
    statement_id: Option<String>,
}

/// A registration.
#[derive(Debug, Serialize, FromRow)]
pub struct RegistrationLine {
    registration_number: String,
    statement_id: String,
    case: String,
    state: String,
    key: String,
}

/// A certificate order.
#[derive(Debug, Serialize, FromRow)]
pub struct CertificateLine {
    order_id: String,
    registration_number: String,
    case: String,
    state: String,
    key: String,
}

/// A fee.
#[derive(Debug, Serialize, FromRow)]
pub struct FeeLine {
    fee_id: String,
    case: String,
    state: String,
    amount_cents: i32,
}

/// Everything.
#[derive(Debug, Serialize)]
pub struct Ledger {
    statements: Vec<StatementLine>,
    notices: Vec<NoticeLine>,
    registrations: Vec<RegistrationLine>,
    certificates: Vec<CertificateLine>,
    fees: Vec<FeeLine>,
    cancellation_attempts: i64,
}

/// Reads everything as it stands at one moment.
///
/// # Errors
///
/// Those of the database.
pub async fn read(pool: &PgPool) -> sqlx::Result<Ledger> {
    let mut tx = pool.begin_with("begin isolation level repeatable read read only").await?;
    let statements = sqlx::query_as(
        r#"select statement_id::text, case_ref as "case", key,
                  case when withdrawn_at is not null then 'WITHDRAWN'
                       when registered_at is not null then 'REGISTERED'
                       else 'OPEN' end as state
           from statements
           order by received_at, statement_id"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let notices = sqlx::query_as(
        r#"select notice_id, live.statement_id::text,
                  case when registration_number is not null then 'REGISTERED'
                       when live.notice_id is not null then 'BOUND'
                       else 'OPEN' end as state
           from notices
           left join (
               select notice_id, statement_id from bindings where unbound_at is null
           ) as live using (notice_id)
           left join registrations using (notice_id)
           order by notices.received_at, notice_id"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let registrations = sqlx::query_as(
        r#"select registration_number, statement_id::text, case_ref as "case", key,
                  case when cancelled_on is null then 'ACTIVE' else 'CANCELLED' end as state
           from registrations
           order by registered_at, registration_number"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let certificates = sqlx::query_as(
        r#"select order_id::text, registration_number, case_ref as "case", key,
                  case when cancelled_at is not null then 'CANCELLED'
                       when voided_at is not null then 'VOID'
                       when returned_at is not null then 'RETURNED'
                       when mailed_at is not null then 'MAILED'
                       when printed_at is not null then 'PRINTED'
                       when production_began_at is not null then 'IN_PRODUCTION'
                       else 'ACCEPTED' end as state
           from orders
           order by accepted_at, order_id"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let fees = sqlx::query_as(
        r#"select fee_id::text, case_ref as "case", amount_cents,
                  case when earned_at is not null then 'EARNED'
                       when refunded_at is not null then 'REFUNDED'
                       else 'UNEARNED' end as state
           from fees
           order by paid_at, fee_id"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let cancellation_attempts = sqlx::query_scalar("select count(*) from cancellation_attempts")
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Ledger { statements, notices, registrations, certificates, fees, cancellation_attempts })
}
