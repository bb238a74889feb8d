//! The worker: settings, connections, registration of workflows and activities, run.

mod bench;
mod connections;
mod health;
mod queues;
mod settings;

use anyhow::Context;
use clap::Parser;
use futures::future::try_join_all;
use settings::Settings;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider().install_default().ok();
    let settings = Settings::parse();
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("NEWBORN_LOG")
                .unwrap_or_else(|_| "info".into()),
        )
        .init();
    // A panic's message may quote what somebody typed: only its place is logged.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        tracing::error!(at, "panic");
    }));
    let metrics = prometheus::default_registry();

    let file = connections::case_file(&settings).await?;
    let temporal = connections::temporal(&settings).await?;
    let registers = connections::registers(&settings, metrics)?;

    let mut workers = queues::workers(&settings, &temporal, &file, &registers)?;
    let stops: Vec<_> = workers.iter().map(|worker| worker.shutdown_handle()).collect();
    let consumers = queues::consumers(&temporal, &file, &registers, metrics)?;
    let health =
        health::serve(settings.http_listen, file.pool().clone(), temporal.client.clone()).await?;
    tracing::info!("the worker runs");

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
        for stop in &stops {
            stop();
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ran = try_join_all(workers.iter_mut().map(|worker| worker.run())) => { ran.context("a worker broke")?; }
        () = stop => (),
        _ = consumers => (),
        health = health => health.context("the health page broke")?,
    }
    tracing::info!("the worker has stopped");
    Ok(())
}
