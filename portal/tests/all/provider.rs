//! A provider of identities in the test's own process. It checks what a provider must, and says whatever a test wants.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use portal::{Provider, SignInSettings};
use reqwest::Url;
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        UnparsedPublicKey,
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::stage::noon;

pub const CLIENT: &str = "the-portal";
const SECRET: &str = "0123456789abcdef";

/// Ends with the test's runtime.
pub struct TestProvider {
    pub issuer: String,
    inner: Arc<Inner>,
    secret: NamedTempFile,
}

struct Inner {
    issuer: String,
    state: Mutex<Known>,
}

struct Known {
    key: EcdsaKeyPair,
    codes: HashMap<String, Grant>,
    manner: Manner,
    /// The portal's own key, if it shows who it is by a signature.
    portal: Option<Vec<u8>>,
}

struct Grant {
    challenge: String,
    token: Option<String>,
}

/// How the provider behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    #[default]
    Well,
    /// It answers every question with an error.
    Away,
    /// It has no way out.
    WithoutWayOut,
    /// It says that it is another.
    AsAnother,
}

/// Who signs an ID token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    TheProvider,
    SomebodyElse,
    TheSharedSecret,
    Nobody,
}

pub fn new_key() -> EcdsaKeyPair {
    let (of, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let key = EcdsaKeyPair::generate_pkcs8(of, &random).expect("there are random bytes");
    EcdsaKeyPair::from_pkcs8(of, key.as_ref(), &random).expect("it is a key")
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl TestProvider {
    pub async fn start() -> Self {
        // Another test of this process may have been quicker.
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let issuer = format!("http://{}", listener.local_addr().expect("it has an address"));
        let known =
            Known { key: new_key(), codes: HashMap::new(), manner: Manner::Well, portal: None };
        let inner = Arc::new(Inner { issuer: issuer.clone(), state: Mutex::new(known) });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(inner.clone());
        tokio::spawn(async { axum::serve(listener, routes).await });
        let secret = NamedTempFile::new().expect("a file is made");
        std::fs::write(secret.path(), format!("{SECRET}\n")).expect("it is written");
        Self { issuer, inner, secret }
    }

    /// How a portal is told of it.
    pub fn settings(&self) -> SignInSettings {
        SignInSettings {
            oidc_issuer: Some(self.issuer.clone()),
            oidc_client_id: Some(CLIENT.to_owned()),
            oidc_client_secret_file: Some(self.secret.path().to_owned()),
            oidc_scopes: vec!["profile".to_owned()],
            oidc_role_claim: "roles".to_owned(),
            ..SignInSettings::default()
        }
    }

    /// The provider as a portal knows it.
    pub fn known(&self) -> Provider {
        known(&self.settings())
    }

    pub fn behave(&self, manner: Manner) {
        self.known_here().manner = manner;
    }

    /// It signs with another key from now on.
    pub fn change_keys(&self) {
        self.known_here().key = new_key();
    }

    /// The portal shows who it is by this key's signature.
    pub fn knows_the_portal_by(&self, key: &EcdsaKeyPair) {
        self.known_here().portal = Some(key.public_key().as_ref().to_vec());
    }

    /// Somebody shows who they are at the address that the portal sent them to. `told` says what is otherwise than usual
    /// in the ID token; null is left out. Gives the code.
    pub fn recognises(&self, asked: &Url, signed: Signer, told: &Value) -> String {
        let asked: BTreeMap<_, _> = asked.query_pairs().into_owned().collect();
        let now = noon().as_second();
        let mut claims = json!({
            "iss": self.issuer,
            "sub": "s-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "name": "Alex Roy",
            "roles": ["officer"],
        });
        let (all, told) = (claims.as_object_mut().expect("it is one"), told.as_object());
        all.extend(told.expect("they are claims").clone());
        all.retain(|_, it| !it.is_null());
        let mut known = self.known_here();
        let token = known.token(&claims, signed);
        let code = Uuid::new_v4().to_string();
        let grant = Grant { challenge: asked["code_challenge"].clone(), token: Some(token) };
        known.codes.insert(code.clone(), grant);
        code
    }

    /// The same, but for the ID token: there is none.
    pub fn gives_no_id_token(&self, asked: &Url) -> String {
        let code = self.recognises(asked, Signer::TheProvider, &json!({}));
        let mut known = self.known_here();
        known.codes.get_mut(&code).expect("it was drawn").token = None;
        code
    }

    fn known_here(&self) -> std::sync::MutexGuard<'_, Known> {
        self.inner.state.lock().expect("nobody panicked with it")
    }
}

pub fn known(settings: &SignInSettings) -> Provider {
    let provider = settings.provider("http://portal.test").expect("it can be used");
    provider.expect("there is one")
}

impl Known {
    fn token(&self, claims: &Value, signed: Signer) -> String {
        let alg = match signed {
            Signer::TheProvider | Signer::SomebodyElse => "ES256",
            Signer::TheSharedSecret => "HS256",
            Signer::Nobody => "none",
        };
        let header = json!({ "alg": alg, "kid": id(&self.key) });
        let text = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
        let by = |key: &EcdsaKeyPair| {
            let signature = key.sign(&SystemRandom::new(), text.as_bytes());
            signature.expect("there are random bytes").as_ref().to_vec()
        };
        let signature = match signed {
            Signer::TheProvider => by(&self.key),
            Signer::SomebodyElse => by(&new_key()),
            Signer::TheSharedSecret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            Signer::Nobody => Vec::new(),
        };
        format!("{text}.{}", base64(signature))
    }

    /// Whether the portal shows that it is the portal.
    fn is_the_portal(&self, headers: &HeaderMap, sent: &HashMap<String, String>) -> bool {
        let Some(key) = &self.portal else {
            let both = BASE64_STANDARD.encode(format!("{CLIENT}:{SECRET}"));
            return headers.get("authorization").is_some_and(|it| it == &format!("Basic {both}"));
        };
        let jwt = &sent["client_assertion"];
        let (signed, signature) = jwt.rsplit_once('.').expect("it is signed");
        let read = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).expect("it is base64");
        let fits = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
            .verify(signed.as_bytes(), &read(signature))
            .is_ok();
        let claims = read(signed.split('.').nth(1).expect("it has claims"));
        let claims: Value = serde_json::from_slice(&claims).expect("they are JSON");
        fits && claims["iss"] == CLIENT
            && claims["sub"] == CLIENT
            && claims["aud"].as_str().is_some_and(|it| it.ends_with("/token"))
            && claims["exp"].as_i64() > claims["iat"].as_i64()
            && sent["client_assertion_type"].ends_with(":jwt-bearer")
            && !sent.contains_key("client_secret")
    }
}

fn id(key: &EcdsaKeyPair) -> String {
    base64(Sha256::digest(key.public_key()))
}

async fn discovery(State(it): State<Arc<Inner>>) -> Response {
    let manner = it.state.lock().expect("nobody panicked with it").manner;
    let at = |path: &str| format!("{}{path}", it.issuer);
    let mut found = json!({
        "issuer": it.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "end_session_endpoint": at("/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // A provider may offer what we do not take.
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    match manner {
        Manner::Away => return StatusCode::BAD_GATEWAY.into_response(),
        Manner::Well => (),
        Manner::WithoutWayOut => found["end_session_endpoint"] = Value::Null,
        Manner::AsAnother => found["issuer"] = json!("https://another.test"),
    }
    Json(found).into_response()
}

async fn keys(State(it): State<Arc<Inner>>) -> Json<Value> {
    let known = it.state.lock().expect("nobody panicked with it");
    let point = known.key.public_key().as_ref();
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "kid": id(&known.key),
        "x": base64(&point[1..33]), "y": base64(&point[33..]),
    }] }))
}

async fn token(
    State(it): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let mut known = it.state.lock().expect("nobody panicked with it");
    if known.manner == Manner::Away {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
    if !known.is_the_portal(&headers, &sent) {
        return refused("invalid_client").into_response();
    }
    let challenge = base64(Sha256::digest(&sent["code_verifier"]));
    let grant = known.codes.remove(&sent["code"]).filter(|it| it.challenge == challenge);
    let back = sent["redirect_uri"] == "http://portal.test/desk/signed-in";
    let Some(grant) = grant.filter(|_| back) else {
        return refused("invalid_grant").into_response();
    };
    let mut tokens = json!({ "access_token": "unused", "token_type": "Bearer" });
    if let Some(token) = grant.token {
        tokens["id_token"] = json!(token);
    }
    Json(tokens).into_response()
}
