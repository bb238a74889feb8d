//! What people typed, under its key.

use domain::contact::{Contact, NotifyBy};
use store::{Keys, StoreError, contents};

use crate::{
    Database, after, another_case,
    families::{contact, content, with_a_case, with_cases},
    keys, some_case,
};

#[tokio::test]
async fn a_corrected_contact_is_a_new_version() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let keys = keys();
    let by_letter = Contact { notify_by: NotifyBy::Letter, ..contact() };
    let by_text = Contact { notify_by: NotifyBy::Text, ..contact() };
    for (version, corrected) in [(2, by_letter), (3, by_text)] {
        let written =
            contents::correct_contact(&mut conn, &keys, some_case(), &corrected, after(1));
        assert_eq!(written.await.unwrap(), version);
        let newest = contents::contact(&mut conn, &keys, some_case()).await.unwrap();
        assert_eq!(newest, (version, corrected));
    }
    let kept: i64 = sqlx::query_scalar("select count(*) from case_contacts")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(kept, 3);
}

#[tokio::test]
async fn content_and_contact_are_read_one_by_one_too() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    assert_eq!(contents::read(&mut conn, &keys(), some_case()).await.unwrap(), content());
    assert_eq!(contents::contact(&mut conn, &keys(), some_case()).await.unwrap(), (1, contact()));
}

#[tokio::test]
async fn an_unknown_case_holds_nothing() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let read = contents::brief(&mut conn, &keys(), some_case()).await;
    assert!(matches!(read, Err(StoreError::NoCase)));
    let corrected =
        contents::correct_contact(&mut conn, &keys(), some_case(), &contact(), after(1)).await;
    assert!(matches!(corrected, Err(StoreError::NoCase)));
}

#[tokio::test]
async fn another_case_key_opens_nothing() {
    let database = with_a_case().await;
    let other = Keys::new([8; 32], [9; 32]);
    let read = contents::brief(&mut *database.conn().await, &other, some_case()).await;
    assert!(matches!(read, Err(StoreError::Key(case)) if case == some_case()));
}

#[tokio::test]
async fn a_sealed_text_put_elsewhere_does_not_open() {
    for sql in [
        "update case_contents set sealed = (
            select sealed from case_contents where case_ref = 'NB-0000-0012'
        )",
        "update case_contacts set sealed = (
            select correlation from cases where case_ref = 'NB-0000-0000'
        )",
        "update cases set correlation = ''",
    ] {
        let database = with_cases(&[some_case(), another_case()]).await;
        database.run(sql).await;
        let read = contents::brief(&mut *database.conn().await, &keys(), some_case()).await;
        assert!(matches!(read, Err(StoreError::Sealed(case)) if case == some_case()), "{sql}");
    }
}

#[tokio::test]
async fn the_key_of_another_case_does_not_fit() {
    let database = with_cases(&[some_case(), another_case()]).await;
    database
        .run(
            "update case_keys set wrapped = (
                select wrapped from case_keys where case_ref = 'NB-0000-0012'
            )",
        )
        .await;
    let read = contents::brief(&mut *database.conn().await, &keys(), some_case()).await;
    assert!(matches!(read, Err(StoreError::Key(_))));
}
