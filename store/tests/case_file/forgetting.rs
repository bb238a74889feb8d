//! Forgetting a case.

use domain::facts::Fact;
use store::{
    StoreError, cases, contents, keys as case_keys, log,
    log::Chain,
    payments, requests,
    search::{self, Kind},
};

use crate::{
    another_case,
    families::{REVISION, child_born, name, with_cases},
    keys, record, some_case,
};

#[tokio::test]
async fn a_forgotten_case_keeps_its_facts_and_its_chain_and_nothing_that_was_typed() {
    let database = with_cases(&[some_case(), another_case()]).await;
    record(&database, some_case(), &[Fact::NoticeAwaited]).await;
    let mut conn = database.conn().await;
    requests::freeze(&mut conn, &keys(), some_case(), "a key", b"a payload").await.unwrap();
    case_keys::forget(&mut conn, some_case()).await.unwrap();

    let read = contents::brief(&mut conn, &keys(), some_case()).await;
    assert!(matches!(read, Err(StoreError::Forgotten(case)) if case == some_case()));
    let token = payments::token(&mut conn, &keys(), some_case(), 0).await;
    assert!(matches!(token, Err(StoreError::Forgotten(_))));
    let frozen = requests::freeze(&mut conn, &keys(), some_case(), "a key", b"a payload").await;
    assert!(matches!(frozen, Err(StoreError::Forgotten(_))));
    let name = name("Zéphyrine", "Quillfeather");
    let found = search::find(&mut conn, &keys(), Kind::Child, &name, child_born()).await.unwrap();
    assert_eq!(found, [another_case()]);

    let chain = log::verify(&mut conn, some_case()).await.unwrap();
    assert_eq!(chain, Chain::Whole { entries: REVISION + 1 });
    assert!(cases::facts(&mut conn, some_case()).await.unwrap().is_some());
    assert!(contents::brief(&mut conn, &keys(), another_case()).await.is_ok());
}

#[tokio::test]
async fn forgetting_again_finds_nothing_and_is_happy() {
    let database = with_cases(&[some_case()]).await;
    let mut conn = database.conn().await;
    for _ in 0..2 {
        case_keys::forget(&mut conn, some_case()).await.unwrap();
    }
    record(&database, some_case(), &[Fact::NoticeAwaited]).await;
}
