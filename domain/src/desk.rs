//! The desk: why a case needs a person, who that is, and until when.

mod courses;
mod rules;

pub use courses::{ApplicationCourse, Course, OrderCourse};
pub use rules::Rule;

use jiff::Timestamp;

use crate::{calendar::Calendar, code::codes, people::Register, term::Term};

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
        /// An officer unbound the notice, and chooses another.
        NoticeToChoose = "NOTICE_TO_CHOOSE",
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
        /// Everything is stopped while somebody investigates. The family is told nothing of it.
        UnderInvestigation = "UNDER_INVESTIGATION",
        /// A register says it is too late to undo what a decision took back.
        UndoTooLate = "UNDO_TOO_LATE",
    }
}

impl Owner {
    /// The days on which it works.
    #[must_use]
    pub const fn calendar(self) -> Calendar {
        match self {
            Self::Officer | Self::Registrar | Self::Operator => Calendar::Province,
            Self::ServiceCanada => Calendar::Federal,
        }
    }

    /// How long it has for a task. The province's configuration, and unconfirmed: docs/decisions/0012-when-a-step-fails.md.
    #[must_use]
    pub const fn term(self) -> Term {
        match self {
            Self::Officer | Self::Registrar => Term::BusinessDays(5),
            Self::Operator => Term::BusinessDays(1),
            // Its published standard, and a week on top.
            Self::ServiceCanada => Term::BusinessDays(15),
        }
    }

    /// When it should have acted on what it got at a moment.
    #[must_use]
    pub fn due(self, from: Timestamp) -> Timestamp {
        self.term().after(from, self.calendar())
    }
}

impl Reason {
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
