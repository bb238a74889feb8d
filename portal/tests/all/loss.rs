//! A family that tells us that their child has died.

use axum::http::StatusCode;
use domain::facts::Message;

use crate::stage::{OFFICER, Stage};

#[tokio::test]
async fn one_button_stops_every_message_and_tells_a_person() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let path = format!("/fr/case/{case}/loss");
    assert!(stage.page(&path, &cookies).await.text.contains("Nous sommes sincèrement désolés"));
    assert_eq!(stage.post(&path, "", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stage.post(&path, &cookies, &[]).await.status, StatusCode::SEE_OTHER);
    // Twice is once.
    assert_eq!(stage.post(&path, &cookies, &[]).await.status, StatusCode::SEE_OTHER);

    let page = stage.page(&format!("/fr/case/{case}"), &cookies).await.text;
    assert!(page.contains("sincères condoléances"), "{page}");
    for word in ["certificat en production", "Payer", "Retirer"] {
        assert!(!page.contains(word), "{word}: {page}");
    }
    let view = stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json();
    assert_eq!(view["desk"]["reason"], "CHILD_DIED");
    assert_eq!(view["desk"]["owner"], "REGISTRAR");

    let mut conn = stage.pool.acquire().await.expect("the database answers");
    let at = "2026-11-24T17:00:00Z".parse().expect("it is a time");
    let reference = case.parse().expect("it is a reference");
    let told = store::messages::tell(&mut conn, reference, Message::Registered, at).await;
    told.expect("it is asked");
    let sent: i64 =
        sqlx::query_scalar("select count(*) from messages where message = 'REGISTERED'")
            .fetch_one(&mut *conn)
            .await
            .expect("counted");
    assert_eq!(sent, 0);
    let due = stage.due(at).await;
    assert!(!due.is_empty() && due.iter().all(|it| it.closed), "{due:?}");
    let errands: Vec<String> = sqlx::query_scalar("select errand from outbox order by id")
        .fetch_all(&mut *conn)
        .await
        .expect("they are read");
    assert_eq!(errands, ["START_CASE", "LOSS_REPORTED"]);
}
