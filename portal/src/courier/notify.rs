//! GC Notify: `POST /v2/notifications/{email|sms}`.

use std::{error::Error as _, io, time::Duration};

use reqwest::{Client, StatusCode, Url, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use store::deliveries::Channel;

use super::{NotSent, Silence, letter::Letter};

/// How long the service may take for one message.
const PATIENCE: Duration = Duration::from_secs(10);

/// The service, with the two templates that we send through it. Each has the placeholder `body`; that of e-mail also has
/// `subject`.
pub struct Notify {
    client: Client,
    base: Url,
    key: SecretString,
    email_template: String,
    text_template: String,
}

#[derive(Deserialize)]
struct Accepted {
    id: String,
}

impl Notify {
    pub(super) fn new(
        base: Url,
        key: SecretString,
        email_template: String,
        text_template: String,
    ) -> Result<Self, reqwest::Error> {
        let client = Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { client, base, key, email_template, text_template })
    }

    /// Gives what the service calls the message.
    pub(super) async fn send(
        &self,
        channel: Channel,
        to: &str,
        letter: &Letter,
    ) -> Result<String, NotSent> {
        let Letter { subject, body, reference } = letter;
        let (path, message) = match channel {
            Channel::Email => (
                "v2/notifications/email",
                json!({
                    "email_address": to,
                    "template_id": self.email_template,
                    "personalisation": { "subject": subject, "body": body },
                    "reference": reference,
                }),
            ),
            Channel::Text => (
                "v2/notifications/sms",
                json!({
                    "phone_number": to,
                    "template_id": self.text_template,
                    "personalisation": { "body": body },
                    "reference": reference,
                }),
            ),
        };
        let address = self.base.join(path).map_err(|_| NotSent::Away(Silence::Impossible))?;
        let key = format!("ApiKey-v1 {}", self.key.expose_secret());
        let asked = self.client.post(address).header(AUTHORIZATION, key).json(&message).send();
        let answer = asked.await.map_err(|error| NotSent::Away(silence(error)))?;
        let status = answer.status();
        if status.is_success() {
            let accepted = answer.json::<Accepted>().await;
            return accepted.map(|it| it.id).map_err(|error| NotSent::Away(silence(error)));
        }
        // Most of what it does not take is our mistake: a key or a template that an operator puts right.
        let unread = |_| Refusals { errors: Vec::new() };
        match status {
            StatusCode::BAD_REQUEST
                if answer.json().await.unwrap_or_else(unread).are_about_the_address() =>
            {
                Err(NotSent::Refused)
            }
            status => Err(NotSent::Later { code: status.as_u16(), asked: path }),
        }
    }
}

/// What the service says is wrong with a request. It may repeat what we sent: nothing of it is kept.
#[derive(Deserialize)]
struct Refusals {
    errors: Vec<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    message: String,
}

impl Refusals {
    /// There is no code for it: a message about a field begins with the field's name.
    fn are_about_the_address(&self) -> bool {
        let address = |it: &Refusal| {
            let field = it.message.split_whitespace().next().unwrap_or_default();
            it.error == "ValidationError" && ["email_address", "phone_number"].contains(&field)
        };
        self.errors.iter().any(address)
    }
}

/// What kind of error it is. Its text may repeat what the service said.
fn silence(error: reqwest::Error) -> Silence {
    if error.is_timeout() {
        return Silence::TimedOut;
    }
    if error.is_decode() {
        return Silence::Unreadable;
    }
    let mut cause = error.source();
    while let Some(it) = cause {
        if let Some(it) = it.downcast_ref::<io::Error>() {
            return Silence::Connection(it.kind());
        }
        cause = it.source();
    }
    Silence::Connection(io::ErrorKind::Other)
}
