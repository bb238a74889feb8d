//! A message service that speaks as GC Notify does: it takes messages, and says later what became of them. They are kept
//! in memory, to be read by whoever plays the parents.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context;
use axum::{
    Json, Router,
    extract::{Path as Kind, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

/// How many messages are kept; the oldest go first.
const MOST: usize = 1000;

/// How long whoever is told may take to listen. The real service waits a second.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it waits before it tells somebody again who did not listen. The real service tries for hours.
const AGAIN: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_secs(2),
    Duration::from_secs(10),
];

/// Addresses that never get anything, as the real service has them.
const NEVER: [&str; 2] = ["perm-fail@simulator.notify", "+15149301632"];
/// Addresses that do not get it this time.
const NOT_NOW: [&str; 2] = ["temp-fail@simulator.notify", "+15149301633"];

/// The service.
#[derive(Clone)]
pub struct MessageService(Arc<Inner>);

struct Inner {
    sent: Mutex<VecDeque<Message>>,
    callback: Option<Callback>,
}

/// Who is told what became of a message.
struct Callback {
    client: Client,
    url: String,
    token: SecretString,
}

/// A message that was taken. Does not print: it names whom it is for.
#[derive(Clone, Serialize)]
struct Message {
    id: Uuid,
    #[serde(rename = "type")]
    kind: &'static str,
    to: String,
    subject: Option<String>,
    body: String,
    reference: Option<String>,
    status: &'static str,
}

#[derive(Deserialize)]
struct Wanted {
    email_address: Option<String>,
    phone_number: Option<String>,
    #[serde(default)]
    personalisation: Personalisation,
    reference: Option<String>,
}

#[derive(Default, Deserialize)]
struct Personalisation {
    subject: Option<String>,
    #[serde(default)]
    body: String,
}

impl MessageService {
    /// Tells `callback` what became of each message, with the token in its file, if there is one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn new(callback: Option<(&str, &Path)>) -> anyhow::Result<Self> {
        let callback = match callback {
            None => None,
            Some((url, file)) => {
                let token = std::fs::read_to_string(file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let client = Client::builder().timeout(PATIENCE).build()?;
                let token = SecretString::from(token.trim().to_owned());
                Some(Callback { client, url: url.to_owned(), token })
            }
        };
        Ok(Self(Arc::new(Inner { sent: Mutex::default(), callback })))
    }

    /// What the service takes, and what it has taken.
    pub fn routes(self) -> Router {
        Router::new()
            .route("/v2/notifications/{kind}", post(take))
            .route("/control/messages", get(list))
            .with_state(self)
    }

    fn keep(&self, message: Message) {
        let mut sent = self.0.sent.lock().expect("nobody panics with it");
        if sent.len() == MOST {
            sent.pop_front();
        }
        sent.push_back(message);
    }

    /// Says what became of a message, several times if nobody listens.
    async fn tell(self, id: Uuid, status: &'static str) {
        let Some(callback) = &self.0.callback else { return };
        let mut told = callback.tell(id, status).await;
        for pause in AGAIN {
            if told.is_ok() {
                return;
            }
            sleep(pause).await;
            told = callback.tell(id, status).await;
        }
        if let Err(error) = told {
            tracing::warn!(message.id = %id, why = %error.without_url(), "nobody listens to what became of a message");
        }
    }
}

impl Callback {
    async fn tell(&self, id: Uuid, status: &str) -> Result<(), reqwest::Error> {
        let told = self
            .client
            .post(&self.url)
            .bearer_auth(self.token.expose_secret())
            .json(&json!({ "id": id, "status": status }))
            .send()
            .await?;
        told.error_for_status().map(drop)
    }
}

async fn take(
    State(service): State<MessageService>,
    Kind(kind): Kind<String>,
    headers: HeaderMap,
    wanted: Result<Json<Wanted>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let key = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    if !key.is_some_and(|it| it.starts_with("ApiKey-v1 ")) {
        return refused(StatusCode::FORBIDDEN, "AuthError", "Invalid token");
    }
    let Ok(Json(wanted)) = wanted else {
        return refused(StatusCode::BAD_REQUEST, "ValidationError", "the body cannot be read");
    };
    let (kind, to, wrong) = match kind.as_str() {
        "email" => (
            "email",
            wanted.email_address.filter(|it| it.contains('@')),
            "email_address Not a valid email address",
        ),
        "sms" => (
            "sms",
            wanted.phone_number.filter(|it| it.starts_with('+')),
            "phone_number Not a valid phone number",
        ),
        _ => return refused(StatusCode::NOT_FOUND, "NotFound", "no such kind of message"),
    };
    let Some(to) = to else {
        return refused(StatusCode::BAD_REQUEST, "ValidationError", wrong);
    };
    let status = match to.as_str() {
        to if NEVER.contains(&to) => "permanent-failure",
        to if NOT_NOW.contains(&to) => "temporary-failure",
        _ => "delivered",
    };
    let Wanted { personalisation: Personalisation { subject, body }, reference, .. } = wanted;
    let id = Uuid::new_v4();
    service.keep(Message { id, kind, to, subject, body, reference: reference.clone(), status });
    // The answer comes first: only it says what the message is called.
    tokio::spawn(service.tell(id, status));
    (StatusCode::CREATED, Json(json!({ "id": id, "reference": reference }))).into_response()
}

fn refused(status: StatusCode, error: &str, message: &str) -> Response {
    let errors = json!([{ "error": error, "message": message }]);
    (status, Json(json!({ "status_code": status.as_u16(), "errors": errors }))).into_response()
}

/// The messages, oldest first.
async fn list(State(service): State<MessageService>) -> Json<Value> {
    let sent = service.0.sent.lock().expect("nobody panics with it").clone();
    Json(json!({ "messages": sent }))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use tokio::net::TcpListener;

    use super::*;

    async fn send(service: &MessageService, kind: &str, key: &str, body: Value) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, key.parse().expect("it is a header"));
        let wanted = serde_json::from_value(body).expect("it is a message");
        let kind = Kind(kind.to_owned());
        take(State(service.clone()), kind, headers, Ok(Json(wanted))).await.status().as_u16()
    }

    #[tokio::test]
    async fn what_was_taken_can_be_read_and_what_was_not_is_not_there() {
        let service = MessageService::new(None).expect("it needs nothing");
        let body = json!({ "subject": "News", "body": "Read it." });
        let good = json!({ "email_address": "a@example.test", "personalisation": body });
        let bad = json!({ "email_address": "nobody", "personalisation": body });
        assert_eq!(send(&service, "email", "ApiKey-v1 k", good.clone()).await, 201);
        assert_eq!(send(&service, "email", "ApiKey-v1 k", bad).await, 400);
        assert_eq!(send(&service, "email", "Bearer k", good.clone()).await, 403);
        assert_eq!(send(&service, "letter", "ApiKey-v1 k", good).await, 404);
        let Json(list) = list(State(service)).await;
        let messages = list["messages"].as_array().expect("it is a list");
        assert_eq!(messages.len(), 1);
        assert_eq!(
            (&messages[0]["to"], &messages[0]["body"]),
            (&json!("a@example.test"), &json!("Read it."))
        );
    }

    #[tokio::test]
    async fn who_does_not_listen_is_told_again() {
        // Another test of this process may have been quicker.
        drop(rustls::crypto::ring::default_provider().install_default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let times = Arc::new(AtomicU8::new(0));
        let listens = move |Json(said): Json<Value>| {
            let nth = times.fetch_add(1, Ordering::Relaxed);
            told.send(said).expect("the test listens");
            // It has yet to write down what the message is called.
            let busy = StatusCode::SERVICE_UNAVAILABLE;
            async move { if nth < 2 { busy } else { StatusCode::NO_CONTENT } }
        };
        let listening = Router::new().fallback(listens);
        tokio::spawn(async { axum::serve(listener, listening).await });
        let token = tempfile::NamedTempFile::new().expect("a file is made");
        let url = format!("http://{address}/");
        let service = MessageService::new(Some((&url, token.path()))).expect("the file is there");
        let id = Uuid::new_v4();
        tokio::spawn(service.tell(id, "delivered")).await.expect("it ends");
        for _ in 0..3 {
            let said = heard.try_recv().expect("it is told");
            assert_eq!(said, json!({ "id": id, "status": "delivered" }));
        }
        assert!(heard.try_recv().is_err(), "it was told again though it had listened");
    }

    #[tokio::test]
    async fn some_addresses_never_get_anything() {
        let service = MessageService::new(None).expect("it needs nothing");
        let text = json!({ "phone_number": "+15149301632", "personalisation": { "body": "x" } });
        assert_eq!(send(&service, "sms", "ApiKey-v1 k", text).await, 201);
        let Json(list) = list(State(service)).await;
        assert_eq!(list["messages"][0]["status"], "permanent-failure");
    }
}
