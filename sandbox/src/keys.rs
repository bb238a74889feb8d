//! Keys: what makes a call that comes twice be worked once, and an undo that comes first be the last word.

use prost::Message;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row};

use crate::{
    calls::Command,
    events::{self, Events},
    faults::Fault,
    moment::Moment,
};

/// A key, read: `<subject>/<step>/<generation>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    text: String,
    subject: String,
    step: String,
    pub generation: i64,
}

impl Key {
    /// Reads a key that stands in `field`.
    ///
    /// # Errors
    ///
    /// [`Fault::InvalidFields`] naming the field, when the text is not a key.
    pub fn read(field: &str, text: &str) -> Result<Self, Fault> {
        let parts: Vec<&str> = text.split('/').collect();
        let [subject, step, generation] = parts[..] else { return Err(Fault::field(field)) };
        let word = |part: &str| {
            (1..=64).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_graphic())
        };
        let number: i64 = generation.parse().map_err(|_| Fault::field(field))?;
        // A number has one written form, so that one generation is one key.
        if !word(subject) || !word(step) || number < 1 || number.to_string() != generation {
            return Err(Fault::field(field));
        }
        let (subject, step) = (subject.into(), step.into());
        Ok(Self { text: text.into(), subject, step, generation: number })
    }

    /// The key as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// What an undo came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undoing {
    Undone,
    NothingToUndo,
    TooLate,
}

/// What the register knows of a key.
pub enum Known<A> {
    /// Nothing: the work may be done.
    New,
    /// It was answered like this.
    Answered(A),
    /// It must not be worked any more.
    Shut,
}

/// Reads and checks all keys of a command: they are keys, and they are all of one subject.
///
/// # Errors
///
/// [`Fault::InvalidFields`] naming the fields.
pub fn check<C: Command>(command: &C) -> Result<Key, Fault> {
    let key = Key::read("idempotency_key", command.key())?;
    if key.subject != command.subject() {
        return Err(Fault::field("idempotency_key"));
    }
    for (field, named) in command.named_keys() {
        if Key::read(field, named)?.subject != key.subject {
            return Err(Fault::field(field));
        }
    }
    Ok(key)
}

/// Takes the key, and for an undo the undone key too, for this transaction, and says what is known of it.
///
/// # Errors
///
/// [`Fault::InProgress`] while another call holds one of them, [`Fault::KeyReused`] when the key was used for another call.
pub async fn open<C: Command>(
    conn: &mut PgConnection,
    command: &C,
    key: &Key,
) -> Result<Known<C::Answer>, Fault> {
    let row = sqlx::query("select * from open_key($1, $2, $3, $4, $5)")
        .bind(key.as_str())
        .bind(&key.subject)
        .bind(&key.step)
        .bind(key.generation)
        .bind(command.undoes())
        .fetch_one(conn)
        .await?;
    if !row.get::<bool, _>("held") {
        return Err(Fault::InProgress);
    }
    match row.get::<Option<Vec<u8>>, _>("request_digest") {
        Some(kept) if kept == digest(command) => {
            Ok(Known::Answered(C::Answer::decode(row.get::<&[u8], _>("answer"))?))
        }
        Some(_) => Err(Fault::KeyReused),
        None if row.get("shut") => Ok(Known::Shut),
        None => Ok(Known::New),
    }
}

/// What is kept under a key, `$5` to `$11` and `$4`.
macro_rules! keeping {
    () => {
        "insert into answered_keys
             (key, subject, step, generation, operation, request_digest, answer, answered_at)
         values ($5, $6, $7, $8, $9, $10, $11, $4)"
    };
}

/// Keeps the answer under the key, and tells the events. The last statement of a command.
///
/// # Errors
///
/// Those of the database.
pub async fn keep<C: Command>(
    conn: &mut PgConnection,
    command: &C,
    key: &Key,
    answer: &C::Answer,
    events: &Events,
    now: Moment,
) -> Result<(), Fault> {
    // Without an event, nobody need wait for the counter.
    let statement =
        if events.is_empty() { keeping!() } else { concat!(events::telling!(), keeping!()) };
    sqlx::query(statement)
        .bind(&events.ids)
        .bind(&events.cases)
        .bind(&events.kinds)
        .bind(now.to_sqlx())
        .bind(key.as_str())
        .bind(&key.subject)
        .bind(&key.step)
        .bind(key.generation)
        .bind(C::OPERATION.name())
        .bind(digest(command))
        .bind(answer.encode_to_vec())
        .execute(conn)
        .await?;
    Ok(())
}

/// Shuts the door on a command that may still come.
///
/// # Errors
///
/// Those of the database.
pub async fn shut(conn: &mut PgConnection, key: &str, now: Moment) -> Result<(), Fault> {
    sqlx::query("insert into undone_keys (key, undone_at) values ($1, $2) on conflict do nothing")
        .bind(key)
        .bind(now.to_sqlx())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether the door was shut on this key.
///
/// # Errors
///
/// Those of the database.
pub async fn is_shut(conn: &mut PgConnection, key: &str) -> Result<bool, Fault> {
    Ok(sqlx::query_scalar("select exists (select from undone_keys where key = $1)")
        .bind(key)
        .fetch_one(conn)
        .await?)
}

/// SHA-256 of the operation and its business fields; the context was taken out before.
fn digest<C: Command>(command: &C) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(C::OPERATION.name());
    hash.update([0]);
    hash.update(command.encode_to_vec());
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_subject_a_step_and_a_generation() {
        let key = Key::read("idempotency_key", "NB-1/statement/2").unwrap();
        assert_eq!(
            (key.subject.as_str(), key.step.as_str(), key.generation),
            ("NB-1", "statement", 2)
        );
    }

    #[test]
    fn what_is_not_a_key_is_refused() {
        for text in [
            "",
            "NB-1",
            "NB-1/statement",
            "NB-1/statement/0",
            "NB-1/statement/x",
            "NB-1/statement/+1",
            "NB-1/statement/01",
            "NB-1//1",
            "a/b/c/1",
        ] {
            assert!(Key::read("idempotency_key", text).is_err(), "{text}");
        }
    }
}
