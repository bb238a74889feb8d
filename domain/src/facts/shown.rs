//! What of a case's log a parent is shown: their own part of it, and what the registers did. Not what another parent said,
//! how they are reached, or that somebody may have sent the same birth.

use super::Fact;
use crate::{answers::Refusal, decision::Action, desk::Reason, statement::Objection};

impl Fact {
    /// Whether a parent, from 0, is shown this.
    #[must_use]
    pub const fn is_shown_to(&self, viewer: u8) -> bool {
        match self {
            // What the other parent says is for an officer; that something is wrong is for both to put right.
            Self::ParentObjected { parent, objection } => {
                *parent == viewer || matches!(objection, Objection::SomethingWrong)
            }
            Self::ParentNotConfirmed { parent } | Self::MessageBounced { parent } => {
                *parent == viewer
            }
            Self::Protected { parent } => *parent == viewer,
            // The addresses are the first parent's.
            Self::ContactCorrected { .. } | Self::AddressAnswered { .. } => viewer == 0,
            Self::DecisionAsked { action, .. }
            | Self::DecisionRefused { action, .. }
            | Self::DecisionUnanswered { action, .. } => {
                action.is_shown_to_parents()
                    && (viewer == 0 || !matches!(action, Action::CorrectContact))
            }
            // How staff come to a decision, and that somebody investigates.
            Self::NoticeChosen { .. }
            | Self::NoticeWaived { .. }
            | Self::DecisionProposed { .. }
            | Self::TaskEscalated { .. }
            | Self::Held
            | Self::Released => false,
            Self::StatementRefused { reason } | Self::RegistrationRefused { reason } => {
                !matches!(reason, Refusal::PossibleDuplicate)
            }
            Self::DeskRaised { reason, .. } | Self::DeskCleared { reason: Some(reason), .. } => {
                reason.is_shown_to_parents()
            }
            _ => true,
        }
    }
}

impl Reason {
    /// Whether parents are shown that this is why a person looks. Otherwise they read that one does.
    #[must_use]
    pub const fn is_shown_to_parents(self) -> bool {
        !matches!(
            self,
            Self::ParentNotConfirmed
                | Self::NotAParent
                | Self::ParentsDisagree
                | Self::PossibleDuplicate
                | Self::UnderInvestigation
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Leg;

    #[test]
    fn what_one_parent_says_of_themselves_is_not_shown_to_the_other() {
        let leg = Leg::Birth;
        for fact in [
            Fact::ParentObjected { parent: 1, objection: Objection::NotAParent },
            Fact::ParentNotConfirmed { parent: 1 },
            Fact::MessageBounced { parent: 1 },
            Fact::Protected { parent: 1 },
        ] {
            assert!(fact.is_shown_to(1) && !fact.is_shown_to(0), "{fact:?}");
        }
        let wrong = Fact::ParentObjected { parent: 1, objection: Objection::SomethingWrong };
        assert!(wrong.is_shown_to(0));
        assert!(!Fact::ContactCorrected { version: 2 }.is_shown_to(1));
        for reason in [Reason::NotAParent, Reason::PossibleDuplicate] {
            assert!(!Fact::DeskRaised { leg, reason }.is_shown_to(0), "{reason}");
        }
        assert!(Fact::DeskRaised { leg, reason: Reason::NoticeDiffers }.is_shown_to(0));
    }
}
