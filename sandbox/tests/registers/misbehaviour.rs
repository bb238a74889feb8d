//! Misbehaviour on request.

use std::time::Instant;

use proto::{
    common::v1::EventKind,
    registry::v1::MatchDecision,
    sin::v1::{
        ApplicationState, submit_sin_application_response, withdraw_sin_application_response,
    },
};
use serde_json::{Value, json};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    calls::{
        accepted, application, certified, fault, paid, payment, submit, try_apply, try_bind,
        try_get_fee, try_pay, try_submit, try_watch, try_watch_applications,
        try_withdraw_application,
    },
    families::{statement, statement_of},
    harness::{INSTANT, NEVER, Sandbox, next_event, within},
    operations::{BACKWARD, FORWARD, ask},
};

fn rule(register: &str, operation: &str, mode: &str) -> Value {
    json!({ "register": register, "operation": operation, "mode": mode, "times": 1 })
}

#[tokio::test]
async fn an_unavailable_operation_does_nothing_and_says_when_to_ask_again() {
    let sandbox = Sandbox::start(NEVER).await;
    for (register, operation) in FORWARD.into_iter().chain(BACKWARD) {
        let before = sandbox.ledger().await;
        sandbox.misbehave(rule(register, operation, "unavailable")).await;
        let status = ask(&sandbox, operation).await.unwrap_err();
        assert_eq!(fault(&status), (Code::Unavailable, "UNAVAILABLE".into()), "{operation}");
        assert!(status.get_details_retry_info().unwrap().retry_delay.is_some(), "{operation}");
        assert_eq!(sandbox.ledger().await, before, "{operation}");
        ask(&sandbox, operation).await.unwrap();
    }
    assert_eq!(sandbox.calm().await, [1; 19]);
    assert!(sandbox.calm().await.is_empty());
}

#[tokio::test]
async fn a_lost_answer_was_a_yes_and_asking_again_does_nothing_twice() {
    let sandbox = Sandbox::start(NEVER).await;
    for (register, operation) in FORWARD.into_iter().chain(BACKWARD) {
        if operation.starts_with("Watch") {
            continue;
        }
        sandbox.misbehave(rule(register, operation, "lose-answer")).await;
        let status = ask(&sandbox, operation).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{operation}");
        let after = sandbox.ledger().await;
        ask(&sandbox, operation).await.unwrap();
        assert_eq!(sandbox.ledger().await, after, "{operation}");
    }
    let ledger = sandbox.ledger().await;
    for list in
        ["statements", "notices", "registrations", "certificates", "fees", "sin_applications"]
    {
        assert_eq!(ledger[list].as_array().unwrap().len(), 1, "{list}");
    }
}

#[tokio::test]
async fn a_refusal_on_request_does_nothing_and_is_kept_under_its_key() {
    let sandbox = Sandbox::start(INSTANT).await;
    for reason in
        ["LATE_ROUTE", "BORN_ELSEWHERE", "NOT_ELIGIBLE", "MISSING_DATA", "POSSIBLE_DUPLICATE"]
    {
        let mut rule = rule("province", "SubmitStatement", "refuse");
        rule["reason"] = json!(reason);
        sandbox.misbehave(rule).await;
        let key = format!("NB-{reason}/statement/1");
        let refused = submit(&sandbox, &key, statement()).await;
        assert!(format!("{refused:?}").starts_with("Refused"), "{refused:?}");
        assert_eq!(submit(&sandbox, &key, statement()).await, refused, "{reason}");
    }
    assert_eq!(sandbox.ledger().await["statements"], json!([]));
    accepted(&sandbox, "NB-LATE_ROUTE/statement/2", statement()).await;
}

#[tokio::test]
async fn every_command_can_be_refused_with_its_own_reasons() {
    let sandbox = Sandbox::start(NEVER).await;
    let reasons = [
        ("province", "BindNotice", "NOTICE_TAKEN", "Refused"),
        ("province", "RegisterBirth", "NOT_MATCHED", "Refused"),
        ("province", "UnbindNotice", "TOO_LATE", "TooLate"),
        ("province", "WithdrawStatement", "TOO_LATE", "TooLate"),
        ("province", "PayFee", "DECLINED", "Declined"),
        ("province", "RefundFee", "TOO_LATE", "TooLate"),
        ("province", "UpdateDeliveryAddress", "TOO_LATE", "TooLate"),
        ("province", "CancelOrder", "TOO_LATE", "TooLate"),
        ("province", "AmendNotice", "NOT_FOUND", "NotFound"),
        ("federal", "UpdateMailingAddress", "NOT_FOUND", "NotFound"),
        ("federal", "WithdrawSinApplication", "TOO_LATE", "TooLate"),
    ];
    for (register, operation, reason, branch) in reasons {
        let mut rule = rule(register, operation, "refuse");
        rule["reason"] = json!(reason);
        sandbox.misbehave(rule).await;
        let answer = ask(&sandbox, operation).await.unwrap();
        assert!(answer.starts_with(branch), "{operation}: {answer}");
    }
    assert_eq!(sandbox.ledger().await["fees"], json!([]));
}

#[tokio::test]
async fn an_undo_is_refused_without_a_reason() {
    let sandbox = Sandbox::start(NEVER).await;
    ask(&sandbox, "PayFee").await.unwrap();
    sandbox.misbehave(rule("province", "RefundFee", "refuse")).await;
    assert!(ask(&sandbox, "RefundFee").await.unwrap().starts_with("TooLate"));
    assert_eq!(sandbox.ledger().await["fees"][0]["state"], "UNEARNED");
}

#[tokio::test]
async fn the_federal_side_refuses_in_its_own_words() {
    let sandbox = Sandbox::start(NEVER).await;
    let number = "2026-35-0000001";
    let words = [
        ("DUPLICATE_APPLICATION", "DuplicateApplication"),
        ("ALREADY_ASSIGNED", "AlreadyAssigned"),
        ("SIN_ALREADY_ASSIGNED", "AlreadyAssigned"),
        ("NOT_ELIGIBLE", "NotEligible"),
        ("DATA_REJECTED", "DataRejected"),
    ];
    for ((reason, branch), generation) in words.into_iter().zip(1..) {
        let mut rule = rule("federal", "SubmitSinApplication", "refuse");
        rule["reason"] = json!(reason);
        sandbox.misbehave(rule).await;
        let request = crate::calls::application(&format!("NB-1/sin/{generation}"), number);
        let answer = crate::calls::try_apply(&sandbox, request).await.unwrap();
        assert!(format!("{answer:?}").starts_with(branch), "{answer:?}");
    }
    assert_eq!(sandbox.ledger().await["sin_applications"], json!([]));
}

#[tokio::test]
async fn a_slow_operation_takes_its_time_and_then_does_it() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut rule = rule("province", "SubmitStatement", "slow");
    rule["delay_ms"] = json!(300);
    sandbox.misbehave(rule).await;
    let started = Instant::now();
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    assert!(started.elapsed().as_millis() >= 300);
}

#[tokio::test]
async fn a_rule_with_a_match_hits_one_submission_only() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut rule = rule("province", "SubmitStatement", "unavailable");
    rule["match"] = json!("submission-2");
    sandbox.misbehave(rule).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    let mut request = certified("NB-2/statement/1", statement_of("Anne"));
    request.context.as_mut().unwrap().correlation = "submission-2".into();
    assert_eq!(try_submit(&sandbox, request).await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(sandbox.calm().await, [1]);
}

#[tokio::test]
async fn a_star_closes_a_whole_register_and_leaves_the_other_open() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    sandbox
        .misbehave(json!({ "register": "province", "operation": "*", "mode": "unavailable" }))
        .await;
    assert_eq!(try_get_fee(&sandbox, "NB-1/fee/1").await.unwrap_err().code(), Code::Unavailable);
    assert_eq!(
        try_pay(&sandbox, payment("NB-1/fee/1", "token")).await.unwrap_err().code(),
        Code::Unavailable
    );
    let cut = within(async {
        loop {
            if let Err(status) = events.message().await {
                return status;
            }
        }
    });
    assert_eq!(cut.await.code(), Code::Unavailable);
    assert_eq!(try_watch(&sandbox, 0).await.unwrap_err().code(), Code::Unavailable);
    assert!(ask(&sandbox, "GetSinApplication").await.is_ok());
    assert_eq!(sandbox.calm().await, [4]);
    assert!(try_watch(&sandbox, 0).await.is_ok());
}

#[tokio::test]
async fn a_pending_application_waits_for_an_officer_and_can_be_withdrawn() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut events = try_watch_applications(&sandbox, 0).await.unwrap();
    sandbox.misbehave(rule("federal", "SubmitSinApplication", "pending")).await;
    let request = application("NB-1/sin/1", "2026-35-0000001");
    for _ in 0..2 {
        match try_apply(&sandbox, request.clone()).await.unwrap() {
            submit_sin_application_response::Outcome::Accepted(it) => {
                assert_eq!(it.state(), ApplicationState::Adjudication)
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(next_event(&mut events).await.kind(), EventKind::SinAdjudication);
    assert_eq!(sandbox.ledger().await["sin_applications"][0]["state"], "ADJUDICATION");
    let undone =
        try_withdraw_application(&sandbox, "NB-1/withdraw-application/1", "NB-1/sin/1").await;
    assert!(matches!(undone.unwrap(), withdraw_sin_application_response::Outcome::Undone(_)));
}

#[tokio::test]
async fn a_child_can_have_a_number_already() {
    let sandbox = Sandbox::start(INSTANT).await;
    sandbox.misbehave(rule("federal", "SubmitSinApplication", "already-issued")).await;
    let refused = try_apply(&sandbox, application("NB-1/sin/1", "2026-35-0000001")).await.unwrap();
    assert!(
        matches!(refused, submit_sin_application_response::Outcome::AlreadyAssigned(_)),
        "{refused:?}"
    );
    assert_eq!(sandbox.calm().await, [1]);
}

#[tokio::test]
async fn a_stream_can_say_everything_twice() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    let mut rule = rule("province", "WatchRegistryEvents", "duplicate-event");
    rule["times"] = json!(2);
    sandbox.misbehave(rule).await;
    for case in 1..=2 {
        paid(&sandbox, &format!("NB-{case}/fee/1")).await;
    }
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(next_event(&mut events).await);
    }
    assert_eq!(told.iter().map(|it| it.sequence).collect::<Vec<_>>(), [1, 1, 2, 2]);
    assert_eq!(told[0], told[1]);
    assert_eq!(sandbox.calm().await, [2]);
}

#[tokio::test]
async fn a_stream_can_come_back_to_an_older_event() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    let mut rule = rule("province", "*", "reorder-events");
    rule["times"] = json!(2);
    sandbox.misbehave(rule).await;
    for case in 1..=3 {
        paid(&sandbox, &format!("NB-{case}/fee/1")).await;
    }
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(next_event(&mut events).await.sequence);
    }
    assert_eq!(told, [1, 2, 1, 3, 2]);
    assert_eq!(sandbox.calm().await, [2]);
}

#[tokio::test]
async fn a_rule_for_a_time_ends_by_itself() {
    let sandbox = Sandbox::start(INSTANT).await;
    let rule = json!({ "register": "province", "operation": "GetFee", "mode": "unavailable", "seconds": 0.3 });
    sandbox.misbehave(rule).await;
    let started = Instant::now();
    assert!(try_get_fee(&sandbox, "NB-1/fee/1").await.is_err());
    within(async { while try_get_fee(&sandbox, "NB-1/fee/1").await.is_err() {} }).await;
    assert!(started.elapsed().as_millis() < 5000);
}

#[tokio::test]
async fn a_rule_that_makes_no_sense_is_refused_with_a_word_why() {
    let sandbox = Sandbox::start(INSTANT).await;
    let table = [
        (
            json!({ "register": "provincial", "operation": "*", "mode": "unavailable" }),
            "neither province nor federal",
        ),
        (
            json!({ "register": "federal", "operation": "PayFee", "mode": "unavailable" }),
            "no operation `PayFee`",
        ),
        (json!({ "register": "province", "operation": "PayFee", "mode": "broken" }), "mode"),
        (
            json!({ "register": "province", "operation": "PayFee", "mode": "pending" }),
            "only SubmitSinApplication",
        ),
        (
            json!({ "register": "federal", "operation": "*", "mode": "already-issued" }),
            "only SubmitSinApplication",
        ),
        (
            json!({ "register": "province", "operation": "PayFee", "mode": "duplicate-event" }),
            "only a stream",
        ),
        (
            json!({ "register": "province", "operation": "*", "mode": "reorder-events", "match": "k" }),
            "events carry no",
        ),
        (
            json!({ "register": "province", "operation": "PayFee", "mode": "refuse", "reason": "LATE_ROUTE" }),
            "cannot be refused",
        ),
        (
            json!({ "register": "province", "operation": "GetFee", "mode": "refuse", "reason": "X" }),
            "cannot be refused",
        ),
        (json!({ "register": "province", "operation": "PayFee", "mode": "slow" }), "delay_ms"),
        (
            json!({ "register": "province", "operation": "PayFee", "mode": "unavailable", "times": 0 }),
            "at least one",
        ),
        (
            json!({ "register": "province", "operation": "WatchRegistryEvents", "mode": "lose-answer" }),
            "no answer to lose",
        ),
    ];
    for (rule, word) in table {
        let (status, answer) = sandbox.post("/control/misbehave", &rule).await;
        assert_eq!(status, 400, "{rule}");
        assert!(answer["error"].as_str().unwrap().contains(word), "{rule}: {answer}");
    }
    assert!(sandbox.calm().await.is_empty());
}

#[tokio::test]
async fn calming_gives_the_rules_back_as_they_were_made() {
    let sandbox = Sandbox::start(INSTANT).await;
    let rule = json!({
        "register": "province", "operation": "BindNotice", "mode": "refuse", "reason": "NOTICE_TAKEN", "times": 2,
        "match": "submission-1"
    });
    sandbox.misbehave(rule.clone()).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    try_bind(&sandbox, "NB-1/notice/1", "NB-1/statement/1", "H-1", MatchDecision::Automatic, &[])
        .await
        .unwrap();
    let (_, mut calmed) = sandbox.post("/control/calm", &Value::Null).await;
    assert_eq!(calmed[0]["hits"].take(), json!(1));
    calmed[0].as_object_mut().unwrap().remove("hits");
    assert_eq!(calmed, json!([rule]));
}
