//! The log and its chain of hashes.

use domain::{facts::Fact, people::Actor};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use store::{
    StoreError, cases,
    log::{self, Chain, Entry},
};

use crate::{
    Database, after, another_case,
    families::{RECEIVED, with_a_case, with_cases},
    record, some_case, start,
};

/// A case with six entries in its log.
async fn with_a_log() -> Database {
    let database = with_cases(&[some_case(), another_case()]).await;
    let corrected = Fact::ContactCorrected { version: 2 };
    record(&database, some_case(), &[Fact::NoticeAwaited, Fact::RegistrationAsked]).await;
    let mut conn = database.conn().await;
    let by = Some("D. Laframboise");
    let facts = [corrected];
    cases::record(&mut conn, some_case(), Actor::Staff, by, &facts, after(90)).await.unwrap();
    database
}

async fn chain(database: &Database) -> Chain {
    log::verify(&mut *database.conn().await, some_case()).await.unwrap()
}

/// Does to the log what nobody may: without the trigger, as the owner of the table could.
async fn tamper(database: &Database, sql: &'static str) {
    database.run("alter table case_log disable trigger all").await;
    database.run(sql).await;
    database.run("alter table case_log enable trigger all").await;
}

#[tokio::test]
async fn the_timeline_tells_who_did_what_and_when() {
    let database = with_a_log().await;
    let entry = |seq, at: Timestamp, actor, by: Option<&str>, fact| Entry {
        seq,
        at,
        actor,
        by: by.map(str::to_owned),
        fact,
    };
    let log = log::timeline(&mut *database.conn().await, some_case()).await.unwrap();
    let corrected = Fact::ContactCorrected { version: 2 };
    assert_eq!(
        log[RECEIVED.len()..],
        [
            entry(4, after(60), Actor::Engine, None, Fact::NoticeAwaited),
            entry(5, after(60), Actor::Engine, None, Fact::RegistrationAsked),
            entry(6, after(90), Actor::Staff, Some("D. Laframboise"), corrected),
        ]
    );
    assert_eq!(chain(&database).await, Chain::Whole { entries: 6 });
}

#[tokio::test]
async fn an_altered_entry_breaks_the_chain_where_it_stands() {
    for (sql, seq) in [
        ("update case_log set fact = '{\"fact\":\"several-notices\"}' where seq = 4", 4),
        ("update case_log set at = at + interval '1 microsecond' where seq = 5", 5),
        ("update case_log set actor = 'PROVINCE' where seq = 5", 5),
        ("update case_log set staff = 'Somebody Else' where seq = 6", 6),
        ("update case_log set staff = null where seq = 6", 6),
        ("update case_log set sealed = '' where seq = 1", 1),
        ("update case_log set hash = sha256('x') where seq = 6", 6),
        ("update case_log set prev_hash = sha256('x') where seq = 1", 1),
    ] {
        let database = with_a_log().await;
        tamper(&database, sql).await;
        assert_eq!(chain(&database).await, Chain::Broken { seq }, "{sql}");
    }
}

#[tokio::test]
async fn a_missing_or_foreign_entry_breaks_the_chain() {
    for (sql, seq) in [
        ("delete from case_log where seq = 1", 1),
        ("delete from case_log where seq = 5", 5),
        ("delete from case_log where seq = 6", 6),
        ("delete from case_log", 1),
        ("update cases set log_hash = sha256('x')", 6),
        ("update cases set revision = 5", 5),
        (
            "update cases
            set revision = 5, log_hash = (
                select hash from case_log where case_ref = 'NB-0000-0000' and seq = 5
            )",
            6,
        ),
        ("update cases set revision = 8", 7),
        (
            "delete from case_log where case_ref = 'NB-0000-0000' and seq = 1;
            update case_log set case_ref = 'NB-0000-0000'
            where case_ref = 'NB-0000-0012' and seq = 1",
            1,
        ),
    ] {
        let database = with_a_log().await;
        tamper(&database, sql).await;
        assert_eq!(chain(&database).await, Chain::Broken { seq }, "{sql}");
    }
}

#[tokio::test]
async fn the_log_refuses_to_be_rewritten() {
    let database = with_a_case().await;
    for sql in [
        "update case_log set staff = null",
        "delete from case_log",
        "truncate case_log",
        "truncate case_log cascade",
    ] {
        let refused = sqlx::raw_sql(sql).execute(&*database).await.unwrap_err();
        let refused = refused.into_database_error().unwrap();
        assert_eq!(refused.message(), "the log is only ever added to", "{sql}");
    }
}

#[tokio::test]
async fn only_staff_are_named_in_the_log() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let by = Some("Marguerite");
    let facts = [Fact::NoticeAwaited];
    let refused = cases::record(&mut conn, some_case(), Actor::Parents, by, &facts, after(1)).await;
    let Err(StoreError::Database(error)) = refused else { panic!("a parent was named") };
    let database_error = error.into_database_error().unwrap();
    assert_eq!(database_error.constraint(), Some("only_staff_have_names"));
}

#[tokio::test]
async fn an_unknown_case_has_no_log_and_no_chain() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    assert!(log::timeline(&mut conn, some_case()).await.unwrap().is_empty());
    assert!(matches!(log::verify(&mut conn, some_case()).await, Err(StoreError::NoCase)));
}

#[tokio::test]
async fn an_entry_nobody_can_read_is_said_to_make_no_sense() {
    let database = with_a_case().await;
    tamper(&database, "update case_log set fact = '{\"fact\":\"from-the-future\"}'").await;
    let read = log::timeline(&mut *database.conn().await, some_case()).await;
    assert!(matches!(read, Err(StoreError::Inconsistent { table: "case_log", .. })));
}

#[tokio::test]
async fn a_case_that_makes_no_sense_is_not_read() {
    let database = with_a_case().await;
    sqlx::query("update cases set certificate_wanted = 'GOLDEN', received_at = $1")
        .bind(start().to_sqlx())
        .execute(&*database)
        .await
        .unwrap();
    let read = cases::facts(&mut *database.conn().await, some_case()).await;
    assert!(matches!(read, Err(StoreError::Inconsistent { table: "cases", .. })));
}
