//! Staff who look leave a trace, before they see anything.

use domain::calendar;
use store::{StoreError, reads};

pub(crate) use store::reads::Looked;

use crate::{Portal, staff::Member};

/// Writes down that a member of staff looks at something.
pub(crate) async fn note(
    portal: &Portal,
    member: &Member,
    looked: Looked,
) -> Result<(), StoreError> {
    let now = portal.now();
    let mut tx = portal.pool.begin().await?;
    reads::keep(&mut tx, &member.name, calendar::day(now), looked, now).await?;
    tx.commit().await?;
    Ok(())
}
