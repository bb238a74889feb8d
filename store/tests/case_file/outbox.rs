//! The outbox.

use domain::clocks::Clocks;
use jiff::{SignedDuration, Timestamp};
use sqlx::{PgConnection, postgres::PgListener};
use store::{
    StoreError,
    outbox::{self, Awaits, Errand, Pending, Unreadable, done, failed},
    payments::offer,
};

use crate::{
    Database, another_case,
    families::{Post, with_a_case, with_cases},
    keys, some_case, start,
};

/// The errands that are due, each of which can be read.
async fn pending(
    conn: &mut PgConnection,
    limit: i64,
    at: Timestamp,
) -> Result<Vec<Pending>, StoreError> {
    let due = outbox::pending(conn, limit, at).await?;
    Ok(due.into_iter().map(|it| it.expect("it makes sense")).collect())
}

#[tokio::test]
async fn a_received_case_is_started_with_its_clocks() {
    let database = Database::new().await;
    let clocks = Clocks { notice_ms: 1234, ..Clocks::default() };
    Post { clocks: clocks.clone(), ..Post::of(&[some_case()]) }.post(&database).await;
    let waiting = pending(&mut *database.conn().await, 10, start()).await.unwrap();
    let expected = Pending {
        id: waiting[0].id,
        case: some_case(),
        errand: Errand::StartCase { clocks, awaits: Awaits::default() },
        since: start(),
        attempts: 0,
    };
    assert_eq!(waiting, [expected]);
}

#[tokio::test]
async fn an_errand_is_run_by_one_loop_at_a_time() {
    let database = with_cases(&[some_case(), another_case()]).await;
    let mut one = database.begin().await;
    let first = pending(&mut one, 1, start()).await.unwrap();
    assert_eq!(first[0].case, some_case());
    let mut two = database.begin().await;
    let second = pending(&mut two, 10, start()).await.unwrap();
    assert_eq!(second.iter().map(|it| it.case).collect::<Vec<_>>(), [another_case()]);
    two.rollback().await.unwrap();
    done(&mut one, first[0].id, start()).await.unwrap();
    one.commit().await.unwrap();
    let left = pending(&mut *database.conn().await, 10, start()).await.unwrap();
    assert_eq!(left, second);
}

#[tokio::test]
async fn the_errands_of_a_case_come_one_after_the_other() {
    let database = with_a_case().await;
    offer(&mut *database.conn().await, &keys(), some_case(), "tok_b", start()).await.unwrap();
    let mut tx = database.begin().await;
    let first = pending(&mut tx, 10, start()).await.unwrap();
    assert!(matches!(&*first, [Pending { errand: Errand::StartCase { .. }, .. }]));
    // While the start is under way elsewhere, and while it waits for its next try.
    assert!(pending(&mut *database.conn().await, 10, start()).await.unwrap().is_empty());
    failed(&mut tx, first[0].id, start()).await.unwrap();
    tx.commit().await.unwrap();
    let mut conn = database.conn().await;
    assert!(pending(&mut conn, 10, start()).await.unwrap().is_empty());
    done(&mut conn, first[0].id, start()).await.unwrap();
    let second = pending(&mut conn, 10, start()).await.unwrap();
    assert!(matches!(&*second, [Pending { errand: Errand::PaymentOffered { generation: 1 }, .. }]));
}

#[tokio::test]
async fn an_errand_that_failed_waits_longer_each_time_up_to_ten_seconds() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let mut now = start();
    for (attempts, millis) in (0..).zip([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]) {
        let waiting = pending(&mut conn, 1, now).await.unwrap().remove(0);
        assert_eq!(waiting.attempts, attempts);
        failed(&mut conn, waiting.id, now).await.unwrap();
        let pause = SignedDuration::from_millis(millis);
        let early = now + pause - SignedDuration::from_micros(1);
        assert!(pending(&mut conn, 1, early).await.unwrap().is_empty(), "after {millis} ms");
        now += pause;
    }
}

#[tokio::test]
async fn an_errand_that_makes_no_sense_keeps_only_its_own_case_waiting() {
    let database = with_cases(&[some_case(), another_case()]).await;
    let mut conn = database.conn().await;
    let broken = pending(&mut conn, 1, start()).await.unwrap()[0].id;
    database.run("update outbox set clocks = '\"nonsense\"' where case_ref = 'NB-0000-0000'").await;
    let due = outbox::pending(&mut conn, 10, start()).await.unwrap();
    assert_eq!(due[0], Err(Unreadable { id: broken }));
    assert_eq!(due[1].as_ref().unwrap().case, another_case());
    failed(&mut conn, broken, start()).await.unwrap();
    assert_eq!(pending(&mut conn, 10, start()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_errand_is_done_once() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let id = pending(&mut conn, 1, start()).await.unwrap()[0].id;
    done(&mut conn, id, start()).await.unwrap();
    let again = done(&mut conn, id, start()).await;
    assert!(matches!(again, Err(StoreError::Inconsistent { table: "outbox", .. })));
    let failed = failed(&mut conn, id, start()).await;
    assert!(matches!(failed, Err(StoreError::Inconsistent { table: "outbox", .. })));
}

#[tokio::test]
async fn whoever_listens_hears_of_a_new_errand() {
    let database = Database::new().await;
    let mut listener = PgListener::connect_with(&database).await.unwrap();
    listener.listen(store::OUTBOX_CHANNEL).await.unwrap();
    Post::of(&[some_case(), another_case()]).post(&database).await;
    assert_eq!(listener.recv().await.unwrap().payload(), "");
}
