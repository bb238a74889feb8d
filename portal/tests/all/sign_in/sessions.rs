//! What follows a sign-in: how long it lasts, how it ends, and who somebody is from then on.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::{
    desk::{Leg, Reason},
    facts::Fact,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde_json::json;

use super::{Desk, back, cookies_set};
use crate::{
    browser::cookie,
    provider::{CLIENT, Manner, Signer},
    stage::{Answer, RECEIVED, Stage, noon},
};

#[tokio::test]
async fn a_session_ends_without_use_and_after_a_day_of_work() {
    fn minutes(count: i64) -> Timestamp {
        noon() + SignedDuration::from_mins(count)
    }
    let desk = Desk::new().await;
    let (rests, works) = (desk.signed_in(json!({})).await, desk.signed_in(json!({})).await);
    let shown = async |stage: Stage, cookies: &str| {
        stage.page("/en/desk", cookies).await.text.contains("Alex Roy")
    };
    assert!(shown(desk.at(|| minutes(29)), &works).await);
    assert!(!shown(desk.at(|| minutes(30)), &rests).await);
    assert!(shown(desk.at(|| minutes(58)), &works).await);
    // As if it had been used all day.
    sqlx::query("update sign_ins set used_at = begun_at + interval '11 hours 45 minutes'")
        .execute(&desk.stage.pool)
        .await
        .expect("it is written");
    assert!(shown(desk.at(|| minutes(12 * 60 - 1)), &works).await);
    assert!(!shown(desk.at(|| minutes(12 * 60)), &works).await);
}

#[tokio::test]
async fn whoever_signs_out_is_out_here_and_at_the_provider() {
    let desk = Desk::new().await;
    let cookies = desk.signed_in(json!({})).await;
    let out = desk.stage.post("/fr/desk/sign-out", &cookies, &[]).await;
    assert_eq!(out.status, StatusCode::OK);
    let set = cookies_set(&out);
    assert!(set[0].starts_with("newborn-staff=;") && set[0].contains("Max-Age=0"), "{set:?}");
    let onward = out.headers["refresh"].to_str().expect("it is ASCII");
    let onward = Url::parse(onward.strip_prefix("0; url=").expect("at once")).expect("an address");
    assert!(onward.as_str().starts_with(&format!("{}/end?", desk.provider.issuer)), "{onward}");
    let asked: BTreeMap<_, _> = onward.query_pairs().into_owned().collect();
    let expected = [
        ("client_id", CLIENT),
        ("post_logout_redirect_uri", "http://portal.test/fr/desk"),
        ("ui_locales", "fr-CA"),
    ];
    let expected = expected.map(|(name, it)| (name.to_owned(), it.to_owned()));
    assert_eq!(asked, BTreeMap::from(expected), "nothing says who");
    assert!(out.text.contains("Votre session au bureau est fermée"), "{}", out.text);

    // The token is worth nothing any more, whoever kept it.
    assert_eq!(desk.count("sign_ins").await, 0);
    assert!(!desk.stage.page("/en/desk", &cookies).await.text.contains("Alex Roy"));

    // Without a way out at the provider, and from another site.
    desk.provider.behave(Manner::WithoutWayOut);
    let stage = desk.at(noon);
    let cookies = desk.signed_in(json!({})).await;
    let foreign = Request::post("/en/desk/sign-out")
        .header("cookie", &cookies)
        .header("host", "portal.test")
        .header("origin", "http://elsewhere.test");
    assert_eq!(stage.send(foreign, Body::empty()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.count("sign_ins").await, 1);
    let out = stage.post("/en/desk/sign-out", &cookies, &[]).await;
    assert_eq!(
        (out.status, out.headers["location"].as_bytes()),
        (StatusCode::SEE_OTHER, &b"/en/desk"[..])
    );
    assert_eq!(desk.count("sign_ins").await, 0);
}

#[tokio::test]
async fn a_role_is_read_anew_at_each_sign_in() {
    let desk = Desk::new().await;
    let (case, _) = desk.stage.ordinary().await;
    let raised = [Fact::DeskRaised { leg: Leg::Birth, reason: Reason::NoticeDiffers }];
    desk.stage.happens(&case, &raised).await;
    let path = format!("/en/desk/case/{case}");
    let decides = |page: &Answer| page.text.contains("value=\"retry-now\"");
    let officer = desk.signed_in(json!({})).await;
    assert!(decides(&desk.stage.page(&path, &officer).await));

    // The same browser signs in again: what it held before is worth nothing.
    let on_the_way = desk.leave("/en/desk/sign-in").await;
    let told = json!({ "roles": ["viewer"], "name": "Alex Tremblay" });
    let code = desk.provider.recognises(&on_the_way.there, Signer::TheProvider, &told);
    let with = [("code", code.as_str()), ("state", &on_the_way.asks()["state"])];
    let both = format!("{officer}; {}", on_the_way.cookies);
    let viewer = cookie(&desk.stage.page(&back(&with), &both).await.headers);
    let page = desk.stage.page(&path, &viewer).await;
    assert!(page.status == StatusCode::OK && !decides(&page), "{}", page.text);
    assert!(desk.stage.page("/en/desk", &viewer).await.text.contains("Alex Tremblay (viewer)"));
    assert_eq!(desk.stage.page(&path, &officer).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn people_of_one_name_are_two_people() {
    let desk = Desk::new().await;
    let (case, _) = desk.stage.ordinary().await;
    let path = format!("/en/desk/case/{case}");
    let mut revision: i64 = RECEIVED.parse().expect("it is a number");
    for subject in ["s-1", "s-2"] {
        let cookies = desk.signed_in(json!({ "sub": subject })).await;
        let decides = [
            ("revision", &*revision.to_string()),
            ("action", "withdraw"),
            ("leg", "sin"),
            ("reason", "PARENTS_ASKED"),
        ];
        let decided = desk.stage.post(&path, &cookies, &decides).await;
        assert!(decided.text.contains("The engine does not answer"), "{}", decided.text);
        assert!(decided.text.contains(&format!("Alex Roy ({subject})")), "{}", decided.text);
        // What was asked, and that nobody answered.
        revision += 2;
    }
    let by: Vec<String> =
        sqlx::query_scalar("select staff from case_log where staff is not null order by seq")
            .fetch_all(&desk.stage.pool)
            .await
            .expect("they are read");
    assert_eq!(by, ["s-1", "s-2"]);
}
