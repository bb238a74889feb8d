//! Who watches which case. One question a second for all of them: the case file announces nothing, because announcing
//! makes its writers wait for each other.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Mutex,
    time::Duration,
};

use domain::CaseRef;
use store::{StoreError, cases};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{Portal, logging};

/// How often the case file is asked.
const PAUSE: Duration = Duration::from_secs(1);

/// The cases that are watched, with their newest revision.
#[derive(Default)]
pub(crate) struct Live(Mutex<HashMap<CaseRef, watch::Sender<i64>>>);

impl Live {
    /// Tells of each new revision after the one that was seen, until the portal stops.
    pub(crate) fn watch(&self, case: CaseRef, seen: i64) -> watch::Receiver<i64> {
        let mut watched = self.0.lock().expect("nobody panics with it");
        match watched.entry(case) {
            Entry::Occupied(known) => {
                let mut receiver = known.get().subscribe();
                if *receiver.borrow() != seen {
                    receiver.mark_changed();
                }
                receiver
            }
            Entry::Vacant(new) => new.insert(watch::Sender::new(seen)).subscribe(),
        }
    }

    fn watched(&self) -> Vec<CaseRef> {
        let mut watched = self.0.lock().expect("nobody panics with it");
        watched.retain(|_, sender| !sender.is_closed());
        watched.keys().copied().collect()
    }

    fn tell(&self, case: CaseRef, revision: i64) {
        let watched = self.0.lock().expect("nobody panics with it");
        if let Some(sender) = watched.get(&case) {
            sender.send_if_modified(|known| std::mem::replace(known, revision) != revision);
        }
    }

    /// Ends every watch.
    fn end(&self) {
        self.0.lock().expect("nobody panics with it").clear();
    }
}

/// Asks for those who watch, until told to stop.
pub(crate) async fn run(portal: Portal, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = look(&portal).await {
            tracing::error!(error = logging::chain(&error), "watched cases cannot be read");
        }
        tokio::select! {
            () = stop.cancelled() => (),
            () = sleep(PAUSE) => (),
        }
    }
    portal.live().end();
}

async fn look(portal: &Portal) -> Result<(), StoreError> {
    let watched = portal.live().watched();
    if watched.is_empty() {
        return Ok(());
    }
    let mut conn = portal.pool.acquire().await.map_err(StoreError::Database)?;
    for (case, revision) in cases::revisions(&mut conn, &watched).await? {
        portal.live().tell(case, revision);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> CaseRef {
        "NB-0000-0000".parse().expect("it is a reference")
    }

    #[test]
    fn a_watcher_hears_of_what_is_newer_than_what_they_saw() {
        let live = Live::default();
        let mut first = live.watch(case(), 3);
        live.tell(case(), 3);
        assert!(!first.has_changed().expect("it goes on"));
        live.tell(case(), 4);
        assert!(first.has_changed().expect("it goes on"));
        assert_eq!(*first.borrow_and_update(), 4);
        // Whoever comes later and has seen less is told at once.
        assert!(live.watch(case(), 3).has_changed().expect("it goes on"));
        assert!(!live.watch(case(), 4).has_changed().expect("it goes on"));
    }

    #[test]
    fn nobody_is_asked_for_who_has_gone() {
        let live = Live::default();
        let watcher = live.watch(case(), 1);
        assert_eq!(live.watched(), [case()]);
        drop(watcher);
        assert!(live.watched().is_empty());
    }
}
