//! One whole exchange for each operation: what is sent and what is answered. Of nobody who lives.

use axum::http::{Method, StatusCode};
use domain::intake::{Code, Violation};
use serde_json::{Value, json};
use utoipa::openapi::{self, RefOr};

use crate::{language::Speaks, problem::Problem};

const JSON: &str = "application/json";

/// An operation, asked and answered.
pub(super) struct Exchange {
    pub(super) method: Method,
    /// As the description has it.
    pub(super) path: &'static str,
    /// What is really asked for, with what belongs in the address.
    pub(super) asked: &'static str,
    pub(super) headers: &'static [&'static str],
    pub(super) body: Option<Value>,
    pub(super) status: StatusCode,
    pub(super) answered_headers: &'static [&'static str],
    pub(super) answer: Value,
}

/// One for each operation.
pub(super) fn all() -> Vec<Exchange> {
    const STAFF: &str = "Authorization: Bearer officer-token-0123456789";
    const CODE: &str = "Authorization: Bearer 7K3F-92QX-0M4T-ZZ1B";
    vec![
        Exchange {
            method: Method::POST,
            path: "/api/v1/submissions",
            asked: "/api/v1/submissions",
            headers: &["Idempotency-Key: 3f0c9a52-ordinary", "Content-Type: application/json"],
            body: Some(submission()),
            status: StatusCode::CREATED,
            answered_headers: &[],
            answer: receipt(),
        },
        Exchange {
            method: Method::GET,
            path: "/api/v1/cases/{ref}",
            asked: "/api/v1/cases/NB-7K3F-92QX",
            headers: &[CODE],
            body: None,
            status: StatusCode::OK,
            answered_headers: &["ETag: \"6\""],
            answer: case(),
        },
        Exchange {
            method: Method::POST,
            path: "/api/v1/cases/{ref}/decisions",
            asked: "/api/v1/cases/NB-7K3F-92QX/decisions",
            headers: &[STAFF, "If-Match: \"6\"", "Content-Type: application/json"],
            body: Some(
                json!({ "action": "retry-now", "reason": "NOTICE_AMENDED", "leg": "birth" }),
            ),
            status: StatusCode::OK,
            answered_headers: &["ETag: \"6\""],
            answer: case(),
        },
        Exchange {
            method: Method::GET,
            path: "/api/v1/cases",
            asked: "/api/v1/cases?stuck=true",
            headers: &[STAFF],
            body: None,
            status: StatusCode::OK,
            answered_headers: &[],
            answer: json!([summary()]),
        },
        Exchange {
            method: Method::GET,
            path: "/api/v1/desk",
            asked: "/api/v1/desk",
            headers: &[STAFF],
            body: None,
            status: StatusCode::OK,
            answered_headers: &["X-Total-Count: 1"],
            answer: json!([summary()]),
        },
    ]
}

/// A form that is refused: each error names its field.
pub(super) fn refusal() -> Value {
    let violations = vec![Violation {
        pointer: "/children/0/name/first".to_owned(),
        code: Code::NameCharacters,
    }];
    let body =
        Problem::FormInvalid(violations).body(Speaks::ENGLISH, "/api/v1/submissions".to_owned());
    serde_json::to_value(body).expect("a problem is JSON")
}

/// Puts the exchanges into the description.
pub(super) fn into(api: &mut openapi::OpenApi) {
    for it in all() {
        let item = api.paths.paths.get_mut(it.path).expect("the operation is described");
        let operation = match it.method {
            Method::GET => &mut item.get,
            _ => &mut item.post,
        };
        let operation = operation.as_mut().expect("the method is described");
        if let (Some(RefOr::T(body)), Some(example)) = (&mut operation.request_body, it.body) {
            let Some(RefOr::T(body)) = body.content.get_mut(JSON) else {
                unreachable!("it takes JSON")
            };
            body.example = Some(example);
        }
        let answers = &mut operation.responses.responses;
        let answer = answers.get_mut(it.status.as_str());
        let Some(RefOr::T(answer)) = answer else { unreachable!("the answer is described") };
        let Some(RefOr::T(answer)) = answer.content.get_mut(JSON) else {
            unreachable!("it answers JSON")
        };
        answer.example = Some(it.answer);
    }
}

fn submission() -> Value {
    serde_json::from_str(include_str!("submission.example.json")).expect("the example is JSON")
}

fn receipt() -> Value {
    json!({
        "submission": "0192f7c4-5b1e-7c3a-9d2f-8a6b4c2e1d00",
        "cases": [{
            "ref": "NB-7K3F-92QX",
            "child": 1,
            "access_code": "7K3F-92QX-0M4T-ZZ1B",
            "other_access_codes": [{ "parent": 1, "access_code": "QX0M-4TZZ-1B7K-3F92" }],
        }],
    })
}

fn task() -> Value {
    json!({
        "reason": "NOTICE_DIFFERS",
        "owner": "OFFICER",
        "due": "2026-11-28T17:04:00Z",
        "raised": "2026-11-23T17:04:00Z",
        "leg": "birth",
        "actions": ["retry-now", "withdraw"],
    })
}

fn case() -> Value {
    let entry = |seq: u8, actor: &str, what: &str, detail: Value| {
        let at = format!("2026-11-23T17:0{seq}:00Z");
        json!({ "seq": seq, "at": at, "actor": actor, "what": what, "detail": detail })
    };
    json!({
        "ref": "NB-7K3F-92QX",
        "child": 1,
        "revision": 6,
        "closed": false,
        "ending": null,
        "birth": { "state": "IN_REVIEW" },
        "certificate": { "state": "WAITING_REGISTRATION", "product": "WITH_PARENTS" },
        "sin": { "state": "WAITING_REGISTRATION" },
        "fee": { "state": "UNEARNED", "amount_cents": 4000 },
        "desk": task(),
        "tasks": [task()],
        "papers": [],
        "timeline": [
            entry(1, "PARENTS", "received", json!({})),
            entry(2, "PARENTS", "parent-certified", json!({ "parent": 0, "version": 1 })),
            entry(3, "PARENTS", "parent-certified", json!({ "parent": 1, "version": 1 })),
            entry(4, "ENGINE", "desk-raised", json!({ "leg": "birth", "reason": "NOTICE_DIFFERS" })),
        ],
    })
}

fn summary() -> Value {
    json!({
        "ref": "NB-7K3F-92QX",
        "protected": false,
        "revision": 6,
        "received": "2026-11-23T17:01:00Z",
        "closed": false,
        "birth": { "state": "IN_REVIEW" },
        "certificate": { "state": "WAITING_REGISTRATION", "product": "WITH_PARENTS" },
        "sin": { "state": "WAITING_REGISTRATION" },
        "fee": { "state": "UNEARNED", "amount_cents": 4000 },
        "desk": task(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_submission_is_the_example_that_the_tests_and_the_demo_send() {
        let sent = include_str!("../../../examples/ordinary.json");
        assert_eq!(submission(), serde_json::from_str::<Value>(sent).expect("it is JSON"));
    }
}
