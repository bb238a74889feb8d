//! Taking back, and not taking back.

use anyhow::Result;
use serde_json::json;
use tests::{Family, stack::Plan};

#[test]
fn a_statement_that_waits_for_its_notice_is_withdrawn() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Waite");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    cases[0].decide("withdraw", "PARENTS_ASKED", &[])?;
    let case = cases[0].until("withdrawn and closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "WITHDRAWN");
    assert_eq!(case["fee"]["state"], "REFUNDED");
    let ledger = stack.ledger()?;
    assert_eq!(ledger.live("statements", &cases[0].reference), 0);

    // The door is shut on the statement, not on the child: the family may come again.
    let again = Family { key: "test-waite-again".to_owned(), ..family };
    let cases = stack.submit(&again)?;
    stack.notice(&again)?;
    cases[0].until_all_three()?;
    Ok(())
}

#[test]
fn a_withdrawal_while_nobody_answers_is_remembered_by_the_register() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Silencio");
    let down = ["--register", "province", "--operation", "*", "--mode", "unavailable"];
    stack.misbehave(&down)?;
    let cases = stack.submit(&family)?;
    cases[0].decide("withdraw", "PARENTS_ASKED", &[])?;
    stack.calm()?;
    let case = cases[0].until("withdrawn and closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "WITHDRAWN");
    let ledger = stack.ledger()?;
    assert_eq!(ledger.live("statements", &cases[0].reference), 0);
    assert_eq!(ledger.of("registrations", &cases[0].reference).len(), 0);
    Ok(())
}

#[test]
fn once_register_was_asked_a_withdrawal_undoes_nothing() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Pivotal");
    // Nothing of the province is heard from the lost answer on, so that nobody learns what became of REGISTER.
    let province = |operation: &str, mode: &[&str]| {
        let of = ["--register", "province", "--operation", operation, "--mode"];
        stack.misbehave(&[&of[..], mode].concat())
    };
    province("RegisterBirth", &["lose-answer", "--times", "1"])?;
    province("RegisterBirth", &["unavailable", "--seconds", "30"])?;
    province("WatchRegistryEvents", &["unavailable", "--seconds", "30"])?;
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "REGISTERING")?;
    province("*", &["unavailable", "--seconds", "30"])?;
    let (answer, code) = cases[0].decide_ending("withdraw", "PARENTS_ASKED", &[])?;
    assert_eq!(code, 1, "{answer}");
    assert!(answer.to_string().contains("REGISTRATION_UNDER_WAY"), "{answer}");
    cases[0].until_all_three()?;
    let hits = stack.calm()?;
    assert_eq!(hits[0]["hits"], 1, "{hits}");
    let ledger = stack.ledger()?;
    assert_eq!(ledger.live("registrations", &cases[0].reference), 1);
    assert_eq!(ledger.live("statements", &cases[0].reference), 1);
    let timeline = cases[0].show()?["timeline"].to_string();
    assert!(!timeline.contains("undo-answered"), "{timeline}");
    Ok(())
}

#[test]
fn a_definite_no_to_register_reopens_the_way_back() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Nomore");
    let refuse = ["--register", "province", "--operation", "RegisterBirth", "--mode", "refuse"];
    stack.misbehave(
        &[&refuse[..], &["--reason", "NOT_ELIGIBLE", "--match", &family.key]].concat(),
    )?;
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let case = cases[0].until("refused and closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "REFUSED");
    assert_eq!(case["fee"]["state"], "REFUNDED");
    assert_eq!(case["sin"]["state"], "WITHDRAWN");
    Ok(())
}

#[test]
fn a_leg_that_is_withdrawn_touches_neither_the_birth_nor_the_other_leg() -> Result<()> {
    let stack = Plan::default().taking("7200").start()?;
    let family = Family::ordinary("Legget");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("certificate", "ORDERED")?;
    cases[0].until_state("sin", "APPLIED")?;
    cases[0].decide("withdraw", "PARENTS_ASKED", &["--leg", "sin"])?;
    let case = cases[0].until_state("sin", "WITHDRAWN")?;
    assert_eq!(case["birth"]["state"], "REGISTERED");
    assert_eq!(case["certificate"]["state"], "ORDERED");
    assert_eq!(case["fee"]["state"], "UNEARNED");
    let (answer, code) = cases[0].decide_ending("withdraw", "PARENTS_ASKED", &[])?;
    assert_eq!(code, 1);
    assert!(answer.to_string().contains("ALREADY_REGISTERED"), "{answer}");
    Ok(())
}

#[test]
fn two_officers_at_once_one_wins_and_the_other_is_told_what_changed() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Twoman").with("/children/0/sex", json!("MALE"));
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let case = cases[0].until_on_desk("NOTICE_DIFFERS")?;
    let seen = case["revision"].to_string();
    let withdraw = |name: &str| {
        stack.newborn_ending(&[
            "case",
            "decide",
            &cases[0].reference,
            "--action",
            "withdraw",
            "--reason",
            "PARENTS_ASKED",
            "--seen",
            &seen,
            "--as",
            name,
        ])
    };
    let (one, other) = std::thread::scope(|both| {
        let one = both.spawn(|| withdraw("alex"));
        let other = both.spawn(|| withdraw("sam"));
        (one.join().expect("no panic"), other.join().expect("no panic"))
    });
    let ended = [one?, other?];
    assert_eq!(ended.iter().filter(|ended| ended.1 == 0).count(), 1, "{ended:?}");
    let case = cases[0].until("withdrawn and closed", |case| case["closed"] == true)?;
    assert_eq!(case["timeline"].to_string().matches("decision-asked").count(), 1);
    Ok(())
}
