//! A case that waits long continues as new, and forgets nothing.

use anyhow::Result;
use serde_json::json;
use tests::{Family, history, stack::Plan};

#[test]
fn a_case_that_waits_for_its_notice_continues_as_new() -> Result<()> {
    let clocks = json!({"first_look_ms": 150, "longest_look_ms": 150, "history_events": 20});
    let stack = Plan::default().taking("0.3").clocks(&clocks).start()?;
    let family = Family::ordinary("Patience");
    let cases = stack.submit(&family)?;
    cases[0].until_state("birth", "WAITING_NOTICE")?;
    let temporal = stack.address("temporal")?;
    let namespace = stack.address("temporal_namespace")?;
    let case = cases[0].reference.clone();
    let runtime = tokio::runtime::Runtime::new()?;
    let first = runtime.block_on(async {
        history::run_id(&history::client(&temporal, &namespace).await?, &case).await
    })?;
    tests::eventually("the case has continued as new", || {
        let now = runtime.block_on(async {
            history::run_id(&history::client(&temporal, &namespace).await?, &case).await
        })?;
        Ok(now != first)
    })?;
    stack.notice(&family)?;
    cases[0].until_all_three()?;
    let ledger = stack.ledger()?;
    assert_eq!(ledger.of("statements", &case).len(), 1);
    assert_eq!(ledger.of("fees", &case).len(), 1);
    Ok(())
}
