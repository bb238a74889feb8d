//! One side is down, and the other goes on. Nothing is undone because of an outage.

use std::time::{Duration, Instant};

use anyhow::Result;
use tests::{Family, stack::Plan};

/// What moves again after an outage moves within this time of its end.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn while_the_federal_side_is_down_births_and_certificates_go_on() -> Result<()> {
    let stack = Plan::default().taking("0.3").start()?;
    stack.misbehave(&["--register", "federal", "--operation", "*", "--mode", "unavailable"])?;
    let family = Family::ordinary("Fedora");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "REGISTERED")?;
    cases[0].until_state("certificate", "MAILED")?;
    assert_ne!(cases[0].show()?["sin"]["state"], "ISSUED");
    stack.calm()?;
    let back = Instant::now();
    cases[0].until_all_three()?;
    assert!(back.elapsed() < SOON, "it took {:?}", back.elapsed());
    Ok(())
}

#[test]
fn while_the_province_is_down_the_sin_of_a_registered_child_goes_on() -> Result<()> {
    let stack = Plan::default().taking("2").start()?;
    let family = Family::ordinary("Provence");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "REGISTERED")?;
    stack.misbehave(&["--register", "province", "--operation", "*", "--mode", "unavailable"])?;
    let other = Family::ordinary("Laterson");
    let others = stack.submit(&other)?;
    cases[0].until_state("sin", "ISSUED")?;
    assert_eq!(others[0].show()?["birth"]["state"], "RECEIVED");
    stack.calm()?;
    let back = Instant::now();
    stack.notice(&other)?;
    cases[0].until_all_three()?;
    others[0].until_state("birth", "REGISTERED")?;
    assert!(back.elapsed() < SOON, "it took {:?}", back.elapsed());
    others[0].until_all_three()?;
    Ok(())
}

#[test]
fn a_slow_register_is_waited_for() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Slowey");
    let slow = [
        "--register",
        "province",
        "--operation",
        "RegisterBirth",
        "--mode",
        "slow",
        "--delay-ms",
        "3000",
    ];
    stack.misbehave(&slow)?;
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_all_three()?;
    Ok(())
}
