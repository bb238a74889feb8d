//! Lives of cases, fact by fact.

use domain::{
    answers::{
        ApplicationRefusal, ApplicationState, NoticeField, OrderRefusal, OrderState, Refusal,
        UndoAnswer,
    },
    decision::{Action, Grounds, NotAllowed},
    desk::{Leg, Reason},
    facts::{Ending, Fact},
    fees::Cents,
    paper::{Paper, PaperRefusal},
    undo::Undo,
};
use jiff::civil::date;

use crate::after;

/// Lives that together fill every column and meet every kind of fact.
pub fn lives() -> [Vec<Fact>; 4] {
    let day = Some(date(2026, 11, 30));
    let complete = vec![
        Fact::StatementRefused { reason: Refusal::MissingData },
        Fact::StatementAccepted { statement_id: "ST-1".into() },
        Fact::NoticeAwaited,
        Fact::SeveralNotices { notices: vec!["N-1".to_owned(), "N-2".to_owned()] },
        Fact::NoticeDiffers {
            notice_id: Some("N-1".to_owned()),
            fields: vec![NoticeField::Sex, NoticeField::Plurality],
        },
        on_the_desk(Leg::Birth, Reason::NoticeDiffers),
        Fact::DecisionRefused {
            action: Action::Withdraw,
            leg: Leg::Birth,
            why: NotAllowed::RoleMayNotDecide,
        },
        Fact::DecisionAsked {
            action: Action::RetryNow,
            leg: Leg::Birth,
            grounds: Grounds::NoticeAmended,
        },
        Fact::DecisionUnanswered { action: Action::RetryNow, leg: Leg::Birth },
        Fact::DeskCleared { leg: Leg::Birth, reason: Some(Reason::NoticeDiffers) },
        Fact::NoticeFound { notice_id: "NO-1".into() },
        Fact::NoticeBound { notice_id: "NO-1".into() },
        Fact::RegistrationAsked,
        registered(),
        Fact::FeePaid { fee_id: "FE-1".into(), cents: Cents(2500) },
        Fact::OrderRefused { reason: OrderRefusal::PaymentNotConfirmed },
        Fact::Ordered { order_id: "OR-1".into() },
        Fact::OrderMoved { state: OrderState::InProduction, on: None },
        Fact::OrderMoved { state: OrderState::Printed, on: None },
        Fact::OrderMoved { state: OrderState::Mailed, on: day },
        Fact::OrderMoved { state: OrderState::Returned, on: None },
        Fact::ApplicationAsked,
        Fact::Applied { application_id: "AP-1".into() },
        Fact::ApplicationMoved { state: ApplicationState::Adjudication, on: None },
        Fact::ApplicationMoved { state: ApplicationState::Issued, on: None },
        Fact::ApplicationMoved { state: ApplicationState::LetterMailed, on: day },
        Fact::ContactCorrected { version: 2 },
        on_the_desk(Leg::Certificate, Reason::CertificateReturned),
        on_the_desk(Leg::Sin, Reason::FederalSilent),
        Fact::Closed { ending: Ending::Complete },
    ];
    let withdrawn = vec![
        Fact::StatementAccepted { statement_id: "ST-1".into() },
        Fact::NoticeBound { notice_id: "NO-1".into() },
        Fact::RegistrationAsked,
        Fact::RegistrationRefused { reason: Refusal::NotMatched },
        Fact::UndoAnswered { undo: Undo::UnbindNotice, answer: UndoAnswer::Undone },
        Fact::UndoAnswered { undo: Undo::WithdrawStatement, answer: UndoAnswer::NothingToUndo },
        Fact::Closed { ending: Ending::Withdrawn },
    ];
    let taken_back = vec![
        registered(),
        Fact::PaymentAwaited,
        Fact::PaymentOffered { generation: 1 },
        Fact::FeeDeclined { generation: 1 },
        Fact::FeePaid { fee_id: "FE-1".into(), cents: Cents(3500) },
        Fact::OrderMoved { state: OrderState::InProduction, on: None },
        Fact::UndoAnswered { undo: Undo::CancelOrder, answer: UndoAnswer::TooLate },
        Fact::UndoAnswered { undo: Undo::RefundFee, answer: UndoAnswer::Undone },
        Fact::LegWithdrawn { leg: Leg::Certificate },
        Fact::ApplicationRefused { reason: ApplicationRefusal::AlreadyAssigned },
        Fact::ApplicationMoved { state: ApplicationState::Refused, on: None },
        Fact::LegWithdrawn { leg: Leg::Sin },
    ];
    let single_name = Paper::SingleName;
    let with_papers = vec![
        Fact::PaperNeeded { paper: single_name, due: after(90) },
        Fact::PapersReminded { nth: 1 },
        Fact::PaperToBeMailed { paper: single_name },
        Fact::PaperReceived { paper: single_name, number: 1 },
        Fact::PaperRefused { paper: single_name, why: PaperRefusal::Unreadable, due: after(99) },
        Fact::PaperReceived { paper: single_name, number: 2 },
        Fact::PaperNeeded { paper: Paper::Translation, due: after(99) },
        Fact::PaperAccepted { paper: single_name },
        Fact::PaperNoLongerNeeded { paper: Paper::Translation },
    ];
    [complete, withdrawn, taken_back, with_papers]
}

pub fn registered() -> Fact {
    let registration_number = "2026-05-000001".into();
    Fact::Registered { registration_number, registered_on: date(2026, 11, 23) }
}

pub fn on_the_desk(leg: Leg, reason: Reason) -> Fact {
    Fact::DeskRaised { leg, reason }
}
