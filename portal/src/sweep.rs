//! The loop that throws away the drafts whose time is over. Several portals may run it at once.

use std::time::Duration;

use store::{StoreError, drafts};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{Portal, logging};

/// How often it looks. Nobody is shown an old draft in between.
const PAUSE: Duration = Duration::from_secs(3600);

/// Sweeps until told to stop.
pub(crate) async fn run(portal: Portal, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match sweep(&portal).await {
            Ok(0) => (),
            Ok(swept) => tracing::info!(drafts = swept, "old drafts were thrown away"),
            Err(error) => {
                tracing::error!(error = logging::chain(&error), "old drafts cannot be thrown away");
            }
        }
        tokio::select! {
            () = stop.cancelled() => (),
            () = sleep(PAUSE) => (),
        }
    }
}

async fn sweep(portal: &Portal) -> Result<u64, StoreError> {
    let mut conn = portal.pool.acquire().await.map_err(StoreError::Database)?;
    drafts::sweep(&mut conn, portal.now()).await
}
