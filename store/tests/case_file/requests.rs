//! Frozen requests.

use store::{StoreError, requests::freeze};

use crate::{
    Database, another_case,
    families::{with_a_case, with_cases},
    keys, some_case,
};

const KEY: &str = "NB-0000-0000/statement/0";

#[tokio::test]
async fn the_first_payload_frozen_under_a_key_counts() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    for payload in [b"first", b"other"] {
        let counts = freeze(&mut conn, &keys(), some_case(), KEY, payload).await.unwrap();
        assert_eq!(counts, b"first");
    }
}

#[tokio::test]
async fn of_two_payloads_frozen_at_once_the_one_committed_first_counts() {
    let database = with_a_case().await;
    let mut tx = database.begin().await;
    freeze(&mut tx, &keys(), some_case(), KEY, b"first").await.unwrap();
    let second = async {
        let mut conn = database.conn().await;
        freeze(&mut conn, &keys(), some_case(), KEY, b"second").await.unwrap()
    };
    let commit = async {
        database.blocked(1).await;
        tx.commit().await.unwrap();
    };
    let (second, ()) = tokio::join!(second, commit);
    assert_eq!(second, b"first");
}

#[tokio::test]
async fn a_key_of_another_case_is_another_key() {
    let database = with_cases(&[some_case(), another_case()]).await;
    let mut conn = database.conn().await;
    freeze(&mut conn, &keys(), some_case(), KEY, b"first").await.unwrap();
    let other = freeze(&mut conn, &keys(), another_case(), KEY, b"other").await.unwrap();
    assert_eq!(other, b"other");
}

#[tokio::test]
async fn nothing_is_frozen_for_an_unknown_case() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let refused = freeze(&mut conn, &keys(), some_case(), KEY, b"first").await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
}
