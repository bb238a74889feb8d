//! What can be undone, until when. One table; the workflow, the desk, the docs and the tests read it.

use crate::{code::codes, desk::Leg};

codes! {
    /// The steps of a case that change something outside.
    pub enum Step {
        SubmitStatement = "statement",
        BindNotice = "notice",
        RegisterBirth = "registration",
        PayFee = "fee",
        OrderCertificate = "order",
        ApplyForSin = "sin",
        TellParents = "message",
    }
}

codes! {
    /// The undoing of a step, as it is asked of a register.
    pub enum Undo {
        WithdrawStatement = "withdraw-statement",
        UnbindNotice = "unbind-notice",
        RefundFee = "refund-fee",
        CancelOrder = "cancel-order",
        WithdrawApplication = "withdraw-application",
    }
}

/// What kind of undo a step has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Can be taken back until something else has happened.
    ReversibleUntil(Limit, Undo),
    /// Cannot be taken back, but a correction can be sent.
    NotifyOnly,
    /// No workflow takes it back.
    Never,
}

codes! {
    /// What ends the time in which a step can be taken back.
    pub enum Limit {
        Registration = "registration",
        Production = "production",
        Issue = "issue",
    }
}

impl Step {
    /// The table.
    ///
    /// Source: docs/decisions/0002-what-can-be-undone.md.
    #[must_use]
    pub const fn undo(self) -> Kind {
        match self {
            Self::SubmitStatement => {
                Kind::ReversibleUntil(Limit::Registration, Undo::WithdrawStatement)
            }
            Self::BindNotice => Kind::ReversibleUntil(Limit::Registration, Undo::UnbindNotice),
            Self::RegisterBirth => Kind::Never,
            Self::PayFee => Kind::ReversibleUntil(Limit::Production, Undo::RefundFee),
            Self::OrderCertificate => Kind::ReversibleUntil(Limit::Production, Undo::CancelOrder),
            Self::ApplyForSin => Kind::ReversibleUntil(Limit::Issue, Undo::WithdrawApplication),
            Self::TellParents => Kind::NotifyOnly,
        }
    }
}

impl Step {
    /// The part of the case that it belongs to.
    #[must_use]
    pub const fn leg(self) -> Option<Leg> {
        match self {
            Self::SubmitStatement | Self::BindNotice | Self::RegisterBirth => Some(Leg::Birth),
            Self::PayFee | Self::OrderCertificate => Some(Leg::Certificate),
            Self::ApplyForSin => Some(Leg::Sin),
            Self::TellParents => None,
        }
    }
}

impl Undo {
    /// The step whose key this undo names.
    #[must_use]
    pub const fn step(self) -> Step {
        match self {
            Self::WithdrawStatement => Step::SubmitStatement,
            Self::UnbindNotice => Step::BindNotice,
            Self::RefundFee => Step::PayFee,
            Self::CancelOrder => Step::OrderCertificate,
            Self::WithdrawApplication => Step::ApplyForSin,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_undo_is_the_undo_of_its_step() {
        for undo in Undo::ALL {
            assert!(
                matches!(undo.step().undo(), Kind::ReversibleUntil(_, its) if its == *undo),
                "{undo}"
            );
        }
    }

    #[test]
    fn no_step_undoes_a_registration() {
        assert_eq!(Step::RegisterBirth.undo(), Kind::Never);
    }
}
