//! The second parent follows a link, says who they are, reads, and answers.

use axum::http::StatusCode;
use serde_json::{Value, json};
use store::parents;

use crate::{
    browser::cookie,
    stage::{Answer, OFFICER, Stage, keys, ordinary},
};

/// A family whose second parent is not there.
struct Apart {
    stage: Stage,
    case: String,
    token: String,
}

impl Apart {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let mut form = ordinary();
        form["start"]["all_parents_present"] = json!(false);
        let second = form["parents"][1].as_object_mut().expect("it is an object");
        second.remove("certification");
        let theirs = json!({"language": "fr-CA", "notify_by": "SMS", "phone": "613 555 0188"});
        second.insert("contact".into(), theirs);
        let (case, _) = stage.received(form).await;
        let mut conn = stage.pool.acquire().await.expect("the database answers");
        let reference = case.parse().expect("it is a reference");
        let token = parents::find_link(&mut conn, &keys(), reference, 1).await;
        let token = token.expect("it is read").expect("a link was drawn");
        Self { stage, case, token }
    }

    async fn says(&self, name: &str, born: &str) -> Answer {
        let path = format!("/en/read/{}", self.token);
        self.stage.post(&path, "", &[("name", name), ("born", born)]).await
    }

    /// The second parent's browser, once they have said who they are.
    async fn known(&self) -> String {
        let answer = self.says("marc tremblay", "1992-09-23").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert_eq!(answer.headers["location"], format!("/en/case/{}/welcome", self.case));
        cookie(&answer.headers)
    }

    async fn page(&self, path: &str, cookies: &str) -> String {
        self.stage.page(&format!("/en/case/{}{path}", self.case), cookies).await.text
    }

    async fn answers(&self, what: &str, cookies: &str, inputs: &[(&str, &str)]) -> Answer {
        self.stage.post(&format!("/en/case/{}/{what}", self.case), cookies, inputs).await
    }

    async fn view(&self) -> Value {
        self.stage.get(&format!("/api/v1/cases/{}", self.case), OFFICER).await.json()
    }

    async fn last(&self) -> (String, Value) {
        let view = self.view().await;
        let last = view["timeline"].as_array().and_then(|it| it.last()).expect("it has entries");
        (last["what"].as_str().expect("it is a word").to_owned(), last["detail"].clone())
    }
}

const CERTIFIES: [(&str, &str); 4] =
    [("version", "1"), ("agrees", "true"), ("checked", "true"), ("typed_name", "Marc Tremblay")];

#[tokio::test]
async fn a_link_asks_who_somebody_is_and_says_nothing_about_anybody() {
    let it = Apart::new().await;
    let page = it.stage.page(&format!("/fr/read/{}", it.token), "").await;
    assert_eq!(page.status, StatusCode::OK);
    for word in ["Tremblay", "Olivia", "Sophie", "Marc", "NB-", "naissance de votre enfant"] {
        assert!(!page.text.contains(word), "{word} is in {}", page.text);
    }
    let unknown = it.stage.page("/fr/read/0123456789abcdef0123456789abcdef", "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(it.view().await["birth"]["state"], "WAITING_SECOND_PARENT");
}

#[tokio::test]
async fn whoever_is_known_reads_and_certifies_exactly_what_is_shown() {
    let it = Apart::new().await;
    let cookies = it.known().await;
    let welcome = it.page("/welcome", &cookies).await;
    let other = it.stage.submit("ordinary", "{}").await;
    assert!(welcome.contains(&it.case), "{welcome}");
    assert!(other.status.is_client_error());
    let statement = it.page("/statement", &cookies).await;
    assert!(statement.contains("Olivia Rose Tremblay"), "{statement}");
    for theirs in ["12 Maple Lane", "K1N", "sophie.tremblay@", "613"] {
        assert!(!statement.to_lowercase().contains(&theirs.to_lowercase()), "{theirs}");
    }

    let empty = it.answers("certify", &cookies, &[("version", "1")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for input in ["agrees", "checked", "typed_name"] {
        assert!(empty.text.contains(&format!("href=\"#{input}\"")), "{input}: {}", empty.text);
    }
    let other = [("version", "2"), CERTIFIES[1], CERTIFIES[2], CERTIFIES[3]];
    let other = it.answers("certify", &cookies, &other).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    assert!(other.text.contains("The form has changed"), "{}", other.text);

    let certified = it.answers("certify", &cookies, &CERTIFIES).await;
    assert_eq!(certified.status, StatusCode::SEE_OTHER, "{}", certified.text);
    assert_eq!(it.last().await, ("parent-certified".into(), json!({"parent": 1, "version": 1})));
    assert_eq!(it.view().await["birth"]["state"], "RECEIVED");
    // Nobody certifies twice.
    let again = it.answers("certify", &cookies, &CERTIFIES).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_link_is_used_once() {
    let it = Apart::new().await;
    it.known().await;
    assert_eq!(it.says("Marc Tremblay", "1992-09-23").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn after_five_wrong_answers_an_officer_is_told() {
    let it = Apart::new().await;
    for (name, born) in [
        ("Sophie Tremblay", "1992-09-23"),
        ("Marc Tremblay", "1992-09-22"),
        ("", ""),
        ("Marc", "1992-09-23"),
    ] {
        let wrong = it.says(name, born).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(wrong.text.contains("more tr"), "{}", wrong.text);
    }
    assert_eq!(it.says("Nobody", "2000-01-01").await.status, StatusCode::NOT_FOUND);
    assert_eq!(it.last().await.0, "parent-not-confirmed");
    // Now it is too late, also for the right answer.
    assert_eq!(it.says("Marc Tremblay", "1992-09-23").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_said_instead_of_certifying_is_kept() {
    for (objection, state) in [
        ("SOMETHING_WRONG", "ACTION_NEEDED"),
        ("NOT_A_PARENT", "IN_REVIEW"),
        ("DOES_NOT_AGREE", "IN_REVIEW"),
    ] {
        let it = Apart::new().await;
        let cookies = it.known().await;
        let inputs = [("version", "1"), ("objection", objection)];
        let said = it.answers("object", &cookies, &inputs).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
        let expected = json!({"parent": 1, "objection": objection});
        assert_eq!(it.last().await, ("parent-objected".into(), expected));
        assert_eq!(it.view().await["birth"]["state"], state);
    }
}

#[tokio::test]
async fn what_is_for_the_registrar_is_not_taken_back_by_saying_less_or_by_certifying() {
    let it = Apart::new().await;
    let cookies = it.known().await;
    let says = |objection| [("version", "1"), ("objection", objection)];
    for (objection, status) in [
        ("DOES_NOT_AGREE", 303),
        ("SOMETHING_WRONG", 409),
        ("NOT_A_PARENT", 303),
        ("DOES_NOT_AGREE", 409),
    ] {
        let said = it.answers("object", &cookies, &says(objection)).await;
        assert_eq!(said.status.as_u16(), status, "{objection}: {}", said.text);
    }
    let certified = it.answers("certify", &cookies, &CERTIFIES).await;
    assert_eq!(certified.status, StatusCode::CONFLICT);
    let expected = json!({"parent": 1, "objection": "NOT_A_PARENT"});
    assert_eq!(it.last().await, ("parent-objected".into(), expected));
    assert_eq!(it.view().await["birth"]["state"], "IN_REVIEW");
}
