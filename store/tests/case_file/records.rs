//! Recording what happens to a case.

use domain::{
    answers::{
        ApplicationRefusal, ApplicationState, NoticeField, OrderRefusal, OrderState, Refusal,
        UndoAnswer,
    },
    decision::{Action, Grounds, NotAllowed},
    desk::{Leg, Reason},
    facts::{Change, Ending, Fact, Facts},
    fees::{Cents, Product},
    people::Actor,
    undo::Undo,
};
use jiff::{SignedDuration, civil::date};
use sqlx::postgres::PgListener;
use store::{
    StoreError,
    cases::{self, Seen, record_if_unchanged},
    log::{self, Chain},
};

use crate::{
    Database, after, another_case,
    families::{with_a_case, with_cases},
    record, some_case, start, try_record,
};

fn registered() -> Fact {
    let registration_number = "2026-05-000001".into();
    Fact::Registered { registration_number, registered_on: date(2026, 11, 23) }
}

fn on_the_desk(leg: Leg, reason: Reason) -> Fact {
    Fact::DeskRaised { leg, reason }
}

async fn facts_now(database: &Database) -> (Facts, i64) {
    let row = cases::facts(&mut database.conn().await, some_case()).await.unwrap().unwrap();
    (row.facts, row.revision)
}

#[tokio::test]
async fn a_fact_recorded_twice_is_logged_once() {
    let database = with_a_case().await;
    let accepted = Fact::StatementAccepted { statement_id: "ST-1".into() };
    assert_eq!(record(&database, some_case(), &[accepted.clone()]).await, [Change::New]);
    let again = [accepted, Fact::NoticeAwaited];
    assert_eq!(record(&database, some_case(), &again).await, [Change::Known, Change::New]);
    assert_eq!(facts_now(&database).await.1, 3);
    let log = log::timeline(&mut database.conn().await, some_case()).await.unwrap();
    assert_eq!(log.len(), 3);
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

/// Lives that together fill every column and meet every kind of fact.
fn lives() -> [Vec<Fact>; 3] {
    let day = Some(date(2026, 11, 30));
    let complete = vec![
        Fact::StatementRefused { reason: Refusal::MissingData },
        Fact::StatementAccepted { statement_id: "ST-1".into() },
        Fact::NoticeAwaited,
        Fact::SeveralNotices,
        Fact::NoticeDiffers { fields: vec![NoticeField::Sex, NoticeField::Plurality] },
        on_the_desk(Leg::Birth, Reason::NoticeDiffers),
        Fact::DecisionRefused {
            action: Action::Withdraw,
            leg: Leg::Birth,
            why: NotAllowed::RoleMayNotDecide,
        },
        Fact::DecisionAsked {
            action: Action::RetryNow,
            leg: Leg::Birth,
            grounds: Grounds::NoticeAmended,
        },
        Fact::DecisionUnanswered { action: Action::RetryNow, leg: Leg::Birth },
        Fact::DeskCleared { leg: Leg::Birth },
        Fact::NoticeFound { notice_id: "NO-1".into() },
        Fact::NoticeBound { notice_id: "NO-1".into() },
        Fact::RegistrationAsked,
        registered(),
        Fact::FeePaid { fee_id: "FE-1".into(), cents: Cents(2500) },
        Fact::OrderRefused { reason: OrderRefusal::PaymentNotConfirmed },
        Fact::Ordered { order_id: "OR-1".into() },
        Fact::OrderMoved { state: OrderState::InProduction, on: None },
        Fact::OrderMoved { state: OrderState::Printed, on: None },
        Fact::OrderMoved { state: OrderState::Mailed, on: day },
        Fact::OrderMoved { state: OrderState::Returned, on: None },
        Fact::ApplicationAsked,
        Fact::Applied { application_id: "AP-1".into() },
        Fact::ApplicationMoved { state: ApplicationState::Adjudication, on: None },
        Fact::ApplicationMoved { state: ApplicationState::Issued, on: None },
        Fact::ApplicationMoved { state: ApplicationState::LetterMailed, on: day },
        Fact::ContactCorrected { version: 2 },
        on_the_desk(Leg::Certificate, Reason::CertificateReturned),
        on_the_desk(Leg::Sin, Reason::FederalSilent),
        Fact::Closed { ending: Ending::Complete },
    ];
    let withdrawn = vec![
        Fact::StatementAccepted { statement_id: "ST-1".into() },
        Fact::NoticeBound { notice_id: "NO-1".into() },
        Fact::RegistrationAsked,
        Fact::RegistrationRefused { reason: Refusal::NotMatched },
        Fact::UndoAnswered { undo: Undo::UnbindNotice, answer: UndoAnswer::Undone },
        Fact::UndoAnswered { undo: Undo::WithdrawStatement, answer: UndoAnswer::NothingToUndo },
        Fact::Closed { ending: Ending::Withdrawn },
    ];
    let taken_back = vec![
        registered(),
        Fact::FeeDeclined { generation: 0 },
        Fact::PaymentOffered { generation: 1 },
        Fact::FeeDeclined { generation: 1 },
        Fact::FeePaid { fee_id: "FE-1".into(), cents: Cents(3500) },
        Fact::OrderMoved { state: OrderState::InProduction, on: None },
        Fact::UndoAnswered { undo: Undo::CancelOrder, answer: UndoAnswer::TooLate },
        Fact::UndoAnswered { undo: Undo::RefundFee, answer: UndoAnswer::Undone },
        Fact::LegWithdrawn { leg: Leg::Certificate },
        Fact::ApplicationRefused { reason: ApplicationRefusal::AlreadyAssigned },
        Fact::ApplicationMoved { state: ApplicationState::Refused, on: None },
        Fact::LegWithdrawn { leg: Leg::Sin },
    ];
    [complete, withdrawn, taken_back]
}

#[tokio::test]
async fn every_fact_is_read_back_as_it_was_added() {
    for life in lives() {
        let database = with_a_case().await;
        let mut expected = Facts::received(start(), Some(Product::WithParents), true);
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
        let log = log::timeline(&mut database.conn().await, some_case()).await.unwrap();
        let logged: Vec<Fact> = log.into_iter().skip(1).map(|entry| entry.fact).collect();
        assert_eq!(logged, life);
    }
}

#[tokio::test]
async fn a_whole_life_in_one_record_is_the_same_life() {
    for life in lives() {
        let database = with_a_case().await;
        let mut expected = Facts::received(start(), Some(Product::WithParents), true);
        life.iter().for_each(|fact| {
            expected.add(fact, after(60));
        });
        record(&database, some_case(), &life).await;
        let (facts, revision) = facts_now(&database).await;
        assert_eq!(facts, expected);
        assert_eq!(revision, i64::try_from(life.len()).unwrap() + 1);
        let chain = log::verify(&mut database.conn().await, some_case()).await.unwrap();
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
    assert_eq!(chain, Chain::Whole { entries: 2 });
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
    let (case, seen, actor, by, facts, at) = decide(1);
    let stale = record_if_unchanged(&mut conn, case, seen, actor, by, facts, at).await.unwrap();
    assert_eq!(stale, Seen::Stale { revision: 2 });
    assert_eq!(facts_now(&database).await.1, 2);
    let (case, seen, actor, by, facts, at) = decide(2);
    let recorded = record_if_unchanged(&mut conn, case, seen, actor, by, facts, at).await.unwrap();
    assert_eq!(recorded, Seen::Recorded(vec![Change::New]));
    let last = log::timeline(&mut conn, some_case()).await.unwrap().pop().unwrap();
    assert_eq!((last.seq, last.actor, last.by.as_deref()), (3, Actor::Staff, by));
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
    let chain = log::verify(&mut database.conn().await, some_case()).await.unwrap();
    assert_eq!(chain, Chain::Whole { entries: 1 + 8 + 1 });
}

#[tokio::test]
async fn a_task_raised_while_a_record_waited_is_seen_by_it() {
    let database = with_a_case().await;
    record(&database, some_case(), &[on_the_desk(Leg::Sin, Reason::FederalSilent)]).await;
    let mut tx = database.begin().await;
    let facts = [on_the_desk(Leg::Birth, Reason::NoticeMissing)];
    cases::record(&mut tx, some_case(), Actor::Engine, None, &facts, after(61)).await.unwrap();
    let cleared = [Fact::DeskCleared { leg: Leg::Birth }];
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
    assert_eq!((facts.desk.len(), revision), (0, 1));
}

#[tokio::test]
async fn whoever_listens_hears_of_every_record() {
    let database = with_a_case().await;
    let mut listener = PgListener::connect_with(&database).await.unwrap();
    listener.listen(store::CASE_CHANNEL).await.unwrap();
    record(&database, some_case(), &[Fact::NoticeAwaited]).await;
    assert_eq!(listener.recv().await.unwrap().payload(), some_case().to_string());
}
