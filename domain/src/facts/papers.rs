//! The papers of a case: what was asked for, what came, what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Facts, add::once};
use crate::paper::{Paper, PaperRefusal, PaperStanding};

/// What has happened to one paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFacts {
    /// When it was asked for, the last time.
    pub asked: Timestamp,
    /// Until when it should be here. After that a person asks; nobody is closed by a timer.
    pub due: Timestamp,
    /// The number of its newest file; zero while there is none.
    pub newest: u8,
    /// The files up to this number were refused.
    pub refused_up_to: u8,
    /// Why what came was not accepted, until something else comes.
    pub refused: Option<PaperRefusal>,
    /// When something came that nobody has refused.
    pub received: Option<Timestamp>,
    /// When the parents said that they mail it.
    pub to_be_mailed: Option<Timestamp>,
    pub accepted: Option<Timestamp>,
}

impl PaperFacts {
    /// A paper that is asked for.
    #[must_use]
    pub const fn asked(at: Timestamp, due: Timestamp) -> Self {
        Self {
            asked: at,
            due,
            newest: 0,
            refused_up_to: 0,
            refused: None,
            received: None,
            to_be_mailed: None,
            accepted: None,
        }
    }

    #[must_use]
    pub const fn standing(&self) -> PaperStanding {
        if self.accepted.is_some() {
            PaperStanding::Accepted
        } else if self.received.is_some() {
            PaperStanding::Received
        } else if self.to_be_mailed.is_some() {
            PaperStanding::ToBeMailed
        } else if self.refused.is_some() {
            PaperStanding::Refused
        } else {
            PaperStanding::Missing
        }
    }

    /// Whether the parents have to send it.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self.standing(), PaperStanding::Missing | PaperStanding::Refused)
    }

    fn ask_again(&mut self, at: Timestamp, due: Timestamp) {
        let (newest, refused_up_to) = (self.newest, self.refused_up_to);
        *self = Self { newest, refused_up_to, ..Self::asked(at, due) };
    }
}

impl Facts {
    /// Whether the case waits for papers: one that is needed was not accepted yet.
    #[must_use]
    pub fn awaits_papers(&self) -> bool {
        self.papers.values().any(|it| it.accepted.is_none())
    }

    /// A paper that is needed and was not accepted yet.
    #[must_use]
    pub fn open_paper(&self, paper: Paper) -> Option<&PaperFacts> {
        self.papers.get(&paper).filter(|it| it.accepted.is_none())
    }

    /// Whether an officer can judge what came. A paper in another language waits for its translation.
    #[must_use]
    pub fn papers_to_check(&self) -> bool {
        let came = |it: &PaperFacts| it.standing() == PaperStanding::Received;
        let translated = self.open_paper(Paper::Translation).is_none_or(came);
        translated && self.papers.values().any(came)
    }

    /// Until when the first of the papers that have not come should be here.
    #[must_use]
    pub fn papers_due(&self) -> Option<Timestamp> {
        let open = self.papers.values().filter(|it| it.accepted.is_none());
        open.filter(|it| it.received.is_none()).map(|it| it.due).min()
    }

    pub(super) fn paper_needed(&mut self, paper: Paper, due: Timestamp, at: Timestamp) -> Change {
        if self.open_paper(paper).is_some() {
            return Change::Known;
        }
        let it = self.papers.entry(paper).or_insert_with(|| PaperFacts::asked(at, due));
        it.ask_again(at, due);
        self.papers_were_asked()
    }

    pub(super) fn paper_received(&mut self, paper: Paper, number: u8, at: Timestamp) -> Change {
        let Some(it) = self.papers.get_mut(&paper).filter(|it| it.newest < number) else {
            return Change::Known;
        };
        it.newest = number;
        it.refused = None;
        once(&mut it.received, at);
        Change::New
    }

    pub(super) fn paper_to_be_mailed(&mut self, paper: Paper, at: Timestamp) -> Change {
        match self.papers.get_mut(&paper).filter(|it| it.accepted.is_none()) {
            Some(it) => once(&mut it.to_be_mailed, at),
            None => Change::Known,
        }
    }

    /// What was accepted has come, in the mail if not through the page.
    pub(super) fn paper_accepted(&mut self, paper: Paper, at: Timestamp) -> Change {
        let Some(it) = self.papers.get_mut(&paper) else { return Change::Known };
        it.refused = None;
        once(&mut it.received, at);
        once(&mut it.accepted, at)
    }

    /// What came is refused, and asked for anew. Without anything that came there is nothing to refuse.
    pub(super) fn paper_refused(
        &mut self,
        paper: Paper,
        why: PaperRefusal,
        due: Timestamp,
        at: Timestamp,
    ) -> Change {
        let Some(it) = self.papers.get_mut(&paper).filter(|it| !it.is_missing()) else {
            return Change::Known;
        };
        it.refused_up_to = it.newest;
        it.ask_again(at, due);
        it.refused = Some(why);
        self.papers_were_asked()
    }

    pub(super) fn paper_no_longer_needed(&mut self, paper: Paper) -> Change {
        if self.papers.remove(&paper).is_some() { Change::New } else { Change::Known }
    }

    pub(super) fn papers_reminded(&mut self, nth: u8) -> Change {
        if nth <= self.papers_reminded {
            return Change::Known;
        }
        self.papers_reminded = nth;
        Change::New
    }

    /// What was accepted for the content before is looked at once more: it may be about another name.
    pub(super) fn papers_are_looked_at_again(&mut self) {
        for it in self.papers.values_mut() {
            it.accepted = None;
        }
    }

    fn papers_were_asked(&mut self) -> Change {
        self.papers_asked = self.papers_asked.saturating_add(1);
        self.papers_reminded = 0;
        Change::New
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{facts::Fact, standing::BirthStanding};

    const PAPER: Paper = Paper::SingleName;

    fn at(day: i64) -> Timestamp {
        let start: Timestamp = "2026-11-23T17:00:00Z".parse().unwrap();
        start + SignedDuration::from_hours(24 * day)
    }

    fn needed() -> Facts {
        let mut facts = Facts::received(at(0), None, false, 1);
        facts.add(&Fact::ParentCertified { parent: 0, version: 1 }, at(0));
        facts.add(&Fact::PaperNeeded { paper: PAPER, due: at(60) }, at(0));
        facts
    }

    fn standing(facts: &Facts) -> PaperStanding {
        facts.papers[&PAPER].standing()
    }

    #[test]
    fn a_case_waits_until_its_papers_are_accepted() {
        let mut facts = needed();
        assert_eq!(facts.birth(), BirthStanding::WaitingPapers);
        assert!(!facts.papers_to_check());
        assert_eq!(facts.papers_due(), Some(at(60)));
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 1 }, at(3));
        assert!(facts.papers_to_check());
        assert_eq!(facts.papers_due(), None);
        facts.add(&Fact::PaperAccepted { paper: PAPER }, at(4));
        assert!(!facts.awaits_papers());
        assert_eq!(facts.birth(), BirthStanding::Received);
    }

    #[test]
    fn what_is_refused_is_asked_for_anew_and_the_next_file_is_another() {
        let mut facts = needed();
        let refused =
            Fact::PaperRefused { paper: PAPER, why: PaperRefusal::Unreadable, due: at(65) };
        assert_eq!(facts.add(&refused, at(1)), Change::Known, "nothing had come");
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 1 }, at(3));
        assert_eq!(facts.add(&refused, at(5)), Change::New);
        assert_eq!(facts.add(&refused, at(5)), Change::Known, "asked twice");
        assert_eq!(standing(&facts), PaperStanding::Refused);
        assert_eq!(facts.papers_due(), Some(at(65)));
        assert_eq!(facts.papers[&PAPER].refused_up_to, 1);
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 2 }, at(6));
        assert_eq!(standing(&facts), PaperStanding::Received);
    }

    #[test]
    fn a_paper_that_comes_in_the_mail_is_accepted_without_a_file() {
        let mut facts = needed();
        facts.add(&Fact::PaperToBeMailed { paper: PAPER }, at(1));
        assert_eq!(standing(&facts), PaperStanding::ToBeMailed);
        assert!(!facts.papers_to_check());
        assert_eq!(facts.papers_due(), Some(at(60)), "it may never come");
        facts.add(&Fact::PaperAccepted { paper: PAPER }, at(9));
        assert!(!facts.awaits_papers());
    }

    #[test]
    fn a_paper_in_another_language_is_checked_with_its_translation() {
        let mut facts = needed();
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 1 }, at(3));
        facts.add(&Fact::PaperNeeded { paper: Paper::Translation, due: at(63) }, at(3));
        assert!(!facts.papers_to_check());
        facts.add(&Fact::PaperReceived { paper: Paper::Translation, number: 1 }, at(5));
        assert!(facts.papers_to_check());
    }

    #[test]
    fn a_corrected_content_has_its_papers_looked_at_again() {
        let mut facts = needed();
        facts.add(&Fact::PaperReceived { paper: PAPER, number: 1 }, at(3));
        facts.add(&Fact::PaperAccepted { paper: PAPER }, at(4));
        facts.add(&Fact::ContentCorrected { version: 2 }, at(5));
        assert!(facts.papers_to_check());
        facts.add(&Fact::PaperNoLongerNeeded { paper: PAPER }, at(6));
        assert!(!facts.awaits_papers());
    }
}
