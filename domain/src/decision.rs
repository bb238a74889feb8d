//! What a person may decide about a case, and when. The workflow's validator and the desk's buttons ask the same rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    answers::NoticeField,
    code::codes,
    desk::{Leg, Reason},
    paper::Paper,
    people::{Actor, Role},
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
        /// The notice is this child's although a name or a place is written otherwise.
        AcceptDifference = "accept-difference",
        /// Of several notices, this one is the child's.
        BindNotice = "bind-notice",
        /// The notice that is bound is not this child's.
        UnbindNotice = "unbind-notice",
        /// The birth is proven without a notice. Two people decide it.
        RegisterWithoutNotice = "register-without-notice",
        /// The parents are asked to put something right, and to certify it again.
        AskCorrection = "ask-correction",
        /// The registrar takes the task over.
        Escalate = "escalate",
        /// Everything stops while somebody investigates. The family is told nothing of it.
        Hold = "hold",
        /// What was stopped goes on.
        Release = "release",
        /// The child has died. Messages and production stop at once; the birth is registered all the same.
        RecordDeath = "record-death",
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
        SpellingOnly = "SPELLING_ONLY",
        HospitalConfirmed = "HOSPITAL_CONFIRMED",
        OrderAndTimeFit = "ORDER_AND_TIME_FIT",
        WrongNotice = "WRONG_NOTICE",
        /// Nobody attended the birth: no notice will come.
        Unattended = "UNATTENDED",
        /// The birth was proven to the registrar in another way.
        OtherProof = "OTHER_PROOF",
        StatementIsWrong = "STATEMENT_IS_WRONG",
        LegalQuestion = "LEGAL_QUESTION",
        BeyondMyRole = "BEYOND_MY_ROLE",
        SuspectedFraud = "SUSPECTED_FRAUD",
        PoliceOrCourt = "POLICE_OR_COURT",
        NothingFound = "NOTHING_FOUND",
        FamilyTold = "FAMILY_TOLD",
        HospitalTold = "HOSPITAL_TOLD",
        /// The family is helped at a counter or on paper.
        AssistedChannel = "ASSISTED_CHANNEL",
    }
}

impl Grounds {
    /// Whether a withdrawal on these grounds sends the family elsewhere: the birth cannot be registered through this service.
    #[must_use]
    pub const fn sends_elsewhere(self) -> bool {
        matches!(self, Self::CannotBeRegisteredHere | Self::AssistedChannel)
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
            Self::Withdraw => {
                &[Grounds::ParentsAsked, Grounds::CannotBeRegisteredHere, Grounds::AssistedChannel]
            }
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
            Self::AcceptDifference => &[Grounds::SpellingOnly, Grounds::HospitalConfirmed],
            Self::BindNotice => &[Grounds::OrderAndTimeFit, Grounds::HospitalConfirmed],
            Self::UnbindNotice => &[Grounds::WrongNotice],
            Self::RegisterWithoutNotice => &[Grounds::Unattended, Grounds::OtherProof],
            Self::AskCorrection => &[Grounds::StatementIsWrong, Grounds::HospitalConfirmed],
            Self::Escalate => &[Grounds::LegalQuestion, Grounds::BeyondMyRole],
            Self::Hold => &[Grounds::SuspectedFraud, Grounds::PoliceOrCourt],
            Self::Release => &[Grounds::NothingFound],
            Self::RecordDeath => &[Grounds::FamilyTold, Grounds::HospitalTold],
        }
    }

    /// Who of the staff may take it. Where two people decide, the first may be anybody of these.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::RetryNow
            | Self::CorrectContact
            | Self::Withdraw
            | Self::AcceptPapers
            | Self::RefusePapers
            | Self::AcceptDifference
            | Self::BindNotice
            | Self::UnbindNotice
            | Self::RegisterWithoutNotice
            | Self::AskCorrection
            | Self::RecordDeath
            | Self::Escalate => &[Role::Officer, Role::Supervisor, Role::Registrar],
            Self::Hold | Self::Release => &[Role::Supervisor, Role::Registrar],
            Self::CorrectContent => &[],
        }
    }

    /// Who approves what somebody else proposed, where two people decide.
    #[must_use]
    pub const fn approvers(self) -> Option<&'static [Role]> {
        match self {
            Self::RegisterWithoutNotice => Some(&[Role::Registrar]),
            Self::RetryNow
            | Self::CorrectContact
            | Self::Withdraw
            | Self::CorrectContent
            | Self::AcceptPapers
            | Self::RefusePapers
            | Self::AcceptDifference
            | Self::BindNotice
            | Self::UnbindNotice
            | Self::AskCorrection
            | Self::Escalate
            | Self::Hold
            | Self::RecordDeath
            | Self::Release => None,
        }
    }

    /// Whether it is about a part of the case. The others are about the whole case, and say `birth`.
    #[must_use]
    pub const fn is_of_a_leg(self) -> bool {
        matches!(self, Self::RetryNow | Self::Withdraw | Self::Escalate)
    }

    /// Whether parents read in the case's log that it was taken.
    #[must_use]
    pub const fn is_shown_to_parents(self) -> bool {
        !matches!(
            self,
            Self::Hold | Self::Release | Self::Escalate | Self::BindNotice | Self::UnbindNotice
        )
    }
}

/// What one person proposes and another approves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub action: Action,
    pub leg: Leg,
    pub grounds: Grounds,
    /// Who of the staff.
    pub by: String,
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
        /// No open task asks for this.
        NotAsked = "NOT_ASKED",
        /// What differs is never accepted: the facility amends the notice, or the parents certify again.
        DifferenceMatters = "DIFFERENCE_MATTERS",
        /// The province names no such notice for this birth.
        NoticeUnknown = "NOTICE_UNKNOWN",
        /// No notice is bound.
        NotBound = "NOT_BOUND",
        AlreadyHeld = "ALREADY_HELD",
        /// It is known that the child has died.
        AlreadyRecorded = "ALREADY_RECORDED",
        NotHeld = "NOT_HELD",
        /// Somebody else has to approve it.
        NeedsAnotherPerson = "NEEDS_ANOTHER_PERSON",
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
    /// What the province last said that differs; empty when nothing does.
    pub differs: Vec<NoticeField>,
    /// Whether a notice is bound.
    pub bound: bool,
    /// Whether everything is stopped for an investigation.
    pub held: bool,
    /// Whether it is known that the child has died.
    pub bereaved: bool,
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
            Action::AcceptDifference => {
                self.is_asked(action, Leg::Birth)?;
                match self.differs.iter().all(|field| field.may_be_accepted()) {
                    true => Ok(()),
                    false => Err(NotAllowed::DifferenceMatters),
                }
            }
            Action::BindNotice | Action::RegisterWithoutNotice | Action::AskCorrection => {
                self.is_asked(action, Leg::Birth)?;
                self.allows_withdrawal(Leg::Birth)
            }
            Action::UnbindNotice => {
                self.allows_withdrawal(Leg::Birth)?;
                if self.bound { Ok(()) } else { Err(NotAllowed::NotBound) }
            }
            Action::Escalate => self.is_asked(action, leg),
            Action::RecordDeath if self.bereaved => Err(NotAllowed::AlreadyRecorded),
            Action::RecordDeath => Ok(()),
            Action::Hold if self.held => Err(NotAllowed::AlreadyHeld),
            Action::Hold => Ok(()),
            Action::Release if self.held => Ok(()),
            Action::Release => Err(NotAllowed::NotHeld),
        }
    }

    /// Whether an open task of the leg is answered by this.
    fn is_asked(&self, action: Action, leg: Leg) -> Result<(), NotAllowed> {
        let answers = self.desk.get(&leg).map(|reason| reason.rule().answers);
        match answers.is_some_and(|answers| answers.contains(&action)) {
            true => Ok(()),
            false => Err(NotAllowed::NotAsked),
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
        all.filter(|(action, leg)| action.is_of_a_leg() || *leg == Leg::Birth)
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
            differs: Vec::new(),
            bound: false,
            held: false,
            bereaved: false,
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
    fn only_a_spelling_is_accepted() {
        let at = |differs: &[NoticeField]| {
            let mut it = Situation { differs: differs.to_vec(), ..situation() };
            it.desk.insert(Leg::Birth, Reason::NoticeDiffers);
            it.allows(Action::AcceptDifference, Leg::Birth)
        };
        assert_eq!(at(&[NoticeField::BirthParentName, NoticeField::PlaceWording]), Ok(()));
        for field in NoticeField::ALL.iter().filter(|it| !it.may_be_accepted()) {
            let differs = [NoticeField::BirthParentName, *field];
            assert_eq!(at(&differs), Err(NotAllowed::DifferenceMatters), "{field}");
        }
        let nothing = situation().allows(Action::AcceptDifference, Leg::Birth);
        assert_eq!(nothing, Err(NotAllowed::NotAsked));
    }

    #[test]
    fn a_decision_of_two_is_approved_by_somebody_who_may_take_it() {
        for action in Action::ALL {
            let approvers = action.approvers().unwrap_or_default();
            assert!(approvers.iter().all(|role| action.roles().contains(role)), "{action}");
        }
    }

    #[test]
    fn a_closed_case_takes_no_decision() {
        let it = Situation { closed: true, ..situation() };
        assert!(it.actions().is_empty());
    }
}
