//! What each task of the desk asks for: whose it is, and what may answer it. One table; the story, the validator,
//! the desk, the docs and the tests read it.

use jiff::Timestamp;

use super::{Owner, Reason};
use crate::decision::Action;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    pub owner: Owner,
    /// What answers it. Other actions may be taken beside it; see [`crate::decision::Situation::allows`].
    pub answers: &'static [Action],
}

const fn officer(answers: &'static [Action]) -> Rule {
    Rule { owner: Owner::Officer, answers }
}

const fn registrar(answers: &'static [Action]) -> Rule {
    Rule { owner: Owner::Registrar, answers }
}

const fn operator(answers: &'static [Action]) -> Rule {
    Rule { owner: Owner::Operator, answers }
}

const fn service_canada(answers: &'static [Action]) -> Rule {
    Rule { owner: Owner::ServiceCanada, answers }
}

impl Reason {
    /// The table.
    #[must_use]
    pub const fn rule(self) -> Rule {
        use Action::{
            AcceptDifference, AcceptPapers, AskCorrection, BindNotice, Escalate, RefusePapers,
            RegisterWithoutNotice, Release, RetryNow,
        };
        match self {
            Self::CertificationLate | Self::ParentNotConfirmed => officer(&[RetryNow, Escalate]),
            Self::PapersToCheck | Self::PapersOverdue => {
                officer(&[AcceptPapers, RefusePapers, RetryNow, Escalate])
            }
            Self::NoticeMissing => officer(&[RetryNow, RegisterWithoutNotice, Escalate]),
            Self::NoticeDiffers => officer(&[
                AcceptDifference,
                AskCorrection,
                RetryNow,
                RegisterWithoutNotice,
                Escalate,
            ]),
            Self::SeveralNotices | Self::NoticeToChoose => {
                officer(&[BindNotice, RetryNow, RegisterWithoutNotice, Escalate])
            }
            Self::MissingData
            | Self::PossibleDuplicate
            | Self::NotEntitled
            | Self::PaymentNotConfirmed
            | Self::DuplicateOrder
            | Self::CertificateReturned
            | Self::CertificateVoid
            | Self::SinDataRejected
            | Self::ApplicationNotFound
            | Self::UndoTooLate => officer(&[RetryNow, Escalate]),
            Self::UnderInvestigation => registrar(&[Release]),
            Self::NotAParent
            | Self::ParentsDisagree
            | Self::AlreadyRegistered
            | Self::ContentDiffers
            | Self::NotCertified
            | Self::RegistrationNotActive
            | Self::ChildDied
            | Self::CancelledAfterRegistration => registrar(&[RetryNow]),
            Self::DuplicateApplication | Self::SinAdjudication => service_canada(&[RetryNow]),
            Self::ProvinceSilent
            | Self::FederalSilent
            | Self::ProvinceTurnsAway
            | Self::FederalTurnsAway => operator(&[RetryNow]),
        }
    }

    #[must_use]
    pub const fn owner(self) -> Owner {
        self.rule().owner
    }

    /// When the owner should have acted.
    #[must_use]
    pub fn due(self, raised: Timestamp) -> Timestamp {
        self.owner().due(raised)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("it is a time")
    }

    #[test]
    fn a_task_is_due_by_the_calendar_of_its_owner() {
        // Friday, February 13, 2026; Monday the 16th is Family Day in the province alone.
        let raised = at("2026-02-13T15:00:00Z");
        assert_eq!(Reason::NoticeDiffers.due(raised), at("2026-02-24T04:59:00Z"));
        assert_eq!(Reason::ProvinceSilent.due(raised), at("2026-02-18T04:59:00Z"));
        assert_eq!(Reason::SinAdjudication.due(raised), at("2026-03-07T04:59:00Z"));
    }

    #[test]
    fn every_task_has_an_answer() {
        for reason in Reason::ALL {
            assert!(!reason.rule().answers.is_empty(), "{reason}");
        }
    }
}
