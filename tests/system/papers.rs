//! A case that needs a paper waits for it, and nothing is submitted before.

use anyhow::{Context, Result, ensure};
use reqwest::{Client, header, redirect::Policy};
use serde_json::{Value, json};
use tests::{Case, Family, PATIENCE, Stack, stack::Plan};

/// Looks that do not take hours, and papers that are due at once or in an hour.
fn plan(papers_ms: u64) -> Plan {
    let looks = json!({
        "first_look_ms": 1000, "longest_look_ms": 1000, "papers_ms": papers_ms,
        "paper_reminders_ms": [300, 600],
    });
    Plan::instant().clocks(&looks)
}

const HOUR_MS: u64 = 3600 * 1000;

fn single_name(word: &str) -> Family {
    Family::ordinary(word)
        .with("/children/0/name", json!({ "kind": "SINGLE", "single": format!("Suharto{word}") }))
}

fn paper_is(case: &Value, state: &str) -> bool {
    case["papers"][0]["state"] == state
}

/// Sends a file through the parents' page, as a browser does.
fn send(stack: &Stack, case: &Case<'_>, file: &str) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let portal = stack.address("portal")?.trim_end_matches('/').to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let browser = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?;
        let code = case.access_code.replace(' ', "");
        let opened = browser
            .post(format!("{portal}/en/status"))
            .header(header::ORIGIN, &portal)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("reference={}&code={code}", case.reference))
            .send()
            .await?;
        let cookie = opened.headers().get(header::SET_COOKIE).context("the code opens nothing")?;
        let cookie = cookie.to_str()?.split(';').next().unwrap_or_default().to_owned();
        let part = |head: &str, content: &str| {
            format!("--edge\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let body = [
            part("name=\"paper\"", "SINGLE_NAME"),
            part("name=\"file\"; filename=\"scan.pdf\"", file),
            "--edge--\r\n".to_owned(),
        ];
        let sent = browser
            .post(format!("{portal}/en/case/{}/papers", case.reference))
            .header(header::ORIGIN, &portal)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(body.concat())
            .send()
            .await?;
        let status = sent.status();
        ensure!(status.as_u16() == 303, "the page answered {status}: {}", sent.text().await?);
        Ok(())
    })
}

const SINGLE: [&str; 2] = ["--paper", "SINGLE_NAME"];

#[test]
fn a_single_name_waits_for_its_paper_and_is_registered_once_an_officer_accepts_it() -> Result<()> {
    let stack = plan(HOUR_MS).start()?;
    let family = single_name("Uno");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let case = &cases[0];
    case.until_state("birth", "WAITING_PAPERS")?;
    // It is reminded of, so it has looked; and nothing has gone to the province.
    let reminded = |case: &Value| case["timeline"].to_string().contains("papers-reminded");
    let waiting = case.until("reminded", reminded)?;
    assert!(paper_is(&waiting, "MISSING") && waiting["desk"].is_null(), "{waiting:#}");
    assert!(stack.ledger()?.of("statements", &case.reference).is_empty());

    send(&stack, case, "%PDF-1.7 the first scan")?;
    case.until_on_desk("PAPERS_TO_CHECK")?;
    case.decide("refuse-papers", "PAPER_UNREADABLE", &SINGLE)?;
    let refused = case.until("refused and off the desk", |case| {
        paper_is(case, "REFUSED") && case["desk"].is_null()
    })?;
    assert_eq!(refused["birth"]["state"], "WAITING_PAPERS");
    let (why, code) = case.decide_ending("refuse-papers", "PAPER_UNREADABLE", &SINGLE)?;
    assert!(code == 1 && why.to_string().contains("NO_PAPER_CAME"), "{why}");

    send(&stack, case, "%PDF-1.7 a sharper scan")?;
    case.until_on_desk("PAPERS_TO_CHECK")?;
    case.decide("accept-papers", "PAPER_IN_ORDER", &SINGLE)?;
    let done = case.until_all_three()?;
    assert!(paper_is(&done, "ACCEPTED") && done["desk"].is_null(), "{done:#}");
    let ledger = stack.ledger()?;
    for table in ["registrations", "certificates", "sin_applications"] {
        assert_eq!(ledger.live(table, &case.reference), 1, "{table}");
    }
    let (why, code) = case.decide_ending("accept-papers", "PAPER_IN_ORDER", &SINGLE)?;
    assert_eq!(code, 1, "{why}");
    Ok(())
}

#[test]
fn a_paper_that_is_overdue_goes_to_a_person_and_may_come_in_the_mail() -> Result<()> {
    let stack = plan(300).start()?;
    let family = single_name("Duo");
    stack.notice(&family)?;
    let cases = stack.submit(&family)?;
    let case = cases[0].until_on_desk("PAPERS_OVERDUE")?;
    assert_eq!(case["birth"]["state"], "WAITING_PAPERS");
    assert_eq!(case["desk"]["owner"], "OFFICER");
    cases[0].decide("accept-papers", "PAPER_IN_ORDER", &SINGLE)?;
    let done = cases[0].until_all_three()?;
    assert!(done["desk"].is_null(), "{done:#}");
    Ok(())
}

#[test]
fn a_case_that_waits_for_a_paper_is_withdrawn_and_continues_as_new() -> Result<()> {
    let clocks = json!({"first_look_ms": 150, "longest_look_ms": 150, "history_events": 20});
    let stack = Plan::instant().clocks(&clocks).start()?;
    let cases = stack.submit(&single_name("Tre"))?;
    cases[0].until_state("birth", "WAITING_PAPERS")?;
    cases[0].until_continued_as_new()?;
    let waiting = cases[0].show()?;
    assert!(paper_is(&waiting, "MISSING") && waiting["closed"] == false, "{waiting:#}");
    cases[0].decide("withdraw", "PARENTS_ASKED", &[])?;
    let case = cases[0].until("withdrawn and closed", |case| case["closed"] == true)?;
    assert_eq!(case["birth"]["state"], "WITHDRAWN");
    assert!(stack.ledger()?.of("statements", &cases[0].reference).is_empty());
    Ok(())
}
