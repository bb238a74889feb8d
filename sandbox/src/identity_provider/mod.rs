//! A provider of identities for the staff (OpenID Connect), small and strict: discovery, a page where one says who one is,
//! codes that work once and soon, ID tokens signed with a key of its own, and the way out. Whoever opens the page may be
//! anybody of the development people, so it listens on this machine only.

mod codes;
mod page;
mod tokens;

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context, ensure};
use axum::{
    Form, Json, Router,
    extract::{Query, State, rejection::FormRejection, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{
    codes::{Codes, Grant},
    page::Words,
    tokens::Signer,
};
use crate::settings::IdentitySettings;

/// The portal, as it is called here.
pub const CLIENT: &str = "newborn-portal";

/// How long an ID token is good for, in seconds.
const LIFE: i64 = 300;

/// The provider.
#[derive(Clone)]
pub struct IdentityProvider(Arc<Inner>);

struct Inner {
    issuer: String,
    client: Client,
    people: Vec<Person>,
    signer: Signer,
    codes: Codes,
    now: fn() -> Timestamp,
}

/// The only one who may have anybody signed in.
struct Client {
    secret: SecretString,
    /// Where browsers are sent back to with a code.
    callback: String,
    /// Where they may be sent back to when they have signed out.
    ways_out: [String; 2],
}

/// Somebody of the staff.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    pub name: String,
    pub role: String,
}

/// What a browser is sent here with.
#[derive(Debug, Clone, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    response_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    state: String,
    nonce: Option<String>,
    #[serde(default)]
    code_challenge: String,
    #[serde(default)]
    code_challenge_method: String,
    #[serde(default)]
    prompt: String,
    #[serde(default)]
    ui_locales: String,
}

/// The same with who somebody says they are; nobody, for giving up.
#[derive(Debug, Deserialize)]
struct Chosen {
    #[serde(flatten)]
    asked: Asked,
    #[serde(default)]
    person: String,
}

/// What the portal sends for tokens.
#[derive(Debug, Default, Deserialize)]
struct Exchange {
    #[serde(default)]
    grant_type: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    code_verifier: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Leaving {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    post_logout_redirect_uri: String,
    state: Option<String>,
    #[serde(default)]
    ui_locales: String,
}

impl IdentityProvider {
    /// The provider that listens at this address, with the people and the secret from their files.
    ///
    /// # Errors
    ///
    /// When a file cannot be used, or others than this machine could reach the address.
    pub fn new(address: SocketAddr, settings: &IdentitySettings) -> anyhow::Result<Self> {
        let IdentitySettings {
            identity_portal, identity_people_file, identity_secret_file, ..
        } = settings;
        let portal = identity_portal.as_deref().context("where is the portal?")?;
        let people = identity_people_file.as_deref().context("who are the people?")?;
        let secret = identity_secret_file.as_deref().context("which secret does it share?")?;
        let people: Vec<Person> = serde_json::from_str(&read(people)?)
            .with_context(|| format!("{} makes no sense", people.display()))?;
        Self::of(address, portal, people, &read(secret)?, Timestamp::now)
    }

    fn of(
        address: SocketAddr,
        portal: &str,
        people: Vec<Person>,
        secret: &str,
        now: fn() -> Timestamp,
    ) -> anyhow::Result<Self> {
        ensure!(
            address.ip().is_loopback(),
            "the provider of identities lets anybody be anybody: give it a loopback address, not {address}"
        );
        let portal = portal.trim_end_matches('/');
        let client = Client {
            secret: SecretString::from(secret.trim()),
            callback: format!("{portal}/desk/signed-in"),
            ways_out: ["en", "fr"].map(|language| format!("{portal}/{language}/desk")),
        };
        let issuer = format!("http://{address}");
        let (signer, codes) = (Signer::new()?, Codes::default());
        Ok(Self(Arc::new(Inner { issuer, client, people, signer, codes, now })))
    }

    /// Everything it answers.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize).post(choose))
            .route("/token", post(token))
            .route("/end", get(end))
            .with_state(self)
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

async fn discovery(State(IdentityProvider(it)): State<IdentityProvider>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", it.issuer);
    Json(json!({
        "issuer": it.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "end_session_endpoint": at("/end"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile"],
        "claims_supported": ["sub", "name", "preferred_username", "roles", "acr", "auth_time"],
        "ui_locales_supported": ["en-CA", "fr-CA"],
        "prompt_values_supported": ["none", "login"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys(State(IdentityProvider(it)): State<IdentityProvider>) -> Json<Value> {
    Json(it.signer.public_keys())
}

impl Inner {
    /// What may not be answered by sending the browser on: nobody knows to whom.
    fn knows(&self, asked: &Asked) -> bool {
        asked.client_id == CLIENT && asked.redirect_uri == self.client.callback
    }

    /// Why this is not asked rightly, as the standard calls it.
    fn mistake(asked: &Asked) -> Option<&'static str> {
        if asked.response_type != "code" {
            return Some("unsupported_response_type");
        }
        if !asked.scope.split(' ').any(|it| it == "openid") {
            return Some("invalid_scope");
        }
        let challenged = asked.code_challenge.len() == 43 && asked.code_challenge_method == "S256";
        if !challenged || asked.state.is_empty() {
            return Some("invalid_request");
        }
        // Nobody is remembered here from one time to the next.
        asked.prompt.split(' ').any(|it| it == "none").then_some("login_required")
    }

    /// Sends the browser back to the portal.
    fn back(&self, asked: &Asked, name: &str, value: &str) -> Response {
        let mut there = Url::parse(&self.client.callback).expect("the portal's address was read");
        there
            .query_pairs_mut()
            .append_pair(name, value)
            .append_pair("state", &asked.state)
            .append_pair("iss", &self.issuer);
        Redirect::to(there.as_str()).into_response()
    }

    fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Whether this is the portal, by the one or the other way of sending a secret.
    fn is_the_portal(&self, headers: &HeaderMap, sent: &Exchange) -> bool {
        let basic = headers
            .get(header::AUTHORIZATION)
            .and_then(|it| it.to_str().ok())
            .and_then(|it| it.strip_prefix("Basic "))
            .and_then(|it| BASE64_STANDARD.decode(it).ok())
            .and_then(|it| String::from_utf8(it).ok());
        let known =
            |id: &str, secret: &str| id == CLIENT && secret == self.client.secret.expose_secret();
        match (basic, &sent.client_id, &sent.client_secret) {
            (Some(both), ..) => {
                both.split_once(':').is_some_and(|(id, it)| known(&decoded(id), &decoded(it)))
            }
            (None, Some(id), Some(it)) => known(id, it),
            (None, _, _) => false,
        }
    }
}

async fn authorize(
    State(IdentityProvider(it)): State<IdentityProvider>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let Query(asked) = asked.unwrap_or_default();
    let words = Words::of(&asked.ui_locales);
    if !it.knows(&asked) {
        return page::stranger(words);
    }
    match Inner::mistake(&asked) {
        Some(error) => it.back(&asked, "error", error),
        None => page::ask(words, &asked, &it.people),
    }
}

async fn choose(
    State(IdentityProvider(it)): State<IdentityProvider>,
    chosen: Result<Form<Chosen>, FormRejection>,
) -> Response {
    let Ok(Form(Chosen { asked, person })) = chosen else {
        return page::stranger(Words::of(""));
    };
    if !it.knows(&asked) {
        return page::stranger(Words::of(&asked.ui_locales));
    }
    if let Some(error) = Inner::mistake(&asked) {
        return it.back(&asked, "error", error);
    }
    let Some(person) = it.people.iter().find(|it| it.name == person) else {
        return it.back(&asked, "error", "access_denied");
    };
    let grant = Grant {
        person: person.clone(),
        nonce: asked.nonce.clone(),
        challenge: asked.code_challenge.clone(),
    };
    let code = it.codes.draw(grant, it.now());
    it.back(&asked, "code", &code)
}

async fn token(
    State(IdentityProvider(it)): State<IdentityProvider>,
    headers: HeaderMap,
    sent: Result<Form<Exchange>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = sent else {
        return refused(StatusCode::BAD_REQUEST, "invalid_request");
    };
    if !it.is_the_portal(&headers, &sent) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if sent.grant_type != "authorization_code" {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let grant = it.codes.take(&sent.code, &sent.code_verifier, it.now());
    let Some(grant) = grant.filter(|_| sent.redirect_uri == it.client.callback) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let now = it.now().as_second();
    let Person { name, role } = grant.person;
    let claims = json!({
        "iss": it.issuer,
        "sub": name,
        "aud": CLIENT,
        "iat": now,
        "exp": now + LIFE,
        "auth_time": now,
        "nonce": grant.nonce,
        "acr": "urn:newborn:development",
        "name": name,
        "preferred_username": name,
        "roles": [role],
    });
    let tokens = json!({
        "access_token": codes::draw(),
        "token_type": "Bearer",
        "expires_in": LIFE,
        "id_token": it.signer.sign(&claims),
    });
    ([(header::CACHE_CONTROL, "no-store")], Json(tokens)).into_response()
}

/// Name and secret are form-encoded before they are joined (RFC 6749, 2.3.1).
fn decoded(text: &str) -> String {
    let url = Url::parse(&format!("http://localhost/?it={text}"));
    let it = url.ok().and_then(|it| Some(it.query_pairs().next()?.1.into_owned()));
    it.unwrap_or_default()
}

fn refused(status: StatusCode, error: &str) -> Response {
    let mut answer = (status, Json(json!({ "error": error }))).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Basic"));
    }
    answer
}

/// The way out. Nobody is remembered here, so nothing has to be forgotten.
async fn end(
    State(IdentityProvider(it)): State<IdentityProvider>,
    leaving: Result<Query<Leaving>, QueryRejection>,
) -> Response {
    let Query(leaving) = leaving.unwrap_or_default();
    let way_out = it.client.ways_out.contains(&leaving.post_logout_redirect_uri);
    if leaving.client_id != CLIENT || !way_out {
        return page::left(Words::of(&leaving.ui_locales));
    }
    let mut there =
        Url::parse(&leaving.post_logout_redirect_uri).expect("it is one of the portal's");
    if let Some(state) = &leaving.state {
        there.query_pairs_mut().append_pair("state", state);
    }
    Redirect::to(there.as_str()).into_response()
}

#[cfg(test)]
mod tests;
