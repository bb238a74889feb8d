//! A mail server.

use std::{error::Error as _, io, time::Duration};

use lettre::{
    Address, Message,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Tls, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{NotSent, Silence, letter::Letter};

/// How long the server may take for one message.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long we wait for it to say goodbye once it has the message.
const GOODBYE: Duration = Duration::from_secs(1);

/// What a server answers when there is no such mailbox. All else may be put right by an operator.
const NO_SUCH_ADDRESS: [u16; 3] = [550, 551, 553];

/// The server, and whom its mail is from.
///
/// We speak with it command by command: the same code means another thing at another command, and lettre's own transport
/// does not say which one was refused.
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    /// Who we say we are.
    name: ClientId,
    credentials: Option<Credentials>,
    from: Mailbox,
}

/// Why an address is not that of a mail server. Does not quote it: there is a password in it.
#[derive(Debug, thiserror::Error)]
pub enum NoServer {
    #[error("it cannot be read as an address")]
    Unreadable,
    #[error(
        "it begins with neither smtp nor smtps, or asks for tls that is neither required nor opportunistic"
    )]
    Scheme,
    #[error("its certificates cannot be checked")]
    Tls(#[source] Error),
}

impl Smtp {
    /// The server by its address: `smtps://user:password@host`, `smtp://host?tls=required`, or for a test `smtp://host:port`.
    pub(super) fn new(url: &SecretString, from: Mailbox) -> Result<Self, NoServer> {
        let url = Url::parse(url.expose_secret()).map_err(|_| NoServer::Unreadable)?;
        let host = url.host_str().ok_or(NoServer::Unreadable)?.to_owned();
        let asked = url.query_pairs().find(|(name, _)| name == "tls");
        let checked = || TlsParameters::new(host.clone()).map_err(NoServer::Tls);
        let (port, tls) = match (url.scheme(), asked.as_ref().map(|(_, it)| it.as_ref())) {
            ("smtp", None) => (SMTP_PORT, Tls::None),
            ("smtp", Some("required")) => (SUBMISSION_PORT, Tls::Required(checked()?)),
            ("smtp", Some("opportunistic")) => (SUBMISSION_PORT, Tls::Opportunistic(checked()?)),
            ("smtps", _) => (SUBMISSIONS_PORT, Tls::Wrapper(checked()?)),
            _ => return Err(NoServer::Scheme),
        };
        let name = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        let decoded = |text: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(String::from).map_err(|_| NoServer::Unreadable)
        };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(decoded(url.username())?, decoded(password)?)),
            None => None,
        };
        Ok(Self { port: url.port().unwrap_or(port), host, tls, name, credentials, from })
    }

    pub(super) async fn send(&self, to: &str, letter: &Letter) -> Result<(), NotSent> {
        let Ok(to) = to.parse::<Mailbox>() else { return Err(NotSent::Refused) };
        let address = to.email.clone();
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.body.clone())
            .map_err(|_| NotSent::Away(Silence::Impossible))?;
        let carried = timeout(PATIENCE, self.carry(address, &mail.formatted())).await;
        carried.unwrap_or(Err(NotSent::Away(Silence::TimedOut)))
    }

    async fn carry(&self, to: Address, mail: &[u8]) -> Result<(), NotSent> {
        let mut server = self.connect().await?;
        let carried = self.hand_over(&mut server, to, mail).await;
        // What it took, it took, whether it says goodbye or not.
        drop(timeout(GOODBYE, server.abort()).await);
        carried
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, NotSent> {
        let wrapped = match &self.tls {
            Tls::Wrapper(checked) => Some(checked.clone()),
            Tls::None | Tls::Opportunistic(_) | Tls::Required(_) => None,
        };
        let there = (self.host.as_str(), self.port);
        let connected =
            AsyncSmtpConnection::connect_tokio1(there, Some(PATIENCE), &self.name, wrapped, None);
        let mut server = connected.await.map_err(at("EHLO"))?;
        let upgraded = match &self.tls {
            Tls::Required(checked) => Some(checked),
            Tls::Opportunistic(checked) if server.can_starttls() => Some(checked),
            Tls::None | Tls::Opportunistic(_) | Tls::Wrapper(_) => None,
        };
        if let Some(checked) = upgraded {
            server.starttls(checked.clone(), &self.name).await.map_err(at("STARTTLS"))?;
        }
        if let Some(credentials) = &self.credentials {
            server.auth(DEFAULT_MECHANISMS, credentials).await.map_err(at("AUTH"))?;
        }
        Ok(server)
    }

    async fn hand_over(
        &self,
        server: &mut AsyncSmtpConnection,
        to: Address,
        mail: &[u8],
    ) -> Result<(), NotSent> {
        let mut with = Vec::new();
        if !to.to_string().is_ascii() {
            if !server.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(NotSent::Refused);
            }
            with.push(MailParameter::SmtpUtfEight);
        }
        let from = Some(self.from.email.clone());
        server.command(Mail::new(from, with)).await.map_err(at("MAIL"))?;
        server.command(Rcpt::new(to, Vec::new())).await.map_err(|error| match code(&error) {
            Some(code) if NO_SUCH_ADDRESS.contains(&code) => NotSent::Refused,
            _ => at("RCPT")(error),
        })?;
        server.command(Data).await.map_err(at("DATA"))?;
        server.message(mail).await.map_err(at("the mail"))?;
        Ok(())
    }
}

fn code(error: &Error) -> Option<u16> {
    error.status().map(u16::from)
}

/// What kind of error it is. Its text is what the server says, who may repeat whom we write to: nothing of it is kept.
fn at(asked: &'static str) -> impl Fn(Error) -> NotSent {
    move |error| {
        if let Some(code) = code(&error) {
            return NotSent::Later { code, asked };
        }
        NotSent::Away(if error.is_timeout() {
            Silence::TimedOut
        } else if error.is_tls() {
            Silence::Tls
        } else if error.is_response() {
            Silence::Unreadable
        } else if error.is_client() {
            Silence::Impossible
        } else {
            let cause = error.source().and_then(|it| it.downcast_ref::<io::Error>());
            Silence::Connection(cause.map_or(io::ErrorKind::Other, io::Error::kind))
        })
    }
}
