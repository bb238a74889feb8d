//! How much one address may send: forms, and wrong codes. A right code is answered whatever was typed before.
//!
//! Each portal counts for itself. Whoever speaks from this machine itself is not counted: the demo, the load and the
//! benchmark are ours.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State},
    http::{Extensions, HeaderMap, Method, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use clap::Args;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::{Portal, problem::Problem};

/// How much one address may send. Families share addresses: a hospital's, a telephone network's.
#[derive(Debug, Clone, Args)]
pub struct LimitSettings {
    /// How many forms one address may send in an hour
    #[arg(long, env = "NEWBORN_SUBMISSIONS_PER_HOUR", default_value = "120")]
    pub submissions_per_hour: NonZeroU32,

    /// How many wrong codes one address may send in an hour
    #[arg(long, env = "NEWBORN_WRONG_CODES_PER_HOUR", default_value = "240")]
    pub wrong_codes_per_hour: NonZeroU32,

    /// The addresses of proxies before this portal, with commas between them; only they are believed about whom they
    /// speak for (X-Forwarded-For)
    #[arg(long, env = "NEWBORN_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
}

/// The route that takes a form as a whole. A form of the pages counts when it is begun.
const SUBMITTING: &str = "/api/v1/submissions";

/// After how many requests that are counted the addresses are forgotten that need not be remembered.
const SWEEP: u32 = 1024;

/// Who sent how much.
pub struct Limits {
    submissions: DefaultKeyedRateLimiter<IpAddr>,
    wrong_codes: DefaultKeyedRateLimiter<IpAddr>,
    proxies: Vec<IpAddr>,
    counted: AtomicU32,
}

impl Limits {
    /// Nobody has sent anything yet.
    #[must_use]
    pub fn new(settings: &LimitSettings) -> Self {
        let limiter = |per_hour| RateLimiter::keyed(Quota::per_hour(per_hour));
        Self {
            submissions: limiter(settings.submissions_per_hour),
            wrong_codes: limiter(settings.wrong_codes_per_hour),
            proxies: settings.trusted_proxies.clone(),
            counted: AtomicU32::new(0),
        }
    }

    /// Counts a form.
    ///
    /// # Errors
    ///
    /// [`Problem::RateLimited`] if there were too many from this address.
    pub(crate) fn submission(&self, client: Client) -> Result<(), Problem> {
        self.count(&self.submissions, client)
    }

    /// Counts a wrong code.
    ///
    /// # Errors
    ///
    /// [`Problem::RateLimited`] if there were too many from this address.
    pub(crate) fn wrong_code(&self, client: Client) -> Result<(), Problem> {
        self.count(&self.wrong_codes, client)
    }

    fn count(
        &self,
        limiter: &DefaultKeyedRateLimiter<IpAddr>,
        Client(address): Client,
    ) -> Result<(), Problem> {
        let Some(address) = address else { return Ok(()) };
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.submissions.retain_recent();
            self.wrong_codes.retain_recent();
        }
        limiter.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::RateLimited(wait.as_secs() + 1)
        })
    }

    /// Whom a request comes from: the last address on its way that is not a proxy of ours.
    fn client(&self, headers: &HeaderMap, extensions: &Extensions) -> Client {
        let Some(ConnectInfo(peer)) = extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Client(None);
        };
        let peer = peer.ip().to_canonical();
        let named = headers.get_all("x-forwarded-for");
        let named = named.iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(','));
        let named = named.filter_map(|it| it.trim().parse::<IpAddr>().ok());
        let mut way: Vec<IpAddr> = named.map(|it| it.to_canonical()).collect();
        way.push(peer);
        let ours = |it: &IpAddr| self.proxies.contains(it);
        let address = way.iter().rev().find(|it| !ours(it)).copied().unwrap_or(peer);
        Client((!address.is_loopback() && !ours(&address)).then(|| household(address)))
    }
}

/// A household has a whole network of the newer addresses.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) => {
            let [a, b, c, d, ..] = it.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Whom a request comes from; nothing for this machine itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client(Option<IpAddr>);

impl FromRequestParts<Portal> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Infallible> {
        Ok(portal.limits.client(&parts.headers, &parts.extensions))
    }
}

/// Takes a form only if there were not too many from the same address.
pub(crate) async fn submissions(
    State(portal): State<Portal>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if request.method() == Method::POST && route == Some(SUBMITTING) {
        let client = portal.limits.client(request.headers(), request.extensions());
        if let Err(problem) = portal.limits.submission(client) {
            return problem.into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(per_hour: u32, proxies: &[&str]) -> Limits {
        let per_hour = NonZeroU32::new(per_hour).expect("it is more than none");
        Limits::new(&LimitSettings {
            submissions_per_hour: per_hour,
            wrong_codes_per_hour: per_hour,
            trusted_proxies: proxies.iter().map(|it| it.parse().expect("an address")).collect(),
        })
    }

    fn from(limits: &Limits, peer: &str, forwarded: Option<&str>) -> Option<String> {
        let mut extensions = Extensions::new();
        let peer: IpAddr = peer.parse().expect("it is an address");
        extensions.insert(ConnectInfo(SocketAddr::new(peer, 5000)));
        let mut headers = HeaderMap::new();
        if let Some(it) = forwarded {
            headers.insert("x-forwarded-for", it.parse().expect("it is a header"));
        }
        limits.client(&headers, &extensions).0.map(|it| it.to_string())
    }

    #[test]
    fn only_a_proxy_of_ours_is_believed_about_whom_it_speaks_for() {
        let it = limits(1, &["10.0.0.1", "127.0.0.1"]);
        for (peer, forwarded, client) in [
            ("203.0.113.7", None, Some("203.0.113.7")),
            ("203.0.113.7", Some("198.51.100.9"), Some("203.0.113.7")),
            ("10.0.0.1", Some("198.51.100.9"), Some("198.51.100.9")),
            ("10.0.0.1", Some("192.0.2.1, 198.51.100.9, 10.0.0.1"), Some("198.51.100.9")),
            ("127.0.0.1", Some("198.51.100.9"), Some("198.51.100.9")),
            ("127.0.0.1", None, None),
            ("::1", None, None),
            ("::ffff:203.0.113.7", None, Some("203.0.113.7")),
            ("2001:db8:1:2:aaaa::1", None, Some("2001:db8:1:2::")),
        ] {
            let found = from(&it, peer, forwarded);
            assert_eq!(found.as_deref(), client, "{peer} for {forwarded:?}");
        }
    }

    #[test]
    fn each_address_has_its_own_share_and_this_machine_has_no_limit() {
        let it = limits(2, &[]);
        let client = |text: &str| Client(Some(text.parse().expect("it is an address")));
        for _ in 0..2 {
            assert!(it.wrong_code(client("203.0.113.7")).is_ok());
        }
        let refused = it.wrong_code(client("203.0.113.7"));
        assert!(matches!(refused, Err(Problem::RateLimited(1..=1801))), "{refused:?}");
        assert!(it.wrong_code(client("203.0.113.8")).is_ok());
        for _ in 0..10 {
            assert!(it.wrong_code(Client(None)).is_ok());
        }
    }
}
