//! What people typed is nowhere but in the case file and the registers.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;
use tests::{Browser, Family, Stack, browser::Shown, stack::Plan};

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
    let plan = Plan::default().taking("0.2").panicking_once("SubmitStatement");
    let mut stack = plan.start()?;

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

    pages(&stack)?;
    draft(&stack)?;
    for letter in stack.post().letters()? {
        assert_absent("a message", &letter.text);
    }

    assert_absent("the metrics", &stack.all_metrics()?);
    assert_absent("the histories", &stack.histories()?);
    stack.stop()?;
    assert_no_file_has_it(&stack.file("logs"))?;
    assert_no_file_has_it(&stack.file("temporal.db"))?;
    assert_no_file_has_it(&stack.file("temporal.db-wal"))?;
    Ok(())
}

/// What parents type into their pages: who they are, a signature, an address; also what is wrong, or for nobody.
fn pages(stack: &Stack) -> Result<()> {
    let post = stack.post();
    let other = format!("{CANARY}.other@example.ca");
    let family = with_canaries(Family::ordinary("Pages")).with_second_parent_at(&other);
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let case = &cases[0];
    let path = |what: &str| format!("/en/case/{}{what}", case.reference);
    let link = post.link(&other)?;

    // The second parent says who they are, wrongly, then rightly, and certifies, wrongly, then rightly.
    let mut second = Browser::at(stack)?;
    let born = ("born", "1992-09-23");
    expect(&second.send(&link, &[("name", CANARY), born])?, 422);
    let name = format!("{CANARY} {CANARY}");
    expect(&second.send(&link, &[("name", &name), born])?, 303);
    let signs = [("version", "1"), ("agrees", "true"), ("typed_name", CANARY)];
    expect(&second.send(&path("/certify"), &signs)?, 422);
    let signs = [signs[0], signs[1], signs[2], ("checked", "true")];
    expect(&second.send(&path("/certify"), &signs)?, 303);

    // The first parent signs in, with a slip, and changes the address, with slips.
    let mut first = Browser::at(stack)?;
    let typed = [("reference", CANARY), ("code", CANARY)];
    expect(&first.send("/en/status", &typed)?, 404);
    let typed = [("reference", case.reference.as_str()), ("code", &case.access_code)];
    expect(&first.send("/en/status", &typed)?, 303);
    let mine = format!("{CANARY}@example.ca");
    let street = format!("7 {CANARY} Street");
    let moves = |postal: &'static str, code: &str| {
        [
            ("contact.mailing.line1", street.clone()),
            ("contact.mailing.city", CANARY.to_owned()),
            ("contact.mailing.province", "ON".to_owned()),
            ("contact.mailing.postal_code", postal.to_owned()),
            ("contact.mailing.country", "CA".to_owned()),
            ("code", code.to_owned()),
        ]
    };
    let send = |first: &mut Browser, postal, code: &str, status| -> Result<()> {
        let moves = moves(postal, code);
        let moves: Vec<_> = moves.iter().map(|(name, it)| (*name, it.as_str())).collect();
        expect(&first.send(&path("/address"), &moves)?, status);
        Ok(())
    };
    expect(&first.send(&path("/code"), &[("what", "address")])?, 303);
    let code = post.code(&mine)?;
    send(&mut first, CANARY, &code, 422)?;
    send(&mut first, "K7L 1A1", CANARY, 422)?;
    case.until_all_three()?;

    // Their child has died: nothing is typed, and much is said.
    expect(&first.send(&path("/loss"), &[])?, 303);
    for page in ["", "/statement", "/shared", "/confirmation", "/withdraw", "/address"] {
        first.page(&path(page))?;
        second.page(&path(page))?;
    }
    let log = std::fs::read_to_string(stack.file("logs/portal.log"))?;
    assert!(log.contains("/{language}/read/{token}"), "the portal logs no requests");
    Ok(())
}

/// What parents type into the pages of the form, rightly or wrongly, before they send it or leave it.
fn draft(stack: &Stack) -> Result<()> {
    let mut browser = Browser::at(stack)?;
    let start = [
        ("babies", "1"),
        ("start/born_in_province", "true"),
        ("start/already_registered", "false"),
        ("start/live_birth", "true"),
        ("start/surrogacy", "false"),
        ("start/parent_count", "2"),
        ("start/all_parents_present", "true"),
    ];
    expect(&browser.send("/en/form/start", &start)?, 303);
    let name = [
        ("children/0/name/kind", "DUAL"),
        ("children/0/name/first", CANARY),
        ("children/0/name/last", CANARY),
    ];
    expect(&browser.send("/en/form/baby-1/name", &name)?, 303);
    for (page, input) in [
        ("baby-1/birth", "children/0/weight_grams"),
        ("place", "place/location_text"),
        ("parent-1/name", "parents/0/legal_name/first"),
        ("parent-2/about", "parents/1/birth_place/municipality"),
        ("address", "contact/usual_residence/line1"),
        ("contact", "parents/1/contact/email"),
    ] {
        expect(&browser.send(&format!("/en/form/{page}"), &[(input, CANARY)])?, 422);
        let spoken = [(input, CANARY), ("speak", "fr")];
        expect(&browser.send(&format!("/en/form/{page}"), &spoken)?, 303);
    }
    assert!(browser.page("/en/form/review")?.text.contains(CANARY), "what was typed is kept");
    let later = [("place/municipality", CANARY), ("later", "true")];
    expect(&browser.send("/fr/form/place", &later)?, 303);
    expect(&browser.send("/fr/form/keep?page=place", &later)?, 204);
    expect(&Browser::at(stack)?.send("/fr/form/return", &[("code", CANARY)])?, 404);
    Ok(())
}

/// What was typed is repeated on the page, and stands in no address and no header.
fn expect(shown: &Shown, status: u16) {
    assert_eq!(shown.status, status, "{}", shown.text);
    assert_absent("an address", &shown.location);
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
