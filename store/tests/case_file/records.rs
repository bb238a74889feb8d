//! Recording what happens to a case.

use domain::{
    answers::OrderState,
    decision::{Action, Grounds},
    desk::{Leg, Reason},
    facts::{Change, Fact, Facts},
    fees::Cents,
    people::Actor,
};
use jiff::SignedDuration;
use store::{
    StoreError,
    cases::{self, Seen, record_if_unchanged},
    log::{self, Chain},
};

use crate::{
    Database, after, another_case,
    families::{RECEIVED, REVISION, received, with_a_case, with_cases},
    lives::{lives, on_the_desk, registered},
    record, some_case, start, try_record,
};

async fn facts_now(database: &Database) -> (Facts, i64) {
    let row = cases::facts(&mut *database.conn().await, some_case()).await.unwrap().unwrap();
    (row.facts, row.revision)
}

#[tokio::test]
async fn a_fact_recorded_twice_is_logged_once() {
    let database = with_a_case().await;
    let accepted = Fact::StatementAccepted { statement_id: "ST-1".into() };
    let facts = [accepted, Fact::NoticeAwaited];
    assert_eq!(record(&database, some_case(), &facts[..1]).await, [Change::New]);
    assert_eq!(record(&database, some_case(), &facts).await, [Change::Known, Change::New]);
    assert_eq!(facts_now(&database).await.1, REVISION + 2);
    let log = log::timeline(&mut *database.conn().await, some_case()).await.unwrap();
    assert_eq!(log.len(), RECEIVED.len() + 2);
}

#[tokio::test]
async fn nothing_new_leaves_the_case_as_it_was() {
    let database = with_a_case().await;
    let before = facts_now(&database).await;
    assert!(record(&database, some_case(), &[]).await.is_empty());
    let accepted = Fact::OrderMoved { state: OrderState::Accepted, on: None };
    assert_eq!(record(&database, some_case(), &[accepted]).await, [Change::Known]);
    assert_eq!(facts_now(&database).await, before);
}

#[tokio::test]
async fn every_fact_is_read_back_as_it_was_added() {
    for life in lives() {
        let database = with_a_case().await;
        let mut expected = received();
        for (second, fact) in (1..).zip(&life) {
            let mut tx = database.begin().await;
            let facts = std::slice::from_ref(fact);
            let changes =
                cases::record(&mut tx, some_case(), Actor::Engine, None, facts, after(second));
            let changes = changes.await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(changes, [expected.add(fact, after(second))], "{fact:?}");
            assert_eq!(facts_now(&database).await.0, expected, "{fact:?}");
        }
        let log = log::timeline(&mut *database.conn().await, some_case()).await.unwrap();
        let logged: Vec<Fact> =
            log.into_iter().skip(RECEIVED.len()).map(|entry| entry.fact).collect();
        assert_eq!(logged, life);
    }
}

#[tokio::test]
async fn a_whole_life_in_one_record_is_the_same_life() {
    for life in lives() {
        let database = with_a_case().await;
        let mut expected = received();
        life.iter().for_each(|fact| {
            expected.add(fact, after(60));
        });
        record(&database, some_case(), &life).await;
        let (facts, revision) = facts_now(&database).await;
        assert_eq!(facts, expected);
        assert_eq!(revision, i64::try_from(life.len()).unwrap() + REVISION);
        let chain = log::verify(&mut *database.conn().await, some_case()).await.unwrap();
        assert_eq!(chain, Chain::Whole { entries: revision });
    }
}

#[tokio::test]
async fn what_changes_without_news_is_kept_too() {
    let database = with_a_case().await;
    let production = Fact::OrderMoved { state: OrderState::InProduction, on: None };
    let paid = Fact::FeePaid { fee_id: "FE-1".into(), cents: Cents(2500) };
    record(&database, some_case(), &[production.clone(), paid]).await;
    let (_, revision) = facts_now(&database).await;
    assert_eq!(record(&database, some_case(), &[production]).await, [Change::Known]);
    let (facts, unchanged) = facts_now(&database).await;
    assert!(facts.fee_earned.is_some());
    assert_eq!(unchanged, revision);
}

#[tokio::test]
async fn times_are_kept_to_the_microsecond() {
    let database = with_a_case().await;
    let fine = after(1) + SignedDuration::from_nanos(1_999);
    let mut conn = database.conn().await;
    let facts = [Fact::RegistrationAsked];
    cases::record(&mut conn, some_case(), Actor::Engine, None, &facts, fine).await.unwrap();
    let kept = facts_now(&database).await.0.registration_asked.unwrap();
    assert_eq!(kept, after(1) + SignedDuration::from_micros(1));
    let chain = log::verify(&mut conn, some_case()).await.unwrap();
    assert_eq!(chain, Chain::Whole { entries: REVISION + 1 });
}

#[tokio::test]
async fn an_unknown_case_has_no_facts_and_takes_none() {
    let database = with_a_case().await;
    let refused = try_record(&database, another_case(), &[Fact::NoticeAwaited]).await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
    let mut conn = database.conn().await;
    assert!(cases::facts(&mut conn, another_case()).await.unwrap().is_none());
    let seen = record_if_unchanged(&mut conn, another_case(), 1, Actor::Staff, None, &[], start());
    assert_eq!(seen.await.unwrap(), Seen::NoCase);
}

#[tokio::test]
async fn a_decision_counts_only_for_what_its_author_saw() {
    let database = with_a_case().await;
    record(&database, some_case(), &[Fact::NoticeAwaited]).await;
    let asked = [Fact::DecisionAsked {
        action: Action::Withdraw,
        leg: Leg::Birth,
        grounds: Grounds::ParentsAsked,
    }];
    let mut conn = database.conn().await;
    let by = Some("D. Laframboise");
    let decide = |seen| (some_case(), seen, Actor::Staff, by, &asked, after(90));
    let (case, seen, actor, by, facts, at) = decide(REVISION);
    let stale = record_if_unchanged(&mut conn, case, seen, actor, by, facts, at).await.unwrap();
    assert_eq!(stale, Seen::Stale { revision: REVISION + 1 });
    assert_eq!(facts_now(&database).await.1, REVISION + 1);
    let (case, seen, actor, by, facts, at) = decide(REVISION + 1);
    let recorded = record_if_unchanged(&mut conn, case, seen, actor, by, facts, at).await.unwrap();
    assert_eq!(recorded, Seen::Recorded(vec![Change::New]));
    let last = log::timeline(&mut conn, some_case()).await.unwrap().pop().unwrap();
    assert_eq!((last.seq, last.actor, last.by.as_deref()), (REVISION + 2, Actor::Staff, by));
    assert_eq!(last.fact, asked[0]);
}

#[tokio::test]
async fn records_at_the_same_moment_follow_each_other() {
    let database = with_a_case().await;
    let records = (0..8).map(|nth| {
        let pool = (*database).clone();
        tokio::spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let facts = [Fact::ContactCorrected { version: nth }, Fact::RegistrationAsked];
            let changes =
                cases::record(&mut tx, some_case(), Actor::Engine, None, &facts, after(60));
            let changes = changes.await.unwrap();
            tx.commit().await.unwrap();
            changes[1]
        })
    });
    let mut firsts = 0;
    for record in records.collect::<Vec<_>>() {
        firsts += u32::from(record.await.unwrap() == Change::New);
    }
    assert_eq!(firsts, 1);
    let chain = log::verify(&mut *database.conn().await, some_case()).await.unwrap();
    assert_eq!(chain, Chain::Whole { entries: REVISION + 8 + 1 });
}

#[tokio::test]
async fn a_task_raised_while_a_record_waited_is_seen_by_it() {
    let database = with_a_case().await;
    record(&database, some_case(), &[on_the_desk(Leg::Sin, Reason::FederalSilent)]).await;
    let mut tx = database.begin().await;
    let facts = [on_the_desk(Leg::Birth, Reason::NoticeMissing)];
    cases::record(&mut tx, some_case(), Actor::Engine, None, &facts, after(61)).await.unwrap();
    let cleared = [Fact::DeskCleared { leg: Leg::Birth, reason: Some(Reason::NoticeMissing) }];
    let clear = record(&database, some_case(), &cleared);
    let commit = async {
        database.blocked(1).await;
        tx.commit().await.unwrap();
    };
    let (changes, ()) = tokio::join!(clear, commit);
    assert_eq!(changes, [Change::New]);
    let desk = facts_now(&database).await.0.desk;
    assert_eq!(desk.iter().map(|task| task.leg).collect::<Vec<_>>(), [Leg::Sin]);
}

#[tokio::test]
async fn another_reason_takes_the_place_of_a_task_and_the_old_one_stays_on_record() {
    let database = with_a_case().await;
    record(&database, some_case(), &[on_the_desk(Leg::Birth, Reason::NoticeMissing)]).await;
    record(&database, some_case(), &[on_the_desk(Leg::Birth, Reason::NoticeDiffers)]).await;
    let desk = facts_now(&database).await.0.desk;
    assert_eq!(desk.iter().map(|task| task.reason).collect::<Vec<_>>(), [Reason::NoticeDiffers]);
    let tasks: Vec<(String, bool)> =
        sqlx::query_as("select reason, cleared_at is null from desk_tasks order by id")
            .fetch_all(&*database)
            .await
            .unwrap();
    assert_eq!(tasks, [("NOTICE_MISSING".into(), false), ("NOTICE_DIFFERS".into(), true)]);
}

#[tokio::test]
async fn a_registration_number_belongs_to_one_case() {
    let database = with_cases(&[some_case(), another_case()]).await;
    record(&database, some_case(), &[registered()]).await;
    let refused = try_record(&database, another_case(), &[registered()]).await;
    assert!(matches!(refused, Err(StoreError::Inconsistent { table: "cases", .. })));
}

#[tokio::test]
async fn a_record_that_is_rolled_back_never_was() {
    let database = with_a_case().await;
    let mut tx = database.begin().await;
    let facts = [Fact::NoticeAwaited, on_the_desk(Leg::Birth, Reason::NoticeMissing)];
    cases::record(&mut tx, some_case(), Actor::Engine, None, &facts, after(1)).await.unwrap();
    tx.rollback().await.unwrap();
    let (facts, revision) = facts_now(&database).await;
    assert_eq!((facts.desk.len(), revision), (0, REVISION));
}

#[tokio::test]
async fn a_settled_task_takes_no_newer_one_off_the_desk() {
    let database = with_a_case().await;
    record(&database, some_case(), &[on_the_desk(Leg::Sin, Reason::FederalSilent)]).await;
    record(&database, some_case(), &[on_the_desk(Leg::Sin, Reason::SinDataRejected)]).await;
    let cleared = |reason| [Fact::DeskCleared { leg: Leg::Sin, reason: Some(reason) }];
    let late = record(&database, some_case(), &cleared(Reason::FederalSilent)).await;
    assert_eq!(late, [Change::Known]);
    let now = record(&database, some_case(), &cleared(Reason::SinDataRejected)).await;
    assert_eq!(now, [Change::New]);
    let older = r#"{"fact":"desk-cleared","leg":"sin"}"#;
    let read: Fact = serde_json::from_str(older).unwrap();
    assert_eq!(read, Fact::DeskCleared { leg: Leg::Sin, reason: None });
}
