//! `newborn bench`: the full case against a bare workflow of three activities, on the same worker in the same run.
//!
//! Both sides are started over HTTP (the one at the portal, the other at Temporal) and followed in the same way, by
//! waiting for the workflow's last event. The registers answer at once, so that what is measured is ours. Notices are sent
//! beforehand: they are the hospital's work. Rounds alternate, so that a slow minute of the machine hits both.
//!
//! Before that, while the engine has nothing to do, it measures the parents' pages ([`pages`]).

pub mod pages;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Zoned;
use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::{Common, DATA_DIR};
use crate::ending::Ending;
use crate::load::families::{self, Family};
use crate::load::submit;
use crate::say::Say;
use crate::stack::Stack;
use crate::stage::Stage;
use crate::up::Sources;
use crate::up::signals::StopSignals;
use crate::{http, output};

/// How much to measure.
#[derive(Debug, Args)]
pub struct Options {
    /// How many at a time
    #[arg(long, value_name = "M", default_value_t = 50)]
    in_flight: u16,

    /// How many of each kind in one round
    #[arg(long, value_name = "N", default_value_t = 200)]
    count: usize,

    /// How many rounds, after one to warm up
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,

    /// First of twelve ports in a row [default: 7400, or the next free row]
    #[arg(long, value_name = "N", value_parser = crate::up::ports::base)]
    port_base: Option<u16>,

    /// Measure only this
    #[arg(long, value_enum)]
    only: Option<Part>,

    #[command(flatten)]
    pages: pages::Walks,

    #[command(flatten)]
    sources: Sources,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The parents' pages
    Pages,
    /// The full case against a bare workflow
    Ratio,
}

impl Options {
    fn measures(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// One kind of work, measured.
#[derive(Debug, Clone, Copy, Serialize)]
struct Speed {
    per_second: f64,
    p50_ms: u64,
    p95_ms: u64,
}

/// The JSON document of the benchmark.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<pages::Report>,
    #[serde(flatten)]
    ratio: Option<Ratio>,
}

/// The full case against a bare workflow.
#[derive(Debug, Serialize)]
struct Ratio {
    in_flight: u16,
    count: usize,
    full: Vec<Speed>,
    bare: Vec<Speed>,
    /// The middle of the rounds' ratios of throughput, full by bare.
    ratio: f64,
}

/// Brings a stack up, measures, and takes it down.
pub async fn run(common: &Common, options: Options) -> Result<Ending> {
    let say = Say::from_now();
    let mut stop = StopSignals::listen()?;
    let data_dir = common.data_dir.clone().unwrap_or_else(|| PathBuf::from(DATA_DIR).join("bench"));
    let mut flags: Vec<OsString> = ["--bench", "--fast-journal"].map(OsString::from).to_vec();
    for part in ["production", "mailing", "issuing"] {
        flags.extend([format!("--{part}-seconds").into(), "0".into()]);
    }
    flags.extend(options.sources.flags());
    let (mut stage, stack) = tokio::select! {
        set = Stage::set(&data_dir, options.port_base, &flags) => set?,
        () = stop.next() => bail!("stopped before the stack was ready"),
    };
    let measured = tokio::select! {
        measured = measure(&stack, &options, say) => measured,
        () = stage.ends() => Err(anyhow::anyhow!("the stack ended before the benchmark did")),
        () = stop.next() => Err(anyhow::anyhow!("stopped before the end")),
    };
    stage.strike().await;
    let report = measured?;
    if common.json {
        output::json(&report)?;
    } else if let Some(ratio) = report.ratio {
        output::lines(&[format!(
            "ratio full/bare at {} in flight: {:.2} (throughput, higher is better)",
            ratio.in_flight, ratio.ratio
        )])?;
    }
    Ok(Ending::Done)
}

async fn measure(stack: &Stack, options: &Options, say: Say) -> Result<Report> {
    let pages = match options.measures(Part::Pages) {
        true => Some(pages::measure(stack, &options.pages, say).await?),
        false => None,
    };
    let ratio = match options.measures(Part::Ratio) {
        true => Some(compare(stack, options, say).await?),
        false => None,
    };
    Ok(Report { pages, ratio })
}

/// Runs both kinds of workflow in turn.
async fn compare(stack: &Stack, options: &Options, say: Say) -> Result<Ratio> {
    let bench =
        Bench { stack, client: http::client()?, limit: Instant::now() + Duration::from_secs(1800) };
    let today = Zoned::now().date();
    let mut families =
        (0..).map(|nth| families::family(1, nth, today)).filter(Family::is_full_case);
    let (mut full, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=options.rounds {
        let families: Vec<Family> = families.by_ref().take(options.count).collect();
        let notices: Vec<Value> =
            families.iter().flat_map(|family| family.notices.clone()).collect();
        stack.patiently(bench.limit, async |doors| doors.sandbox.notices(&notices).await).await?;
        let full_speed =
            race(options, families, async |family: Family| bench.full(&family).await).await?;
        let names: Vec<String> =
            (0..options.count).map(|nth| format!("bare-{round}-{nth}")).collect();
        let bare_speed = race(options, names, async |name: String| bench.bare(&name).await).await?;
        let name = if round == 0 { "warm-up".to_owned() } else { format!("round {round}") };
        say.line(format_args!(
            "{name}: full {:.1} a second (p50 {} ms, p95 {} ms), bare {:.1} a second (p50 {} ms, p95 {} ms)",
            full_speed.per_second,
            full_speed.p50_ms,
            full_speed.p95_ms,
            bare_speed.per_second,
            bare_speed.p50_ms,
            bare_speed.p95_ms
        ));
        if round > 0 {
            full.push(full_speed);
            bare.push(bare_speed);
        }
    }
    let ratios = full.iter().zip(&bare).map(|(full, bare)| full.per_second / bare.per_second);
    let ratio = middle(ratios.collect()).context("a benchmark has at least one round")?;
    Ok(Ratio { in_flight: options.in_flight, count: options.count, full, bare, ratio })
}

/// Runs all of them, so many at a time, and times each.
async fn race<T>(
    options: &Options,
    all: Vec<T>,
    run: impl AsyncFn(T) -> Result<()>,
) -> Result<Speed> {
    let began = Instant::now();
    let count = all.len();
    let times = futures::stream::iter(all).map(async |one| {
        let began = Instant::now();
        run(one).await.map(|()| began.elapsed())
    });
    let mut times: Vec<Duration> =
        times.buffer_unordered(usize::from(options.in_flight).max(1)).try_collect().await?;
    times.sort_unstable();
    let at =
        |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let milliseconds =
        |share| at(share).map_or(0, |took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
    Ok(Speed {
        per_second: count as f64 / began.elapsed().as_secs_f64().max(0.001),
        p50_ms: milliseconds(50),
        p95_ms: milliseconds(95),
    })
}

struct Bench<'a> {
    stack: &'a Stack,
    client: reqwest::Client,
    limit: Instant,
}

impl Bench<'_> {
    /// A family's form, to the end of its workflow.
    async fn full(&self, family: &Family) -> Result<()> {
        let receipt = submit(self.stack, family, self.limit).await?;
        for case in &receipt.cases {
            self.until_closed(&case.reference).await?;
        }
        Ok(())
    }

    /// The bare workflow, to its end.
    async fn bare(&self, name: &str) -> Result<()> {
        let start = json!({
            "workflowType": {"name": "bench-bare"}, "taskQueue": {"name": "newborn-cases"}, "requestId": name,
        });
        let request = self.client.post(self.workflow(name)).json(&start);
        http::answer(request, "Temporal").await?;
        self.until_closed(name).await
    }

    /// Waits for the last event of a workflow, the start of which may still be on its way.
    async fn until_closed(&self, workflow: &str) -> Result<()> {
        let last = "historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT&waitNewEvent=true";
        let url = format!("{}/history?{last}", self.workflow(workflow));
        while Instant::now() < self.limit {
            let answer = match http::answer(self.client.get(&url), "Temporal").await {
                Ok(answer) => answer,
                Err(error) if is_not_there_yet(&error) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match answer.pointer("/history/events/0/eventType").and_then(Value::as_str) {
                Some("EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED") => return Ok(()),
                Some("EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW") | None => {}
                Some(other) => bail!("the workflow {workflow} ended with {other}"),
            }
        }
        bail!("the workflow {workflow} did not end in time")
    }

    fn workflow(&self, id: &str) -> String {
        let doors = self.stack.doors();
        let ready = doors.portal.ready();
        format!(
            "{}/api/v1/namespaces/{}/workflows/{id}",
            ready.temporal_http, ready.temporal_namespace
        )
    }
}

fn is_not_there_yet(error: &anyhow::Error) -> bool {
    crate::portal::refused(error).is_some_and(|problem| problem.status() == 404)
}

/// The median.
fn middle(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_not_moved_by_one_bad_round() {
        assert_eq!(middle(vec![0.9, 0.1, 0.95]), Some(0.9));
        assert_eq!(middle(Vec::new()), None);
    }
}
