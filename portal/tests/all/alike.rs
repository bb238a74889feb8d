//! Whether there is a case, and whether somebody in it is protected, is told to nobody who does not hold its code.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::facts::Fact;
use serde_json::json;

use crate::{
    stage::{Answer, RECEIVED, Stage, ordinary},
    walk::{Place, routes},
};

const WRONG: &str = "7K3F-92QX-0M4T-ZZ1B";
const UNKNOWN: &str = "NB-0000-0000";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A portal with a case, a case in which a parent is protected, and a reference that belongs to nobody.
struct Three {
    stage: Stage,
    references: [String; 3],
}

impl Three {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let (existing, _) = stage.ordinary().await;
        let protected = stage.submit("protected", ordinary().to_string()).await.json();
        let protected = protected["cases"][0]["ref"].as_str().expect("it is a text").to_owned();
        stage.happens(&protected, &[Fact::Protected { parent: 0 }]).await;
        Self { stage, references: [existing, protected, UNKNOWN.to_owned()] }
    }

    /// Asks for each of the three in one way, and compares the answers but for the reference itself.
    async fn alike(&self, what: &str, ask: impl AsyncFn(&Stage, &str) -> Vec<(String, Answer)>) {
        let mut told: Option<Vec<String>> = None;
        for reference in &self.references {
            let answers = ask(&self.stage, reference).await;
            assert!(!answers.is_empty(), "{what} asks nothing");
            let now: Vec<String> = answers
                .into_iter()
                .map(|(asked, it)| {
                    let mut headers: Vec<_> = it
                        .headers
                        .iter()
                        .map(|(name, value)| format!("{name}: {value:?}"))
                        .collect();
                    headers.sort();
                    let all =
                        format!("{asked}\n{}\n{}\n{}", it.status, headers.join("\n"), it.text);
                    all.replace(reference, "REF")
                })
                .collect();
            match &told {
                None => told = Some(now),
                Some(before) => {
                    for (before, now) in before.iter().zip(&now) {
                        assert_eq!(before, now, "{what} tells {reference} from another");
                    }
                    assert_eq!(before.len(), now.len());
                }
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_code_opens_nothing_whatever_the_reference() {
    let it = Three::new().await;
    it.alike("signing in", async |stage, reference| {
        let mut answers = Vec::new();
        for language in ["en", "fr"] {
            for code in [WRONG, ""] {
                let path = format!("/{language}/status");
                let answer =
                    stage.post(&path, "", &[("reference", reference), ("code", code)]).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND);
                answers.push((path, answer));
            }
        }
        answers
    })
    .await;
    it.alike("the API", async |stage, reference| {
        let path = format!("/api/v1/cases/{reference}");
        let withdraw = json!({ "action": "withdraw", "reason": "PARENTS_ASKED" });
        let purpose = stage.get(&format!("{path}?purpose=AUDIT"), WRONG).await;
        let nobody = stage.send(Request::get(&path), Body::empty()).await;
        let decided = stage.decide(reference, WRONG, Some(RECEIVED), withdraw).await;
        let shown = stage.get(&path, WRONG).await;
        assert_eq!(shown.problem().1, "CASE_NOT_FOUND");
        vec![
            ("shown".to_owned(), shown),
            ("with a purpose".to_owned(), purpose),
            ("without a token".to_owned(), nobody),
            ("decided".to_owned(), decided),
        ]
    })
    .await;
}

#[tokio::test]
async fn no_page_of_a_case_tells_a_stranger_whether_there_is_one() {
    let it = Three::new().await;
    let wrong = format!("newborn-code={WRONG}");
    for cookies in ["", &wrong, "newborn-code="] {
        it.alike("a page", async |stage, reference| {
            let at = Place { case: reference, token: TOKEN };
            let mut answers = Vec::new();
            for route in routes().iter().filter(|it| it.template.contains("{ref}")) {
                answers.extend(route.walk(stage, &at, cookies).await);
            }
            assert!(answers.iter().all(|(_, it)| it.status != StatusCode::OK));
            answers
        })
        .await;
    }
}
