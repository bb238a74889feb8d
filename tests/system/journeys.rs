//! Journeys of ordinary and less ordinary families.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::Result;
use tests::{Family, PATIENCE, stack::Plan};

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

#[test]
fn who_sends_far_too_much_is_heard_out_and_told() -> Result<()> {
    let stack = Plan::instant().start()?;
    let portal = stack.address("portal")?;
    let mut line = TcpStream::connect(portal.trim_start_matches("http://").trim_end_matches('/'))?;
    line.set_read_timeout(Some(PATIENCE))?;
    let body = vec![b'a'; 10 * 1024 * 1024];
    write!(
        line,
        "POST /api/v1/submissions HTTP/1.1\r\nhost: portal.test\r\nconnection: close\r\nidempotency-key: far-too-much\r\n\
        content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )?;
    // Many programs read no answer before they have sent everything.
    line.write_all(&body)?;
    let mut answer = String::new();
    line.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        answer.contains("application/problem+json") && answer.contains("\"TOO_LARGE\""),
        "{answer}"
    );
    Ok(())
}
