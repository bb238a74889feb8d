//! Families to whom anything may happen, in any order: lost answers, silence, refusals, withdrawals, decisions, a crash. Whatever
//! it is, the registers agree in the end and nobody is forgotten. Each is drawn from its number, so that it can be played again.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{available_parallelism, scope},
};

use anyhow::{Context, Result, ensure};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use tests::{Case, Family, Stack, eventually};

use crate::{plan, settled::settles, situations::told_apart};

/// How many are played: `NEWBORN_SEQUENCES` says otherwise.
const SEQUENCES: usize = 100;

/// What may go wrong with an operation.
const TROUBLES: &[(&str, &str, &[&str])] = &[
    ("province", "SubmitStatement", &["MISSING_DATA", "LATE_ROUTE"]),
    ("province", "PayFee", &["DECLINED"]),
    ("province", "BindNotice", &["NOTICE_TAKEN"]),
    ("province", "RegisterBirth", &["MISSING_DATA", "NOT_ELIGIBLE", "NOT_MATCHED"]),
    ("province", "OrderCertificate", &["NOT_ENTITLED"]),
    ("province", "CancelOrder", &["TOO_LATE"]),
    ("province", "RefundFee", &["TOO_LATE"]),
    ("province", "WithdrawStatement", &["TOO_LATE"]),
    ("province", "UnbindNotice", &["TOO_LATE"]),
    ("federal", "SubmitSinApplication", &["DATA_REJECTED", "NOT_ELIGIBLE"]),
    ("federal", "WithdrawSinApplication", &["TOO_LATE"]),
];

/// What people may do meanwhile. Whether it is taken depends on the moment; both are fine.
const DEEDS: &[(&str, &str, &[&str])] = &[
    ("withdraw", "PARENTS_ASKED", &[]),
    ("withdraw", "CANNOT_BE_REGISTERED_HERE", &[]),
    ("withdraw", "PARENTS_ASKED", &["--leg", "certificate"]),
    ("withdraw", "PARENTS_ASKED", &["--leg", "sin"]),
    ("retry-now", "PARENTS_ASKED", &[]),
    ("accept-difference", "SPELLING_ONLY", &[]),
    ("unbind-notice", "WRONG_NOTICE", &[]),
    ("escalate", "LEGAL_QUESTION", &[]),
    ("hold", "SUSPECTED_FRAUD", &["--as", "sam"]),
    ("release", "NOTHING_FOUND", &["--as", "sam"]),
    ("correct-contact", "PARENTS_ASKED", &["--set", "mailing.line1=99 New Street"]),
];

/// Everything that happens to one family.
struct Sequence {
    family: Family,
    troubles: Vec<Vec<String>>,
    notice_first: bool,
    deeds: Vec<(&'static str, &'static str, &'static [&'static str])>,
}

impl Sequence {
    fn drawn(number: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(number as u64);
        let mut family = told_apart(2000 + number);
        if rng.random_bool(0.15) {
            family = family.with("/services/payment_token", json!("sandbox-card-declined"));
        }
        if rng.random_bool(0.2) {
            let name = family.notice[0]["birth_parent"]["legal_name"]["last"].as_str();
            let name = format!("{}s", name.unwrap_or_default());
            family.notice[0]["birth_parent"]["legal_name"]["last"] = json!(name);
        }
        let troubles = (0..rng.random_range(0..4)).map(|_| trouble(&mut rng)).collect();
        let deeds =
            (0..rng.random_range(0..4)).filter_map(|_| DEEDS.choose(&mut rng).copied()).collect();
        Self { family, troubles, notice_first: rng.random_bool(0.6), deeds }
    }

    fn play(&self, stack: &Stack) -> Result<()> {
        for trouble in &self.troubles {
            let words: Vec<&str> = trouble.iter().map(String::as_str).collect();
            let words = [&words[..], &["--match", &self.family.key]].concat();
            eventually("the sandbox is there", || Ok(stack.misbehave(&words).is_ok()))?;
        }
        let notice = || {
            // The same notice again is the same notice.
            eventually("the province takes the notice", || Ok(stack.notice(&self.family).is_ok()))
        };
        if self.notice_first {
            notice()?;
        }
        let case = stack.submit(&self.family)?.into_iter().next().context("it has a case")?;
        for (action, reason, more) in &self.deeds {
            // Refused or taken: both are answers. No answer is one, too, while something crashes.
            let _answer = case.decide_ending(action, reason, more)?;
        }
        if !self.notice_first {
            notice()?;
        }
        goes_on(&case)?;
        settles(stack, &case)
    }
}

/// Whatever was stopped goes on.
fn goes_on(case: &Case<'_>) -> Result<()> {
    case.until("nobody investigates", |shown| {
        let tasks = shown["tasks"].as_array().into_iter().flatten();
        let held = tasks.into_iter().any(|task| task["reason"] == "UNDER_INVESTIGATION");
        if held {
            // What is refused is looked at again.
            let _answer = case.decide_ending("release", "NOTHING_FOUND", &["--as", "sam"]);
        }
        !held
    })?;
    Ok(())
}

fn trouble(rng: &mut impl Rng) -> Vec<String> {
    let (register, operation, reasons) = TROUBLES.choose(rng).expect("there are some");
    let times = rng.random_range(1..4).to_string();
    let mode: Vec<&str> = match rng.random_range(0..4) {
        0 => vec!["unavailable", "--times", &times],
        1 => vec!["slow", "--delay-ms", "1200", "--times", "1"],
        2 => vec!["lose-answer", "--times", "1"],
        _ => {
            let reason = reasons.choose(rng).expect("there are some");
            vec!["refuse", "--reason", reason, "--times", "1"]
        }
    };
    let of = ["--register", *register, "--operation", *operation, "--mode"];
    of.into_iter().chain(mode).map(str::to_owned).collect()
}

#[test]
fn whatever_happens_in_whatever_order_the_registers_agree() -> Result<()> {
    let wanted = std::env::var("NEWBORN_SEQUENCES").ok().and_then(|it| it.parse().ok());
    let count: usize = wanted.unwrap_or(SEQUENCES);
    let stack = plan().start()?;
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let at_once = available_parallelism()?.get() * 3;
    let crash = || -> Result<()> {
        // In the middle of it all.
        eventually("half of them have begun", || Ok(next.load(Ordering::Relaxed) >= count / 2))?;
        stack.kill("worker")?;
        stack.kill("sandbox")
    };
    scope(|threads| {
        for _ in 0..at_once {
            threads.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    if let Err(error) = Sequence::drawn(number).play(&stack) {
                        let line = format!("sequence {number}: {error:#}");
                        wrong.lock().expect("nobody panics here").push(line);
                    }
                }
            });
        }
        if let Err(error) = crash() {
            wrong.lock().expect("nobody panics here").push(format!("{error:#}"));
        }
    });
    let wrong = wrong.into_inner().expect("nobody panicked");
    ensure!(wrong.is_empty(), "{} of {count}: {}", wrong.len(), wrong.join("\n"));
    stack.ledger()?.agrees();
    println!("{count} sequences played");
    Ok(())
}
