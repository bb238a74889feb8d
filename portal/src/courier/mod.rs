//! Sends parents what they are told: by e-mail or text, in their own language, and without personal data beyond the
//! reference and a link.
//!
//! A message waits in the case file until it is sent. What the message service says later comes through [`callback`].

pub(crate) mod callback;
mod letter;
mod notify;
mod settings;
mod smtp;

use std::time::Duration;

use domain::{
    contact::{NotifyBy, Reach},
    facts::Message,
};
use sqlx::PgConnection;
use store::{
    StoreError,
    deliveries::{self, Channel, Pending},
    one_time_codes, parents,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub use self::settings::MessageSettings;
use self::{letter::Letter, notify::Notify, smtp::Smtp};
use crate::{Portal, logging};

/// How many messages are taken in one transaction.
const BATCH: i64 = 16;

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

/// Why a message did not go out.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    /// Asking again may help.
    #[error("the message service does not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The service says that it is too much, or that it failed.
    #[error("the message service answers {0}")]
    Later(u16),
    /// It will never take this address.
    #[error("the message service refuses the address")]
    Refused,
}

/// Carries messages until told to stop. Several portals may do so at once.
pub(crate) async fn run(portal: Portal, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let more = batch(&portal).await.unwrap_or_else(|error| {
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

/// Sends what is due, and says whether there may be more.
async fn batch(portal: &Portal) -> Result<bool, StoreError> {
    let mut tx = portal.pool.begin().await.map_err(StoreError::Database)?;
    let due = deliveries::pending(&mut tx, BATCH, portal.now()).await?;
    let full = due.len() == usize::try_from(BATCH).unwrap_or(usize::MAX);
    for message in &due {
        send(portal, &mut tx, message).await?;
    }
    tx.commit().await.map_err(StoreError::Database)?;
    Ok(full)
}

async fn send(
    portal: &Portal,
    conn: &mut PgConnection,
    message: &Pending,
) -> Result<(), StoreError> {
    let Pending { id, case, parent, .. } = *message;
    if message.closed {
        return deliveries::on_page(conn, id, portal.now()).await;
    }
    if message.message == Message::OneTimeCode {
        return send_code(portal, conn, message).await;
    }
    let reach = match parents::reach(conn, &portal.keys, case, parent).await {
        Ok(reach) => reach,
        // Nobody is told of a case that was forgotten.
        Err(StoreError::Forgotten(_)) => None,
        Err(error) => return Err(error),
    };
    let Some((channel, address)) = reach.as_ref().and_then(|it| way(&portal.courier, it)) else {
        return deliveries::on_page(conn, id, portal.now()).await;
    };
    let link = if message.confirmed {
        None
    } else {
        parents::find_link(conn, &portal.keys, case, parent).await?
    };
    let letter = Letter::of(&portal.public_url, message, link.as_deref());
    carry(portal, conn, message, (channel, address), &letter).await
}

/// A code goes where the parent was reached before today, also if they want no other messages.
async fn send_code(
    portal: &Portal,
    conn: &mut PgConnection,
    message: &Pending,
) -> Result<(), StoreError> {
    let Pending { id, case, parent, occasion, .. } = *message;
    let now = portal.now();
    let code = one_time_codes::find(conn, &portal.keys, case, occasion, now).await?;
    let reach = one_time_codes::way(conn, &portal.keys, case, parent, portal.midnight()).await?;
    let way = reach.as_ref().and_then(|it| any_way(&portal.courier, it));
    let (Some(code), Some(way)) = (code, way) else {
        return deliveries::on_page(conn, id, now).await;
    };
    carry(portal, conn, message, way, &Letter::with_code(message, &code)).await
}

async fn carry(
    portal: &Portal,
    conn: &mut PgConnection,
    message: &Pending,
    (channel, address): (Channel, &str),
    letter: &Letter,
) -> Result<(), StoreError> {
    let Pending { id, case, parent, .. } = *message;
    let sent = match &portal.courier {
        Courier::Notify(notify) => notify.send(channel, address, letter).await.map(Some),
        Courier::Smtp(smtp) => smtp.send(address, letter).await.map(|()| None),
        Courier::Nobody => return deliveries::on_page(conn, id, portal.now()).await,
    };
    let now = portal.now();
    match sent {
        Ok(sent_as) => deliveries::sent(conn, id, channel, sent_as.as_deref(), now).await,
        Err(NotSent::Refused) => {
            callback::bounced(conn, case, parent, now).await?;
            deliveries::refused(conn, id, channel, now).await
        }
        Err(error @ (NotSent::Away(_) | NotSent::Later(_))) => {
            let (attempts, why) = (message.attempts + 1, logging::chain(&error));
            tracing::warn!(case.id = %case, attempts, why, "a message waits");
            deliveries::failed(conn, id, now).await
        }
    }
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
