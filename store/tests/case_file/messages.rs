//! What parents were told.

use domain::facts::{Change, Message};
use store::{
    StoreError,
    messages::{tell, told},
};

use crate::{Database, after, families::with_a_case, some_case, start};

#[tokio::test]
async fn parents_are_told_each_thing_once() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let registered = Message::Registered;
    assert_eq!(tell(&mut conn, some_case(), registered, after(1)).await.unwrap(), Change::New);
    assert_eq!(tell(&mut conn, some_case(), registered, after(2)).await.unwrap(), Change::Known);
    let all = told(&mut conn, some_case(), 0).await.unwrap();
    assert_eq!(all, [(Message::Received, start()), (registered, after(1))]);
}

#[tokio::test]
async fn nobody_is_told_about_an_unknown_case() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let refused = tell(&mut conn, some_case(), Message::Registered, after(1)).await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
    assert!(told(&mut conn, some_case(), 0).await.unwrap().is_empty());
}
