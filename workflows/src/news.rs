//! News from the registers, and looking without it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{answers::EventKind, desk::Leg, people::Register};
use serde::{Deserialize, Serialize};
use temporalio_workflow::{TimerOptions, WaitConditionOptions, WorkflowContext, workflows::select};

use crate::{asking::Stopped, newborn_case::NewbornCase};

/// An event as it is signalled: a nudge to look. What is true is asked of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub register: Register,
    /// The place in the register's gapless sequence.
    pub sequence: u64,
    pub kind: EventKind,
}

impl News {
    /// The leg that should look.
    #[must_use]
    pub const fn leg(self) -> Leg {
        match self.kind {
            EventKind::MatchChanged | EventKind::Amended | EventKind::Cancelled => Leg::Birth,
            EventKind::OrderMoved => Leg::Certificate,
            EventKind::ApplicationMoved => Leg::Sin,
        }
    }
}

/// Which events a case has heard. Streams deliver at least once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seen(BTreeMap<Register, BTreeSet<u64>>);

impl Seen {
    /// A case hears a dozen events in its life; what is older than this cannot come again.
    const KEPT: usize = 64;

    /// Whether the event is new; it is remembered.
    pub fn is_new(&mut self, news: News) -> bool {
        let heard = self.0.entry(news.register).or_default();
        let new = heard.insert(news.sequence);
        if heard.len() > Self::KEPT {
            heard.pop_first();
        }
        new
    }
}

/// Waits until the register has news for this leg, or it is time to look anyway. Looks without news grow rarer.
pub async fn news(ctx: &WorkflowContext<NewbornCase>, leg: Leg) -> Result<(), Stopped> {
    let (stop, pause) = ctx.state(|it| {
        let nth = it.carried.looks.get(&leg).copied().unwrap_or(0);
        (it.stop(leg), it.clocks.look(nth))
    });
    let until = WaitConditionOptions::builder().cancellation_token(stop.clone()).build();
    let pause = TimerOptions::builder(pause).cancellation_token(stop.clone()).build();
    let heard = select! {
        _ = ctx.wait_condition_with_options(|it| it.wants_a_look(leg) || it.contact_is_new(leg), until) => true,
        _ = ctx.timer(pause) => false,
    };
    if stop.is_cancelled() {
        return Err(Stopped);
    }
    ctx.state_mut(|it| {
        it.looks(leg);
        let looks = it.carried.looks.entry(leg).or_insert(0);
        *looks = if heard { 0 } else { *looks + 1 };
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_comes_twice_is_new_once() {
        let news = News { register: Register::Province, sequence: 7, kind: EventKind::OrderMoved };
        let mut seen = Seen::default();
        assert!(seen.is_new(news));
        assert!(!seen.is_new(news));
        assert!(seen.is_new(News { register: Register::Federal, ..news }));
    }
}
