//! The pages as a family and an officer walk them, without a script.

use axum::http::{Request, StatusCode};
use domain::{
    desk::{Leg, Reason},
    facts::Fact,
};

use crate::browser::cookie;
use crate::stage::{OFFICER, RECEIVED, Stage, VIEWER};

#[tokio::test]
async fn parents_follow_their_case_with_reference_and_code() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let wrong = stage
        .post("/en/status", "", &[("reference", &case), ("code", "7K3F-92QX-0M4T-ZZ1B")])
        .await;
    let unknown =
        stage.post("/en/status", "", &[("reference", "NB-0000-0000"), ("code", &code)]).await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(wrong.text.replace(&case, ""), unknown.text.replace("NB-0000-0000", ""));

    let opened =
        stage.post("/fr/status", "", &[("reference", &case.to_lowercase()), ("code", &code)]).await;
    assert_eq!(opened.headers["location"], format!("/fr/case/{case}"));
    let paths: Vec<_> =
        opened.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok()).collect();
    assert!(paths.iter().any(|it| it.contains(&format!("Path=/en/case/{case}"))), "{paths:?}");
    let cookies = cookie(&opened.headers);
    let page = stage.page(&format!("/fr/case/{case}"), &cookies).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "Nous avons reçu votre demande.",
        "Le certificat est commandé une fois la naissance enregistrée.",
        "Ne le demandez pas encore ailleurs.",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
    assert_eq!(stage.page(&format!("/fr/case/{case}"), "").await.status, StatusCode::SEE_OTHER);
    assert_eq!(stage.page("/fr/case/NB-0000-0000", &cookies).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_officer_sees_the_desk_and_decides_a_viewer_only_looks() {
    use domain::answers::NoticeField;
    let stage = Stage::new().await;
    let (case, _) = stage.ordinary().await;
    let raised = [
        Fact::NoticeDiffers {
            notice_id: None,
            fields: vec![NoticeField::Sex, NoticeField::BirthParentName],
        },
        Fact::DeskRaised { leg: Leg::Birth, reason: Reason::NoticeDiffers },
    ];
    let at = "2026-11-21T17:00:00Z".parse().expect("it is a time");
    stage.happened(at, &case, &raised).await;

    for cookies in ["", "newborn-staff=nobody", &format!("newborn-staff={OFFICER}")] {
        let nobody = stage.page("/en/desk", cookies).await.text;
        assert!(nobody.contains("Nobody can sign in here") && !nobody.contains(&case), "{nobody}");
    }
    let officer = stage.signed_in(OFFICER).await;
    let desk = stage.page("/en/desk", &officer).await;
    for words in [case.as_str(), "The notice differs from the statement", "Officer", "2 days"] {
        assert!(desk.text.contains(words), "{words} is not in {}", desk.text);
    }
    let path = format!("/en/desk/case/{case}");
    let page = stage.page(&path, &officer).await;
    for words in [
        "Try again now – Birth registration",
        "12 Maple Lane",
        "value=\"NOTICE_AMENDED\"",
        "Put on the desk",
        ">child&#39;s sex, birth parent&#39;s name</td>",
    ] {
        assert!(page.text.contains(words), "{words} is not in {}", page.text);
    }
    let french = stage.page(&path.replace("/en/", "/fr/"), &officer).await.text;
    assert!(french.contains("nom du parent qui a accouché"), "{french}");
    let retry = [
        ("revision", "6"),
        ("action", "retry-now"),
        ("leg", "birth"),
        ("reason", "NOTICE_AMENDED"),
    ];
    assert!(stage.post(&path, &officer, &retry).await.text.contains("The engine does not answer"));
    let stale = stage.post(&path, &officer, &retry).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);

    let viewer = stage.signed_in(VIEWER).await;
    assert!(!stage.page(&path, &viewer).await.text.contains("<button type=\"submit\">Try again"));
    assert_eq!(stage.post(&path, &viewer, &retry).await.status, StatusCode::FORBIDDEN);
    assert_eq!(stage.post(&path, "", &retry).await.status, StatusCode::UNAUTHORIZED);
    let view = stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json();
    assert_eq!(
        view["desk"]["actions"],
        serde_json::json!([
            "retry-now",
            "correct-contact",
            "withdraw",
            "register-without-notice",
            "ask-correction",
            "escalate",
            "record-death"
        ])
    );
}

#[tokio::test]
async fn an_officer_corrects_the_contact_field_by_field() {
    let stage = Stage::new().await;
    let (case, _) = stage.ordinary().await;
    let officer = stage.signed_in(OFFICER).await;
    let path = format!("/en/desk/case/{case}");
    let fixed = [
        ("revision", RECEIVED),
        ("action", "correct-contact"),
        ("reason", "PARENTS_ASKED"),
        ("contact.mailing.city", "Ottawa"),
    ];
    let unchanged = stage.post(&path, &officer, &fixed).await;
    assert_eq!(unchanged.status, StatusCode::UNPROCESSABLE_ENTITY);
    let bad: Vec<_> = fixed.iter().copied().chain([("contact.mailing.postal_code", "?")]).collect();
    let wrong = stage.post(&path, &officer, &bad).await;
    assert!(wrong.text.contains("Enter a postal code like K1A 0B1."));
    let good: Vec<_> =
        fixed.iter().copied().chain([("contact.mailing.line1", "7 Birch Street")]).collect();
    let sent = stage.post(&path, &officer, &good).await;
    assert!(sent.text.contains("The engine does not answer"));
    assert!(sent.text.contains("value=\"7 Birch Street\""));

    // Nothing differs from what is stored, but the workflow has not heard of it.
    let again: Vec<_> = good
        .iter()
        .copied()
        .map(|(name, it)| (name, if name == "revision" { "7" } else { it }))
        .collect();
    let again = stage.post(&path, &officer, &again).await;
    assert!(again.text.contains("The engine does not answer"), "{}", again.text);
    let view = stage.get(&format!("/api/v1/cases/{case}"), OFFICER).await.json();
    let timeline = view["timeline"].as_array().expect("it is a list");
    let facts: Vec<_> = timeline.iter().filter_map(|it| it["what"].as_str()).collect();
    let decision = ["decision-asked", "contact-corrected", "decision-unanswered"];
    let received = ["received", "parent-certified", "parent-certified", "payment-offered"];
    assert_eq!(facts, [&received, &decision[..], &decision[..1], &decision[2..]].concat());
}

#[tokio::test]
async fn a_post_from_another_site_is_refused() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let request = Request::post(format!("/en/case/{case}/withdraw"))
        .header("cookie", cookies)
        .header("host", "portal.test")
        .header("origin", "http://elsewhere.test")
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = stage.send(request, "revision=4&leg=birth").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_page_is_offered_in_both_languages_and_loads_nothing_from_elsewhere() {
    let stage = Stage::new().await;
    let home = stage.page("/", "").await.text;
    assert!(home.contains("href=\"/en\"") && home.contains("href=\"/fr\""));
    for path in ["", "/form/return", "/status", "/desk"] {
        for (here, there) in [("en", "fr"), ("fr", "en")] {
            let page = stage.page(&format!("/{here}{path}"), "").await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text.contains(&format!("<html lang=\"{here}-CA\">")));
            let link = format!("href=\"/{there}{path}\"");
            assert!(page.text.contains(&link), "{link} is not in {here}{path}");
            assert!(!page.text.contains("://"), "{path}");
            assert!(!page.text.contains("Unknown localization key"), "{}", page.text);
            assert!(
                page.headers["content-security-policy"]
                    .to_str()
                    .is_ok_and(|it| it.starts_with("default-src 'none'"))
            );
            assert_eq!(page.headers["cache-control"], "no-store");
        }
    }
}
