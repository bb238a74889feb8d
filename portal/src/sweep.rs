//! The loop that throws away the drafts and the sign-ins whose time is over. Several portals may run it at once.

use std::time::Duration;

use store::{StoreError, drafts, sign_ins};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{Portal, logging};

/// How often it looks. Nobody is shown an old draft in between, and no old sign-in opens anything.
const PAUSE: Duration = Duration::from_secs(3600);

/// Sweeps until told to stop.
pub(crate) async fn run(portal: Portal, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match sweep(&portal).await {
            Ok((0, 0)) => (),
            Ok((drafts, sign_ins)) => {
                tracing::info!(drafts, sign_ins, "old drafts and sign-ins were thrown away");
            }
            Err(error) => {
                let error = logging::chain(&error);
                tracing::error!(error, "old drafts and sign-ins cannot be thrown away");
            }
        }
        tokio::select! {
            () = stop.cancelled() => (),
            () = sleep(PAUSE) => (),
        }
    }
}

async fn sweep(portal: &Portal) -> Result<(u64, u64), StoreError> {
    let mut conn = portal.pool.acquire().await.map_err(StoreError::Database)?;
    let drafts = drafts::sweep(&mut conn, portal.now()).await?;
    Ok((drafts, sign_ins::sweep(&mut conn, portal.now()).await?))
}
