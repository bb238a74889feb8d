//! What happens by itself, when it is due. It is written in the database, so a restart loses nothing.

use std::{future::Future, sync::Arc, time::Duration};

use sqlx::{PgConnection, postgres::PgRow};

use crate::{
    events::{self, EventKind, Events},
    faults::Fault,
    federal::issuing::Received,
    log::Quiet,
    moment::Moment,
    operations::Jurisdiction,
    province::production::Placed,
    register::Register,
};

/// How long to wait after a database error, or when a due row is held by somebody else.
const AGAIN_AFTER: Duration = Duration::from_millis(250);
/// How long to sleep when nothing is due; a bell wakes the clock earlier.
const IDLE: Duration = Duration::from_secs(3600);

/// Something in a register that moves by itself.
pub trait Timed: Sized + Send {
    /// Holds the one that is due at `$1` and has waited longest, but for those that somebody else holds.
    const NEXT: &'static str;
    /// When the next one is due.
    const NEXT_AT: &'static str;

    fn read(row: &PgRow) -> Self;

    fn case_ref(&self) -> &str;

    /// Does all that is due, and says what moved last. Its row is held.
    fn advance(
        self,
        conn: &mut PgConnection,
        now: Moment,
    ) -> impl Future<Output = Result<(Self, Option<EventKind>), Fault>> + Send;
}

/// What a look at the database came to.
enum Due {
    /// One thing was due and is done.
    Done,
    /// The next thing is due then.
    At(Moment),
    /// Nothing will happen by itself.
    Nothing,
}

/// Does what is due in one register, as it becomes due, until the register stops.
pub async fn run(register: Arc<Register>) {
    while !register.stopping.is_cancelled() {
        let wait = match step(&register).await {
            Ok(Due::Done) => {
                register.told.send_replace(());
                continue;
            }
            Ok(Due::At(moment)) => moment.still_to_come().max(Duration::from_millis(1)),
            Ok(Due::Nothing) => IDLE,
            Err(fault) => {
                if let Fault::Database(cause) = &fault {
                    let register = register.jurisdiction.name();
                    tracing::error!(register, cause = %Quiet(cause), "the clock could not look");
                }
                AGAIN_AFTER
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = register.scheduled.notified() => {}
            () = register.stopping.cancelled() => {}
        }
    }
}

/// One transaction: one thing that is due.
async fn step(register: &Register) -> Result<Due, Fault> {
    let mut tx = register.pool.begin().await?;
    let now = Moment::now();
    let due = match register.jurisdiction {
        Jurisdiction::Province => advance_next::<Placed>(&mut tx, now).await?,
        Jurisdiction::Federal => advance_next::<Received>(&mut tx, now).await?,
    };
    tx.commit().await?;
    Ok(match due {
        // Due already, and yet not taken: somebody else holds the row.
        Due::At(moment) if moment <= now => Due::At(now.after(AGAIN_AFTER)),
        Due::Done | Due::At(_) | Due::Nothing => due,
    })
}

async fn advance_next<T: Timed>(conn: &mut PgConnection, now: Moment) -> Result<Due, Fault> {
    let row = sqlx::query(T::NEXT).bind(now.to_sqlx()).fetch_optional(&mut *conn).await?;
    let Some(due) = row.map(|row| T::read(&row)) else {
        let next: Option<jiff_sqlx::Timestamp> =
            sqlx::query_scalar(T::NEXT_AT).fetch_one(conn).await?;
        return Ok(next.map_or(Due::Nothing, |at| Due::At(at.into())));
    };
    let (due, moved) = due.advance(conn, now).await?;
    let mut events = Events::default();
    events.add(due.case_ref(), moved.expect("what is due moves"));
    events::append(conn, &events, now).await?;
    Ok(Due::Done)
}
