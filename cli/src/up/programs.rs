//! How each process of ours is started: its flags, its secrets in the environment, and how it is ended.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};
use nix::sys::signal::Signal;

use super::child::{Environment, Program};
use super::ports::{Part, Ports};
use super::secrets::Secrets;
use super::{Clocks, Journal};
use crate::data_dir::Layout;

/// Temporal's namespace: the one that its dev server always has.
pub const NAMESPACE: &str = "default";

/// What the flags are made of.
#[derive(Debug)]
pub struct Plan<'a> {
    pub layout: &'a Layout,
    pub ports: Ports,
    pub secrets: &'a Secrets,
    /// The folder of our executables.
    pub binaries: &'a Path,
}

impl Plan<'_> {
    /// Temporal's dev server with the settings that were measured to be quick, and a journal that survives a power cut.
    pub fn temporal(&self, executable: PathBuf, journal: Journal) -> Program {
        let port = |part| self.ports.of(part).port().to_string();
        let synchronous = match journal {
            Journal::Durable => "synchronous=FULL",
            Journal::Fast => "synchronous=NORMAL",
        };
        let flags = Flags::default()
            .words(&["server", "start-dev", "--disable-config-file", "--disable-config-env"])
            .with("--ip", "127.0.0.1")
            .with("--port", port(Part::Temporal))
            .with("--ui-port", port(Part::TemporalUi))
            .with("--http-port", port(Part::TemporalHttp))
            .with("--metrics-port", port(Part::TemporalMetrics))
            .words(&["--ui-disable-news-fetch", "--color", "never"])
            .with("--log-level", "warn")
            .with("--log-format", "json")
            .with("--db-filename", self.layout.temporal_db())
            .with("--sqlite-pragma", "journal_mode=WAL")
            .with("--sqlite-pragma", synchronous)
            .with("--dynamic-config-value", "matching.numTaskqueueReadPartitions=1")
            .with("--dynamic-config-value", "matching.numTaskqueueWritePartitions=1")
            .with("--dynamic-config-value", "history.transferProcessorMaxPollRPS=100")
            .with("--dynamic-config-value", "history.timerProcessorMaxPollRPS=100")
            .with("--dynamic-config-value", "history.timerProcessorMaxTimeShift=\"1ms\"");
        Program {
            name: "temporal",
            path: executable,
            args: flags.0,
            // No settings of the person who runs this, from its home or its environment.
            env: vec![("HOME", self.layout.root().display().to_string())],
            environment: Environment::Bare,
            account: None,
            log: self.layout.log_of("temporal"),
            dies_with_us_by: Signal::SIGKILL,
            ending: vec![(Signal::SIGTERM, Duration::from_secs(6))],
        }
    }

    /// Both registers.
    pub fn sandbox(&self, clocks: Clocks) -> Result<Program> {
        let flags = Flags::default()
            .with("--province-listen", self.ports.of(Part::Province).to_string())
            .with("--federal-listen", self.ports.of(Part::Federal).to_string())
            .with("--http-listen", self.ports.of(Part::Sandbox).to_string())
            .with("--tls-dir", self.layout.tls())
            .with("--production-seconds", clocks.production_seconds.to_string())
            .with("--mailing-seconds", clocks.mailing_seconds.to_string())
            .with("--issuing-seconds", clocks.issuing_seconds.to_string())
            .with("--notify-callback-url", self.portal_page("notify/callback"))
            .with("--notify-callback-token-file", &self.secrets.notify_callback)
            .with("--identity-listen", self.ports.of(Part::Identity).to_string())
            .with("--identity-portal", self.ports.http(Part::Portal))
            .with("--identity-people-file", self.layout.staff())
            .with("--identity-secret-file", &self.secrets.identity);
        let env = vec![
            ("NEWBORN_SANDBOX_PROVINCE_DATABASE_URL", self.province_database_url()),
            ("NEWBORN_SANDBOX_FEDERAL_DATABASE_URL", self.federal_database_url()),
        ];
        self.ours("sandbox", flags, env, Duration::from_secs(4))
    }

    /// The engine itself.
    pub fn worker(&self, bench: bool) -> Result<Program> {
        let mut flags = self
            .temporal_flags()
            .with("--province-url", self.https(Part::Province))
            .with("--federal-url", self.https(Part::Federal))
            .with("--tls-dir", self.layout.tls())
            .with("--case-key-file", &self.secrets.case_key)
            .with("--search-key-file", &self.secrets.search_key)
            .with("--http-listen", self.ports.of(Part::Worker).to_string())
            .with("--temporal-metrics-listen", self.ports.of(Part::WorkerSdkMetrics).to_string());
        if bench {
            flags = flags.words(&["--with-bench-workflow"]);
        }
        self.ours("worker", flags, self.case_file(), Duration::from_secs(8))
    }

    /// Pages and API.
    pub fn portal(&self) -> Result<Program> {
        let flags = self
            .temporal_flags()
            .with("--listen", self.ports.of(Part::Portal).to_string())
            .with("--case-key-file", &self.secrets.case_key)
            .with("--search-key-file", &self.secrets.search_key)
            .with("--access-key-file", &self.secrets.access_key)
            .with("--second-parent", "LINK")
            .with("--payment-page", format!("{}/pay", self.ports.http(Part::Sandbox)))
            .with("--notify-url", format!("{}/", self.ports.http(Part::Sandbox)))
            .with("--notify-key-file", &self.secrets.notify_key)
            .with("--notify-callback-token-file", &self.secrets.notify_callback)
            .with("--notify-email-template", "email")
            .with("--notify-sms-template", "sms")
            .with("--public-url", self.ports.http(Part::Portal))
            .with("--oidc-issuer", self.ports.http(Part::Identity))
            .with("--oidc-client-id", "newborn-portal")
            .with("--oidc-client-secret-file", &self.secrets.identity)
            .with("--staff-file", self.layout.staff());
        self.ours("portal", flags, self.case_file(), Duration::from_secs(4))
    }

    fn ours(
        &self,
        name: &'static str,
        flags: Flags,
        env: Vec<(&'static str, String)>,
        patience: Duration,
    ) -> Result<Program> {
        let path = self.binaries.join(name);
        if !path.is_file() {
            bail!(
                "{name} is not beside newborn in {}: build everything with `cargo build --workspace --bins`",
                self.binaries.display(),
            );
        }
        Ok(Program {
            name,
            path,
            args: flags.0,
            env,
            environment: Environment::Inherited,
            account: None,
            log: self.layout.log_of(name),
            dies_with_us_by: Signal::SIGKILL,
            ending: vec![(Signal::SIGTERM, patience)],
        })
    }

    fn temporal_flags(&self) -> Flags {
        Flags::default()
            .with("--temporal-address", self.ports.http(Part::Temporal))
            .with("--temporal-namespace", NAMESPACE)
    }

    fn case_file(&self) -> Vec<(&'static str, String)> {
        vec![("NEWBORN_DATABASE_URL", self.database_url())]
    }

    fn portal_page(&self, path: &str) -> String {
        format!("{}/{path}", self.ports.http(Part::Portal))
    }

    pub fn https(&self, part: Part) -> String {
        format!("https://{}", self.ports.of(part))
    }

    /// The case file's database.
    pub fn database_url(&self) -> String {
        self.database("newborn", &self.secrets.passwords.newborn)
    }
    fn province_database_url(&self) -> String {
        self.database("province", &self.secrets.passwords.province)
    }
    fn federal_database_url(&self) -> String {
        self.database("federal", &self.secrets.passwords.federal)
    }

    fn database(&self, name: &str, password: &str) -> String {
        let server = self.ports.of(Part::Postgres);
        // The pinned PostgreSQL is built without TLS, and this connection does not leave the machine.
        format!("postgres://{name}:{password}@{server}/{name}?sslmode=disable")
    }
}

/// A command line in the making.
#[derive(Debug, Default)]
struct Flags(Vec<OsString>);

impl Flags {
    fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.0.extend([name.into(), value.into()]);
        self
    }

    fn words(mut self, words: &[&str]) -> Self {
        self.0.extend(words.iter().map(OsString::from));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::up::secrets::Passwords;

    #[test]
    fn no_secret_is_in_the_arguments_that_other_users_can_read() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        let secrets = Secrets::prepare(&layout).expect("made");
        for name in ["sandbox", "worker", "portal"] {
            std::fs::write(temp.path().join(name), "").expect("written");
        }
        let ports = Ports::from_base(7400).expect("a fine base");
        let plan = Plan { layout: &layout, ports, secrets: &secrets, binaries: temp.path() };
        let programs = [
            plan.temporal("temporal".into(), Journal::Durable),
            plan.sandbox(Clocks::default()).expect("there"),
            plan.worker(true).expect("there"),
            plan.portal().expect("there"),
        ];
        let shared = std::fs::read_to_string(&secrets.identity).expect("made");
        for program in programs {
            let line = program.args.join(&OsString::from(" ")).to_string_lossy().into_owned();
            let Passwords { newborn, province, .. } = &secrets.passwords;
            for secret in [newborn, province, &secrets.staff[0].token, shared.trim()] {
                assert!(!line.contains(secret), "{line}");
            }
        }
    }

    #[test]
    fn a_missing_sibling_is_named_with_what_to_do() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let layout = Layout::of(temp.path()).expect("a path");
        let secrets = Secrets::prepare(&layout).expect("made");
        let ports = Ports::from_base(7400).expect("a fine base");
        let plan = Plan { layout: &layout, ports, secrets: &secrets, binaries: temp.path() };
        let sentence = plan.worker(false).expect_err("not there").to_string();
        assert!(sentence.starts_with("worker is not beside newborn"), "{sentence}");
        assert!(sentence.contains("cargo build"), "{sentence}");
    }
}
