//! What an answer of a register means for the case.

use super::Reason;
use crate::answers::{ApplicationRefusal, NoticeMatch, OrderRefusal, Refusal};

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
