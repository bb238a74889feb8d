//! A message that comes back: the desk sees that a parent is not reached.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use store::deliveries::{self, Channel};

use crate::stage::{Answer, CALLBACKS, OFFICER, Stage};

/// What the message service says became of a message.
async fn says(stage: &Stage, token: &str, status: &str) -> Answer {
    let callback = json!({ "id": "sent-1", "status": status, "to": "sophie.tremblay@example.ca" });
    let request = Request::post("/notify/callback")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    stage.send(request, callback.to_string()).await
}

#[tokio::test]
async fn the_desk_sees_that_a_message_came_back() {
    let stage = Stage::new().await;
    let (case, _) = stage.ordinary().await;
    let at = "2026-11-23T17:01:00Z".parse().expect("it is a time");
    let id = stage.due(at).await.first().expect("a message waits").id;
    let mut conn = stage.pool.acquire().await.expect("the case file answers");
    let sent = deliveries::sent(&mut conn, id, Channel::Email, Some("sent-1"), at).await;
    sent.expect("it is marked");
    drop(conn);
    let bounced = async || {
        let view = stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json();
        let timeline = view["timeline"].as_array().cloned().unwrap_or_default();
        let bounced = timeline.into_iter().filter(|it| it["what"] == "message-bounced");
        bounced.map(|it| it["detail"].clone()).collect::<Vec<Value>>()
    };

    // Somebody else's word does not count, and neither does a message that is on its way.
    let stranger = says(&stage, "somebody-else", "permanent-failure").await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(says(&stage, CALLBACKS, "sending").await.status, StatusCode::NO_CONTENT);
    assert_eq!(bounced().await, Vec::<Value>::new());

    // The service may say so twice.
    for _ in 0..2 {
        let heard = says(&stage, CALLBACKS, "permanent-failure").await;
        assert_eq!(heard.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(bounced().await, [json!({ "parent": 0 })]);
    let officer = stage.signed_in(OFFICER).await;
    let desk = stage.page(&format!("/en/desk/case/{case}"), &officer).await.text;
    assert!(desk.contains("came back") || desk.contains("not reached"), "{desk}");
}

/// The service says what became of a message before we have written down what it calls it.
#[tokio::test]
async fn what_is_said_of_a_message_that_is_not_known_yet_is_said_again() {
    let stage = Stage::new().await;
    let heard = says(&stage, CALLBACKS, "permanent-failure").await;
    assert_eq!(heard.status, StatusCode::SERVICE_UNAVAILABLE);
}
