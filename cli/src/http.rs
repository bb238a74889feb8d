//! The HTTP client of this command: loopback only, with a limit on every call.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::{RequestBuilder, redirect::Policy};
use serde_json::Value;

use crate::failure::Problem;

/// A client that never goes through a proxy: everything it speaks to is on this machine.
///
/// The process's cryptography provider must be installed first ([`crate::install_crypto`]), even though no call is encrypted.
pub fn client() -> Result<reqwest::Client> {
    limited().build().context("cannot make an HTTP client")
}

/// The same, which stays where it is when an answer leads elsewhere.
pub fn client_that_stays() -> Result<reqwest::Client> {
    limited().redirect(Policy::none()).build().context("cannot make an HTTP client")
}

fn limited() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
}

/// Sends a request and gives the JSON of a good answer. Any other answer is a [`Problem`].
pub async fn answer(request: RequestBuilder, whom: &str) -> Result<Value> {
    let unreachable = || format!("{whom} does not answer: is the stack still up (`newborn up`)?");
    let answer =
        request.send().await.map_err(reqwest::Error::without_url).with_context(unreachable)?;
    let status = answer.status();
    let body =
        answer.bytes().await.map_err(reqwest::Error::without_url).with_context(unreachable)?;
    if !status.is_success() {
        return Err(Problem::from_answer(status.as_u16(), &body).into());
    }
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body)
        .with_context(|| format!("{whom} answered something that is not JSON"))
}
