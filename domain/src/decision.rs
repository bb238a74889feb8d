//! What a person may decide about a case, and when. The workflow's validator and the desk's buttons ask the same rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    code::codes,
    desk::{Leg, Reason},
    paper::Paper,
    people::Actor,
};

codes! {
    pub enum Action {
        /// Look or ask again at once.
        RetryNow = "retry-now",
        /// Change where letters and messages go.
        CorrectContact = "correct-contact",
        /// Take back the case, or one leg of it.
        Withdraw = "withdraw",
        /// The parents correct what is to be certified; everyone certifies anew.
        CorrectContent = "correct-content",
        /// A paper that the statement needs is in order.
        AcceptPapers = "accept-papers",
        /// A paper is not in order: it is asked for anew, or its translation is.
        RefusePapers = "refuse-papers",
    }
}

codes! {
    /// Why a person decides so. Free text belongs in a note, never here.
    pub enum Grounds {
        NoticeAmended = "NOTICE_AMENDED",
        RegisterAnswersAgain = "REGISTER_ANSWERS_AGAIN",
        ContactCorrected = "CONTACT_CORRECTED",
        PaymentSettled = "PAYMENT_SETTLED",
        ParentsAsked = "PARENTS_ASKED",
        CannotBeRegisteredHere = "CANNOT_BE_REGISTERED_HERE",
        PaperInOrder = "PAPER_IN_ORDER",
        PaperUnreadable = "PAPER_UNREADABLE",
        PaperIncomplete = "PAPER_INCOMPLETE",
        PaperNotSigned = "PAPER_NOT_SIGNED",
        PaperIsAnother = "PAPER_IS_ANOTHER",
        TranslationNeeded = "TRANSLATION_NEEDED",
    }
}

impl Action {
    /// The grounds on which staff may take this action.
    #[must_use]
    pub const fn grounds(self) -> &'static [Grounds] {
        match self {
            Self::RetryNow => &[
                Grounds::NoticeAmended,
                Grounds::RegisterAnswersAgain,
                Grounds::ContactCorrected,
                Grounds::PaymentSettled,
                Grounds::ParentsAsked,
            ],
            Self::CorrectContact => &[Grounds::ContactCorrected, Grounds::ParentsAsked],
            Self::Withdraw => &[Grounds::ParentsAsked, Grounds::CannotBeRegisteredHere],
            // Nobody but the parents edits what they certify.
            Self::CorrectContent => &[],
            Self::AcceptPapers => &[Grounds::PaperInOrder],
            Self::RefusePapers => &[
                Grounds::PaperUnreadable,
                Grounds::PaperIncomplete,
                Grounds::PaperNotSigned,
                Grounds::PaperIsAnother,
                Grounds::TranslationNeeded,
            ],
        }
    }
}

/// A decision as it travels to the workflow: references and closed sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub action: Action,
    pub grounds: Grounds,
    pub leg: Leg,
    pub actor: Actor,
    /// The version of the contact that this decision wrote to the case file before it was sent.
    pub contact_version: Option<u32>,
    /// The version of the content that this decision wrote to the case file before it was sent.
    #[serde(default)]
    pub content_version: Option<u32>,
    /// What was looked at, for a decision about a paper.
    #[serde(default)]
    pub paper: Option<PaperSeen>,
}

/// A paper as somebody saw it. A file that came later is not judged with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperSeen {
    pub paper: Paper,
    /// The number of its newest file; zero without one.
    pub newest: u8,
}

/// How far REGISTER is. From `Asked` on the birth may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Pivot {
    #[default]
    NotAsked,
    Asked,
    Registered,
}

/// How far the certificate or the SIN is, as far as decisions care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    NotWanted,
    /// Under way and still to be taken back.
    Open,
    /// In production, or issued: past taking back.
    TooLate,
    Ended,
}

codes! {
    /// Why a decision is not taken.
    pub enum NotAllowed {
        RegistrationUnderWay = "REGISTRATION_UNDER_WAY",
        AlreadyRegistered = "ALREADY_REGISTERED",
        AlreadyWithdrawn = "ALREADY_WITHDRAWN",
        AlreadyCertified = "ALREADY_CERTIFIED",
        TooLate = "TOO_LATE",
        NotWanted = "NOT_WANTED",
        NothingToRetry = "NOTHING_TO_RETRY",
        /// The case waits for no paper, or not for this one.
        PaperNotNeeded = "PAPER_NOT_NEEDED",
        /// Nothing came that could be refused.
        NoPaperCame = "NO_PAPER_CAME",
        CaseClosed = "CASE_CLOSED",
        GroundsDoNotFit = "GROUNDS_DO_NOT_FIT",
        RoleMayNotDecide = "ROLE_MAY_NOT_DECIDE",
    }
}

/// What decisions depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    pub pivot: Pivot,
    /// A withdrawal or a refusal has ended the birth part.
    pub birth_ended: bool,
    pub certificate: Progress,
    pub sin: Progress,
    /// Whether a paper is needed that was not accepted yet.
    pub awaits_papers: bool,
    /// The open tasks.
    pub desk: BTreeMap<Leg, Reason>,
    pub closed: bool,
}

impl Situation {
    /// Whether an action may be taken on a leg now.
    ///
    /// # Errors
    ///
    /// The reason it may not.
    pub fn allows(&self, action: Action, leg: Leg) -> Result<(), NotAllowed> {
        if self.closed {
            return Err(NotAllowed::CaseClosed);
        }
        match action {
            Action::RetryNow if self.desk.contains_key(&leg) => Ok(()),
            Action::RetryNow => Err(NotAllowed::NothingToRetry),
            Action::CorrectContact => Ok(()),
            Action::Withdraw => self.allows_withdrawal(leg),
            // As long as it can be taken back, it can be put right.
            Action::CorrectContent => self.allows_withdrawal(Leg::Birth),
            Action::AcceptPapers | Action::RefusePapers => {
                self.allows_withdrawal(Leg::Birth)?;
                if self.awaits_papers { Ok(()) } else { Err(NotAllowed::PaperNotNeeded) }
            }
        }
    }

    fn allows_withdrawal(&self, leg: Leg) -> Result<(), NotAllowed> {
        let progress = match leg {
            Leg::Birth if self.birth_ended => return Err(NotAllowed::AlreadyWithdrawn),
            Leg::Birth => {
                return match self.pivot {
                    Pivot::NotAsked => Ok(()),
                    Pivot::Asked => Err(NotAllowed::RegistrationUnderWay),
                    Pivot::Registered => Err(NotAllowed::AlreadyRegistered),
                };
            }
            Leg::Certificate => self.certificate,
            Leg::Sin => self.sin,
        };
        match progress {
            Progress::Open => Ok(()),
            Progress::NotWanted => Err(NotAllowed::NotWanted),
            Progress::TooLate | Progress::Ended => Err(NotAllowed::TooLate),
        }
    }

    /// What may be done now, for the desk: the actions of each open task, and those that need none.
    #[must_use]
    pub fn actions(&self) -> Vec<(Action, Leg)> {
        let legs = [Leg::Birth, Leg::Certificate, Leg::Sin];
        let all = Action::ALL.iter().flat_map(|action| legs.map(|leg| (*action, leg)));
        let once = [
            Action::CorrectContact,
            Action::CorrectContent,
            Action::AcceptPapers,
            Action::RefusePapers,
        ];
        all.filter(|(action, leg)| !once.contains(action) || *leg == Leg::Birth)
            .filter(|(action, leg)| self.allows(*action, *leg).is_ok())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation() -> Situation {
        Situation {
            pivot: Pivot::NotAsked,
            birth_ended: false,
            certificate: Progress::Open,
            sin: Progress::Open,
            awaits_papers: false,
            desk: BTreeMap::new(),
            closed: false,
        }
    }

    #[test]
    fn a_withdrawal_is_answered_by_the_pivot() {
        let at = |pivot| Situation { pivot, ..situation() }.allows(Action::Withdraw, Leg::Birth);
        assert_eq!(at(Pivot::NotAsked), Ok(()));
        assert_eq!(at(Pivot::Asked), Err(NotAllowed::RegistrationUnderWay));
        assert_eq!(at(Pivot::Registered), Err(NotAllowed::AlreadyRegistered));
    }

    #[test]
    fn a_leg_in_production_is_not_withdrawn() {
        let it =
            Situation { certificate: Progress::TooLate, pivot: Pivot::Registered, ..situation() };
        assert_eq!(it.allows(Action::Withdraw, Leg::Certificate), Err(NotAllowed::TooLate));
        assert_eq!(it.allows(Action::Withdraw, Leg::Sin), Ok(()));
    }

    #[test]
    fn nothing_is_retried_that_is_not_on_the_desk() {
        let mut it = situation();
        assert_eq!(it.allows(Action::RetryNow, Leg::Birth), Err(NotAllowed::NothingToRetry));
        it.desk.insert(Leg::Birth, Reason::NoticeDiffers);
        assert_eq!(it.allows(Action::RetryNow, Leg::Birth), Ok(()));
        assert!(it.actions().contains(&(Action::RetryNow, Leg::Birth)));
    }

    #[test]
    fn a_paper_is_judged_while_one_is_awaited_and_the_birth_can_still_be_taken_back() {
        let it = Situation { awaits_papers: true, ..situation() };
        for action in [Action::AcceptPapers, Action::RefusePapers] {
            assert_eq!(it.allows(action, Leg::Birth), Ok(()));
            assert_eq!(situation().allows(action, Leg::Birth), Err(NotAllowed::PaperNotNeeded));
            let ended = Situation { birth_ended: true, ..it.clone() };
            assert_eq!(ended.allows(action, Leg::Birth), Err(NotAllowed::AlreadyWithdrawn));
        }
    }

    #[test]
    fn a_closed_case_takes_no_decision() {
        let it = Situation { closed: true, ..situation() };
        assert!(it.actions().is_empty());
    }
}
