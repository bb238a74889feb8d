//! What the other side may answer. A refusal is an answer; only a missing answer is a fault.
//!
//! These travel through workflow history: closed sets only, no text and no personal data.

use serde::{Deserialize, Serialize};

use crate::{code::codes, desk::Reason, statement::Objection};

codes! {
    /// Why the province does not do what it was asked about a birth.
    pub enum Refusal {
        LateRoute = "LATE_ROUTE",
        BornElsewhere = "BORN_ELSEWHERE",
        NotEligible = "NOT_ELIGIBLE",
        MissingData = "MISSING_DATA",
        PossibleDuplicate = "POSSIBLE_DUPLICATE",
        AlreadyRegistered = "ALREADY_REGISTERED",
        NoticeTaken = "NOTICE_TAKEN",
        NotMatched = "NOT_MATCHED",
        ContentDiffers = "CONTENT_DIFFERS",
        NotCertified = "NOT_CERTIFIED",
        /// The command was undone before it arrived; it will never be done under this key.
        Undone = "UNDONE",
    }
}

codes! {
    /// A field of the hospital's notice that may differ from the statement. Which one, never what it says.
    pub enum NoticeField {
        DateOfBirth = "DATE_OF_BIRTH",
        Sex = "SEX",
        Facility = "FACILITY",
        PlaceWording = "PLACE_WORDING",
        Plurality = "PLURALITY",
        BirthOrder = "BIRTH_ORDER",
        BirthParentDateOfBirth = "BIRTH_PARENT_DATE_OF_BIRTH",
        BirthParentName = "BIRTH_PARENT_NAME",
    }
}

impl NoticeField {
    /// Whether one officer may accept that it differs: how a name is spelled or a place is worded. The rest is amended by
    /// the facility, or certified again.
    #[must_use]
    pub const fn may_be_accepted(self) -> bool {
        match self {
            Self::PlaceWording | Self::BirthParentName => true,
            Self::DateOfBirth
            | Self::Sex
            | Self::Facility
            | Self::Plurality
            | Self::BirthOrder
            | Self::BirthParentDateOfBirth => false,
        }
    }
}

/// How the statement stands to the notices that the province holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "match", content = "fields", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeMatch {
    /// Nothing fits yet: the notice may still come.
    Awaited,
    /// Exactly one open notice fits in every field.
    Matched,
    /// One notice is near; these fields differ.
    Differs(Vec<NoticeField>),
    /// More than one notice fits.
    Several,
}

/// The province's answer to a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StatementAnswer {
    Accepted(NoticeMatch),
    Refused(Refusal),
}

/// How far the parents are with certifying, as the case file knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Certifying {
    /// Everyone has certified this version of the content.
    Complete {
        version: u32,
        /// Whether it needs papers that were not accepted yet. Older answers do not say.
        #[serde(default)]
        awaits_papers: bool,
    },
    /// A parent has yet to certify.
    Awaited,
    /// As awaited, for longer than the parents alone should be waited for.
    Late,
    /// Whoever followed a parent's link did not know who that parent is.
    NotConfirmed,
    /// A parent says that something is wrong; the parents put it right.
    Correcting,
    /// A parent is no parent of the child, or does not agree: for the registrar.
    Objected(Objection),
}

impl Certifying {
    /// Why a person must look, if one must.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Complete { .. } | Self::Awaited | Self::Correcting => None,
            Self::Late => Some(Reason::CertificationLate),
            Self::NotConfirmed => Some(Reason::ParentNotConfirmed),
            Self::Objected(Objection::NotAParent) => Some(Reason::NotAParent),
            Self::Objected(Objection::DoesNotAgree | Objection::SomethingWrong) => {
                Some(Reason::ParentsDisagree)
            }
        }
    }
}

/// How far the papers are that a statement needs, as the case file knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Papers {
    /// All of them were accepted.
    Complete,
    Awaited,
    /// An officer looks at what came.
    ToCheck,
    /// As awaited, for longer than the parents were given.
    Overdue,
}

impl Papers {
    /// Why a person must look, if one must.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Complete | Self::Awaited => None,
            Self::ToCheck => Some(Reason::PapersToCheck),
            Self::Overdue => Some(Reason::PapersOverdue),
        }
    }
}

/// The province's answer to a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindingAnswer {
    Bound,
    Refused(Refusal),
}

/// Whether the province has registered the birth of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistrationState {
    Registered,
    NotRegistered,
}

/// The province's answer to REGISTER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegistrationAnswer {
    Registered,
    Refused(Refusal),
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeeAnswer {
    /// The fee is held by the province, earned or not.
    Paid,
    /// The payment was declined; nothing was charged.
    Declined,
    /// No payment has been offered under this generation.
    NotOffered,
    /// The fee was given back.
    Refunded,
    /// The parents want no certificate.
    NotWanted,
}

codes! {
    /// How far the certificate is.
    pub enum OrderState {
        Accepted = "ACCEPTED",
        InProduction = "IN_PRODUCTION",
        Printed = "PRINTED",
        Mailed = "MAILED",
        Returned = "RETURNED",
        Cancelled = "CANCELLED",
        Void = "VOID",
    }
}

codes! {
    /// Why the province does not take an order.
    pub enum OrderRefusal {
        RegistrationNotActive = "REGISTRATION_NOT_ACTIVE",
        NotEntitled = "NOT_ENTITLED",
        PaymentNotConfirmed = "PAYMENT_NOT_CONFIRMED",
        DuplicateOrder = "DUPLICATE_ORDER",
        Undone = "UNDONE",
    }
}

/// The province's answer about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderAnswer {
    Stands(OrderState),
    Refused(OrderRefusal),
}

codes! {
    /// How far the SIN application is.
    pub enum ApplicationState {
        Received = "RECEIVED",
        Validating = "VALIDATING",
        Adjudication = "ADJUDICATION",
        /// A number was issued; the letter has not left yet.
        Issued = "ISSUED",
        /// The letter is in the mail.
        LetterMailed = "LETTER_MAILED",
        Refused = "REFUSED",
        Withdrawn = "WITHDRAWN",
    }
}

codes! {
    /// Why the federal side does not take an application.
    pub enum ApplicationRefusal {
        DuplicateApplication = "DUPLICATE_APPLICATION",
        AlreadyAssigned = "SIN_ALREADY_ASSIGNED",
        NotEligible = "NOT_ELIGIBLE",
        DataRejected = "DATA_REJECTED",
        Undone = "UNDONE",
    }
}

/// The federal answer about an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationAnswer {
    Stands(ApplicationState),
    Refused(ApplicationRefusal),
    /// The parents want no SIN from us.
    NotWanted,
}

codes! {
    /// What a register's event stream says. A nudge to look, not the truth itself.
    pub enum EventKind {
        MatchChanged = "MATCH_CHANGED",
        Amended = "AMENDED",
        Cancelled = "CANCELLED",
        OrderMoved = "ORDER_MOVED",
        ApplicationMoved = "APPLICATION_MOVED",
    }
}

codes! {
    /// What became of an undo.
    pub enum UndoAnswer {
        Undone = "UNDONE",
        NothingToUndo = "NOTHING_TO_UNDO",
        TooLate = "TOO_LATE",
    }
}

codes! {
    /// What became of a change of address.
    pub enum AddressAnswer {
        Updated = "UPDATED",
        TooLate = "TOO_LATE",
        /// Nothing was sent yet that carries an address.
        NothingToUpdate = "NOTHING_TO_UPDATE",
    }
}
