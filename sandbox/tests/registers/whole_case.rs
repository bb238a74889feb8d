//! One case from the statement to the letter, as the engine goes through it.

use proto::{
    certificates::v1::{FeeState, OrderState, get_fee_response, get_order_response},
    common::v1::EventKind,
    registry::v1::{get_registration_response, r#match},
    sin::v1::{ApplicationState, get_sin_application_response, submit_sin_application_response},
};

use crate::{
    calls::{
        accepted, application, find_match, get_registration, order, ordered, paid, registered,
        try_apply, try_get_application, try_get_fee, try_get_order, try_watch,
        try_watch_applications,
    },
    families::statement,
    harness::{INSTANT, Pace, Sandbox, next_event},
};

#[tokio::test]
async fn an_instant_register_has_done_everything_by_its_first_answer() {
    let sandbox = Sandbox::start(INSTANT).await;
    let registered = registered(&sandbox, "NB-1", "Marie").await;
    let number = registered.registration_number.clone();
    let found = get_registration(&sandbox, "NB-1/statement/1").await;
    assert_eq!(found, get_registration_response::Outcome::Registered(registered));

    let fee = paid(&sandbox, "NB-1/fee/1").await;
    let placed = ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    assert_eq!(placed.state(), OrderState::Mailed);
    assert!(!placed.mailed_on.is_empty());
    let found = try_get_order(&sandbox, "NB-1/order/1").await.unwrap();
    assert_eq!(found, get_order_response::Outcome::Order(placed));
    match try_get_fee(&sandbox, "NB-1/fee/1").await.unwrap() {
        get_fee_response::Outcome::Fee(fee) => assert_eq!(fee.state(), FeeState::Earned),
        other @ get_fee_response::Outcome::NotFound(_) => panic!("{other:?}"),
    }

    let received = match try_apply(&sandbox, application("NB-1/sin/1", &number)).await.unwrap() {
        submit_sin_application_response::Outcome::Accepted(received) => received,
        other => panic!("{other:?}"),
    };
    assert_eq!(received.state(), ApplicationState::Issued);
    assert!(!received.letter_mailed_on.is_empty());
    let found = try_get_application(&sandbox, "NB-1/sin/1").await.unwrap();
    assert_eq!(found, get_sin_application_response::Outcome::Application(received));
}

#[tokio::test]
async fn what_happens_by_itself_is_told_as_it_happens() {
    let sandbox = Sandbox::start(Pace(0.3, 0.3, 0.3)).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    let placed = ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    assert_eq!(placed.state(), OrderState::Accepted);
    let expected = [
        EventKind::MatchChanged,
        EventKind::Registered,
        EventKind::FeePaid,
        EventKind::OrderInProduction,
        EventKind::OrderPrinted,
        EventKind::OrderMailed,
    ];
    for (kind, sequence) in expected.into_iter().zip(1..) {
        let event = next_event(&mut events).await;
        assert_eq!(
            (event.kind(), event.sequence, event.case_ref.as_str()),
            (kind, sequence, "NB-1")
        );
    }

    let mut events = try_watch_applications(&sandbox, 0).await.unwrap();
    try_apply(&sandbox, application("NB-1/sin/1", &number)).await.unwrap();
    assert_eq!(next_event(&mut events).await.kind(), EventKind::SinValidating);
    assert_eq!(next_event(&mut events).await.kind(), EventKind::SinIssued);
}

#[tokio::test]
async fn a_statement_without_a_notice_waits_for_one() {
    let sandbox = Sandbox::start(INSTANT).await;
    let found = accepted(&sandbox, "NB-1/statement/1", statement()).await;
    assert!(matches!(found, r#match::Outcome::NoNotice(_)));
    assert!(matches!(
        find_match(&sandbox, "NB-1/statement/1").await,
        r#match::Outcome::NoNotice(_)
    ));
}
