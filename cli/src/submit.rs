//! `newborn submit`: sends the parents' forms, and follows their cases if asked to.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::commands::Common;
use crate::ending::Ending;
use crate::portal::{self, Portal, Receipt, ReceiptCase, Standing};
use crate::say::Say;
use crate::seconds::{as_wait, seconds};
use crate::table::Table;
use crate::{failure, output};

/// What to submit.
#[derive(Debug, Args)]
pub struct Options {
    /// Forms, one submission each
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The Idempotency-Key [default: made of the file's content, so that sending it again changes nothing]
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Option<String>,

    /// Follow the cases until all their parts are done, at most this long
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    wait: Option<f64>,
}

/// Sends every file, then waits if asked.
pub async fn run(common: &Common, options: Options) -> Result<Ending> {
    let say = Say::from_now();
    let mut forms = Vec::new();
    for file in &options.files {
        // All are read before the first is sent.
        forms.push((file, read_form(file)?));
    }
    let portal = Portal::of(common.data_dir())?;
    let mut answers = Vec::new();
    let mut ending = Ending::Done;
    for (nth, (file, form)) in forms.iter().enumerate() {
        let key = match &options.key {
            Some(key) if forms.len() == 1 => key.clone(),
            // One key names one submission.
            Some(key) => format!("{key}-{}", nth + 1),
            None => key_of(form),
        };
        match portal.submit(&key, form).await {
            Ok(answer) => {
                say.line(format_args!("{} submitted", file.display()));
                answers.push(answer);
            }
            Err(error) => {
                // One refused form does not keep the others back.
                say.line(format_args!("{}: {error:#}", file.display()));
                answers.push(failure::document(&error));
                ending = Ending::Refused;
            }
        }
    }

    let limit = options.wait.map(|seconds| Instant::now() + as_wait(seconds));
    let mut rows =
        Table::new(&["case", "child", "access code", "birth", "certificate", "SIN", "fee", "desk"]);
    for answer in answers.iter_mut().filter(|answer| answer.get("cases").is_some()) {
        let receipt: Receipt = portal::read(answer)?;
        for (nth, case) in receipt.cases.iter().enumerate() {
            let standing = match limit {
                Some(limit) => Some(follow(&portal, case, limit, say).await?),
                None => None,
            };
            ending = ending.or_worse(standing.as_ref().map_or(Ending::Done, ending_of));
            rows.row(row(case, standing.as_ref()));
            if let Some(standing) = standing {
                add_standing(&mut answer["cases"][nth], &standing);
            }
        }
    }
    if common.json {
        match <[Value; 1]>::try_from(answers) {
            Ok([one]) => output::json(&one)?,
            Err(several) => output::json(&several)?,
        }
    } else if !rows.is_empty() {
        output::lines(&rows.lines())?;
    }
    Ok(ending)
}

fn read_form(file: &Path) -> Result<Vec<u8>> {
    let form = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    // What is in it is for the portal to judge; that it is no JSON at all can be said here, with the place.
    serde_json::from_slice::<serde::de::IgnoredAny>(&form)
        .with_context(|| format!("{} is not a JSON document", file.display()))?;
    Ok(form)
}

/// As the header allows it: 1 to 128 visible ASCII characters.
fn key(text: &str) -> Result<String, &'static str> {
    let fits = (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(text.to_owned()) } else { Err("a key has 1 to 128 visible ASCII characters") }
}

fn key_of(form: &[u8]) -> String {
    let digest = Sha256::digest(form);
    let short: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("file-{short}")
}

/// Waits until a case is closed or time runs out; tells each change.
async fn follow(portal: &Portal, case: &ReceiptCase, limit: Instant, say: Say) -> Result<Standing> {
    let mut before: Option<Standing> = None;
    loop {
        match portal.case_of_parents(&case.reference, &case.access_code).await {
            Ok(answer) => {
                let now: Standing = portal::read(&answer)?;
                if before.as_ref() != Some(&now) {
                    say.line(in_words(&now));
                }
                if now.closed || Instant::now() >= limit {
                    return Ok(now);
                }
                before = Some(now);
            }
            // A portal that is being restarted is no reason to stop looking.
            Err(error) if portal::refused(&error).is_some() || Instant::now() >= limit => {
                return Err(error);
            }
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// A case on one line.
pub fn in_words(standing: &Standing) -> String {
    let Standing { reference, birth, certificate, sin, fee, desk, .. } = standing;
    let desk =
        desk.as_ref().map_or_else(String::new, |desk| format!(", on the desk: {}", desk.reason));
    format!(
        "{reference}  birth {}, certificate {}, SIN {}, fee {}{desk}",
        birth.state, certificate.state, sin.state, fee.state
    )
}

fn ending_of(standing: &Standing) -> Ending {
    match (standing.closed, standing.birth.state.as_str()) {
        (false, _) => Ending::StillRunning,
        (true, "REGISTERED") => Ending::Done,
        (true, _) => Ending::Refused,
    }
}

fn row(case: &ReceiptCase, standing: Option<&Standing>) -> Vec<String> {
    let child = case.child.as_str().map_or_else(|| case.child.to_string(), str::to_owned);
    let mut row = vec![case.reference.clone(), child, case.access_code.clone()];
    if let Some(Standing { birth, certificate, sin, fee, desk, .. }) = standing {
        row.extend([&birth.state, &certificate.state, &sin.state, &fee.state].map(String::clone));
        row.push(desk.as_ref().map_or_else(String::new, |desk| desk.reason.clone()));
    }
    row
}

fn add_standing(case: &mut Value, standing: &Standing) {
    let parts = json!({
        "birth": {"state": standing.birth.state, "registration_number": standing.birth.registration_number},
        "certificate": {"state": standing.certificate.state},
        "sin": {"state": standing.sin.state},
        "fee": {"state": standing.fee.state, "amount_cents": standing.fee.amount_cents},
        "desk": standing.desk.as_ref().map(|desk| json!({"reason": desk.reason, "owner": desk.owner})),
        "closed": standing.closed,
    });
    if let (Value::Object(case), Value::Object(parts)) = (case, parts) {
        case.extend(parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_has_the_same_key_wherever_it_lies() {
        assert_eq!(key_of(b"{}"), key_of(b"{}"));
        assert_ne!(key_of(b"{}"), key_of(b"{ }"));
        assert!(key(&key_of(b"{}")).is_ok());
    }

    #[test]
    fn a_key_is_visible_ascii_of_sensible_length() {
        assert!(key("family-7").is_ok());
        assert!(
            key("").is_err()
                && key("é").is_err()
                && key("a b").is_err()
                && key(&"x".repeat(129)).is_err()
        );
    }
}
