//! One stack: what is started in which order, and stopped in the reverse.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use tokio::sync::watch;

use super::child::Program;
use super::health::{self, Check};
use super::keeper::{Keeper, Pids};
use super::leftovers;
use super::ports::{Part, Ports};
use super::programs::{NAMESPACE, Plan};
use super::secrets::Secrets;
use super::{Journal, Options};
use crate::data_dir::{DataDir, Layout};
use crate::postgres::binaries::Binaries;
use crate::postgres::cluster::{self, Database};
use crate::postgres::place::Home;
use crate::postgres::{self, Durability};
use crate::ready::Ready;
use crate::say::Say;
use crate::{files, http, tls};

/// The order of stopping: first those that bring work, last what holds the data.
const STOPPING: [&str; 5] = ["portal", "worker", "sandbox", "temporal", "postgres"];

/// A stack on one data directory.
pub struct Stack {
    dir: DataDir,
    ports: Ports,
    say: Say,
    children: Vec<Keeper>,
    pids: watch::Sender<Pids>,
    /// What `ready.json` says, once it says anything.
    ready: Arc<Mutex<Option<Ready>>>,
}

impl Stack {
    /// Nothing is started yet.
    pub fn new(dir: DataDir, ports: Ports, say: Say) -> Self {
        let stack = Self {
            dir,
            ports,
            say,
            children: Vec::new(),
            pids: watch::Sender::new(Pids::new()),
            ready: Arc::default(),
        };
        tokio::spawn(write_down(
            stack.pids.subscribe(),
            Layout::clone(&stack.dir),
            stack.ready.clone(),
            say,
        ));
        stack
    }

    /// Starts everything and waits until all of it is well.
    pub async fn start(&mut self, options: &Options) -> Result<Ready> {
        files::private_directory(&self.dir.logs())?;
        let killed_before = self.dir.children().exists();
        leftovers::see_off(&self.dir.children(), self.say).await?;
        // After a kill the listeners go with their processes; otherwise somebody else is there, and stays.
        let patience = if killed_before { Duration::from_secs(10) } else { Duration::ZERO };
        self.ports.wait_until_free(patience).await?;

        // Before the secrets are made: by them one knows whether the directory is new.
        let home = Home::of(&self.dir)?;
        let secrets = Secrets::prepare(&self.dir)?;
        tls::prepare(&self.dir.tls(), Timestamp::now())?;
        let executable = std::env::current_exe().context("cannot find our own executable")?;
        let binaries = executable.parent().context("our own executable is in no directory")?;
        let layout = Layout::clone(&self.dir);
        let plan = Plan { layout: &layout, ports: self.ports, secrets: &secrets, binaries };
        // Looked for before anything runs: a build that is incomplete is said at once.
        let ours = [plan.sandbox(options.clocks)?, plan.worker(options.bench)?, plan.portal()?];

        let tools = options.sources.tools()?;
        let (server, temporal) =
            futures::try_join!(self.postgres(options, &home, &secrets), async {
                tools.temporal(self.say).await
            },)?;
        let client = http::client()?;
        let postgres = self.keep(server);
        let temporal = self.keep(plan.temporal(temporal, journal(options)));
        futures::try_join!(
            self.well(postgres, Check::Postgres, &client),
            self.well(temporal, Check::Temporal, &client),
        )?;
        let [sandbox, worker, portal] = ours.map(|program| self.keep(program));
        futures::try_join!(
            self.well(sandbox, Check::Ready(Part::Sandbox), &client),
            self.well(worker, Check::Ready(Part::Worker), &client),
            self.well(portal, Check::Ready(Part::Portal), &client),
        )?;
        self.declare_ready(addresses(&plan, &secrets))
    }

    /// Whether anything has been started.
    pub fn has_children(&self) -> bool {
        !self.children.is_empty()
    }

    /// Stops everything, one after the other, and takes `ready.json` away first.
    pub async fn stop(&mut self) {
        *self.ready.lock().expect("nobody panics while writing addresses") = None;
        let _ = files::remove_whatever_is_at(&self.dir.ready());
        for name in STOPPING {
            while let Some(place) = self.children.iter().position(|child| child.name() == name) {
                self.children.swap_remove(place).stop().await;
            }
        }
        // Nothing is left behind: the next start need not wait for anybody.
        let _ = files::remove_whatever_is_at(&self.dir.children());
    }

    /// Makes the cluster and its databases, or finds them.
    async fn postgres(&self, options: &Options, home: &Home, secrets: &Secrets) -> Result<Program> {
        let binaries =
            Binaries::find(options.sources.search(), home, &options.sources.tools()?, self.say)
                .await?;
        self.say.line(&binaries);
        let passwords = &secrets.passwords;
        cluster::wait_until_unused(home).await?;
        cluster::make(&binaries, home, &passwords.administrator).await?;
        let databases = [
            Database { name: "newborn", password: passwords.newborn.clone() },
            Database { name: "province", password: passwords.province.clone() },
            Database { name: "federal", password: passwords.federal.clone() },
        ];
        cluster::set_up(&binaries, home, &databases).await?;
        let port = self.ports.of(Part::Postgres).port();
        let log = self.dir.log_of("postgres");
        Ok(postgres::server(&binaries, home, port, Durability::Full, log))
    }

    fn keep(&mut self, program: Program) -> usize {
        self.children.push(Keeper::start(program, self.pids.clone(), self.say));
        self.children.len() - 1
    }

    async fn well(&self, child: usize, check: Check, client: &reqwest::Client) -> Result<()> {
        health::wait_for(&self.children[child], check, self.ports, client, self.say).await
    }

    fn declare_ready(&self, mut ready: Ready) -> Result<Ready> {
        let mut declared = self.ready.lock().expect("nobody panics while writing addresses");
        ready.processes = named(&self.pids.borrow());
        ready.write(&self.dir.ready())?;
        *declared = Some(ready.clone());
        Ok(ready)
    }
}

fn journal(options: &Options) -> Journal {
    if options.fast_journal { Journal::Fast } else { Journal::Durable }
}

fn addresses(plan: &Plan<'_>, secrets: &Secrets) -> Ready {
    let http = |part| plan.ports.http(part);
    let metrics = |part| format!("{}/metrics", http(part));
    Ready {
        portal: http(Part::Portal),
        temporal: plan.ports.of(Part::Temporal).to_string(),
        temporal_http: http(Part::TemporalHttp),
        temporal_ui: http(Part::TemporalUi),
        temporal_namespace: NAMESPACE.to_owned(),
        province: plan.https(Part::Province),
        federal: plan.https(Part::Federal),
        sandbox: http(Part::Sandbox),
        identity: http(Part::Identity),
        database_url: plan.database_url(),
        metrics: [Part::Worker, Part::Portal, Part::Sandbox].map(metrics).to_vec(),
        temporal_metrics: [Part::TemporalMetrics, Part::WorkerSdkMetrics].map(metrics).to_vec(),
        tls_dir: plan.layout.tls(),
        data_dir: PathBuf::from(plan.layout.root()),
        staff: secrets.staff.clone(),
        processes: Default::default(),
    }
}

fn named(pids: &Pids) -> std::collections::BTreeMap<String, u32> {
    pids.iter().map(|(name, pid)| ((*name).to_owned(), *pid)).collect()
}

/// Keeps the files that name processes true, whenever one is started again.
async fn write_down(
    mut pids: watch::Receiver<Pids>,
    layout: Layout,
    ready: Arc<Mutex<Option<Ready>>>,
    say: Say,
) {
    while pids.changed().await.is_ok() {
        let now = pids.borrow_and_update().clone();
        let mut declared = ready.lock().expect("nobody panics while writing addresses");
        let written =
            leftovers::record(&layout.children(), &now).and_then(|()| match &mut *declared {
                Some(ready) => {
                    ready.processes = named(&now);
                    ready.write(&layout.ready())
                }
                None => Ok(()),
            });
        if let Err(error) = written {
            say.line(format_args!("cannot keep the list of processes: {error:#}"));
        }
    }
}
