//! What happens by itself, when it is due. It is written in the database, so a restart loses nothing.

use std::{sync::Arc, time::Duration};

use crate::{
    faults::Fault, federal::issuing, log::Quiet, moment::Moment, operations::Jurisdiction,
    province::production, register::Register,
};

/// How long to wait after a database error, or when a due row is held by somebody else.
const AGAIN_AFTER: Duration = Duration::from_millis(250);
/// How long to sleep when nothing is due; a bell wakes the clock earlier.
const IDLE: Duration = Duration::from_secs(3600);

/// What a look at the database came to.
pub enum Due {
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
        Jurisdiction::Province => production::advance_next(&mut tx, now).await?,
        Jurisdiction::Federal => issuing::advance_next(&mut tx, now).await?,
    };
    tx.commit().await?;
    Ok(match due {
        // Due already, and yet not taken: somebody else holds the row.
        Due::At(moment) if moment <= now => Due::At(now.after(AGAIN_AFTER)),
        Due::Done | Due::At(_) | Due::Nothing => due,
    })
}
