//! What must hold of a case wherever it stands still: nobody has forgotten it, and the registers hold what it says.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{Case, Stack, eventually};

/// The case is closed, somebody owns it until a day, or a register or the parents have the next step.
pub fn is_settled(case: &Value) -> bool {
    let owned = case["desk"]["owner"].is_string() && case["desk"]["due"].is_string();
    let theirs = |part: &str, states: &[&str]| states.iter().any(|it| case[part]["state"] == *it);
    case["closed"] == true
        || owned
        || theirs("birth", &["WAITING_NOTICE", "ACTION_NEEDED"])
        || theirs("certificate", &["ORDERED", "PAYMENT_NEEDED"])
        || theirs("sin", &["APPLIED"])
}

/// Waits until nothing moves any more, and the registers hold what the case says.
pub fn settles(stack: &Stack, case: &Case<'_>) -> Result<()> {
    let mut why = String::new();
    let agree = eventually("the case is settled, and the registers agree", || {
        // A register may be a step ahead of what was shown a moment ago.
        let looked = looked(stack, case);
        why = looked.as_ref().err().map(ToString::to_string).unwrap_or_default();
        Ok(looked.is_ok())
    });
    agree.with_context(|| format!("{}: {why}", case.reference))
}

fn looked(stack: &Stack, case: &Case<'_>) -> Result<()> {
    let shown = case.show()?;
    ensure!(is_settled(&shown), "it is not settled: {shown:#}");
    let ledger = stack.ledger()?;
    let live = |table| ledger.live(table, &case.reference);
    let registered = usize::from(shown["birth"]["state"] == "REGISTERED");
    ensure!(
        live("registrations") == registered,
        "{} registrations: {shown:#}",
        live("registrations")
    );
    let legs = [live("certificates"), live("sin_applications")];
    ensure!(legs.iter().all(|it| *it <= registered), "{legs:?} of a birth that is not registered");
    let fees = ledger.of("fees", &case.reference);
    ensure!(fees.len() <= 1, "{} fees", fees.len());
    ensure!(fees.iter().all(|fee| fee["amount_cents"] == 2500), "{fees:?}");
    if shown["closed"] == true && registered == 0 {
        ensure!(live("statements") == 0, "a closed case has a live statement");
        ensure!(fees.iter().all(|fee| fee["state"] == "REFUNDED"), "{fees:?}");
    }
    Ok(())
}
