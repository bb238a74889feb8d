//! A mail server.

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use secrecy::{ExposeSecret, SecretString};

use super::{NotSent, letter::Letter};

/// The server, and whom its mail is from.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// The server by its address: `smtps://user:password@host`, `smtp://host?tls=required`, or for a test `smtp://host:port`.
    pub(super) fn new(
        url: &SecretString,
        from: Mailbox,
    ) -> Result<Self, lettre::transport::smtp::Error> {
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())?.build();
        Ok(Self { transport, from })
    }

    pub(super) async fn send(&self, to: &str, letter: &Letter) -> Result<(), NotSent> {
        let Ok(to) = to.parse::<Mailbox>() else { return Err(NotSent::Refused) };
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|error| NotSent::Away(error.into()))?;
        match self.transport.send(mail).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(NotSent::Refused),
            Err(error) => Err(NotSent::Away(error.into())),
        }
    }
}
