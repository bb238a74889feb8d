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
    // Each parent is.
    let told = "newborn_messages{message=\"SIN_WITHDRAWN\"} 2";
    tests::eventually("the parents are told", || Ok(stack.all_metrics()?.contains(told)))?;
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

#[test]
fn what_a_register_does_not_take_back_waits_for_a_person_who_has_it_asked_again() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Undoable");
    let refuse = |operation: &str, reason: &[&str]| {
        let of = ["--register", "province", "--operation", operation, "--mode", "refuse"];
        stack.misbehave(&[&of[..], reason].concat())
    };
    refuse("RegisterBirth", &["--reason", "NOT_ELIGIBLE"])?;
    refuse("WithdrawStatement", &[])?;
    refuse("RefundFee", &[])?;
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let retry = |leg: &str| -> Result<()> {
        cases[0].until(&format!("a task of the {leg}"), |case| {
            let tasks = case["tasks"].as_array().into_iter().flatten();
            let mut tasks = tasks.filter(|task| task["leg"] == leg);
            tasks.any(|task| task["reason"] == "UNDO_TOO_LATE")
        })?;
        cases[0].decide("retry-now", "REGISTER_ANSWERS_AGAIN", &["--leg", leg])?;
        Ok(())
    };
    // Asked again it says the same, and the case is still somebody's.
    retry("birth")?;
    cases[0].until_on_desk("UNDO_TOO_LATE")?;
    stack.calm()?;
    refuse("RefundFee", &[])?;
    retry("birth")?;
    cases[0].until_on_desk("UNDO_TOO_LATE")?;
    stack.calm()?;
    retry("certificate")?;
    let case = cases[0].until("refused and closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "REFUSED");
    assert_eq!(case["fee"]["state"], "REFUNDED");
    assert_eq!(case["desk"], json!(null));
    Ok(())
}

#[test]
fn a_birth_that_was_withdrawn_before_register_is_not_registered_by_asking() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Unbound");
    let province = |operation: &str, mode: &[&str]| {
        let of = ["--register", "province", "--operation", operation, "--mode"];
        stack.misbehave(&[&of[..], mode].concat())
    };
    // The notice is bound, nobody hears of it, and the province will not let it go.
    province("BindNotice", &["lose-answer", "--times", "1"])?;
    province("BindNotice", &["unavailable"])?;
    province("UnbindNotice", &["refuse"])?;
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0]
        .until("a notice found", |case| case["timeline"].to_string().contains("notice-found"))?;
    cases[0].decide("withdraw", "PARENTS_ASKED", &[])?;
    cases[0].until_on_desk("UNDO_TOO_LATE")?;
    assert_eq!(stack.ledger()?.of("registrations", &cases[0].reference).len(), 0);
    let hits = stack.calm()?;
    assert_eq!(hits[0]["hits"], 1, "{hits}");
    cases[0].decide("retry-now", "REGISTER_ANSWERS_AGAIN", &[])?;
    let case = cases[0].until("withdrawn and closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "WITHDRAWN");
    assert_eq!(stack.ledger()?.of("registrations", &cases[0].reference).len(), 0);
    Ok(())
}

#[test]
fn a_case_that_cannot_be_registered_here_is_handed_over() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Elsewhere");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    cases[0].decide("withdraw", "CANNOT_BE_REGISTERED_HERE", &[])?;
    let case = cases[0].until("closed", |case| case["closed"] == true)?;
    assert_eq!(case["ending"], "REFUSED");
    Ok(())
}

#[test]
fn a_new_address_is_no_decision_to_apply_again() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Newhome");
    let refuse = ["--register", "federal", "--operation", "SubmitSinApplication", "--mode"];
    stack.misbehave(&[&refuse[..], &["refuse", "--reason", "DATA_REJECTED"]].concat())?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    let street = ["--set", "contact.mailing.line1=7 Test Lane"];
    cases[0].decide("correct-contact", "PARENTS_ASKED", &street)?;
    stack.notice(&family)?;
    cases[0].until_on_desk("SIN_DATA_REJECTED")?;
    cases[0].until_state("certificate", "MAILED")?;
    assert_eq!(stack.calm()?[0]["hits"], 1);
    cases[0].decide("retry-now", "PARENTS_ASKED", &["--leg", "sin"])?;
    cases[0].until_all_three()?;
    Ok(())
}

#[test]
fn cancelling_the_workflow_before_register_is_a_withdrawal() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Cancelled");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    cases[0].cancel_workflow()?;
    let case = cases[0].until("closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "WITHDRAWN");
    assert_eq!(case["fee"]["state"], "REFUNDED");
    Ok(())
}

#[test]
fn cancelling_the_workflow_after_register_is_for_the_registrar_and_undoes_nothing() -> Result<()> {
    let stack = Plan::default().taking("1").start()?;
    let family = Family::ordinary("Overdone");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "REGISTERED")?;
    cases[0].cancel_workflow()?;
    cases[0].until_on_desk("CANCELLED_AFTER_REGISTRATION")?;
    let case = cases[0].until("mailed and issued", |case| {
        case["certificate"]["state"] == "MAILED" && case["sin"]["state"] == "ISSUED"
    })?;
    // It is not closed while nobody has looked.
    assert_eq!(case["closed"], false);
    cases[0].decide("retry-now", "PARENTS_ASKED", &[])?;
    cases[0].until_all_three()?;
    Ok(())
}
