//! What pages load beside themselves, what they cost, how a visit ends.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use tower::ServiceExt;

use crate::stage::{OFFICER, Stage};

/// The most that a page may cost on first load, with everything.
const MOST: usize = 100_000;

/// The most that it may cost beside its own text.
const MOST_BESIDE: usize = 70_000;

/// The pages of a form that is filled in.
const FORM: [&str; 15] = [
    "start",
    "baby-1/name",
    "baby-1/birth",
    "place",
    "parent-1/name",
    "parent-1/about",
    "parent-2/name",
    "parent-2/about",
    "parents",
    "address",
    "contact",
    "services",
    "review",
    "certify-1",
    "kept",
];

/// Every page, with the cookies to see it.
async fn pages(stage: &Stage) -> Vec<(String, String)> {
    let (case, cookies) = stage.family().await;
    let officer = stage.signed_in(OFFICER).await;
    let draft = stage.fill("en", &[("parents/1/certification/typed_name", "")]).await.cookies;
    let sent = stage.fill("en", &[]).await.cookies;
    let mut pages = vec![("/".to_owned(), String::new()), ("/api".to_owned(), String::new())];
    for language in ["en", "fr"] {
        for path in [
            "",
            "/form/start",
            "/form/return",
            "/form/out/NOT_LIVE_BIRTH",
            "/status",
            "/desk",
            "/read/nothing",
            "/nothing",
        ] {
            pages.push((format!("/{language}{path}"), String::new()));
        }
        for page in FORM {
            pages.push((format!("/{language}/form/{page}"), draft.clone()));
        }
        pages.push((format!("/{language}/form/sent"), sent.clone()));
        for page in [
            "",
            "/statement",
            "/shared",
            "/confirmation",
            "/address",
            "/withdraw",
            "/loss",
            "/welcome",
        ] {
            pages.push((format!("/{language}/case/{case}{page}"), cookies.clone()));
        }
        for path in ["/desk".to_owned(), format!("/desk/case/{case}")] {
            pages.push((format!("/{language}{path}"), officer.clone()));
        }
    }
    pages
}

async fn load(router: &Router, address: &str) -> (StatusCode, HeaderMap, Bytes) {
    let request = Request::get(address).body(Body::empty()).expect("it is a request");
    let (parts, body) = router.clone().oneshot(request).await.expect("it answers").into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.expect("the body ends"))
}

/// The addresses of what a text names as loaded with it.
fn named(text: &str) -> Vec<&str> {
    let loads = [
        "<link rel=\"stylesheet\" href=\"",
        "<link rel=\"icon\" href=\"",
        "<script type=\"module\" src=\"",
        "url(\"",
    ];
    let after = |mark| text.split(mark).skip(1).filter_map(|rest: &str| rest.split('"').next());
    loads.into_iter().flat_map(after).collect()
}

/// What a page loads, each address once, with its size.
async fn beside(stage: &Stage, page: &str) -> BTreeMap<String, usize> {
    let mut loaded = BTreeMap::new();
    let mut ahead: Vec<String> = named(page).into_iter().map(str::to_owned).collect();
    while let Some(address) = ahead.pop() {
        let (status, headers, bytes) = load(&stage.router, &address).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable", "{address}");
        if headers["content-type"] == "text/css; charset=utf-8" {
            let style = std::str::from_utf8(&bytes).expect("it is text");
            ahead.extend(named(style).into_iter().map(str::to_owned));
        }
        loaded.insert(address, bytes.len());
    }
    loaded
}

#[tokio::test]
async fn a_page_costs_less_than_100_kilobytes_with_everything_it_loads() {
    let stage = Stage::new().await;
    for (path, cookies) in pages(&stage).await {
        let page = stage.page(&path, &cookies).await;
        assert!(!page.status.is_redirection(), "{path}");
        let loaded = beside(&stage, &page.text).await;
        let beside = loaded.values().sum::<usize>();
        assert!(beside <= MOST_BESIDE, "{path}: {beside}: {loaded:?}");
        assert!(page.text.len() + beside < MOST, "{path}: {} and {beside}", page.text.len());
        // The style sheet, an icon and three fonts; the script everywhere but on the page for programs.
        assert_eq!(loaded.len(), if path == "/api" { 5 } else { 6 }, "{path}: {loaded:?}");
    }
}

#[tokio::test]
async fn no_page_has_a_script_or_a_style_inside() {
    let stage = Stage::new().await;
    for (path, cookies) in pages(&stage).await {
        let page = stage.page(&path, &cookies).await;
        let policy = page.headers["content-security-policy"].to_str().expect("it is ASCII");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(!policy.contains("unsafe"), "{policy}");
        let scripts = page.text.matches("<script").count();
        let with_address = page.text.matches("<script type=\"module\" src=\"/assets/").count();
        assert_eq!(scripts, with_address, "{path}");
        for inside in ["<style", " style=\"", " onclick=", " onload=", "javascript:", "autofocus"] {
            assert!(!page.text.contains(inside), "{inside} is in {path}");
        }
    }
}

#[tokio::test]
async fn what_a_page_of_another_version_names_is_given_but_not_kept() {
    let stage = Stage::new().await;
    let (status, headers, _) = load(&stage.router, "/assets/0123456789abcdef/style.css").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["cache-control"], "no-store");
    let (status, ..) = load(&stage.router, "/assets/0123456789abcdef/nothing.css").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_browser_that_came_over_https_does_not_come_without_it() {
    let stage = Stage::new().await;
    let (_, plain, _) = load(&stage.router, "/en").await;
    assert!(!plain.contains_key("strict-transport-security"));
    let (_, over_https, _) = load(&stage.over_https(), "/en").await;
    assert_eq!(over_https["strict-transport-security"], "max-age=31536000");
    assert!(over_https.contains_key("permissions-policy"));
}

/// The cookies that an answer sets, each without its attributes.
fn set(headers: &HeaderMap) -> Vec<(String, String)> {
    let cookies = headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok());
    let named = |it: &str| {
        let (pair, rest) = it.split_once(';').expect("it has attributes");
        (pair.to_owned(), rest.to_owned())
    };
    cookies.map(named).collect()
}

#[tokio::test]
async fn each_look_at_a_case_begins_its_half_hour_anew() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let page = format!("/en/case/{case}");
    for path in [page.clone(), format!("{page}/statement"), format!("/fr/case/{case}/address")] {
        let set = set(&stage.page(&path, &cookies).await.headers);
        for path in ["/en/case/", "/fr/case/"] {
            let renewed = set.iter().any(|(pair, rest)| {
                *pair == cookies
                    && rest.contains(&format!("Path={path}{case}"))
                    && rest.contains("Max-Age=1800")
                    && rest.contains("HttpOnly")
            });
            assert!(renewed, "{set:?}");
        }
    }
    // A script that looks by itself is nobody who is there, and a wrong code is not worth keeping.
    let by_script = Request::get(&page).header("cookie", &cookies).header("sec-fetch-mode", "cors");
    assert_eq!(set(&stage.send(by_script, Body::empty()).await.headers), []);
    assert_eq!(set(&stage.page(&page, "newborn-code=7K3F-92QX-0M4T-ZZ1B").await.headers), []);
    assert_eq!(set(&stage.page("/en", &cookies).await.headers), []);
}

#[tokio::test]
async fn a_script_keeps_a_session_for_whoever_is_still_there() {
    let stage = Stage::new().await;
    let (case, cookies) = stage.family().await;
    let page = stage.page(&format!("/fr/case/{case}"), &cookies).await.text;
    let keep = format!("/fr/case/{case}/keep");
    for words in [
        &format!("data-keep=\"{keep}\""),
        "data-minutes=\"30\"",
        "data-ended=\"/fr/status\"",
        "Êtes-vous toujours là?",
    ] {
        assert!(page.contains(words), "{words}");
    }
    let kept = stage.post(&keep, &cookies, &[]).await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    assert!(set(&kept.headers).iter().any(|(pair, _)| *pair == cookies));
    assert_eq!(stage.post(&keep, "", &[]).await.status, StatusCode::NOT_FOUND);
    let unknown = stage.post("/fr/case/NB-0000-0000/keep", &cookies, &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_session_that_ended_takes_all_codes_back() {
    let stage = Stage::new().await;
    let (case, code) = stage.ordinary().await;
    let opened = stage.post("/en/status", "", &[("reference", &case), ("code", &code)]).await;
    let cookies: Vec<_> = set(&opened.headers).into_iter().map(|(pair, _)| pair).collect();
    let cookies = cookies.join("; ");
    let end = stage.post(&format!("/en/case/{case}/end"), &cookies, &[]).await;
    assert_eq!(end.status, StatusCode::NO_CONTENT);
    let leave = stage.page("/fr/leave", &cookies).await;
    assert_eq!(
        (leave.status, leave.headers["location"].as_bytes()),
        (StatusCode::SEE_OTHER, "https://meteo.gc.ca/".as_bytes())
    );
    assert_eq!(leave.headers["clear-site-data"], "\"cache\", \"cookies\", \"storage\"");
    for headers in [&end.headers, &leave.headers] {
        let set = set(headers);
        for path in ["/en/case/", "/fr/case/"] {
            let gone = set.iter().any(|(pair, rest)| {
                pair == "newborn-code="
                    && rest.contains(&format!("Path={path}{case}"))
                    && rest.contains("Max-Age=0")
            });
            assert!(gone, "{set:?}");
        }
    }
    let english = stage.page("/en/leave", "").await;
    assert_eq!(english.headers["location"], "https://weather.gc.ca/");
}

#[tokio::test]
async fn every_page_of_a_family_has_the_way_out() {
    let stage = Stage::new().await;
    for (path, cookies) in pages(&stage).await {
        if path == "/api" {
            continue;
        }
        let page = stage.page(&path, &cookies).await.text;
        assert_eq!(page.contains("data-leave"), !path.contains("/desk"), "{path}");
    }
}
