//! The registers' event streams, handed to the cases as signals.
//!
//! A case hears only what its file does not say already: the answer to a command usually tells the same, and sooner.
//! One consumer per register at a time: the cursor moves by compare-and-set after the signals were accepted, so a stale
//! consumer stops at its first write. Delivery is at least once; a case drops what it has heard.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    CaseRef,
    answers::{ApplicationState, EventKind, OrderState},
    facts::Facts,
    people::Register,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use prometheus::{IntCounterVec, Opts};
use proto::{
    common::v1::{Event, EventKind as Wire},
    registry::v1::{
        WatchRegistryEventsRequest, registry_event_service_client::RegistryEventServiceClient,
        watch_registry_events_response::Item as ProvinceItem,
    },
    sin::v1::{
        WatchSinEventsRequest, sin_event_service_client::SinEventServiceClient,
        watch_sin_events_response::Item as FederalItem,
    },
};
use sqlx::PgPool;
use store::{
    StoreError,
    streams::{self, Fenced, Lease},
};
use temporalio_client::{Client, WorkflowSignalOptions, errors::WorkflowInteractionError};
use tonic::{Status, transport::Channel};
use uuid::Uuid;
use workflows::{NewbornCase, NewbornCaseRun, news::News};

use crate::calls::context;

/// Takes one register's events for as long as it runs.
pub struct Consumer {
    register: Register,
    channel: Channel,
    pool: PgPool,
    temporal: Client,
    events: IntCounterVec,
    holder: Uuid,
}

/// Why a consumer lets go of the stream and begins anew.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the stream broke")]
    Stream(#[source] Box<Status>),
    #[error("the stream is silent")]
    Silent,
    #[error("the register ended the stream")]
    Ended,
    #[error("the stream skipped an event")]
    Gap,
    #[error("the engine did not take a signal")]
    Engine(#[source] WorkflowInteractionError),
    #[error("the case file did not answer")]
    Store(#[from] StoreError),
    #[error("another consumer has taken over")]
    Lost,
}

/// A lease lasts this long and is renewed well before.
const LEASE: SignedDuration = SignedDuration::from_secs(15);
const RENEW: Duration = Duration::from_secs(5);
/// By contract something comes at least every few seconds.
const SILENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(500);
/// An answer gets this much of a start before the event of the same change.
const ANSWERS_FIRST: Duration = Duration::from_millis(250);
const BATCH: usize = 200;
const SIGNALS_AT_ONCE: usize = 16;

/// What the events of all registers are counted in.
///
/// # Errors
///
/// If the registry has this name already.
pub fn counter(registry: &prometheus::Registry) -> Result<IntCounterVec, prometheus::Error> {
    let events = IntCounterVec::new(
        Opts::new("newborn_events_total", "Events of the registers by what became of them."),
        &["register", "outcome"],
    )?;
    registry.register(Box::new(events.clone()))?;
    Ok(events)
}

impl Consumer {
    #[must_use]
    pub fn new(
        register: Register,
        channel: Channel,
        pool: PgPool,
        temporal: Client,
        events: IntCounterVec,
    ) -> Self {
        Self { register, channel, pool, temporal, events, holder: Uuid::now_v7() }
    }

    /// Consumes until it is dropped. What breaks is begun anew after a moment.
    pub async fn run(self) {
        loop {
            match self.lease().await {
                Ok(Some(lease)) => {
                    let Err(why) = self.consume(lease).await;
                    tracing::info!(register = self.register.code(), why = %why, "event stream begins anew");
                    let released = async {
                        let mut conn = self.pool.acquire().await.map_err(StoreError::Database)?;
                        streams::release(&mut conn, self.register, lease.epoch).await
                    };
                    // A lease that is not given back runs out by itself.
                    let _ = released.await;
                }
                Ok(None) => (),
                Err(error) => {
                    tracing::warn!(
                        register = self.register.code(),
                        error = &error as &dyn std::error::Error,
                        "no lease"
                    );
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn lease(&self) -> Result<Option<Lease>, StoreError> {
        let mut conn = self.pool.acquire().await.map_err(StoreError::Database)?;
        let now = Timestamp::now();
        streams::claim(&mut conn, self.register, self.holder, now, now + LEASE).await
    }

    async fn consume(&self, lease: Lease) -> Result<std::convert::Infallible, Broken> {
        let mut events = self.watch(lease.cursor).await?.ready_chunks(BATCH);
        let mut renewal = tokio::time::interval(RENEW);
        let mut cursor = lease.cursor;
        let mut silent = Box::pin(tokio::time::sleep(SILENCE));
        loop {
            let chunk = tokio::select! {
                chunk = events.next() => chunk,
                () = &mut silent => return Err(Broken::Silent),
                _ = renewal.tick() => {
                    self.renew(lease).await?;
                    continue;
                }
            };
            silent.as_mut().reset(tokio::time::Instant::now() + SILENCE);
            let batch: Vec<Event> = chunk
                .ok_or(Broken::Ended)?
                .into_iter()
                .filter_map(Result::transpose)
                .collect::<Result<_, _>>()
                .map_err(|status| Broken::Stream(Box::new(status)))?;
            let newest = newest(cursor, &batch).ok_or(Broken::Gap)?;
            tokio::time::sleep(ANSWERS_FIRST).await;
            self.signal(batch).await?;
            if newest > cursor {
                self.advance(lease, cursor, newest).await?;
                cursor = newest;
            }
        }
    }

    /// Events after the cursor. `None` is a keep-alive.
    async fn watch(
        &self,
        after_sequence: u64,
    ) -> Result<stream::BoxStream<'static, Result<Option<Event>, Status>>, Broken> {
        let broken = |status| Broken::Stream(Box::new(status));
        Ok(match self.register {
            Register::Province => RegistryEventServiceClient::new(self.channel.clone())
                .watch_registry_events(WatchRegistryEventsRequest {
                    context: context(""),
                    after_sequence,
                })
                .await
                .map_err(broken)?
                .into_inner()
                .map_ok(|response| match response.item {
                    Some(ProvinceItem::Event(event)) => Some(event),
                    Some(ProvinceItem::KeepAlive(_)) | None => None,
                })
                .boxed(),
            Register::Federal => SinEventServiceClient::new(self.channel.clone())
                .watch_sin_events(WatchSinEventsRequest { context: context(""), after_sequence })
                .await
                .map_err(broken)?
                .into_inner()
                .map_ok(|response| match response.item {
                    Some(FederalItem::Event(event)) => Some(event),
                    Some(FederalItem::KeepAlive(_)) | None => None,
                })
                .boxed(),
        })
    }

    /// Signals a batch: cases beside each other, the events of one case in order.
    async fn signal(&self, batch: Vec<Event>) -> Result<(), Broken> {
        let mut cases: BTreeMap<CaseRef, Vec<(u64, Change)>> = BTreeMap::new();
        for event in batch {
            match (event.case_ref.parse(), change(event.kind)) {
                (Ok(case), Some(change)) => {
                    cases.entry(case).or_default().push((event.sequence, change));
                }
                // Nobody needs to be told: not ours, or a word of a later contract.
                (Err(_), _) | (_, None) => self.count("passed-over"),
            }
        }
        let refs: Vec<CaseRef> = cases.keys().copied().collect();
        if refs.is_empty() {
            return Ok(());
        }
        let mut conn = self.pool.acquire().await.map_err(StoreError::Database)?;
        for known in store::cases::several(&mut conn, &refs).await? {
            let Some(changes) = cases.get_mut(&known.case) else { continue };
            let before = changes.len();
            changes.retain(|(_, change)| !change.is_known(&known.facts));
            self.events
                .with_label_values(&[self.register.code(), "known"])
                .inc_by((before - changes.len()) as u64);
        }
        drop(conn);
        stream::iter(cases.into_iter().map(Ok))
            .try_for_each_concurrent(SIGNALS_AT_ONCE, |(case, changes)| async move {
                for (sequence, change) in changes {
                    let news = News { register: self.register, sequence, kind: change.kind() };
                    self.signal_one(case, news).await?;
                }
                Ok(())
            })
            .await
    }

    async fn signal_one(&self, case: CaseRef, news: News) -> Result<(), Broken> {
        let once = format!("{}-{}", news.register, news.sequence);
        let signalled = self
            .temporal
            .get_workflow_handle::<NewbornCaseRun>(case.to_string())
            .signal(
                NewbornCase::news,
                news,
                WorkflowSignalOptions::builder().request_id(once).build(),
            )
            .await;
        match signalled {
            Ok(()) => self.count("signalled"),
            // The case has ended: it learnt the same from an answer.
            Err(WorkflowInteractionError::NotFound(_)) => self.count("case-closed"),
            Err(error) => return Err(Broken::Engine(error)),
        }
        Ok(())
    }

    async fn advance(&self, lease: Lease, from: u64, to: u64) -> Result<(), Broken> {
        let mut conn = self.pool.acquire().await.map_err(StoreError::Database)?;
        match streams::advance(&mut conn, self.register, lease.epoch, from, to).await? {
            Fenced::Moved => Ok(()),
            Fenced::Lost => Err(Broken::Lost),
        }
    }

    async fn renew(&self, lease: Lease) -> Result<(), Broken> {
        let mut conn = self.pool.acquire().await.map_err(StoreError::Database)?;
        match streams::renew(&mut conn, self.register, lease.epoch, Timestamp::now() + LEASE)
            .await?
        {
            Fenced::Moved => Ok(()),
            Fenced::Lost => Err(Broken::Lost),
        }
    }

    fn count(&self, outcome: &str) {
        self.events.with_label_values(&[self.register.code(), outcome]).inc();
    }
}

/// Where the cursor stands after a batch; `None` if the batch leaves a gap. An event that comes again is fine.
fn newest(cursor: u64, batch: &[Event]) -> Option<u64> {
    batch
        .iter()
        .try_fold(cursor, |at, event| (event.sequence <= at + 1).then_some(at.max(event.sequence)))
}

/// What an event says of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Birth(EventKind),
    Order(OrderState),
    Application(ApplicationState),
}

fn change(kind: i32) -> Option<Change> {
    Some(match Wire::try_from(kind).ok()? {
        Wire::MatchChanged => Change::Birth(EventKind::MatchChanged),
        Wire::Amended => Change::Birth(EventKind::Amended),
        Wire::Cancelled => Change::Birth(EventKind::Cancelled),
        Wire::OrderInProduction => Change::Order(OrderState::InProduction),
        Wire::OrderPrinted => Change::Order(OrderState::Printed),
        Wire::OrderMailed => Change::Order(OrderState::Mailed),
        Wire::OrderReturned => Change::Order(OrderState::Returned),
        Wire::SinAdjudication => Change::Application(ApplicationState::Adjudication),
        Wire::SinIssued => Change::Application(ApplicationState::Issued),
        Wire::SinLetterMailed => Change::Application(ApplicationState::LetterMailed),
        Wire::SinRefused => Change::Application(ApplicationState::Refused),
        // What the answers to REGISTER and to a payment say already, and what changes nothing for a case.
        Wire::Registered | Wire::FeePaid | Wire::SinValidating | Wire::Unspecified => return None,
    })
}

impl Change {
    const fn kind(self) -> EventKind {
        match self {
            Self::Birth(kind) => kind,
            Self::Order(_) => EventKind::OrderMoved,
            Self::Application(_) => EventKind::ApplicationMoved,
        }
    }

    /// Whether the case file says so already, so that the case has nothing to look for.
    fn is_known(self, facts: &Facts) -> bool {
        match self {
            _ if facts.closed.is_some() => true,
            Self::Birth(EventKind::MatchChanged) => facts.registered.is_some(),
            Self::Birth(_) => false,
            Self::Order(state) => match state {
                OrderState::Accepted => facts.order.is_some(),
                OrderState::InProduction => facts.production.is_some(),
                OrderState::Printed => facts.printed.is_some(),
                OrderState::Mailed => facts.mailed.is_some(),
                OrderState::Returned => facts.returned.is_some(),
                OrderState::Cancelled | OrderState::Void => facts.order_ended.is_some(),
            },
            Self::Application(state) => match state {
                ApplicationState::Received | ApplicationState::Validating => {
                    facts.application.is_some()
                }
                ApplicationState::Adjudication => facts.adjudication.is_some(),
                ApplicationState::Issued => facts.issued.is_some(),
                ApplicationState::LetterMailed => facts.letter_mailed.is_some(),
                ApplicationState::Refused => facts.sin_refused.is_some(),
                ApplicationState::Withdrawn => facts.sin_withdrawn.is_some(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::facts::Fact;

    use super::*;

    fn events(sequences: &[u64]) -> Vec<Event> {
        sequences.iter().map(|sequence| Event { sequence: *sequence, ..Event::default() }).collect()
    }

    #[test]
    fn a_gap_in_the_stream_is_noticed() {
        assert_eq!(newest(4, &events(&[5, 6, 7])), Some(7));
        assert_eq!(newest(4, &events(&[5, 7])), None);
        assert_eq!(newest(4, &events(&[6])), None);
    }

    #[test]
    fn an_event_that_comes_again_moves_nothing_back() {
        assert_eq!(newest(4, &events(&[4, 5, 5, 6])), Some(6));
        assert_eq!(newest(4, &events(&[2])), Some(4));
    }

    #[test]
    fn a_case_is_not_told_what_its_file_says() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let mut facts = Facts::received(at, None, true, 1);
        let mailed = Change::Order(OrderState::Mailed);
        facts.add(&Fact::OrderMoved { state: OrderState::Printed, on: None }, at);
        assert!(Change::Order(OrderState::InProduction).is_known(&facts));
        assert!(!mailed.is_known(&facts));
        facts.add(&Fact::OrderMoved { state: OrderState::Mailed, on: None }, at);
        assert!(mailed.is_known(&facts));
        assert!(!Change::Birth(EventKind::Amended).is_known(&facts));
    }
}
