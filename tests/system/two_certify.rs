//! Nothing is registered that not everyone has certified, or that somebody has said no to.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tests::{Browser, Case, Family, Stack, post::BOUNCES, stack::Plan};

/// The second parent of each family.
const NAME: &str = "Marc Tremblay";
const BORN: &str = "1992-09-23";

/// A stack where reminders come after moments and an officer is told after a few seconds.
fn stack() -> Result<Stack> {
    let clocks = json!({
        "first_look_ms": 200, "longest_look_ms": 400, "reminders_ms": [600, 1200, 1800], "certification_ms": 2600,
    });
    Plan::instant().clocks(&clocks).start()
}

fn email(word: &str) -> String {
    format!("other.{word}@example.ca").to_lowercase()
}

/// Follows the link and says who somebody is.
fn known(stack: &Stack, word: &str) -> Result<Browser> {
    let link = stack.post().link(&email(word))?;
    let mut browser = Browser::at(stack)?;
    browser.take(&link, &[("name", NAME), ("born", BORN)])?;
    Ok(browser)
}

fn happened(case: &Value, what: &str) -> Vec<Value> {
    let timeline = case["timeline"].as_array().cloned().unwrap_or_default();
    timeline.into_iter().filter(|it| it["what"] == what).collect()
}

/// Neither a statement nor a registration, and nothing of what follows one.
fn is_nowhere(stack: &Stack, case: &Case<'_>) -> Result<()> {
    let ledger = stack.ledger()?;
    for table in ["statements", "registrations", "certificates", "sin_applications"] {
        let found = ledger.of(table, &case.reference);
        assert!(found.is_empty(), "{table} of {}: {found:?}", case.reference);
    }
    Ok(())
}

/// A family whose notice is there already: what is missing is its second parent.
fn apart<'a>(stack: &'a Stack, word: &str) -> Result<Case<'a>> {
    apart_at(stack, word, &email(word))
}

fn apart_at<'a>(stack: &'a Stack, word: &str, email: &str) -> Result<Case<'a>> {
    let family = Family::ordinary(word).with_second_parent_at(email);
    stack.notice(&family)?;
    let case = stack.submit(&family)?.into_iter().next().context("a submission has a case")?;
    case.until_state("birth", "WAITING_SECOND_PARENT")?;
    Ok(case)
}

#[test]
fn one_certification_of_two_registers_nothing_until_the_other_comes() -> Result<()> {
    let stack = stack()?;
    let post = stack.post();
    let case = apart(&stack, "Apart")?;

    // Reminders go out, and then an officer is told. Nobody is removed, nothing goes to the province.
    let late = case.until_on_desk("CERTIFICATION_LATE")?;
    let nth: Vec<u64> = happened(&late, "parent-reminded")
        .into_iter()
        .filter_map(|it| it["detail"]["nth"].as_u64())
        .collect();
    // On a slow machine two may be due by the time that somebody looks; then the later one is sent.
    assert!(nth.is_sorted_by(|one, next| one < next) && nth.last() == Some(&3), "{nth:?}");
    is_nowhere(&stack, &case)?;
    case.decide("retry-now", "PARENTS_ASKED", &[])?;

    // The message and its reminders say that there is a form, and nothing else.
    tests::eventually("each reminder is sent", || {
        let to_them = post.letters()?.into_iter().filter(|it| it.to == email("Apart"));
        Ok(to_them.count() == 1 + nth.len())
    })?;
    for letter in post.letters()?.iter().filter(|it| it.to == email("Apart")) {
        for word in ["Tremblay", "Olivia", "Sophie", "Marc", "birth of", "naissance de", "NB-"] {
            assert!(!letter.text.contains(word), "{word}: {}", letter.text);
        }
    }
    is_nowhere(&stack, &case)?;

    // The other parent certifies, once, through a link that works once.
    let link = post.link(&email("Apart"))?;
    let mut browser = known(&stack, "Apart")?;
    assert_eq!(Browser::at(&stack)?.page(&link)?.status, 404);
    let path = format!("/en/case/{}/certify", case.reference);
    let certifies =
        [("version", "1"), ("agrees", "true"), ("checked", "true"), ("typed_name", NAME)];
    let other_version = [("version", "2"), certifies[1], certifies[2], certifies[3]];
    assert_eq!(browser.send(&path, &other_version)?.status, 409);
    is_nowhere(&stack, &case)?;
    browser.take(&path, &certifies)?;
    let done = case.until_all_three()?;
    assert_eq!(happened(&done, "parent-certified").len(), 2);
    assert_eq!(stack.ledger()?.live("registrations", &case.reference), 1);
    assert_eq!(browser.send(&path, &certifies)?.status, 422);
    Ok(())
}

#[test]
fn a_parent_who_says_no_stops_the_registration_and_a_person_decides() -> Result<()> {
    let stack = stack()?;
    let post = stack.post();
    let mut stopped = Vec::new();
    for (word, objection, reason) in [
        ("Notmine", "NOT_A_PARENT", "NOT_A_PARENT"),
        ("Noway", "DOES_NOT_AGREE", "PARENTS_DISAGREE"),
    ] {
        let case = apart(&stack, word)?;
        let mut browser = known(&stack, word)?;
        let path = format!("/en/case/{}/object", case.reference);
        browser.take(&path, &[("version", "1"), ("objection", objection)])?;
        let desk = case.until_on_desk(reason)?;
        assert_eq!(desk["desk"]["owner"], "REGISTRAR");
        // Not even if they certify after all, or somebody wants it tried again.
        let certifies =
            [("version", "1"), ("agrees", "true"), ("checked", "true"), ("typed_name", NAME)];
        let _ = browser.send(&format!("/en/case/{}/certify", case.reference), &certifies)?;
        case.decide("retry-now", "PARENTS_ASKED", &[])?;
        stopped.push((case, reason));
    }

    // Five wrong answers end a link; what comes back tells the desk that somebody is not reached.
    let unknown = apart(&stack, "Stranger")?;
    let link = post.link(&email("Stranger"))?;
    let mut browser = Browser::at(&stack)?;
    for nth in 1..=5 {
        let shown = browser.send(&link, &[("name", "Somebody Else"), ("born", BORN)])?;
        assert_eq!(shown.status, if nth < 5 { 422 } else { 404 }, "{}", shown.text);
    }
    assert_eq!(browser.send(&link, &[("name", NAME), ("born", BORN)])?.status, 404);
    unknown.until_on_desk("PARENT_NOT_CONFIRMED")?;
    stopped.push((unknown, "PARENT_NOT_CONFIRMED"));

    let lost = apart_at(&stack, "Bounced", BOUNCES)?;
    lost.until("a message came back", |case| !happened(case, "message-bounced").is_empty())?;

    // Somebody else's case goes all the way meanwhile: whoever was to be heard has been heard.
    let ordinary = Family::ordinary("Meanwhile");
    stack.notice(&ordinary)?;
    stack.submit(&ordinary)?[0].until_all_three()?;
    for (case, reason) in &stopped {
        case.until_on_desk(reason)?;
        is_nowhere(&stack, case)?;
    }
    is_nowhere(&stack, &lost)?;
    Ok(())
}

/// Both parents send the birth, each by themselves: nobody is turned away, an officer looks, and one birth is registered.
#[test]
fn the_same_birth_sent_by_both_parents_is_taken_twice_and_registered_once() -> Result<()> {
    let stack = Plan::instant().start()?;
    let family = Family::ordinary("Twice");
    let again = Family { key: "test-twice-again".to_owned(), ..family.clone() };
    let receipt = |family: &Family| -> Result<Value> {
        let file = stack.file(&format!("{}.form.json", family.key));
        std::fs::write(&file, family.form.to_string())?;
        let file = file.to_str().context("a path of this machine is not UTF-8")?;
        let answer = stack.newborn(&["submit", file, "--key", &family.key])?;
        Ok(if answer.is_array() { answer[0].clone() } else { answer })
    };
    let (first, second) = (receipt(&family)?, receipt(&again)?);
    assert_eq!(shape(&first), shape(&second), "{first} and {second}");
    let cases = [first, second].map(|it| Case::of(&stack, &it["cases"][0]));
    let [first, second] = cases;
    let cases = [first?, second?];
    stack.notice(&family)?;

    let waits = |case: &Case<'_>| -> Result<bool> {
        let reason = case.show()?["desk"]["reason"].clone();
        Ok(reason == "POSSIBLE_DUPLICATE" || reason == "ALREADY_REGISTERED")
    };
    tests::eventually("one of the two is for an officer", || {
        Ok(waits(&cases[0])? || waits(&cases[1])?)
    })?;
    let (looked_at, other) =
        if waits(&cases[0])? { (&cases[0], &cases[1]) } else { (&cases[1], &cases[0]) };
    other.until_all_three()?;
    let ledger = stack.ledger()?;
    assert_eq!(ledger.live("registrations", &other.reference), 1);
    assert!(ledger.of("registrations", &looked_at.reference).is_empty());
    // Trying again does not make a second birth of it.
    looked_at.decide("retry-now", "PARENTS_ASKED", &[])?;
    looked_at.until_on_desk("ALREADY_REGISTERED")?;
    assert!(stack.ledger()?.of("registrations", &looked_at.reference).is_empty());
    Ok(())
}

/// A document with its values taken away.
fn shape(it: &Value) -> Value {
    match it {
        Value::Object(fields) => {
            fields.iter().map(|(name, it)| (name.clone(), shape(it))).collect()
        }
        Value::Array(list) => list.iter().map(shape).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Value::Null,
    }
}
