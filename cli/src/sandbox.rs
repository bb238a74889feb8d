//! `newborn sandbox`: plays the hospital, makes the registers misbehave, and shows what they hold.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use reqwest::Method;
use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::Common;
use crate::ending::Ending;
use crate::ready::Ready;
use crate::seconds::seconds;
use crate::table::Table;
use crate::{http, output};

/// What to do with the registers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send hospital's notices: JSON (one, or a list) or JSON Lines; a notice id that is known amends that notice
    Notice {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Make an operation misbehave
    Misbehave(Rule),
    /// End all misbehaviour, and say how often each rule was met
    Calm,
    /// The operations of both registers
    Operations,
    /// What the registers hold
    Ledger,
    /// The messages that were sent to parents: whoever plays the second parent finds their link here
    Messages,
}

/// A misbehaviour, as the control API takes it.
#[derive(Debug, Args, Serialize)]
pub struct Rule {
    /// province or federal
    #[arg(long)]
    register: String,

    /// An operation's name, or * for all of the register
    #[arg(long, value_name = "NAME")]
    operation: String,

    /// unavailable, slow, lose-answer or refuse; pending or already-issued (SubmitSinApplication); duplicate-event or
    /// reorder-events (an event stream, or *)
    #[arg(long)]
    mode: String,

    /// With refuse: the reason, as the contract names it
    #[arg(long, value_name = "CODE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,

    /// End after this many calls
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u64>,

    /// End after this time
    #[arg(long, value_name = "N", value_parser = seconds)]
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,

    /// With slow: how long a call waits
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,

    /// Only calls for the submission with this Idempotency-Key
    #[arg(long = "match", value_name = "KEY")]
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    correlation: Option<String>,
}

/// How many notices go in one call.
const AT_ONCE: usize = 50;

/// The control API of a running sandbox.
#[derive(Debug, Clone)]
pub struct Sandbox {
    client: reqwest::Client,
    base: String,
}

impl Sandbox {
    /// The sandbox of a stack.
    pub fn of(ready: &Ready) -> Result<Self> {
        Ok(Self { client: http::client()?, base: ready.sandbox.clone() })
    }

    /// Sends notices to the province, as the hospital would: some at a time, so that no call takes long.
    pub async fn notices(&self, notices: &[Value]) -> Result<Value> {
        let mut sent = Vec::new();
        for several in notices.chunks(AT_ONCE) {
            let answer = self.post("notices", &several).await.with_context(|| {
                format!("of {} only {} are sent", count(notices.len(), "notice"), sent.len())
            })?;
            sent.extend(answer["notices"].as_array().into_iter().flatten().cloned());
        }
        Ok(json!({"notices": sent}))
    }

    /// What both registers hold.
    pub async fn ledger(&self) -> Result<Value> {
        self.get("ledger").await
    }

    async fn get(&self, what: &str) -> Result<Value> {
        let request = self.client.request(Method::GET, format!("{}/control/{what}", self.base));
        http::answer(request, "the sandbox").await
    }

    async fn post(&self, what: &str, body: &impl Serialize) -> Result<Value> {
        let request = self.client.request(Method::POST, format!("{}/control/{what}", self.base));
        http::answer(request.json(body), "the sandbox").await
    }
}

/// Does it, and shows the sandbox's answer.
pub async fn run(common: &Common, command: Command) -> Result<Ending> {
    // Bad files are said before anything is sent.
    let notices = match &command {
        Command::Notice { files } => read_notices(files)?,
        Command::Misbehave(_)
        | Command::Calm
        | Command::Operations
        | Command::Ledger
        | Command::Messages => Vec::new(),
    };
    let sandbox = Sandbox::of(&Ready::of(common.data_dir())?)?;
    let answer = match &command {
        Command::Notice { .. } => sandbox.notices(&notices).await?,
        Command::Misbehave(rule) => sandbox.post("misbehave", rule).await?,
        Command::Calm => sandbox.post("calm", &Value::Object(Default::default())).await?,
        Command::Operations => sandbox.get("operations").await?,
        Command::Ledger => sandbox.ledger().await?,
        Command::Messages => sandbox.get("messages").await?,
    };
    if common.json {
        output::json(&answer)?;
        return Ok(Ending::Done);
    }
    match command {
        Command::Notice { .. } => {
            output::lines(&[format!("{} sent", count(notices.len(), "notice"))])?
        }
        Command::Misbehave(rule) => {
            output::lines(&[format!("{} of {} is {}", rule.operation, rule.register, rule.mode)])?
        }
        Command::Calm => output::lines(&calmed(&answer))?,
        Command::Operations => output::lines(&operations(&answer))?,
        Command::Ledger => output::lines(&ledger(&answer))?,
        Command::Messages => output::lines(&messages(&answer))?,
    }
    Ok(Ending::Done)
}

/// All notices of the files, in their order.
pub fn read_notices(files: &[PathBuf]) -> Result<Vec<Value>> {
    let mut notices = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        notices.extend(parse(&text).with_context(|| not_notices(file))?);
    }
    Ok(notices)
}

fn not_notices(file: &Path) -> String {
    format!("{} is neither JSON nor JSON Lines", file.display())
}

/// One document after the other covers one object, a list, and JSON Lines alike.
fn parse(text: &str) -> serde_json::Result<Vec<Value>> {
    let mut notices = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match document? {
            Value::Array(several) => notices.extend(several),
            one => notices.push(one),
        }
    }
    Ok(notices)
}

fn calmed(rules: &Value) -> Vec<String> {
    let mut table = Table::new(&["register", "operation", "mode", "hits"]);
    for rule in rules.as_array().into_iter().flatten() {
        table.row(
            ["register", "operation", "mode", "hits"].map(|member| cell(rule, member)).to_vec(),
        );
    }
    if table.is_empty() { vec!["nothing misbehaved".to_owned()] } else { table.lines() }
}

fn operations(answer: &Value) -> Vec<String> {
    let mut table = Table::new(&["register", "operation", "kind"]);
    for register in ["province", "federal"] {
        for operation in answer.get(register).and_then(Value::as_array).into_iter().flatten() {
            table.row(vec![register.to_owned(), cell(operation, "name"), cell(operation, "kind")]);
        }
    }
    table.lines()
}

fn ledger(answer: &Value) -> Vec<String> {
    let mut table = Table::new(&["in the registers", "how many"]);
    for (what, held) in answer.as_object().into_iter().flatten() {
        let held = held.as_array().map_or_else(|| held.to_string(), |rows| rows.len().to_string());
        table.row(vec![what.replace('_', " "), held]);
    }
    let mut lines = table.lines();
    lines.push("row by row: --json".to_owned());
    lines
}

fn messages(answer: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for message in answer["messages"].as_array().into_iter().flatten() {
        lines.push(format!("{} to {}", cell(message, "type"), cell(message, "to")));
        lines.extend(message["subject"].as_str().map(|it| format!("  {it}")));
        lines.extend(cell(message, "body").lines().map(|it| format!("  {it}")));
        lines.push(String::new());
    }
    if lines.is_empty() { vec!["no message was sent".to_owned()] } else { lines }
}

fn cell(row: &Value, member: &str) -> String {
    match row.get(member) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notice_a_list_and_json_lines_are_all_read() {
        for (text, expected) in [
            ("{\"a\": 1}", 1),
            ("[{\"a\": 1}, {\"a\": 2}]", 2),
            ("{\"a\": 1}\n{\"a\": 2}\n\n{\"a\": 3}\n", 3),
        ] {
            assert_eq!(parse(text).expect("good text").len(), expected, "{text}");
        }
        assert!(parse("{\"a\": 1}\nnonsense").is_err());
    }

    #[test]
    fn a_rule_names_only_what_was_asked_for() {
        let rule = Rule {
            register: "province".to_owned(),
            operation: "RegisterBirth".to_owned(),
            mode: "lose-answer".to_owned(),
            reason: None,
            times: Some(1),
            seconds: None,
            delay_ms: None,
            correlation: Some("k".to_owned()),
        };
        let expected = serde_json::json!({
            "register": "province", "operation": "RegisterBirth", "mode": "lose-answer", "times": 1, "match": "k",
        });
        assert_eq!(serde_json::to_value(rule).expect("plain data"), expected);
    }
}
