//! What a fact changes. Facts come more than once, and in any order.

use jiff::{Timestamp, civil::Date};

use super::{Change, Dated, Fact, Facts, Matching, Task};
use crate::{
    answers::{ApplicationState, NoticeField, OrderState, UndoAnswer},
    desk::{Leg, Owner, Reason},
    statement::Objection,
    undo::Undo,
};

impl Facts {
    /// Adds a fact. Adding it again changes nothing; facts may come in any order.
    pub fn add(&mut self, fact: &Fact, at: Timestamp) -> Change {
        match fact {
            Fact::ParentInvited { .. } => {
                self.invited = Some(at);
                self.reminded = 0;
                Change::New
            }
            Fact::ParentReminded { nth, .. } if *nth > self.reminded => {
                self.reminded = *nth;
                Change::New
            }
            Fact::ParentReminded { .. } => Change::Known,
            Fact::ParentCertified { parent, version } => self.certified(*parent, *version, at),
            // An officer who knows better protects the other one.
            Fact::Protected { parent }
                if self.protected.as_ref().is_some_and(|it| it.it != *parent) =>
            {
                self.protected = Some(Dated { at, it: *parent });
                Change::New
            }
            Fact::Protected { parent } => set(&mut self.protected, at, *parent),
            Fact::LossReported { .. } | Fact::DeathRecorded => once(&mut self.loss_reported, at),
            Fact::WithdrawalAgreed { parent } => {
                let new = self.withdrawal_agreed_by.insert(*parent);
                if new { Change::New } else { Change::Known }
            }
            Fact::ParentObjected { objection, .. } => {
                if self.objection.as_ref().is_some_and(|known| !objection.outweighs(known.it)) {
                    return Change::Known;
                }
                self.objection = Some(Dated { at, it: *objection });
                Change::New
            }
            Fact::ContentCorrected { version } => self.corrected(*version, at),
            Fact::PaperNeeded { paper, due } => self.paper_needed(*paper, *due, at),
            Fact::PaperReceived { paper, number } => self.paper_received(*paper, *number, at),
            Fact::PaperToBeMailed { paper } => self.paper_to_be_mailed(*paper, at),
            Fact::PaperAccepted { paper } => self.paper_accepted(*paper, at),
            Fact::PaperRefused { paper, why, due } => self.paper_refused(*paper, *why, *due, at),
            Fact::PaperNoLongerNeeded { paper } => self.paper_no_longer_needed(*paper),
            Fact::PapersReminded { nth } => self.papers_reminded(*nth),
            Fact::StatementAccepted { statement_id } => {
                if self.statement.is_none() {
                    // It was asked again after a refusal that a person looked at.
                    self.refused = None;
                }
                set(&mut self.statement, at, statement_id.clone())
            }
            Fact::StatementRefused { reason } | Fact::RegistrationRefused { reason } => {
                if self.refused.as_ref().is_some_and(|known| known.it == *reason) {
                    return Change::Known;
                }
                self.refused = Some(Dated { at, it: *reason });
                Change::New
            }
            Fact::NoticeAwaited => {
                self.matching.questions(Vec::new(), Vec::new());
                Change::New
            }
            Fact::NoticeDiffers { notice_id, fields } => {
                self.matching.questions(notice_id.iter().cloned().collect(), fields.clone())
            }
            Fact::SeveralNotices { notices } => {
                self.matching.questions(notices.clone(), Vec::new())
            }
            Fact::NoticeChosen { notice_id, accepted } => {
                self.matching.chosen = Some((notice_id.clone(), accepted.clone()));
                Change::New
            }
            Fact::NoticeWaived { grounds, approved_by } => {
                self.matching.waived = Some((*grounds, approved_by.clone()));
                Change::New
            }
            Fact::CorrectionAsked => once(&mut self.correction_asked, at),
            Fact::Held if self.held.is_some() => Change::Known,
            Fact::Held => {
                self.held = Some(at);
                self.raised(Leg::Birth, Reason::UnderInvestigation, at)
            }
            Fact::Released => {
                self.desk.retain(|task| task.reason != Reason::UnderInvestigation);
                self.held.take().map_or(Change::Known, |_| Change::New)
            }
            Fact::TaskEscalated { leg } => self.escalated(*leg, at),
            Fact::DecisionProposed { proposal } => {
                self.proposal = Some(proposal.clone());
                Change::New
            }
            Fact::NoticeFound { notice_id } => {
                self.matching.questions(Vec::new(), Vec::new());
                let known = self.notice_found.as_ref() == Some(notice_id);
                self.notice_found = Some(notice_id.clone());
                if known { Change::Known } else { Change::New }
            }
            Fact::NoticeBound { notice_id } => {
                if self.notice.as_ref().is_some_and(|known| known.it == *notice_id) {
                    return Change::Known;
                }
                self.notice = Some(Dated { at, it: notice_id.clone() });
                self.matching = Matching::default();
                // What was asked or proposed about the notices is answered.
                self.correction_asked = None;
                self.proposal = None;
                Change::New
            }
            Fact::RegistrationAsked => {
                if self.refused.take().is_some() {
                    self.registration_asked = None;
                }
                once(&mut self.registration_asked, at)
            }
            Fact::Registered { registration_number, registered_on } => {
                // What looked like a refusal before is history: the birth stands.
                self.refused = None;
                self.registered_on = Some(*registered_on);
                self.correction_asked = None;
                set(&mut self.registered, at, registration_number.clone())
            }
            Fact::FeePaid { fee_id, cents } => set(&mut self.fee, at, (fee_id.clone(), *cents)),
            Fact::PaymentAwaited => once(&mut self.payment_awaited, at),
            Fact::FeeDeclined { .. } if self.fee.is_none() => {
                let known = self.fee_declined.is_some();
                self.fee_declined = Some(at);
                self.payment_offered = None;
                if known { Change::Known } else { Change::New }
            }
            Fact::FeeDeclined { .. } => Change::Known,
            Fact::PaymentOffered { .. } => {
                self.payment_offered = Some(at);
                self.payment_awaited = None;
                self.fee_declined = None;
                Change::New
            }
            Fact::Ordered { order_id } => set(&mut self.order, at, order_id.clone()),
            Fact::OrderMoved { state, on } => self.order_moved(*state, *on, at),
            Fact::ApplicationAsked => once(&mut self.application_asked, at),
            Fact::Applied { application_id } => {
                if self.application.is_none() {
                    // It was applied for again after a refusal that a person looked at.
                    self.application_refused = None;
                }
                set(&mut self.application, at, application_id.clone())
            }
            Fact::ApplicationMoved { state, on } => self.application_moved(*state, *on, at),
            Fact::ApplicationRefused { reason } => {
                if self.application_refused.as_ref().is_some_and(|known| known.it == *reason) {
                    return Change::Known;
                }
                self.application_refused = Some(Dated { at, it: *reason });
                Change::New
            }
            Fact::UndoAnswered { undo, answer } => self.undone(*undo, *answer, at),
            Fact::DeskRaised { leg, reason } => self.raised(*leg, *reason, at),
            Fact::DeskCleared { leg, reason } => {
                let before = self.desk.len();
                let meant = |task: &Task| {
                    task.leg == *leg && reason.is_none_or(|reason| task.reason == reason)
                };
                self.desk.retain(|task| !meant(task));
                self.proposal = self.proposal.take().filter(|it| it.leg != *leg);
                if self.desk.len() == before { Change::Known } else { Change::New }
            }
            // Whatever was proposed before was about a case that has moved on.
            Fact::DecisionAsked { .. } => {
                self.proposal = None;
                Change::New
            }
            Fact::LegWithdrawn { leg } => match leg {
                Leg::Birth => once(&mut self.statement_withdrawn, at),
                Leg::Certificate => once(&mut self.order_ended, at),
                Leg::Sin => once(&mut self.sin_withdrawn, at),
            },
            Fact::Closed { ending } => set(&mut self.closed, at, *ending),
            Fact::Received
            | Fact::ParentConfirmed { .. }
            | Fact::MessageBounced { .. }
            | Fact::ParentNotConfirmed { .. }
            | Fact::OrderRefused { .. }
            | Fact::AddressAnswered { .. }
            | Fact::DecisionRefused { .. }
            | Fact::DecisionUnanswered { .. }
            | Fact::ContactCorrected { .. } => Change::New,
        }
    }

    fn certified(&mut self, parent: u8, version: u32, at: Timestamp) -> Change {
        if version != self.content_version || !self.certified_by.insert(parent) {
            return Change::Known;
        }
        self.objection = self.objection.take().filter(|it| it.it.is_for_the_registrar());
        if self.certified_by.len() == usize::from(self.parents) {
            once(&mut self.certified, at);
        }
        Change::New
    }

    /// Nobody has certified the new version, and what was said of the old one is answered by it, unless somebody is no
    /// parent of the child.
    fn corrected(&mut self, version: u32, at: Timestamp) -> Change {
        if version <= self.content_version {
            return Change::Known;
        }
        self.content_version = version;
        self.papers_are_looked_at_again();
        self.certified_by.clear();
        self.withdrawal_agreed_by.clear();
        self.certified = None;
        self.correction_asked = None;
        self.proposal = None;
        self.matching = Matching::default();
        self.invited = Some(at);
        self.reminded = 0;
        self.objection = self.objection.take().filter(|it| it.it == Objection::NotAParent);
        Change::New
    }

    fn order_moved(&mut self, state: OrderState, on: Option<Date>, at: Timestamp) -> Change {
        match state {
            OrderState::Accepted => Change::Known,
            OrderState::InProduction => self.in_production(at),
            OrderState::Printed => {
                self.in_production(at);
                once(&mut self.printed, at)
            }
            OrderState::Mailed => {
                self.in_production(at);
                once(&mut self.printed, at);
                set(&mut self.mailed, at, on)
            }
            OrderState::Returned => once(&mut self.returned, at),
            OrderState::Cancelled | OrderState::Void => once(&mut self.order_ended, at),
        }
    }

    /// Production earns the fee.
    fn in_production(&mut self, at: Timestamp) -> Change {
        if self.fee.is_some() && self.fee_refunded.is_none() {
            once(&mut self.fee_earned, at);
        }
        once(&mut self.production, at)
    }

    fn application_moved(
        &mut self,
        state: ApplicationState,
        on: Option<Date>,
        at: Timestamp,
    ) -> Change {
        match state {
            ApplicationState::Received | ApplicationState::Validating => Change::Known,
            ApplicationState::Adjudication => once(&mut self.adjudication, at),
            ApplicationState::Issued => once(&mut self.issued, at),
            ApplicationState::LetterMailed => {
                once(&mut self.issued, at);
                set(&mut self.letter_mailed, at, on)
            }
            ApplicationState::Refused => once(&mut self.sin_refused, at),
            ApplicationState::Withdrawn => once(&mut self.sin_withdrawn, at),
        }
    }

    fn undone(&mut self, undo: Undo, answer: UndoAnswer, at: Timestamp) -> Change {
        if answer == UndoAnswer::TooLate {
            return Change::New;
        }
        match undo {
            Undo::WithdrawStatement => once(&mut self.statement_withdrawn, at),
            Undo::UnbindNotice if self.notice.take().is_some() => Change::New,
            Undo::UnbindNotice => Change::Known,
            Undo::RefundFee if self.fee.is_some() => once(&mut self.fee_refunded, at),
            Undo::RefundFee => Change::Known,
            Undo::CancelOrder => once(&mut self.order_ended, at),
            Undo::WithdrawApplication => once(&mut self.sin_withdrawn, at),
        }
    }

    fn raised(&mut self, leg: Leg, reason: Reason, at: Timestamp) -> Change {
        if self.desk.iter().any(|task| task.leg == leg && task.reason == reason) {
            return Change::Known;
        }
        let stays = |task: &Task| {
            task.leg != leg
                || task.reason == Reason::UnderInvestigation
                || reason == Reason::UnderInvestigation
        };
        self.desk.retain(stays);
        self.desk.push(Task {
            leg,
            reason,
            owner: reason.owner(),
            raised: at,
            due: reason.due(at),
        });
        Change::New
    }

    /// The registrar has as long as for a task of their own.
    fn escalated(&mut self, leg: Leg, at: Timestamp) -> Change {
        let owner = Owner::Registrar;
        let mut others = self.desk.iter_mut().filter(|task| task.leg == leg && task.owner != owner);
        let Some(task) = others.next() else { return Change::Known };
        task.owner = owner;
        task.due = owner.due(at);
        Change::New
    }
}

impl Matching {
    /// What there is to decide now. The same again is known.
    fn questions(&mut self, notices: Vec<String>, differs: Vec<NoticeField>) -> Change {
        if self.notices == notices && self.differs == differs {
            return Change::Known;
        }
        *self = Self { notices, differs, ..Self::default() };
        Change::New
    }
}

pub(super) fn once(fact: &mut Option<Timestamp>, at: Timestamp) -> Change {
    match fact {
        Some(_) => Change::Known,
        None => {
            *fact = Some(at);
            Change::New
        }
    }
}

fn set<T>(fact: &mut Option<Dated<T>>, at: Timestamp, it: T) -> Change {
    match fact {
        Some(_) => Change::Known,
        None => {
            *fact = Some(Dated { at, it });
            Change::New
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Action, Grounds, Proposal};

    #[test]
    fn what_was_asked_or_proposed_about_a_notice_falls_once_one_is_bound() {
        let at = Timestamp::UNIX_EPOCH;
        let mut facts = Facts::received(at, None, false, 1);
        let proposal = Proposal {
            action: Action::RegisterWithoutNotice,
            leg: Leg::Birth,
            grounds: Grounds::Unattended,
            by: "alex".to_owned(),
        };
        let proposed = Fact::DecisionProposed { proposal };
        let bound = Fact::NoticeBound { notice_id: "N-1".to_owned() };
        let corrected = Fact::ContentCorrected { version: 2 };
        for answered in [bound, corrected] {
            facts.add(&Fact::CorrectionAsked, at);
            facts.add(&proposed, at);
            facts.add(&answered, at);
            assert_eq!((facts.correction_asked, &facts.proposal), (None, &None), "{answered:?}");
        }
        facts.add(&Fact::DeskRaised { leg: Leg::Birth, reason: Reason::NoticeMissing }, at);
        facts.add(&proposed, at);
        facts.add(&Fact::DeskCleared { leg: Leg::Birth, reason: None }, at);
        assert_eq!(facts.proposal, None);
    }
}
