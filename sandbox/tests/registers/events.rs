//! The streams of events.

use std::collections::BTreeSet;

use proto::registry::v1::watch_registry_events_response::Item;
use tonic::Code;

use crate::{
    calls::{application, fault, paid, try_apply, try_watch, try_watch_applications},
    harness::{INSTANT, Sandbox, next_event, within},
};

#[tokio::test]
async fn the_sequence_has_no_gaps_however_many_write_at_once() {
    let sandbox = Sandbox::start(INSTANT).await;
    let mut events = try_watch(&sandbox, 0).await.unwrap();
    let payments = (1..=30).map(|case| {
        let sandbox = &sandbox;
        async move { paid(sandbox, &format!("NB-{case}/fee/1")).await }
    });
    futures::future::join_all(payments).await;
    let mut cases = BTreeSet::new();
    for sequence in 1..=30 {
        let event = next_event(&mut events).await;
        assert_eq!(event.sequence, sequence);
        cases.insert(event.case_ref);
    }
    assert_eq!(cases.len(), 30);
}

#[tokio::test]
async fn a_stream_is_resumed_where_it_was_left_even_after_a_restart() {
    let sandbox = Sandbox::start(INSTANT).await;
    for case in 1..=5 {
        paid(&sandbox, &format!("NB-{case}/fee/1")).await;
    }
    let mut first = try_watch(&sandbox, 0).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(next_event(&mut first).await);
    }
    drop(first);
    let sandbox = sandbox.restart(INSTANT).await;
    let mut second = try_watch(&sandbox, 3).await.unwrap();
    for sequence in 4..=5 {
        seen.push(next_event(&mut second).await);
        assert_eq!(seen.last().unwrap().sequence, sequence);
    }
    let mut again = try_watch(&sandbox, 0).await.unwrap();
    for event in seen {
        assert_eq!(next_event(&mut again).await, event);
    }
}

#[tokio::test]
async fn a_cursor_ahead_of_the_register_is_a_fault() {
    let sandbox = Sandbox::start(INSTANT).await;
    paid(&sandbox, "NB-1/fee/1").await;
    assert!(try_watch(&sandbox, 1).await.is_ok());
    let status = try_watch(&sandbox, 2).await.unwrap_err();
    assert_eq!(fault(&status), (Code::OutOfRange, "CURSOR_AHEAD".into()));
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_alive() {
    let sandbox = Sandbox::start(INSTANT).await;
    paid(&sandbox, "NB-1/fee/1").await;
    let mut events = try_watch(&sandbox, 1).await.unwrap();
    match within(events.message()).await.unwrap().unwrap().item.unwrap() {
        Item::KeepAlive(alive) => assert_eq!(alive.latest_sequence, 1),
        Item::Event(event) => panic!("{event:?}"),
    }
}

#[tokio::test]
async fn the_federal_side_has_a_sequence_of_its_own() {
    let sandbox = Sandbox::start(INSTANT).await;
    paid(&sandbox, "NB-1/fee/1").await;
    let mut events = try_watch_applications(&sandbox, 0).await.unwrap();
    try_apply(&sandbox, application("NB-1/sin/1", "2026-35-0000001")).await.unwrap();
    let event = next_event(&mut events).await;
    assert_eq!((event.sequence, event.case_ref.as_str()), (1, "NB-1"));
}
