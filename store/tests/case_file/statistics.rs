//! Counting.

use std::collections::BTreeMap;

use domain::{
    answers::{ApplicationRefusal, ApplicationState, OrderState, Refusal, UndoAnswer},
    desk::{Leg, Owner, Reason},
    facts::{Ending, Fact, Message},
    fees::Cents,
    undo::Undo,
};
use jiff::civil::date;
use store::{
    Statistics,
    cases::{Filter, list},
    statistics,
    statistics::{DeskCount, OutboxCount},
};

use crate::{
    Database, after, another_case, case,
    families::{Post, content, with_cases},
    record, some_case, start,
};

#[tokio::test]
async fn an_empty_case_file_counts_nothing() {
    let database = Database::new().await;
    let counted = statistics(&mut *database.conn().await).await.unwrap();
    assert_eq!(counted, Statistics::default());
}

/// Lives that leave cases in many standings.
fn lives() -> Vec<Vec<Fact>> {
    let registered = |number: &str| Fact::Registered {
        registration_number: number.into(),
        registered_on: date(2026, 11, 23),
    };
    let raised = |leg, reason| Fact::DeskRaised { leg, reason };
    let statement = Fact::StatementAccepted { statement_id: "ST-1".into() };
    let paid = Fact::FeePaid { fee_id: "FE-1".into(), cents: Cents(2500) };
    let order = |state| Fact::OrderMoved { state, on: None };
    let application = |state| Fact::ApplicationMoved { state, on: None };
    vec![
        vec![],
        vec![statement.clone()],
        vec![statement.clone(), Fact::RegistrationAsked],
        vec![statement.clone(), raised(Leg::Birth, Reason::NoticeMissing)],
        vec![Fact::StatementRefused { reason: Refusal::LateRoute }],
        vec![Fact::UndoAnswered { undo: Undo::WithdrawStatement, answer: UndoAnswer::Undone }],
        vec![Fact::Closed { ending: Ending::Withdrawn }],
        vec![registered("1"), Fact::FeeDeclined { generation: 0 }],
        vec![registered("10"), Fact::PaymentAwaited],
        vec![registered("2"), paid.clone(), Fact::Ordered { order_id: "OR-1".into() }],
        vec![registered("3"), paid.clone(), order(OrderState::InProduction)],
        vec![
            registered("4"),
            paid.clone(),
            order(OrderState::Mailed),
            application(ApplicationState::LetterMailed),
            Fact::Closed { ending: Ending::Complete },
        ],
        vec![registered("5"), order(OrderState::Returned), application(ApplicationState::Refused)],
        vec![
            registered("6"),
            paid,
            Fact::UndoAnswered { undo: Undo::RefundFee, answer: UndoAnswer::Undone },
            Fact::ApplicationRefused { reason: ApplicationRefusal::NotEligible },
        ],
        vec![
            registered("7"),
            Fact::Applied { application_id: "AP-1".into() },
            raised(Leg::Certificate, Reason::ProvinceSilent),
            raised(Leg::Sin, Reason::FederalSilent),
        ],
        vec![registered("8"), application(ApplicationState::Adjudication)],
        vec![registered("9"), Fact::LegWithdrawn { leg: Leg::Sin }],
    ]
}

#[tokio::test]
async fn the_counts_are_what_counting_one_by_one_gives() {
    let database = Database::new().await;
    let mut rng = rand::rng();
    let keys: Vec<&'static str> = "a b c d e f g h i j k l m n o p q".split(' ').collect();
    for (life, key) in lives().iter().zip(keys) {
        let case = domain::CaseRef::draw(&mut rng);
        Post { key, ..Post::of(&[case]) }.post(&database).await;
        record(&database, case, life).await;
    }
    let mut wants_nothing = content();
    wants_nothing.services.certificate = None;
    wants_nothing.services.sin = None;
    let cases = [some_case(), another_case(), case("NB-0000-0024")];
    Post { content: wants_nothing, ..Post::of(&cases) }.post(&database).await;

    let mut conn = database.conn().await;
    let counted = statistics(&mut conn).await.unwrap();
    let all = list(&mut conn, Filter { stuck: false, limit: 100, after: None }).await.unwrap();
    assert_eq!(all.len(), lives().len() + 3);
    let facts = || all.iter().map(|summary| &summary.facts);
    assert_eq!(counted.birth, tally(facts().map(|facts| facts.birth())));
    assert_eq!(counted.certificate, tally(facts().map(|facts| facts.certificate())));
    assert_eq!(counted.sin, tally(facts().map(|facts| facts.sin())));
    assert_eq!(counted.fee, tally(facts().map(|facts| facts.fee().state)));
    assert!(counted.birth.len() >= 6 && counted.certificate.len() >= 8 && counted.sin.len() >= 8);
}

fn tally<T: Ord>(all: impl Iterator<Item = T>) -> BTreeMap<T, u64> {
    let mut counts = BTreeMap::new();
    all.for_each(|it| *counts.entry(it).or_default() += 1);
    counts
}

#[tokio::test]
async fn open_tasks_errands_and_messages_are_counted() {
    let database = with_cases(&[some_case(), another_case()]).await;
    let raised = [Fact::DeskRaised { leg: Leg::Birth, reason: Reason::NoticeMissing }];
    record(&database, some_case(), &raised).await;
    record(&database, another_case(), &raised).await;
    let silent = Fact::DeskRaised { leg: Leg::Sin, reason: Reason::FederalSilent };
    record(
        &database,
        some_case(),
        &[silent, Fact::DeskCleared { leg: Leg::Sin, reason: Some(Reason::FederalSilent) }],
    )
    .await;
    let counted = statistics(&mut *database.conn().await).await.unwrap();
    let notices = DeskCount {
        leg: Leg::Birth,
        reason: Reason::NoticeMissing,
        owner: Owner::Officer,
        open: 2,
        first_due: Reason::NoticeMissing.due(after(60)),
    };
    assert_eq!(counted.desk, [notices]);
    assert_eq!(counted.outbox, OutboxCount { waiting: 2, oldest: Some(start()) });
    assert_eq!(counted.messages, BTreeMap::from([(Message::Received, 2)]));
}
