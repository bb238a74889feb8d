//! The portal: the parents' form and status page, the staff desk, and the JSON API beside them.
//!
//! It reads and writes the case file and speaks to workflows through the Temporal client. A form is never lost because
//! Temporal is away: intake writes the case file, and the [`outbox`] starts the workflow.

mod access;
mod api;
mod case_view;
mod correction;
mod courier;
mod decisions;
mod engine;
mod health;
mod heard_out;
mod intake;
mod language;
mod limits;
mod listing;
mod live;
pub mod logging;
mod metrics;
mod outbox;
mod pages;
mod patience;
mod problem;
mod reads;
mod settings;
mod sign_in;
mod staff;
mod state;
mod sweep;
mod watch;

use std::{future::Future, net::SocketAddr};

use anyhow::Context;
use axum::{Router, middleware};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

pub use crate::{
    access::AccessKey,
    courier::{Courier, MessageSettings},
    engine::Engine,
    limits::{LimitSettings, Limits},
    settings::Settings,
    sign_in::{Provider, SignInSettings},
    staff::{Identity, Staff},
    state::{Parts, Portal},
};

/// Everything the portal answers, without the outbox loop.
pub fn router(portal: Portal) -> Router {
    Router::new()
        .merge(api::router())
        .merge(pages::router())
        .merge(health::router())
        .merge(courier::callback::router())
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(middleware::from_fn_with_state(portal.clone(), limits::submissions))
        .layer(middleware::from_fn(heard_out::heard_out))
        .layer(middleware::from_fn(problem::in_time))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(middleware::from_fn(problem::write))
        .layer(middleware::from_fn_with_state(portal.clone(), pages::guarded))
        .layer(middleware::from_fn_with_state(portal.clone(), watch::request))
        .with_state(portal)
}

/// Serves until `shutdown`, then finishes what is under way.
///
/// # Errors
///
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    portal: Portal,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let errands = tokio::spawn(outbox::run(portal.clone(), stop.clone()));
    let watching = tokio::spawn(live::run(portal.clone(), stop.clone()));
    let letters = tokio::spawn(courier::run(portal.clone(), stop.clone()));
    let sweeping = tokio::spawn(sweep::run(portal.clone(), stop.clone()));
    let ending = stop.clone();
    let with_addresses = router(portal).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, with_addresses)
        .with_graceful_shutdown(async move {
            shutdown.await;
            ending.cancel();
        })
        .await
        .context("the portal cannot serve");
    stop.cancel();
    errands.await.context("the outbox loop failed")?;
    letters.await.context("the courier failed")?;
    sweeping.await.context("the loop that throws old drafts away failed")?;
    watching.await.context("the loop of those who watch failed")?;
    served
}

/// Waits for SIGTERM or SIGINT.
pub async fn told_to_stop() {
    let mut term = signal(SignalKind::terminate()).expect("a handler for SIGTERM can be installed");
    tokio::select! {
        _ = term.recv() => (),
        _ = tokio::signal::ctrl_c() => (),
    }
}
