//! An undo is glad to find nothing, shuts the door, and says when it comes too late.

use serde_json::json;

use crate::{
    calls::{fault, order, ordered, paid, registered, try_cancel, try_refund},
    harness::{INSTANT, NEVER, Sandbox},
    operations::{BACKWARD, FORWARD, ask},
};

/// Each undo and what it undoes.
const PAIRS: [(&str, &str); 5] = [
    ("WithdrawStatement", "SubmitStatement"),
    ("UnbindNotice", "BindNotice"),
    ("RefundFee", "PayFee"),
    ("CancelOrder", "OrderCertificate"),
    ("WithdrawSinApplication", "SubmitSinApplication"),
];

/// Takes the case forward up to and including an operation.
async fn forward_to(sandbox: &Sandbox, last: &str) {
    for (_, operation) in FORWARD {
        ask(sandbox, operation).await.unwrap();
        if operation == last {
            return;
        }
    }
}

/// Takes the case forward to just before an operation.
async fn forward_before(sandbox: &Sandbox, stop: &str) {
    for (_, operation) in FORWARD {
        if operation == stop {
            return;
        }
        ask(sandbox, operation).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_done_is_undone_once_and_for_all() {
    for (undo, done) in PAIRS {
        let sandbox = Sandbox::start(NEVER).await;
        forward_to(&sandbox, done).await;
        for _ in 0..2 {
            let answer = ask(&sandbox, undo).await.unwrap();
            assert!(answer.starts_with("Undone"), "{undo}: {answer}");
        }
    }
}

#[tokio::test]
async fn an_undo_that_comes_first_shuts_the_door_on_the_command() {
    for (undo, command) in PAIRS {
        let sandbox = Sandbox::start(NEVER).await;
        forward_before(&sandbox, command).await;
        for _ in 0..2 {
            let answer = ask(&sandbox, undo).await.unwrap();
            assert!(answer.starts_with("NothingToUndo"), "{undo}: {answer}");
        }
        let before = sandbox.ledger().await;
        for _ in 0..2 {
            let answer = ask(&sandbox, command).await.unwrap();
            assert!(answer.starts_with("UndoneBeforeArrival"), "{command}: {answer}");
        }
        assert_eq!(sandbox.ledger().await, before, "{command}");
    }
}

#[tokio::test]
async fn a_registration_undone_before_its_statement_came_is_not_made() {
    let sandbox = Sandbox::start(NEVER).await;
    ask(&sandbox, "WithdrawStatement").await.unwrap();
    let answer = ask(&sandbox, "RegisterBirth").await.unwrap();
    assert!(answer.starts_with("UndoneBeforeArrival"), "{answer}");
}

#[tokio::test]
async fn after_registration_the_statement_and_its_notice_stay() {
    let sandbox = Sandbox::start(NEVER).await;
    forward_to(&sandbox, "RegisterBirth").await;
    let before = sandbox.ledger().await;
    for undo in ["UnbindNotice", "WithdrawStatement"] {
        let answer = ask(&sandbox, undo).await.unwrap();
        assert!(answer.starts_with("TooLate"), "{undo}: {answer}");
    }
    assert_eq!(sandbox.ledger().await, before);
}

#[tokio::test]
async fn what_is_produced_earned_or_issued_stays() {
    let sandbox = Sandbox::start(INSTANT).await;
    for (_, operation) in FORWARD {
        ask(&sandbox, operation).await.unwrap();
    }
    for (_, undo) in BACKWARD {
        let answer = ask(&sandbox, undo).await.unwrap();
        assert!(answer.starts_with("TooLate"), "{undo}: {answer}");
    }
    let ledger = sandbox.ledger().await;
    assert_eq!(ledger["certificates"][0]["state"], json!("MAILED"));
    assert_eq!(ledger["fees"][0]["state"], json!("EARNED"));
    assert_eq!(ledger["sin_applications"][0]["state"], json!("ISSUED"));
}

#[tokio::test]
async fn a_fee_is_not_refunded_under_a_live_order() {
    let sandbox = Sandbox::start(NEVER).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    let status = try_refund(&sandbox, "NB-1/refund-fee/1", "NB-1/fee/1").await.unwrap_err();
    assert_eq!(fault(&status).1, "FEE_IN_USE");
    try_cancel(&sandbox, "NB-1/cancel-order/1", "NB-1/order/1").await.unwrap();
    try_refund(&sandbox, "NB-1/refund-fee/1", "NB-1/fee/1").await.unwrap();
    let ledger = sandbox.ledger().await;
    assert_eq!(ledger["fees"][0]["state"], json!("REFUNDED"));
    assert_eq!(ledger["certificates"][0]["state"], json!("CANCELLED"));
}

#[tokio::test]
async fn an_undone_step_may_be_done_again_in_a_new_generation() {
    let sandbox = Sandbox::start(NEVER).await;
    paid(&sandbox, "NB-1/fee/1").await;
    try_refund(&sandbox, "NB-1/refund-fee/1", "NB-1/fee/1").await.unwrap();
    paid(&sandbox, "NB-1/fee/2").await;
    let states: Vec<_> = sandbox.ledger().await["fees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].clone())
        .collect();
    assert_eq!(states, ["REFUNDED", "UNEARNED"]);
}
