//! `newborn load`: many synthetic families at once, each followed to its end.
//!
//! A family counts once, with all its children: it is completed when every child's three parts are done.

pub mod families;
mod tally;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use futures::StreamExt as _;
use jiff::Zoned;
use jiff::civil::Date;

use crate::commands::Common;
use crate::ending::Ending;
use crate::output;
use crate::portal::{self, Receipt, Standing};
use crate::say::Say;
use crate::seconds::{as_wait, seconds};
use crate::stack::Stack;
use families::{Family, NoticeComes};
use tally::{Outcome, Report, Tally};

/// How many, how fast, which.
#[derive(Debug, Args)]
pub struct Options {
    /// How many families
    #[arg(long, value_name = "N")]
    count: u64,

    /// How many at a time, from the notice to the last part
    #[arg(long, value_name = "M", default_value_t = 10)]
    in_flight: u16,

    /// Which families: the same seed on the same day is the same families
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,

    /// Give up following after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 1800.0, value_parser = seconds)]
    wait: f64,
}

/// How long the last cases may lie on the desk before we stop waiting for somebody to come.
const ON_THE_DESK: Duration = Duration::from_secs(30);

/// Runs the load and reports.
pub async fn run(common: &Common, options: Options) -> Result<Ending> {
    let say = Say::from_now();
    let stack = Stack::of(common.data_dir())?;
    let began = Instant::now();
    let limit = began + as_wait(options.wait);
    let today = Zoned::now().date();
    let tally = RefCell::new(Tally::default());

    let following = async {
        let families = futures::stream::iter(0..options.count).map(async |nth| {
            let (outcome, took) = one(&stack, &options, nth, today, limit, &tally).await;
            if let Err(error) = &outcome {
                say.line(format_args!("family {nth}: {error:#}"));
            }
            tally
                .borrow_mut()
                .ended(outcome.unwrap_or(Outcome::Failed("NOT_ACCEPTED".to_owned())), took);
        });
        families.buffer_unordered(usize::from(options.in_flight).max(1)).collect::<()>().await;
    };
    let progress = async {
        loop {
            tokio::time::sleep(Duration::from_secs(2)).await;
            say.line(tally.borrow().in_words(options.count, began.elapsed()));
        }
    };
    tokio::select! {
        () = following => {}
        () = progress => {}
    }

    let report = tally.into_inner().report(began.elapsed());
    if common.json {
        output::json(&report)?;
    } else {
        output::lines(&in_words(&report))?;
    }
    Ok(if report.failed + report.unfinished == 0 { Ending::Done } else { Ending::Refused })
}

/// One family from its notice to its end, and how long it took from the submission on.
async fn one(
    stack: &Stack,
    options: &Options,
    nth: u64,
    today: Date,
    limit: Instant,
    tally: &RefCell<Tally>,
) -> (Result<Outcome>, Duration) {
    let family = families::family(options.seed, nth, today);
    let notices = async |when| {
        if family.notice_comes == when {
            stack
                .patiently(limit, async |doors| doors.sandbox.notices(&family.notices).await)
                .await?;
        }
        anyhow::Ok(())
    };
    if let Err(error) = notices(NoticeComes::First).await.context("its notice was not taken") {
        return (Err(error), Duration::ZERO);
    }
    let submitted = Instant::now();
    let outcome = async {
        let receipt = submit(stack, &family, limit).await?;
        tally.borrow_mut().submitted += 1;
        notices(NoticeComes::Afterwards).await.context("its notice was not taken")?;
        follow(stack, &receipt, limit).await
    };
    let outcome = outcome.await;
    (outcome, submitted.elapsed())
}

/// Hands in a family's form.
pub async fn submit(stack: &Stack, family: &Family, limit: Instant) -> Result<Receipt> {
    let form = family.form_as_sent()?;
    let answer =
        stack.patiently(limit, async |doors| doors.portal.submit(&family.key, &form).await);
    portal::read(&answer.await.context("the form was not taken")?)
}

async fn follow(stack: &Stack, receipt: &Receipt, limit: Instant) -> Result<Outcome> {
    let mut pause = Duration::from_millis(300);
    let mut on_desk_since: Option<Instant> = None;
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 5 / 4).min(Duration::from_secs(1));
        let mut children = Vec::new();
        for case in &receipt.cases {
            let ask = async |doors: &crate::stack::Doors| {
                doors.portal.case_of_parents(&case.reference, &case.access_code).await
            };
            match stack.patiently(limit, ask).await {
                Ok(answer) => children.push(portal::read::<Standing>(&answer)?),
                Err(error)
                    if portal::refused(&error).is_some_and(|problem| problem.status() < 500) =>
                {
                    return Err(error).context("a case cannot be seen");
                }
                Err(_) => return Ok(Outcome::Unfinished),
            }
        }
        if let Some(outcome) = Outcome::of(&children) {
            return Ok(outcome);
        }
        let on_desk = children.iter().any(|child| child.desk.is_some());
        on_desk_since = on_desk.then(|| on_desk_since.unwrap_or_else(Instant::now));
        if on_desk_since
            .is_some_and(|since| since.elapsed() >= ON_THE_DESK || Instant::now() >= limit)
        {
            return Ok(Outcome::Stuck(tally::reasons(&children)));
        }
        if Instant::now() >= limit {
            return Ok(Outcome::Unfinished);
        }
    }
}

fn in_words(report: &Report) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} submitted: {} completed, {} on the desk, {} failed, {} unfinished",
            report.submitted, report.completed, report.stuck, report.failed, report.unfinished
        ),
        format!(
            "{:.1} a second; from submission to the last part: half within {:.1} s, 95 of 100 within {:.1} s",
            report.per_second,
            report.p50_ms as f64 / 1000.0,
            report.p95_ms as f64 / 1000.0
        ),
    ];
    lines.extend(report.outcomes.iter().map(|(outcome, count)| format!("{count:>7}  {outcome}")));
    lines
}
