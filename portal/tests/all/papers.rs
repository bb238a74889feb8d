//! Papers that a statement needs: sent through the page, promised by mail, looked at by an officer.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::{
    facts::Fact,
    paper::{Paper, PaperRefusal},
};
use serde_json::{Value, json};
use store::papers;

use crate::stage::{Answer, OFFICER, Stage, VIEWER, ordinary};

const PDF: &[u8] = b"%PDF-1.7 a scan";
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n a photo";
const BOUNDARY: &str = "a-boundary-that-no-file-has";

fn single_name() -> Value {
    let mut form = ordinary();
    form["children"][0]["name"] = json!({ "kind": "SINGLE", "single": "Suharto" });
    form
}

/// A family whose child has a single name.
struct Family {
    stage: Stage,
    case: String,
    first: String,
    second: String,
}

impl Family {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let answer = stage.submit("ordinary", single_name().to_string()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let it = answer.json()["cases"][0].clone();
        let text = |it: &Value| it.as_str().expect("it is a text").to_owned();
        let case = text(&it["ref"]);
        let (_, first) = stage.opened((case.clone(), text(&it["access_code"]))).await;
        let second = text(&it["other_access_codes"][0]["access_code"]);
        let (_, second) = stage.opened((case.clone(), second)).await;
        Self { stage, case, first, second }
    }

    fn path(&self) -> String {
        format!("/en/case/{}/papers", self.case)
    }

    async fn page(&self) -> String {
        let answer = self.stage.page(&self.path(), &self.first).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.text
    }

    async fn send(&self, words: &[(&str, &str)], files: &[&[u8]]) -> Answer {
        self.send_as(&self.first, words, files).await
    }

    async fn send_as(&self, cookies: &str, words: &[(&str, &str)], files: &[&[u8]]) -> Answer {
        let mut body = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        for (name, word) in words {
            part(&format!("name=\"{name}\""), word.as_bytes());
        }
        for file in files {
            let head = "name=\"file\"; filename=\"Zanzibar certificate.pdf\"\r\ncontent-type: application/pdf";
            part(head, file);
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = Request::post(self.path())
            .header("cookie", cookies)
            .header("host", "portal.test")
            .header("origin", "http://portal.test")
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
        self.stage.send(request, Body::from(body)).await
    }

    async fn files(&self) -> usize {
        let mut conn = self.stage.pool.acquire().await.expect("the database answers");
        let case = self.case.parse().expect("it is a reference");
        papers::all(&mut conn, case).await.expect("they are read").len()
    }

    async fn state(&self) -> Value {
        let view = self.stage.get(&format!("/api/v1/cases/{}", self.case), OFFICER).await.json();
        view["papers"][0]["state"].clone()
    }
}

const SINGLE: [(&str, &str); 1] = [("paper", "SINGLE_NAME")];

#[tokio::test]
async fn the_page_says_what_is_missing_and_by_when() {
    let it = Family::new().await;
    let case = it.stage.page(&format!("/en/case/{}", it.case), &it.first).await.text;
    assert!(case.contains("We need papers from you by January 22, 2027."), "{case}");
    assert!(case.contains(&format!("href=\"{}\"", it.path())), "{case}");
    let page = it.page().await;
    assert!(page.contains("Papers for a single name"), "{page}");
    assert!(page.contains("Send it by January 22, 2027."), "{page}");
    assert!(page.contains("enctype=\"multipart/form-data\""), "{page}");
    let french = it.stage.page(&format!("/fr/case/{}/papers", it.case), &it.first).await.text;
    assert!(french.contains("au plus tard le 22 janvier 2027"), "{french}");
}

#[tokio::test]
async fn several_files_are_sent_at_once_and_their_names_are_kept_nowhere() {
    let it = Family::new().await;
    let sent = it.send(&SINGLE, &[PDF, PNG]).await;
    assert_eq!((sent.status, it.files().await), (StatusCode::SEE_OTHER, 2), "{}", sent.text);
    let page = it.page().await;
    assert!(page.contains("File 1: PDF") && page.contains("File 2: PNG"), "{page}");
    assert!(!page.contains("Zanzibar") && !crate::stage::Logs::text().contains("Zanzibar"));
    assert_eq!(it.state().await, "RECEIVED");
    let errands: Vec<String> = sqlx::query_scalar("select errand from outbox order by id")
        .fetch_all(&it.stage.pool)
        .await
        .expect("they are read");
    assert_eq!(errands, ["START_CASE", "PARENTS_ANSWERED", "PARENTS_ANSWERED"]);
    // Sent twice by a slow connection, it is there once.
    assert_eq!(it.send(&SINGLE, &[PDF]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(it.files().await, 2);
}

#[tokio::test]
async fn a_file_of_another_kind_is_not_kept_and_the_others_are() {
    let it = Family::new().await;
    let sent = it.send(&SINGLE, &[b"<svg onload=alert(1)>", PDF]).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = "<a href=\"#file-single-name\">File 1 is not a PDF, JPEG or PNG.";
    assert!(sent.text.contains(error), "{}", sent.text);
    assert!(sent.text.contains("id=\"file-single-name\""), "{}", sent.text);
    assert!(sent.text.contains("File 1: PDF"), "{}", sent.text);
    assert_eq!(it.files().await, 1);
    let nothing = it.send(&SINGLE, &[b""]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("Choose one or more files to send."), "{}", nothing.text);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_heard_out_and_not_kept() {
    let it = Family::new().await;
    let mut large = PDF.to_vec();
    large.resize(10 * 1024 * 1024 + 1, b'a');
    let sent = it.send(&SINGLE, &[&large, PNG]).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.text.contains("File 1 has more than 10 MB."), "{}", sent.text);
    assert_eq!(it.files().await, 1);
    large.truncate(10 * 1024 * 1024);
    assert_eq!(it.send(&SINGLE, &[&large]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(it.files().await, 2);
    let far_too_much = vec![&large[..]; 7];
    let sent = it.send(&SINGLE, &far_too_much).await;
    assert!(sent.text.contains("too large together"), "{} {}", sent.status, sent.text);
}

#[tokio::test]
async fn the_sixth_file_is_not_kept() {
    let it = Family::new().await;
    let files: Vec<Vec<u8>> = (1..=6).map(|nth| format!("%PDF-{nth}").into_bytes()).collect();
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    let sent = it.send(&SINGLE, &files).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.text.contains("File 6 was not kept: there can be 5 files"), "{}", sent.text);
    assert_eq!(it.files().await, 5);
}

#[tokio::test]
async fn who_mails_a_paper_is_told_where_and_which_reference_to_write_on_it() {
    let it = Family::new().await;
    let page = it.page().await;
    let reference = format!("Write this reference on it: {}", it.case);
    assert!(page.contains("100 Example Street") && page.contains(&reference), "{page}");
    let path = format!("{}/mail", it.path());
    let said = it.stage.post(&path, &it.first, &[("paper", "SINGLE_NAME")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    assert!(it.page().await.contains("You said that it comes by mail."));
    assert_eq!(it.state().await, "TO_BE_MAILED");
}

#[tokio::test]
async fn a_paper_in_another_language_needs_a_translation() {
    let it = Family::new().await;
    let words = [("paper", "SINGLE_NAME"), ("other-language", "true")];
    assert_eq!(it.send(&words, &[PDF]).await.status, StatusCode::SEE_OTHER);
    let page = it.page().await;
    assert!(page.contains("name of the translator"), "{page}");
    let words = [("paper", "TRANSLATION")];
    assert_eq!(it.send(&words, &[PNG]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn only_the_first_parent_of_this_case_sends_papers() {
    let it = Family::new().await;
    let path = it.path();
    let other = it.send_as(&it.second, &SINGLE, &[PDF]).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    let page = it.stage.page(&path, &it.second).await.text;
    assert!(page.contains("The parent who filled in the form sends the papers."), "{page}");
    assert!(!page.contains("type=\"file\""), "{page}");
    let nobody = it.send_as("", &SINGLE, &[PDF]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert_eq!(it.stage.page(&path, "").await.headers["location"], "/en/status");

    let protect = format!("/en/case/{}/protect", it.case);
    it.stage.post(&protect, &it.first, &[]).await;
    let page = it.stage.page(&path, &it.second).await;
    assert_eq!(page.headers["location"], "/en/status");
    let other = it.send_as(&it.second, &SINGLE, &[PDF]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert_eq!(it.send(&SINGLE, &[PDF]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(it.files().await, 1);
}

#[tokio::test]
async fn a_family_that_needs_no_papers_sends_none() {
    let stage = Stage::new().await;
    let (case, first) = stage.family().await;
    let second = String::new();
    let page = stage.page(&format!("/en/case/{case}"), &first).await.text;
    assert!(!page.contains("/papers"), "{page}");
    let it = Family { stage, case, first, second };
    assert!(it.page().await.contains("Your form needs no papers."));
    let sent = it.send(&SINGLE, &[PDF]).await;
    assert!(sent.text.contains("this paper is not needed now"), "{}", sent.text);
    for words in [&[("paper", "PASSPORT")][..], &[("colour", "red")], &[]] {
        let sent = it.send(words, &[PDF]).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{words:?} {}", sent.text);
    }
    assert_eq!(it.files().await, 0);
}

#[tokio::test]
async fn an_officer_saves_a_file_and_that_is_written_down() {
    let it = Family::new().await;
    it.send(&SINGLE, &[PDF]).await;
    let officer = it.stage.signed_in(OFFICER).await;
    let desk = format!("/en/desk/case/{}", it.case);
    let file = format!("{desk}/papers/SINGLE_NAME/1");
    let page = it.stage.page(&desk, &officer).await.text;
    assert!(page.contains(&format!("href=\"{file}\"")), "{page}");
    assert!(page.contains("Accept a paper – Papers for a single name"), "{page}");
    assert!(page.contains("Refuse a paper – Papers for a single name"), "{page}");
    let reads = "select count(*) from staff_reads where what = 'CASE'";
    let reads = || sqlx::query_scalar::<_, i64>(reads).fetch_one(&it.stage.pool);
    let before = reads().await.expect("counted");
    let saved = it.stage.page(&file, &officer).await;
    assert_eq!((saved.status, saved.text.as_bytes()), (StatusCode::OK, PDF));
    let name = format!("attachment; filename=\"{}-SINGLE_NAME-1.pdf\"", it.case);
    for (header, value) in [
        ("content-disposition", name.as_str()),
        ("content-type", "application/pdf"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(saved.headers[header], value, "{header}");
    }
    assert_eq!(reads().await.expect("counted"), before + 1);

    for path in [format!("{desk}/papers/SINGLE_NAME/2"), format!("{desk}/papers/PASSPORT/1")] {
        assert_eq!(it.stage.page(&path, &officer).await.status, StatusCode::NOT_FOUND);
    }
    let viewer = it.stage.signed_in(VIEWER).await;
    assert_eq!(it.stage.page(&file, &viewer).await.status, StatusCode::FORBIDDEN);
    assert!(!it.stage.page(&desk, &viewer).await.text.contains(&file));
    assert_eq!(it.stage.page(&file, &it.first).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_refused_says_why_and_can_be_sent_again() {
    let it = Family::new().await;
    it.send(&SINGLE, &[PDF]).await;
    let due = "2027-02-01T12:00:00Z".parse().expect("it is a time");
    let why = PaperRefusal::NotSigned;
    let refused = Fact::PaperRefused { paper: Paper::SingleName, why, due };
    it.stage.happens(&it.case, &[refused]).await;
    let page = it.page().await;
    assert!(page.contains("It is not signed, or not before a commissioner."), "{page}");
    assert!(page.contains("Send it by February 1, 2027."), "{page}");
    assert!(!page.contains("File 1"), "{page}");
    assert_eq!(it.state().await, "REFUSED");
    assert_eq!(it.send(&SINGLE, &[PDF]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(it.state().await, "RECEIVED");
}

#[tokio::test]
async fn a_decision_about_a_paper_names_the_one_that_is_needed() {
    let it = Family::new().await;
    let view = it.stage.get(&format!("/api/v1/cases/{}", it.case), OFFICER).await.json();
    let seen = view["revision"].to_string();
    let decide = async |action: &str, reason: &str, paper: Value| {
        let body = json!({ "action": action, "reason": reason, "paper": paper });
        it.stage.decide(&it.case, OFFICER, Some(&seen), body).await.problem().1
    };
    let (accept, refuse) = ("accept-papers", "refuse-papers");
    let single = json!("SINGLE_NAME");
    assert_eq!(decide(accept, "PAPER_IN_ORDER", Value::Null).await, "INVALID_FIELD");
    assert_eq!(decide("withdraw", "PARENTS_ASKED", single.clone()).await, "INVALID_FIELD");
    assert_eq!(decide(accept, "PAPER_IN_ORDER", json!("DECLARATION")).await, "PAPER_NOT_NEEDED");
    assert_eq!(decide(refuse, "PAPER_UNREADABLE", single.clone()).await, "NO_PAPER_CAME");
    assert_eq!(decide(accept, "PAPER_UNREADABLE", single.clone()).await, "GROUNDS_DO_NOT_FIT");
    // It came in the mail. It is written down; the engine is away.
    assert_eq!(decide(accept, "PAPER_IN_ORDER", single).await, "ENGINE_AWAY");
}
