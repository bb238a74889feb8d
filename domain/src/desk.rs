//! The desk: why a case needs a person, who that is, and until when.

use jiff::{SignedDuration, Timestamp};

use crate::{
    answers::{ApplicationRefusal, NoticeMatch, OrderRefusal, Refusal},
    code::codes,
    people::Register,
};

codes! {
    /// The three parts of a case.
    pub enum Leg {
        Birth = "birth",
        Certificate = "certificate",
        Sin = "sin",
    }
}

codes! {
    /// Whose turn it is.
    pub enum Owner {
        Officer = "OFFICER",
        Registrar = "REGISTRAR",
        Operator = "OPERATOR",
        ServiceCanada = "SERVICE_CANADA",
    }
}

codes! {
    /// Why a case is on the desk.
    pub enum Reason {
        /// The second parent has not certified in time.
        CertificationLate = "CERTIFICATION_LATE",
        /// Whoever followed the second parent's link did not know their name and date of birth, five times.
        ParentNotConfirmed = "PARENT_NOT_CONFIRMED",
        /// A parent says that they are not this child's parent.
        NotAParent = "NOT_A_PARENT",
        /// A parent does not agree.
        ParentsDisagree = "PARENTS_DISAGREE",
        /// What the parents sent is to be looked at.
        PapersToCheck = "PAPERS_TO_CHECK",
        /// A paper did not come by the day on which it was due.
        PapersOverdue = "PAPERS_OVERDUE",
        NoticeMissing = "NOTICE_MISSING",
        NoticeDiffers = "NOTICE_DIFFERS",
        SeveralNotices = "SEVERAL_NOTICES",
        MissingData = "MISSING_DATA",
        PossibleDuplicate = "POSSIBLE_DUPLICATE",
        AlreadyRegistered = "ALREADY_REGISTERED",
        ContentDiffers = "CONTENT_DIFFERS",
        NotCertified = "NOT_CERTIFIED",
        RegistrationNotActive = "REGISTRATION_NOT_ACTIVE",
        NotEntitled = "NOT_ENTITLED",
        PaymentNotConfirmed = "PAYMENT_NOT_CONFIRMED",
        DuplicateOrder = "DUPLICATE_ORDER",
        CertificateReturned = "CERTIFICATE_RETURNED",
        CertificateVoid = "CERTIFICATE_VOID",
        DuplicateApplication = "DUPLICATE_APPLICATION",
        SinDataRejected = "SIN_DATA_REJECTED",
        SinAdjudication = "SIN_ADJUDICATION",
        /// The federal side took an application and does not know it any more.
        ApplicationNotFound = "APPLICATION_NOT_FOUND",
        /// A register did not answer for as long as we ask without a person.
        ProvinceSilent = "PROVINCE_SILENT",
        FederalSilent = "FEDERAL_SILENT",
        /// A register turned our request away as one it cannot serve: a defect, or an agreement that ran out.
        ProvinceTurnsAway = "PROVINCE_TURNS_AWAY",
        FederalTurnsAway = "FEDERAL_TURNS_AWAY",
        /// A parent said that the child has died. Speak with the family; nothing is sent to them.
        ChildDied = "CHILD_DIED",
        /// An operator cancelled the workflow after the birth was registered.
        CancelledAfterRegistration = "CANCELLED_AFTER_REGISTRATION",
        /// A register says it is too late to undo what a decision took back.
        UndoTooLate = "UNDO_TOO_LATE",
    }
}

impl Reason {
    #[must_use]
    pub const fn owner(self) -> Owner {
        match self {
            Self::CertificationLate
            | Self::ParentNotConfirmed
            | Self::PapersToCheck
            | Self::PapersOverdue
            | Self::NoticeMissing
            | Self::NoticeDiffers
            | Self::SeveralNotices
            | Self::MissingData
            | Self::PossibleDuplicate
            | Self::NotEntitled
            | Self::PaymentNotConfirmed
            | Self::DuplicateOrder
            | Self::CertificateReturned
            | Self::CertificateVoid
            | Self::SinDataRejected
            | Self::ApplicationNotFound
            | Self::UndoTooLate => Owner::Officer,
            Self::NotAParent
            | Self::ChildDied
            | Self::ParentsDisagree
            | Self::AlreadyRegistered
            | Self::ContentDiffers
            | Self::NotCertified
            | Self::RegistrationNotActive
            | Self::CancelledAfterRegistration => Owner::Registrar,
            Self::DuplicateApplication | Self::SinAdjudication => Owner::ServiceCanada,
            Self::ProvinceSilent
            | Self::FederalSilent
            | Self::ProvinceTurnsAway
            | Self::FederalTurnsAway => Owner::Operator,
        }
    }

    /// When someone should have acted, counted from the raising. Calendar days until the business calendars come.
    #[must_use]
    pub fn due(self, raised: Timestamp) -> Timestamp {
        let days = match self.owner() {
            Owner::Operator => 1,
            Owner::Officer | Owner::Registrar => 5,
            Owner::ServiceCanada => 21,
        };
        raised.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX)
    }

    /// The register that did not answer within the time we ask without a person.
    #[must_use]
    pub const fn silent(register: Register) -> Self {
        match register {
            Register::Province => Self::ProvinceSilent,
            Register::Federal => Self::FederalSilent,
        }
    }

    /// The register that says our request cannot be served.
    #[must_use]
    pub const fn turns_away(register: Register) -> Self {
        match register {
            Register::Province => Self::ProvinceTurnsAway,
            Register::Federal => Self::FederalTurnsAway,
        }
    }
}

/// What a refusal means for the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// The birth cannot be registered through this service: undo, hand over in words, close.
    EndsCase,
    /// A person decides how it goes on.
    Waits(Reason),
    /// The match is not what it was: look again.
    LooksAgain,
}

impl Refusal {
    #[must_use]
    pub const fn course(self) -> Course {
        match self {
            Self::LateRoute | Self::BornElsewhere | Self::NotEligible | Self::Undone => {
                Course::EndsCase
            }
            Self::MissingData => Course::Waits(Reason::MissingData),
            Self::PossibleDuplicate => Course::Waits(Reason::PossibleDuplicate),
            Self::AlreadyRegistered => Course::Waits(Reason::AlreadyRegistered),
            Self::ContentDiffers => Course::Waits(Reason::ContentDiffers),
            Self::NotCertified => Course::Waits(Reason::NotCertified),
            Self::NoticeTaken | Self::NotMatched => Course::LooksAgain,
        }
    }
}

/// What a refused order means for the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderCourse {
    /// The leg was taken back before the order arrived.
    Ends,
    Waits(Reason),
}

impl OrderRefusal {
    #[must_use]
    pub const fn course(self) -> OrderCourse {
        match self {
            Self::RegistrationNotActive => OrderCourse::Waits(Reason::RegistrationNotActive),
            Self::NotEntitled => OrderCourse::Waits(Reason::NotEntitled),
            Self::PaymentNotConfirmed => OrderCourse::Waits(Reason::PaymentNotConfirmed),
            Self::DuplicateOrder => OrderCourse::Waits(Reason::DuplicateOrder),
            Self::Undone => OrderCourse::Ends,
        }
    }
}

/// What a refused application means for the SIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationCourse {
    /// The child has a SIN already.
    NotNeeded,
    /// The parents apply directly; we never apply again.
    Direct,
    /// The leg was taken back before the application arrived.
    Ends,
    Waits(Reason),
}

impl ApplicationRefusal {
    #[must_use]
    pub const fn course(self) -> ApplicationCourse {
        match self {
            Self::AlreadyAssigned => ApplicationCourse::NotNeeded,
            Self::NotEligible => ApplicationCourse::Direct,
            Self::DuplicateApplication => ApplicationCourse::Waits(Reason::DuplicateApplication),
            Self::DataRejected => ApplicationCourse::Waits(Reason::SinDataRejected),
            Self::Undone => ApplicationCourse::Ends,
        }
    }
}

impl NoticeMatch {
    /// Why a person must look, if one must.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        match self {
            Self::Awaited | Self::Matched => None,
            Self::Differs(_) => Some(Reason::NoticeDiffers),
            Self::Several => Some(Reason::SeveralNotices),
        }
    }
}
