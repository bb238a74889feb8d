//! The provider as the portal and a browser meet it.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::*;

const ADDRESS: &str = "127.0.0.1:7411";
const SECRET: &str = "a secret that both know";
const VERIFIER: &str = "0123456789012345678901234567890123456789012";
const CALLBACK: &str = "http://portal.test/desk/signed-in";

fn noon() -> Timestamp {
    "2026-11-23T17:00:00Z".parse().expect("it is a time")
}

fn provider() -> IdentityProvider {
    let people = [("alex", "officer"), ("sam", "supervisor")];
    let people = people.map(|(name, role)| Person { name: name.into(), role: role.into() });
    let address = ADDRESS.parse().expect("it is an address");
    let it = IdentityProvider::of(address, "http://portal.test/", people.into(), SECRET, noon);
    it.expect("it needs nothing else")
}

fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// What the portal asks rightly.
fn asked() -> BTreeMap<&'static str, String> {
    let asked = [
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "s t&te"),
        ("nonce", "once"),
        ("code_challenge_method", "S256"),
        ("ui_locales", "fr-CA"),
    ];
    let mut asked: BTreeMap<_, _> =
        asked.into_iter().map(|(name, it)| (name, it.to_owned())).collect();
    asked.insert("code_challenge", challenge());
    asked
}

fn encoded(pairs: &BTreeMap<&'static str, String>) -> String {
    let mut url = Url::parse("http://x.test/").expect("it is an address");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().expect("there are some").to_owned()
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    /// Where it leads, and with what.
    fn way(&self) -> (String, BTreeMap<String, String>) {
        let there = self.headers[header::LOCATION].to_str().expect("it is ASCII");
        let there = Url::parse(there).expect("it is an address");
        let pairs = there.query_pairs().map(|(name, it)| (name.into_owned(), it.into_owned()));
        let pairs = pairs.collect();
        (there.as_str().split('?').next().expect("it begins").to_owned(), pairs)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("it is JSON")
    }
}

async fn send(it: &IdentityProvider, request: Request<Body>) -> Answer {
    let answer = it.clone().routes().oneshot(request).await.expect("the router answers");
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("the body ends");
    let text = String::from_utf8(bytes.to_vec()).expect("it is text");
    Answer { status: parts.status.as_u16(), headers: parts.headers, text }
}

async fn get_page(it: &IdentityProvider, path: &str) -> Answer {
    send(it, Request::get(path).body(Body::empty()).expect("it is a request")).await
}

async fn post_form(
    it: &IdentityProvider,
    path: &str,
    basic: Option<&str>,
    pairs: &BTreeMap<&'static str, String>,
) -> Answer {
    let mut request =
        Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    if let Some(both) = basic {
        let both = BASE64_STANDARD.encode(both.replace(' ', "+"));
        request = request.header("authorization", format!("Basic {both}"));
    }
    send(it, request.body(Body::from(encoded(pairs))).expect("it is a request")).await
}

/// Somebody says who they are; gives the code.
async fn code(it: &IdentityProvider, person: &str) -> String {
    let mut chosen = asked();
    chosen.insert("person", person.to_owned());
    let (there, pairs) = post_form(it, "/authorize", None, &chosen).await.way();
    assert_eq!((there.as_str(), pairs["state"].as_str()), (CALLBACK, "s t&te"));
    assert_eq!(pairs["iss"], format!("http://{ADDRESS}"));
    pairs["code"].clone()
}

fn exchange(code: &str) -> BTreeMap<&'static str, String> {
    let sent = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    sent.into_iter().map(|(name, it)| (name, it.to_owned())).collect()
}

async fn tokens(it: &IdentityProvider, sent: &BTreeMap<&'static str, String>) -> Answer {
    post_form(it, "/token", Some(&format!("{CLIENT}:{SECRET}")), sent).await
}

#[tokio::test]
async fn somebody_who_says_who_they_are_gets_a_token_that_anybody_can_check() {
    let it = provider();
    let found = get_page(&it, "/.well-known/openid-configuration").await.json();
    assert_eq!(found["issuer"], format!("http://{ADDRESS}"));
    let answer = tokens(&it, &exchange(&code(&it, "sam").await)).await;
    assert_eq!(
        (answer.status, &answer.headers[header::CACHE_CONTROL]),
        (200, &"no-store".parse().expect("it is"))
    );
    let token = answer.json()["id_token"].as_str().expect("it is a text").to_owned();

    let keys = get_page(&it, "/keys").await.json();
    let key = &keys["keys"][0];
    let read = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).expect("it is base64");
    let mut point = vec![4];
    for coordinate in ["x", "y"] {
        point.extend(read(key[coordinate].as_str().expect("it is a text")));
    }
    let (signed, signature) = token.rsplit_once('.').expect("it is signed");
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(signed.as_bytes(), &read(signature)).expect("the signature fits");
    let (header, claims) = signed.split_once('.').expect("it has both");
    let [header, claims] =
        [header, claims].map(|it| serde_json::from_slice::<Value>(&read(it)).expect("it is JSON"));
    assert_eq!(header["kid"], key["kid"]);
    let now = noon().as_second();
    let expected = json!({
        "iss": format!("http://{ADDRESS}"), "sub": "sam", "aud": CLIENT, "iat": now, "exp": now + 300,
        "auth_time": now, "nonce": "once", "acr": "urn:newborn:development", "name": "sam",
        "preferred_username": "sam", "roles": ["supervisor"],
    });
    assert_eq!(claims, expected);
}

#[tokio::test]
async fn a_code_works_once_soon_and_for_whoever_began() {
    fn later() -> Timestamp {
        noon() + jiff::SignedDuration::from_secs(60)
    }
    let it = provider();
    let error = |answer: &Answer| (answer.status, answer.json()["error"].clone());
    let used = exchange(&code(&it, "alex").await);
    assert_eq!(tokens(&it, &used).await.status, 200);
    assert_eq!(error(&tokens(&it, &used).await), (400, json!("invalid_grant")));
    for (name, value) in [("code_verifier", "another"), ("redirect_uri", "http://else.test/")] {
        let mut sent = exchange(&code(&it, "alex").await);
        let right = sent.insert(name, value.to_owned()).expect("it was there");
        assert_eq!(error(&tokens(&it, &sent).await), (400, json!("invalid_grant")), "{name}");
        // It was used up by the attempt.
        sent.insert(name, right);
        assert_eq!(error(&tokens(&it, &sent).await), (400, json!("invalid_grant")), "{name}");
    }
    let code = code(&it, "alex").await;
    assert!(it.0.codes.take(&code, VERIFIER, later()).is_none(), "it is too late");
}

#[tokio::test]
async fn only_the_portal_gets_tokens() {
    let it = provider();
    let mut sent = exchange(&code(&it, "alex").await);
    for basic in
        [None, Some("newborn-portal:wrong"), Some("another:a secret that both know"), Some("x")]
    {
        let answer = post_form(&it, "/token", basic, &sent).await;
        assert_eq!((answer.status, &answer.json()["error"]), (401, &json!("invalid_client")));
    }
    sent.insert("grant_type", "password".to_owned());
    assert_eq!(tokens(&it, &sent).await.json()["error"], "unsupported_grant_type");
    // The secret may come in the body as well; nobody has used the code up meanwhile.
    sent.insert("grant_type", "authorization_code".to_owned());
    sent.insert("client_id", CLIENT.to_owned());
    sent.insert("client_secret", SECRET.to_owned());
    assert_eq!(post_form(&it, "/token", None, &sent).await.status, 200);
}

#[tokio::test]
async fn a_browser_is_sent_to_the_portal_and_nowhere_else() {
    let it = provider();
    for (name, value) in [
        ("redirect_uri", "http://portal.test/desk/signed-in/"),
        ("redirect_uri", "http://else.test/desk/signed-in"),
        ("redirect_uri", ""),
        ("client_id", "another"),
    ] {
        let mut asked = asked();
        asked.insert(name, value.to_owned());
        asked.insert("person", "alex".to_owned());
        let shown = get_page(&it, &format!("/authorize?{}", encoded(&asked))).await;
        let posted = post_form(&it, "/authorize", None, &asked).await;
        for answer in [shown, posted] {
            assert_eq!(answer.status, 400, "{name}={value}");
            assert!(!answer.headers.contains_key(header::LOCATION));
        }
    }
    let way_out = |client: &str, there: &str| {
        format!("/end?client_id={client}&state=x&post_logout_redirect_uri={there}")
    };
    let answer = get_page(&it, &way_out(CLIENT, "http://portal.test/fr/desk")).await;
    assert_eq!(answer.headers[header::LOCATION], "http://portal.test/fr/desk?state=x");
    for path in [
        way_out(CLIENT, "http://else.test/fr/desk"),
        way_out("another", "http://portal.test/fr/desk"),
        "/end".to_owned(),
    ] {
        let answer = get_page(&it, &path).await;
        assert_eq!((answer.status, answer.headers.contains_key(header::LOCATION)), (200, false));
    }
}

#[tokio::test]
async fn what_is_not_asked_rightly_is_sent_back_with_the_reason() {
    let it = provider();
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "profile", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("person", "nobody", "access_denied"),
        ("person", "", "access_denied"),
    ] {
        let mut asked = asked();
        asked.insert("person", "alex".to_owned());
        asked.insert(name, value.to_owned());
        let (there, pairs) = post_form(&it, "/authorize", None, &asked).await.way();
        assert_eq!((there.as_str(), pairs["error"].as_str()), (CALLBACK, error), "{name}={value}");
        assert!(!pairs.contains_key("code"));
    }
}

#[tokio::test]
async fn the_page_speaks_both_languages_and_escapes_what_it_was_sent() {
    let it = provider();
    let mut asked = asked();
    asked.insert("state", "\"><script>".to_owned());
    let french = get_page(&it, &format!("/authorize?{}", encoded(&asked))).await;
    assert!(
        french.text.contains("<html lang=\"fr-CA\">")
            && french.text.contains("alex (agent ou agente)")
    );
    assert!(!french.text.contains("<script>"), "{}", french.text);
    asked.insert("ui_locales", "de en-CA fr-CA".to_owned());
    let english = get_page(&it, &format!("/authorize?{}", encoded(&asked))).await;
    assert!(english.text.contains("Who are you?") && english.text.contains("sam (supervisor)"));
    let policy = english.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("it is ASCII");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}

#[test]
fn it_listens_on_this_machine_only() {
    let at = |address: &str| {
        let address = address.parse().expect("it is an address");
        IdentityProvider::of(address, "http://portal.test", Vec::new(), SECRET, noon).is_ok()
    };
    assert!(at("127.0.0.1:7411") && at("[::1]:7411"));
    assert!(!at("0.0.0.0:7411") && !at("10.0.0.1:7411") && !at("[::]:7411"));
}
