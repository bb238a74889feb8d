//! How each failure ends. What is expected stands in `endings.csv`, written by hand from the catalogue; nothing makes that
//! file. Each of its situations is brought about in a real stack, and the registers' ledgers are compared with it.

mod ending;
mod sequences;
mod settled;
mod situations;
mod table;

use std::{
    collections::BTreeSet,
    sync::Mutex,
    thread::{available_parallelism, scope},
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::stack::Plan;

use crate::{
    ending::{Ending, endings},
    situations::SITUATIONS,
};

/// Notices that are missed at once, and looks that do not take hours. Nobody is waited for.
fn plan() -> Plan {
    let clocks = json!({ "notice_ms": 300, "first_look_ms": 500, "longest_look_ms": 500 });
    Plan::instant().clocks(&clocks)
}

#[test]
fn every_situation_of_the_law_can_be_brought_about() -> Result<()> {
    let written: Vec<String> = endings()?.into_iter().map(|it| it.situation).collect();
    let played: BTreeSet<&str> = SITUATIONS.iter().map(|(situation, _)| *situation).collect();
    ensure!(
        written.len() == SITUATIONS.len(),
        "{} lines, {} situations",
        written.len(),
        SITUATIONS.len()
    );
    let written: BTreeSet<&str> = written.iter().map(String::as_str).collect();
    assert_eq!(written, played);
    Ok(())
}

#[test]
fn every_failure_ends_as_the_law_says() -> Result<()> {
    let stack = plan().start()?;
    let waiting = Mutex::new(endings()?);
    let wrong = Mutex::new(Vec::new());
    let ends = |expected: &Ending| -> Result<()> {
        let (_, play) = SITUATIONS
            .iter()
            .find(|(situation, _)| *situation == expected.situation)
            .context("nothing brings it about")?;
        expected.comes_of(&stack, &play(&stack)?)
    };
    let at_once = available_parallelism()?.get() * 2;
    scope(|threads| {
        for _ in 0..at_once {
            threads.spawn(|| {
                // The list is held no longer than it takes to pick.
                let next = || waiting.lock().expect("nobody panics here").pop();
                while let Some(next) = next() {
                    if let Err(error) = ends(&next) {
                        let line = format!("{}: {error:#}", next.situation);
                        wrong.lock().expect("nobody panics here").push(line);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panicked");
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    stack.ledger()?.agrees();
    Ok(())
}
