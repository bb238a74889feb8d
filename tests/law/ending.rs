//! How a case is expected to end, and how it did.

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tests::{Stack, eventually, ledger::Ledger};

use crate::situations::Played;

/// One line of `endings.csv`. What no register holds is `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub failure: u8,
    pub situation: String,
    /// How it stands in the registers, then what the parents read of each part, then whose it is.
    columns: Vec<String>,
}

const REGISTERS: [&str; 6] =
    ["statements", "notices", "registrations", "certificates", "fees", "sin_applications"];

/// All lines.
pub fn endings() -> Result<Vec<Ending>> {
    let mut lines = include_str!("endings.csv").lines();
    let head = lines.next().context("the file has a head")?.split(',').count();
    lines
        .map(|line| {
            let columns: Vec<String> = line.split(',').map(str::to_owned).collect();
            ensure!(columns.len() == head, "{line} has {} columns of {head}", columns.len());
            let [failure, situation, columns @ ..] = &columns[..] else { bail!("{line}") };
            Ok(Ending {
                failure: failure.parse().with_context(|| line.to_owned())?,
                situation: situation.clone(),
                columns: columns.to_vec(),
            })
        })
        .collect()
}

impl Ending {
    /// Waits until the case has ended like this.
    pub fn comes_of(&self, stack: &Stack, played: &Played) -> Result<()> {
        let mut last = Vec::new();
        let came = eventually(&format!("the case ends as {:?}", self.columns), || {
            last = observed(stack, played)?;
            Ok(last == self.columns)
        });
        came.with_context(|| format!("{} stands at {last:?}", played.case))
    }
}

fn observed(stack: &Stack, Played { case, notice }: &Played) -> Result<Vec<String>> {
    let ledger = stack.ledger()?;
    let shown = stack.newborn(&["case", "show", case])?;
    let mut columns: Vec<String> = REGISTERS
        .iter()
        .map(|table| match *table {
            "notices" => state_of_notice(&ledger, notice),
            table => states(&ledger.of(table, case)),
        })
        .collect();
    for part in ["birth", "certificate", "sin"] {
        columns.push(word(&shown[part]["state"]));
    }
    columns.push(word(&shown["desk"]["owner"]));
    Ok(columns)
}

/// The state of the one row; of several, all of them.
fn states(rows: &[&Value]) -> String {
    match rows {
        [] => "-".to_owned(),
        rows => rows.iter().map(|row| word(&row["state"])).collect::<Vec<_>>().join("+"),
    }
}

fn state_of_notice(ledger: &Ledger, notice: &str) -> String {
    let all = ledger.0["notices"].as_array().map(Vec::as_slice).unwrap_or_default();
    states(&all.iter().filter(|row| row["notice_id"] == notice).collect::<Vec<_>>())
}

fn word(it: &Value) -> String {
    it.as_str().unwrap_or("-").to_owned()
}
