//! What has happened to a case, with its times. Everything that is shown or decided is computed from this.

mod message;
mod papers;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use message::{Audience, Message, Occasion};
pub use papers::PaperFacts;

use crate::{
    answers::{
        AddressAnswer, ApplicationRefusal, ApplicationState, NoticeField, OrderRefusal, OrderState,
        Refusal, UndoAnswer,
    },
    decision::{Action, Grounds, NotAllowed},
    desk::{Leg, Owner, Reason},
    fees::{Cents, Product},
    paper::{Paper, PaperRefusal},
    statement::Objection,
    undo::Undo,
};

/// One thing that happened, as the case's log keeps it: references and closed sets, no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    Received,
    /// A parent was asked, through a link, to certify.
    ParentInvited {
        /// Which, from 0, as in the form.
        parent: u8,
    },
    /// Whoever followed the link knows the parent's name and date of birth.
    ParentConfirmed {
        parent: u8,
    },
    /// Whoever followed the link did not know them, too often.
    ParentNotConfirmed {
        parent: u8,
    },
    ParentCertified {
        parent: u8,
        /// Of the content.
        version: u32,
    },
    ParentObjected {
        parent: u8,
        objection: Objection,
    },
    /// A parent who was asked to certify is reminded for the `nth` time.
    ParentReminded {
        parent: u8,
        nth: u8,
    },
    /// A parent wants the birth not to be registered here. It is withdrawn when everyone who certified does.
    WithdrawalAgreed {
        parent: u8,
    },
    /// What was sent to a parent came back: the address is wrong, or nobody reads there.
    MessageBounced {
        parent: u8,
    },
    /// This parent is protected: no other learns more than whether the birth is registered.
    Protected {
        parent: u8,
    },
    /// A parent said that the child has died. From then on nothing is sent, and a person speaks with the family.
    LossReported {
        parent: u8,
    },
    /// The parents' own correction: everyone certifies anew.
    ContentCorrected {
        version: u32,
    },
    /// The statement needs a paper, or an officer or the parents say that one must be translated.
    PaperNeeded {
        paper: Paper,
        due: Timestamp,
    },
    /// The parents sent a file.
    PaperReceived {
        paper: Paper,
        /// Of the files of this paper, from 1.
        number: u8,
    },
    /// The parents say that they mail it.
    PaperToBeMailed {
        paper: Paper,
    },
    PaperAccepted {
        paper: Paper,
    },
    /// What came is not in order: it is asked for anew.
    PaperRefused {
        paper: Paper,
        why: PaperRefusal,
        due: Timestamp,
    },
    /// The corrected content does not need it.
    PaperNoLongerNeeded {
        paper: Paper,
    },
    /// The parents are reminded of papers for the `nth` time.
    PapersReminded {
        nth: u8,
    },
    StatementAccepted {
        statement_id: String,
    },
    StatementRefused {
        reason: Refusal,
    },
    NoticeAwaited,
    /// Exactly one notice fits; it is not bound yet.
    NoticeFound {
        notice_id: String,
    },
    NoticeDiffers {
        fields: Vec<NoticeField>,
    },
    SeveralNotices,
    NoticeBound {
        notice_id: String,
    },
    RegistrationAsked,
    Registered {
        registration_number: String,
        registered_on: Date,
    },
    RegistrationRefused {
        reason: Refusal,
    },
    FeePaid {
        fee_id: String,
        cents: Cents,
    },
    /// The parents pay later.
    PaymentAwaited,
    FeeDeclined {
        generation: u16,
    },
    PaymentOffered {
        generation: u16,
    },
    Ordered {
        order_id: String,
    },
    OrderMoved {
        state: OrderState,
        on: Option<Date>,
    },
    OrderRefused {
        reason: OrderRefusal,
    },
    ApplicationAsked,
    Applied {
        application_id: String,
    },
    ApplicationMoved {
        state: ApplicationState,
        on: Option<Date>,
    },
    ApplicationRefused {
        reason: ApplicationRefusal,
    },
    /// A register was told of a corrected address.
    AddressAnswered {
        leg: Leg,
        answer: AddressAnswer,
    },
    UndoAnswered {
        undo: Undo,
        answer: UndoAnswer,
    },
    /// Everything that was taken back on a leg is back; the birth stands.
    LegWithdrawn {
        leg: Leg,
    },
    DeskRaised {
        leg: Leg,
        reason: Reason,
    },
    DeskCleared {
        leg: Leg,
        /// Older entries of the log do not say.
        #[serde(default)]
        reason: Option<Reason>,
    },
    DecisionAsked {
        action: Action,
        leg: Leg,
        grounds: Grounds,
    },
    DecisionRefused {
        action: Action,
        leg: Leg,
        why: NotAllowed,
    },
    /// A decision was sent and no answer came: it counts only if the case moves.
    DecisionUnanswered {
        action: Action,
        leg: Leg,
    },
    ContactCorrected {
        version: u32,
    },
    Closed {
        ending: Ending,
    },
}

crate::code::codes! {
    /// How a case ended.
    pub enum Ending {
        /// Registered, and every wanted leg is at its end.
        Complete = "COMPLETE",
        Withdrawn = "WITHDRAWN",
        Refused = "REFUSED",
    }
}

/// A fact with its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    pub at: Timestamp,
    pub it: T,
}

/// An open task on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub leg: Leg,
    pub reason: Reason,
    pub owner: Owner,
    pub raised: Timestamp,
    pub due: Timestamp,
}

/// All that has happened to a case so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub received: Timestamp,
    pub certificate_wanted: Option<Product>,
    pub sin_wanted: bool,
    /// How many parents the statement names.
    pub parents: u8,

    /// The version of the content that is to be registered, from 1.
    pub content_version: u32,
    /// Who has certified that version; from 0, as in the form.
    pub certified_by: BTreeSet<u8>,
    /// When everyone had certified it.
    pub certified: Option<Timestamp>,
    /// When parents who are not here were last asked to certify.
    pub invited: Option<Timestamp>,
    /// How often they were reminded since.
    pub reminded: u8,
    /// Who wants the birth withdrawn; from 0, as in the form.
    pub withdrawal_agreed_by: BTreeSet<u8>,
    /// The parent who is protected from the others.
    pub protected: Option<Dated<u8>>,
    /// When a parent said that the child has died.
    pub loss_reported: Option<Timestamp>,
    /// What a parent said instead of certifying.
    pub objection: Option<Dated<Objection>>,

    /// The papers that the statement needs.
    pub papers: BTreeMap<Paper, PaperFacts>,
    /// How often papers were asked for.
    pub papers_asked: u8,
    /// How often the parents were reminded since.
    pub papers_reminded: u8,

    pub statement: Option<Dated<String>>,
    /// The notice that fits, before it is bound.
    pub notice_found: Option<String>,
    pub notice: Option<Dated<String>>,
    pub registration_asked: Option<Timestamp>,
    /// The registration number, and when we heard of it.
    pub registered: Option<Dated<String>>,
    /// The date of the registration itself.
    pub registered_on: Option<Date>,
    pub refused: Option<Dated<Refusal>>,
    pub statement_withdrawn: Option<Timestamp>,

    pub fee: Option<Dated<(String, Cents)>>,
    /// A payment was offered, and it is not known yet whether it is good.
    pub payment_offered: Option<Timestamp>,
    pub payment_awaited: Option<Timestamp>,
    pub fee_declined: Option<Timestamp>,
    pub fee_earned: Option<Timestamp>,
    pub fee_refunded: Option<Timestamp>,

    pub order: Option<Dated<String>>,
    pub production: Option<Timestamp>,
    pub printed: Option<Timestamp>,
    pub mailed: Option<Dated<Option<Date>>>,
    pub returned: Option<Timestamp>,
    pub order_ended: Option<Timestamp>,

    pub application_asked: Option<Timestamp>,
    pub application: Option<Dated<String>>,
    pub adjudication: Option<Timestamp>,
    pub issued: Option<Timestamp>,
    pub letter_mailed: Option<Dated<Option<Date>>>,
    pub application_refused: Option<Dated<ApplicationRefusal>>,
    pub sin_refused: Option<Timestamp>,
    pub sin_withdrawn: Option<Timestamp>,

    pub closed: Option<Dated<Ending>>,
    /// At most one per leg.
    pub desk: Vec<Task>,
}

/// Whether a fact changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    New,
    /// It was known: a question asked twice has one answer.
    Known,
}

impl Facts {
    /// A case that has just been received.
    #[must_use]
    pub fn received(
        at: Timestamp,
        certificate_wanted: Option<Product>,
        sin_wanted: bool,
        parents: u8,
    ) -> Self {
        Self {
            received: at,
            certificate_wanted,
            sin_wanted,
            parents,
            content_version: 1,
            certified_by: BTreeSet::new(),
            certified: None,
            invited: None,
            reminded: 0,
            withdrawal_agreed_by: BTreeSet::new(),
            protected: None,
            loss_reported: None,
            objection: None,
            papers: BTreeMap::new(),
            papers_asked: 0,
            papers_reminded: 0,
            statement: None,
            notice_found: None,
            notice: None,
            registration_asked: None,
            registered: None,
            registered_on: None,
            refused: None,
            statement_withdrawn: None,
            fee: None,
            payment_offered: None,
            payment_awaited: None,
            fee_declined: None,
            fee_earned: None,
            fee_refunded: None,
            order: None,
            production: None,
            printed: None,
            mailed: None,
            returned: None,
            order_ended: None,
            application_asked: None,
            application: None,
            adjudication: None,
            issued: None,
            letter_mailed: None,
            application_refused: None,
            sin_refused: None,
            sin_withdrawn: None,
            closed: None,
            desk: Vec::new(),
        }
    }

    /// Whether somebody is protected from this parent.
    #[must_use]
    pub fn is_closed_to(&self, parent: u8) -> bool {
        self.protected.as_ref().is_some_and(|protected| protected.it != parent)
    }

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
            Fact::LossReported { .. } => once(&mut self.loss_reported, at),
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
            Fact::NoticeFound { notice_id } => {
                let known = self.notice_found.as_ref() == Some(notice_id);
                self.notice_found = Some(notice_id.clone());
                if known { Change::Known } else { Change::New }
            }
            Fact::NoticeBound { notice_id } => {
                if self.notice.as_ref().is_some_and(|known| known.it == *notice_id) {
                    return Change::Known;
                }
                self.notice = Some(Dated { at, it: notice_id.clone() });
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
                if self.desk.len() == before { Change::Known } else { Change::New }
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
            | Fact::NoticeAwaited
            | Fact::NoticeDiffers { .. }
            | Fact::SeveralNotices
            | Fact::OrderRefused { .. }
            | Fact::AddressAnswered { .. }
            | Fact::DecisionAsked { .. }
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
        self.desk.retain(|task| task.leg != leg);
        self.desk.push(Task {
            leg,
            reason,
            owner: reason.owner(),
            raised: at,
            due: reason.due(at),
        });
        Change::New
    }
}

fn once(fact: &mut Option<Timestamp>, at: Timestamp) -> Change {
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
