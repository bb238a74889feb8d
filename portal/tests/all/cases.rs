//! Looking at cases and deciding about them.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use crate::stage::{OFFICER, RECEIVED, Stage, VIEWER};

fn withdraw() -> Value {
    json!({ "action": "withdraw", "reason": "PARENTS_ASKED" })
}

#[tokio::test]
async fn a_wrong_code_and_an_unknown_case_are_answered_alike() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let wrong = stage.get(&format!("/api/v1/cases/{case}"), "7K3F-92QX-0M4T-ZZ1B").await;
    let unknown = stage.get("/api/v1/cases/NB-0000-0000", &code).await;
    let nonsense = stage.get("/api/v1/cases/nonsense", &code).await;
    assert_eq!(wrong.problem().1, "CASE_NOT_FOUND");
    for other in [unknown, nonsense] {
        assert_eq!((other.status, &other.text), (wrong.status, &wrong.text));
    }
    let decided = stage.decide(&case, "7K3F-92QX-0M4T-ZZ1B", Some(RECEIVED), withdraw()).await;
    assert_eq!(decided.problem().1, "CASE_NOT_FOUND");
    let nobody = stage.send(Request::get(format!("/api/v1/cases/{case}")), Body::empty()).await;
    assert_eq!(nobody.problem().1, "NOT_SIGNED_IN");
    assert_eq!(nobody.headers["www-authenticate"], "Bearer");
}

#[tokio::test]
async fn parents_and_staff_see_the_case() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    for token in [&code.to_lowercase(), OFFICER, VIEWER] {
        let answer = stage.get(&format!("/api/v1/cases/{case}"), token).await;
        let view = answer.json();
        assert_eq!(answer.headers["etag"], format!("\"{RECEIVED}\""));
        assert_eq!(view["ref"], case.as_str());
        assert_eq!(view["birth"]["state"], "RECEIVED");
        assert_eq!(
            view["certificate"],
            json!({ "state": "WAITING_REGISTRATION", "product": "WITH_PARENTS" })
        );
        assert_eq!(view["sin"]["state"], "WAITING_REGISTRATION");
        assert_eq!(view["fee"], json!({ "state": "DUE", "amount_cents": 0 }));
        assert_eq!(view["desk"], Value::Null);
        assert_eq!(view["timeline"][0]["what"], "received");
    }
}

#[tokio::test]
async fn only_staff_list_cases() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    for path in ["/api/v1/cases", "/api/v1/cases?stuck=true", "/api/v1/desk"] {
        assert_eq!(stage.get(path, &code).await.problem().1, "NOT_SIGNED_IN", "{path}");
        assert_eq!(stage.get(path, VIEWER).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(stage.get("/api/v1/cases", OFFICER).await.json()[0]["ref"], case.as_str());
    assert_eq!(stage.get("/api/v1/desk", OFFICER).await.json(), json!([]));
    assert_eq!(stage.get("/api/v1/cases?other=1", OFFICER).await.problem().1, "INVALID_FIELD");
}

#[tokio::test]
async fn the_desk_shows_every_case_page_after_page_and_how_many_there_are() {
    let stage = Stage::new().await;
    let stuck = stage.full_desk().await;
    assert!(stuck > 200);
    let first = stage.get("/api/v1/desk", OFFICER).await;
    assert_eq!(first.headers["x-total-count"], stuck.to_string());
    let next = first.headers["link"].to_str().expect("it is ASCII").to_owned();
    let next = next.strip_prefix('<').and_then(|it| it.strip_suffix(">; rel=\"next\""));
    let last = stage.get(next.expect("it is a link"), OFFICER).await;
    assert!(!last.headers.contains_key("link"));
    let refs = |page: Value| {
        let page = page.as_array().expect("it is a list").clone();
        page.into_iter().map(|it| it["ref"].to_string()).collect::<Vec<_>>()
    };
    let mut seen = [refs(first.json()), refs(last.json())].concat();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), stuck);
    assert!(stage.get("/api/v1/cases", OFFICER).await.headers.contains_key("link"));
    assert_eq!(stage.get("/api/v1/desk?after=x", OFFICER).await.problem().1, "INVALID_FIELD");

    let officer = stage.signed_in(OFFICER).await;
    let page = stage.page("/fr/desk", &officer).await.text;
    assert!(page.contains(&format!("Dossiers en attente : {stuck}")), "{page}");
    let (_, link) = page.split_once("<a href=\"/fr/desk?after=").expect("there is a next page");
    let after = link.split('"').next().expect("it ends");
    let page = stage.page(&format!("/fr/desk?after={after}"), &officer).await.text;
    assert!(page.contains("Première page") && !page.contains("Page suivante"));
    assert_eq!(page.matches("<a href=\"/fr/desk/case/").count(), stuck - 200);
}

#[tokio::test]
async fn a_decision_counts_for_what_its_author_has_seen() {
    let stage = Stage::new().await;
    let (case, _) = stage.ordinary().await;
    let before = stage.rows().await;
    assert_eq!(
        stage.decide(&case, OFFICER, None, withdraw()).await.problem().1,
        "REVISION_MISSING"
    );
    assert_eq!(
        stage.decide(&case, OFFICER, Some("x"), withdraw()).await.problem().1,
        "REVISION_INVALID"
    );
    let stale = stage.decide(&case, OFFICER, Some("\"7\""), withdraw()).await;
    assert_eq!(stale.problem().1, "STALE");
    assert_eq!((stale.status.as_u16(), &stale.json()["revision"]), (409, &json!(4)));
    assert_eq!(stage.rows().await, before);
}

#[tokio::test]
async fn a_decision_that_is_not_allowed_says_why() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let before = stage.rows().await;
    let retry = json!({ "action": "retry-now", "reason": "PARENTS_ASKED" });
    let elsewhere = json!({ "action": "withdraw", "reason": "PAYMENT_SETTLED" });
    let certified = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED", "set": { "child.name.first": "Emma" } });
    let nowhere = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED", "set": { "mailing.postal_code": "?" } });
    let nothing = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED" });
    let table = [
        (OFFICER, retry.clone(), 422, "NOTHING_TO_RETRY"),
        (OFFICER, elsewhere, 422, "GROUNDS_DO_NOT_FIT"),
        (
            OFFICER,
            json!({ "action": "correct-contact", "reason": "NOTICE_AMENDED", "set": { "email": "a@b.ca" } }),
            422,
            "GROUNDS_DO_NOT_FIT",
        ),
        (OFFICER, certified, 422, "CERTIFIED_FIELD"),
        (OFFICER, nowhere, 422, "FORM_INVALID"),
        (OFFICER, nothing, 422, "INVALID_FIELD"),
        (OFFICER, json!({ "action": "void", "reason": "PARENTS_ASKED" }), 422, "INVALID_FIELD"),
        (
            OFFICER,
            json!({ "action": "withdraw", "reason": "PARENTS_ASKED", "actor": "me" }),
            422,
            "INVALID_FIELD",
        ),
        (VIEWER, withdraw(), 403, "ROLE_MAY_NOT_DECIDE"),
        (&code, retry, 403, "ROLE_MAY_NOT_DECIDE"),
        (
            &code,
            json!({ "action": "withdraw", "reason": "PARENTS_ASKED" }),
            403,
            "ROLE_MAY_NOT_DECIDE",
        ),
        (
            OFFICER,
            json!({ "action": "correct-content", "reason": "PARENTS_ASKED" }),
            403,
            "ROLE_MAY_NOT_DECIDE",
        ),
    ];
    for (token, body, status, code) in table {
        let (found, word, _) =
            stage.decide(&case, token, Some(RECEIVED), body.clone()).await.problem();
        assert_eq!((found, word.as_str()), (status, code), "{body}");
    }
    assert_eq!(stage.rows().await, before);
}

#[tokio::test]
async fn a_decision_while_the_engine_is_away_is_written_down_and_counts_only_if_the_case_moves() {
    let stage = Stage::new().await;
    let (case, _) = stage.ordinary().await;
    let away = stage.decide(&case, OFFICER, Some(RECEIVED), withdraw()).await;
    assert_eq!(away.problem().1, "ENGINE_AWAY");
    let view = stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json();
    let facts: Vec<_> =
        view["timeline"].as_array().expect("it is a list").iter().map(|it| &it["what"]).collect();
    let received = ["received", "parent-certified", "parent-certified", "payment-offered"];
    assert_eq!(facts[..4], received);
    assert_eq!(facts[4..], ["decision-asked", "decision-unanswered"]);
    assert_eq!(view["birth"]["state"], "RECEIVED");
}

#[tokio::test]
async fn a_corrected_contact_is_a_new_version_and_names_its_author_to_staff_alone() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let set = json!({ "mailing.postal_code": "k1a0b1", "contact.email": "new@example.ca" });
    let body = json!({ "action": "correct-contact", "reason": "PARENTS_ASKED", "set": set });
    assert_eq!(stage.decide(&case, OFFICER, Some("\"4\""), body).await.problem().1, "ENGINE_AWAY");
    let seen = |view: Value| {
        let timeline = view["timeline"].as_array().expect("it is a list").clone();
        timeline.into_iter().find(|it| it["what"] == "contact-corrected").expect("it was corrected")
    };
    let staff = seen(stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json());
    assert_eq!(staff["detail"], json!({ "version": 2 }));
    assert_eq!(staff["by"], "Claire Officer");
    let parents = stage.get(&format!("/api/v1/cases/{case}"), &code).await;
    assert!(!parents.text.contains("Claire"));
}

#[tokio::test]
async fn unknown_routes_and_methods_are_problems_for_programs_and_pages_for_people() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/api/v1/nothing", OFFICER).await.problem().1, "ROUTE_UNKNOWN");
    let wrong = stage.send(Request::delete("/api/v1/desk"), Body::empty()).await;
    assert_eq!(wrong.problem().1, "METHOD_NOT_ALLOWED");
    assert_eq!(wrong.headers["allow"], "GET,HEAD");
    assert_eq!(stage.get("/api/v1/cases/%ff", OFFICER).await.problem().1, "UNREADABLE");
    for request in [Request::get("/en/nothing"), Request::get("/de"), Request::delete("/en/form")] {
        let answer = stage.send(request, Body::empty()).await;
        assert!(answer.status.is_client_error());
        assert!(
            answer.headers["content-type"].to_str().is_ok_and(|it| it.starts_with("text/html"))
        );
        assert!(answer.headers.contains_key("content-security-policy"), "{}", answer.text);
    }
}

#[tokio::test]
async fn the_api_describes_itself() {
    let stage = Stage::new().await;
    let api = stage.get("/api/v1/openapi.json", OFFICER).await.json();
    let paths: Vec<_> = api["paths"].as_object().expect("it has paths").keys().collect();
    for path in [
        "/api/v1/submissions",
        "/api/v1/cases/{ref}",
        "/api/v1/cases/{ref}/decisions",
        "/api/v1/desk",
    ] {
        assert!(paths.iter().any(|it| *it == path), "{path}");
    }
    let schema = &api["paths"]["/api/v1/submissions"]["post"]["requestBody"]["content"]["application/json"]
        ["schema"];
    assert_eq!(schema["$ref"], "#/components/schemas/Submission");
    assert!(api["components"]["schemas"]["Submission"]["properties"]["children"].is_object());
    for (language, word) in [("en", "What is answered"), ("fr", "Ce qui est répondu")] {
        let request = Request::get("/api").header("accept-language", language);
        let page = stage.send(request, Body::empty()).await;
        assert!(page.text.contains(word), "{}", page.text);
        assert!(page.text.contains("POST /api/v1/submissions") && !page.text.contains("http"));
        for operation in paths.iter().map(|path| format!("{path}</code></h3>")) {
            assert!(page.text.contains(&operation), "{operation}");
        }
    }
}

#[tokio::test]
async fn probes_and_metrics_answer() {
    let stage = Stage::new().await;
    stage.ordinary().await;
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(stage.get(path, "").await.status, StatusCode::OK);
    }
    let metrics = stage.get("/metrics", "").await.text;
    for line in [
        "newborn_cases{leg=\"birth\",standing=\"RECEIVED\"} 1",
        "newborn_http_requests_total{route=\"/api/v1/submissions\",status=\"201\"} 1",
        "newborn_outbox_waiting 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        assert!(line.starts_with("newborn_"), "{line}");
    }
    assert!(metrics.contains("newborn_process_"), "{metrics}");
}

#[tokio::test]
async fn cases_are_not_counted_anew_for_everybody_who_asks() {
    let stage = Stage::new().await;
    stage.ordinary().await;
    assert_eq!(stage.get("/metrics", "").await.status, StatusCode::OK);
    sqlx::query("alter table cases rename to elsewhere")
        .execute(&stage.pool)
        .await
        .expect("nobody can count");
    let again = futures::future::join_all((0..20).map(|_| stage.get("/metrics", ""))).await;
    for metrics in again {
        let counted = "newborn_cases{leg=\"birth\",standing=\"RECEIVED\"} 1";
        assert!(metrics.text.contains(counted), "{}", metrics.text);
    }
}
