//! Records the histories that later stories must still replay: `make histories NAME=…`.
//!
//! Each run adds files under a new name; recorded histories are never replaced while cases of their kind may be running.

use anyhow::{Context, Result};
use serde_json::json;
use tests::{Case, Family, stack::Plan};

fn main() -> Result<()> {
    let name = std::env::args().nth(1).context("say under which name, such as the release")?;
    let stack = Plan::default().taking("0.3").start()?;
    let recorder = Recorder { name: &name };

    let family = Family::ordinary("Recorda");
    stack.notice(&family)?;
    recorder.record("all-three", &stack.submit(&family)?[0], |case| case.until_all_three())?;

    let family = Family::ordinary("Recordb").with("/place/county", json!("Outaouais"));
    recorder.record("refused", &stack.submit(&family)?[0], closed)?;

    let family = Family::ordinary("Recordc");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    cases[0].decide("withdraw", "PARENTS_ASKED", &[])?;
    recorder.record("withdrawn", &cases[0], closed)?;

    let mut family = Family::ordinary("Recordd");
    family.notice[0]["sex"] = json!("MALE");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_on_desk("NOTICE_DIFFERS")?;
    family.notice[0]["sex"] = json!("FEMALE");
    stack.notice(&family)?;
    recorder.record("desk", &cases[0], |case| case.until_all_three())?;

    let family = Family::ordinary("Recorde");
    let lose =
        ["--register", "province", "--operation", "*", "--mode", "lose-answer", "--times", "4"];
    stack.misbehave(&[&lose[..], &["--match", &family.key]].concat())?;
    stack.notice(&family)?;
    recorder.record("answers-lost", &stack.submit(&family)?[0], |case| case.until_all_three())?;

    let family = Family::ordinary("Recordg");
    let refuse = |operation: &str, reason: &[&str]| {
        let of = ["--register", "province", "--operation", operation, "--mode", "refuse"];
        stack.misbehave(&[&of[..], reason].concat())
    };
    refuse("RegisterBirth", &["--reason", "NOT_ELIGIBLE"])?;
    refuse("RefundFee", &["--times", "1"])?;
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_on_desk("UNDO_TOO_LATE")?;
    cases[0].decide("retry-now", "REGISTER_ANSWERS_AGAIN", &["--leg", "certificate"])?;
    recorder.record("undo-refused", &cases[0], closed)?;
    stack.calm()?;

    let family = Family::ordinary("Recordh");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "REGISTERED")?;
    cases[0].cancel_workflow()?;
    cases[0].until_on_desk("CANCELLED_AFTER_REGISTRATION")?;
    cases[0].decide("retry-now", "PARENTS_ASKED", &[])?;
    recorder.record("cancelled", &cases[0], |case| case.until_all_three())?;
    drop(stack);

    let clocks = json!({"first_look_ms": 150, "longest_look_ms": 150, "history_events": 20});
    let stack = Plan::default().taking("0.3").clocks(&clocks).start()?;
    let recorder = Recorder { name: &name };
    let family = Family::ordinary("Recordf");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    cases[0].until_continued_as_new()?;
    stack.notice(&family)?;
    recorder.record("continued", &cases[0], |case| case.until_all_three())
}

fn closed(case: &Case<'_>) -> Result<serde_json::Value> {
    case.until("closed", |case| case["closed"] == true)
}

struct Recorder<'a> {
    name: &'a str,
}

impl Recorder<'_> {
    /// Waits for the end of a case and writes down the history of its newest run.
    fn record(
        &self,
        what: &str,
        case: &Case<'_>,
        ends: impl Fn(&Case<'_>) -> Result<serde_json::Value>,
    ) -> Result<()> {
        ends(case).with_context(|| format!("the case to record as {what}"))?;
        let file = tests::root().join(format!("tests/histories/{what}.{}.json", self.name));
        std::fs::write(&file, case.history()?)?;
        println!("{}", file.display());
        Ok(())
    }
}
