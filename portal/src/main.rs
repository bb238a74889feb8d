//! The portal's process.

use anyhow::Context;
use clap::Parser;
use portal::{Portal, Settings, logging, serve, told_to_stop};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("another TLS provider is installed"))?;
    let settings = Settings::parse();
    logging::start();
    let portal = Portal::open(&settings).await?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("{} is not free to listen on", settings.listen))?;
    serve(listener, portal, told_to_stop()).await
}
