//! What people typed is nowhere but in the case file and the registers.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use tests::{Family, stack::Plan};

/// A word that occurs nowhere else.
const CANARY: &str = "Quetzalcoatlus";

/// Puts the canary into every typed field that takes words.
fn with_canaries(mut family: Family) -> Family {
    let words = [
        "/children/0/name/first",
        "/children/0/name/middle",
        "/children/0/name/last",
        "/place/municipality",
        "/attendant/name",
        "/parents/0/legal_name/first",
        "/parents/0/legal_name/middle",
        "/parents/0/name_at_birth/first",
        "/parents/0/name_at_birth/last",
        "/parents/0/birth_place/municipality",
        "/parents/0/certification/typed_name",
        "/parents/1/legal_name/first",
        "/parents/1/legal_name/last",
        "/parents/1/name_at_birth/last",
        "/parents/1/birth_place/municipality",
        "/parents/1/certification/typed_name",
        "/contact/usual_residence/line1",
        "/contact/usual_residence/city",
        "/contact/mailing/line1",
        "/contact/mailing/city",
    ];
    for pointer in words {
        family = family.with(pointer, json!(CANARY));
    }
    family = family.with("/parents/0/previous_names", json!([CANARY]));
    family = family.with("/contact/email", json!(format!("{CANARY}@example.ca")));
    family.notice[0]["birth_parent"]["legal_name"]["first"] = json!(CANARY);
    family.notice[0]["birth_parent"]["legal_name"]["middle"] = json!(CANARY);
    let token = family.form["services"]["payment_token"].as_str().unwrap_or_default().to_owned();
    family.with("/services/payment_token", json!(format!("{token}-{CANARY}")))
}

#[test]
fn a_canary_in_every_typed_field_is_found_in_no_history_log_or_metric() -> Result<()> {
    let mut stack = Plan::default().taking("0.2").panicking_once("SubmitStatement").start()?;

    // The happy path, but for an activity that panics with all it knows.
    let happy = with_canaries(Family::ordinary("Happy"));
    stack.notice(&happy)?;
    stack.submit(&happy)?[0].until_all_three()?;
    let log = std::fs::read_to_string(stack.file("logs/worker.log"))?;
    assert!(log.contains("\"panic\""), "nothing panicked");

    // Refused at the door: a name with a digit in it.
    let refused = with_canaries(Family::ordinary("Door"))
        .with("/children/0/name/first", json!(format!("{CANARY}7")));
    let file = stack.file("door.json");
    std::fs::write(&file, refused.form.to_string())?;
    let (_, code) =
        stack.newborn_ending(&["submit", file.to_str().context("UTF-8")?, "--key", "door"])?;
    assert_eq!(code, 1);

    // Refused by the province, undone and handed over.
    let elsewhere =
        with_canaries(Family::ordinary("Elsewhere")).with("/place/county", json!(CANARY));
    stack.submit(&elsewhere)?[0].until("refused", |case| case["closed"] == true)?;

    // A register that times out.
    let late = with_canaries(Family::ordinary("Late"));
    let slow = [
        "--register",
        "province",
        "--operation",
        "SubmitStatement",
        "--mode",
        "slow",
        "--delay-ms",
        "1500",
    ];
    stack.misbehave(&[&slow[..], &["--times", "1", "--match", &late.key]].concat())?;
    stack.notice(&late)?;
    stack.submit(&late)?[0].until_all_three()?;

    // A register that fails.
    let failed = with_canaries(Family::ordinary("Failed"));
    let down = ["--register", "federal", "--operation", "*", "--mode", "unavailable"];
    stack.misbehave(&[&down[..], &["--times", "3", "--match", &failed.key]].concat())?;
    stack.notice(&failed)?;
    stack.submit(&failed)?[0].until_all_three()?;

    // The desk, with a correction that a person typed.
    let desk = with_canaries(Family::ordinary("Desk")).with("/children/0/sex", json!("MALE"));
    stack.notice(&desk)?;
    let cases = stack.submit(&desk)?;
    cases[0].until_on_desk("NOTICE_DIFFERS")?;
    let set = format!("mailing.line1={CANARY} Street");
    cases[0].decide("correct-contact", "PARENTS_ASKED", &["--set", &set])?;
    drop(cases);

    assert_absent("the metrics", &stack.all_metrics()?);
    assert_absent("the histories", &stack.histories()?);
    stack.stop()?;
    assert_no_file_has_it(&stack.file("logs"))?;
    assert_no_file_has_it(&stack.file("temporal.db"))?;
    assert_no_file_has_it(&stack.file("temporal.db-wal"))?;
    Ok(())
}

fn assert_no_file_has_it(path: &Path) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            assert_no_file_has_it(&entry?.path())?;
        }
    } else if path.exists() {
        let bytes = std::fs::read(path)?;
        assert!(
            !bytes.is_empty() || path.extension().is_some_and(|end| end == "db-wal"),
            "{} is empty",
            path.display()
        );
        assert_absent(&path.display().to_string(), &String::from_utf8_lossy(&bytes));
    }
    Ok(())
}

/// Payloads are JSON and are stored as they are: there is no codec that could hide it.
fn assert_absent(place: &str, text: &str) {
    for spelling in [CANARY.to_owned(), CANARY.to_lowercase(), CANARY.to_uppercase()] {
        assert!(!text.contains(&spelling), "{place} has {spelling}");
    }
}
