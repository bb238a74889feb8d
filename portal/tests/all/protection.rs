//! A parent who is protected from the other.

use axum::http::StatusCode;
use domain::{
    desk::{Leg, Reason},
    facts::{Ending, Fact},
};
use serde_json::json;

use crate::stage::{OFFICER, Stage};

/// What nobody but the first parent may see.
const CANARIES: [&str; 7] =
    ["12 Maple Lane", "K1N", "sophie.tremblay", "Sophie", "Olivia", "Tremblay", "555"];

struct Protected {
    stage: Stage,
    case: String,
    first: (String, String),
    second: (String, String),
}

impl Protected {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let [(case, first), (_, second)] = stage.both().await;
        let cookies = |(_, cookies): (String, String)| cookies;
        let first = (cookies(stage.opened((case.clone(), first.clone())).await), first);
        let second = (cookies(stage.opened((case.clone(), second.clone())).await), second);
        let asked = stage.post(&format!("/en/case/{case}/protect"), &first.0, &[]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER);
        Self { stage, case, first, second }
    }
}

#[tokio::test]
async fn the_other_parent_sees_only_that_the_birth_was_received_or_registered() {
    let it = Protected::new().await;
    let (cookies, code) = &it.second;
    let said = |text: &str| CANARIES.into_iter().find(|canary| text.contains(canary));
    for path in ["", "/statement", "/welcome", "/paid?payment=x", "/live?seen=0"] {
        let answer = it.stage.page(&format!("/en/case/{}{path}", it.case), cookies).await;
        assert_eq!(said(&answer.text), None, "{path}: {}", answer.text);
        assert_eq!(answer.status == StatusCode::OK, path.is_empty(), "{path}");
    }
    let inputs =
        [("version", "1"), ("objection", "NOT_A_PARENT"), ("revision", "5"), ("leg", "sin")];
    for path in ["certify", "object", "withdraw", "protect"] {
        let answer = it.stage.post(&format!("/en/case/{}/{path}", it.case), cookies, &inputs).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
    }
    let path = format!("/api/v1/cases/{}", it.case);
    let view = it.stage.get(&path, code).await;
    let expected = json!({"ref": it.case, "child": 1, "birth": {"state": "RECEIVED"}});
    assert_eq!(view.json(), expected);
    assert!(!view.headers.contains_key("etag"), "it tells when something changes");
    let withdraw = json!({ "action": "withdraw", "reason": "PARENTS_ASKED", "leg": "sin" });
    let refused = it.stage.decide(&it.case, code, Some("5"), withdraw).await;
    assert_eq!(refused.problem().1, "ROLE_MAY_NOT_DECIDE");

    it.stage.happens(&it.case, &[Fact::Closed { ending: Ending::Withdrawn }]).await;
    assert_eq!(it.stage.get(&path, code).await.json(), expected);
}

#[tokio::test]
async fn the_protected_parent_sees_everything_and_nobody_else_is_told() {
    let it = Protected::new().await;
    let page = it.stage.page(&format!("/en/case/{}", it.case), &it.first.0).await;
    assert!(page.text.contains("You are protected"), "{}", page.text);
    let count = "select count(*) from messages where parent = 1";
    let before: i64 = sqlx::query_scalar(count).fetch_one(&it.stage.pool).await.expect("counted");
    let mut conn = it.stage.pool.acquire().await.expect("the database answers");
    let case = it.case.parse().expect("it is a reference");
    let at = "2026-11-24T17:00:00Z".parse().expect("it is a time");
    let told = store::messages::tell(&mut conn, case, domain::facts::Message::Registered, at).await;
    told.expect("it is told");
    let after: i64 = sqlx::query_scalar(count).fetch_one(&it.stage.pool).await.expect("counted");
    assert_eq!(after, before);
}

#[tokio::test]
async fn staff_say_why_they_look() {
    let it = Protected::new().await;
    let path = format!("/api/v1/cases/{}", it.case);
    assert_eq!(it.stage.get(&path, OFFICER).await.problem().1, "PURPOSE_MISSING");
    let why = format!("{path}?purpose=RESOLVE_TASK");
    assert_eq!(it.stage.get(&why, OFFICER).await.status, StatusCode::OK);
    let officer = it.stage.signed_in(OFFICER).await;
    let asked = it.stage.page(&format!("/en/desk/case/{}", it.case), &officer).await;
    assert!(asked.text.contains("Why do you look?"), "{}", asked.text);
    let path = format!("/en/desk/case/{}?purpose=AUDIT", it.case);
    assert!(it.stage.page(&path, &officer).await.text.contains("A parent is protected"));
    let purposes: Vec<String> = sqlx::query_scalar(
        "select purpose from staff_reads where purpose is not null order by day, seq",
    )
    .fetch_all(&it.stage.pool)
    .await
    .expect("they are read");
    assert_eq!(purposes, ["RESOLVE_TASK", "AUDIT"]);
}

#[tokio::test]
async fn nothing_is_decided_without_a_purpose() {
    let it = Protected::new().await;
    let revision = || async {
        let sql = "select revision from cases where case_ref = $1";
        let found = sqlx::query_scalar(sql).bind(&it.case).fetch_one(&it.stage.pool).await;
        let found: i64 = found.expect("it is read");
        found.to_string()
    };
    let before = revision().await;
    let withdraw = json!({ "action": "withdraw", "reason": "PARENTS_ASKED" });
    let refused = it.stage.decide(&it.case, OFFICER, Some(&before), withdraw.clone()).await;
    assert_eq!(refused.problem().1, "PURPOSE_MISSING");
    let officer = it.stage.signed_in(OFFICER).await;
    let typed = [
        ("revision", before.as_str()),
        ("action", "withdraw"),
        ("reason", "PARENTS_ASKED"),
        ("leg", "birth"),
    ];
    let path = format!("/en/desk/case/{}", it.case);
    let refused = it.stage.post(&path, &officer, &typed).await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_REQUIRED, "{}", refused.text);
    assert_eq!(revision().await, before);

    let why = "?purpose=RESOLVE_TASK";
    let taken = it.stage.decide_for(&it.case, OFFICER, Some(&before), withdraw, why).await;
    assert_eq!(taken.problem().1, "ENGINE_AWAY");
    assert_ne!(revision().await, before);
}

#[tokio::test]
async fn a_list_finds_the_work_and_tells_no_more_of_who_is_protected() {
    let it = Protected::new().await;
    let registered = Fact::Registered {
        registration_number: "2026-REG-4711".to_owned(),
        registered_on: "2026-11-21".parse().expect("it is a date"),
    };
    let raised = Fact::DeskRaised { leg: Leg::Sin, reason: Reason::SinDataRejected };
    it.stage.happens(&it.case, &[registered, raised]).await;
    for path in ["/api/v1/cases", "/api/v1/cases?stuck=true", "/api/v1/desk"] {
        let list = it.stage.get(path, OFFICER).await;
        let line = &list.json()[0];
        assert_eq!((&line["ref"], &line["protected"]), (&json!(it.case), &json!(true)), "{path}");
        assert_eq!(line["desk"]["reason"], "SIN_DATA_REJECTED", "{path}");
        assert_eq!(line["birth"], json!({ "state": "REGISTERED" }), "{path}");
        assert!(!list.text.contains("4711"), "{path}");
    }
    let officer = it.stage.signed_in(OFFICER).await;
    let desk = it.stage.page("/en/desk", &officer).await.text;
    assert!(desk.contains(&it.case) && !desk.contains("4711"), "{desk}");
}
