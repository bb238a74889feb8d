//! A real stack: `newborn up` in a directory of its own, on ports of its own, gone when it is dropped.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Case, Family, PATIENCE, ledger::Ledger, post::PostOffice};

/// How a stack is brought up.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    options: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Plan {
    /// Registers that produce, mail and issue at once.
    #[must_use]
    pub fn instant() -> Self {
        Self::default().taking("0")
    }

    /// Registers that take this many seconds for each of production, mailing and issuing.
    #[must_use]
    pub fn taking(mut self, seconds: &str) -> Self {
        for what in ["--production-seconds", "--mailing-seconds", "--issuing-seconds"] {
            self.options.extend([what.to_owned(), seconds.to_owned()]);
        }
        self
    }

    /// Clocks of the cases, as JSON of `domain::clocks::Clocks`.
    #[must_use]
    pub fn clocks(mut self, clocks: &Value) -> Self {
        self.environment.push(("NEWBORN_CLOCKS".to_owned(), clocks.to_string()));
        self
    }

    /// Lets the worker's first call of an operation panic.
    #[must_use]
    pub fn panicking_once(mut self, operation: &str) -> Self {
        self.environment.push(("NEWBORN_PANIC_ONCE".to_owned(), operation.to_owned()));
        self
    }

    /// Another option of `newborn up`.
    #[must_use]
    pub fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    /// # Errors
    ///
    /// If the stack does not come up; says what it said.
    pub fn start(self) -> Result<Stack> {
        let directory = tempfile::Builder::new().prefix("newborn-stack-").tempdir()?;
        let mut stack = Stack { plan: self, directory, port_base: free_ports()?, up: None };
        stack.up()?;
        Ok(stack)
    }
}

/// A running stack.
pub struct Stack {
    plan: Plan,
    directory: TempDir,
    port_base: u16,
    up: Option<Child>,
}

impl Stack {
    /// Where the stack keeps everything.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.directory.path()
    }

    /// Brings the stack up on its directory, again if it was there before.
    ///
    /// # Errors
    ///
    /// If it does not come up in time.
    pub fn up(&mut self) -> Result<()> {
        ensure!(self.up.is_none(), "the stack is up");
        let log = std::fs::File::create(self.data_dir().join("up.log"))?;
        let child = Command::new(newborn())
            .arg("up")
            .args([
                "--data-dir",
                self.data_dir().to_str().context("a path of this machine is not UTF-8")?,
            ])
            .args(["--port-base", &self.port_base.to_string()])
            .args(&self.plan.options)
            .envs(self.plan.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("newborn does not start; build it first")?;
        self.up = Some(child);
        let begun = Instant::now();
        while !self.data_dir().join("ready.json").exists() {
            if let Some(ended) = self.up.as_mut().and_then(|child| child.try_wait().transpose()) {
                bail!("the stack ended with {}: {}", ended?, self.said());
            }
            ensure!(begun.elapsed() < PATIENCE, "the stack did not come up: {}", self.said());
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Kills `newborn up` without a warning, and with it everything it started.
    ///
    /// # Errors
    ///
    /// If it is not up.
    pub fn kill_everything(&mut self) -> Result<()> {
        let mut child = self.up.take().context("the stack is not up")?;
        child.kill()?;
        child.wait()?;
        // It could not take the file away itself.
        let _ = std::fs::remove_file(self.data_dir().join("ready.json"));
        Ok(())
    }

    /// Kills one process of the stack without a warning: `worker`, `sandbox`, `temporal`, `portal`, `postgres`.
    ///
    /// # Errors
    ///
    /// If there is none of that name.
    pub fn kill(&self, name: &str) -> Result<()> {
        let pid = self.ready()?["processes"][name]
            .as_i64()
            .with_context(|| format!("no process {name}"))?;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGKILL)?;
        Ok(())
    }

    /// Asks the stack to stop and waits for it.
    ///
    /// # Errors
    ///
    /// If it does not stop in time, or not well.
    pub fn stop(&mut self) -> Result<()> {
        let mut child = self.up.take().context("the stack is not up")?;
        kill(Pid::from_raw(i32::try_from(child.id())?), Signal::SIGTERM)?;
        let begun = Instant::now();
        loop {
            if let Some(status) = child.try_wait()? {
                ensure!(status.success(), "the stack ended with {status}: {}", self.said());
                return Ok(());
            }
            if begun.elapsed() > Duration::from_secs(40) {
                child.kill()?;
                bail!("the stack did not stop within 40 seconds");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What `ready.json` says.
    ///
    /// # Errors
    ///
    /// If the stack is not ready.
    pub fn ready(&self) -> Result<Value> {
        let text =
            std::fs::read(self.data_dir().join("ready.json")).context("the stack is not ready")?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// A URL or a text of `ready.json`.
    ///
    /// # Errors
    ///
    /// If it is not there.
    pub fn address(&self, name: &str) -> Result<String> {
        Ok(self.ready()?[name]
            .as_str()
            .with_context(|| format!("ready.json has no {name}"))?
            .to_owned())
    }

    /// Runs a `newborn` command and gives the JSON it writes.
    ///
    /// # Errors
    ///
    /// If it fails; says what it said.
    pub fn newborn(&self, words: &[&str]) -> Result<Value> {
        let (answer, code) = self.newborn_ending(words)?;
        ensure!(code == 0, "newborn {words:?} ended with {code}: {answer}");
        Ok(answer)
    }

    /// As [`Stack::newborn`], and how it ended.
    ///
    /// # Errors
    ///
    /// If it cannot be run.
    pub fn newborn_ending(&self, words: &[&str]) -> Result<(Value, i32)> {
        let output = Command::new(newborn())
            .args(words)
            .arg("--json")
            .args([
                "--data-dir",
                self.data_dir().to_str().context("a path of this machine is not UTF-8")?,
            ])
            .stdin(Stdio::null())
            .output()?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        let answer =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| Value::String(said()));
        Ok((answer, output.status.code().unwrap_or(-1)))
    }

    /// Submits a family's form. Its notice is sent apart.
    ///
    /// # Errors
    ///
    /// If it is not taken.
    pub fn submit(&self, family: &Family) -> Result<Vec<Case<'_>>> {
        let file = self.data_dir().join(format!("{}.json", family.key));
        std::fs::write(&file, family.form.to_string())?;
        let path = file.to_str().context("a path of this machine is not UTF-8")?;
        let answer = self.newborn(&["submit", path, "--key", &family.key])?;
        let answer = if answer.is_array() { answer[0].clone() } else { answer };
        let cases = answer["cases"].as_array().with_context(|| format!("no cases in {answer}"))?;
        cases.iter().map(|case| Case::of(self, case)).collect()
    }

    /// Sends the hospital's notice of a family.
    ///
    /// # Errors
    ///
    /// If it is not taken.
    pub fn notice(&self, family: &Family) -> Result<()> {
        let file = self.data_dir().join(format!("{}.notice.json", family.key));
        std::fs::write(&file, family.notice.to_string())?;
        self.newborn(&[
            "sandbox",
            "notice",
            file.to_str().context("a path of this machine is not UTF-8")?,
        ])?;
        Ok(())
    }

    /// Makes a register misbehave.
    ///
    /// # Errors
    ///
    /// If the sandbox does not know how.
    pub fn misbehave(&self, words: &[&str]) -> Result<()> {
        let words: Vec<_> = ["sandbox", "misbehave"].iter().chain(words).copied().collect();
        self.newborn(&words).map(|_| ())
    }

    /// Ends all misbehaviour and gives the rules with their hits.
    ///
    /// # Errors
    ///
    /// If the sandbox does not answer.
    pub fn calm(&self) -> Result<Value> {
        self.newborn(&["sandbox", "calm"])
    }

    /// The registers' truth.
    ///
    /// # Errors
    ///
    /// If the sandbox does not answer.
    pub fn ledger(&self) -> Result<Ledger> {
        Ok(Ledger(self.newborn(&["sandbox", "ledger"])?))
    }

    /// What was sent to parents.
    #[must_use]
    pub const fn post(&self) -> PostOffice<'_> {
        PostOffice(self)
    }

    /// The worker's own metrics.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub fn metrics(&self) -> Result<String> {
        let ready = self.ready()?;
        let url = ready["metrics"][0].as_str().context("ready.json has no metrics")?;
        read_url(url)
    }

    /// The metrics of every process.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    pub fn all_metrics(&self) -> Result<String> {
        let ready = self.ready()?;
        let mut all = String::new();
        for list in ["metrics", "temporal_metrics"] {
            for url in ready[list].as_array().into_iter().flatten() {
                all += &read_url(url.as_str().context("an address of metrics is not text")?)?;
            }
        }
        ensure!(!all.is_empty(), "there are no metrics");
        Ok(all)
    }

    /// Everything that Temporal tells about every workflow, its payloads decoded.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub fn histories(&self) -> Result<String> {
        let temporal = format!(
            "{}/api/v1/namespaces/{}/workflows",
            self.address("temporal_http")?,
            self.address("temporal_namespace")?
        );
        let mut all = read_url(&format!("{temporal}?pageSize=1000"))?;
        let list: Value = serde_json::from_str(&all)?;
        let workflows = list["executions"].as_array().context("Temporal knows no workflow")?;
        for workflow in workflows {
            let id = workflow["execution"]["workflowId"].as_str().context("no id")?;
            all += &read_url(&format!("{temporal}/{id}"))?;
            all += &read_url(&format!("{temporal}/{id}/history?maximumPageSize=10000"))?;
        }
        Ok(all)
    }

    /// Runs a `newborn` command beside the test.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn background(&self, words: &[&str]) -> Result<Background> {
        let child = Command::new(newborn())
            .args(words)
            .arg("--json")
            .args([
                "--data-dir",
                self.data_dir().to_str().context("a path of this machine is not UTF-8")?,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Background(child))
    }

    /// A file of the stack's directory, for what it says.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.data_dir().join(name)
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.data_dir().join("up.log")).unwrap_or_default()
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        if self.up.is_none() {
            return;
        }
        if !std::thread::panicking()
            && let Ok(ledger) = self.ledger()
        {
            ledger.agrees();
        }
        if let Err(error) = self.stop() {
            eprintln!("{error:#}");
        }
    }
}

/// A command that runs beside the test.
pub struct Background(Child);

impl Background {
    /// Waits for it and gives the JSON it wrote.
    ///
    /// # Errors
    ///
    /// If it wrote none.
    pub fn finish(self) -> Result<Value> {
        let output = self.0.wait_with_output()?;
        serde_json::from_slice(&output.stdout).context("the command wrote no JSON")
    }

    /// Ends it, whatever it is at.
    pub fn abandon(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read_url(url: &str) -> Result<String> {
    // The first choice of a cryptography counts; a second one is no mistake.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Ok(reqwest::get(url).await?.error_for_status()?.text().await?) })
}

/// The built command: in the folder of the binaries, which is this one's or the one above.
fn newborn() -> PathBuf {
    let here = std::env::current_exe().expect("a test knows where it is");
    let folders = here.ancestors().skip(1).take(2).map(|folder| folder.join("newborn"));
    folders
        .into_iter()
        .find(|newborn| newborn.is_file())
        .expect("newborn is built before the tests: make test")
}

/// A base of ports that are free now. Tests run beside each other, as threads and as processes: each begins elsewhere.
fn free_ports() -> Result<u16> {
    const ROWS: u32 = 780;
    const ROW: u16 = 16;
    static STARTED: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id() * 7 + STARTED.fetch_add(1, Ordering::Relaxed) * 97;
    for row in (0..ROWS).map(|offset| (begin + offset) % ROWS) {
        let base = 20_000 + u16::try_from(row)? * ROW;
        if (base..base + ROW).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return Ok(base);
        }
    }
    bail!("no free ports")
}
