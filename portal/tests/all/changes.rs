//! Changing an address and withdrawing, with a code that was sent.

use axum::http::StatusCode;
use store::one_time_codes;

use crate::stage::{Answer, Stage, keys};

/// A family that can be reached, at the first parent's browser.
struct Reached {
    stage: Stage,
    case: String,
    cookies: String,
}

const ADDRESS: [(&str, &str); 5] = [
    ("contact.mailing.line1", "7 Birch Street"),
    ("contact.mailing.city", "Kingston"),
    ("contact.mailing.province", "ON"),
    ("contact.mailing.postal_code", "k7l 1a1"),
    ("contact.mailing.country", "CA"),
];

impl Reached {
    async fn new() -> Self {
        let stage = Stage::with_messages().await;
        let (case, cookies) = stage.family().await;
        Self { stage, case, cookies }
    }

    async fn post(&self, path: &str, inputs: &[(&str, &str)]) -> Answer {
        self.stage.post(&format!("/en/case/{}/{path}", self.case), &self.cookies, inputs).await
    }

    /// Asks for a code, and reads it where the courier would.
    async fn code(&self, what: &str) -> String {
        let asked = self.post("code", &[("what", what)]).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
        let mut conn = self.stage.pool.acquire().await.expect("the database answers");
        let id: i64 = sqlx::query_scalar("select max(id) from one_time_codes")
            .fetch_one(&mut *conn)
            .await
            .expect("a code was drawn");
        let case = self.case.parse().expect("it is a reference");
        let id = u32::try_from(id).expect("it is small");
        let at = "2026-11-23T17:01:00Z".parse().expect("it is a time");
        let code = one_time_codes::find(&mut conn, &keys(), case, id, at).await;
        code.expect("it is read").expect("it can be used")
    }

    async fn moves(&self, code: &str) -> Answer {
        let inputs: Vec<_> = ADDRESS.into_iter().chain([("code", code)]).collect();
        self.post("address", &inputs).await
    }

    async fn facts(&self) -> Vec<String> {
        let sql = "select fact::jsonb->>'fact' from case_log where case_ref = $1 order by seq";
        let facts = sqlx::query_scalar(sql).bind(&self.case).fetch_all(&self.stage.pool).await;
        facts.expect("they are read")
    }
}

#[tokio::test]
async fn an_address_changes_only_with_a_code_that_was_sent() {
    let it = Reached::new().await;
    let before = it.facts().await;
    let without = it.moves("").await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("href=\"#code\""), "{}", without.text);
    assert!(without.text.contains("value=\"7 Birch Street\""), "what was typed is lost");
    let code = it.code("address").await;
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    assert_eq!(it.moves(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(it.facts().await, before);

    // As it is pasted from a message.
    let moved = it.moves(&format!(" {} {} ", &code[..4], &code[4..])).await;
    assert!(moved.text.contains("The engine does not answer"), "{}", moved.text);
    assert_eq!(
        it.facts().await[before.len()..],
        ["decision-asked", "contact-corrected", "decision-unanswered"]
    );
    assert!(it.moves(&code).await.text.contains("href=\"#code\""), "it opened twice");
    // The other parent hears that, and not what.
    let told: Vec<String> =
        sqlx::query_scalar("select message from messages where parent = 1 order by id")
            .fetch_all(&it.stage.pool)
            .await
            .expect("they are read");
    assert_eq!(told, ["RECEIVED", "SOMETHING_CHANGED"]);
}

#[tokio::test]
async fn an_address_that_cannot_be_read_uses_no_code_up() {
    let it = Reached::new().await;
    let code = it.code("address").await;
    let bad = [("contact.mailing.postal_code", "?"), ("code", code.as_str())];
    let bad = it.post("address", &bad).await;
    assert!(bad.text.contains("href=\"#contact.mailing.postal_code\""), "{}", bad.text);
    assert!(it.moves(&code).await.text.contains("The engine does not answer"));
}

#[tokio::test]
async fn after_five_wrong_codes_the_right_one_opens_nothing() {
    let it = Reached::new().await;
    let code = it.code("withdraw").await;
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    for _ in 0..5 {
        assert_eq!(it.moves(wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(it.moves(&code).await.text.contains("href=\"#code\""));
}

#[tokio::test]
async fn the_birth_is_withdrawn_when_each_parent_who_certified_has_asked() {
    let it = Reached::new().await;
    let code = it.code("withdraw").await;
    let none = it.post("withdraw", &[("code", &code)]).await;
    assert!(none.text.contains("href=\"#leg\""), "{}", none.text);
    let asked = it.post("withdraw", &[("leg", "birth"), ("code", &code)]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    assert_eq!(it.facts().await.last().map(String::as_str), Some("withdrawal-agreed"));
    let page = it.stage.page(&format!("/en/case/{}", it.case), &it.cookies).await.text;
    assert!(page.contains("It is withdrawn once the other parent"), "{page}");

    let [_, second] = it.stage.both().await;
    let (case, cookies) = it.stage.opened(second).await;
    let other = Reached { stage: it.stage, case, cookies };
    let page = other.stage.page(&format!("/en/case/{}", other.case), &other.cookies).await.text;
    assert!(page.contains("The other parent asked to withdraw"), "{page}");
    // This parent gave no contact of their own: they call.
    let page = format!("/en/case/{}/withdraw", other.case);
    let page = other.stage.page(&page, &other.cookies).await.text;
    assert!(page.contains("Call us to do this"), "{page}");
}

#[tokio::test]
async fn the_second_parent_does_not_move_the_first_ones_letters() {
    let it = Reached::new().await;
    let [_, second] = it.stage.both().await;
    let (case, cookies) = it.stage.opened(second).await;
    let path = format!("/en/case/{case}/address");
    assert_eq!(it.stage.page(&path, &cookies).await.status, StatusCode::FORBIDDEN);
    assert_eq!(it.stage.post(&path, &cookies, &ADDRESS).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn each_parent_is_written_to_in_their_own_language() {
    let it = Reached::new().await;
    let spoken = || async {
        let sql = "select language from parents where case_ref = $1 order by parent";
        let spoken = sqlx::query_scalar(sql).bind(&it.case).fetch_all(&it.stage.pool).await;
        let spoken: Vec<String> = spoken.expect("they are read");
        spoken
    };
    assert_eq!(spoken().await, ["en-CA", "fr-CA"]);
    let changed = it.post("language", &[("language", "fr-CA")]).await;
    assert_eq!(changed.headers["location"], format!("/fr/case/{}", it.case));
    assert_eq!(spoken().await, ["fr-CA", "fr-CA"]);
}

#[tokio::test]
async fn whoever_certified_an_earlier_version_is_asked_before_the_birth_is_withdrawn() {
    use domain::facts::Fact;
    let it = Reached::new().await;
    // One parent corrected it and certified that; the other has yet to.
    let corrected =
        [Fact::ContentCorrected { version: 2 }, Fact::ParentCertified { parent: 0, version: 2 }];
    it.stage.happens(&it.case, &corrected).await;
    let code = it.code("withdraw").await;
    let asked = it.post("withdraw", &[("leg", "birth"), ("code", &code)]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    assert_eq!(it.facts().await.last().map(String::as_str), Some("withdrawal-agreed"));
    let told: Vec<String> =
        sqlx::query_scalar("select message from messages where parent = 1 order by id")
            .fetch_all(&it.stage.pool)
            .await
            .expect("they are read");
    assert_eq!(told.last().map(String::as_str), Some("SOMETHING_CHANGED"));
}
