//! Every command and every undo loses its answer once. Every case still ends right and nothing is done twice.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{Family, Stack, stack::Plan};

/// Hours: nothing is produced or issued while a test wants to take it back.
const NEVER: &str = "7200";

/// Loses the answer of one operation of a family once, and checks at the end that it was lost.
fn losing(
    stack: &Stack,
    register: &str,
    operation: &str,
    family: &Family,
    test: impl FnOnce() -> Result<()>,
) -> Result<()> {
    stack.misbehave(&[
        "--register",
        register,
        "--operation",
        operation,
        "--mode",
        "lose-answer",
        "--times",
        "1",
        "--match",
        &family.key,
    ])?;
    test().with_context(|| format!("{operation} lost its answer"))?;
    hit(&stack.calm()?, operation)?;
    stack.ledger()?.agrees();
    Ok(())
}

fn hit(rules: &Value, operation: &str) -> Result<()> {
    let rules = rules.as_array().context("calm gives a list")?;
    let hits = rules.iter().filter(|rule| rule["operation"] == operation).map(|rule| &rule["hits"]);
    ensure!(
        hits.clone().all(|hits| hits.as_u64() >= Some(1)) && hits.count() > 0,
        "{operation} was not hit: {rules:?}"
    );
    Ok(())
}

const FORWARD: [(&str, &str, &str); 6] = [
    ("province", "SubmitStatement", "Stella"),
    ("province", "BindNotice", "Bindon"),
    ("province", "RegisterBirth", "Regina"),
    ("province", "PayFee", "Payton"),
    ("province", "OrderCertificate", "Orla"),
    ("federal", "SubmitSinApplication", "Sina"),
];

#[test]
fn each_command_may_lose_its_answer() -> Result<()> {
    let stack = Plan::instant().start()?;
    for (register, operation, word) in FORWARD {
        let family = Family::ordinary(word);
        losing(&stack, register, operation, &family, || {
            stack.notice(&family)?;
            let cases = stack.submit(&family)?;
            cases[0].until_all_three()?;
            let ledger = stack.ledger()?;
            for table in ["registrations", "certificates", "sin_applications"] {
                assert_eq!(ledger.of(table, &cases[0].reference).len(), 1, "{table}");
            }
            assert_eq!(ledger.of("fees", &cases[0].reference).len(), 1, "fees");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn the_hospitals_commands_may_lose_their_answers() -> Result<()> {
    let stack = Plan::instant().start()?;
    let mut family = Family::ordinary("Wardrop");
    for operation in ["SubmitNotice", "AmendNotice"] {
        stack.misbehave(&[
            "--register",
            "province",
            "--operation",
            operation,
            "--mode",
            "lose-answer",
            "--times",
            "1",
        ])?;
        stack.notice(&family)?;
        hit(&stack.calm()?, operation)?;
        family.notice[0]["weight_grams"] = json!(3500);
    }
    assert_eq!(stack.ledger()?.0["notices"].as_array().map(Vec::len), Some(1));
    stack.submit(&family)?[0].until_all_three()?;
    Ok(())
}

#[test]
fn each_undo_before_registration_may_lose_its_answer() -> Result<()> {
    let stack = Plan::instant().start()?;
    for (operation, word) in
        [("UnbindNotice", "Unna"), ("WithdrawStatement", "Wilda"), ("RefundFee", "Refa")]
    {
        let family = Family::ordinary(word);
        stack.misbehave(&[
            "--register",
            "province",
            "--operation",
            "RegisterBirth",
            "--mode",
            "refuse",
            "--reason",
            "NOT_ELIGIBLE",
            "--match",
            &family.key,
        ])?;
        losing(&stack, "province", operation, &family, || {
            stack.notice(&family)?;
            let cases = stack.submit(&family)?;
            cases[0].until("refused and closed", |case| {
                case["closed"] == true && case["birth"]["state"] == "REFUSED"
            })?;
            let ledger = stack.ledger()?;
            assert_eq!(ledger.live("statements", &cases[0].reference), 0);
            assert_eq!(ledger.of("registrations", &cases[0].reference).len(), 0);
            let fees = ledger.of("fees", &cases[0].reference);
            assert_eq!((fees.len(), &fees[0]["state"]), (1, &json!("REFUNDED")));
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn each_undo_of_a_leg_may_lose_its_answer() -> Result<()> {
    let stack = Plan::default().taking(NEVER).start()?;
    let undone = [
        ("province", "CancelOrder", "certificate", "CANCELLED", "Cancella"),
        ("province", "RefundFee", "certificate", "CANCELLED", "Refunda"),
        ("federal", "WithdrawSinApplication", "sin", "WITHDRAWN", "Withna"),
    ];
    for (register, operation, leg, state, word) in undone {
        let family = Family::ordinary(word);
        losing(&stack, register, operation, &family, || {
            stack.notice(&family)?;
            let cases = stack.submit(&family)?;
            cases[0].until_state("certificate", "ORDERED")?;
            cases[0].until_state("sin", "APPLIED")?;
            cases[0].decide("withdraw", "PARENTS_ASKED", &["--leg", leg])?;
            cases[0].until_state(leg, state)?;
            let ledger = stack.ledger()?;
            assert_eq!(ledger.live("registrations", &cases[0].reference), 1, "the birth stands");
            let table = if leg == "sin" { "sin_applications" } else { "certificates" };
            assert_eq!(ledger.live(table, &cases[0].reference), 0);
            if leg == "certificate" {
                cases[0].until_state("fee", "REFUNDED")?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn each_change_of_address_may_lose_its_answer() -> Result<()> {
    let stack = Plan::default().taking(NEVER).start()?;
    let changes = [
        ("province", "UpdateDeliveryAddress", "Addie"),
        ("federal", "UpdateMailingAddress", "Maily"),
    ];
    for (register, operation, word) in changes {
        let family = Family::ordinary(word);
        losing(&stack, register, operation, &family, || {
            stack.notice(&family)?;
            let cases = stack.submit(&family)?;
            cases[0].until_state("certificate", "ORDERED")?;
            cases[0].until_state("sin", "APPLIED")?;
            cases[0].decide(
                "correct-contact",
                "PARENTS_ASKED",
                &["--set", "mailing.line1=99 New Street"],
            )?;
            until_quiet(&stack, operation)
        })?;
    }
    Ok(())
}

/// Waits until the rule for an operation was hit and its question was asked again, going by the worker's own count.
fn until_quiet(stack: &Stack, operation: &str) -> Result<()> {
    tests::eventually(&format!("{operation} is answered"), || {
        let metrics = stack.metrics()?;
        let answered = metrics.lines().any(|line| {
            line.starts_with("newborn_calls_total")
                && line.contains(&format!("operation=\"{operation}\""))
                && line.contains("outcome=\"answered\"")
        });
        Ok(answered)
    })
}

/// The operations that the tests above lose the answers of are all there are.
#[test]
fn no_command_and_no_undo_was_forgotten() -> Result<()> {
    let stack = Plan::instant().start()?;
    let operations = stack.newborn(&["sandbox", "operations"])?;
    let mut known = BTreeSet::new();
    for register in ["province", "federal"] {
        for operation in operations[register].as_array().context("a list of operations")? {
            if ["command", "undo"].iter().any(|kind| operation["kind"] == *kind) {
                known.insert(operation["name"].as_str().context("a name")?.to_owned());
            }
        }
    }
    let covered: BTreeSet<String> = FORWARD
        .iter()
        .map(|(_, operation, _)| *operation)
        .chain([
            "SubmitNotice",
            "AmendNotice",
            "UnbindNotice",
            "WithdrawStatement",
            "RefundFee",
            "CancelOrder",
        ])
        .chain(["WithdrawSinApplication", "UpdateDeliveryAddress", "UpdateMailingAddress"])
        .map(str::to_owned)
        .collect();
    assert_eq!(known, covered);
    Ok(())
}
