//! A browser without scripts: it keeps its cookies and one line to the portal, and takes the time of each answer.

use std::time::Instant;

use anyhow::Result;
use reqwest::{RequestBuilder, StatusCode, header};

use crate::http;

/// Does not print: it holds access codes.
pub struct Browser {
    client: reqwest::Client,
    address: String,
    cookies: Vec<Cookie>,
}

/// An answer, to its last byte.
pub struct Answer {
    pub status: StatusCode,
    /// Where it leads.
    pub location: String,
    pub text: String,
    pub took_ms: f64,
    set_cookies: Vec<String>,
}

impl Browser {
    /// One that nobody has used yet. `address` is the portal's.
    pub fn new(address: &str) -> Result<Self> {
        let client = http::client_that_stays()?;
        Ok(Self { client, address: address.to_owned(), cookies: Vec::new() })
    }

    /// Somebody else sits down at it.
    pub fn forgets(&mut self) {
        self.cookies.clear();
    }

    pub async fn opens(&mut self, path: &str) -> Result<Answer> {
        let request = self.client.get(format!("{}{path}", self.address));
        self.asks(path, request).await
    }

    /// Sends what a page's form holds.
    pub async fn sends<N: AsRef<str>, V: AsRef<str>>(
        &mut self,
        path: &str,
        inputs: &[(N, V)],
    ) -> Result<Answer> {
        let pairs = inputs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name.as_ref()), encoded(value.as_ref())));
        let request = self
            .client
            .post(format!("{}{path}", self.address))
            .header(header::ORIGIN, &self.address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(pairs.collect::<Vec<_>>().join("&"));
        self.asks(path, request).await
    }

    async fn asks(&mut self, path: &str, request: RequestBuilder) -> Result<Answer> {
        let held = self.cookies.iter().filter(|it| it.belongs_to(path));
        let held: Vec<String> = held.map(|it| format!("{}={}", it.name, it.value)).collect();
        let request = match held.is_empty() {
            true => request,
            false => request.header(header::COOKIE, held.join("; ")),
        };
        let answer = timed(request).await?;
        for set in &answer.set_cookies {
            self.keeps(set);
        }
        Ok(answer)
    }

    fn keeps(&mut self, set: &str) {
        let Some((cookie, goes)) = Cookie::read(set) else { return };
        self.cookies.retain(|it| (&it.name, &it.path) != (&cookie.name, &cookie.path));
        if !goes {
            self.cookies.push(cookie);
        }
    }
}

/// Sends a request, and takes the time until the last byte of its answer is here.
pub async fn timed(request: RequestBuilder) -> Result<Answer> {
    let began = Instant::now();
    let answer = request.send().await.map_err(reqwest::Error::without_url)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let text = answer.text().await.map_err(reqwest::Error::without_url)?;
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    let read = |it: &header::HeaderValue| it.to_str().unwrap_or_default().to_owned();
    Ok(Answer {
        status,
        location: headers.get(header::LOCATION).map(read).unwrap_or_default(),
        text,
        took_ms,
        set_cookies: headers.get_all(header::SET_COOKIE).iter().map(read).collect(),
    })
}

/// What was kept for the pages below a path.
struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Cookie {
    /// The cookie, and whether it is to be thrown away.
    fn read(set: &str) -> Option<(Self, bool)> {
        let mut parts = set.split(';').map(str::trim);
        let (name, value) = parts.next()?.split_once('=')?;
        let attribute = |name: &str| {
            let mut pairs = set.split(';').skip(1).filter_map(|it| it.trim().split_once('='));
            pairs.find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let path = attribute("path").unwrap_or("/").to_owned();
        let goes = attribute("max-age") == Some("0");
        Some((Self { name: name.to_owned(), value: value.to_owned(), path }, goes))
    }

    fn belongs_to(&self, path: &str) -> bool {
        let below = path.strip_prefix(&self.path);
        below.is_some_and(|it| self.path.ends_with('/') || it.is_empty() || it.starts_with('/'))
    }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|byte| match plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_to_the_pages_below_its_path_alone() {
        let (cookie, goes) = Cookie::read("code=7; HttpOnly; Path=/en/case/NB-1; Max-Age=1800")
            .expect("it is a cookie");
        assert!(!goes);
        assert!(cookie.belongs_to("/en/case/NB-1") && cookie.belongs_to("/en/case/NB-1/shared"));
        assert!(!cookie.belongs_to("/fr/case/NB-1") && !cookie.belongs_to("/en/case/NB-12"));
        let (cookie, goes) = Cookie::read("draft=; Path=/; Max-Age=0").expect("it is a cookie");
        assert!(goes && cookie.belongs_to("/en/form/start"));
    }

    #[test]
    fn what_is_kept_anew_replaces_what_was_kept() {
        crate::install_crypto();
        let mut browser = Browser::new("http://portal.test").expect("it can be made");
        for set in ["a=1; Path=/", "a=2; Path=/", "a=3; Path=/en", "b=4", "b=; Max-Age=0"] {
            browser.keeps(set);
        }
        let kept: Vec<_> = browser.cookies.iter().map(|it| it.value.as_str()).collect();
        assert_eq!(kept, ["2", "3"]);
    }

    #[test]
    fn what_is_sent_is_encoded_byte_by_byte() {
        assert_eq!(encoded("parents/0/Zoé O'Connor"), "parents%2F0%2FZo%C3%A9%20O%27Connor");
    }
}
