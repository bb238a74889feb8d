//! What staff looked at.

use domain::calendar::day;
use store::{
    StoreError,
    log::Chain,
    reads::{Looked, keep, verify},
};

use crate::{Database, after, another_case, families::with_cases, some_case, start};

const CLAIRE: &str = "Claire Officer";

/// A session with four entries.
async fn with_reads() -> Database {
    let database = with_cases(&[some_case(), another_case()]).await;
    let mut conn = database.conn().await;
    let looked = [
        Looked::Desk,
        Looked::Case(some_case(), None),
        Looked::Case(another_case(), None),
        Looked::Cases,
    ];
    for (seconds, looked) in (0..).zip(looked) {
        keep(&mut conn, CLAIRE, day(start()), looked, after(seconds)).await.unwrap();
    }
    database
}

async fn chain(database: &Database, staff: &str) -> Chain {
    verify(&mut *database.conn().await, staff, day(start())).await.unwrap()
}

#[tokio::test]
async fn each_member_of_staff_has_a_chain_a_day() {
    let database = with_reads().await;
    let mut conn = database.conn().await;
    keep(&mut conn, "Vic Viewer", day(start()), Looked::Desk, after(9)).await.unwrap();
    let tomorrow = day(start()).tomorrow().unwrap();
    keep(&mut conn, CLAIRE, tomorrow, Looked::Desk, after(86_400)).await.unwrap();
    assert_eq!(chain(&database, CLAIRE).await, Chain::Whole { entries: 4 });
    assert_eq!(chain(&database, "Vic Viewer").await, Chain::Whole { entries: 1 });
    let next = verify(&mut conn, CLAIRE, tomorrow).await.unwrap();
    assert_eq!(next, Chain::Whole { entries: 1 });
    assert_eq!(chain(&database, "Nobody").await, Chain::Whole { entries: 0 });
}

#[tokio::test]
async fn looking_at_the_same_moment_makes_one_chain() {
    let database = with_reads().await;
    let looks: Vec<_> = (0..8)
        .map(|_| {
            let pool = (*database).clone();
            tokio::spawn(async move {
                let mut tx = pool.begin().await.unwrap();
                keep(&mut tx, CLAIRE, day(start()), Looked::Desk, after(5)).await.unwrap();
                tx.commit().await.unwrap();
            })
        })
        .collect();
    for look in looks {
        look.await.unwrap();
    }
    assert_eq!(chain(&database, CLAIRE).await, Chain::Whole { entries: 12 });
}

#[tokio::test]
async fn an_altered_or_missing_read_breaks_the_chain_where_it_stands() {
    for (sql, seq) in [
        ("update staff_reads set case_ref = 'NB-0000-0012' where seq = 2", 2),
        ("update staff_reads set what = 'CASES' where seq = 1", 1),
        ("update staff_reads set at = at + interval '1 second' where seq = 3", 3),
        ("update staff_reads set hash = sha256('x') where seq = 4", 4),
        ("delete from staff_reads where seq = 1", 1),
        ("delete from staff_reads where seq = 4", 4),
        ("delete from staff_reads", 1),
        ("update staff_sessions set reads = 3", 4),
        ("update staff_sessions set log_hash = sha256('x')", 4),
    ] {
        let database = with_reads().await;
        database.run("alter table staff_reads disable trigger all").await;
        database.run(sql).await;
        assert_eq!(chain(&database, CLAIRE).await, Chain::Broken { seq }, "{sql}");
    }
}

#[tokio::test]
async fn the_reads_refuse_to_be_rewritten() {
    let database = with_reads().await;
    for sql in
        ["update staff_reads set what = 'DESK'", "delete from staff_reads", "truncate staff_reads"]
    {
        let refused = sqlx::raw_sql(sql).execute(&*database).await.unwrap_err();
        let refused = refused.into_database_error().unwrap();
        assert_eq!(refused.message(), "the log is only ever added to", "{sql}");
    }
}

#[tokio::test]
async fn nobody_looks_at_an_unknown_case() {
    let database = Database::new().await;
    let mut tx = database.begin().await;
    let refused =
        keep(&mut tx, CLAIRE, day(start()), Looked::Case(some_case(), None), start()).await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
}
