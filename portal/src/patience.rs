//! Wrong codes slow down whoever types them, and never lock anybody out: a right code is always answered at once.
//!
//! Counted by what was typed as the reference, whether there is such a case or not, so that the pause tells nothing. Each
//! portal counts for itself.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use domain::CaseRef;
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

/// How many wrong codes are free.
const FREE: u32 = 5;

/// The first pause; it doubles with each wrong code.
const FIRST: Duration = Duration::from_millis(25);

/// The longest pause.
const LONGEST: Duration = Duration::from_millis(400);

/// After how long without a wrong code they are forgotten.
const MEMORY: SignedDuration = SignedDuration::from_mins(15);

/// How many references are remembered before old ones are looked for.
const MOST: usize = 10_000;

/// Who typed what how often.
#[derive(Default)]
pub(crate) struct Patience(Mutex<HashMap<String, Wrong>>);

struct Wrong {
    times: u32,
    last: Timestamp,
}

impl Patience {
    /// Waits, if there were too many wrong codes for this reference.
    pub(crate) async fn after_wrong(&self, reference: &str, now: Timestamp) {
        let pause = self.count(reference, now);
        sleep(pause).await;
    }

    fn count(&self, reference: &str, now: Timestamp) -> Duration {
        let mut known = self.0.lock().expect("nobody panics with it");
        if known.len() >= MOST {
            known.retain(|_, wrong| now.duration_since(wrong.last) < MEMORY);
        }
        if known.len() >= MOST {
            known.clear();
        }
        let wrong = known.entry(key(reference)).or_insert(Wrong { times: 0, last: now });
        if now.duration_since(wrong.last) >= MEMORY {
            wrong.times = 0;
        }
        wrong.times = wrong.times.saturating_add(1);
        wrong.last = now;
        pause(wrong.times)
    }
}

/// However a reference is spelled, it is the same one.
fn key(typed: &str) -> String {
    match typed.parse::<CaseRef>() {
        Ok(case) => case.to_string(),
        Err(_) => typed.trim().chars().take(64).collect::<String>().to_ascii_uppercase(),
    }
}

fn pause(times: u32) -> Duration {
    match times.checked_sub(FREE + 1) {
        None => Duration::ZERO,
        Some(over) => FIRST.saturating_mul(1 << over.min(10)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-23T17:00:00Z".parse().expect("it is a time")
    }

    #[test]
    fn the_pause_grows_up_to_a_limit_and_is_forgotten() {
        let patience = Patience::default();
        let pauses: Vec<_> = (0..12).map(|_| patience.count("NB-0000-0000", noon())).collect();
        assert!(pauses[..5].iter().all(Duration::is_zero), "{pauses:?}");
        assert_eq!(pauses[5..8], [FIRST, 2 * FIRST, 4 * FIRST]);
        assert_eq!(pauses[11], LONGEST);
        assert!(patience.count("NB-0000-0012", noon()).is_zero(), "another reference");
        assert!(patience.count("NB-0000-0000", noon() + MEMORY).is_zero(), "a while later");
    }

    #[test]
    fn another_spelling_is_no_other_reference() {
        let patience = Patience::default();
        for typed in
            ["NB-0000-0000", " NB-0000-0000", "nb-oooo-0000", "NB-O0O0-0000", "NB-0000-000O"]
        {
            assert!(patience.count(typed, noon()).is_zero(), "{typed}");
        }
        assert_eq!(patience.count("  nb-0000-oooo ", noon()), FIRST);
    }

    #[test]
    fn there_is_room_for_so_many_references_and_no_more() {
        let patience = Patience::default();
        for nth in 0..MOST + 5 {
            patience.count(&nth.to_string(), noon());
        }
        assert!(patience.0.lock().expect("nobody panics with it").len() < MOST);
    }
}
