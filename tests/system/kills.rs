//! Processes die without a warning, under load. Every case finishes, and nothing is done twice.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{Stack, stack::Plan};

/// Runs a load while something happens to the stack, and checks what is left of it.
fn under_load(
    stack: &mut Stack,
    seed: &str,
    happens: impl FnOnce(&mut Stack) -> Result<()>,
) -> Result<()> {
    let load = stack.background(&["load", "--count", "30", "--in-flight", "10", "--seed", seed])?;
    tests::eventually("some of the load is submitted", || {
        let cases = stack.newborn(&["case", "list"])?;
        Ok(cases.as_array().is_some_and(|cases| cases.len() >= 8))
    })?;
    happens(stack)?;
    let report = load.finish()?;
    ensure!(
        report["failed"] == 0 && report["unfinished"] == 0,
        "the load did not end well: {report}"
    );
    everything_is_done(stack)
}

fn everything_is_done(stack: &Stack) -> Result<()> {
    tests::eventually("every case is closed", || {
        let cases = stack.newborn(&["case", "list"])?;
        Ok(cases.as_array().context("a list")?.iter().all(|case| case["closed"] == true))
    })?;
    let ledger = stack.ledger()?;
    ledger.agrees();
    let cases = stack.newborn(&["case", "list"])?;
    for case in cases.as_array().context("a list")? {
        let reference = case["ref"].as_str().context("a reference")?;
        for (table, part, state) in
            [("certificates", "certificate", "MAILED"), ("sin_applications", "sin", "ISSUED")]
        {
            let wanted = case[part]["state"] == state;
            assert_eq!(ledger.of(table, reference).len(), usize::from(wanted), "{table} of {case}");
        }
        assert_eq!(ledger.of("registrations", reference).len(), 1, "{case}");
    }
    Ok(())
}

#[test]
fn the_worker_the_sandbox_and_temporal_are_killed_under_load() -> Result<()> {
    let mut stack = Plan::default().taking("0.5").start()?;
    for (seed, name) in [("11", "worker"), ("12", "sandbox"), ("13", "temporal"), ("14", "portal")]
    {
        under_load(&mut stack, seed, |stack| stack.kill(name))
            .with_context(|| format!("{name} was killed"))?;
    }
    Ok(())
}

#[test]
fn the_whole_stack_is_killed_and_carries_on_in_its_directory() -> Result<()> {
    let mut stack = Plan::default().taking("1").start()?;
    let mut load =
        stack.background(&["load", "--count", "20", "--in-flight", "20", "--seed", "21"])?;
    tests::eventually("the load is submitted", || {
        let cases = stack.newborn(&["case", "list"])?;
        Ok(cases.as_array().is_some_and(|cases| cases.len() >= 12))
    })?;
    stack.kill_everything()?;
    load.abandon();
    stack.up()?;
    tests::eventually("the stack answers", || {
        Ok(matches!(stack.newborn(&["case", "list"])?, Value::Array(_)))
    })?;
    let notices = stack.newborn(&["sandbox", "ledger"])?["notices"].as_array().map_or(0, Vec::len);
    ensure!(notices > 0, "the hospitals' notices are gone");
    // A family whose notice the load had not sent yet waits for it, lawfully.
    let waits = |case: &Value| case["birth"]["state"] == "WAITING_NOTICE";
    tests::eventually("every case is closed or waits for its notice", || {
        let cases = stack.newborn(&["case", "list"])?;
        Ok(cases
            .as_array()
            .context("a list")?
            .iter()
            .all(|case| case["closed"] == true || waits(case)))
    })?;
    stack.ledger()?.agrees();
    Ok(())
}
