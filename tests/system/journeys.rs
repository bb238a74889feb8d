//! Journeys of ordinary and less ordinary families.

use anyhow::Result;
use tests::{Family, stack::Plan};

#[test]
fn an_ordinary_baby_gets_all_three() -> Result<()> {
    let stack = Plan::default().taking("0.3").start()?;
    let family = Family::ordinary("Ordinary");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let case = cases[0].until_all_three()?;
    assert_eq!(case["fee"]["state"], "EARNED");
    assert_eq!(case["desk"], serde_json::Value::Null);
    let ledger = stack.ledger()?;
    assert_eq!(ledger.live("registrations", &cases[0].reference), 1);
    assert_eq!(ledger.live("certificates", &cases[0].reference), 1);
    assert_eq!(ledger.live("sin_applications", &cases[0].reference), 1);
    Ok(())
}
