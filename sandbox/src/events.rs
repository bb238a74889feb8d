//! The gapless sequence of events of a register, and the streams that read it.

use std::{pin::Pin, sync::Arc, time::Duration};

pub use proto::common::v1::EventKind;
use proto::common::v1::{Event, KeepAlive};
use sqlx::{PgConnection, Row};
use tokio::sync::{
    mpsc::{self, error::SendError},
    watch,
};
use tokio_stream::{Stream, StreamExt, wrappers::ReceiverStream};
use tonic::Status;

use crate::{
    faults::Fault, log::Quiet, misbehave::Mood, moment::Moment, operations::Operation,
    register::Register,
};

/// How often a stream with nothing to tell says that it is alive.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(3);
/// How many events are read at once.
const PAGE: usize = 200;

/// What a reader of a stream gets.
#[derive(Debug, Clone)]
pub enum Told {
    Event(Event),
    KeepAlive(KeepAlive),
}

/// An open stream of events.
pub type Telling<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Events of one transaction, each of a case.
#[derive(Debug, Default)]
pub struct Events {
    pub ids: Vec<uuid::Uuid>,
    pub cases: Vec<String>,
    pub kinds: Vec<&'static str>,
}

impl Events {
    pub fn add(&mut self, case: &str, kind: EventKind) {
        self.ids.push(uuid::Uuid::now_v7());
        self.cases.push(case.into());
        self.kinds.push(kind.as_str_name());
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// The beginning of the statement that adds events: ids `$1`, cases `$2`, kinds `$3`, the time `$4`.
///
/// The counter's row stays locked until the transaction ends, so the sequence has no gaps and no event becomes visible
/// before an earlier one. It is the last statement of its transaction: all other writers of events wait meanwhile.
macro_rules! telling {
    () => {
        "with counted as (
             update event_counter set latest = latest + cardinality($1) returning latest - cardinality($1) as before
         ), told as (
             insert into events (sequence, event_id, case_ref, kind, occurred_at)
             select before + nth, event_id, case_ref, kind, $4
             from counted, unnest($1, $2, $3) with ordinality as event (event_id, case_ref, kind, nth)
         ) "
    };
}
pub(crate) use telling;

/// Adds events that follow no command.
///
/// # Errors
///
/// Those of the database.
pub async fn append(conn: &mut PgConnection, events: &Events, now: Moment) -> Result<(), Fault> {
    sqlx::query(concat!(telling!(), "select"))
        .bind(&events.ids)
        .bind(&events.cases)
        .bind(&events.kinds)
        .bind(now.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Opens a stream from after `cursor`.
///
/// # Errors
///
/// [`Fault::CursorAhead`], and [`Fault::Unavailable`] while the stream is told to be.
pub async fn watch<T: From<Told> + Send + 'static>(
    register: Arc<Register>,
    operation: Operation,
    cursor: u64,
) -> Result<Telling<T>, Fault> {
    if let Some(Mood::Unavailable) = register.misbehaviour.meet(operation, "") {
        return Err(Fault::Unavailable);
    }
    // Whoever tells an event from here on rings the bell that this stream then hears.
    let bell = register.told.subscribe();
    if cursor > latest(&register).await? {
        return Err(Fault::CursorAhead);
    }
    let (out, stream) = mpsc::channel(32);
    tokio::spawn(async move {
        let open = register.metrics.stream_opened(operation);
        let mut reader = Reader { register, operation, cursor, before: None, bell, out };
        if let Err(fault) = reader.run().await {
            if let Fault::Database(cause) = &fault {
                let register = operation.jurisdiction().name();
                tracing::error!(register, operation = operation.name(), cause = %Quiet(cause), "stream broke");
            }
            // The reader may be gone already; then nobody needs to be told.
            let _ = reader.out.send(Err(fault.into())).await;
        }
        drop(open);
    });
    Ok(Box::pin(ReceiverStream::new(stream).map(|told| told.map(T::from))))
}

struct Reader {
    register: Arc<Register>,
    operation: Operation,
    cursor: u64,
    /// The last event that was told.
    before: Option<Event>,
    bell: watch::Receiver<()>,
    out: mpsc::Sender<Result<Told, Status>>,
}

/// What is left to read after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    /// The page was full: perhaps more.
    More,
    Nothing,
}

impl Reader {
    /// Tells events until the reader leaves, the register stops, or the stream is told to be unavailable.
    async fn run(&mut self) -> Result<(), Fault> {
        let misbehaviour = Arc::clone(&self.register.misbehaviour);
        let mut rules = misbehaviour.changes();
        loop {
            self.bell.mark_unchanged();
            rules.mark_unchanged();
            match misbehaviour.meet_open_stream(self.operation) {
                Some(Mood::Unavailable) => return Err(Fault::Unavailable),
                Some(Mood::Slow(delay)) => tokio::time::sleep(delay).await,
                Some(
                    Mood::LoseAnswer
                    | Mood::Refuse(_)
                    | Mood::Pending
                    | Mood::DuplicateEvent
                    | Mood::ReorderEvents,
                )
                | None => {}
            }
            while self.tell_a_page().await? == Afterwards::More {}
            tokio::select! {
                _ = self.bell.changed() => {}
                _ = rules.changed() => {}
                () = tokio::time::sleep(KEEP_ALIVE_EVERY) => {
                    let alive = KeepAlive { latest_sequence: latest(&self.register).await? };
                    if self.out.send(Ok(Told::KeepAlive(alive))).await.is_err() {
                        return Ok(());
                    }
                }
                () = self.out.closed() => return Ok(()),
                () = self.register.stopping.cancelled() => return Err(Fault::ShuttingDown),
            }
        }
    }

    /// Tells what comes next.
    async fn tell_a_page(&mut self) -> Result<Afterwards, Fault> {
        let rows = sqlx::query(
            "select sequence, event_id, case_ref, kind, occurred_at
             from events
             where sequence > $1
             order by sequence
             limit $2",
        )
        .bind(i64::try_from(self.cursor).unwrap_or(i64::MAX))
        .bind(PAGE as i64)
        .fetch_all(&self.register.pool)
        .await?;
        for row in &rows {
            let event = Event {
                sequence: row.get::<i64, _>("sequence").unsigned_abs(),
                event_id: row.get::<uuid::Uuid, _>("event_id").to_string(),
                case_ref: row.get("case_ref"),
                kind: EventKind::from_str_name(row.get("kind")).unwrap_or_default().into(),
                occurred_at: Some(
                    Moment::from(row.get::<jiff_sqlx::Timestamp, _>("occurred_at")).to_wire(),
                ),
            };
            self.cursor = event.sequence;
            if self.tell(event).await.is_err() {
                return Ok(Afterwards::Nothing);
            }
        }
        // What is told while a page is read rings the bell again.
        Ok(if rows.len() == PAGE { Afterwards::More } else { Afterwards::Nothing })
    }
}

impl Reader {
    /// Tells one event, and what a misbehaving stream adds to it: the same again, or the one before it.
    async fn tell(&mut self, event: Event) -> Result<(), SendError<Result<Told, Status>>> {
        let before = self.before.replace(event.clone());
        let mood = self.register.misbehaviour.meet_event(self.operation, before.as_ref());
        let added = match mood {
            Some(Mood::DuplicateEvent) => Some(event.clone()),
            Some(Mood::ReorderEvents) => before,
            _ => None,
        };
        for event in [Some(event), added].into_iter().flatten() {
            self.out.send(Ok(Told::Event(event))).await?;
        }
        Ok(())
    }
}

async fn latest(register: &Register) -> Result<u64, Fault> {
    let latest: i64 =
        sqlx::query_scalar("select latest from event_counter").fetch_one(&register.pool).await?;
    Ok(latest.unsigned_abs())
}
