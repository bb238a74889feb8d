//! What the parents' pages take with many parents at once, and whether the time of an answer tells that there is a case.
//!
//! The time is taken where the browser would be, over loopback and on a line that stays open: the server's time and a
//! little more. The families wait for their second parent, so that the engine has nothing to do for them meanwhile.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Zoned;
use reqwest::{Method, RequestBuilder, StatusCode, header, redirect};
use serde::Serialize;

use crate::load::families::{self, Family};
use crate::load::submit;
use crate::portal::ReceiptCase;
use crate::say::Say;
use crate::stack::Stack;
use crate::table::Table;

/// How much of the pages to measure.
#[derive(Debug, Clone, Args)]
pub struct Walks {
    /// How many parents at a time
    #[arg(long, value_name = "M", default_value_t = 50)]
    parents: usize,

    /// How often each parent walks through all pages, after once to warm up
    #[arg(long, value_name = "N", default_value_t = 20)]
    walks: usize,

    /// How long a parent looks at a page before the next, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 250)]
    looks_ms: u64,

    /// How often each kind of reference is tried with a wrong code
    #[arg(long, value_name = "N", default_value_t = 500)]
    tries: usize,
}

/// After this many wrong codes for one reference the portal takes its time on purpose.
const FREE_TRIES: usize = 5;

/// Wrong codes are counted for the page and the API together: each of the two has references of its own.
const COUNTED: usize = 2;

/// How a stranger asks for a reference.
type Ask<'a> = &'a dyn Fn(&str) -> RequestBuilder;

/// A code that opens nothing.
const WRONG: &str = "0000-0000-0000-0000";

/// What the pages took.
#[derive(Debug, Serialize)]
pub struct Report {
    parents: usize,
    looks_ms: u64,
    pages: Vec<Page>,
    strangers: Vec<Stranger>,
}

/// One page, with its address as a template.
#[derive(Debug, Serialize)]
struct Page {
    page: &'static str,
    count: usize,
    p50_ms: f64,
    p95_ms: f64,
    max_ms: f64,
}

/// What somebody without a code is answered after.
#[derive(Debug, Serialize)]
struct Stranger {
    asks: &'static str,
    tries: usize,
    existing_median_ms: f64,
    protected_median_ms: f64,
    unknown_median_ms: f64,
    /// Between the quickest and the slowest of the three.
    apart_ms: f64,
}

/// The pages that a parent walks through, after the language. `{ref}` is their case.
const PAGES: [&str; 13] = [
    "",
    "/status",
    "/form",
    "/case/{ref}",
    "/case/{ref}/statement",
    "/case/{ref}/shared",
    "/case/{ref}/confirmation",
    "/case/{ref}/welcome",
    "/case/{ref}/address",
    "/case/{ref}/withdraw",
    "/case/{ref}/loss",
    "/assets/style.css",
    "/read/0123456789abcdef0123456789abcdef",
];

/// Measures both, and says so.
pub async fn measure(stack: &Stack, options: &Walks, say: Say) -> Result<Report> {
    let bench = Bench::of(stack)?;
    let each = options.tries.div_ceil(FREE_TRIES);
    let families = bench.received(2 * COUNTED * each + options.parents, say).await?;
    let (strangers, parents) = families.split_at(2 * COUNTED * each);
    let strangers = bench.strangers(strangers, options.tries).await?;
    let pages = bench.pages(parents, options).await?;
    let report = Report { parents: options.parents, looks_ms: options.looks_ms, pages, strangers };
    for line in in_words(&report) {
        say.line(line);
    }
    Ok(report)
}

struct Bench<'a> {
    stack: &'a Stack,
    client: reqwest::Client,
    address: String,
}

impl<'a> Bench<'a> {
    fn of(stack: &'a Stack) -> Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .context("cannot make an HTTP client")?;
        let address = stack.doors().portal.ready().portal.trim_end_matches('/').to_owned();
        Ok(Self { stack, client, address })
    }

    /// Hands in so many families whose second parent has yet to certify, and waits until the engine has them.
    async fn received(&self, count: usize, say: Say) -> Result<Vec<ReceiptCase>> {
        let limit = Instant::now() + Duration::from_secs(600);
        let today = Zoned::now().date();
        let families = (0..).map(|nth| families::family(2, nth, today));
        let families = families.filter(|it| it.form.parents.len() == 2).take(count).map(waiting);
        let receipts = futures::stream::iter(families)
            .map(async |family| {
                let receipt = submit(self.stack, &family, limit).await?;
                receipt.cases.into_iter().next().context("a receipt has a case")
            })
            .buffer_unordered(10);
        let cases: Vec<ReceiptCase> = receipts.try_collect().await?;
        while !self.text("/metrics").await?.contains("newborn_outbox_waiting 0\n") {
            ensure!(Instant::now() < limit, "the engine does not take the families");
            // The portal counts anew every few seconds.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        say.line(format_args!("{count} families wait for their second parent"));
        Ok(cases)
    }

    /// Tries wrong codes, and cases without any: first of those that exist, then protected, then unknown, and so on.
    async fn strangers(&self, cases: &[ReceiptCase], tries: usize) -> Result<Vec<Stranger>> {
        let (existing, protected) = cases.split_at(cases.len() / 2);
        for case in protected {
            let path = format!("/en/case/{}/protect", case.reference);
            let request = self.typed(&path, &[]).header(header::COOKIE, cookie(case));
            let answer = request.send().await?.status();
            ensure!(answer == StatusCode::SEE_OTHER, "a parent was not protected: {answer}");
        }
        let names = |cases: &[ReceiptCase]| -> Vec<String> {
            cases.iter().map(|case| case.reference.clone()).collect()
        };
        let unknown = (0..existing.len() as u64).map(nobodys).collect();
        let references = [names(existing), names(protected), unknown];
        let asks: [(&'static str, Ask<'_>); 3] = [
            ("POST /en/status, a wrong code", &|reference| {
                self.typed("/en/status", &[("reference", reference), ("code", WRONG)])
            }),
            ("GET /api/v1/cases/{ref}, a wrong code", &|reference| {
                let path = format!("/api/v1/cases/{reference}");
                self.request(Method::GET, &path).bearer_auth(WRONG)
            }),
            ("GET /en/case/{ref}, another's cookie", &|reference| {
                let cookie = format!("newborn-code={WRONG}");
                let path = format!("/en/case/{reference}");
                self.request(Method::GET, &path).header(header::COOKIE, cookie)
            }),
        ];
        let mut strangers = Vec::new();
        for (nth, (asks, ask)) in asks.into_iter().enumerate() {
            let first = nth % COUNTED * (existing.len() / COUNTED);
            let mut took: [Vec<f64>; 3] = Default::default();
            for attempt in 0..tries {
                for (kind, references) in references.iter().enumerate() {
                    let reference = &references[first + attempt / FREE_TRIES];
                    took[kind].push(self.timed(ask(reference)).await?);
                }
            }
            let [existing, protected, unknown] = took.map(|it| Times::of(it).at(50));
            let all = [existing, protected, unknown];
            let most = all.into_iter().fold(f64::MIN, f64::max);
            let least = all.into_iter().fold(f64::MAX, f64::min);
            strangers.push(Stranger {
                asks,
                tries,
                existing_median_ms: existing,
                protected_median_ms: protected,
                unknown_median_ms: unknown,
                apart_ms: most - least,
            });
        }
        Ok(strangers)
    }

    /// Many parents, each at their own case, each on their way through all pages.
    async fn pages(&self, cases: &[ReceiptCase], options: &Walks) -> Result<Vec<Page>> {
        let looks = Duration::from_millis(options.looks_ms);
        let walks = cases.iter().enumerate().map(async |(nth, case)| {
            let mut took: Vec<Vec<f64>> = vec![Vec::new(); PAGES.len()];
            // Nobody begins where and when the others do.
            tokio::time::sleep(looks.mul_f64(nth as f64 / cases.len() as f64)).await;
            for walk in 0..=options.walks {
                for step in 0..PAGES.len() {
                    let page = (step + nth) % PAGES.len();
                    let language = if nth % 2 == 0 { "/en" } else { "/fr" };
                    let path = PAGES[page].replace("{ref}", &case.reference);
                    let path = match path.starts_with("/assets") {
                        true => path,
                        false => format!("{language}{path}"),
                    };
                    let request = self.request(Method::GET, &path);
                    let request = request.header(header::COOKIE, cookie(case));
                    let time = self.timed(request).await?;
                    if walk > 0 {
                        took[page].push(time);
                    }
                    tokio::time::sleep(looks).await;
                }
            }
            anyhow::Ok(took)
        });
        let all: Vec<Vec<Vec<f64>>> = futures::future::try_join_all(walks).await?;
        let of_page = |(page, address): (usize, &&'static str)| {
            let times = all.iter().flat_map(|parent| parent[page].iter().copied()).collect();
            let times = Times::of(times);
            Page {
                page: address,
                count: times.0.len(),
                p50_ms: times.at(50),
                p95_ms: times.at(95),
                max_ms: times.at(100),
            }
        };
        Ok(PAGES.iter().enumerate().map(of_page).collect())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    /// What a page's form sends.
    fn typed(&self, path: &str, inputs: &[(&str, &str)]) -> RequestBuilder {
        let pairs: Vec<String> =
            inputs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.request(Method::POST, path)
            .header(header::ORIGIN, &self.address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(pairs.join("&"))
    }

    async fn text(&self, path: &str) -> Result<String> {
        Ok(self.request(Method::GET, path).send().await?.error_for_status()?.text().await?)
    }

    /// How long an answer takes to its last byte, in milliseconds.
    async fn timed(&self, request: RequestBuilder) -> Result<f64> {
        let began = Instant::now();
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        let status = answer.status();
        answer.bytes().await.map_err(reqwest::Error::without_url)?;
        let took = began.elapsed().as_secs_f64() * 1000.0;
        ensure!(!status.is_server_error(), "the portal answers with {status}");
        ensure!(status != StatusCode::TOO_MANY_REQUESTS, "the portal limits this benchmark");
        Ok(took)
    }
}

/// The family, with a second parent who is asked to certify later.
fn waiting(mut family: Family) -> Family {
    family.key = format!("waits-{}", family.key);
    family.form.start.all_parents_present = Some(false);
    let second = &mut family.form.parents[1];
    second.certification = Default::default();
    second.contact.language = Some("fr-CA".to_owned());
    second.contact.email = Some("other.parent@example.ca".to_owned());
    second.contact.notify_by = Some("EMAIL".to_owned());
    family
}

/// What the parent's browser sends.
fn cookie(case: &ReceiptCase) -> String {
    format!("newborn-code={}", case.access_code)
}

/// A well-formed reference that nobody was given; that one was is as likely as a lottery's first prize.
fn nobodys(nth: u64) -> String {
    use rand::SeedableRng as _;
    domain::CaseRef::draw(&mut rand::rngs::StdRng::seed_from_u64(nth)).to_string()
}

/// Times in milliseconds, in order.
struct Times(Vec<f64>);

impl Times {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    fn at(&self, share: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * share / 100).min(last)).copied().unwrap_or(0.0)
    }
}

fn in_words(report: &Report) -> Vec<String> {
    let ms = |it: f64| format!("{it:.1}");
    let mut strangers =
        Table::new(&["a stranger asks", "existing", "protected", "unknown", "apart"]);
    for it in &report.strangers {
        strangers.row(vec![
            it.asks.to_owned(),
            ms(it.existing_median_ms),
            ms(it.protected_median_ms),
            ms(it.unknown_median_ms),
            ms(it.apart_ms),
        ]);
    }
    let mut pages = Table::new(&["page", "count", "p50", "p95", "max"]);
    for it in &report.pages {
        let name = if it.page.is_empty() { "/" } else { it.page };
        pages.row(vec![
            name.to_owned(),
            it.count.to_string(),
            ms(it.p50_ms),
            ms(it.p95_ms),
            ms(it.max_ms),
        ]);
    }
    let tries = report.strangers.first().map_or(0, |it| it.tries);
    let mut lines =
        vec![format!("medians in ms of {tries} tries of each kind, one after the other")];
    lines.extend(strangers.lines());
    lines.push(format!(
        "time per page in ms with {} parents, who look {} ms at each",
        report.parents, report.looks_ms
    ));
    lines.extend(pages.lines());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_times_are_counted_from_the_quickest() {
        let times = Times::of((1..=100).rev().map(f64::from).collect());
        assert_eq!((times.at(50), times.at(95), times.at(100)), (51.0, 96.0, 100.0));
        assert!(Times::of(Vec::new()).at(50).abs() < f64::EPSILON);
    }

    #[test]
    fn references_of_nobody_are_well_formed_and_differ() {
        assert!(nobodys(1).parse::<domain::CaseRef>().is_ok());
        assert_ne!(nobodys(1), nobodys(2));
    }
}
