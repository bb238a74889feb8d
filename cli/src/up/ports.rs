//! Which port belongs to which part: twelve in a row, counted from `--port-base`, all on 127.0.0.1.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The first port when nobody says otherwise.
pub const DEFAULT_BASE: u16 = 7400;

/// How many ports a stack takes.
pub const SPAN: u16 = 12;

/// Reads `--port-base`: 0, or a base with room for all.
pub fn base(text: &str) -> Result<u16, String> {
    let base: u16 = text.parse().map_err(|_| "not a port".to_owned())?;
    let usable = base == 0 || Ports::from_base(base).is_some();
    usable
        .then_some(base)
        .ok_or_else(|| format!("choose one from 1024 to {}, or 0", u16::MAX - SPAN + 1))
}

/// A listener of the stack. The order is the order of the ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// +0: the parents' and staff's pages, and the API.
    Portal,
    /// +1: Temporal's gRPC.
    Temporal,
    /// +2: Temporal's own pages.
    TemporalUi,
    /// +3: the province's gRPC endpoint.
    Province,
    /// +4: the federal gRPC endpoint.
    Federal,
    /// +5: the sandbox's control API.
    Sandbox,
    /// +6: PostgreSQL.
    Postgres,
    /// +7: the worker's health and metrics.
    Worker,
    /// +8: what the Temporal SDK in the worker measures.
    WorkerSdkMetrics,
    /// +9: Temporal's HTTP API.
    TemporalHttp,
    /// +10: Temporal's metrics.
    TemporalMetrics,
    /// +11: the staff's identities, as the sandbox plays their provider.
    Identity,
}

impl Part {
    /// All of them, in the order of their ports.
    pub const ALL: [Part; SPAN as usize] = [
        Part::Portal,
        Part::Temporal,
        Part::TemporalUi,
        Part::Province,
        Part::Federal,
        Part::Sandbox,
        Part::Postgres,
        Part::Worker,
        Part::WorkerSdkMetrics,
        Part::TemporalHttp,
        Part::TemporalMetrics,
        Part::Identity,
    ];

    fn in_words(self) -> &'static str {
        match self {
            Part::Portal => "the portal",
            Part::Temporal => "Temporal",
            Part::TemporalUi => "Temporal's pages",
            Part::Province => "the province's endpoint",
            Part::Federal => "the federal endpoint",
            Part::Sandbox => "the sandbox's control API",
            Part::Postgres => "PostgreSQL",
            Part::Worker => "the worker's health page",
            Part::WorkerSdkMetrics => "the worker's Temporal metrics",
            Part::TemporalHttp => "Temporal's HTTP API",
            Part::TemporalMetrics => "Temporal's metrics",
            Part::Identity => "the provider of identities",
        }
    }
}

/// The ports of one stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    base: u16,
}

impl Ports {
    /// The ports from `base` on. `None` if they would run past the last port there is, or into the privileged ones.
    pub fn from_base(base: u16) -> Option<Self> {
        (base >= 1024 && base.checked_add(SPAN - 1).is_some()).then_some(Self { base })
    }

    /// A row of ports that is free right now, for a stack that nobody has to find by its number.
    pub fn any_free() -> Result<Self> {
        for _ in 0..200 {
            let ports = Self { base: rand::random_range(20_000..32_000) };
            if ports.taken().is_none() {
                return Ok(ports);
            }
        }
        bail!("found no {SPAN} free ports in a row on 127.0.0.1; name a range with --port-base")
    }

    /// The first of these ports.
    pub fn base(self) -> u16 {
        self.base
    }

    /// Where a part listens.
    pub fn of(self, part: Part) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.base + part as u16))
    }

    /// `http://…` of a part.
    pub fn http(self, part: Part) -> String {
        format!("http://{}", self.of(part))
    }

    /// The first part whose port somebody else listens on.
    pub fn taken(self) -> Option<Part> {
        Part::ALL.into_iter().find(|part| TcpListener::bind(self.of(*part)).is_err())
    }

    /// Waits until all ports are free, at most `patience`: after a crash the old listeners need a moment to go.
    pub async fn wait_until_free(self, patience: Duration) -> Result<()> {
        let limit = Instant::now() + patience;
        while let Some(part) = self.taken() {
            if Instant::now() >= limit {
                bail!(
                    "port {} on 127.0.0.1, wanted by {}, is in use: stop what listens there, or choose other ports \
                     with --port-base (a stack takes {SPAN} in a row)",
                    self.of(part).port(),
                    part.in_words(),
                );
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_place_in_the_row() {
        let ports = Ports::from_base(7400).expect("7400 is a fine base");
        for (place, part) in (7400..).zip(Part::ALL) {
            assert_eq!(ports.of(part).port(), place);
        }
        assert_eq!(ports.http(Part::Sandbox), "http://127.0.0.1:7405");
    }

    #[test]
    fn a_row_may_not_run_past_the_last_port_or_need_privileges() {
        assert!(Ports::from_base(65_524).is_some());
        assert!(Ports::from_base(65_525).is_none());
        assert!(Ports::from_base(1023).is_none());
        assert_eq!((base("0"), base("65524")), (Ok(0), Ok(65_524)));
        assert!(base("65525").is_err() && base("80").is_err() && base("port").is_err());
    }

    #[tokio::test]
    async fn a_port_in_use_is_named_with_the_part_that_wanted_it() {
        let ports = Ports::any_free().expect("some ports are free");
        let _occupied = TcpListener::bind(ports.of(Part::Federal)).expect("it was free");
        let error = ports.wait_until_free(Duration::ZERO).await.expect_err("one port is taken");
        let sentence = error.to_string();
        assert!(sentence.contains(&ports.of(Part::Federal).port().to_string()), "{sentence}");
        assert!(sentence.contains("the federal endpoint"), "{sentence}");
    }
}
