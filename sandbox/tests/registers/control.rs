//! The control of the sandbox, as `newborn sandbox …` uses it.

use proto::registry::v1::r#match;
use serde_json::{Value, json};

use crate::{
    calls::{accepted, application, find_match, order, ordered, paid, registered, try_apply},
    families::{days_ago, statement},
    harness::{INSTANT, Sandbox},
};

fn notice() -> Value {
    json!({
        "notice_id": "H-1",
        "facility_id": "ON-0001",
        "date_of_birth": days_ago(21),
        "time_of_birth": "07:05",
        "sex": "FEMALE",
        "plurality": 1,
        "birth_parent": {
            "legal_name": { "first": "Marie", "last": "Roy" },
            "birth_name": { "kind": "DUAL", "first": "Marie", "last": "Dubé" },
            "date_of_birth": "1994-05-06"
        },
        "attendant": { "kind": "MD", "name": "Jo Singh" },
        "weight_grams": 3400
    })
}

async fn match_of_case(sandbox: &Sandbox) -> r#match::Outcome {
    find_match(sandbox, "NB-1/statement/1").await
}

#[tokio::test]
async fn a_notice_posted_as_json_reaches_the_province() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    let (status, answer) = sandbox.post("/control/notices", &notice()).await;
    assert_eq!(
        (status, answer),
        (200, json!({ "notices": [{ "notice_id": "H-1", "outcome": "RECEIVED" }] }))
    );
    assert!(matches!(match_of_case(&sandbox).await, r#match::Outcome::Matched(_)));
}

#[tokio::test]
async fn a_notice_posted_again_amends_the_one_the_province_has() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    let mut posted = notice();
    posted["sex"] = json!("MALE");
    for outcome in ["RECEIVED", "UNCHANGED"] {
        let (_, answer) = sandbox.post("/control/notices", &posted).await;
        assert_eq!(answer["notices"][0]["outcome"], outcome);
    }
    assert!(matches!(match_of_case(&sandbox).await, r#match::Outcome::Differs(_)));
    let (_, answer) = sandbox.post("/control/notices", &json!([notice()])).await;
    assert_eq!(answer["notices"][0]["outcome"], "AMENDED");
    assert!(matches!(match_of_case(&sandbox).await, r#match::Outcome::Matched(_)));
}

#[tokio::test]
async fn a_field_the_control_does_not_know_is_named() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut wrong = notice();
    wrong["birth_parent"]["legal_name"]["surname"] = json!("Roy");
    let (status, answer) = sandbox.post("/control/notices", &json!([notice(), wrong])).await;
    assert_eq!(status, 400);
    let error = answer["error"].as_str().unwrap();
    assert!(error.starts_with("1.birth_parent.legal_name.surname: "), "{error}");
    let known: i64 = sandbox.province_holds("select count(*) from notices").await;
    assert_eq!(known, 0, "all are read before the first is sent");

    let rule = json!({ "register": "province", "operation": "PayFee", "mode": "slow", "delay": 1 });
    let (status, answer) = sandbox.post("/control/misbehave", &rule).await;
    assert_eq!(status, 400);
    assert!(answer["error"].as_str().unwrap().contains("delay"), "{answer}");
}

#[tokio::test]
async fn a_notice_survives_a_province_that_loses_its_answers() {
    let sandbox = Sandbox::start(INSTANT).await;
    let rule = json!({ "register": "province", "operation": "SubmitNotice", "mode": "lose-answer", "times": 3 });
    sandbox.misbehave(rule).await;
    let (status, answer) = sandbox.post("/control/notices", &notice()).await;
    assert_eq!((status, &answer["notices"][0]["outcome"]), (200, &json!("RECEIVED")));
    assert_eq!(sandbox.calm().await, [3]);
}

#[tokio::test]
async fn a_notice_that_was_refused_once_can_still_be_sent() {
    let sandbox = Sandbox::start(INSTANT).await;
    let send = async |notice: Value| {
        let (status, answer) = sandbox.post("/control/notices", &notice).await;
        assert_eq!(status, 200, "{answer}");
        answer["notices"][0]["outcome"].clone()
    };
    for (operation, reason) in [("SubmitNotice", "ALREADY_KNOWN"), ("AmendNotice", "NOT_FOUND")] {
        let rule = json!({
            "register": "province", "operation": operation, "mode": "refuse", "reason": reason, "times": 1
        });
        sandbox.misbehave(rule).await;
    }
    assert_eq!(send(notice()).await, "RECEIVED");
    let mut amended = notice();
    for weight in [3001, 3002] {
        amended["weight_grams"] = json!(weight);
        assert_eq!(send(amended.clone()).await, "AMENDED");
    }
    assert_eq!(sandbox.calm().await, [1, 1]);
}

#[tokio::test]
async fn the_operations_are_those_the_engine_uses() {
    let sandbox = Sandbox::start(INSTANT).await;
    let (_, text) = sandbox.get("/control/operations").await;
    let operations: Value = serde_json::from_str(&text).unwrap();
    let of = |register: &str, kind: &str| -> Vec<String> {
        let all = operations[register].as_array().unwrap().iter();
        all.filter(|it| it["kind"] == kind)
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        of("province", "undo"),
        ["UnbindNotice", "WithdrawStatement", "RefundFee", "CancelOrder"]
    );
    assert_eq!(
        of("province", "query"),
        ["FindNoticeMatches", "GetRegistration", "GetFee", "GetOrder"]
    );
    assert_eq!(of("province", "stream"), ["WatchRegistryEvents"]);
    assert_eq!(of("federal", "command"), ["SubmitSinApplication", "UpdateMailingAddress"]);
    assert_eq!(of("federal", "query"), ["GetSinApplication"]);
    assert_eq!(of("federal", "undo"), ["WithdrawSinApplication"]);
    assert_eq!(of("federal", "stream"), ["WatchSinEvents"]);
}

#[tokio::test]
async fn the_ledger_says_what_both_registers_hold_and_nothing_personal() {
    let sandbox = Sandbox::start(INSTANT).await;
    let number = registered(&sandbox, "NB-1", "Marie").await.registration_number;
    let fee = paid(&sandbox, "NB-1/fee/1").await;
    ordered(&sandbox, order("NB-1/order/1", &number, &fee)).await;
    try_apply(&sandbox, application("NB-1/sin/1", &number)).await.unwrap();

    let mut ledger = sandbox.ledger().await;
    let statement_id = ledger["statements"][0]["statement_id"].take();
    assert_eq!(
        ledger["registrations"],
        json!([{
            "registration_number": number, "statement_id": statement_id, "case": "NB-1", "state": "ACTIVE",
            "key": "NB-1/registration/1"
        }])
    );
    for (list, id) in
        [("certificates", "order_id"), ("fees", "fee_id"), ("sin_applications", "application_id")]
    {
        assert!(ledger[list][0][id].take().is_string(), "{list}");
    }
    assert_eq!(
        ledger["certificates"],
        json!([{
            "order_id": null, "registration_number": number, "case": "NB-1", "state": "MAILED",
            "key": "NB-1/order/1"
        }])
    );
    assert_eq!(
        ledger["fees"],
        json!([{ "fee_id": null, "case": "NB-1", "state": "EARNED", "amount_cents": 2500 }])
    );
    assert_eq!(
        ledger["sin_applications"],
        json!([{
            "application_id": null, "registration_number": number, "case": "NB-1", "state": "ISSUED",
            "key": "NB-1/sin/1"
        }])
    );
    assert_eq!(ledger["statements"][0]["state"], "REGISTERED");
    assert_eq!(
        ledger["notices"],
        json!([{ "notice_id": "notice-of-NB-1", "state": "REGISTERED", "statement_id": statement_id }])
    );
    assert_eq!(ledger["cancellation_attempts"], 0);

    let number: String =
        sandbox.federal_holds("select social_insurance_number from applications").await;
    let everything = sandbox.ledger().await.to_string() + &sandbox.get("/metrics").await.1;
    for personal in ["Marie", "Roy", "1994-05-06", number.as_str()] {
        assert!(!everything.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn calls_are_counted_by_operation_and_outcome() {
    let sandbox = Sandbox::start(INSTANT).await;
    accepted(&sandbox, "NB-1/statement/1", statement()).await;
    let (_, metrics) = sandbox.get("/metrics").await;
    let expected = r#"newborn_sandbox_calls_total{operation="SubmitStatement",outcome="Accepted",register="province"} 1"#;
    assert!(metrics.contains(expected), "{metrics}");
    for sample in metrics.lines().filter(|line| !line.starts_with('#')) {
        assert!(sample.starts_with("newborn_"), "{sample}");
    }
}
