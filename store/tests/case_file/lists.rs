//! Lists of cases.

use domain::{
    CaseRef,
    desk::{Leg, Reason},
    facts::Fact,
};
use store::cases::{CaseSummary, Filter, count_stuck, list};

use crate::{
    Database, after, another_case, case,
    families::{Post, REVISION},
    record, some_case,
};

/// Three cases, received one after the other.
async fn three() -> (Database, [CaseRef; 3]) {
    let database = Database::new().await;
    let cases = [another_case(), case("NB-0000-0024"), some_case()];
    for ((at, key), case) in (1..).zip(["one", "two", "three"]).zip(cases) {
        Post { key, at: after(at), ..Post::of(&[case]) }.post(&database).await;
    }
    (database, cases)
}

async fn refs(database: &Database, filter: Filter) -> Vec<CaseRef> {
    let list = list(&mut *database.conn().await, filter).await.unwrap();
    list.iter().map(|summary| summary.case).collect()
}

#[tokio::test]
async fn the_oldest_cases_come_first_page_after_page() {
    let (database, cases) = three().await;
    let page = |after| Filter { stuck: false, limit: 2, after };
    assert_eq!(refs(&database, page(None)).await, cases[..2]);
    assert_eq!(refs(&database, page(Some(cases[1]))).await, cases[2..]);
    assert!(refs(&database, page(Some(cases[2]))).await.is_empty());
}

#[tokio::test]
async fn the_desk_lists_only_what_is_stuck() {
    let (database, cases) = three().await;
    let stuck = Filter { stuck: true, limit: 10, after: None };
    assert!(refs(&database, stuck).await.is_empty());
    let raised = |leg| Fact::DeskRaised { leg, reason: Reason::FederalSilent };
    record(&database, cases[0], &[raised(Leg::Sin)]).await;
    record(&database, cases[2], &[raised(Leg::Birth), raised(Leg::Sin)]).await;
    assert_eq!(refs(&database, stuck).await, [cases[0], cases[2]]);
    assert_eq!(count_stuck(&mut *database.conn().await).await.unwrap(), 2);
    assert_eq!(refs(&database, Filter { after: Some(cases[0]), ..stuck }).await, [cases[2]]);
    record(
        &database,
        cases[2],
        &[Fact::DeskCleared { leg: Leg::Sin, reason: Some(Reason::FederalSilent) }],
    )
    .await;
    assert_eq!(refs(&database, stuck).await, [cases[0], cases[2]]);
    record(
        &database,
        cases[2],
        &[Fact::DeskCleared { leg: Leg::Birth, reason: Some(Reason::FederalSilent) }],
    )
    .await;
    assert_eq!(refs(&database, stuck).await, [cases[0]]);
}

#[tokio::test]
async fn a_line_of_the_list_has_the_facts_of_its_case() {
    let (database, cases) = three().await;
    let raised = Fact::DeskRaised { leg: Leg::Sin, reason: Reason::FederalSilent };
    record(&database, cases[0], &[Fact::RegistrationAsked, raised]).await;
    let mut conn = database.conn().await;
    let row = store::cases::facts(&mut conn, cases[0]).await.unwrap().unwrap();
    let first = list(&mut conn, Filter { stuck: true, limit: 1, after: None }).await.unwrap();
    let expected = CaseSummary { case: cases[0], facts: row.facts, revision: REVISION + 2 };
    assert_eq!(first, [expected]);
}
