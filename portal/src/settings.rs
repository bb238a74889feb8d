//! What the portal is told when it starts. Nothing here has a silent default: no address, no secret.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;
use domain::{clocks::Clocks, statement::SecondParent};
use secrecy::SecretString;
use temporalio_client::Url;

use crate::{LimitSettings, MessageSettings, SignInSettings};

/// The portal: the parents' form and status page, the staff desk, the JSON API.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Settings {
    /// Where to listen, such as 127.0.0.1:8080.
    #[arg(long, env = "NEWBORN_PORTAL_LISTEN")]
    pub listen: SocketAddr,

    /// The Temporal server, such as http://127.0.0.1:7233.
    #[arg(long, env = "NEWBORN_TEMPORAL_ADDRESS")]
    pub temporal_address: Url,

    /// The Temporal namespace that the workers serve.
    #[arg(long, env = "NEWBORN_TEMPORAL_NAMESPACE")]
    pub temporal_namespace: String,

    /// The case file, such as postgres://user:password@127.0.0.1/newborn.
    #[arg(long, env = "NEWBORN_DATABASE_URL", hide_env_values = true)]
    pub database_url: SecretString,

    /// The file with the key that wraps the keys of the cases: 32 bytes in hexadecimal.
    #[arg(long, env = "NEWBORN_CASE_KEY_FILE")]
    pub case_key_file: PathBuf,

    /// The file with the key of the search hashes: 32 bytes in hexadecimal.
    #[arg(long, env = "NEWBORN_SEARCH_KEY_FILE")]
    pub search_key_file: PathBuf,

    /// The file with the key that the parents' access codes are derived from: 32 bytes in hexadecimal.
    #[arg(long, env = "NEWBORN_ACCESS_KEY_FILE")]
    pub access_key_file: PathBuf,

    #[command(flatten)]
    pub sign_in: SignInSettings,

    /// For development only: the file with tokens of staff for the API, a JSON array of {name, role, token}.
    #[arg(long, env = "NEWBORN_STAFF_FILE")]
    pub staff_file: Option<PathBuf>,

    /// How long new cases wait for what, as JSON in milliseconds; what is left out keeps the lawful value.
    #[arg(long, env = "NEWBORN_CLOCKS", value_parser = read_clocks)]
    pub clocks: Option<Clocks>,

    /// Where browsers find this portal, such as https://births.example.ca.
    #[arg(long, env = "NEWBORN_PUBLIC_URL")]
    pub public_url: Url,

    /// The hosted payment page; without one, nothing can be paid online.
    #[arg(long, env = "NEWBORN_PAYMENT_PAGE")]
    pub payment_page: Option<Url>,

    #[command(flatten)]
    pub messages: MessageSettings,

    #[command(flatten)]
    pub limits: LimitSettings,

    /// How the second parent certifies: PRESENT (in the same sitting), or LINK (also later, through a link).
    #[arg(long, env = "NEWBORN_SECOND_PARENT")]
    pub second_parent: SecondParent,

    /// Whether browsers reach the portal over https; cookies then never travel without it.
    #[arg(long, env = "NEWBORN_PORTAL_HTTPS")]
    pub https: bool,
}

fn read_clocks(text: &str) -> Result<Clocks, serde_json::Error> {
    serde_json::from_str(text)
}
