//! Sends parents what they are told: by e-mail or text, in their own language, and without personal data beyond the
//! reference and a link.
//!
//! A message waits in the case file until it is sent. What the message service says later comes through [`callback`].

pub(crate) mod callback;
mod letter;
mod notify;
mod settings;
mod smtp;

use std::{io, time::Duration};

use domain::{
    CaseRef,
    contact::{NotifyBy, Reach},
    facts::Message,
};
use sqlx::PgConnection;
use store::{
    StoreError,
    deliveries::{self, Channel, Pending, Taken},
    one_time_codes, parents,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub use self::settings::MessageSettings;
use self::{letter::Letter, notify::Notify, smtp::Smtp};
use crate::{Portal, logging};

/// How often a message whose case cannot be read is tried before it is given up: for some four minutes.
const TRIES: u32 = 8;

/// How long the courier sleeps when there is nothing to send.
const PAUSE: Duration = Duration::from_secs(1);

/// Who carries messages.
pub enum Courier {
    /// GC Notify's API.
    Notify(Notify),
    /// A mail server; there are no text messages then.
    Smtp(Smtp),
    /// Nobody: parents read everything on their page.
    Nobody,
}

/// Why a message did not go out. It keeps nothing of what the service said, which may repeat whom we write to.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    /// No answer. Asking again may help.
    #[error("the message service does not answer")]
    Away(#[source] Silence),
    /// It is too much, the service failed, or an operator has to put something right, such as a password or a template.
    #[error("the message service answers {code} to {asked}")]
    Later { code: u16, asked: &'static str },
    /// It will never take this address.
    #[error("the message service refuses the address")]
    Refused,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("there is no connection: {0}")]
    Connection(io::ErrorKind),
    #[error("there is no secure connection")]
    Tls,
    #[error("nothing came in time")]
    TimedOut,
    #[error("what came cannot be read")]
    Unreadable,
    #[error("the service cannot do what is asked of it")]
    Impossible,
}

/// Carries messages until told to stop. Several portals may do so at once.
pub(crate) async fn run(portal: Portal, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let more = next(&portal).await.unwrap_or_else(|error| {
            tracing::error!(error = logging::chain(&error), "messages cannot be read");
            false
        });
        if !more {
            tokio::select! {
                () = stop.cancelled() => (),
                () = sleep(PAUSE) => (),
            }
        }
    }
}

/// Sends one message that is due, and says whether there was one. What is wrong with one holds up no other.
async fn next(portal: &Portal) -> Result<bool, StoreError> {
    let mut conn = portal.pool.acquire().await?;
    let taken = deliveries::take(&mut conn, portal.now()).await?;
    drop(conn);
    let Some(Taken { id, attempts, message }) = taken else { return Ok(false) };
    let (whose, sent) = match message {
        Ok(message) => (Some((message.case, message.parent)), send(portal, &message).await),
        Err(error) => (None, Err(error)),
    };
    if let Err(error) = sent {
        stumbled(portal, id, attempts + 1, whose, &error).await?;
    }
    Ok(true)
}

/// What a message cannot be sent without was not there to be read. It waits like any other that failed, and is given up
/// in the end; then the desk sees that the parent is not reached.
async fn stumbled(
    portal: &Portal,
    id: i64,
    attempts: u32,
    whose: Option<(CaseRef, u8)>,
    error: &StoreError,
) -> Result<(), StoreError> {
    let (now, why) = (portal.now(), logging::chain(error));
    let case = whose.map(|(case, _)| case.to_string());
    let mut conn = portal.pool.acquire().await?;
    // A database that does not answer is not the message's fault.
    if attempts < TRIES || matches!(error, StoreError::Database(_)) {
        tracing::error!(message.id = id, case.id = case, attempts, why, "a message cannot be read");
        return deliveries::failed(&mut conn, id, now).await;
    }
    tracing::error!(message.id = id, case.id = case, attempts, why, "a message is given up");
    deliveries::given_up(&mut conn, id, now).await?;
    match whose {
        Some((case, parent)) => callback::bounced(&mut conn, case, parent, now).await,
        None => Ok(()),
    }
}

/// A letter with its way.
struct Post {
    channel: Channel,
    address: String,
    letter: Letter,
}

/// What became of a message that was tried.
enum Sent {
    /// What the service calls it, if it says what becomes of messages.
    Out(Channel, Option<String>),
    Refused(Channel),
    /// Nobody is written to.
    OnPage,
}

/// No transaction is open while the service is asked: what it calls the message is written down at once, and nobody
/// waits for rows meanwhile.
async fn send(portal: &Portal, message: &Pending) -> Result<(), StoreError> {
    let mut conn = portal.pool.acquire().await?;
    let post = prepare(portal, &mut conn, message).await?;
    drop(conn);
    let Some(Post { channel, address, letter }) = post else {
        return mark(portal, message, Sent::OnPage).await;
    };
    let sent = match &portal.courier {
        Courier::Notify(notify) => notify.send(channel, &address, &letter).await.map(Some),
        Courier::Smtp(smtp) => smtp.send(&address, &letter).await.map(|()| None),
        Courier::Nobody => return mark(portal, message, Sent::OnPage).await,
    };
    match sent {
        Ok(sent_as) => mark(portal, message, Sent::Out(channel, sent_as)).await,
        Err(NotSent::Refused) => mark(portal, message, Sent::Refused(channel)).await,
        Err(error @ (NotSent::Away(_) | NotSent::Later { .. })) => {
            let (attempts, why) = (message.attempts + 1, logging::chain(&error));
            tracing::warn!(case.id = %message.case, attempts, why, "a message waits");
            let mut conn = portal.pool.acquire().await?;
            deliveries::failed(&mut conn, message.id, portal.now()).await
        }
    }
}

/// The letter; `None` if there is none to be sent.
async fn prepare(
    portal: &Portal,
    conn: &mut PgConnection,
    message: &Pending,
) -> Result<Option<Post>, StoreError> {
    let Pending { case, parent, .. } = *message;
    if message.closed {
        return Ok(None);
    }
    if message.message == Message::OneTimeCode {
        return prepare_code(portal, conn, message).await;
    }
    let reach = match parents::reach(conn, &portal.keys, case, parent).await {
        Ok(reach) => reach,
        // Nobody is told of a case that was forgotten.
        Err(StoreError::Forgotten(_)) => None,
        Err(error) => return Err(error),
    };
    let Some((channel, address)) = reach.as_ref().and_then(|it| way(&portal.courier, it)) else {
        return Ok(None);
    };
    let link = match message.confirmed {
        true => None,
        false => match parents::find_link(conn, &portal.keys, case, parent).await? {
            // They would not get to their page without it.
            None => return Ok(None),
            link => link,
        },
    };
    let letter = Letter::of(&portal.public_url, message, link.as_deref());
    Ok(Some(Post { channel, address: address.to_owned(), letter }))
}

/// A code goes where the parent was reached before today, also if they want no other messages.
async fn prepare_code(
    portal: &Portal,
    conn: &mut PgConnection,
    message: &Pending,
) -> Result<Option<Post>, StoreError> {
    let Pending { case, parent, occasion, .. } = *message;
    let code = one_time_codes::find(conn, &portal.keys, case, occasion, portal.now()).await?;
    let reach = one_time_codes::way(conn, &portal.keys, case, parent, portal.midnight()).await?;
    let way = reach.as_ref().and_then(|it| any_way(&portal.courier, it));
    let (Some(code), Some((channel, address))) = (code, way) else { return Ok(None) };
    let letter = Letter::with_code(message, &code);
    Ok(Some(Post { channel, address: address.to_owned(), letter }))
}

/// Writes down what became of a message. It is not sent again, and a code that was in it is not kept.
async fn mark(portal: &Portal, message: &Pending, sent: Sent) -> Result<(), StoreError> {
    let Pending { id, case, parent, occasion, .. } = *message;
    let now = portal.now();
    let mut tx = portal.pool.begin().await?;
    match sent {
        Sent::Out(channel, sent_as) => {
            deliveries::sent(&mut tx, id, channel, sent_as.as_deref(), now).await?;
        }
        Sent::Refused(channel) => {
            callback::bounced(&mut tx, case, parent, now).await?;
            deliveries::refused(&mut tx, id, channel, now).await?;
        }
        Sent::OnPage => deliveries::on_page(&mut tx, id, now).await?,
    }
    if message.message == Message::OneTimeCode {
        one_time_codes::forget(&mut tx, occasion).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Any way to a parent that the courier can go: the one they prefer, if they prefer one.
pub(crate) fn any_way<'a>(courier: &Courier, reach: &'a Reach) -> Option<(Channel, &'a str)> {
    let email = reach.email.as_deref().map(|it| (Channel::Email, it));
    let phone = reach.phone.as_deref().map(|it| (Channel::Text, it));
    let other = match courier {
        Courier::Notify(_) => email.or(phone),
        Courier::Smtp(_) => email,
        Courier::Nobody => None,
    };
    way(courier, reach).or(other)
}

/// How a parent is reached, by what the courier can do.
fn way<'a>(courier: &Courier, reach: &'a Reach) -> Option<(Channel, &'a str)> {
    let address = reach.address()?;
    match (reach.notify_by, courier) {
        (NotifyBy::Email, Courier::Notify(_) | Courier::Smtp(_)) => Some((Channel::Email, address)),
        (NotifyBy::Text, Courier::Notify(_)) => Some((Channel::Text, address)),
        (NotifyBy::Text, Courier::Smtp(_))
        | (NotifyBy::Email | NotifyBy::Text, Courier::Nobody)
        | (NotifyBy::Letter | NotifyBy::Nothing, _) => None,
    }
}
