//! A case that waits long continues as new, and forgets nothing.

use anyhow::Result;
use serde_json::json;
use tests::{Family, stack::Plan};

#[test]
fn a_case_that_waits_for_its_notice_continues_as_new() -> Result<()> {
    let clocks = json!({"first_look_ms": 150, "longest_look_ms": 150, "history_events": 20});
    let stack = Plan::default().taking("0.3").clocks(&clocks).start()?;
    let family = Family::ordinary("Patience");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    cases[0].until_continued_as_new()?;
    stack.notice(&family)?;
    cases[0].until_all_three()?;
    let ledger = stack.ledger()?;
    assert_eq!(ledger.of("statements", &cases[0].reference).len(), 1);
    assert_eq!(ledger.of("fees", &cases[0].reference).len(), 1);
    Ok(())
}

#[test]
fn a_birth_that_stands_is_not_asked_for_again_when_its_case_continues_as_new() -> Result<()> {
    let clocks = json!({"first_look_ms": 150, "longest_look_ms": 150, "history_events": 20});
    let stack = Plan::default().taking("7200").clocks(&clocks).start()?;
    let family = Family::ordinary("Standing");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("certificate", "ORDERED")?;
    cases[0].until_state("sin", "APPLIED")?;
    let down = ["--register", "province", "--operation", "RegisterBirth", "--mode", "unavailable"];
    stack.misbehave(&down)?;
    cases[0].until_continued_as_new()?;
    // The new run is past REGISTER when it takes back a leg.
    cases[0].decide("withdraw", "PARENTS_ASKED", &["--leg", "sin"])?;
    cases[0].until_state("sin", "WITHDRAWN")?;
    assert_eq!(stack.calm()?[0]["hits"], 0);
    let (answer, _) = cases[0].decide_ending("withdraw", "PARENTS_ASKED", &[])?;
    assert!(answer.to_string().contains("ALREADY_REGISTERED"), "{answer}");
    Ok(())
}
