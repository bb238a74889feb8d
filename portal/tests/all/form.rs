//! The form, page by page, as a browser without scripts walks it.

use axum::http::{Request, StatusCode};
use domain::{
    intake::{ShownText, TEXT_VERSION},
    people::Language,
};
use jiff::Timestamp;
use store::texts;

use crate::{
    browser::{TYPED, Walk, cookie, seen},
    stage::Stage,
};

/// What stands between two marks for the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} is in {text}"));
    rest.split_once(after).expect("it ends").0
}

/// The code with which a page's form is opened again.
fn code(page: &str) -> &str {
    between(page, "<p class=\"code\">", "</p>")
}

async fn cases(stage: &Stage) -> i64 {
    let count = sqlx::query_scalar("select count(*) from cases").fetch_one(&stage.pool).await;
    count.expect("they are counted")
}

#[tokio::test]
async fn a_family_goes_from_the_first_page_to_its_references() {
    let stage = Stage::new().await;
    for (nth, language) in (1..).zip(["en", "fr"]) {
        let Walk { path, answer, .. } = stage.fill(language, &[]).await;
        assert_eq!(path, format!("/{language}/form/sent"), "{}", answer.text);
        assert!(answer.text.contains("NB-"), "{}", answer.text);
        assert_eq!(cases(&stage).await, nth);
    }
}

#[tokio::test]
async fn a_page_with_errors_says_them_beside_their_fields_and_keeps_what_was_typed() {
    let stage = Stage::new().await;
    let wrong = [("children/0/date_of_birth", "2027-01-01"), ("children/0/weight_grams", "much")];
    let Walk { path, cookies, answer } = stage.fill("en", &wrong).await;
    assert_eq!((path.as_str(), answer.status.as_u16()), ("/en/form/baby-1/birth", 422));
    let summary = between(&answer.text, "role=\"alert\"", "</div>");
    for name in ["date_of_birth", "weight_grams"] {
        assert!(summary.contains(&format!("href=\"#children-0-{name}\"")), "{summary}");
        assert!(answer.text.contains(&format!("id=\"children-0-{name}-error\"")), "{name}");
    }
    let again = stage.page(&path, &cookies).await.text;
    for kept in ["value=\"2027-01-01\"", "value=\"much\"", "value=\"FEMALE\" checked"] {
        assert!(answer.text.contains(kept) && again.contains(kept), "{kept} was not kept");
    }
    let right = [("children/0/weight_grams", "")];
    let Walk { path, .. } = stage.walk(&path, &cookies, &right).await;
    assert_eq!(path, "/en/form/sent");
}

#[tokio::test]
async fn whom_the_form_is_not_for_is_told_what_else_to_do() {
    let stage = Stage::new().await;
    for (input, value, code, from) in [
        ("start/born_in_province", "false", "BORN_ELSEWHERE", "start"),
        ("start/already_registered", "true", "ALREADY_REGISTERED", "start"),
        ("start/live_birth", "false", "NOT_LIVE_BIRTH", "start"),
        ("start/surrogacy", "true", "SURROGACY_ASSISTED", "start"),
        ("start/parent_count", "3", "MORE_PARENTS_ASSISTED", "start"),
        ("start/parent_count", "4", "MORE_PARENTS_ASSISTED", "start"),
        ("children/0/date_of_birth", "2025-11-23", "FIRST_BIRTHDAY_REACHED", "baby-1/birth"),
        ("attendant/kind", "NONE", "UNATTENDED_ASSISTED", "place"),
        ("parents/0/agrees_child_surname", "false", "SURNAME_NOT_AGREED", "certify-1"),
    ] {
        for language in ["en", "fr"] {
            let Walk { path, cookies, answer } = stage.fill(language, &[(input, value)]).await;
            assert_eq!(path, format!("/{language}/form/out/{code}?from={from}"), "{input}");
            assert_eq!(answer.status, StatusCode::OK);
            let back = format!("/{language}/form/{from}");
            assert!(answer.text.contains(&format!("href=\"{back}\"")), "{}", answer.text);
            // What was typed is still there.
            let page = stage.page(&back, &cookies).await.text;
            assert!(
                page.contains(&format!("name=\"{input}\" value=\"{value}\" checked"))
                    || page.contains(&format!("value=\"{value}\"")),
                "{input}"
            );
        }
    }
    assert_eq!(cases(&stage).await, 0);
    assert_eq!(stage.page("/en/form/out/NOTHING", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stage.page("/en/form/out/TOO_LONG", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_is_read_on_in_the_other_language_with_what_was_typed() {
    let stage = Stage::new().await;
    let begun = stage.fill("en", &[("children/0/date_of_birth", "")]).await;
    let typed = [("children/0/time_of_birth", "03:1"), ("speak", "fr")];
    let spoken = stage.post("/en/form/baby-1/birth", &begun.cookies, &typed).await;
    assert_eq!(spoken.headers["location"], "/fr/form/baby-1/birth");
    let page = stage.page("/fr/form/baby-1/birth", &begun.cookies).await.text;
    assert!(page.contains("value=\"03:1\"") && page.contains("La naissance de votre bébé"));
}

#[tokio::test]
async fn a_form_that_was_left_is_opened_by_its_code_in_another_browser() {
    let stage = Stage::new().await;
    let begun = stage.fill("en", &[("place/municipality", "")]).await;
    assert_eq!(begun.path, "/en/form/place");
    let typed = [("place/municipality", "Wawa"), ("later", "true")];
    let later = stage.post(&begun.path, &begun.cookies, &typed).await;
    assert_eq!(later.headers["location"], "/en/form/kept");
    let kept = stage.page("/en/form/kept", &begun.cookies).await.text;
    assert!(kept.contains("December 23, 2026"), "{kept}");

    let wrong = stage.post("/fr/form/return", "", &[("code", "7K3F-92QX-0M4T-ZZ1B")]).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    assert!(wrong.text.contains("href=\"#code\""));
    let pasted = format!(" {} ", code(&kept).to_lowercase());
    let opened = stage.post("/fr/form/return", "", &[("code", &pasted)]).await;
    assert_eq!(opened.headers["location"], "/fr/form/place");
    let page = stage.page("/fr/form/place", &cookie(&opened.headers)).await.text;
    assert!(page.contains("value=\"Wawa\""), "{page}");
}

#[tokio::test]
async fn a_form_that_rests_shows_nothing_and_loses_nothing() {
    let stage = Stage::new().await;
    let begun = stage.fill("en", &[("place/municipality", "")]).await;
    let code = code(&begun.answer.text).to_owned();
    let later: fn() -> Timestamp = || "2026-11-23T17:30:00Z".parse().expect("it is a time");
    let later = stage.on(later);
    for path in ["place", "review", "certify-1", "kept", "sent", "parent-1/name"] {
        let path = format!("/en/form/{path}");
        let shown = later.page(&path, &begun.cookies).await;
        assert_eq!(shown.status, StatusCode::SEE_OTHER, "{path}");
        assert!(!shown.text.contains("Olivia"), "{path}");
    }
    let sent = later.post("/en/form/place", &begun.cookies, &[("place/municipality", "Wawa")]);
    assert_eq!(sent.await.headers["location"], "/en/form/return?why=rested");
    let opened = later.post("/en/form/return", "", &[("code", &code)]).await;
    assert_eq!(opened.headers["location"], "/en/form/place");
    let page = later.page("/en/form/place", &cookie(&opened.headers)).await.text;
    assert!(page.contains("value=\"Wawa\""), "{page}");

    let month: fn() -> Timestamp = || "2026-12-23T17:31:00Z".parse().expect("it is a time");
    let gone = stage.on(month).post("/en/form/return", "", &[("code", &code)]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn who_is_still_there_keeps_the_form_open_and_what_was_typed_so_far() {
    let stage = Stage::new().await;
    let begun = stage.fill("en", &[("place/municipality", "")]).await;
    let typed = [("place/municipality", "Wa")];
    let keep = "/en/form/keep?page=place";
    assert_eq!(stage.post(keep, "", &typed).await.status, StatusCode::UNAUTHORIZED);
    let kept = stage.post(keep, &begun.cookies, &typed).await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.text);
    assert!(stage.page("/en/form/place", &begun.cookies).await.text.contains("value=\"Wa\""));
    let closed = stage.post("/en/form/close?page=place", &begun.cookies, &typed).await;
    assert_eq!(closed.status, StatusCode::NO_CONTENT);
    let shown = stage.page("/en/form/place", &begun.cookies).await;
    assert_eq!(shown.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_one_case_and_says_so() {
    let stage = Stage::new().await;
    let unsigned = [("parents/1/certification/typed_name", "")];
    let Walk { path, cookies, answer } = stage.fill("en", &unsigned).await;
    assert_eq!((path.as_str(), answer.status.as_u16()), ("/en/form/certify-2", 422));
    let seen = seen(&answer.text);
    let inputs: Vec<_> = TYPED.iter().copied().chain([("seen", seen.as_str())]).collect();
    let (one, other) =
        tokio::join!(stage.post(&path, &cookies, &inputs), stage.post(&path, &cookies, &inputs));
    let third = stage.post(&path, &cookies, &inputs).await;
    for answer in [&one, &other, &third] {
        assert_eq!(answer.headers["location"], "/en/form/sent", "{}", answer.text);
    }
    let page = stage.page("/en/form/sent", &cookies).await.text;
    let reference = between(&page, "<dd class=\"code\">", "<").to_owned();
    assert!(stage.page("/en/form/sent", &cookies).await.text.contains(&reference));
    assert_eq!(cases(&stage).await, 1);
    // Nothing that was typed is left in the draft.
    let left: bool =
        sqlx::query_scalar("select bool_and(sealed is null and wrapped is null) from drafts")
            .fetch_one(&stage.pool)
            .await
            .expect("it is read");
    assert!(left);
}

#[tokio::test]
async fn what_was_changed_after_it_was_read_is_read_again() {
    let stage = Stage::new().await;
    let unsigned = [("parents/1/certification/typed_name", "")];
    let Walk { path, cookies, answer } = stage.fill("en", &unsigned).await;
    let before = seen(&answer.text);
    let renamed: Vec<_> = TYPED
        .iter()
        .map(|it| if it.0 == "children/0/name/first" { (it.0, "Emma") } else { *it })
        .collect();
    stage.post("/en/form/baby-1/name", &cookies, &renamed).await;
    let inputs: Vec<_> = TYPED.iter().copied().chain([("seen", before.as_str())]).collect();
    let again = stage.post(&path, &cookies, &inputs).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    assert!(again.text.contains("Emma") && again.text.contains("The form has changed"));
    assert_eq!(cases(&stage).await, 0);
    // The first parent certified something else.
    let now = seen(&again.text);
    let inputs: Vec<_> = TYPED.iter().copied().chain([("seen", now.as_str())]).collect();
    let sent = stage.post(&path, &cookies, &inputs).await;
    assert_eq!(sent.headers["location"], "/en/form/certify-1", "one of two certified");
    assert_eq!(cases(&stage).await, 0);
}

#[tokio::test]
async fn each_parent_sees_their_own_code_and_not_the_others() {
    let stage = Stage::new().await;
    let Walk { cookies, answer, .. } = stage.fill("en", &[]).await;
    let codes = |page: &str| -> Vec<String> {
        page.split("<dd class=\"code\">").skip(1).map(between_tags).collect()
    };
    let first = codes(&answer.text);
    let second = codes(&stage.page("/en/form/sent-2", &cookies).await.text);
    assert_eq!(first[0], second[0]);
    assert_ne!(first[1], second[1]);
    assert!(!answer.text.contains(&second[1]));

    let alone = [
        ("start/all_parents_present", "false"),
        ("parents/1/contact/notify_by", "EMAIL"),
        ("parents/1/contact/email", "second@example.test"),
        ("parents/1/contact/language", "fr-CA"),
    ];
    let Walk { path, cookies, answer } = stage.fill("en", &alone).await;
    assert_eq!(path, "/en/form/sent", "{}", answer.text);
    assert!(answer.text.contains("once the other parent has certified"), "{}", answer.text);
    let none = stage.page("/en/form/sent-2", &cookies).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

fn between_tags(text: &str) -> String {
    text.split('<').next().expect("it begins").to_owned()
}

#[tokio::test]
async fn a_name_that_loses_letters_is_asked_for_as_federal_systems_will_write_it() {
    let stage = Stage::new().await;
    let lost = [("children/0/name/first", "Łucja"), ("parents/0/name_at_birth/last", "Łęcka")];
    let Walk { path, answer, .. } = stage.fill("fr", &lost).await;
    assert_eq!(path, "/fr/form/review");
    let summary = between(&answer.text, "role=\"alert\"", "</div>");
    for link in [
        "/fr/form/baby-1/name?review=true#children-0-name-exchange_form-first",
        "/fr/form/parent-1/name?review=true#parents-0-name_at_birth-exchange_form-first",
    ] {
        assert!(summary.contains(link), "{link} is not in {summary}");
    }
    let spelled: Vec<_> = lost
        .into_iter()
        .chain([
            ("children/0/name/exchange_form/first", "Lucja"),
            ("children/0/name/exchange_form/last", "O'Connor-Dubé"),
            ("children/0/name/exchange_form_ok", "true"),
            ("parents/0/name_at_birth/exchange_form/first", "Sophie"),
            ("parents/0/name_at_birth/exchange_form/last", "Lecka"),
            ("parents/0/name_at_birth/exchange_form_ok", "true"),
        ])
        .collect();
    let Walk { path, answer, .. } = stage.fill("fr", &spelled).await;
    assert_eq!(path, "/fr/form/sent", "{}", answer.text);
}

#[tokio::test]
async fn a_single_name_is_taken_and_the_family_hears_which_papers_it_needs() {
    let stage = Stage::new().await;
    let single = [
        ("children/0/name/kind", "SINGLE"),
        ("children/0/name/single", "Sahaiʔa"),
        ("services/want_sin", "false"),
    ];
    let Walk { path, answer, .. } = stage.fill("fr", &single).await;
    assert_eq!(path, "/fr/form/sent", "{}", answer.text);
    assert!(answer.text.contains("/papers\""), "{}", answer.text);
    let Walk { answer, .. } = stage.fill("fr", &[]).await;
    assert!(!answer.text.contains("/papers\""), "{}", answer.text);
}

#[tokio::test]
async fn twins_are_two_cases_of_which_only_what_they_share_is_asked_once() {
    let stage = Stage::new().await;
    let twins = [
        ("babies", "2"),
        ("children/0/plurality", "3"),
        ("children/0/birth_order", "1"),
        ("children/0/time_of_birth", "03:12"),
        ("children/1/name/kind", "DUAL"),
        ("children/1/name/first", "Zoé"),
        ("children/1/name/last", "O'Connor-Dubé"),
        ("children/1/sex", "FEMALE"),
        ("children/1/date_of_birth", "2026-11-16"),
        ("children/1/time_of_birth", "03:20"),
        ("children/1/birth_order", "3"),
    ];
    let Walk { path, answer, .. } = stage.fill("en", &twins).await;
    assert_eq!(path, "/en/form/sent", "{}", answer.text);
    assert_eq!(cases(&stage).await, 2);
}

#[tokio::test]
async fn a_page_says_what_people_can_do_and_not_what_programs_should() {
    let stage = Stage::new().await;
    let send = async |kind: &str, body: String| {
        let request = Request::post("/fr/form/start")
            .header("host", "portal.test")
            .header("origin", "http://portal.test")
            .header("content-type", kind);
        stage.send(request, body).await
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    let table = [
        (send(FORM, "a=".to_owned() + &"x".repeat(300_000)).await, 413, "trop longues"),
        (send("text/plain", "a=b".to_owned()).await, 400, "pas pu lire"),
        (send(FORM, "start/live_birth=perhaps".to_owned()).await, 422, "vérifiez vos réponses"),
        (stage.page("/fr/nothing", "").await, 404, "Il n&#39;y a pas de page ici"),
    ];
    for (answer, status, words) in table {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert!(answer.text.contains(words), "{words} is not in {}", answer.text);
        for program in ["Idempotency-Key", "JSON", "/api", "Mio", "Authorization"] {
            assert!(!answer.text.contains(program), "{program} is in {}", answer.text);
        }
    }
}

#[tokio::test]
async fn inputs_that_are_not_the_pages_own_are_left_alone() {
    let stage = Stage::new().await;
    let endless = "x/".repeat(20_000);
    let others = [(endless.as_str(), "x"), ("children/0/nonsense", "x"), ("parents/7/sex", "x")];
    let Walk { path, .. } = stage.fill("en", &others).await;
    assert_eq!(path, "/en/form/sent");
}

#[tokio::test]
async fn what_was_typed_but_never_signed_is_no_certification() {
    let stage = Stage::new().await;
    // The first parent presses the button without a name, then types it and only leaves.
    let unsigned = [("parents/0/certification/typed_name", "")];
    let Walk { path, cookies, answer } = stage.fill("en", &unsigned).await;
    assert_eq!((path.as_str(), answer.status.as_u16()), ("/en/form/certify-1", 422));
    let later: Vec<_> = TYPED.iter().copied().chain([("later", "true")]).collect();
    stage.post(&path, &cookies, &later).await;
    stage.post("/en/form/keep?page=certify-1", &cookies, TYPED).await;
    // The second one signs. It is the first one's turn, and nothing is sent.
    let second = stage.page("/en/form/certify-2", &cookies).await;
    let seen = seen(&second.text);
    let inputs: Vec<_> = TYPED.iter().copied().chain([("seen", seen.as_str())]).collect();
    let signed = stage.post("/en/form/certify-2", &cookies, &inputs).await;
    assert_eq!(signed.headers["location"], "/en/form/certify-1", "{}", signed.text);
    assert_eq!(cases(&stage).await, 0);
    let signed = stage.post("/en/form/certify-1", &cookies, &inputs).await;
    assert_eq!(signed.headers["location"], "/en/form/sent", "{}", signed.text);
    assert_eq!(cases(&stage).await, 1);
}

#[tokio::test]
async fn whoever_knows_the_code_of_a_form_that_was_sent_is_not_given_the_parents_codes() {
    let stage = Stage::new().await;
    let begun = stage.fill("en", &[("place/municipality", "")]).await;
    let code = code(&begun.answer.text).to_owned();
    let Walk { path, answer, .. } = stage.walk(&begun.path, &begun.cookies, &[]).await;
    assert_eq!(path, "/en/form/sent");
    let codes = |page: &str| -> Vec<String> {
        page.split("<dd class=\"code\">").skip(1).map(between_tags).collect()
    };
    let [case, first] = &codes(&answer.text)[..] else { panic!("{}", answer.text) };

    // For a while somebody may have lost the connection, and reads it again.
    let soon = stage.post("/en/form/return", "", &[("code", &code)]).await;
    assert_eq!(soon.headers["location"], "/en/form/sent");
    let later: fn() -> Timestamp = || "2026-11-23T17:30:00Z".parse().expect("it is a time");
    let late = stage.on(later).post("/en/form/return", "", &[("code", &code)]).await;
    assert_eq!(late.status, StatusCode::OK);
    assert!(late.text.contains("This form was sent") && !late.text.contains(first.as_str()));

    // Once somebody is protected, nobody reads it again.
    let (_, cookies) = stage.opened((case.clone(), first.clone())).await;
    stage.post(&format!("/en/case/{case}/protect"), &cookies, &[]).await;
    for path in ["/en/form/sent", "/en/form/sent-2"] {
        for draft in [&cookie(&soon.headers), &begun.cookies] {
            let shown = stage.page(path, draft).await;
            assert_eq!(shown.status, StatusCode::SEE_OTHER, "{path}");
            assert!(!shown.headers.contains_key("set-cookie"), "{path}");
        }
    }
}

#[tokio::test]
async fn what_was_agreed_to_is_shown_in_the_language_in_which_it_was_read() {
    let stage = Stage::new().await;
    let mut conn = stage.pool.acquire().await.expect("a connection");
    for (language, words) in [(Language::English, "the words"), (Language::French, "les mots")] {
        let of = texts::Of { version: TEXT_VERSION, language, text: ShownText::SinConsent };
        texts::keep(&mut conn, of, words, Timestamp::UNIX_EPOCH).await.expect("it is kept");
    }
    let begun = stage.fill("en", &[("services/consent_sin/checked", "")]).await;
    assert_eq!(begun.path, "/en/form/services");
    let read = stage.post("/fr/form/services", &begun.cookies, TYPED).await;
    let next = read.headers["location"].to_str().expect("it is ASCII").replace("/fr/", "/en/");
    let Walk { path, answer, .. } = stage.walk(&next, &begun.cookies, &[]).await;
    assert_eq!(path, "/en/form/sent");
    let codes: Vec<String> =
        answer.text.split("<dd class=\"code\">").skip(1).map(between_tags).collect();
    let [case, code] = &codes[..] else { panic!("{}", answer.text) };
    let (case, cookies) = stage.opened((case.clone(), code.clone())).await;
    let shared = stage.page(&format!("/en/case/{case}/shared"), &cookies).await.text;
    assert!(shared.contains("les mots") && !shared.contains("the words"), "{shared}");
}
