//! The things that can happen to a case.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    answers::{
        AddressAnswer, ApplicationRefusal, ApplicationState, NoticeField, OrderRefusal, OrderState,
        Refusal, UndoAnswer,
    },
    decision::{Action, Grounds, NotAllowed, Proposal},
    desk::{Leg, Reason},
    fees::Cents,
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
    /// An officer recorded that the child has died.
    DeathRecorded,
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
        /// Older entries of the log do not say.
        #[serde(default)]
        notice_id: Option<String>,
        fields: Vec<NoticeField>,
    },
    SeveralNotices {
        /// Older entries of the log do not say.
        #[serde(default)]
        notices: Vec<String>,
    },
    /// An officer says which notice is this child's, and which differences they accept.
    NoticeChosen {
        notice_id: String,
        accepted: Vec<NoticeField>,
    },
    /// Two people decided that the birth is proven without a notice.
    NoticeWaived {
        grounds: Grounds,
        approved_by: Vec<String>,
    },
    /// The parents are asked to correct what they certified.
    CorrectionAsked,
    /// Everything is stopped while somebody investigates.
    Held,
    Released,
    /// The registrar took a task over.
    TaskEscalated {
        leg: Leg,
    },
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
    /// One person proposes what another has to approve.
    DecisionProposed {
        proposal: Proposal,
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
