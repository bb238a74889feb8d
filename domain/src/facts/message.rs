//! What parents are told when something happens.

use super::{Ending, Fact};
use crate::{
    answers::{ApplicationState, OrderState, UndoAnswer},
    desk::{ApplicationCourse, Leg},
    statement::Objection,
    undo::Undo,
};

impl Fact {
    /// What the parents are told when this happens. A message that was sent is not taken back; a correction follows.
    #[must_use]
    pub const fn message(&self) -> Option<Message> {
        match self {
            Self::Received => Some(Message::Received),
            Self::Registered { .. } => Some(Message::Registered),
            Self::FeeDeclined { .. } => Some(Message::PaymentNeeded),
            Self::OrderMoved { state: OrderState::Mailed, .. } => Some(Message::CertificateMailed),
            Self::ApplicationMoved { state: ApplicationState::LetterMailed, .. } => {
                Some(Message::SinLetterMailed)
            }
            Self::ApplicationMoved { state: ApplicationState::Refused, .. } => {
                Some(Message::SinDirect)
            }
            Self::ApplicationRefused { reason } => match reason.course() {
                ApplicationCourse::NotNeeded => Some(Message::SinNotNeeded),
                ApplicationCourse::Direct => Some(Message::SinDirect),
                ApplicationCourse::Ends | ApplicationCourse::Waits(_) => None,
            },
            Self::UndoAnswered { undo, answer: UndoAnswer::TooLate } => Some(match undo {
                Undo::WithdrawStatement | Undo::UnbindNotice => Message::WithdrawalTooLate,
                Undo::RefundFee | Undo::CancelOrder => Message::CertificateNotStopped,
                Undo::WithdrawApplication => Message::SinNotStopped,
            }),
            Self::LegWithdrawn { leg: Leg::Certificate } => Some(Message::CertificateWithdrawn),
            Self::LegWithdrawn { leg: Leg::Sin } => Some(Message::SinWithdrawn),
            Self::Closed { ending: Ending::Refused } => Some(Message::RegisterElsewhere),
            Self::Closed { ending: Ending::Withdrawn } => Some(Message::Withdrawn),
            Self::ParentInvited { .. } => Some(Message::PleaseCertify),
            Self::ParentReminded { nth, .. } => match nth {
                1 => Some(Message::FirstReminder),
                2 => Some(Message::SecondReminder),
                _ => Some(Message::ThirdReminder),
            },
            Self::ParentObjected { objection, .. } => match objection {
                Objection::SomethingWrong => Some(Message::SomethingWrong),
                Objection::NotAParent | Objection::DoesNotAgree => Some(Message::InReview),
            },
            Self::ContentCorrected { .. } => Some(Message::CertifyAgain),
            Self::CorrectionAsked => Some(Message::CorrectionAsked),
            Self::PaperNeeded { .. } => Some(Message::PapersNeeded),
            Self::PaperAccepted { .. } => Some(Message::PapersAccepted),
            Self::PaperRefused { .. } => Some(Message::PapersRefused),
            Self::PapersReminded { nth } => Some(match nth {
                1 => Message::FirstPapersReminder,
                _ => Message::SecondPapersReminder,
            }),
            Self::LegWithdrawn { leg: Leg::Birth }
            | Self::ParentConfirmed { .. }
            | Self::LossReported { .. }
            | Self::DeathRecorded
            | Self::Protected { .. }
            | Self::MessageBounced { .. }
            | Self::ParentNotConfirmed { .. }
            | Self::ParentCertified { .. }
            | Self::WithdrawalAgreed { .. }
            | Self::PaperReceived { .. }
            | Self::PaperToBeMailed { .. }
            | Self::PaperNoLongerNeeded { .. }
            | Self::StatementAccepted { .. }
            | Self::StatementRefused { .. }
            | Self::NoticeAwaited
            | Self::NoticeFound { .. }
            | Self::NoticeDiffers { .. }
            | Self::SeveralNotices { .. }
            | Self::NoticeChosen { .. }
            | Self::NoticeWaived { .. }
            | Self::NoticeBound { .. }
            | Self::RegistrationAsked
            | Self::RegistrationRefused { .. }
            | Self::FeePaid { .. }
            | Self::PaymentAwaited
            | Self::PaymentOffered { .. }
            | Self::Ordered { .. }
            | Self::OrderMoved { .. }
            | Self::OrderRefused { .. }
            | Self::ApplicationAsked
            | Self::Applied { .. }
            | Self::ApplicationMoved { .. }
            | Self::AddressAnswered { .. }
            | Self::UndoAnswered { .. }
            | Self::DeskRaised { .. }
            | Self::DeskCleared { .. }
            | Self::DecisionAsked { .. }
            | Self::DecisionProposed { .. }
            | Self::TaskEscalated { .. }
            | Self::Held
            | Self::Released
            | Self::DecisionRefused { .. }
            | Self::DecisionUnanswered { .. }
            | Self::ContactCorrected { .. }
            | Self::Closed { ending: Ending::Complete } => None,
        }
    }
}

impl Fact {
    /// The parent who says this, and is not told of it.
    #[must_use]
    pub const fn said_by(&self) -> Option<u8> {
        let Self::ParentObjected { parent, objection: Objection::SomethingWrong } = self else {
            return None;
        };
        Some(*parent)
    }
}

crate::code::codes! {
    /// What parents are told, in their own language, without personal data.
    pub enum Message {
        Received = "RECEIVED",
        /// To the second parent: there is a form to read.
        PleaseCertify = "PLEASE_CERTIFY",
        FirstReminder = "FIRST_REMINDER",
        SecondReminder = "SECOND_REMINDER",
        ThirdReminder = "THIRD_REMINDER",
        /// To whoever filled in or certified the form: another parent says that something in it is wrong.
        SomethingWrong = "SOMETHING_WRONG",
        /// An officer looks at it. Says nothing of why.
        InReview = "IN_REVIEW",
        /// A code that this parent asked for.
        OneTimeCode = "ONE_TIME_CODE",
        /// Another parent changed something. Says nothing of what.
        SomethingChanged = "SOMETHING_CHANGED",
        /// The form was corrected.
        CertifyAgain = "CERTIFY_AGAIN",
        /// An officer asks the parents to put something right; the page says what to check.
        CorrectionAsked = "CORRECTION_ASKED",
        /// A paper is needed beside the form.
        PapersNeeded = "PAPERS_NEEDED",
        FirstPapersReminder = "FIRST_PAPERS_REMINDER",
        SecondPapersReminder = "SECOND_PAPERS_REMINDER",
        PapersAccepted = "PAPERS_ACCEPTED",
        /// What came was not in order; the page says why.
        PapersRefused = "PAPERS_REFUSED",
        Registered = "REGISTERED",
        PaymentNeeded = "PAYMENT_NEEDED",
        CertificateMailed = "CERTIFICATE_MAILED",
        SinLetterMailed = "SIN_LETTER_MAILED",
        SinDirect = "SIN_DIRECT",
        SinNotNeeded = "SIN_NOT_NEEDED",
        /// The birth could not be registered here; it must still be registered, and how.
        RegisterElsewhere = "REGISTER_ELSEWHERE",
        /// Withdrawn as asked; the birth must still be registered, and how.
        Withdrawn = "WITHDRAWN",
        /// The province had registered the birth before the withdrawal arrived.
        WithdrawalTooLate = "WITHDRAWAL_TOO_LATE",
        CertificateWithdrawn = "CERTIFICATE_WITHDRAWN",
        SinWithdrawn = "SIN_WITHDRAWN",
        /// Production had begun before the withdrawal arrived.
        CertificateNotStopped = "CERTIFICATE_NOT_STOPPED",
        /// The number had been issued before the withdrawal arrived.
        SinNotStopped = "SIN_NOT_STOPPED",
    }
}

/// Which parents a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone whom we know.
    Everyone,
    /// Everyone whom we know and who has yet to certify.
    Uncertified,
    /// The parent who filled in the form.
    First,
    /// Everyone who has yet to certify, also through a link.
    Asked,
    /// Whoever filled in the form or certified it.
    Authors,
}

/// What a message is told once for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    Case,
    /// Each version of the content.
    Content,
    /// Each time that papers were asked for.
    Papers,
}

impl Message {
    #[must_use]
    pub const fn occasion(self) -> Occasion {
        match self {
            Self::PleaseCertify
            | Self::FirstReminder
            | Self::SecondReminder
            | Self::ThirdReminder
            | Self::SomethingWrong
            | Self::InReview
            | Self::CertifyAgain
            | Self::CorrectionAsked
            | Self::OneTimeCode
            | Self::SomethingChanged => Occasion::Content,
            Self::PapersNeeded
            | Self::FirstPapersReminder
            | Self::SecondPapersReminder
            | Self::PapersAccepted
            | Self::PapersRefused => Occasion::Papers,
            Self::Received
            | Self::Registered
            | Self::PaymentNeeded
            | Self::CertificateMailed
            | Self::SinLetterMailed
            | Self::SinDirect
            | Self::SinNotNeeded
            | Self::RegisterElsewhere
            | Self::Withdrawn
            | Self::WithdrawalTooLate
            | Self::CertificateWithdrawn
            | Self::SinWithdrawn
            | Self::CertificateNotStopped
            | Self::SinNotStopped => Occasion::Case,
        }
    }

    #[must_use]
    pub const fn audience(self) -> Audience {
        match self {
            Self::PleaseCertify
            | Self::FirstReminder
            | Self::SecondReminder
            | Self::ThirdReminder => Audience::Asked,
            Self::SomethingWrong => Audience::Authors,
            // Whoever filled in the form sends the papers.
            Self::PapersNeeded
            | Self::FirstPapersReminder
            | Self::SecondPapersReminder
            | Self::PapersAccepted
            | Self::PapersRefused => Audience::First,
            Self::CertifyAgain => Audience::Uncertified,
            Self::Received
            | Self::InReview
            | Self::CorrectionAsked
            | Self::OneTimeCode
            | Self::SomethingChanged
            | Self::Registered
            | Self::PaymentNeeded
            | Self::CertificateMailed
            | Self::SinLetterMailed
            | Self::SinDirect
            | Self::SinNotNeeded
            | Self::RegisterElsewhere
            | Self::Withdrawn
            | Self::WithdrawalTooLate
            | Self::CertificateWithdrawn
            | Self::SinWithdrawn
            | Self::CertificateNotStopped
            | Self::SinNotStopped => Audience::Everyone,
        }
    }
}
