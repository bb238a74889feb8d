//! How the portal shows the provider that it is the portal: with a secret that both know, or with a signature of its own
//! (RFC 7523, `private_key_jwt`).

use std::path::Path;

use anyhow::{Context, anyhow};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use openidconnect::{ClientId, ClientSecret, TokenUrl};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::json;
use uuid::Uuid;

/// How long a signature of ours is good for.
const SECONDS: i64 = 60;

/// Does not print.
pub(super) enum Proof {
    /// The provider knows us by our name alone; PKCE ties the code to the browser all the same.
    None,
    Secret(ClientSecret),
    Key(Box<Key>),
}

/// The portal's own key, and by which name the provider finds its public half.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    id: Option<String>,
    random: SystemRandom,
}

impl Proof {
    /// Reads a file that holds the secret.
    pub(super) fn secret_in(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(Self::Secret(ClientSecret::new(text.trim().to_owned())))
    }

    /// Reads a file that holds a private key for ES256: PKCS #8, as PEM.
    pub(super) fn key_in(file: &Path, id: Option<String>) -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let key = PrivatePkcs8KeyDer::from_pem_file(file)
            .map_err(|_| anyhow!("{} holds no private key as PEM", file.display()))?;
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            key.secret_pkcs8_der(),
            &random,
        )
        .map_err(|why| anyhow!("the key in {} is not for ES256: {why}", file.display()))?;
        Ok(Self::Key(Box::new(Key { pair, id, random })))
    }

    pub(super) const fn secret(&self) -> Option<&ClientSecret> {
        match self {
            Self::Secret(secret) => Some(secret),
            Self::None | Self::Key(_) => None,
        }
    }

    /// What goes with a request for tokens.
    pub(super) fn parameters(
        &self,
        client: &ClientId,
        endpoint: &TokenUrl,
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let Self::Key(key) = self else { return Vec::new() };
        let Key { pair, id, random } = &**key;
        let mut header = json!({ "alg": "ES256", "typ": "JWT" });
        if let Some(id) = id {
            header["kid"] = json!(id);
        }
        let claims = json!({
            "iss": client.as_str(),
            "sub": client.as_str(),
            "aud": endpoint.as_str(),
            "jti": Uuid::new_v4(),
            "iat": now.as_second(),
            "exp": now.as_second() + SECONDS,
        });
        let [header, claims] =
            [header, claims].map(|it| BASE64_URL_SAFE_NO_PAD.encode(it.to_string()));
        let signed = format!("{header}.{claims}");
        let signature = pair.sign(random, signed.as_bytes()).expect("the system has random bytes");
        let assertion = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        vec![("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]
    }
}
