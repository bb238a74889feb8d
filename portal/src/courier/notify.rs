//! GC Notify: `POST /v2/notifications/{email|sms}`.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use store::deliveries::Channel;

use super::{NotSent, letter::Letter};

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
        let address = self.base.join(path).map_err(|error| NotSent::Away(error.into()))?;
        let key = format!("ApiKey-v1 {}", self.key.expose_secret());
        // The address is not in the error: it would name whom we write to.
        let asked = self.client.post(address).header(AUTHORIZATION, key).json(&message).send();
        let answer = asked.await.map_err(|error| NotSent::Away(error.without_url().into()))?;
        match answer.status() {
            status if status.is_success() => {
                let accepted: Accepted =
                    answer.json().await.map_err(|error| NotSent::Away(error.into()))?;
                Ok(accepted.id)
            }
            // What is wrong with the request is wrong with the address: the rest is the same for everybody.
            StatusCode::BAD_REQUEST => Err(NotSent::Refused),
            status => Err(NotSent::Later(status.as_u16())),
        }
    }
}
