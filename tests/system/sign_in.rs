//! Staff sign in through the running stack: from the desk to the provider of identities, and back.

use anyhow::{Context, Result, ensure};
use tests::{Browser, Stack, browser::Shown, stack::Plan};

/// The address behind the first link or form of a page that begins like this, as it is written.
fn follows<'a>(page: &'a Shown, before: &str) -> Result<&'a str> {
    let (_, rest) = page.text.split_once(before).with_context(|| page.text.clone())?;
    rest.split('"').next().context("it ends")
}

/// The inputs that a page's form sends along, hidden.
fn hidden(page: &Shown) -> Vec<(String, String)> {
    let inputs = page.text.split("<input type=\"hidden\" name=\"").skip(1);
    let read = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"")?;
        Some((name.to_owned(), rest.split('"').next()?.to_owned()))
    };
    inputs.filter_map(read).collect()
}

/// From the desk to the provider, where somebody says who they are, and back.
fn signs_in(stack: &Stack, language: &str, who: &str) -> Result<Browser> {
    let mut browser = Browser::at(stack)?;
    let desk = browser.page(&format!("/{language}/desk"))?;
    let button = follows(&desk, "<a class=\"button\" href=\"")?.to_owned();
    let sent = browser.page(&button)?;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert!(sent.location.starts_with(&stack.address("identity")?), "{}", sent.location);

    let mut elsewhere = Browser::at_address(&stack.address("identity")?);
    let asks = elsewhere.page_at(&sent.location)?;
    assert_eq!(asks.status, 200, "{}", asks.text);
    let mut inputs = hidden(&asks);
    inputs.push(("person".to_owned(), who.to_owned()));
    let inputs: Vec<_> = inputs.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
    let back = elsewhere.take("/authorize", &inputs)?;

    let arrived = browser.page_at(&back)?;
    ensure!(arrived.status == 303, "not signed in: {} {}", arrived.status, arrived.text);
    assert_eq!(arrived.location, format!("/{language}/desk"));
    Ok(browser)
}

#[test]
fn everybody_signs_in_with_the_provider_and_sees_the_desk_in_their_role() -> Result<()> {
    let stack = Plan::instant().start()?;
    let nobody = Browser::at(&stack)?.page("/en/desk")?;
    assert!(!nobody.text.contains("Cases on the desk"), "{}", nobody.text);
    for (language, who, role) in [
        ("en", "alex", "officer"),
        ("fr", "sam", "supervision"),
        ("en", "robin", "registrar"),
        ("en", "noor", "operator"),
        ("fr", "jo", "vérification"),
        ("en", "kim", "viewer"),
    ] {
        let mut browser = signs_in(&stack, language, who)?;
        let desk = browser.page(&format!("/{language}/desk"))?;
        assert!(desk.text.contains(&format!("{who} ({role})")), "{}", desk.text);

        // And out again: the provider sends them back to the desk, which asks who they are.
        let held = browser.cookie.clone();
        let out = browser.send(&format!("/{language}/desk/sign-out"), &[])?;
        let there = follows(&out, "<a class=\"button\" href=\"")?.replace("&#38;", "&");
        let back = Browser::at_address(&stack.address("identity")?).page_at(&there)?;
        let portal = stack.address("portal")?;
        assert_eq!((back.status, back.location), (303, format!("{portal}/{language}/desk")));
        browser.cookie = held;
        let desk = browser.page(&format!("/{language}/desk"))?;
        assert!(!desk.text.contains(who), "{}", desk.text);
    }
    let refused = signs_in(&stack, "en", "nobody").err().context("nobody was signed in")?;
    assert!(refused.to_string().contains("403"), "{refused}");

    // Whoever decides by token and whoever signs in are one person: the log has one reference for both.
    let log = std::fs::read_to_string(stack.file("logs/portal.log"))?;
    assert!(log.contains("a member of staff is signed in"), "{log}");
    assert!(!log.contains("alex"), "a name was logged");
    Ok(())
}
