//! Counting how families end, and how long they took.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::portal::Standing;

/// How a family ended, as far as we followed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every child is registered and both other parts are done or were not wanted.
    Completed,
    /// A person must act first.
    Stuck(String),
    /// It was refused, or closed otherwise than complete.
    Failed(String),
    /// Time ran out.
    Unfinished,
}

impl Outcome {
    /// How the family has ended, if it has.
    pub fn of(children: &[Standing]) -> Option<Self> {
        if children.iter().all(is_complete) {
            return Some(Self::Completed);
        }
        let ended = children.iter().all(|child| child.closed || is_complete(child));
        ended.then(|| {
            let lost = children.iter().filter(|child| !is_complete(child));
            Self::Failed(lost.map(in_codes).collect::<Vec<_>>().join("; "))
        })
    }

    fn name(&self) -> String {
        match self {
            Self::Completed => "COMPLETED".to_owned(),
            Self::Stuck(reasons) => format!("DESK {reasons}"),
            Self::Failed(how) => format!("FAILED {how}"),
            Self::Unfinished => "UNFINISHED".to_owned(),
        }
    }
}

fn is_complete(child: &Standing) -> bool {
    child.birth.state == "REGISTERED"
        && matches!(child.certificate.state.as_str(), "MAILED" | "NOT_WANTED")
        && matches!(child.sin.state.as_str(), "ISSUED" | "NOT_WANTED")
}

fn in_codes(child: &Standing) -> String {
    format!("{} {} {}", child.birth.state, child.certificate.state, child.sin.state)
}

/// Why a family's children are on the desk.
pub fn reasons(children: &[Standing]) -> String {
    let mut reasons: Vec<&str> = children
        .iter()
        .filter_map(|child| child.desk.as_ref())
        .map(|desk| desk.reason.as_str())
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons.join(" ")
}

/// The count so far.
#[derive(Debug)]
pub struct Tally {
    pub submitted: u64,
    outcomes: BTreeMap<String, u64>,
    completed: u64,
    stuck: u64,
    failed: u64,
    unfinished: u64,
    took_ms: Histogram<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            submitted: 0,
            outcomes: BTreeMap::new(),
            completed: 0,
            stuck: 0,
            failed: 0,
            unfinished: 0,
            // Up to a day, to three digits.
            took_ms: Histogram::new_with_bounds(1, 86_400_000, 3).expect("within its limits"),
        }
    }
}

/// The JSON document of `newborn load`.
#[derive(Debug, Serialize)]
pub struct Report {
    pub submitted: u64,
    pub completed: u64,
    pub stuck: u64,
    pub failed: u64,
    pub unfinished: u64,
    /// Completed families a second, over the whole run.
    pub per_second: f64,
    /// From the submission to the last part of the last child, of completed families.
    pub p50_ms: u64,
    pub p95_ms: u64,
    pub outcomes: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts a family that is no longer followed.
    pub fn ended(&mut self, outcome: Outcome, took: Duration) {
        *self.outcomes.entry(outcome.name()).or_default() += 1;
        match outcome {
            Outcome::Completed => {
                self.completed += 1;
                self.took_ms.saturating_record(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
            }
            Outcome::Stuck(_) => self.stuck += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Unfinished => self.unfinished += 1,
        }
    }

    /// One line of progress.
    pub fn in_words(&self, of: u64, since: Duration) -> String {
        let ended = self.completed + self.stuck + self.failed + self.unfinished;
        let trouble = match self.stuck + self.failed + self.unfinished {
            0 => String::new(),
            some => format!(", {some} in trouble"),
        };
        format!(
            "{} of {of} completed, {} under way, {:.1} a second{trouble}",
            self.completed,
            self.submitted.saturating_sub(ended),
            rate(self.completed, since)
        )
    }

    /// The end of the run.
    pub fn report(self, since: Duration) -> Report {
        Report {
            submitted: self.submitted,
            completed: self.completed,
            stuck: self.stuck,
            failed: self.failed,
            unfinished: self.unfinished,
            per_second: rate(self.completed, since),
            p50_ms: self.took_ms.value_at_quantile(0.50),
            p95_ms: self.took_ms.value_at_quantile(0.95),
            outcomes: self.outcomes,
        }
    }
}

/// To two decimals: more would be noise.
fn rate(count: u64, since: Duration) -> f64 {
    (count as f64 / since.as_secs_f64().max(0.001) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn child(birth: &str, certificate: &str, sin: &str, closed: bool) -> Standing {
        serde_json::from_value(json!({
            "ref": "NB-0000-0000", "revision": 1, "birth": {"state": birth}, "certificate": {"state": certificate},
            "sin": {"state": sin}, "fee": {"state": "NONE"}, "desk": null, "closed": closed,
        }))
        .expect("the published form")
    }

    #[test]
    fn a_family_is_completed_when_all_its_children_are() {
        let done = child("REGISTERED", "MAILED", "ISSUED", true);
        let going = child("REGISTERED", "ORDERED", "ISSUED", false);
        assert_eq!(Outcome::of(&[done.clone(), going]), None);
        assert_eq!(
            Outcome::of(&[done.clone(), child("REGISTERED", "NOT_WANTED", "NOT_WANTED", false)]),
            Some(Outcome::Completed)
        );
        let refused = child("REFUSED", "CANCELLED", "WITHDRAWN", true);
        assert_eq!(
            Outcome::of(&[done, refused]),
            Some(Outcome::Failed("REFUSED CANCELLED WITHDRAWN".to_owned()))
        );
    }

    #[test]
    fn only_completed_families_count_for_the_time() {
        let mut tally = Tally { submitted: 3, ..Tally::default() };
        tally.ended(Outcome::Completed, Duration::from_millis(15_000));
        tally.ended(Outcome::Unfinished, Duration::from_secs(900));
        assert_eq!(
            tally.in_words(3, Duration::from_secs(2)),
            "1 of 3 completed, 1 under way, 0.5 a second, 1 in trouble"
        );
        let report = tally.report(Duration::from_secs(2));
        assert_eq!((report.p50_ms, report.p95_ms, report.unfinished), (15_007, 15_007, 1));
    }
}
