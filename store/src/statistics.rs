//! How many cases stand where, for metrics and the operators' page.

mod shapes;

use std::collections::BTreeMap;

use domain::{
    desk::{Leg, Owner, Reason},
    facts::Message,
    standing::{BirthStanding, CertificateStanding, FeeStanding, SinStanding},
};
use jiff::Timestamp;
use sqlx::PgConnection;

use crate::{
    StoreError,
    columns::{number, read},
};

/// Counts over the whole case file. What nobody has is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    pub birth: BTreeMap<BirthStanding, u64>,
    pub certificate: BTreeMap<CertificateStanding, u64>,
    pub sin: BTreeMap<SinStanding, u64>,
    pub fee: BTreeMap<FeeStanding, u64>,
    /// Open tasks.
    pub desk: Vec<DeskCount>,
    pub outbox: OutboxCount,
    pub messages: BTreeMap<Message, u64>,
}

/// The open tasks of one leg and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskCount {
    pub leg: Leg,
    pub reason: Reason,
    pub owner: Owner,
    pub open: u64,
    /// When the first of them should have been acted on.
    pub first_due: Timestamp,
}

/// Errands that are not done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxCount {
    pub waiting: u64,
    pub oldest: Option<Timestamp>,
}

/// Counts everything. Reads every case once, in the database: meant for a page or a scrape, not for
/// each request.
///
/// # Errors
///
/// [`StoreError::Database`] or [`StoreError::Inconsistent`].
pub async fn statistics(conn: &mut PgConnection) -> Result<Statistics, StoreError> {
    let mut statistics = Statistics::default();
    for (facts, count) in shapes::count(conn).await? {
        *statistics.birth.entry(facts.birth()).or_default() += count;
        *statistics.certificate.entry(facts.certificate()).or_default() += count;
        *statistics.sin.entry(facts.sin()).or_default() += count;
        *statistics.fee.entry(facts.fee().state).or_default() += count;
    }
    statistics.desk = desk(conn).await?;
    statistics.outbox = outbox(conn).await?;
    statistics.messages = messages(conn).await?;
    Ok(statistics)
}

async fn desk(conn: &mut PgConnection) -> Result<Vec<DeskCount>, StoreError> {
    const TABLE: &str = "desk_tasks";
    type Row = (String, String, String, i64, jiff_sqlx::Timestamp);
    let rows: Vec<Row> = sqlx::query_as(
        "select leg, reason, owner, count(*), min(due_at)
        from desk_tasks
        where cleared_at is null
        group by leg, reason, owner
        order by leg, reason, owner",
    )
    .fetch_all(conn)
    .await?;
    let count = |(leg, reason, owner, open, first_due): Row| {
        Ok(DeskCount {
            leg: read(TABLE, &leg, &leg)?,
            reason: read(TABLE, &reason, &reason)?,
            owner: read(TABLE, &owner, &owner)?,
            open: number(TABLE, &reason, open)?,
            first_due: first_due.to_jiff(),
        })
    };
    rows.into_iter().map(count).collect()
}

async fn outbox(conn: &mut PgConnection) -> Result<OutboxCount, StoreError> {
    let (waiting, oldest): (i64, Option<jiff_sqlx::Timestamp>) = sqlx::query_as(
        "select count(*), min(written_at)
        from outbox
        where done_at is null",
    )
    .fetch_one(conn)
    .await?;
    let waiting = number("outbox", "counted", waiting)?;
    Ok(OutboxCount { waiting, oldest: oldest.map(jiff_sqlx::Timestamp::to_jiff) })
}

async fn messages(conn: &mut PgConnection) -> Result<BTreeMap<Message, u64>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select message, count(*)
        from messages
        group by message",
    )
    .fetch_all(conn)
    .await?;
    let count = |(word, told): (String, i64)| {
        Ok((read("messages", &word, &word)?, number("messages", &word, told)?))
    };
    rows.into_iter().map(count).collect()
}
