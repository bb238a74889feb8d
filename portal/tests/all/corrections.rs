//! A parent corrects what was certified.

use axum::http::StatusCode;
use domain::facts::Fact;
use jiff::Timestamp;
use store::contents;

use crate::{
    browser::{cookie, seen},
    stage::{Stage, keys},
};

async fn drafts(stage: &Stage) -> i64 {
    let count = sqlx::query_scalar("select count(*) from drafts").fetch_one(&stage.pool).await;
    count.expect("they are counted")
}

#[tokio::test]
async fn a_parent_corrects_what_was_certified_and_nothing_is_lost_while_the_engine_is_away() {
    let stage = Stage::new().await;
    let [first, second] = stage.both().await;
    let (case, cookies) = stage.opened(second).await;
    let begun = stage.post(&format!("/fr/case/{case}/correct"), &cookies, &[]).await;
    assert_eq!(begun.headers["location"], "/fr/form/review", "{}", begun.text);
    let draft = cookie(&begun.headers);
    let review = stage.page("/fr/form/review", &draft).await.text;
    assert!(review.contains("Olivia") && !review.contains("12 Maple Lane"), "{review}");
    // What is not certified is not corrected here.
    assert_eq!(stage.page("/fr/form/address", &draft).await.status, StatusCode::SEE_OTHER);

    let renamed = [
        ("children/0/name/kind", "DUAL"),
        ("children/0/name/first", "Emma"),
        ("children/0/name/last", "O'Connor-Dubé"),
    ];
    let kept = stage.post("/fr/form/baby-1/name?review=true", &draft, &renamed).await;
    assert_eq!(kept.headers["location"], "/fr/form/review");
    let certify = stage.page("/fr/form/certify-2", &draft).await.text;
    assert!(certify.contains("Emma"));
    let signed = [
        ("seen", &*seen(&certify)),
        ("parents/1/agrees_child_surname", "true"),
        ("parents/1/certification/checked", "true"),
        ("parents/1/certification/typed_name", "Suharto"),
    ];
    let sent = stage.post("/fr/form/certify-2", &draft, &signed).await;
    assert_eq!(sent.status, StatusCode::SERVICE_UNAVAILABLE, "{}", sent.text);
    assert!(stage.page("/fr/form/review", &draft).await.text.contains("Emma"));
    // It counts once the workflow has taken it.
    let (case, cookies) = stage.opened(first).await;
    let statement = stage.page(&format!("/en/case/{case}/statement"), &cookies).await.text;
    assert!(statement.contains("Olivia") && !statement.contains("Emma"));
}

#[tokio::test]
async fn a_correction_that_was_begun_shows_nothing_once_the_other_parent_is_protected() {
    let stage = Stage::new().await;
    let [first, second] = stage.both().await;
    let (case, cookies) = stage.opened(second).await;
    let begun = stage.post(&format!("/en/case/{case}/correct"), &cookies, &[]).await;
    let draft = cookie(&begun.headers);
    assert!(stage.page("/en/form/review", &draft).await.text.contains("Sophie"));
    // Neither how the first parent is reached nor what they asked for is in it.
    let (_, cookies) = stage.opened(first).await;
    stage.post(&format!("/en/case/{case}/protect"), &cookies, &[]).await;
    for path in ["review", "baby-1/name", "certify-2", "parent-1/about"] {
        let shown = stage.page(&format!("/en/form/{path}"), &draft).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(drafts(&stage).await, 0);
}

#[tokio::test]
async fn a_parent_has_one_correction_open_and_goes_on_with_it_on_any_device() {
    let stage = Stage::new().await;
    let [first, second] = stage.both().await;
    let (case, cookies) = stage.opened(second.clone()).await;
    let correct = format!("/en/case/{case}/correct");
    let begun = cookie(&stage.post(&correct, &cookies, &[]).await.headers);
    stage.post("/en/form/place", &begun, &[("place/municipality", "Wawa")]).await;

    let (_, elsewhere) = stage.opened(second).await;
    let again = cookie(&stage.post(&correct, &elsewhere, &[]).await.headers);
    assert_ne!(begun, again);
    assert!(stage.page("/en/form/review", &again).await.text.contains("Wawa"));
    assert_eq!(drafts(&stage).await, 1);
    // The other parent has their own.
    let (_, cookies) = stage.opened(first).await;
    let other = cookie(&stage.post(&correct, &cookies, &[]).await.headers);
    assert!(!stage.page("/en/form/review", &other).await.text.contains("Wawa"));
    assert_eq!(drafts(&stage).await, 2);

    // What was written to an older version is answered by the newer one.
    let reference = case.parse().expect("it is a reference");
    let mut tx = stage.pool.begin().await.expect("a transaction");
    let keys = keys();
    let content = contents::read(&mut tx, &keys, reference).await.expect("it is read");
    let newer = contents::correct(&mut tx, &keys, reference, &content, Timestamp::UNIX_EPOCH);
    let version = newer.await.expect("it is written");
    tx.commit().await.expect("it is kept");
    stage.happens(&case, &[Fact::ContentCorrected { version }]).await;
    let anew = cookie(&stage.post(&correct, &elsewhere, &[]).await.headers);
    assert!(!stage.page("/en/form/review", &anew).await.text.contains("Wawa"));
    assert_eq!(drafts(&stage).await, 2);
}

#[tokio::test]
async fn two_taps_begin_one_correction() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let correct = format!("/en/case/{case}/correct");
    let (one, two) =
        tokio::join!(stage.post(&correct, &cookies, &[]), stage.post(&correct, &cookies, &[]));
    for begun in [one, two] {
        assert_eq!(begun.headers["location"], "/en/form/review", "{}", begun.text);
    }
    assert_eq!(drafts(&stage).await, 1);
}

#[tokio::test]
async fn a_correction_of_a_case_that_is_forgotten_is_gone_with_it() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let begun = stage.post(&format!("/en/case/{case}/correct"), &cookies, &[]).await;
    let draft = cookie(&begun.headers);
    let mut conn = stage.pool.acquire().await.expect("a connection");
    store::keys::forget(&mut conn, case.parse().expect("it is a reference"))
        .await
        .expect("it is forgotten");
    let shown = stage.page("/en/form/review", &draft).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER, "{}", shown.text);
    assert_eq!(drafts(&stage).await, 0);
}
