//! A message service for a test: it takes messages as GC Notify does, and keeps them to be read.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::eventually;

/// Mail to an address with this word in it comes back.
pub const BOUNCES: &str = "bounces";

/// The service, as long as it is not dropped.
pub struct PostOffice {
    address: String,
    key: NamedTempFile,
    letters: Arc<Mutex<Vec<Letter>>>,
}

/// A message as it was sent.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    /// Subject and body.
    pub text: String,
}

impl PostOffice {
    /// # Errors
    ///
    /// If no port is free.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = format!("http://{}/", listener.local_addr()?);
        let mut key = NamedTempFile::new()?;
        key.write_all(b"a-key-for-tests")?;
        let letters = Arc::<Mutex<Vec<Letter>>>::default();
        let kept = letters.clone();
        // It ends with the test's process.
        std::thread::spawn(move || {
            for line in listener.incoming().flatten() {
                if let Err(error) = take(line, &kept) {
                    eprintln!("a message was not understood: {error:#}");
                }
            }
        });
        Ok(Self { address, key, letters })
    }

    /// Where the portal finds it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The file with its key.
    #[must_use]
    pub fn key_file(&self) -> &Path {
        self.key.path()
    }

    /// Everything that was sent.
    ///
    /// # Panics
    ///
    /// If the service panicked.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("nobody panics with it").clone()
    }

    /// Waits for a message to an address that says something, and gives the last one.
    ///
    /// # Errors
    ///
    /// If none comes.
    pub fn letter(&self, to: &str, says: &str) -> Result<Letter> {
        let find = || self.letters().into_iter().rfind(|it| it.to == to && it.text.contains(says));
        eventually(&format!("a message with {says} is sent"), || Ok(find().is_some()))?;
        find().context("it was there")
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

fn take(line: TcpStream, letters: &Mutex<Vec<Letter>>) -> Result<()> {
    let mut reader = BufReader::new(line.try_clone()?);
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if let Some(count) = header.strip_prefix("content-length:") {
            length = count.trim().parse()?;
        }
        if header.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let message: Value = serde_json::from_slice(&body)?;
    let to = message["email_address"].as_str().or(message["phone_number"].as_str());
    let to = to.context("it is for nobody")?.to_owned();
    let words = &message["personalisation"];
    let said = |name: &str| words[name].as_str().unwrap_or_default();
    let text = format!("{}\n{}", said("subject"), said("body"));
    let refused = to.contains(BOUNCES);
    let mut letters = letters.lock().expect("nobody panics with it");
    let id = format!("message-{}", letters.len());
    letters.push(Letter { to, text });
    drop(letters);
    let (status, answer) = match refused {
        true => ("400 Bad Request", json!({ "errors": [] })),
        false => ("201 Created", json!({ "id": id })),
    };
    let answer = answer.to_string();
    let mut line = line;
    write!(
        line,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )?;
    Ok(())
}
