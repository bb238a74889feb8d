//! The description of the API says what the API does.

use std::collections::BTreeSet;

use std::net::SocketAddr;

use axum::{
    extract::ConnectInfo,
    http::{Request, request::Builder},
};
use domain::facts::Fact;
use domain::{decision::Action, desk, standing::BirthStanding};
use serde_json::{Value, json};

use crate::stage::{OFFICER, RECEIVED, Stage, VIEWER, ordinary};

/// Operations with the statuses of their problems.
type Problems = BTreeSet<(String, u16)>;

const SUBMIT: &str = "post /api/v1/submissions";
const LIST: &str = "get /api/v1/cases";
const SHOW: &str = "get /api/v1/cases/{ref}";
const DECIDE: &str = "post /api/v1/cases/{ref}/decisions";
const DESK: &str = "get /api/v1/desk";

fn documented(api: &Value) -> Problems {
    let paths = api["paths"].as_object().expect("it has paths");
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("it has methods");
        methods.iter().map(move |(method, it)| (format!("{method} {path}"), it))
    });
    let problems = operations.flat_map(|(name, operation)| {
        let answers = operation["responses"].as_object().expect("it has answers");
        let statuses = answers.keys().map(|status| status.parse().expect("it is a number"));
        statuses.filter(|status| *status >= 400).map(move |status| (name.clone(), status))
    });
    problems.collect()
}

fn withdraw() -> Value {
    json!({ "action": "withdraw", "reason": "PARENTS_ASKED" })
}

/// Each request is checked against the description by the stage itself; here is one for each problem.
#[tokio::test]
async fn every_problem_that_is_described_can_occur() {
    let stage = Stage::new().await;
    let api = stage.get("/api/v1/openapi.json", "").await.json();
    let (case, code) = stage.ordinary().await;
    let path = format!("/api/v1/cases/{case}");
    let decisions = format!("{path}/decisions");
    let mut seen = Problems::new();
    let mut saw = |operation: &str, status: u16| {
        seen.insert((operation.to_owned(), status));
    };
    let huge = || format!("\"{}\"", "a".repeat(2 * 1024 * 1024));

    for body in ["{".to_owned(), huge(), "{}".to_owned()] {
        saw(SUBMIT, stage.submit("problems", body).await.status.as_u16());
    }
    let plain = Request::post("/api/v1/submissions").header("idempotency-key", "k");
    saw(SUBMIT, stage.send(plain, "{}").await.status.as_u16());

    for (operation, path, token) in [
        (LIST, "/api/v1/cases", code.as_str()),
        (LIST, "/api/v1/cases?after=x", OFFICER),
        (DESK, "/api/v1/desk", &code),
        (DESK, "/api/v1/desk?after=x", OFFICER),
        (SHOW, "/api/v1/cases/%ff", OFFICER),
        (SHOW, "/api/v1/cases/NB-0000-0000", OFFICER),
        (SHOW, &format!("{path}?purpose=x"), OFFICER),
    ] {
        saw(operation, stage.get(path, token).await.status.as_u16());
    }
    let anybody = || Request::get(&path);
    saw(SHOW, stage.send(anybody(), "").await.status.as_u16());

    let other = stage.submit("protected", ordinary().to_string()).await.json();
    let other = other["cases"][0]["ref"].as_str().expect("it is a reference").to_owned();
    stage.happens(&other, &[Fact::Protected { parent: 0 }]).await;
    let answer = stage.get(&format!("/api/v1/cases/{other}"), OFFICER).await;
    saw(SHOW, answer.status.as_u16());

    let nobody = Request::post(&decisions).header("content-type", "application/json");
    saw(DECIDE, stage.send(nobody, withdraw().to_string()).await.status.as_u16());
    let plain = Request::post(&decisions).header("authorization", format!("Bearer {OFFICER}"));
    saw(DECIDE, stage.send(plain, "{}").await.status.as_u16());
    for (case, token, seen, body) in [
        (case.as_str(), OFFICER, Some("x"), withdraw()),
        (&case, VIEWER, Some(RECEIVED), withdraw()),
        ("NB-0000-0000", OFFICER, Some(RECEIVED), withdraw()),
        (&case, OFFICER, Some("7"), withdraw()),
        (&case, OFFICER, Some(RECEIVED), json!(huge())),
        (&case, OFFICER, Some(RECEIVED), json!({})),
        (&case, OFFICER, None, withdraw()),
        (&case, OFFICER, Some(RECEIVED), withdraw()),
    ] {
        saw(DECIDE, stage.decide(case, token, seen, body).await.status.as_u16());
    }

    // Somebody elsewhere guesses.
    let elsewhere = |request: Builder| {
        let mut request = request.header("content-type", "application/json");
        let peer: SocketAddr = "203.0.113.7:5000".parse().expect("it is an address");
        request.extensions_mut().expect("it is a request").insert(ConnectInfo(peer));
        request
    };
    for nth in 0..8 {
        let form = elsewhere(Request::post("/api/v1/submissions"));
        saw(SUBMIT, stage.send(form.header("idempotency-key", "k"), "{}").await.status.as_u16());
        let guess = |request: Builder| elsewhere(request).header("authorization", "Bearer guess");
        for (operation, request) in [
            (LIST, Request::get("/api/v1/cases")),
            (DESK, Request::get("/api/v1/desk")),
            (SHOW, Request::get(&path)),
            (DECIDE, Request::post(&decisions)),
        ] {
            let answer = stage.send(guess(request), withdraw().to_string()).await;
            assert!(nth < 4 || answer.status.as_u16() == 429, "{operation}: {}", answer.text);
            saw(operation, answer.status.as_u16());
        }
    }

    let mut conn = stage.pool.acquire().await.expect("the case file answers");
    store::keys::forget(&mut conn, case.parse().expect("it is a reference"))
        .await
        .expect("it is forgotten");
    let correct = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED", "set": { "email": "a@b.ca" } });
    saw(DECIDE, stage.decide(&case, OFFICER, Some("6"), correct).await.status.as_u16());
    sqlx::query("update cases set certificate_wanted = 'GOLDEN', open_tasks = 1")
        .execute(&mut *conn)
        .await
        .expect("it makes no sense");
    drop(conn);
    for down in [false, true] {
        if down {
            stage.pool.close().await;
            let answer = stage.submit("away", ordinary().to_string()).await;
            saw(SUBMIT, answer.status.as_u16());
        }
        for (operation, path) in [(LIST, "/api/v1/cases"), (DESK, "/api/v1/desk"), (SHOW, &path)] {
            saw(operation, stage.get(path, OFFICER).await.status.as_u16());
        }
        let answer = stage.decide(&case, OFFICER, Some("6"), withdraw()).await;
        saw(DECIDE, answer.status.as_u16());
    }

    // A form that breaks us, and a workflow that fails, are not at hand.
    let mut expected = documented(&api);
    assert!(expected.remove(&(SUBMIT.to_owned(), 500)));
    assert!(expected.remove(&(DECIDE.to_owned(), 502)));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn closed_sets_are_described_word_by_word() {
    let stage = Stage::new().await;
    let api = stage.get("/api/v1/openapi.json", "").await.json();
    let schemas = &api["components"]["schemas"];
    let words = |name: &str| schemas[name]["enum"].clone();
    let all = |them: Vec<&str>| json!(them);
    assert_eq!(words("Action"), all(Action::ALL.iter().map(|it| it.code()).collect()));
    assert_eq!(words("Reason"), all(desk::Reason::ALL.iter().map(|it| it.code()).collect()));
    assert_eq!(words("Leg"), all(desk::Leg::ALL.iter().map(|it| it.code()).collect()));
    assert_eq!(words("BirthState"), all(BirthStanding::ALL.iter().map(|it| it.code()).collect()));
    for name in ["Grounds", "CertificateState", "SinState", "FeeState", "Owner", "Ending"] {
        assert!(words(name).as_array().is_some_and(|words| words.len() > 2), "{name}");
    }
    refer_to_what_is_there(&api, &api);
}

/// The examples are of the shape that is described, and the submission is taken as it stands.
#[tokio::test]
async fn every_operation_has_an_example_that_fits() {
    let stage = Stage::new().await;
    let api = stage.get("/api/v1/openapi.json", "").await.json();
    let mut examples = 0;
    for (path, methods) in api["paths"].as_object().expect("it has paths") {
        for (method, operation) in methods.as_object().expect("it has methods") {
            let body = &operation["requestBody"]["content"]["application/json"];
            if !body.is_null() {
                fits(&api, &body["schema"], &body["example"], &format!("{method} {path}"));
            }
            let answers = operation["responses"].as_object().expect("it has answers");
            let good = answers.iter().filter(|(status, _)| status.starts_with('2'));
            let good = good.map(|(_, it)| &it["content"]["application/json"]);
            let with = good.clone().find(|it| !it["example"].is_null());
            let with = with.unwrap_or_else(|| panic!("{method} {path} has no example"));
            fits(
                &api,
                &with["schema"],
                &with["example"],
                &format!("the answer of {method} {path}"),
            );
            examples += 1;
        }
    }
    assert_eq!(examples, 5);
    let form = &api["paths"]["/api/v1/submissions"]["post"]["requestBody"]["content"];
    let form = form["application/json"]["example"].to_string();
    let receipt = stage.submit("example", form).await;
    assert_eq!(receipt.status, 201, "{}", receipt.text);
}

/// As far as our schemas go: fields, closed sets, lists and references.
fn fits(api: &Value, schema: &Value, example: &Value, at: &str) {
    if let Some(there) = schema["$ref"].as_str() {
        let there = api.pointer(there.trim_start_matches('#')).expect("it is there");
        return fits(api, there, example, at);
    }
    if let Some(either) = schema["oneOf"].as_array() {
        if !example.is_null() {
            let one = either.iter().find(|it| it["type"] != "null").expect("it is something");
            fits(api, one, example, at);
        }
        return;
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(example.is_null() || words.contains(example), "{at} is {example}");
    }
    match example {
        Value::Object(fields) => {
            let Some(known) = schema["properties"].as_object() else { return };
            for (name, it) in fields {
                let schema = known.get(name).unwrap_or_else(|| panic!("{at} has no {name}"));
                fits(api, schema, it, &format!("{at}/{name}"));
            }
            for name in schema["required"].as_array().into_iter().flatten() {
                let name = name.as_str().expect("it is a name");
                assert!(fields.contains_key(name), "{at} lacks {name}");
            }
        }
        Value::Array(list) => {
            list.iter().for_each(|it| fits(api, &schema["items"], it, &format!("{at}/0")));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

fn refer_to_what_is_there(api: &Value, it: &Value) {
    match it {
        Value::Object(fields) => {
            if let Some(Value::String(there)) = fields.get("$ref") {
                assert!(api.pointer(there.trim_start_matches('#')).is_some(), "{there}");
            }
            fields.values().for_each(|it| refer_to_what_is_there(api, it));
        }
        Value::Array(list) => list.iter().for_each(|it| refer_to_what_is_there(api, it)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}
