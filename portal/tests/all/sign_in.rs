//! Staff sign in with a provider of identities, and nobody else does.

mod sessions;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use portal::SignInSettings;
use reqwest::Url;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde_json::{Value, json};

use crate::{
    browser::cookie,
    provider::{CLIENT, Manner, Signer, TestProvider, known},
    stage::{Answer, Logs, OFFICER, Stage, noon},
};

/// A portal and the provider where its staff sign in.
struct Desk {
    stage: Stage,
    #[expect(dead_code, reason = "its case file goes with it")]
    first: Stage,
    provider: TestProvider,
}

/// A browser on its way to the provider.
struct OnTheWay {
    there: Url,
    cookies: String,
}

impl OnTheWay {
    fn asks(&self) -> BTreeMap<String, String> {
        self.there.query_pairs().into_owned().collect()
    }
}

impl Desk {
    async fn new() -> Self {
        let provider = TestProvider::start().await;
        let first = Stage::new().await;
        Self { stage: first.with_provider(provider.known(), noon), first, provider }
    }

    /// The same desk later.
    fn at(&self, now: fn() -> Timestamp) -> Stage {
        self.stage.with_provider(self.provider.known(), now)
    }

    async fn leave(&self, address: &str) -> OnTheWay {
        let answer = self.stage.page(address, "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let there = answer.headers["location"].to_str().expect("it is ASCII");
        let there = Url::parse(there).expect("it is an address");
        OnTheWay { there, cookies: cookie(&answer.headers) }
    }

    async fn come_back(&self, on_the_way: &OnTheWay, with: &[(&str, &str)]) -> Answer {
        self.stage.page(&back(with), &on_the_way.cookies).await
    }

    /// From the desk to the provider and back, with these claims otherwise than usual.
    async fn sign_in(&self, told: Value) -> Answer {
        self.sign_in_by(Signer::TheProvider, told).await
    }

    async fn sign_in_by(&self, signed: Signer, told: Value) -> Answer {
        let on_the_way = self.leave("/en/desk/sign-in").await;
        let code = self.provider.recognises(&on_the_way.there, signed, &told);
        let state = &on_the_way.asks()["state"];
        self.come_back(&on_the_way, &[("code", &code), ("state", state)]).await
    }

    /// The cookie of somebody who has signed in.
    async fn signed_in(&self, told: Value) -> String {
        let answer = self.sign_in(told).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        cookie(&answer.headers)
    }

    async fn count(&self, table: &'static str) -> i64 {
        let count = match table {
            "sign_ins" => "select count(*) from sign_ins",
            _ => "select count(*) from staff",
        };
        sqlx::query_scalar(count).fetch_one(&self.stage.pool).await.expect("they are counted")
    }
}

/// Where the provider sends a browser back to.
fn back(with: &[(&str, &str)]) -> String {
    let mut address = Url::parse("http://portal.test/desk/signed-in").expect("it is an address");
    address.query_pairs_mut().extend_pairs(with);
    format!("{}?{}", address.path(), address.query().unwrap_or_default())
}

fn cookies_set(answer: &Answer) -> Vec<String> {
    let set = answer.headers.get_all("set-cookie").iter();
    set.map(|it| it.to_str().expect("it is ASCII").to_owned()).collect()
}

/// Nobody is signed in by this answer, which says so in these words.
#[track_caller]
fn refused(answer: &Answer, status: u16, words: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert!(answer.text.contains(words), "{words} is not in {}", answer.text);
    assert!(answer.text.contains("role=\"alert\""), "{}", answer.text);
    let set = cookies_set(answer);
    assert!(set.iter().all(|it| !it.starts_with("newborn-staff=")), "{set:?}");
}

#[tokio::test]
async fn staff_go_to_the_provider_and_come_back_to_the_desk() {
    let desk = Desk::new().await;
    let asks = desk.stage.page("/fr/desk", "").await;
    assert!(asks.text.contains("href=\"/fr/desk/sign-in\""), "{}", asks.text);
    assert!(!asks.text.contains("role=\"alert\""), "{}", asks.text);

    let on_the_way = desk.leave("/fr/desk/sign-in").await;
    assert!(on_the_way.there.as_str().starts_with(&format!("{}/authorize?", desk.provider.issuer)));
    let asked = on_the_way.asks();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "http://portal.test/desk/signed-in"),
        ("scope", "openid profile"),
        ("code_challenge_method", "S256"),
        ("ui_locales", "fr-CA"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    let secrets = ["state", "nonce", "code_challenge"].map(|it| asked[it].as_str());
    assert!(secrets.iter().all(|it| it.len() >= 43 && !on_the_way.cookies.contains(it)));

    let told = json!({ "name": "Zéphyrine Roy", "sub": "person-of-the-test" });
    let code = desk.provider.recognises(&on_the_way.there, Signer::TheProvider, &told);
    let with =
        [("code", code.as_str()), ("state", &asked["state"]), ("iss", &desk.provider.issuer)];
    let answer = desk.come_back(&on_the_way, &with).await;
    assert_eq!(
        (answer.status, &answer.headers["location"]),
        (StatusCode::SEE_OTHER, &"/fr/desk".parse().expect("it is"))
    );
    let set = cookies_set(&answer);
    assert!(set[0].contains("; HttpOnly; SameSite=Lax; Path=/; Max-Age=43200"), "{set:?}");
    assert!(set[1].starts_with("newborn-signing-in=;") && set[1].contains("Max-Age=0"), "{set:?}");
    let cookies = cookie(&answer.headers);
    let page = desk.stage.page("/fr/desk", &cookies).await;
    assert!(page.text.contains("Zéphyrine Roy (agent ou agente)"), "{}", page.text);

    // What is kept is a hash; the reads name the person as the provider does, for good.
    let (_, token) = cookies.split_once('=').expect("it has a value");
    let kept: String = sqlx::query_scalar("select to_jsonb(s)::text from sign_ins s")
        .fetch_one(&desk.stage.pool)
        .await
        .expect("there is one");
    assert!(!kept.contains(token), "{kept}");
    let looked: String = sqlx::query_scalar("select staff from staff_reads")
        .fetch_one(&desk.stage.pool)
        .await
        .expect("there is one");
    assert_eq!(looked, "person-of-the-test");
    let logs = Logs::text();
    for secret in ["phyrine", "person-of-the-test", token, &code, secrets[0], secrets[1]] {
        let line = logs.lines().find(|it| it.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}

/// Nobody is signed in, and the log says for which reason.
async fn doubted(reason: &str, answer: impl Future<Output = Answer>) {
    let before = Logs::text().len();
    refused(&answer.await, 403, "cannot be relied on");
    let logged = Logs::text().split_off(before);
    assert!(logged.contains(&format!("\"detail\":\"{reason}\"")), "not for {reason}: {logged}");
}

#[tokio::test]
async fn an_id_token_that_was_not_made_for_this_sign_in_signs_nobody_in() {
    let desk = Desk::new().await;
    let now = noon().as_second();
    for (told, reason) in [
        (json!({ "nonce": "of another sign-in" }), "nonce"),
        (json!({ "nonce": null }), "nonce"),
        (json!({ "aud": "another portal" }), "audience"),
        (json!({ "aud": [CLIENT, "another portal"] }), "audience"),
        (json!({ "azp": "another portal" }), "audience"),
        (json!({ "iss": "https://another.test" }), "issuer"),
        (json!({ "exp": now - 241 }), "time"),
        (json!({ "iat": now + 241 }), "time"),
        (json!({ "sub": "" }), "subject"),
    ] {
        doubted(reason, desk.sign_in(told)).await;
    }
    for signed in [Signer::SomebodyElse, Signer::TheSharedSecret, Signer::Nobody] {
        doubted("signature", desk.sign_in_by(signed, json!({}))).await;
    }
    let one = desk.leave("/en/desk/sign-in").await;
    let without = desk.provider.gives_no_id_token(&one.there);
    let with = [("code", without.as_str()), ("state", &one.asks()["state"])];
    doubted("tokens", desk.come_back(&one, &with)).await;
    assert_eq!((desk.count("sign_ins").await, desk.count("staff").await), (0, 0));
}

#[tokio::test]
async fn an_answer_that_belongs_to_another_browser_or_another_time_signs_nobody_in() {
    let desk = Desk::new().await;
    let code = |it: &OnTheWay| desk.provider.recognises(&it.there, Signer::TheProvider, &json!({}));
    let one = desk.leave("/en/desk/sign-in").await;
    let other = desk.leave("/en/desk/sign-in").await;
    let (state, others) = (one.asks()["state"].clone(), other.asks()["state"].clone());
    let not_valid = "not valid any more";
    for (cookies, state) in [
        (one.cookies.as_str(), others.as_str()),
        (&other.cookies, &state),
        (&one.cookies, ""),
        ("", &state),
        ("newborn-signing-in=", &state),
    ] {
        let with = [("code", &*code(&one)), ("state", state)];
        refused(&desk.stage.page(&back(&with), cookies).await, 403, not_valid);
    }
    refused(&desk.come_back(&one, &[]).await, 403, not_valid);
    let elsewhere = [("code", &*code(&one)), ("state", &state), ("iss", "https://another.test")];
    doubted("issuer", desk.come_back(&one, &elsewhere)).await;
    doubted("answer", desk.come_back(&one, &[("state", &state)])).await;
    let declined = [("error", "access_denied"), ("state", &state)];
    refused(&desk.come_back(&one, &declined).await, 403, "did not confirm who you are");
    assert_eq!((desk.count("sign_ins").await, desk.count("staff").await), (0, 0));

    // A code that was used, and one that was drawn for another browser.
    let used = code(&one);
    let with = [("code", used.as_str()), ("state", &state)];
    assert_eq!(desk.come_back(&one, &with).await.status, StatusCode::SEE_OTHER);
    doubted("code", desk.come_back(&one, &with)).await;
    let stolen = [("code", &*code(&one)), ("state", &others)];
    doubted("code", desk.come_back(&other, &stolen)).await;
    assert_eq!((desk.count("sign_ins").await, desk.count("staff").await), (1, 1));
}

#[tokio::test]
async fn clocks_may_differ_by_minutes() {
    let desk = Desk::new().await;
    let now = noon().as_second();
    for told in [json!({ "exp": now - 230 }), json!({ "iat": now + 230 })] {
        assert_eq!(desk.sign_in(told).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn whoever_has_no_role_or_several_is_told_so_and_may_be_somebody_else() {
    let desk = Desk::new().await;
    for (roles, words) in [
        (json!(["staff"]), "gives you no role on this desk"),
        (json!(null), "gives you no role on this desk"),
        (json!(["officer", "auditor"]), "each person has one role"),
    ] {
        let answer = desk.sign_in(json!({ "roles": roles, "name": "Nobody in particular" })).await;
        refused(&answer, 403, words);
        assert!(answer.text.contains("/en/desk/sign-in?anew=true"), "{}", answer.text);
    }
    assert_eq!(desk.count("staff").await, 0);
    let logs = Logs::text();
    let line = logs.lines().find(|it| it.contains("\"no-role\"")).expect("it is logged");
    assert!(line.contains("a member of staff is not signed in"), "{line}");
    assert!(!logs.contains("Nobody in particular"));
    let anew = desk.leave("/en/desk/sign-in?anew=true").await;
    assert_eq!(anew.asks()["prompt"], "login");
    assert!(!desk.leave("/en/desk/sign-in").await.asks().contains_key("prompt"));
}

#[tokio::test]
async fn roles_and_their_claim_have_the_words_of_the_provider() {
    let desk = Desk::new().await;
    let words = [("vs-seniors".to_owned(), domain::people::Role::Supervisor)];
    let settings = SignInSettings {
        oidc_role_claim: "/realm_access/roles".to_owned(),
        oidc_roles: Some(words.into()),
        ..desk.provider.settings()
    };
    let stage = desk.stage.with_provider(known(&settings), noon);
    let desk = Desk { stage, ..desk };
    let cookies = desk.signed_in(json!({ "realm_access": { "roles": ["x", "vs-seniors"] } })).await;
    let page = desk.stage.page("/en/desk", &cookies).await.text;
    assert!(page.contains("Alex Roy (supervisor)"), "{page}");
    refused(&desk.sign_in(json!({})).await, 403, "no role");
}

#[tokio::test]
async fn how_surely_somebody_was_recognised_can_be_asked_for() {
    let desk = Desk::new().await;
    let acr = vec!["loa3".to_owned(), "loa4".to_owned()];
    let settings = SignInSettings { oidc_acr: acr, ..desk.provider.settings() };
    let stage = desk.stage.with_provider(known(&settings), noon);
    let desk = Desk { stage, ..desk };
    assert_eq!(desk.leave("/en/desk/sign-in").await.asks()["acr_values"], "loa3 loa4");
    for acr in [json!("loa2"), json!(null)] {
        doubted("acr", desk.sign_in(json!({ "acr": acr }))).await;
    }
    desk.signed_in(json!({ "acr": "loa4" })).await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_named_and_used_once_it_is_back() {
    let desk = Desk::new().await;
    let away = "The identity service does not answer";
    for manner in [Manner::Away, Manner::AsAnother] {
        desk.provider.behave(manner);
        let page = desk.stage.page("/en/desk", "").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(away), "{}", page.text);
        refused(&desk.stage.page("/en/desk/sign-in", "").await, 503, away);
    }
    desk.provider.behave(Manner::Well);
    assert!(!desk.stage.page("/en/desk", "").await.text.contains(away));
    let on_the_way = desk.leave("/en/desk/sign-in").await;
    let code = desk.provider.recognises(&on_the_way.there, Signer::TheProvider, &json!({}));
    let state = &on_the_way.asks()["state"];
    desk.provider.behave(Manner::Away);
    let answer = desk.come_back(&on_the_way, &[("code", &code), ("state", state)]).await;
    refused(&answer, 503, away);

    // Nobody listens at all.
    let nobody = "http://127.0.0.1:9".to_owned();
    let settings = SignInSettings { oidc_issuer: Some(nobody), ..desk.provider.settings() };
    let stage = desk.stage.with_provider(known(&settings), noon);
    assert!(stage.page("/en/desk", "").await.text.contains(away));
}

#[tokio::test]
async fn a_provider_may_change_its_keys() {
    let desk = Desk::new().await;
    desk.signed_in(json!({})).await;
    desk.provider.change_keys();
    desk.signed_in(json!({})).await;
    doubted("signature", desk.sign_in_by(Signer::SomebodyElse, json!({}))).await;
}

#[tokio::test]
async fn the_portal_may_show_by_a_signature_that_it_is_the_portal() {
    let desk = Desk::new().await;
    let (of, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let key = EcdsaKeyPair::generate_pkcs8(of, &random).expect("there are random bytes");
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64_STANDARD.encode(key.as_ref())
    );
    let file = tempfile::NamedTempFile::new().expect("a file is made");
    std::fs::write(file.path(), pem).expect("it is written");
    let settings = SignInSettings {
        oidc_client_secret_file: None,
        oidc_client_key_file: Some(file.path().to_owned()),
        ..desk.provider.settings()
    };
    let stage = desk.stage.with_provider(known(&settings), noon);
    let desk = Desk { stage, ..desk };
    let stranger = crate::provider::new_key();
    desk.provider.knows_the_portal_by(&stranger);
    doubted("portal", desk.sign_in(json!({}))).await;
    let key = EcdsaKeyPair::from_pkcs8(of, key.as_ref(), &random).expect("it is a key");
    desk.provider.knows_the_portal_by(&key);
    desk.signed_in(json!({})).await;
}

#[tokio::test]
async fn no_address_leads_anywhere_but_to_the_desk_and_the_provider() {
    let desk = Desk::new().await;
    let evil = "https%3A%2F%2Fevil.test";
    for name in ["next", "return", "redirect_uri", "issuer", "anew", "language"] {
        let answer = desk.stage.page(&format!("/en/desk/sign-in?{name}={evil}"), "").await;
        let there = answer.headers["location"].to_str().expect("it is ASCII");
        assert!(there.starts_with(&format!("{}/authorize?", desk.provider.issuer)), "{there}");
        assert!(!there.contains("evil"), "{there}");
    }
    let on_the_way = desk.leave("/en/desk/sign-in").await;
    let code = desk.provider.recognises(&on_the_way.there, Signer::TheProvider, &json!({}));
    let mut with = vec![("code", code.as_str()), ("next", "https://evil.test")];
    let asks = on_the_way.asks();
    with.extend([("redirect_uri", "https://evil.test"), ("state", &asks["state"])]);
    let answer = desk.come_back(&on_the_way, &with).await;
    assert_eq!(answer.headers["location"], "/en/desk");
    for (_, token) in [on_the_way.cookies.split_once("en.").expect("it says the language")] {
        for language in ["//evil.test", "de", "../evil", "https://evil.test/"] {
            let cookies = format!("newborn-signing-in={language}.{token}");
            let answer = desk.stage.page(&back(&with), &cookies).await;
            refused(&answer, 403, "not valid any more");
        }
    }
}

#[tokio::test]
async fn development_tokens_open_nothing_where_there_is_no_file_of_them() {
    let desk = Desk::new().await;
    for path in ["/api/v1/desk", "/api/v1/cases"] {
        assert_eq!(desk.stage.get(path, OFFICER).await.problem().1, "NOT_SIGNED_IN");
    }
    let (case, _) = desk.stage.ordinary().await;
    let path = format!("/api/v1/cases/{case}");
    assert_eq!(desk.stage.get(&path, OFFICER).await.problem().1, "CASE_NOT_FOUND");
    // Nor does the token of a session, which is for browsers.
    let cookies = desk.signed_in(json!({})).await;
    let (_, token) = cookies.split_once('=').expect("it has a value");
    assert_eq!(desk.stage.get("/api/v1/desk", token).await.problem().1, "NOT_SIGNED_IN");
}

#[tokio::test]
async fn over_https_cookies_belong_to_this_very_site() {
    let desk = Desk::new().await;
    let stage = desk.stage.with_provider_over_https(desk.provider.known());
    let begun = stage.page("/en/desk/sign-in", "").await;
    let set = cookies_set(&begun);
    assert!(set[0].starts_with("__Host-newborn-signing-in=en."), "{set:?}");
    assert!(set[0].contains("Secure") && set[0].contains("Path=/;"), "{set:?}");
    let there = begun.headers["location"].to_str().expect("it is ASCII");
    let on_the_way = OnTheWay {
        there: Url::parse(there).expect("it is an address"),
        cookies: cookie(&begun.headers),
    };
    let code = desk.provider.recognises(&on_the_way.there, Signer::TheProvider, &json!({}));
    let with = [("code", code.as_str()), ("state", &on_the_way.asks()["state"])];
    let answer = stage.page(&back(&with), &on_the_way.cookies).await;
    let set = cookies_set(&answer);
    assert!(set[0].starts_with("__Host-newborn-staff=") && set[0].contains("Secure"), "{set:?}");
    let cookies = cookie(&answer.headers);
    assert!(stage.page("/en/desk", &cookies).await.text.contains("Alex Roy"));
    // Without its prefix it could come from a neighbour.
    let unprefixed = cookies.trim_start_matches("__Host-");
    assert!(!stage.page("/en/desk", unprefixed).await.text.contains("Alex Roy"));
}

#[tokio::test]
async fn a_provider_is_asked_over_https_or_on_this_machine() {
    drop(rustls::crypto::ring::default_provider().install_default());
    for (issuer, taken) in [
        ("https://id.example.ca/realms/staff", true),
        ("http://127.0.0.1:7411", true),
        ("http://[::1]:7411", true),
        ("http://localhost:7411", true),
        ("http://id.example.ca", false),
        ("http://127.0.0.1.example.ca", false),
        ("id.example.ca", false),
    ] {
        let settings = SignInSettings {
            oidc_issuer: Some(issuer.to_owned()),
            oidc_client_id: Some(CLIENT.to_owned()),
            ..SignInSettings::default()
        };
        assert_eq!(settings.provider("http://portal.test").is_ok(), taken, "{issuer}");
    }
}
