//! How much one address may send.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode, request::Builder},
};

use crate::stage::{Answer, OFFICER, Stage, ordinary};

const WRONG: &str = "7K3F-92QX-0M4T-ZZ1B";

/// A request that comes from elsewhere.
fn from(mut request: Builder, peer: &str) -> Builder {
    let peer: SocketAddr = format!("{peer}:5000").parse().expect("it is an address");
    request.extensions_mut().expect("it is a request").insert(ConnectInfo(peer));
    request
}

async fn show(stage: &Stage, case: &str, token: &str, peer: &str) -> Answer {
    let request = Request::get(format!("/api/v1/cases/{case}"));
    let request = from(request, peer).header("authorization", format!("Bearer {token}"));
    stage.send(request, Body::empty()).await
}

async fn sign_in(stage: &Stage, case: &str, code: &str, peer: &str) -> Answer {
    let request = from(Request::post("/fr/status"), peer)
        .header("host", "portal.test")
        .header("origin", "http://portal.test")
        .header("content-type", "application/x-www-form-urlencoded");
    stage.send(request, format!("reference={case}&code={code}")).await
}

#[tokio::test]
async fn too_many_forms_from_one_address_wait_and_others_do_not() {
    let stage = Stage::new().await;
    let submit = async |nth: usize, peer: &str| {
        let request = from(Request::post("/api/v1/submissions"), peer)
            .header("content-type", "application/json")
            .header("accept-language", "fr")
            .header("idempotency-key", format!("limit-{nth}"));
        stage.send(request, ordinary().to_string()).await
    };
    for nth in 0..3 {
        assert_eq!(submit(nth, "203.0.113.7").await.status, StatusCode::CREATED);
    }
    let refused = submit(3, "203.0.113.7").await;
    assert_eq!(refused.problem(), (429, "RATE_LIMITED".to_owned(), Vec::new()));
    let wait: u64 = refused.headers["retry-after"].to_str().expect("text").parse().expect("number");
    assert!((1..=3600).contains(&wait), "{wait}");
    assert!(refused.json()["detail"].as_str().is_some_and(|it| it.contains("Attendez")));
    assert_eq!(submit(3, "203.0.113.8").await.status, StatusCode::CREATED);
    // A form of the pages counts when it is begun.
    let begin = from(Request::post("/fr/form/start"), "203.0.113.7")
        .header("host", "portal.test")
        .header("origin", "http://portal.test")
        .header("content-type", "application/x-www-form-urlencoded");
    let begun = stage.send(begin, "babies=1").await;
    assert_eq!(begun.status, StatusCode::TOO_MANY_REQUESTS);
    // This machine itself is not counted.
    for nth in 10..15 {
        assert_eq!(submit(nth, "127.0.0.1").await.status, StatusCode::CREATED);
    }
}

#[tokio::test]
async fn too_many_wrong_codes_wait_and_the_right_one_opens_all_the_same() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let peer = "203.0.113.7";
    for _ in 0..2 {
        assert_eq!(show(&stage, &case, WRONG, peer).await.problem().1, "CASE_NOT_FOUND");
        assert_eq!(sign_in(&stage, &case, WRONG, peer).await.status, StatusCode::NOT_FOUND);
    }
    // Whatever the reference: it tells nothing of whether there is a case.
    for reference in [case.as_str(), "NB-0000-0000"] {
        assert_eq!(show(&stage, reference, WRONG, peer).await.problem().1, "RATE_LIMITED");
        let page = sign_in(&stage, reference, WRONG, peer).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(page.text.contains("Attendez quelques minutes"), "{}", page.text);
        assert!(page.headers.contains_key("retry-after"));
    }
    assert_eq!(show(&stage, &case, &code, peer).await.status, StatusCode::OK);
    assert_eq!(show(&stage, &case, OFFICER, peer).await.status, StatusCode::OK);
    assert_eq!(sign_in(&stage, &case, &code, peer).await.status, StatusCode::SEE_OTHER);
    assert_eq!(show(&stage, &case, WRONG, "203.0.113.8").await.problem().1, "CASE_NOT_FOUND");

    let list = from(Request::get("/api/v1/cases"), peer);
    let list = stage.send(list.header("authorization", "Bearer nobody"), Body::empty()).await;
    assert_eq!(list.problem().1, "RATE_LIMITED");
}
