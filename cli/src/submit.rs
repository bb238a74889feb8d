//! `newborn submit`: sends the parents' forms, and follows their cases if asked to.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::commands::Common;
use crate::ending::Ending;
use crate::portal::{self, Receipt, ReceiptCase, Standing};
use crate::say::Say;
use crate::seconds::{as_wait, seconds};
use crate::stack::{Doors, Stack, is_passing};
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

    /// Follow the cases until all their parts are done, at most this long. A case that waits for a person on the desk is
    /// followed too: it may move at any moment
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
    let stack = Stack::of(common.data_dir())?;
    let limit = options.wait.map(|seconds| Instant::now() + as_wait(seconds));
    let mut answers = Vec::new();
    let mut ending = Ending::Done;
    for (nth, (file, form)) in forms.iter().enumerate() {
        let key = match &options.key {
            Some(key) if forms.len() == 1 => key.clone(),
            // One key names one submission.
            Some(key) => format!("{key}-{}", nth + 1),
            None => key_of(form),
        };
        // The same key again is the same submission, so while there is time it can be sent again.
        let patience = limit.unwrap_or_else(Instant::now);
        match stack.patiently(patience, async |doors| doors.portal.submit(&key, form).await).await {
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

    let mut rows =
        Table::new(&["case", "child", "access code", "birth", "certificate", "SIN", "fee", "desk"]);
    for answer in answers.iter_mut().filter(|answer| answer.get("cases").is_some()) {
        let receipt: Receipt = portal::read(answer)?;
        for (nth, case) in receipt.cases.iter().enumerate() {
            let standing = match limit {
                Some(limit) => {
                    let (standing, end) = follow(&stack, case, limit, say).await;
                    ending = ending.or_worse(end);
                    standing
                }
                None => None,
            };
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

/// Waits until a case is closed or time runs out; tells each change. Gives what was seen last, if anything was.
///
/// The receipt is worth more than the look: whatever goes wrong here is told, and the receipt is printed all the same.
async fn follow(
    stack: &Stack,
    case: &ReceiptCase,
    limit: Instant,
    say: Say,
) -> (Option<Standing>, Ending) {
    let mut before: Option<Standing> = None;
    loop {
        let look = async |doors: &Doors| {
            doors.portal.case_of_parents(&case.reference, &case.access_code).await
        };
        let seen = stack.patiently(limit, look).await;
        match seen.map(|answer| portal::read::<Standing>(&answer)) {
            Ok(Ok(now)) => {
                if before.as_ref() != Some(&now) {
                    say.line(in_words(&now));
                }
                if now.closed || Instant::now() >= limit {
                    let end = ending_of(&now);
                    return (Some(now), end);
                }
                before = Some(now);
            }
            Err(error) => {
                say.line(format_args!("{}: {error:#}", case.reference));
                let end = if is_passing(&error) { Ending::StillRunning } else { Ending::Refused };
                return (before, end);
            }
            // Asking again would not make it readable.
            Ok(Err(error)) => {
                say.line(format_args!("{}: {error:#}", case.reference));
                return (before, Ending::Refused);
            }
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
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

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

    /// A portal that gives these answers, one a call, and the last one for ever.
    async fn portal_that_answers(answers: Vec<(u16, Value)>) -> (tempfile::TempDir, Stack) {
        crate::install_crypto();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let portal = format!("http://{}", listener.local_addr().expect("it is bound"));
        tokio::spawn(async move {
            let mut call = 0;
            while let Ok((mut line, _)) = listener.accept().await {
                let (status, body) = &answers[call.min(answers.len() - 1)];
                call += 1;
                let body = body.to_string();
                let head = format!("HTTP/1.1 {status} Told\r\ncontent-length: {}", body.len());
                let answer = format!("{head}\r\nconnection: close\r\n\r\n{body}");
                let mut asked = [0; 4096];
                let _ = line.read(&mut asked).await;
                let _ = line.write_all(answer.as_bytes()).await;
            }
        });
        let temp = tempfile::tempdir().expect("a temporary directory");
        let ready = json!({
            "portal": portal, "temporal": "", "temporal_http": "", "temporal_ui": "", "temporal_namespace": "",
            "province": "", "federal": "", "sandbox": portal, "identity": "", "database_url": "", "metrics": [],
            "temporal_metrics": [], "tls_dir": "", "data_dir": "", "staff": [], "processes": {},
        });
        std::fs::write(temp.path().join("ready.json"), ready.to_string()).expect("written");
        let stack = Stack::of(temp.path()).expect("ready.json is there");
        (temp, stack)
    }

    fn case() -> ReceiptCase {
        let case = json!({"ref": "NB-0000-0000", "child": 1, "access_code": "code"});
        portal::read(&case).expect("as published")
    }

    fn closed() -> Value {
        json!({
            "ref": "NB-0000-0000", "revision": 4, "birth": {"state": "REGISTERED"},
            "certificate": {"state": "MAILED"}, "sin": {"state": "ISSUED"}, "fee": {"state": "EARNED"},
            "desk": null, "closed": true,
        })
    }

    #[tokio::test]
    async fn a_passing_503_is_waited_out() {
        let busy = (503, json!({"title": "Away"}));
        let answers = vec![busy.clone(), busy, (200, closed())];
        let (_temp, stack) = portal_that_answers(answers).await;
        let limit = Instant::now() + Duration::from_secs(20);
        let (seen, end) = follow(&stack, &case(), limit, Say::from_now()).await;
        assert_eq!(end, Ending::Done);
        assert!(seen.is_some_and(|seen| seen.closed));
    }

    #[tokio::test]
    async fn a_503_up_to_the_limit_leaves_the_case_running() {
        let (_temp, stack) = portal_that_answers(vec![(503, json!({"title": "Away"}))]).await;
        let (seen, end) = follow(&stack, &case(), Instant::now(), Say::from_now()).await;
        assert_eq!((seen, end), (None, Ending::StillRunning));
    }

    #[tokio::test]
    async fn a_case_that_may_not_be_seen_is_not_waited_for() {
        let (_temp, stack) = portal_that_answers(vec![(404, json!({"title": "Unknown"}))]).await;
        let limit = Instant::now() + Duration::from_secs(20);
        let (seen, end) = follow(&stack, &case(), limit, Say::from_now()).await;
        assert_eq!((seen, end), (None, Ending::Refused));
    }
}
