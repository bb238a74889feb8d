//! Submissions: taken once, refused with reasons, never half stored.

use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::stage::{Logs, RECEIVED, Stage, ordinary};

fn with(pointer: &str, value: Value) -> String {
    let mut form = ordinary();
    let (parent, field) = pointer.rsplit_once('/').expect("it is a pointer");
    form.pointer_mut(parent).expect("it is in the form")[field] = value;
    form.to_string()
}

/// What it is, the body, and the answer: status, code, and the places it names with their codes.
type Row<'a> = (&'a str, String, u16, &'a str, &'a [(&'a str, &'a str)]);

#[tokio::test]
async fn bad_input_is_answered_by_field_and_code_and_nothing_is_stored() {
    let stage = Stage::new().await;
    let before = stage.rows().await;
    const BORN: &str = "/children/0/date_of_birth";
    let deep = format!("{{\"children\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
    let table: Vec<Row<'_>> = vec![
        ("malformed JSON", "{\"start\":".into(), 400, "MALFORMED_JSON", &[]),
        ("nothing", String::new(), 400, "MALFORMED_JSON", &[]),
        ("two documents", "{}{}".into(), 400, "MALFORMED_JSON", &[]),
        (
            "an unknown field",
            with("/parents/0/sin", json!("046454286")),
            422,
            "INVALID_FIELD",
            &[("/parents/0/sin", "INVALID_FIELD")],
        ),
        (
            "a wrong type",
            with("/children/0/weight_grams", json!("heavy")),
            422,
            "INVALID_FIELD",
            &[("/children/0/weight_grams", "INVALID_FIELD")],
        ),
        (
            "a name with digits",
            with("/children/0/name/first", json!("Olivia7")),
            422,
            "FORM_INVALID",
            &[("/children/0/name/first", "NAME_CHARACTERS")],
        ),
        (
            "a date in the future",
            with(BORN, json!("2026-11-24")),
            422,
            "FORM_INVALID",
            &[(BORN, "DATE_IN_FUTURE")],
        ),
        (
            "the first birthday reached",
            with(BORN, json!("2025-11-23")),
            422,
            "FORM_INVALID",
            &[(BORN, "FIRST_BIRTHDAY_REACHED")],
        ),
        (
            "a missing certification",
            with("/parents/1/certification/checked", json!(false)),
            422,
            "FORM_INVALID",
            &[("/parents/1/certification/checked", "CERTIFICATION_MISSING")],
        ),
    ];
    for (what, body, status, code, places) in table {
        let (found_status, found_code, found) = stage.submit("bad-input", body).await.problem();
        assert_eq!((found_status, found_code.as_str()), (status, code), "{what}");
        let found: Vec<_> = found.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect();
        assert_eq!(found, places, "{what}");
    }
    let (status, code, _) = stage.submit("deep", deep).await.problem();
    assert!(matches!((status, code.as_str()), (400, "MALFORMED_JSON") | (422, "INVALID_FIELD")));
    let huge = format!("\"{}\"", "a".repeat(10 * 1024 * 1024));
    assert_eq!(stage.submit("huge", huge).await.problem().1, "TOO_LARGE");
    assert_eq!(stage.rows().await, before);
}

#[tokio::test]
async fn a_key_is_1_to_128_visible_characters() {
    let stage = Stage::new().await;
    let before = stage.rows().await;
    for key in ["", "a b", &"k".repeat(129), "clé"] {
        let answer = stage.submit(key, ordinary().to_string()).await;
        assert_eq!(answer.problem(), (400, "IDEMPOTENCY_KEY_INVALID".into(), vec![]), "{key:?}");
    }
    let request = Request::post("/api/v1/submissions").header("content-type", "application/json");
    assert_eq!(
        stage.send(request, ordinary().to_string()).await.problem().1,
        "IDEMPOTENCY_KEY_INVALID"
    );
    let request = Request::post("/api/v1/submissions").header("idempotency-key", "k");
    assert_eq!(stage.send(request, ordinary().to_string()).await.problem().1, "NOT_JSON");
    assert_eq!(stage.rows().await, before);
    assert_eq!(
        stage.submit(&"k".repeat(128), ordinary().to_string()).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn the_same_form_sent_again_gets_the_same_answer() {
    let stage = Stage::new().await;
    let first = stage.submit("again", ordinary().to_string()).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let stored = stage.rows().await;
    let spaced = serde_json::to_string_pretty(&ordinary()).expect("it is JSON");
    for body in [ordinary().to_string(), spaced] {
        let again = stage.submit("again", body).await;
        assert_eq!(again.status, StatusCode::OK);
        assert_eq!(again.json(), first.json());
    }
    let other = stage.submit("again", with("/children/0/name/first", json!("Emma"))).await;
    assert_eq!(other.problem(), (422, "IDEMPOTENCY_KEY_REUSED".into(), vec![]));
    assert_eq!(stage.rows().await, stored);
}

#[tokio::test]
async fn a_form_that_was_taken_is_not_judged_again_on_another_day() {
    let stage = Stage::new().await;
    let body = with("/children/0/date_of_birth", json!("2025-11-24"));
    let first = stage.submit("eve", body.clone()).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let tomorrow = stage.on(|| "2026-11-24T17:00:00Z".parse().expect("it is a time"));
    let late = tomorrow.submit("new", body.clone()).await;
    assert_eq!(late.problem().2[0].1, "FIRST_BIRTHDAY_REACHED");
    let again = tomorrow.submit("eve", body.clone()).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, first.json()));
    let other = tomorrow.submit("eve", body.replace("Olivia", "Emma")).await;
    assert_eq!(other.problem().1, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn one_form_posted_twice_at_once_is_one_submission() {
    let stage = Stage::new().await;
    let body = ordinary().to_string();
    let (one, other) = tokio::join!(stage.submit("race", body.clone()), stage.submit("race", body));
    assert_eq!(one.json(), other.json());
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
}

#[tokio::test]
async fn each_twin_has_a_case_and_a_code_of_its_own() {
    let stage = Stage::new().await;
    let mut form = ordinary();
    form["children"][0]["plurality"] = json!(2);
    form["children"][0]["birth_order"] = json!(1);
    let mut second = form["children"][0].clone();
    second["birth_order"] = json!(2);
    second["name"]["first"] = json!("Emma");
    form["children"].as_array_mut().expect("it is a list").push(second);
    let receipt = stage.submit("twins", form.to_string()).await.json();
    let cases = receipt["cases"].as_array().expect("it is a list");
    assert_eq!(cases.iter().map(|it| &it["child"]).collect::<Vec<_>>(), [&json!(1), &json!(2)]);
    assert_ne!(cases[0]["ref"], cases[1]["ref"]);
    assert_ne!(cases[0]["access_code"], cases[1]["access_code"]);
}

#[tokio::test]
async fn problems_are_told_in_the_language_that_was_asked_for() {
    let stage = Stage::new().await;
    let request = |language: &str| {
        Request::post("/api/v1/submissions")
            .header("content-type", "application/json")
            .header("idempotency-key", "language")
            .header("accept-language", language)
    };
    let body = with("/children/0/name/first", json!(""));
    let english = stage.send(request("de, en-CA;q=0.8, fr;q=0.2"), body.clone()).await.json();
    assert_eq!(english["errors"][0]["detail"], "Enter your child's first name to continue.");
    let french = stage.send(request("fr-CA, en;q=0.5"), body).await.json();
    assert_eq!(
        french["errors"][0]["detail"],
        "Saisissez le prénom de votre enfant pour continuer."
    );
    assert_eq!(french["code"], english["code"]);
}

#[tokio::test]
async fn nothing_that_was_typed_is_logged() {
    let stage = Stage::new().await;
    let mut form = ordinary().to_string();
    let typed = [
        "Olivia",
        "Tremblay",
        "Gagnon",
        "sophie.tremblay",
        "Maple Lane",
        "Farah",
        "Gatineau",
        "sandbox-card-approved",
    ];
    for word in typed {
        form = form.replace(word, &format!("{}canary", word.replace(' ', "")));
    }
    let good = stage.submit("canary-good", form.clone()).await;
    assert_eq!(good.status, StatusCode::CREATED, "{}", good.text);
    let code = good.json()["cases"][0]["access_code"].as_str().expect("it is a text").to_owned();
    let case = good.json()["cases"][0]["ref"].as_str().expect("it is a text").to_owned();
    stage.submit("canary-bad", form.replace("2026-11-16", "2027-01-01canary")).await;
    stage.submit("canary-shape", form.replace("3410", "\"canary\"")).await;
    stage.submit("canary-broken", form.replace("}", "")).await;
    stage.submit("canary-good", form.replace("Oliviacanary", "Emmacanary")).await;
    stage.get(&format!("/api/v1/cases/{case}"), &code).await;
    let set = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED", "set": { "email": "new-canary@example.ca" } });
    stage.decide(&case, crate::stage::OFFICER, Some(RECEIVED), set).await;

    let logs = Logs::text();
    assert!(logs.contains("/api/v1/submissions"), "requests are logged");
    assert!(!logs.to_lowercase().contains("canary"), "something typed was logged");
    assert!(!logs.contains(&code), "an access code was logged");
}
