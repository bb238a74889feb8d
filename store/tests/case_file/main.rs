//! Every query of the case file, against a fresh PostgreSQL database per test.
//!
//! `NEWBORN_TEST_DATABASE_URL` says where databases may be created and dropped.

#![allow(clippy::unwrap_used)] // a test may fail as it likes

mod contents;
mod database;
mod drafts;
mod families;
mod forgetting;
mod intake;
mod lists;
mod lives;
mod log;
mod messages;
mod one_time_codes;
mod outbox;
mod papers;
mod payments;
mod reads;
mod records;
mod requests;
mod search;
mod sign_ins;
mod statistics;
mod streams;
mod tables;
mod texts;

use domain::{
    CaseRef,
    facts::{Change, Fact},
    people::Actor,
};
use jiff::{SignedDuration, Timestamp};
use store::{Keys, StoreError};

use self::database::Database;

/// The first moment of every test: 2026-11-23, a morning.
fn start() -> Timestamp {
    "2026-11-23T14:00:00Z".parse().unwrap()
}

/// So many seconds after the start.
fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn keys() -> Keys {
    Keys::new([7; 32], [9; 32])
}

fn case(text: &str) -> CaseRef {
    text.parse().unwrap()
}

/// The case that most tests are about.
fn some_case() -> CaseRef {
    case("NB-0000-0000")
}

fn another_case() -> CaseRef {
    case("NB-0000-0012")
}

/// Records as the engine.
async fn record(database: &Database, case: CaseRef, facts: &[Fact]) -> Vec<Change> {
    try_record(database, case, facts).await.unwrap()
}

async fn try_record(
    database: &Database,
    case: CaseRef,
    facts: &[Fact],
) -> Result<Vec<Change>, StoreError> {
    let mut tx = database.begin().await;
    let changes =
        store::cases::record(&mut tx, case, Actor::Engine, None, facts, after(60)).await?;
    tx.commit().await.unwrap();
    Ok(changes)
}
