//! Where the parts of a case stand, computed from its facts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use jiff::civil::Date;

use crate::{
    answers::Refusal,
    calendar::{self, Calendar},
    code::codes,
    decision::{Pivot, Progress, Situation},
    desk::{ApplicationCourse, Course, Leg, Reason},
    facts::{Ending, Facts, Task},
    fees::Cents,
};

/// Business days from registration and payment to the letter with the certificate.
const CERTIFICATE_DAYS: u16 = 15;

/// Business days from registration to the letter with the SIN.
const SIN_DAYS: u16 = 10;

codes! {
    pub enum BirthStanding {
        Received = "RECEIVED",
        /// The other parent has yet to certify.
        WaitingSecondParent = "WAITING_SECOND_PARENT",
        /// A paper that the statement needs has not come, or was not accepted yet.
        WaitingPapers = "WAITING_PAPERS",
        /// The parents have to put something right, and certify it.
        ActionNeeded = "ACTION_NEEDED",
        WaitingNotice = "WAITING_NOTICE",
        InReview = "IN_REVIEW",
        /// Asked and not yet answered: nothing is undone now.
        Registering = "REGISTERING",
        Registered = "REGISTERED",
        Withdrawn = "WITHDRAWN",
        Refused = "REFUSED",
    }
}

codes! {
    pub enum CertificateStanding {
        NotWanted = "NOT_WANTED",
        WaitingRegistration = "WAITING_REGISTRATION",
        PaymentNeeded = "PAYMENT_NEEDED",
        InReview = "IN_REVIEW",
        Ordered = "ORDERED",
        InProduction = "IN_PRODUCTION",
        Printed = "PRINTED",
        Mailed = "MAILED",
        Returned = "RETURNED",
        Cancelled = "CANCELLED",
    }
}

codes! {
    pub enum SinStanding {
        NotWanted = "NOT_WANTED",
        WaitingRegistration = "WAITING_REGISTRATION",
        InReview = "IN_REVIEW",
        Applied = "APPLIED",
        Adjudication = "ADJUDICATION",
        Issued = "ISSUED",
        Refused = "REFUSED",
        Withdrawn = "WITHDRAWN",
        /// The parents apply directly.
        Direct = "DIRECT",
        NotNeeded = "NOT_NEEDED",
    }
}

codes! {
    pub enum FeeStanding {
        None = "NONE",
        Due = "DUE",
        Declined = "DECLINED",
        Unearned = "UNEARNED",
        Earned = "EARNED",
        Refunded = "REFUNDED",
    }
}

/// The fee with its amount, in Canadian cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    pub state: FeeStanding,
    pub amount_cents: Cents,
}

impl Facts {
    #[must_use]
    pub fn birth(&self) -> BirthStanding {
        if self.registered.is_some() {
            return BirthStanding::Registered;
        }
        match self.closed.as_ref().map(|closed| closed.it) {
            Some(Ending::Withdrawn) => return BirthStanding::Withdrawn,
            Some(Ending::Refused) => return BirthStanding::Refused,
            Some(Ending::Complete) | None => (),
        }
        // A paper that is overdue is still the parents' to send.
        let task = self.task(Leg::Birth).filter(|task| task.reason != Reason::PapersOverdue);
        if task.is_some() {
            BirthStanding::InReview
        } else if self.refused.as_ref().is_some_and(|refused| ends(refused.it)) {
            BirthStanding::Refused
        } else if self.statement_withdrawn.is_some() {
            BirthStanding::Withdrawn
        } else if let Some(objection) = &self.objection {
            match objection.it.is_for_the_registrar() {
                true => BirthStanding::InReview,
                false => BirthStanding::ActionNeeded,
            }
        } else if self.correction_asked.is_some() {
            BirthStanding::ActionNeeded
        } else if self.certified.is_none() {
            BirthStanding::WaitingSecondParent
        } else if self.awaits_papers() {
            BirthStanding::WaitingPapers
        } else if self.registration_asked.is_some() && self.refused.is_none() {
            BirthStanding::Registering
        } else if self.statement.is_some() {
            BirthStanding::WaitingNotice
        } else {
            BirthStanding::Received
        }
    }

    #[must_use]
    pub fn certificate(&self) -> CertificateStanding {
        if self.certificate_wanted.is_none() {
            CertificateStanding::NotWanted
        } else if self.order_ended.is_some() || (self.birth_ended() && self.registered.is_none()) {
            CertificateStanding::Cancelled
        } else if self.task(Leg::Certificate).is_some()
            || (self.mailed.is_none() && self.held.is_some())
        {
            CertificateStanding::InReview
        } else if self.returned.is_some() {
            CertificateStanding::Returned
        } else if self.mailed.is_some() {
            CertificateStanding::Mailed
        } else if self.printed.is_some() {
            CertificateStanding::Printed
        } else if self.production.is_some() {
            CertificateStanding::InProduction
        } else if self.order.is_some() {
            CertificateStanding::Ordered
        } else if self.fee_refunded.is_some() {
            CertificateStanding::Cancelled
        } else if self.payment_is_missing() {
            CertificateStanding::PaymentNeeded
        } else {
            CertificateStanding::WaitingRegistration
        }
    }

    #[must_use]
    pub fn sin(&self) -> SinStanding {
        if !self.sin_wanted {
            SinStanding::NotWanted
        } else if self.letter_mailed.is_some() || self.issued.is_some() {
            SinStanding::Issued
        } else if self.sin_withdrawn.is_some() || (self.birth_ended() && self.registered.is_none())
        {
            SinStanding::Withdrawn
        } else if self.sin_refused.is_some() {
            SinStanding::Refused
        } else if let Some(course) =
            self.application_refused.as_ref().map(|refused| refused.it.course())
        {
            match course {
                ApplicationCourse::NotNeeded => SinStanding::NotNeeded,
                ApplicationCourse::Direct => SinStanding::Direct,
                ApplicationCourse::Ends => SinStanding::Withdrawn,
                ApplicationCourse::Waits(_) => SinStanding::InReview,
            }
        } else if self.held.is_some() {
            SinStanding::InReview
        } else if self.adjudication.is_some() {
            SinStanding::Adjudication
        } else if self.task(Leg::Sin).is_some() {
            SinStanding::InReview
        } else if self.application.is_some() {
            SinStanding::Applied
        } else {
            SinStanding::WaitingRegistration
        }
    }

    #[must_use]
    pub fn fee(&self) -> Fee {
        let amount_cents = self.fee.as_ref().map_or(Cents(0), |fee| fee.it.1);
        let state = if self.certificate_wanted.is_none() {
            FeeStanding::None
        } else if self.fee_refunded.is_some() {
            FeeStanding::Refunded
        } else if self.fee_earned.is_some() {
            FeeStanding::Earned
        } else if self.fee.is_some() {
            FeeStanding::Unearned
        } else if self.fee_declined.is_some() {
            FeeStanding::Declined
        } else if self.closed.is_some() {
            FeeStanding::None
        } else {
            FeeStanding::Due
        };
        Fee { state, amount_cents }
    }

    /// What decisions depend on, as far as the case file knows.
    #[must_use]
    pub fn situation(&self) -> Situation {
        let pivot = if self.registered.is_some() {
            Pivot::Registered
        } else if self.registration_asked.is_some() && self.refused.is_none() {
            Pivot::Asked
        } else {
            Pivot::NotAsked
        };
        let certificate = match self.certificate() {
            CertificateStanding::NotWanted => Progress::NotWanted,
            CertificateStanding::Cancelled => Progress::Ended,
            _ if self.production.is_some() => Progress::TooLate,
            CertificateStanding::WaitingRegistration
            | CertificateStanding::PaymentNeeded
            | CertificateStanding::InReview
            | CertificateStanding::Ordered
            | CertificateStanding::InProduction
            | CertificateStanding::Printed
            | CertificateStanding::Mailed
            | CertificateStanding::Returned => Progress::Open,
        };
        let sin = match self.sin() {
            SinStanding::NotWanted => Progress::NotWanted,
            SinStanding::Issued => Progress::TooLate,
            SinStanding::Refused
            | SinStanding::Withdrawn
            | SinStanding::Direct
            | SinStanding::NotNeeded => Progress::Ended,
            SinStanding::WaitingRegistration
            | SinStanding::InReview
            | SinStanding::Applied
            | SinStanding::Adjudication => Progress::Open,
        };
        let desk: BTreeMap<Leg, Reason> =
            self.questions().map(|task| (task.leg, task.reason)).collect();
        Situation {
            pivot,
            birth_ended: self.birth_ended(),
            certificate,
            sin,
            awaits_papers: self.awaits_papers(),
            differs: self.matching.differs.clone(),
            bound: self.notice.is_some(),
            held: self.held.is_some(),
            bereaved: self.loss_reported.is_some(),
            desk,
            closed: self.closed.is_some(),
        }
    }

    /// Whether the parents can pay: they want a certificate and have not paid, also when that has waited for so long that
    /// it is on the desk.
    #[must_use]
    pub fn awaits_payment(&self) -> bool {
        let open = self.closed.is_none() && self.certificate_wanted.is_some();
        let unpaid = self.fee.is_none() && self.payment_offered.is_none();
        open && unpaid && self.certificate() != CertificateStanding::Cancelled
    }

    /// The day by which a part should be done, by the published standards: letters leave within so many business days.
    /// `None` for a part that is done, or whose time has not begun.
    ///
    /// Source: docs/decisions/0009-business-days.md.
    #[must_use]
    pub fn expected(&self, leg: Leg) -> Option<Date> {
        let registered = self.registered.as_ref().map(|it| calendar::day(it.at));
        match leg {
            Leg::Birth => None,
            Leg::Certificate if self.mailed.is_some() || self.order_ended.is_some() => None,
            Leg::Certificate => {
                let paid = self.fee.as_ref().map(|it| calendar::day(it.at))?;
                let from = registered?.max(paid);
                Some(Calendar::Province.business_days_after(from, CERTIFICATE_DAYS))
            }
            Leg::Sin => match self.sin() {
                SinStanding::WaitingRegistration
                | SinStanding::Applied
                | SinStanding::Adjudication
                | SinStanding::InReview => {
                    Some(Calendar::Federal.business_days_after(registered?, SIN_DAYS))
                }
                SinStanding::NotWanted
                | SinStanding::Issued
                | SinStanding::Refused
                | SinStanding::Withdrawn
                | SinStanding::Direct
                | SinStanding::NotNeeded => None,
            },
        }
    }

    /// The open tasks that ask for something: an investigation beside them does not.
    fn questions(&self) -> impl Iterator<Item = &Task> {
        self.desk.iter().filter(|task| task.reason != Reason::UnderInvestigation)
    }

    fn payment_is_missing(&self) -> bool {
        self.fee.is_none() && (self.payment_awaited.is_some() || self.fee_declined.is_some())
    }

    /// Whether the case ended without a registration.
    fn birth_ended(&self) -> bool {
        matches!(self.birth(), BirthStanding::Withdrawn | BirthStanding::Refused)
    }

    fn task(&self, leg: Leg) -> Option<&Task> {
        self.desk.iter().find(|task| task.leg == leg)
    }
}

fn ends(refusal: Refusal) -> bool {
    refusal.course() == Course::EndsCase
}
