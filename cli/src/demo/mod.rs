//! `newborn demo`: every example from submission to its end, on a fresh stack, with the registers checked afterwards.

mod agreement;
mod board;
pub mod expected;
mod play;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::commands::{Common, DATA_DIR};
use crate::ending::Ending;
use crate::output;
use crate::portal::{self, Standing};
use crate::say::Say;
use crate::stack::Stack;
use crate::stage::{self, Stage};
use crate::up::Sources;
use crate::up::signals::StopSignals;
use agreement::Ledger;
use board::{Board, End, Row};
use play::Scene;

/// What to show.
#[derive(Debug, Args)]
pub struct Options {
    /// The folder of the examples and of expected.toml
    #[arg(long, value_name = "DIR", default_value = "examples")]
    examples: PathBuf,

    /// Leave the stack up until Ctrl-C; by itself so on a terminal
    #[arg(long)]
    keep: bool,

    /// First of twelve ports in a row [default: 7400, or the next free row]
    #[arg(long, value_name = "N", value_parser = crate::up::ports::base)]
    port_base: Option<u16>,

    /// Give up on cases that have not ended by then
    #[arg(long, value_name = "SECONDS", default_value_t = 240)]
    patience: u64,

    #[command(flatten)]
    sources: Sources,
}

/// What the demo does with its stack at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    Stay,
    Stop,
}

/// Sets the stage, plays, checks, and tells.
pub async fn run(common: &Common, options: Options) -> Result<Ending> {
    let say = Say::from_now();
    let mut stop = StopSignals::listen()?;
    let examples = expected::read(&options.examples)?;
    // The demo empties its directory, so it has one of its own.
    let data_dir = common.data_dir.clone().unwrap_or_else(|| PathBuf::from(DATA_DIR).join("demo"));
    say.line(format_args!(
        "{} examples on a fresh stack in {}",
        examples.len(),
        data_dir.display()
    ));
    let flags = options.sources.flags();
    let (mut stage, stack) = tokio::select! {
        set = Stage::set(&data_dir, options.port_base, &flags) => set?,
        () = stop.next() => bail!("stopped before the stack was ready"),
    };
    let stay = options.keep || std::io::stdout().is_terminal();
    let afterwards = if stay { Afterwards::Stay } else { Afterwards::Stop };

    let (board, places) = Board::of(&examples, say);
    let limit = Instant::now() + Duration::from_secs(options.patience);
    let scene = Scene { stack: &stack, folder: &options.examples, board: &board, limit };
    let plays = examples.iter().zip(&places).map(|(example, places)| scene.play(example, places));
    let shown = async {
        tokio::select! {
            _ = futures::future::join_all(plays) => {}
            () = board.redraw() => unreachable!("it goes on until dropped"),
        }
        board.clear();
        conclude(common, &stack, &board, say, afterwards, &data_dir).await
    };
    let ending = tokio::select! {
        ending = shown => ending,
        () = stage.ends() => Err(anyhow!("the stack ended before the demo did; its own words are above")),
        () = stop.next() => Err(anyhow!("stopped before every case had ended")),
    };
    if ending.is_ok() && afterwards == Afterwards::Stay {
        tokio::select! {
            () = stop.next() => {}
            () = stage.ends() => {}
        }
    }
    stage.strike().await;
    ending
}

/// Compares with the registers and tells how everything ended.
async fn conclude(
    common: &Common,
    stack: &Stack,
    board: &Board,
    say: Say,
    afterwards: Afterwards,
    data_dir: &Path,
) -> Result<Ending> {
    let disagreements = agreed(stack, board, say).await?;
    let well =
        disagreements.is_empty() && board.rows().iter().all(|row| row.end == End::AsExpected);
    if common.json {
        output::json(&document(stack, board, &disagreements, well))?;
    } else {
        let mut lines = tell(stack, board, &disagreements, well);
        lines.push(match afterwards {
            Afterwards::Stay => "The stack stays up until Ctrl-C.".to_owned(),
            Afterwards::Stop => {
                format!("The stack stops now. To look around: {}", stage::again(data_dir))
            }
        });
        output::lines(&lines)?;
    }
    Ok(if well { Ending::Done } else { Ending::Refused })
}

/// Looks at every case once more and compares with the registers. What is still on its way gets a moment.
async fn agreed(stack: &Stack, board: &Board, say: Say) -> Result<Vec<String>> {
    let limit = Instant::now() + Duration::from_secs(10);
    loop {
        let doors = stack.doors();
        let mut cases: Vec<Standing> = Vec::new();
        for row in board.rows().iter().filter(|row| row.submitted.is_some()) {
            let answer = doors.portal.case_of_parents(&row.reference, &row.access_code).await?;
            cases.push(portal::read(&answer)?);
        }
        let ledger = Ledger::read(&doors.sandbox.ledger().await?)?;
        let mut found = ledger.disagreements(&cases);
        let seen = board.rows();
        let moved = cases.iter().filter(|case| {
            let row = seen.iter().find(|row| row.reference == case.reference);
            row.is_some_and(|row| {
                row.end == End::AsExpected && !same_parts(row.standing.as_ref(), case)
            })
        });
        found.extend(moved.map(|case| format!("{} has moved on after its end", case.reference)));
        if found.is_empty() {
            let money = ledger.money();
            say.line(format_args!(
                "the registers agree; fees in cents: {} received = {} unearned + {} earned + {} refunded",
                money.received, money.unearned, money.earned, money.refunded
            ));
            return Ok(found);
        }
        if Instant::now() >= limit {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn same_parts(then: Option<&Standing>, now: &Standing) -> bool {
    let parts = |it: &Standing| {
        let desk = it.desk.as_ref().map(|desk| desk.reason.clone());
        (it.birth.clone(), it.certificate.clone(), it.sin.clone(), it.fee.clone(), desk)
    };
    then.map(parts) == Some(parts(now))
}

/// Where a person looks next.
fn places(stack: &Stack, rows: &[Row]) -> Vec<(&'static str, String)> {
    let doors = stack.doors();
    let ready = doors.portal.ready();
    let mut places = vec![("parents' form", format!("{}/", ready.portal))];
    if let Some(row) = rows.iter().find(|row| row.submitted.is_some()) {
        let status = format!("{}/en/status", ready.portal);
        let how = format!("{status}  with {} and access code {}", row.reference, row.access_code);
        places.push(("a status page", how));
    }
    places.push(("desk", format!("{}/desk", ready.portal)));
    let running = rows.iter().find(|row| row.standing.as_ref().is_some_and(|case| !case.closed));
    if let Some(row) = running.or(rows.first()) {
        let namespace = &ready.temporal_namespace;
        let workflow =
            format!("{}/namespaces/{namespace}/workflows/{}", ready.temporal_ui, row.reference);
        places
            .push((if running.is_some() { "a running workflow" } else { "a workflow" }, workflow));
    }
    places.push(("tokens of the desk", ready.data_dir.join("ready.json").display().to_string()));
    places
}

fn tell(stack: &Stack, board: &Board, disagreements: &[String], well: bool) -> Vec<String> {
    let rows = board.rows();
    let mut lines = vec![String::new()];
    lines.extend(board.final_table());
    lines.push(String::new());
    let expected = rows.iter().filter(|row| row.end == End::AsExpected).count();
    lines.push(format!("{expected} of {} cases ended as expected.", rows.len()));
    for row in &rows {
        if let End::Otherwise(differences) = &row.end {
            lines.push(format!("  {} {}: {}", row.example, row.reference, differences.join(", ")));
        }
    }
    lines.extend(disagreements.iter().map(|what| format!("  The registers disagree: {what}")));
    if well {
        lines.push("The registers agree with the cases.".to_owned());
    }
    lines.push(String::new());
    lines.extend(
        places(stack, &rows).into_iter().map(|(what, address)| format!("  {what:<20} {address}")),
    );
    lines.push(String::new());
    lines
}

fn document(stack: &Stack, board: &Board, disagreements: &[String], well: bool) -> Value {
    let rows = board.rows();
    let case = |row: &Row| {
        let standing = row.standing.as_ref();
        let differences = match &row.end {
            End::NotYet => vec!["it has not ended".to_owned()],
            End::AsExpected => Vec::new(),
            End::Otherwise(differences) => differences.clone(),
        };
        json!({
            "example": row.example,
            "title": row.title,
            "ref": row.reference,
            "registration_number": standing.and_then(|it| it.birth.registration_number.clone()),
            "birth": standing.map(|it| &it.birth.state),
            "certificate": standing.map(|it| &it.certificate.state),
            "sin": standing.map(|it| &it.sin.state),
            "fee": standing.map(|it| json!({"state": it.fee.state, "amount_cents": it.fee.amount_cents})),
            "desk": standing.and_then(|it| it.desk.as_ref()).map(|desk| &desk.reason),
            "seconds": row.took.map(|took| (took.as_secs_f64() * 10.0).round() / 10.0),
            "as_expected": row.end == End::AsExpected,
            "differences": differences,
        })
    };
    let where_to_look: serde_json::Map<String, Value> = places(stack, &rows)
        .into_iter()
        .map(|(what, address)| (what.to_owned(), json!(address)))
        .collect();
    json!({
        "as_expected": well,
        "cases": rows.iter().map(case).collect::<Vec<_>>(),
        "disagreements": disagreements,
        "places": where_to_look,
    })
}
