//! Every command and every undo × every way of misbehaving × before, during and after the registration. What counts is what
//! the registers hold in the end, not what anybody answered.

use std::{
    collections::BTreeSet,
    sync::Mutex,
    thread::{available_parallelism, scope},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{Case, Family, Stack, eventually, stack::Plan};

use crate::{plan, settled::settles, situations::told_apart};

/// When an operation is met, as seen from the registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// On the way to it.
    Before,
    /// A case that is refused at REGISTER takes back what it did.
    TakingBack,
    /// REGISTER is asked, nobody knows what became of it, and the parents want to withdraw.
    During,
    /// The legs are under way, and nothing is produced or issued yet.
    After,
}

/// An operation at a moment; `reason` is how it refuses.
struct Row {
    moment: Moment,
    register: &'static str,
    operation: &'static str,
    reason: &'static str,
}

const fn row(
    moment: Moment,
    register: &'static str,
    operation: &'static str,
    reason: &'static str,
) -> Row {
    Row { moment, register, operation, reason }
}

const TABLE: &[Row] = &[
    row(Moment::Before, "province", "SubmitStatement", "MISSING_DATA"),
    row(Moment::Before, "province", "PayFee", "DECLINED"),
    row(Moment::Before, "province", "BindNotice", "NOTICE_TAKEN"),
    row(Moment::Before, "province", "RegisterBirth", "MISSING_DATA"),
    row(Moment::Before, "province", "OrderCertificate", "NOT_ENTITLED"),
    row(Moment::Before, "federal", "SubmitSinApplication", "DATA_REJECTED"),
    row(Moment::TakingBack, "province", "UnbindNotice", "TOO_LATE"),
    row(Moment::TakingBack, "province", "WithdrawStatement", "TOO_LATE"),
    row(Moment::TakingBack, "province", "RefundFee", "TOO_LATE"),
    row(Moment::During, "province", "UnbindNotice", "TOO_LATE"),
    row(Moment::During, "province", "WithdrawStatement", "TOO_LATE"),
    row(Moment::During, "province", "RefundFee", "TOO_LATE"),
    row(Moment::During, "province", "CancelOrder", "TOO_LATE"),
    row(Moment::During, "federal", "WithdrawSinApplication", "TOO_LATE"),
    row(Moment::After, "province", "UnbindNotice", "TOO_LATE"),
    row(Moment::After, "province", "WithdrawStatement", "TOO_LATE"),
    row(Moment::After, "province", "CancelOrder", "TOO_LATE"),
    row(Moment::After, "province", "RefundFee", "TOO_LATE"),
    row(Moment::After, "federal", "WithdrawSinApplication", "TOO_LATE"),
    row(Moment::After, "province", "UpdateDeliveryAddress", "TOO_LATE"),
    row(Moment::After, "federal", "UpdateMailingAddress", "TOO_LATE"),
];

const MODES: &[&str] =
    &["unavailable", "slow", "lose-answer", "refuse", "pending", "already-issued"];

/// What the federal side alone can do to an application.
const FEDERAL: [&str; 2] = ["pending", "already-issued"];

/// A row in one mode, for one family.
struct Combination {
    row: &'static Row,
    mode: &'static str,
    family: Family,
}

fn combinations(moments: &[Moment]) -> Vec<Combination> {
    let rows = TABLE.iter().enumerate().filter(|(_, row)| moments.contains(&row.moment));
    rows.flat_map(|(nth, row)| {
        let application = row.operation == "SubmitSinApplication";
        let modes =
            MODES.iter().enumerate().filter(move |(_, it)| application || !FEDERAL.contains(it));
        modes.map(move |(mth, mode)| Combination {
            row,
            mode,
            family: told_apart(nth * MODES.len() + mth),
        })
    })
    .collect()
}

impl Combination {
    fn name(&self) -> String {
        format!("{:?} {} {}", self.row.moment, self.row.operation, self.mode)
    }

    /// Some operations must not be asked at all: nothing of a birth is taken back once it may stand.
    fn is_met(&self) -> bool {
        let Row { moment, operation, .. } = self.row;
        match moment {
            Moment::Before | Moment::TakingBack => true,
            Moment::During => false,
            Moment::After => !["UnbindNotice", "WithdrawStatement"].contains(operation),
        }
    }

    fn misbehaves(&self, stack: &Stack) -> Result<()> {
        let mode: Vec<&str> = match self.mode {
            "unavailable" => vec!["unavailable", "--times", "2"],
            "slow" => vec!["slow", "--delay-ms", "1500", "--times", "1"],
            "lose-answer" => vec!["lose-answer", "--times", "1"],
            "refuse" => vec!["refuse", "--reason", self.row.reason, "--times", "1"],
            other => vec![other],
        };
        self.rule(stack, self.row.register, self.row.operation, &mode)
    }

    fn rule(&self, stack: &Stack, register: &str, operation: &str, mode: &[&str]) -> Result<()> {
        let of = ["--register", register, "--operation", operation];
        let of = [&of[..], &["--match", &self.family.key, "--mode"], mode].concat();
        stack.misbehave(&of)
    }

    /// Plays it to where nothing moves any more, and looks into the registers.
    fn play(&self, stack: &Stack) -> Result<()> {
        let refused = self.mode == "refuse";
        match self.row.moment {
            Moment::Before => {
                self.misbehaves(stack)?;
                let case = self.begins(stack)?;
                let done = !refused && self.mode != "pending" && self.mode != "already-issued";
                if done {
                    case.until_all_three()?;
                }
                settles(stack, &case)
            }
            Moment::TakingBack => {
                let no = ["refuse", "--reason", "NOT_ELIGIBLE"];
                self.rule(stack, "province", "RegisterBirth", &no)?;
                self.misbehaves(stack)?;
                let case = self.begins(stack)?;
                if refused {
                    let leg =
                        if self.row.operation == "RefundFee" { "certificate" } else { "birth" };
                    case.until("a task of the undo", |case| {
                        let tasks = case["tasks"].as_array().into_iter().flatten();
                        tasks
                            .into_iter()
                            .any(|it| it["reason"] == "UNDO_TOO_LATE" && it["leg"] == leg)
                    })?;
                    case.decide("retry-now", "REGISTER_ANSWERS_AGAIN", &["--leg", leg])?;
                }
                case.until("refused and closed", |case| {
                    case["closed"] == true && case["birth"]["state"] == "REFUSED"
                })?;
                self.is_nowhere(stack, &case)
            }
            Moment::During => {
                self.rule(stack, "province", "RegisterBirth", &["lose-answer", "--times", "1"])?;
                self.rule(stack, "province", "RegisterBirth", &["unavailable", "--seconds", "8"])?;
                self.rule(
                    stack,
                    "province",
                    "GetRegistration",
                    &["unavailable", "--seconds", "8"],
                )?;
                self.misbehaves(stack)?;
                let case = self.begins(stack)?;
                case.until_state("birth", "REGISTERING")?;
                let answer = case.decide_ending("withdraw", "PARENTS_ASKED", &[])?;
                let why = ["REGISTRATION_UNDER_WAY", "ALREADY_REGISTERED"];
                let said = answer.0.to_string();
                ensure!(answer.1 == 1 && why.iter().any(|it| said.contains(it)), "{said}");
                case.until_all_three()?;
                settles(stack, &case)
            }
            Moment::After => self.play_after(stack),
        }
    }

    fn play_after(&self, stack: &Stack) -> Result<()> {
        self.misbehaves(stack)?;
        let case = self.begins(stack)?;
        case.until_state("certificate", "ORDERED")?;
        case.until_state("sin", "APPLIED")?;
        let refused = self.mode == "refuse";
        match self.row.operation {
            "UnbindNotice" | "WithdrawStatement" => {
                let answer = case.decide_ending("withdraw", "PARENTS_ASKED", &[])?;
                ensure!(answer.0.to_string().contains("ALREADY_REGISTERED"), "{}", answer.0);
            }
            "UpdateDeliveryAddress" | "UpdateMailingAddress" => {
                let moved = ["--set", "mailing.line1=99 New Street"];
                case.decide("correct-contact", "PARENTS_ASKED", &moved)?;
                let register = self.row.register;
                case.until(&format!("the {register} side is told of the address"), |case| {
                    let answers = case["timeline"].as_array().into_iter().flatten();
                    answers.filter(|it| it["what"] == "address-answered").count() == 2
                })?;
            }
            "WithdrawSinApplication" => {
                case.decide("withdraw", "PARENTS_ASKED", &["--leg", "sin"])?;
                // What is too late there stands, and is followed.
                let state = if refused { "APPLIED" } else { "WITHDRAWN" };
                case.until("the answer of the undo", |case| {
                    case["timeline"].to_string().contains("undo-answered")
                })?;
                case.until_state("sin", state)?;
            }
            _ => {
                case.decide("withdraw", "PARENTS_ASKED", &["--leg", "certificate"])?;
                case.until("the answer of the undo", |case| {
                    case["timeline"].to_string().contains("undo-answered")
                })?;
                if !refused {
                    case.until_state("fee", "REFUNDED")?;
                }
            }
        }
        settles(stack, &case)
    }

    fn begins<'a>(&self, stack: &'a Stack) -> Result<Case<'a>> {
        stack.notice(&self.family)?;
        stack.submit(&self.family)?.into_iter().next().context("a submission has a case")
    }

    fn is_nowhere(&self, stack: &Stack, case: &Case<'_>) -> Result<()> {
        let ledger = stack.ledger()?;
        for table in ["statements", "registrations", "certificates", "sin_applications"] {
            ensure!(ledger.live(table, &case.reference) == 0, "{table} of {}", case.reference);
        }
        let fees = ledger.of("fees", &case.reference);
        ensure!(fees.iter().all(|fee| fee["state"] == "REFUNDED"), "{fees:?}");
        let notices = ledger.0["notices"].as_array().map(Vec::as_slice).unwrap_or_default();
        let notice =
            notices.iter().find(|it| it["notice_id"] == self.family.notice[0]["notice_id"]);
        ensure!(notice.is_some_and(|it| it["state"] == "OPEN"), "{notice:?}");
        Ok(())
    }
}

/// Plays them, several at once, and gives what was wrong.
fn played(stack: &Stack, all: &[Combination]) -> Result<Vec<String>> {
    let (waiting, wrong) = (Mutex::new(all.iter().collect::<Vec<_>>()), Mutex::new(Vec::new()));
    let at_once = available_parallelism()?.get() * 3;
    scope(|threads| {
        for _ in 0..at_once {
            threads.spawn(|| {
                let next = || waiting.lock().expect("nobody panics here").pop();
                while let Some(next) = next() {
                    if let Err(error) = next.play(stack) {
                        let line = format!("{}: {error:#}", next.name());
                        wrong.lock().expect("nobody panics here").push(line);
                    }
                }
            });
        }
    });
    Ok(wrong.into_inner().expect("nobody panicked"))
}

/// How often the rule of a combination was met.
fn hits(rules: &Value, it: &Combination) -> u64 {
    let rules = rules.as_array().map(Vec::as_slice).unwrap_or_default();
    let its = |rule: &&Value| {
        rule["operation"] == it.row.operation
            && rule["mode"] == it.mode
            && rule["match"] == it.family.key
    };
    rules.iter().filter(its).filter_map(|rule| rule["hits"].as_u64()).sum()
}

fn hold(stack: &Stack, all: &[Combination]) -> Result<()> {
    let wrong = played(stack, all)?;
    let rules = stack.calm()?;
    let (met, not_met): (Vec<_>, Vec<_>) = all.iter().partition(|it| hits(&rules, it) > 0);
    println!("{} combinations: {} met, {} rightly not", all.len(), met.len(), not_met.len());
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    for it in met {
        ensure!(it.is_met(), "{} was asked", it.name());
    }
    for it in not_met {
        ensure!(!it.is_met(), "{} was never met: {rules}", it.name());
    }
    stack.ledger()?.agrees();
    Ok(())
}

#[test]
fn the_registers_agree_whatever_misbehaves_up_to_the_registration() -> Result<()> {
    let stack = plan().start()?;
    hold(&stack, &combinations(&[Moment::Before, Moment::TakingBack, Moment::During]))
}

#[test]
fn the_registers_agree_whatever_misbehaves_after_the_registration() -> Result<()> {
    // Nothing is produced or issued while something is to be taken back.
    let stack = Plan::default().taking("7200").start()?;
    hold(&stack, &combinations(&[Moment::After]))
}

#[test]
fn events_that_come_twice_late_or_not_at_all_change_nothing() -> Result<()> {
    let stack = plan().start()?;
    for (register, stream) in [("province", "WatchRegistryEvents"), ("federal", "WatchSinEvents")] {
        for mode in ["duplicate-event", "reorder-events"] {
            stack.misbehave(&["--register", register, "--operation", stream, "--mode", mode])?;
        }
    }
    for nth in 0..3 {
        let family = told_apart(1000 + nth);
        let cases = stack.submit(&family)?;
        stack.notice(&family)?;
        cases[0].until_all_three()?;
    }
    eventually("each stream misbehaved", || {
        let metrics = stack.newborn(&["sandbox", "calm"])?;
        Ok(metrics.as_array().is_some_and(|rules| rules.iter().all(|it| it["hits"] != json!(0))))
    })?;
    stack.ledger()?.agrees();
    Ok(())
}

#[test]
fn no_command_and_no_undo_is_missing_in_the_table() -> Result<()> {
    let stack = plan().start()?;
    let operations = stack.newborn(&["sandbox", "operations"])?;
    let mut known = BTreeSet::new();
    for register in ["province", "federal"] {
        for it in operations[register].as_array().context("a list of operations")? {
            if it["kind"] == "command" || it["kind"] == "undo" {
                known.insert(it["name"].as_str().context("a name")?.to_owned());
            }
        }
    }
    let mut met: BTreeSet<String> = TABLE.iter().map(|row| row.operation.to_owned()).collect();
    // The hospital's, not ours: tests/system/answers_lost.rs.
    met.extend(["SubmitNotice", "AmendNotice"].map(str::to_owned));
    assert_eq!(known, met);
    Ok(())
}
