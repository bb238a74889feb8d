//! The sandbox as a program.

use anyhow::{Context, anyhow};
use clap::Parser;
use sandbox::{Listeners, Settings, serve};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| anyhow!("TLS is set up already"))?;
    let settings = Settings::parse();
    tell_in_json();
    let listeners = Listeners::bind(&settings).await?;
    serve(settings, listeners, told_to_stop()?).await
}

fn tell_in_json() {
    let filter = EnvFilter::try_from_env("NEWBORN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).init();
}

fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot hear SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot hear SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
