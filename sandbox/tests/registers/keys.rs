//! A key is worked once.

use proto::{
    certificates::v1::{OrderState, update_delivery_address_response},
    registry::v1::submit_statement_response::Outcome,
    sin::v1::{ApplicationState, update_mailing_address_response},
};
use tonic::Code;

use crate::{
    calls::{
        application, certified, fault, order, ordered, paid, payment, registered, submit,
        try_apply, try_cancel, try_get_fee, try_order, try_pay, try_readdress, try_redirect,
        try_submit, try_withdraw, try_withdraw_application,
    },
    families::{statement, statement_of},
    harness::{INSTANT, NEVER, Pace, Sandbox},
    operations::{BACKWARD, FORWARD, ask},
};

#[tokio::test]
async fn the_same_call_again_gets_the_same_answer_and_does_nothing() {
    let sandbox = Sandbox::start(NEVER).await;
    for (_, operation) in FORWARD.into_iter().chain(BACKWARD) {
        let first = ask(&sandbox, operation).await.unwrap();
        let before = sandbox.ledger().await;
        assert_eq!(ask(&sandbox, operation).await.unwrap(), first, "{operation}");
        assert_eq!(sandbox.ledger().await, before, "{operation}");
    }
}

#[tokio::test]
async fn the_context_is_no_part_of_what_is_compared() {
    let sandbox = Sandbox::start(INSTANT).await;
    let request = certified("NB-1/statement/1", statement());
    let first = try_submit(&sandbox, request.clone()).await.unwrap();
    let again = proto::registry::v1::SubmitStatementRequest { context: None, ..request };
    assert_eq!(try_submit(&sandbox, again).await.unwrap(), first);
}

#[tokio::test]
async fn a_key_used_with_other_fields_is_refused() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit(&sandbox, "NB-1/statement/1", statement()).await;
    let status = try_submit(&sandbox, certified("NB-1/statement/1", statement_of("Anne")))
        .await
        .unwrap_err();
    assert_eq!(fault(&status), (Code::FailedPrecondition, "IDEMPOTENCY_KEY_REUSED".into()));

    try_pay(&sandbox, payment("NB-1/fee/1", "declined-card")).await.unwrap();
    let status = try_pay(&sandbox, payment("NB-1/fee/1", "another-card")).await.unwrap_err();
    assert_eq!(fault(&status), (Code::FailedPrecondition, "IDEMPOTENCY_KEY_REUSED".into()));
}

#[tokio::test]
async fn a_key_used_for_another_operation_is_refused() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit(&sandbox, "NB-1/statement/1", statement()).await;
    let status = try_pay(&sandbox, payment("NB-1/statement/1", "token")).await.unwrap_err();
    assert_eq!(fault(&status).1, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn of_two_calls_at_once_one_hears_that_the_other_is_in_progress() {
    let sandbox = Sandbox::start(INSTANT).await;
    let other = sandbox.hold_key("NB-1/statement/1").await;
    let status =
        try_submit(&sandbox, certified("NB-1/statement/1", statement())).await.unwrap_err();
    assert_eq!(fault(&status), (Code::Aborted, "IN_PROGRESS".into()));
    assert!(tonic_types::StatusExt::get_details_retry_info(&status).is_some());
    // An undo of a command that is being worked on waits for it too.
    let status = try_withdraw(&sandbox, "NB-1/withdraw/1", "NB-1/statement/1").await.unwrap_err();
    assert_eq!(fault(&status), (Code::Aborted, "IN_PROGRESS".into()));
    drop(other);
}

#[tokio::test]
async fn twenty_calls_at_once_make_one_statement() {
    let sandbox = Sandbox::start(INSTANT).await;
    let calls = (0..20).map(|_| try_submit(&sandbox, certified("NB-1/statement/1", statement())));
    let asked = futures::future::join_all(calls).await;
    assert!(asked.iter().any(Result::is_ok));
    for status in asked.into_iter().filter_map(Result::err) {
        assert_eq!(fault(&status), (Code::Aborted, "IN_PROGRESS".into()));
    }
    assert_eq!(sandbox.ledger().await["statements"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_cut_a_command_in_two() {
    let sandbox = Sandbox::start(INSTANT).await;
    let counter = sandbox.hold_event_counter().await;
    {
        // Dropped while the payment waits for the counter: the caller has left.
        let mut payment = std::pin::pin!(paid(&sandbox, "NB-1/fee/1"));
        let waits = sandbox.until_province_holds(
            "select exists (select from pg_stat_activity
                            where datname = current_database() and wait_event_type = 'Lock')",
        );
        tokio::select! {
            _ = &mut payment => panic!("the counter is held"),
            () = waits => {}
        }
    }
    // On the same line: the register has heard by now that the caller left.
    try_get_fee(&sandbox, "NB-1/fee/1").await.unwrap();
    drop(counter);
    sandbox.until_province_holds("select exists (select from fees)").await;
}

#[tokio::test]
async fn keys_must_be_keys_of_the_case() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut request = certified("NB-1/statement/1", statement());
    request.case_ref = "NB-2".into();
    let status = try_submit(&sandbox, request).await.unwrap_err();
    assert_eq!(fault(&status), (Code::InvalidArgument, "INVALID_FIELDS".into()));

    let status = try_withdraw(&sandbox, "NB-1/withdraw/1", "NB-2/statement/1").await.unwrap_err();
    let violations =
        tonic_types::StatusExt::get_details_bad_request(&status).unwrap().field_violations;
    assert_eq!(violations[0].field, "undoes_key");
}

#[tokio::test]
async fn a_refusal_is_kept_and_a_new_generation_may_ask_again() {
    let sandbox = Sandbox::start(NEVER).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let no_fee = uuid::Uuid::nil().to_string();
    let refused = try_order(&sandbox, order("NB-1/order/1", &number, &no_fee)).await.unwrap();
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    assert_eq!(
        try_order(&sandbox, order("NB-1/order/1", &number, &no_fee)).await.unwrap(),
        refused
    );
    ordered(&sandbox, order("NB-1/order/2", &number, &fee)).await;
}

#[tokio::test]
async fn a_generation_that_comes_after_a_later_one_is_stale() {
    let sandbox = Sandbox::start(INSTANT).await;
    submit(&sandbox, "NB-1/statement/2", statement()).await;
    let stale = submit(&sandbox, "NB-1/statement/1", statement_of("Anne")).await;
    assert!(matches!(stale, Outcome::UndoneBeforeArrival(_)), "{stale:?}");
    assert_eq!(sandbox.ledger().await["statements"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeated_answer_carries_the_present_state() {
    let sandbox = Sandbox::start(Pace(1e6, 0.0, 0.0)).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    match submit(&sandbox, "NB-1/statement/1", statement_of("Marie")).await {
        Outcome::Accepted(it) => {
            assert_eq!(it.state(), proto::registry::v1::StatementState::Registered)
        }
        other => panic!("{other:?}"),
    }
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    let request = order("NB-1/order/1", &number, &fee);
    ordered(&sandbox, request.clone()).await;
    let readdress = async || {
        let key = "NB-1/delivery-address/1";
        match try_readdress(&sandbox, key, "NB-1/order/1", "2 Oak Street").await.unwrap() {
            update_delivery_address_response::Outcome::Updated(order) => order.state(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(readdress().await, OrderState::Accepted);
    try_cancel(&sandbox, "NB-1/cancel-order/1", "NB-1/order/1").await.unwrap();
    assert_eq!(ordered(&sandbox, request).await.state(), OrderState::Cancelled);
    assert_eq!(readdress().await, OrderState::Cancelled);
}

#[tokio::test]
async fn a_repeated_change_of_the_letters_address_carries_the_present_state() {
    let sandbox = Sandbox::start(NEVER).await;
    try_apply(&sandbox, application("NB-1/sin/1", "2026-35-0000001")).await.unwrap();
    let redirect = async || {
        let key = "NB-1/mailing-address/1";
        match try_redirect(&sandbox, key, "NB-1/sin/1", "2 Oak Street").await.unwrap() {
            update_mailing_address_response::Outcome::Updated(it) => it.state(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(redirect().await, ApplicationState::Received);
    try_withdraw_application(&sandbox, "NB-1/withdraw-application/1", "NB-1/sin/1").await.unwrap();
    assert_eq!(redirect().await, ApplicationState::Withdrawn);
}
