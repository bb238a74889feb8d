//! What the parents' pages take with many parents at once, and whether the time of an answer tells that there is a case.
//!
//! The time is taken where the browser would be, over loopback and on a line that stays open: the server's time and a
//! little more. The portal's own histogram does not tell one page of the form from another, nor asking from sending.

mod asked;
mod browser;
mod strangers;
mod times;
mod walk;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Zoned;
use serde::Serialize;

use self::times::Times;
use crate::http;
use crate::load::families::{self, Family};
use crate::load::submit;
use crate::portal::ReceiptCase;
use crate::say::Say;
use crate::stack::Stack;
use crate::table::Table;

/// How much of the pages to measure.
#[derive(Debug, Clone, Copy, Args)]
pub struct Walks {
    /// How many parents at a time
    #[arg(long, value_name = "M", default_value_t = 50)]
    parents: usize,

    /// How often each parent walks from the start page to the end of their case, after once to warm up
    #[arg(long, value_name = "N", default_value_t = 6)]
    walks: usize,

    /// How long a parent looks at a page before the next, in milliseconds: half of it to one and a half
    #[arg(long, value_name = "MS", default_value_t = 500)]
    looks_ms: u64,

    /// How often each kind of reference is tried with a wrong code
    #[arg(long, value_name = "N", default_value_t = 500)]
    tries: usize,
}

/// What the pages took.
#[derive(Debug, Serialize)]
pub struct Report {
    parents: usize,
    looks_ms: u64,
    /// How many wanted a core, on average over the last minute: before the parents came, and when they were done.
    load: [f64; 2],
    pages: Vec<Page>,
    strangers: Vec<Stranger>,
}

/// One page, asked for or sent, with its address after the language as a template.
#[derive(Debug, Serialize)]
struct Page {
    page: String,
    count: usize,
    p50_ms: f64,
    p95_ms: f64,
    max_ms: f64,
}

impl Page {
    fn of(page: String, times: &Times) -> Self {
        let [p50_ms, p95_ms, max_ms] = [50, 95, 100].map(|share| times.at(share));
        Self { page, count: times.count(), p50_ms, p95_ms, max_ms }
    }
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

/// The goal for the 95th percentile of each page, in milliseconds.
const P95_LIMIT: f64 = 20.0;

/// The goal for how far the medians of what strangers are answered may be apart, in milliseconds.
const APART_LIMIT: f64 = 5.0;

/// How long the engine may take for the families.
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures both, and says so. How quick a machine is is no fault: the report says whether the limits hold, that is all.
pub async fn measure(stack: &Stack, options: &Walks, say: Say) -> Result<Report> {
    let address = stack.doors().portal.ready().portal.trim_end_matches('/').to_owned();
    let cases = received(stack, &address, strangers::cases_for(options.tries), say).await?;
    let strangers = strangers::measure(&address, &cases, options.tries).await?;
    let before = load();
    let pages = walk::measure(&address, options).await?;
    let (Walks { parents, looks_ms, .. }, load) = (*options, [before, load()]);
    // Whatever is measured next has the machine to itself.
    until_taken(&address, Instant::now() + PATIENCE).await?;
    let report = Report { parents, looks_ms, load, pages, strangers };
    for line in in_words(&report) {
        say.line(line);
    }
    Ok(report)
}

/// The machine's load, which tells what its times are worth; 0 where the system does not say.
fn load() -> f64 {
    let said = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    said.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default()
}

/// Hands in so many families whose second parent has yet to certify, and waits until the engine has them.
async fn received(
    stack: &Stack,
    address: &str,
    count: usize,
    say: Say,
) -> Result<Vec<ReceiptCase>> {
    let limit = Instant::now() + PATIENCE;
    let today = Zoned::now().date();
    let families = (0..).map(|nth| families::family(2, nth, today));
    let families = families.filter(|it| it.form.parents.len() == 2).take(count).map(waiting);
    let receipts = futures::stream::iter(families)
        .map(async |family| {
            let receipt = submit(stack, &family, limit).await?;
            receipt.cases.into_iter().next().context("a receipt has a case")
        })
        .buffer_unordered(10);
    let cases: Vec<ReceiptCase> = receipts.try_collect().await?;
    until_taken(address, limit).await?;
    say.line(format_args!("{count} families wait for their second parent"));
    Ok(cases)
}

/// Waits until the engine has every family that was handed in.
async fn until_taken(address: &str, limit: Instant) -> Result<()> {
    let client = http::client()?;
    let metrics = async || -> Result<String> {
        let answer = client.get(format!("{address}/metrics")).send().await?;
        Ok(answer.error_for_status()?.text().await?)
    };
    while !metrics().await?.contains("newborn_outbox_waiting 0\n") {
        ensure!(Instant::now() < limit, "the engine does not take the families");
        // The portal counts anew every few seconds.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
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
        pages.row(vec![
            it.page.clone(),
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
        "time per page in ms with {} parents, who look about {} ms at each",
        report.parents, report.looks_ms
    ));
    lines.extend(pages.lines());
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let [before, after] = report.load;
    lines.push(format!(
        "load of the machine with {cores} cores: {before:.1} before, {after:.1} after"
    ));
    lines.extend([on_pages(&report.pages), on_strangers(&report.strangers)]);
    lines
}

/// Whether every page is quick enough.
fn on_pages(pages: &[Page]) -> String {
    let slowest = pages.iter().max_by(|a, b| a.p95_ms.total_cmp(&b.p95_ms));
    let holds = yes_or_no(slowest.is_some_and(|it| it.p95_ms < P95_LIMIT));
    let slowest =
        slowest.map_or_else(|| "none".to_owned(), |it| format!("{} {:.1} ms", it.page, it.p95_ms));
    format!("p95 of every page under {P95_LIMIT} ms: {holds}, slowest: {slowest}")
}

/// Whether the time of an answer tells too little to be of use.
fn on_strangers(strangers: &[Stranger]) -> String {
    let most = strangers.iter().map(|it| it.apart_ms).max_by(f64::total_cmp);
    let holds = yes_or_no(most.is_some_and(|it| it < APART_LIMIT));
    let most = most.unwrap_or_default();
    format!(
        "medians of existing, protected and unknown apart by {most:.1} ms (limit {APART_LIMIT}): {holds}"
    )
}

const fn yes_or_no(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str, p95: f64) -> Page {
        Page { p95_ms: p95, ..Page::of(name.to_owned(), &Times::of(Vec::new())) }
    }

    #[test]
    fn one_slow_page_breaks_the_limit_of_all() {
        let quick = [page("GET /", 3.0), page("POST /form/start", 19.9)];
        assert_eq!(
            on_pages(&quick),
            "p95 of every page under 20 ms: yes, slowest: POST /form/start 19.9 ms"
        );
        let slow = [page("GET /", 20.0), page("POST /form/start", 7.0)];
        assert_eq!(on_pages(&slow), "p95 of every page under 20 ms: no, slowest: GET / 20.0 ms");
        assert!(on_pages(&[]).contains(": no"), "nothing measured is nothing held");
    }

    #[test]
    fn the_way_of_asking_that_tells_most_counts() {
        let stranger = |apart_ms| Stranger {
            asks: "GET /",
            tries: 1,
            existing_median_ms: 0.0,
            protected_median_ms: 0.0,
            unknown_median_ms: 0.0,
            apart_ms,
        };
        let verdict = on_strangers(&[stranger(0.2), stranger(5.0)]);
        assert!(verdict.ends_with("apart by 5.0 ms (limit 5): no"), "{verdict}");
        assert!(on_strangers(&[stranger(0.2)]).ends_with("apart by 0.2 ms (limit 5): yes"));
        assert!(on_strangers(&[]).ends_with(": no"));
    }
}
