//! The case file: all SQL of the engine (PostgreSQL), one module per table.
//!
//! Plain functions over `&mut PgConnection`: whoever calls begins and commits. What people typed is
//! kept as ciphertext only; plain columns hold references, closed words, times and hashes.

pub mod cases;
pub mod certifications;
mod columns;
pub mod contents;
pub mod deliveries;
mod desk;
pub mod drafts;
mod error;
pub mod keys;
pub mod log;
pub mod messages;
pub mod one_time_codes;
pub mod outbox;
pub mod papers;
pub mod parents;
pub mod payments;
pub mod reads;
pub mod requests;
pub mod search;
pub mod sign_ins;
pub mod staff;
pub mod statistics;
pub mod streams;
pub mod submissions;
pub mod texts;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection, PgPool, migrate::Migrator, postgres::PgPoolOptions};

pub use crate::{
    error::StoreError,
    keys::Keys,
    statistics::{Statistics, statistics},
};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// The channel that says there is something new in the outbox; the payload is empty.
pub const OUTBOX_CHANNEL: &str = "newborn_outbox";

/// A connection that has rested longer than this is asked whether it still lives before it is used.
const RESTED: Duration = Duration::from_secs(5);

/// Opens a pool of at most `max` connections to the case file.
///
/// # Errors
///
/// [`StoreError::Database`] when the address is none or nobody answers there.
pub async fn connect(url: &SecretString, max: u32) -> Result<PgPool, StoreError> {
    // A question before every use, sqlx's default, would double the round trips of a busy engine.
    let pool = PgPoolOptions::new()
        .max_connections(max)
        .test_before_acquire(false)
        .before_acquire(|conn, connection| {
            Box::pin(async move { Ok(connection.idle_for < RESTED || conn.ping().await.is_ok()) })
        })
        .connect(url.expose_secret())
        .await?;
    Ok(pool)
}

/// Brings the tables up to date. Fine to repeat, and for several processes at once.
///
/// # Errors
///
/// [`StoreError::Migration`] when a migration fails or was edited after it ran.
pub async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    MIGRATIONS.run(pool).await.map_err(StoreError::Migration)
}

/// Whether [`migrate`] has done all that this program knows of; a newer program may have done more.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn is_up_to_date(pool: &PgPool) -> Result<bool, StoreError> {
    let begun: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(pool)
        .await?;
    if !begun {
        return Ok(false);
    }
    let done: Option<i64> =
        sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
            .fetch_one(pool)
            .await?;
    Ok(done >= MIGRATIONS.iter().map(|it| it.version).max())
}

/// Asks the database whether it is there, and nothing else: for health pages.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn answers(pool: &PgPool) -> Result<(), StoreError> {
    Ok(pool.acquire().await?.ping().await?)
}
