//! How the provider is asked: in a few seconds, at the address that was named and no other.

use std::{pin::Pin, time::Duration};

use openidconnect::{HttpRequest, HttpResponse, http};
use reqwest::{Client, redirect};

/// How long the provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// More than any provider has to say.
const MOST: usize = 1024 * 1024;

pub(super) struct Http(Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    #[error("no answer came")]
    None(#[source] reqwest::Error),
    #[error("the provider fails with {0}")]
    Failing(http::StatusCode),
    #[error("the answer is too long")]
    TooMuch,
    #[error("the answer is none")]
    NotHttp(#[source] http::Error),
}

impl From<reqwest::Error> for Silence {
    fn from(error: reqwest::Error) -> Self {
        Self::None(error)
    }
}

type Asked = Pin<Box<dyn Future<Output = Result<HttpResponse, Silence>> + Send>>;

impl Http {
    pub(super) fn new() -> Result<Self, reqwest::Error> {
        // A provider does not send us elsewhere; who pretends to be one might.
        let client =
            Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none()).build()?;
        Ok(Self(client))
    }

    pub(super) fn as_the_library_asks(&self) -> impl Fn(HttpRequest) -> Asked + use<> {
        let client = self.0.clone();
        move |request| Box::pin(ask(client.clone(), request))
    }
}

async fn ask(client: Client, request: HttpRequest) -> Result<HttpResponse, Silence> {
    let mut answer = client.execute(request.try_into()?).await?;
    if answer.status().is_server_error() {
        return Err(Silence::Failing(answer.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > MOST {
            return Err(Silence::TooMuch);
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = http::Response::builder().status(answer.status());
    if let Some(headers) = response.headers_mut() {
        headers.clone_from(answer.headers());
    }
    response.body(body).map_err(Silence::NotHttp)
}
