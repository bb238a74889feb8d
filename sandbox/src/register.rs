//! One register: its database, its bell, and the one way every call goes through it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::{
    caller::Caller,
    calls::{Answer, Call, Command, Query},
    events::{EventKind, Events},
    faults::Fault,
    keys::{self, Key, Known},
    log,
    metrics::Metrics,
    misbehave::{Misbehaviour, Mood},
    moment::Moment,
    operations::{Jurisdiction, OpenTo, Operation},
};

/// How long the register takes for what happens by itself. Zero is: at once, inside the call.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// From the acceptance of an order to its production.
    pub production: Duration,
    /// From production to mailing.
    pub mailing: Duration,
    /// From the receipt of an application to the issuing of the number and the mailing of the letter.
    pub issuing: Duration,
}

/// One register.
pub struct Register {
    pub jurisdiction: Jurisdiction,
    pub pool: PgPool,
    pub pace: Pace,
    pub misbehaviour: Arc<Misbehaviour>,
    pub metrics: Metrics,
    /// Rung after a transaction that told an event.
    pub told: watch::Sender<()>,
    /// Rung after a transaction that left something to happen by itself.
    pub scheduled: Notify,
    pub stopping: CancellationToken,
}

/// What a command works with: the transaction, the time, and what must be rung afterwards.
pub struct Desk<'a> {
    pub conn: &'a mut PgConnection,
    pub now: Moment,
    pub pace: Pace,
    pub key: &'a Key,
    pub course: Course,
    events: Events,
    scheduled: bool,
}

/// How an application goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// It is checked and a number issued, by themselves.
    Usual,
    /// A federal officer must decide, as a misbehaving register was told.
    ToAnOfficer,
}

/// Whom to wake once the transaction is committed.
#[derive(Debug, Clone, Copy)]
struct Bells {
    told: bool,
    scheduled: bool,
}

/// What became of a command.
enum Worked<A> {
    /// It was worked in this transaction.
    Now { answer: A, bells: Bells },
    /// It was answered before, or undone before: this transaction changed nothing.
    Before(A),
}

impl Desk<'_> {
    /// Adds an event to the register's sequence, at the end of the transaction.
    pub fn tell(&mut self, case: &str, kind: EventKind) {
        self.events.add(case, kind);
    }

    /// Something will happen by itself: the clock must look again.
    pub const fn leave_to_the_clock(&mut self) {
        self.scheduled = true;
    }

    /// Shuts the door on a command that may still come.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn shut(&mut self, key: &str) -> Result<keys::Undoing, Fault> {
        keys::shut(self.conn, key, self.now).await?;
        Ok(keys::Undoing::NothingToUndo)
    }
}

impl Register {
    /// Answers a question that changes nothing.
    ///
    /// # Errors
    ///
    /// The fault, as a status.
    pub async fn query<Q: Query>(
        &self,
        request: Request<Q>,
    ) -> Result<Response<Q::Answer>, Status> {
        let (started, caller) = (Instant::now(), Caller::of(&request));
        let mut query = request.into_inner();
        let correlation = query.take_context().correlation;
        let asked = self.answer_query(&caller, &query, &correlation).await;
        self.report::<Q>(query.subject(), started, asked)
    }

    async fn answer_query<Q: Query>(
        &self,
        caller: &Caller,
        query: &Q,
        correlation: &str,
    ) -> Result<Q::Answer, Fault> {
        self.admit(caller, Q::OPERATION).await?;
        let mood = self.misbehaviour.meet(Q::OPERATION, correlation);
        self.suffer(mood.as_ref()).await?;
        let answer = query.look(&mut *self.pool.acquire().await?).await?;
        send(answer, mood.as_ref())
    }

    /// Does a command, once per key.
    ///
    /// # Errors
    ///
    /// The fault, as a status.
    pub async fn command<C: Command>(
        self: &Arc<Self>,
        request: Request<C>,
    ) -> Result<Response<C::Answer>, Status> {
        let (started, caller) = (Instant::now(), Caller::of(&request));
        let mut command = request.into_inner();
        let correlation = command.take_context().correlation;
        let subject = command.subject().to_owned();
        let asked = self.answer_command(&caller, command, &correlation).await;
        self.report::<C>(&subject, started, asked)
    }

    async fn answer_command<C: Command>(
        self: &Arc<Self>,
        caller: &Caller,
        command: C,
        correlation: &str,
    ) -> Result<C::Answer, Fault> {
        self.admit(caller, C::OPERATION).await?;
        let mood = self.misbehaviour.meet(C::OPERATION, correlation);
        self.suffer(mood.as_ref()).await?;
        let key = keys::check(&command)?;
        let refusal = match &mood {
            Some(Mood::Refuse(reason)) => C::refusal(reason, &key),
            _ => None,
        };
        let course = match &mood {
            Some(Mood::Pending) => Course::ToAnOfficer,
            _ => Course::Usual,
        };
        let register = Arc::clone(self);
        // In a task of its own: a caller who leaves stops waiting, but does not cut a transaction in two.
        let work =
            tokio::spawn(async move { register.work(&command, &key, refusal, course).await });
        let answer = work.await.unwrap_or_else(|ended| match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that is shutting down ends a task.
            Err(_) => Err(Fault::ShuttingDown),
        })?;
        send(answer, mood.as_ref())
    }

    /// The one transaction of a command: the key, the work, the answer.
    async fn work<C: Command>(
        &self,
        command: &C,
        key: &Key,
        refusal: Option<C::Answer>,
        course: Course,
    ) -> Result<C::Answer, Fault> {
        let mut tx = self.pool.begin().await?;
        match self.work_in(&mut tx, command, key, refusal, course).await {
            Ok(Worked::Now { answer, bells }) => {
                tx.commit().await?;
                self.ring(bells);
                Ok(answer)
            }
            // The key must be free again before the caller hears anything.
            Ok(Worked::Before(answer)) => {
                tx.rollback().await?;
                Ok(answer)
            }
            Err(fault) => {
                tx.rollback().await?;
                Err(fault)
            }
        }
    }

    async fn work_in<C: Command>(
        &self,
        conn: &mut PgConnection,
        command: &C,
        key: &Key,
        refusal: Option<C::Answer>,
        course: Course,
    ) -> Result<Worked<C::Answer>, Fault> {
        match keys::open(conn, command, key).await? {
            Known::Answered(kept) => {
                return Ok(Worked::Before(command.refresh(kept, conn).await?));
            }
            Known::Shut => {
                if let Some(answer) = command.came_too_late() {
                    return Ok(Worked::Before(answer));
                }
            }
            Known::New => {}
        }
        let now = Moment::now();
        let pace = self.pace;
        let mut desk =
            Desk { conn, now, pace, key, course, events: Events::default(), scheduled: false };
        let answer = match refusal {
            Some(refusal) => refusal,
            None => command.work(&mut desk).await?,
        };
        let Desk { events, scheduled, .. } = desk;
        keys::keep(conn, command, key, &answer, &events, now).await?;
        Ok(Worked::Now { answer, bells: Bells { told: !events.is_empty(), scheduled } })
    }

    fn ring(&self, bells: Bells) {
        if bells.told {
            self.told.send_replace(());
        }
        if bells.scheduled {
            self.scheduled.notify_one();
        }
    }

    /// Lets the caller in, or not. Whoever is not the registrar and asks for a cancellation is written down.
    ///
    /// # Errors
    ///
    /// [`Fault::NotAuthorised`] and [`Fault::NoCertificate`].
    pub async fn admit(&self, caller: &Caller, operation: Operation) -> Result<(), Fault> {
        let denied = caller.may_use(operation);
        if denied.is_err() && operation.open_to() == OpenTo::Registrar {
            sqlx::query("insert into cancellation_attempts (caller, attempted_at) values ($1, $2)")
                .bind(caller.name())
                .bind(Moment::now().to_sqlx())
                .execute(&self.pool)
                .await?;
        }
        denied
    }

    /// What a misbehaving register does before any work.
    async fn suffer(&self, mood: Option<&Mood>) -> Result<(), Fault> {
        match mood {
            Some(Mood::Unavailable) => Err(Fault::Unavailable),
            Some(Mood::Slow(delay)) => tokio::select! {
                () = tokio::time::sleep(*delay) => Ok(()),
                () = self.stopping.cancelled() => Err(Fault::ShuttingDown),
            },
            Some(
                Mood::LoseAnswer
                | Mood::Refuse(_)
                | Mood::Pending
                | Mood::DuplicateEvent
                | Mood::ReorderEvents,
            )
            | None => Ok(()),
        }
    }

    fn report<C: Call>(
        &self,
        case: &str,
        started: Instant,
        asked: Result<C::Answer, Fault>,
    ) -> Result<Response<C::Answer>, Status> {
        let outcome = match &asked {
            Ok(answer) => answer.branch(),
            Err(fault) => fault.reason(),
        };
        self.metrics.called(C::OPERATION, outcome, started.elapsed());
        log::call(C::OPERATION, case, outcome, started, asked.as_ref().err());
        Ok(Response::new(asked?))
    }
}

/// What a misbehaving register does with an answer after the work was committed.
fn send<A>(answer: A, mood: Option<&Mood>) -> Result<A, Fault> {
    match mood {
        Some(Mood::LoseAnswer) => Err(Fault::Unavailable),
        Some(
            Mood::Unavailable
            | Mood::Slow(_)
            | Mood::Refuse(_)
            | Mood::Pending
            | Mood::DuplicateEvent
            | Mood::ReorderEvents,
        )
        | None => Ok(answer),
    }
}
