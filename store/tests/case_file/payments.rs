//! Payments that parents offered.

use store::{
    StoreError,
    outbox::{self, Errand},
    payments::{Offer, offer, token},
};

use crate::{
    Database, after,
    families::{Post, TOKEN, content, with_a_case},
    keys, some_case,
};

#[tokio::test]
async fn later_offers_are_counted_from_one_and_the_workflow_hears_of_them() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    for (generation, offered) in [(1, "tok_b"), (2, "tok_c")] {
        let kept = offer(&mut conn, &keys(), some_case(), offered, after(1)).await.unwrap();
        assert_eq!(kept, Offer::New(generation));
        let kept = token(&mut conn, &keys(), some_case(), generation).await.unwrap();
        assert_eq!(kept.as_deref(), Some(offered));
    }
    assert_eq!(token(&mut conn, &keys(), some_case(), 3).await.unwrap(), None);
    let start = outbox::pending(&mut conn, 10, after(1)).await.unwrap().remove(0).unwrap();
    outbox::done(&mut conn, start.id, after(1)).await.unwrap();
    let next = outbox::pending(&mut conn, 10, after(1)).await.unwrap().remove(0).unwrap();
    assert_eq!(next.errand, Errand::PaymentOffered { generation: 1 });
}

#[tokio::test]
async fn a_payment_offered_twice_is_one_offer() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    for (offered, becomes) in
        [(TOKEN, Offer::Known(0)), ("tok_b", Offer::New(1)), ("tok_b", Offer::Known(1))]
    {
        let offer = offer(&mut conn, &keys(), some_case(), offered, after(1)).await.unwrap();
        assert_eq!(offer, becomes);
    }
    let errands: i64 =
        sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(errands, 2);
}

#[tokio::test]
async fn the_first_offer_after_a_submission_without_one_is_still_number_one() {
    let database = Database::new().await;
    let mut unpaid = content();
    unpaid.services.payment_token = None;
    Post { content: unpaid, ..Post::of(&[some_case()]) }.post(&database).await;
    let mut conn = database.conn().await;
    assert_eq!(token(&mut conn, &keys(), some_case(), 0).await.unwrap(), None);
    let offer = offer(&mut conn, &keys(), some_case(), "tok_b", after(1)).await.unwrap();
    assert_eq!(offer, Offer::New(1));
}

#[tokio::test]
async fn offers_at_the_same_moment_get_numbers_of_their_own() {
    let database = with_a_case().await;
    let offers = ["tok_b", "tok_c", "tok_d"].map(|token| {
        let pool = (*database).clone();
        tokio::spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let offer = offer(&mut tx, &keys(), some_case(), token, after(1)).await.unwrap();
            tx.commit().await.unwrap();
            let Offer::New(generation) = offer else { panic!("each token is new") };
            generation
        })
    });
    let mut generations = Vec::new();
    for offer in offers {
        generations.push(offer.await.unwrap());
    }
    generations.sort_unstable();
    assert_eq!(generations, [1, 2, 3]);
}

#[tokio::test]
async fn an_unknown_case_is_offered_nothing() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let refused = offer(&mut conn, &keys(), some_case(), "tok_b", after(1)).await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
    let refused = token(&mut conn, &keys(), some_case(), 0).await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
}
