//! Everything that can be set, from flags or environment. Nothing that matters has a silent default.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, Parser};
use secrecy::SecretString;

use crate::register::Pace;

/// Both jurisdictions' registers on one machine, for development and tests. They can be told to misbehave.
///
/// What the registers hold, and what is due to happen by itself, is in their databases and survives a kill. Misbehaviour
/// is kept in memory: a restart calms it.
#[derive(Debug, Clone, Parser)]
#[command(name = "sandbox", version)]
pub struct Settings {
    /// Address and port for the province's gRPC services, with mutual TLS.
    #[arg(long, env = "NEWBORN_SANDBOX_PROVINCE_LISTEN", value_name = "ADDRESS:PORT")]
    pub province_listen: SocketAddr,

    /// Address and port for the federal gRPC services, with mutual TLS.
    #[arg(long, env = "NEWBORN_SANDBOX_FEDERAL_LISTEN", value_name = "ADDRESS:PORT")]
    pub federal_listen: SocketAddr,

    /// Address and port for health, metrics, the control of the sandbox, the payment page and the message service. Plain
    /// HTTP without any authentication: give it a loopback address.
    #[arg(long, env = "NEWBORN_SANDBOX_HTTP_LISTEN", value_name = "ADDRESS:PORT")]
    pub http_listen: SocketAddr,

    /// The province's database: postgres://user:password@host:port/database. Tables are made when missing.
    #[arg(
        long,
        env = "NEWBORN_SANDBOX_PROVINCE_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub province_database_url: SecretString,

    /// The federal database, which the province's role cannot read: postgres://user:password@host:port/database.
    #[arg(
        long,
        env = "NEWBORN_SANDBOX_FEDERAL_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub federal_database_url: SecretString,

    /// Directory with ca.pem, province.pem, province.key, federal.pem, federal.key, hospital.pem and hospital.key.
    #[arg(long, env = "NEWBORN_SANDBOX_TLS_DIR", value_name = "DIRECTORY")]
    pub tls_dir: PathBuf,

    /// Where the message service says what became of each message; nobody is told without it.
    #[arg(
        long,
        env = "NEWBORN_SANDBOX_NOTIFY_CALLBACK_URL",
        requires = "notify_callback_token_file"
    )]
    pub notify_callback_url: Option<String>,

    /// File with the bearer token for that.
    #[arg(
        long,
        env = "NEWBORN_SANDBOX_NOTIFY_CALLBACK_TOKEN_FILE",
        requires = "notify_callback_url",
        value_name = "FILE"
    )]
    pub notify_callback_token_file: Option<PathBuf>,

    #[command(flatten)]
    pub identity: IdentitySettings,

    /// Seconds from the acceptance of a certificate order to its production; fractions allowed, 0 is at once.
    #[arg(long, env = "NEWBORN_SANDBOX_PRODUCTION_SECONDS", value_parser = seconds, value_name = "SECONDS")]
    pub production_seconds: Duration,

    /// Seconds from production to mailing; fractions allowed, 0 is at once.
    #[arg(long, env = "NEWBORN_SANDBOX_MAILING_SECONDS", value_parser = seconds, value_name = "SECONDS")]
    pub mailing_seconds: Duration,

    /// Seconds from the receipt of a SIN application to the issuing of the number; fractions allowed, 0 is at once.
    #[arg(long, env = "NEWBORN_SANDBOX_ISSUING_SECONDS", value_parser = seconds, value_name = "SECONDS")]
    pub issuing_seconds: Duration,
}

/// The provider of identities for the staff; without an address there is none.
#[derive(Debug, Clone, Default, Args)]
pub struct IdentitySettings {
    /// Loopback address and port for a provider of identities (OpenID Connect) where anybody may be anybody.
    #[arg(
        long,
        env = "NEWBORN_SANDBOX_IDENTITY_LISTEN",
        requires_all = ["identity_portal", "identity_people_file", "identity_secret_file"],
        value_name = "ADDRESS:PORT"
    )]
    pub identity_listen: Option<SocketAddr>,

    /// The portal that it signs people in to, as browsers find it.
    #[arg(long, env = "NEWBORN_SANDBOX_IDENTITY_PORTAL", value_name = "URL")]
    pub identity_portal: Option<String>,

    /// File with the people whom it knows: a JSON array of {name, role}; what else stands there is left alone.
    #[arg(long, env = "NEWBORN_SANDBOX_IDENTITY_PEOPLE_FILE", value_name = "FILE")]
    pub identity_people_file: Option<PathBuf>,

    /// File with the secret that it shares with the portal.
    #[arg(long, env = "NEWBORN_SANDBOX_IDENTITY_SECRET_FILE", value_name = "FILE")]
    pub identity_secret_file: Option<PathBuf>,
}

impl Settings {
    /// How long what happens by itself takes.
    #[must_use]
    pub const fn pace(&self) -> Pace {
        Pace {
            production: self.production_seconds,
            mailing: self.mailing_seconds,
            issuing: self.issuing_seconds,
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
