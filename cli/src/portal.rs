//! The portal's API as this command uses it.

use std::path::Path;

use anyhow::{Context as _, Result};
use domain::people::Purpose;
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;
use serde_json::Value;

use crate::failure::Problem;
use crate::http;
use crate::ready::Ready;

/// Who looks when nobody is named: may see everything and change nothing.
pub const VIEWER: &str = "kim";

/// Who decides in the demo.
pub const OFFICER: &str = "alex";

/// The API of a running stack.
#[derive(Debug, Clone)]
pub struct Portal {
    client: reqwest::Client,
    ready: Ready,
}

/// The answer to a submission.
#[derive(Debug, Clone, Deserialize)]
pub struct Receipt {
    pub submission: String,
    pub cases: Vec<ReceiptCase>,
}

/// One child's case on a receipt.
#[derive(Debug, Clone, Deserialize)]
pub struct ReceiptCase {
    #[serde(rename = "ref")]
    pub reference: String,
    pub child: Value,
    pub access_code: String,
}

/// A case as it stands, as far as this command reads it; the whole document is shown to programs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Standing {
    #[serde(rename = "ref")]
    pub reference: String,
    pub revision: i64,
    pub birth: Birth,
    pub certificate: State,
    pub sin: State,
    pub fee: Fee,
    pub desk: Option<Desk>,
    #[serde(default)]
    pub closed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Birth {
    pub state: String,
    pub registration_number: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct State {
    pub state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fee {
    pub state: String,
    #[serde(default)]
    pub amount_cents: i64,
}

/// Why a person is needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Desk {
    pub reason: String,
    #[serde(default)]
    pub owner: String,
    #[serde(default)]
    pub due: String,
    /// The part of the case that waits.
    #[serde(default)]
    pub leg: Option<String>,
    #[serde(default)]
    pub actions: Vec<Value>,
}

/// What is decided about a case.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// The revision that the decider has seen.
    pub seen: i64,
    pub body: &'a Value,
    pub staff: &'a str,
    /// Why they look, where somebody is protected.
    pub purpose: Option<Purpose>,
}

impl Portal {
    /// The portal of the stack that is up on a data directory.
    pub fn of(data_dir: &Path) -> Result<Self> {
        Ok(Self { client: http::client()?, ready: Ready::of(data_dir)? })
    }

    /// Where the stack's parts are.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Sends a form. The same form under the same key gets the same answer, however often it is sent.
    pub async fn submit(&self, key: &str, form: &[u8]) -> Result<Value> {
        let request = self
            .request(Method::POST, "/api/v1/submissions")
            .header("Idempotency-Key", key)
            .header("Content-Type", "application/json")
            .body(form.to_owned());
        self.answer(request).await
    }

    /// A case, for the holder of its access code.
    pub async fn case_of_parents(&self, reference: &str, access_code: &str) -> Result<Value> {
        self.case(reference, access_code, None).await
    }

    /// A case, for staff, who say why they look where somebody is protected.
    pub async fn case_of_staff(
        &self,
        reference: &str,
        staff: &str,
        purpose: Option<Purpose>,
    ) -> Result<Value> {
        self.case(reference, self.ready.token_of(staff)?, purpose).await
    }

    /// All cases, or those that wait for a person, oldest first.
    pub async fn cases(&self, only_stuck: bool, staff: &str) -> Result<Vec<Value>> {
        let mut cases: Vec<Value> = Vec::new();
        loop {
            let stuck = if only_stuck { "stuck=true" } else { "stuck=false" };
            let after = cases.last().and_then(|case| case.get("ref")?.as_str());
            let after = after.map_or_else(String::new, |last| format!("&after={last}"));
            let request = self.request(Method::GET, &format!("/api/v1/cases?{stuck}{after}"));
            let page: Vec<Value> =
                read(&self.answer(request.bearer_auth(self.ready.token_of(staff)?)).await?)?;
            // An empty page is the end; the same page again would be one without end.
            if page.is_empty() || page.last() == cases.last() {
                return Ok(cases);
            }
            cases.extend(page);
        }
    }

    /// Decides about a case.
    pub async fn decide(&self, reference: &str, decision: Decision<'_>) -> Result<Value> {
        let request = self
            .request(
                Method::POST,
                &format!("/api/v1/cases/{reference}/decisions{}", stated(decision.purpose)),
            )
            .bearer_auth(self.ready.token_of(decision.staff)?)
            .header("If-Match", format!("\"{}\"", decision.seen))
            .json(decision.body);
        self.answer(request).await
    }

    async fn case(&self, reference: &str, token: &str, purpose: Option<Purpose>) -> Result<Value> {
        let path = format!("/api/v1/cases/{reference}{}", stated(purpose));
        let request = self.request(Method::GET, &path);
        self.answer(request.bearer_auth(token)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.ready.portal))
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value> {
        http::answer(request, "the portal").await
    }
}

/// What says in an address why somebody looks.
fn stated(purpose: Option<Purpose>) -> String {
    purpose.map_or_else(String::new, |purpose| format!("?purpose={purpose}"))
}

/// Reads an answer into what this command needs of it.
pub fn read<T: for<'de> Deserialize<'de>>(answer: &Value) -> Result<T> {
    T::deserialize(answer)
        .context("the portal's answer is not in the published form: are both of one build?")
}

/// Whether the portal, rather than the way to it, said no.
pub fn refused(error: &anyhow::Error) -> Option<&Problem> {
    error.downcast_ref::<Problem>()
}
