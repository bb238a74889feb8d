//! `newborn case`: looks at cases as staff do, and decides about one.

use anyhow::{Result, anyhow};
use clap::{Args, Subcommand};
use domain::CaseRef;
use domain::decision::{Action, Grounds};
use domain::desk::Leg;
use domain::paper::Paper;
use domain::people::Purpose;
use serde_json::{Map, Value, json};

use crate::commands::Common;
use crate::ending::Ending;
use crate::output;
use crate::portal::{self, Decision, Portal, Standing, VIEWER};
use crate::submit::in_words;
use crate::table::Table;

/// What to look at, or to decide.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Where all cases stand
    List(List),
    /// Where one case stands, and how it came there
    Show(Show),
    /// Decide about a case that you have seen
    Decide(Decide),
}

#[derive(Debug, Args)]
pub struct List {
    /// Only those that wait for a person
    #[arg(long)]
    stuck: bool,

    /// Who looks
    #[arg(long = "as", value_name = "STAFF", default_value = VIEWER)]
    staff: String,
}

#[derive(Debug, Args)]
pub struct Show {
    /// As NB-XXXX-XXXX
    #[arg(value_name = "REF", value_parser = reference)]
    case: CaseRef,

    /// Who looks
    #[arg(long = "as", value_name = "STAFF", default_value = VIEWER)]
    staff: String,

    /// Why: RESOLVE_TASK, PARENT_ASKED or AUDIT; asked for where somebody is protected
    #[arg(long, value_name = "CODE")]
    purpose: Option<Purpose>,
}

#[derive(Debug, Args)]
pub struct Decide {
    /// As NB-XXXX-XXXX
    #[arg(value_name = "REF", value_parser = reference)]
    case: CaseRef,

    /// One of those that `case show` names, as retry-now or accept-difference
    #[arg(long)]
    action: Action,

    /// Why: one of the published codes, as NOTICE_AMENDED or PARENTS_ASKED
    #[arg(long, value_name = "CODE")]
    reason: Grounds,

    /// The revision of the case that the decision is based on
    #[arg(long, value_name = "REVISION")]
    seen: i64,

    /// A field and its new value; may be given several times
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,

    /// birth, certificate or sin
    #[arg(long)]
    leg: Option<Leg>,

    /// The paper that is accepted or refused, as SINGLE_NAME
    #[arg(long)]
    paper: Option<Paper>,

    /// The notice that is chosen, for bind-notice
    #[arg(long, value_name = "ID")]
    notice: Option<String>,

    /// Who decides; their token is in ready.json
    #[arg(long = "as", value_name = "STAFF")]
    staff: String,

    /// Why: RESOLVE_TASK, PARENT_ASKED or AUDIT; asked for where somebody is protected
    #[arg(long, value_name = "CODE")]
    purpose: Option<Purpose>,
}

/// Looks, or decides.
pub async fn run(common: &Common, command: Command) -> Result<Ending> {
    let portal = Portal::of(common.data_dir())?;
    match command {
        Command::List(options) => list(common, &portal, options).await,
        Command::Show(options) => show(common, &portal, options).await,
        Command::Decide(options) => decide(common, &portal, options).await,
    }
}

async fn list(common: &Common, portal: &Portal, options: List) -> Result<Ending> {
    let cases = portal.cases(options.stuck, &options.staff).await?;
    if common.json {
        output::json(&cases)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&["case", "birth", "certificate", "SIN", "desk", "owner"]);
    for case in &cases {
        let case: Standing = portal::read(case)?;
        let (reason, owner) = case.desk.map(|desk| (desk.reason, desk.owner)).unwrap_or_default();
        table.row(vec![
            case.reference,
            case.birth.state,
            case.certificate.state,
            case.sin.state,
            reason,
            owner,
        ]);
    }
    if table.is_empty() {
        output::lines(&["no cases"])?;
    } else {
        output::lines(&table.lines())?;
    }
    Ok(Ending::Done)
}

async fn show(common: &Common, portal: &Portal, options: Show) -> Result<Ending> {
    let reference = options.case.to_string();
    let answer = portal.case_of_staff(&reference, &options.staff, options.purpose).await?;
    if common.json {
        output::json(&answer)?;
        return Ok(Ending::Done);
    }
    let case: Standing = portal::read(&answer)?;
    let mut lines = vec![in_words(&case), format!("revision {}", case.revision)];
    if let Some(desk) = &case.desk {
        let actions: Vec<String> = desk.actions.iter().map(flat).collect();
        lines.push(format!("{} acts until {}: {}", desk.owner, desk.due, actions.join(", ")));
    }
    let timeline = answer.get("timeline").and_then(Value::as_array);
    lines
        .extend(timeline.into_iter().flatten().map(|entry| format!("  {}", entry_in_words(entry))));
    output::lines(&lines)?;
    Ok(Ending::Done)
}

async fn decide(common: &Common, portal: &Portal, options: Decide) -> Result<Ending> {
    let reference = options.case.to_string();
    let body = body_of(&options);
    let decision = Decision {
        seen: options.seen,
        body: &body,
        staff: &options.staff,
        purpose: options.purpose,
    };
    let answer = portal.decide(&reference, decision).await?;
    if common.json {
        output::json(&answer)?;
    } else {
        output::lines(&[format!("{reference}: {} is decided", options.action)])?;
    }
    Ok(Ending::Done)
}

/// Read here, so that a slip in a reference is told from a case that does not exist.
fn reference(typed: &str) -> Result<CaseRef> {
    typed
        .parse()
        .map_err(|_| anyhow!("{typed} is not a case reference: they are written NB-XXXX-XXXX"))
}

fn body_of(options: &Decide) -> Value {
    let mut body = json!({"action": options.action, "reason": options.reason});
    if let Some(leg) = options.leg {
        body["leg"] = json!(leg);
    }
    if let Some(paper) = options.paper {
        body["paper"] = json!(paper);
    }
    if let Some(notice) = &options.notice {
        body["notice"] = json!(notice);
    }
    if !options.set.is_empty() {
        let fields: Map<String, Value> =
            options.set.iter().map(|(path, value)| (path.clone(), json!(value))).collect();
        body["set"] = Value::Object(fields);
    }
    body
}

/// `PATH=VALUE`, where only the value may hold another equals sign.
fn setting(text: &str) -> Result<(String, String)> {
    let (path, value) =
        text.split_once('=').ok_or_else(|| anyhow!("write PATH=VALUE, as mailing.city=Ottawa"))?;
    if path.is_empty() {
        return Err(anyhow!("the path before the equals sign is missing"));
    }
    Ok((path.to_owned(), value.to_owned()))
}

/// When, what, by whom, and what else there is to know.
fn entry_in_words(entry: &Value) -> String {
    let part = |name: &str| entry.get(name).map(flat).unwrap_or_default();
    let whole_seconds =
        part("at").chars().take("2026-11-23T20:16:12".len()).collect::<String>().replace('T', " ");
    let detail = entry.get("detail").map(flat).unwrap_or_default();
    format!("{whole_seconds}  {:<20} {:<9} {detail}", part("what"), part("actor"))
        .trim_end()
        .to_owned()
}

/// A value on one line; an object as its names and values.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let given = fields.iter().filter(|(_, value)| !value.is_null());
            given
                .map(|(name, value)| format!("{name} {}", flat(value)))
                .collect::<Vec<_>>()
                .join(", ")
        }
        Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_split_at_its_first_equals_sign() {
        assert_eq!(
            setting("mailing.line1=1 Main St = rear").expect("a path and a value"),
            ("mailing.line1".to_owned(), "1 Main St = rear".to_owned())
        );
        assert!(setting("mailing.line1").is_err());
        assert!(setting("=x").is_err());
    }

    #[test]
    fn a_decision_carries_only_what_was_given() {
        let options = Decide {
            case: CaseRef::draw(&mut rand::rng()),
            action: Action::RetryNow,
            reason: Grounds::NoticeAmended,
            seen: 4,
            set: Vec::new(),
            leg: None,
            paper: None,
            notice: None,
            staff: "alex".to_owned(),
            purpose: None,
        };
        assert_eq!(body_of(&options), json!({"action": "retry-now", "reason": "NOTICE_AMENDED"}));
        let options = Decide {
            leg: Some(Leg::Sin),
            set: vec![("mailing.city".to_owned(), "Ottawa".to_owned())],
            ..options
        };
        assert_eq!(body_of(&options)["leg"], json!("sin"));
        assert_eq!(body_of(&options)["set"], json!({"mailing.city": "Ottawa"}));
    }

    #[test]
    fn an_entry_of_the_timeline_is_one_line() {
        let entry = json!({
            "seq": 2, "at": "2026-11-23T20:16:13.951016Z", "actor": "PROVINCE", "what": "fee-paid",
            "detail": {"cents": 2500},
        });
        assert_eq!(
            entry_in_words(&entry),
            "2026-11-23 20:16:13  fee-paid             PROVINCE  cents 2500"
        );
    }
}
