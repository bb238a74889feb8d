//! What can go wrong with a case. One table, by the numbers of the catalogue; the docs are written from it, and
//! `tests/law/endings.csv` says by hand how each row ends.

use crate::{code::codes, desk::Reason, undo::Undo};

codes! {
    /// What kind of failure it is: what helps against it.
    pub enum Class {
        /// It passes: ask again.
        Transient = "TRANSIENT",
        /// Somebody puts a field right.
        Data = "DATA",
        /// Somebody decides.
        Business = "BUSINESS",
        /// Somebody decides who has the authority in law.
        Legal = "LEGAL",
    }
}

codes! {
    /// Whose turn it is first.
    pub enum Who {
        Engine = "ENGINE",
        Parents = "PARENTS",
        Hospital = "HOSPITAL",
        Officer = "OFFICER",
        Registrar = "REGISTRAR",
        Operator = "OPERATOR",
        ServiceCanada = "SERVICE_CANADA",
        /// The Canada Employment Insurance Commission, which alone assigns and voids numbers.
        Commission = "COMMISSION",
    }
}

/// How far we take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// The engine sees it through, with the people of the desk.
    Here {
        /// The tasks that it is raised as; none where no person is needed.
        raised_as: &'static [Reason],
        /// What is taken back.
        takes_back: &'static [Undo],
    },
    /// It belongs to somebody else: the case, or the parents, are handed over in words.
    HandedOver,
}

/// A row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    pub number: u8,
    /// What happened, for the docs.
    pub cause: &'static str,
    pub class: Class,
    pub who: Who,
    pub handling: Handling,
}

const fn here(raised_as: &'static [Reason], takes_back: &'static [Undo]) -> Handling {
    Handling::Here { raised_as, takes_back }
}

const fn row(
    number: u8,
    cause: &'static str,
    class: Class,
    who: Who,
    handling: Handling,
) -> Failure {
    Failure { number, cause, class, who, handling }
}

/// What is taken back when the birth is not registered here.
const EVERYTHING: &[Undo] = &[Undo::RefundFee, Undo::UnbindNotice, Undo::WithdrawStatement];

use Class::{Business, Data, Legal, Transient};
use Handling::HandedOver;
use Reason::{
    AlreadyRegistered, ApplicationNotFound, CancelledAfterRegistration, CertificateReturned,
    CertificateVoid, CertificationLate, ChildDied, ContentDiffers, DuplicateApplication,
    DuplicateOrder, FederalSilent, FederalTurnsAway, MissingData, NotAParent, NotCertified,
    NotEntitled, NoticeDiffers, NoticeMissing, NoticeToChoose, PapersOverdue, PapersToCheck,
    ParentNotConfirmed, ParentsDisagree, PaymentNotConfirmed, PossibleDuplicate, ProvinceSilent,
    ProvinceTurnsAway, RegistrationNotActive, SeveralNotices, SinAdjudication, SinDataRejected,
    UnderInvestigation, UndoTooLate,
};
use Who::{Commission, Engine, Hospital, Officer, Operator, Parents, Registrar, ServiceCanada};

/// The catalogue.
pub const CATALOGUE: &[Failure] = &[
    row(1, "The hospital's notice has not come yet", Data, Engine, here(&[NoticeMissing], &[])),
    row(
        2,
        "Nobody attended the birth: no notice will come",
        Business,
        Officer,
        here(&[NoticeMissing], &[]),
    ),
    row(3, "The notice names another place", Data, Hospital, here(&[NoticeDiffers], &[])),
    row(4, "The notice has another date", Data, Officer, here(&[NoticeDiffers], &[])),
    row(5, "The notice has another sex", Data, Officer, here(&[NoticeDiffers], &[])),
    row(
        6,
        "The notice has another name of the birth parent",
        Data,
        Officer,
        here(&[NoticeDiffers], &[]),
    ),
    row(
        7,
        "More than one notice fits",
        Data,
        Officer,
        here(&[SeveralNotices, NoticeToChoose], &[Undo::UnbindNotice]),
    ),
    row(8, "Twins were registered under each other's notices", Legal, Registrar, HandedOver),
    row(9, "Both parents sent a form", Business, Officer, here(&[PossibleDuplicate], &[])),
    row(10, "The same form was sent again after a time-out", Transient, Engine, here(&[], &[])),
    row(
        11,
        "The birth is registered already",
        Business,
        Registrar,
        here(&[AlreadyRegistered], &[]),
    ),
    row(12, "One birth was registered twice", Legal, Registrar, HandedOver),
    row(13, "The other parent has not certified", Data, Parents, here(&[CertificationLate], &[])),
    row(14, "The parents do not agree", Legal, Registrar, here(&[ParentsDisagree], &[])),
    row(15, "A surrogate's consent is not seven days old", Legal, Registrar, HandedOver),
    row(
        16,
        "There are three or four parents, or a court's order",
        Legal,
        Registrar,
        here(&[], EVERYTHING),
    ),
    row(
        17,
        "The child has a single name, and its evidence is missing",
        Legal,
        Parents,
        here(&[PapersToCheck, PapersOverdue], &[]),
    ),
    row(
        18,
        "A name has letters that the federal exchange lacks",
        Data,
        Parents,
        here(&[SinDataRejected], &[]),
    ),
    row(19, "A field is too long or empty", Data, Parents, here(&[MissingData], &[])),
    row(20, "The first birthday has come", Legal, Parents, here(&[], EVERYTHING)),
    row(21, "The child was born elsewhere", Business, Parents, here(&[], EVERYTHING)),
    row(
        22,
        "The child has died",
        Legal,
        Officer,
        here(&[ChildDied], &[Undo::RefundFee, Undo::CancelOrder, Undo::WithdrawApplication]),
    ),
    row(23, "Fraud is suspected", Legal, Registrar, here(&[UnderInvestigation], &[])),
    row(24, "The payment was declined", Business, Parents, here(&[PaymentNotConfirmed], &[])),
    row(
        25,
        "The answer to an order was lost",
        Transient,
        Engine,
        here(&[ProvinceSilent, DuplicateOrder], &[]),
    ),
    row(26, "The fee was charged twice, or charged back", Business, Officer, HandedOver),
    row(27, "The certificate was misprinted", Business, Officer, HandedOver),
    row(28, "The certificate shows the parents' own mistake", Legal, Registrar, HandedOver),
    row(
        29,
        "The certificate came back in the mail",
        Data,
        Officer,
        here(&[CertificateReturned], &[]),
    ),
    row(30, "The family has moved", Data, Parents, here(&[], &[])),
    row(31, "The federal register is down", Transient, Engine, here(&[FederalSilent], &[])),
    row(
        32,
        "The federal answer was lost",
        Transient,
        Engine,
        here(&[FederalSilent, ApplicationNotFound], &[]),
    ),
    row(
        33,
        "The federal side looks into a possible duplicate",
        Business,
        ServiceCanada,
        here(&[SinAdjudication, DuplicateApplication], &[]),
    ),
    row(34, "The child has a SIN already", Business, ServiceCanada, here(&[], &[])),
    row(35, "Two SINs were issued", Legal, Commission, HandedOver),
    row(36, "The child is not eligible for a SIN here", Legal, ServiceCanada, here(&[], &[])),
    row(37, "A parent's own SIN is not valid", Data, Parents, HandedOver),
    row(
        38,
        "The SIN request is taken back before a number is issued",
        Business,
        Engine,
        here(&[], &[Undo::WithdrawApplication]),
    ),
    row(39, "The registration was amended after the SIN was asked for", Data, Engine, HandedOver),
    row(40, "The registration was cancelled after a SIN was issued", Legal, Registrar, HandedOver),
    row(
        41,
        "An agreement has ended, or a certificate has run out",
        Transient,
        Operator,
        here(&[ProvinceTurnsAway, FederalTurnsAway], &[]),
    ),
    row(42, "The registers' code lists have drifted apart", Data, Operator, HandedOver),
    row(43, "The engine itself fails, again and again", Transient, Operator, HandedOver),
    row(44, "An e-mail bounces", Data, Parents, here(&[], &[])),
    row(45, "A calendar is wrong", Data, Operator, HandedOver),
    row(46, "A notification outside these three services fails", Transient, Operator, HandedOver),
    // Found while building, beyond the catalogue that we began with.
    row(
        47,
        "Whoever followed the other parent's link does not know who that parent is",
        Data,
        Officer,
        here(&[ParentNotConfirmed], &[]),
    ),
    row(
        48,
        "A parent says that the child is not theirs",
        Legal,
        Registrar,
        here(&[NotAParent], &[]),
    ),
    row(
        49,
        "The province holds other content than was certified",
        Legal,
        Registrar,
        here(&[ContentDiffers, NotCertified], &[]),
    ),
    row(
        50,
        "The registration is not active when the certificate is ordered",
        Legal,
        Registrar,
        here(&[RegistrationNotActive], &[]),
    ),
    row(
        51,
        "Whoever ordered may not have this certificate",
        Business,
        Officer,
        here(&[NotEntitled], &[Undo::RefundFee]),
    ),
    row(52, "The certificate was made void", Business, Officer, here(&[CertificateVoid], &[])),
    row(
        53,
        "A workflow is cancelled from outside after the registration",
        Transient,
        Registrar,
        here(&[CancelledAfterRegistration], &[]),
    ),
    row(
        54,
        "A register says that it is too late to take back what it does not have",
        Transient,
        Officer,
        here(&[UndoTooLate], &[]),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_numbered_without_a_gap() {
        let numbers: Vec<u8> = CATALOGUE.iter().map(|it| it.number).collect();
        assert_eq!(numbers, (1..).take(CATALOGUE.len()).collect::<Vec<u8>>());
    }

    #[test]
    fn every_task_of_the_desk_is_in_the_catalogue() {
        let raised = |it: &Failure| match it.handling {
            Handling::Here { raised_as, .. } => raised_as,
            Handling::HandedOver => &[],
        };
        for reason in Reason::ALL {
            assert!(CATALOGUE.iter().any(|it| raised(it).contains(reason)), "{reason}");
        }
    }
}
