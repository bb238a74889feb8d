//! Waiting until a process is well: with a limit, and with its own last words if it is not.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::keeper::Keeper;
use super::ports::{Part, Ports};
use super::programs::NAMESPACE;
use crate::postgres::ping;
use crate::say::Say;

/// How often a child may die before its start counts as failed.
const LIVES: u32 = 6;

/// How one finds out.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// PostgreSQL asks for a password.
    Postgres,
    /// Temporal knows its namespace, and has taken the retention we want.
    Temporal,
    /// `/health/ready` of a process of ours answers 200.
    Ready(Part),
}

impl Check {
    fn patience(self) -> Duration {
        match self {
            // A large journal takes its time after a crash.
            Check::Postgres | Check::Temporal => Duration::from_secs(90),
            Check::Ready(_) => Duration::from_secs(120),
        }
    }

    async fn passes(self, ports: Ports, client: &reqwest::Client) -> bool {
        match self {
            Check::Postgres => ping::answers(ports.of(Part::Postgres)).await,
            Check::Temporal => set_retention(ports, client).await.is_ok_and(|done| done),
            Check::Ready(part) => {
                let url = format!("{}/health/ready", ports.http(part));
                let answer = client.get(url).timeout(Duration::from_secs(5)).send().await;
                answer.is_ok_and(|answer| answer.status().is_success())
            }
        }
    }
}

/// Waits until the check passes. Fails when the child keeps dying or time runs out.
pub async fn wait_for(
    keeper: &Keeper,
    check: Check,
    ports: Ports,
    client: &reqwest::Client,
    say: Say,
) -> Result<()> {
    let limit = Instant::now() + check.patience();
    while !check.passes(ports, client).await {
        let name = keeper.name();
        if keeper.deaths() >= LIVES {
            bail!(
                "{name} ended {LIVES} times while starting: mend what its log says, or begin anew with `newborn wipe`; {}",
                keeper.last_words()
            );
        }
        if Instant::now() >= limit {
            let waited = check.patience().as_secs();
            bail!("{name} was not ready after {waited} s; {}", keeper.last_words());
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    say.line(format_args!("{} is ready", keeper.name()));
    Ok(())
}

/// Finished workflows stay visible for 30 days (the dev server's own choice is one). Fine to repeat.
async fn set_retention(ports: Ports, client: &reqwest::Client) -> reqwest::Result<bool> {
    let url = format!("{}/api/v1/namespaces/{NAMESPACE}/update", ports.http(Part::TemporalHttp));
    let seconds = Duration::from_hours(30 * 24).as_secs();
    let wanted =
        serde_json::json!({"config": {"workflowExecutionRetentionTtl": format!("{seconds}s")}});
    let answer = client.post(url).timeout(Duration::from_secs(5)).json(&wanted).send().await?;
    Ok(answer.status().is_success())
}
