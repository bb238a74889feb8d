//! ID tokens: claims with a signature (ES256). The key is made at the start and goes with the process.

use anyhow::anyhow;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::codes;

pub(super) struct Signer {
    pair: EcdsaKeyPair,
    id: String,
    random: SystemRandom,
}

impl Signer {
    /// # Errors
    ///
    /// When the system has no random bytes.
    pub(super) fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let of = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::generate_pkcs8(of, &random)
            .map_err(|_| anyhow!("the system has no random bytes"))?;
        let pair = EcdsaKeyPair::from_pkcs8(of, key.as_ref(), &random)
            .map_err(|why| anyhow!("the key cannot be used: {why}"))?;
        Ok(Self { pair, id: codes::draw(), random })
    }

    /// By which everybody can check a token.
    pub(super) fn public_keys(&self) -> Value {
        // An uncompressed point: a mark, then both coordinates.
        let point = self.pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|it| BASE64_URL_SAFE_NO_PAD.encode(it));
        json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y,
        }] })
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.id });
        let [header, claims] =
            [&header, claims].map(|it| BASE64_URL_SAFE_NO_PAD.encode(it.to_string()));
        let signed = format!("{header}.{claims}");
        let signature =
            self.pair.sign(&self.random, signed.as_bytes()).expect("the system has random bytes");
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}
