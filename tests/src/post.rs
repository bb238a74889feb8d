//! What was sent to the parents of a stack, as the sandbox's message service keeps it.

use anyhow::{Context, Result};

use crate::{Stack, eventually};

/// Mail to this address comes back, as with the real service.
pub const BOUNCES: &str = "perm-fail@simulator.notify";

/// The message service of a stack.
#[derive(Clone, Copy)]
pub struct PostOffice<'a>(pub(crate) &'a Stack);

/// A message as it was sent.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    /// Subject and body.
    pub text: String,
}

impl PostOffice<'_> {
    /// Everything that was sent.
    ///
    /// # Errors
    ///
    /// If the sandbox does not answer.
    pub fn letters(&self) -> Result<Vec<Letter>> {
        let sent = self.0.newborn(&["sandbox", "messages"])?;
        let sent = sent["messages"].as_array().cloned().context("there is no list")?;
        let letter = |it: &serde_json::Value| {
            let said = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            Letter { to: said("to"), text: format!("{}\n{}", said("subject"), said("body")) }
        };
        Ok(sent.iter().map(letter).collect())
    }

    /// Waits for a message to an address that says something, and gives the last one.
    ///
    /// # Errors
    ///
    /// If none comes.
    pub fn letter(&self, to: &str, says: &str) -> Result<Letter> {
        let find = || -> Result<Option<Letter>> {
            let mut letters = self.letters()?.into_iter();
            Ok(letters.rfind(|it| it.to == to && it.text.contains(says)))
        };
        eventually(&format!("a message with {says} is sent"), || Ok(find()?.is_some()))?;
        find()?.context("it was there")
    }

    /// Waits for the link that a parent is sent, and gives its address after the portal's.
    ///
    /// # Errors
    ///
    /// If none comes.
    pub fn link(&self, to: &str) -> Result<String> {
        let letter = self.letter(to, "/en/read/")?;
        let (_, token) = letter.text.split_once("/en/read/").context("it has a link")?;
        let token = token.split_whitespace().next().context("the link has a token")?;
        Ok(format!("/en/read/{token}"))
    }

    /// Waits for a one-time code.
    ///
    /// # Errors
    ///
    /// If none comes.
    pub fn code(&self, to: &str) -> Result<String> {
        let letter = self.letter(to, "Your code is ")?;
        let (_, code) = letter.text.split_once("Your code is ").context("it has a code")?;
        Ok(code.chars().take_while(char::is_ascii_digit).collect())
    }
}
