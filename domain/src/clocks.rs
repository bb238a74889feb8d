//! How long the engine waits for what. Fixed when a case starts; they travel with it, so a test can shorten them.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Every duration in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clocks {
    /// How long a question may take inside a workflow task before it is asked durably.
    pub inline_ms: u64,
    /// How long a question is asked durably before a person is told that nobody answers.
    pub unanswered_ms: u64,
    /// The longest pause between two tries of a durable question.
    pub longest_pause_ms: u64,
    /// The first pause before the engine looks by itself, should the event stream be silent. Doubles at each look.
    pub first_look_ms: u64,
    /// The longest pause between two looks.
    pub longest_look_ms: u64,
    /// How long a missing notice is waited for before an officer is told.
    pub notice_ms: u64,
    /// How long the parents have to pay after a declined payment before an officer is told.
    pub payment_ms: u64,
    /// When a second parent who was asked to certify is reminded, counted from the asking.
    pub reminders_ms: [u64; 3],
    /// How long after the asking an officer is told that a parent has not certified.
    pub certification_ms: u64,
    /// The same, counted from the birth. The earlier of the two counts.
    pub certification_from_birth_ms: u64,
    /// How long the parents have to send a paper, counted from the asking, before an officer is told. Unconfirmed: see
    /// docs/decisions/0011-papers.md.
    pub papers_ms: u64,
    /// How long the parents have to correct what they were asked to, before an officer is told again. Unconfirmed: see
    /// docs/decisions/0012-when-a-step-fails.md.
    pub correction_ms: u64,
    /// When they are reminded of it, counted from the asking.
    pub paper_reminders_ms: [u64; 2],
    /// After how many events of history a waiting case continues as new.
    pub history_events: u32,
}

const SECOND: u64 = 1000;
const DAY: u64 = 24 * 3600 * SECOND;

impl Default for Clocks {
    fn default() -> Self {
        Self {
            inline_ms: SECOND,
            unanswered_ms: DAY,
            longest_pause_ms: 10 * SECOND,
            first_look_ms: 60 * SECOND,
            longest_look_ms: DAY / 4,
            notice_ms: 7 * DAY,
            payment_ms: 30 * DAY,
            reminders_ms: [3 * DAY, 10 * DAY, 20 * DAY],
            certification_ms: 10 * DAY,
            certification_from_birth_ms: 20 * DAY,
            papers_ms: 60 * DAY,
            correction_ms: 20 * DAY,
            paper_reminders_ms: [14 * DAY, 40 * DAY],
            history_events: 2000,
        }
    }
}

impl Clocks {
    #[must_use]
    pub const fn inline(&self) -> Duration {
        Duration::from_millis(self.inline_ms)
    }

    #[must_use]
    pub const fn unanswered(&self) -> Duration {
        Duration::from_millis(self.unanswered_ms)
    }

    #[must_use]
    pub const fn longest_pause(&self) -> Duration {
        Duration::from_millis(self.longest_pause_ms)
    }

    #[must_use]
    pub const fn longest_look(&self) -> Duration {
        Duration::from_millis(self.longest_look_ms)
    }

    #[must_use]
    pub const fn notice(&self) -> Duration {
        Duration::from_millis(self.notice_ms)
    }

    #[must_use]
    pub const fn correction(&self) -> Duration {
        Duration::from_millis(self.correction_ms)
    }

    #[must_use]
    pub const fn payment(&self) -> Duration {
        Duration::from_millis(self.payment_ms)
    }

    /// Until when a paper should be here that was asked for at a moment.
    #[must_use]
    pub fn papers_due(&self, asked: Timestamp) -> Timestamp {
        after(asked, self.papers_ms)
    }

    /// The pause before the `nth` look, counted from zero.
    #[must_use]
    pub fn look(&self, nth: u32) -> Duration {
        let doubled = self.first_look_ms.saturating_mul(1 << nth.min(30));
        Duration::from_millis(doubled.min(self.longest_look_ms))
    }
}

/// So many milliseconds after a moment.
#[must_use]
pub fn after(since: Timestamp, milliseconds: u64) -> Timestamp {
    let pause = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    since.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
