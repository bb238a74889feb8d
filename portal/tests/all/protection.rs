//! A parent who is protected from the other.

use axum::http::StatusCode;
use domain::facts::{Ending, Fact};
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
