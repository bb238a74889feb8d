//! The loop that runs the errands of the outbox: what intake and payments decided, told to the workflows.

use std::time::Duration;

use futures::future::join_all;
use sqlx::postgres::PgListener;
use store::outbox::{self, Errand, Pending, Unreadable};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::{Portal, engine::EngineError, logging};

/// How many errands are taken in one transaction.
const BATCH: i64 = 16;

/// How long the loop sleeps when nothing wakes it.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs errands until told to stop. Several portals may run it at once.
pub(crate) async fn run(portal: Portal, stop: CancellationToken) {
    let mut bell = None;
    while !stop.is_cancelled() {
        let more = batch(&portal).await.unwrap_or_else(|error| {
            tracing::error!(error = logging::chain(&error), "the outbox cannot be read");
            false
        });
        if !more {
            tokio::select! {
                () = stop.cancelled() => (),
                () = wake(&portal, &mut bell) => (),
            }
        }
    }
}

/// Runs what is due, and says whether there may be more.
async fn batch(portal: &Portal) -> Result<bool, store::StoreError> {
    let mut tx = portal.pool.begin().await.map_err(store::StoreError::Database)?;
    let due = outbox::pending(&mut tx, BATCH, portal.now()).await?;
    let full = due.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
    let mut pending = Vec::new();
    for errand in due {
        match errand {
            Ok(errand) => pending.push(errand),
            Err(Unreadable { id }) => {
                tracing::error!(errand = id, "an errand makes no sense; the others go on");
                outbox::failed(&mut tx, id, portal.now()).await?;
            }
        }
    }
    let told = join_all(pending.iter().map(|errand| tell(portal, errand))).await;
    for (errand, told) in pending.iter().zip(&told) {
        match told {
            Ok(()) => outbox::done(&mut tx, errand.id, portal.now()).await?,
            Err(error) => {
                let (case, attempts) = (errand.case, errand.attempts + 1);
                let why = logging::chain(error);
                tracing::warn!(case.id = %case, attempts, why, "an errand waits");
                outbox::failed(&mut tx, errand.id, portal.now()).await?;
            }
        }
    }
    tx.commit().await.map_err(store::StoreError::Database)?;
    Ok(full && told.iter().all(Result::is_ok))
}

async fn tell(portal: &Portal, pending: &Pending) -> Result<(), EngineError> {
    match pending.errand.clone() {
        Errand::StartCase { clocks, awaits } => {
            portal.engine.start(pending.case, clocks, awaits).await
        }
        Errand::PaymentOffered { generation } => {
            if_it_runs(portal.engine.payment_offered(pending.case, generation).await)
        }
        Errand::LossReported => if_it_runs(portal.engine.loss_reported(pending.case).await),
        Errand::ParentsAnswered => if_it_runs(portal.engine.parents_answered(pending.case).await),
    }
}

/// The start of the case came before, so a workflow that does not run is over: nobody is left to hear of it.
fn if_it_runs(told: Result<(), EngineError>) -> Result<(), EngineError> {
    match told {
        Err(EngineError::NotRunning) => Ok(()),
        told => told,
    }
}

/// Sleeps until something is put into the outbox, or for a while.
async fn wake(portal: &Portal, bell: &mut Option<PgListener>) {
    if bell.is_none() {
        *bell = listen(portal).await.ok();
    }
    match bell {
        None => sleep(PAUSE).await,
        Some(rings) => {
            if let Ok(Err(_)) = timeout(PAUSE, rings.recv()).await {
                *bell = None;
            }
        }
    }
}

async fn listen(portal: &Portal) -> Result<PgListener, sqlx::Error> {
    let mut bell = PgListener::connect_with(&portal.pool).await?;
    bell.listen(store::OUTBOX_CHANNEL).await?;
    Ok(bell)
}
