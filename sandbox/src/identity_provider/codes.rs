//! The codes that browsers carry to the portal: each works once, within a minute, and for whoever began.

use std::{collections::HashMap, sync::Mutex};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::Person;

const LIFE: SignedDuration = SignedDuration::from_secs(60);

/// What a code stands for.
pub(super) struct Grant {
    pub(super) person: Person,
    pub(super) nonce: Option<String>,
    /// The hash of what whoever began alone knows (PKCE, S256).
    pub(super) challenge: String,
}

#[derive(Default)]
pub(super) struct Codes(Mutex<HashMap<String, (Grant, Timestamp)>>);

impl Codes {
    pub(super) fn draw(&self, grant: Grant, now: Timestamp) -> String {
        let code = draw();
        let mut codes = self.0.lock().expect("nobody panics with it");
        codes.retain(|_, (_, ends)| *ends > now);
        codes.insert(code.clone(), (grant, now + LIFE));
        code
    }

    /// What the code stands for, if it is still good. It is used up, whatever comes of it.
    pub(super) fn take(&self, code: &str, verifier: &str, now: Timestamp) -> Option<Grant> {
        let (grant, ends) = self.0.lock().expect("nobody panics with it").remove(code)?;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        (ends > now && challenge == grant.challenge).then_some(grant)
    }
}

/// 32 random bytes in hexadecimal.
pub(super) fn draw() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}
