//! A browser without scripts: it keeps its cookie, and follows nothing by itself.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, RequestBuilder, header, redirect};

use crate::stack::Stack;

/// A browser at a stack's portal, or at another site.
pub struct Browser {
    site: String,
    /// Who it is known as.
    pub cookie: String,
}

/// What it was answered.
#[derive(Debug)]
pub struct Shown {
    pub status: u16,
    /// Where it was sent on to.
    pub location: String,
    pub text: String,
    cookie: Option<String>,
}

impl Browser {
    /// # Errors
    ///
    /// If the stack is not ready.
    pub fn at(stack: &Stack) -> Result<Self> {
        Ok(Self::at_address(&stack.address("portal")?))
    }

    /// At a site that is not the portal.
    #[must_use]
    pub fn at_address(site: &str) -> Self {
        Self { site: site.trim_end_matches('/').to_owned(), cookie: String::new() }
    }

    /// Asks for a page.
    ///
    /// # Errors
    ///
    /// If the site does not answer.
    pub fn page(&mut self, path: &str) -> Result<Shown> {
        self.sent(|client, site| client.get(format!("{site}{path}")))
    }

    /// Asks for a page of this site by its whole address, as when another site leads here.
    ///
    /// # Errors
    ///
    /// If it is another site's, or the site does not answer.
    pub fn page_at(&mut self, address: &str) -> Result<Shown> {
        let path = address.strip_prefix(&self.site).context("the address is of another site")?;
        self.page(path)
    }

    /// Sends a page's form.
    ///
    /// # Errors
    ///
    /// If the site does not answer.
    pub fn send(&mut self, path: &str, inputs: &[(&str, &str)]) -> Result<Shown> {
        let body = inputs.iter().map(|(name, it)| format!("{name}={}", encoded(it)));
        let body = body.collect::<Vec<_>>().join("&");
        self.sent(|client, site| {
            client
                .post(format!("{site}{path}"))
                .header(header::ORIGIN, site)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body)
        })
    }

    /// Sends a page's form that is taken, and gives where it leads.
    ///
    /// # Errors
    ///
    /// If it is not taken; says what was shown.
    pub fn take(&mut self, path: &str, inputs: &[(&str, &str)]) -> Result<String> {
        let shown = self.send(path, inputs)?;
        ensure!(shown.status == 303, "{path} was not taken: {} {}", shown.status, shown.text);
        Ok(shown.location)
    }

    fn sent(&mut self, request: impl FnOnce(&Client, &str) -> RequestBuilder) -> Result<Shown> {
        // The first choice of a cryptography counts; a second one is no mistake.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build()?;
        let request = request(&client, &self.site).header(header::COOKIE, &self.cookie);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shown = runtime.block_on(async {
            let answer = request.send().await.context("the site does not answer")?;
            let header = |name| {
                answer.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned)
            };
            let cookie = header(header::SET_COOKIE);
            let cookie = cookie.and_then(|it| it.split(';').next().map(str::to_owned));
            let location = header(header::LOCATION).unwrap_or_default();
            let status = answer.status().as_u16();
            anyhow::Ok(Shown { status, location, text: answer.text().await?, cookie })
        })?;
        if let Some(cookie) = &shown.cookie {
            self.cookie.clone_from(cookie);
        }
        Ok(shown)
    }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let sign = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(sign).collect()
}
