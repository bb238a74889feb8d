//! Keeping the children alive: each has a keeper that starts it, and starts it again when it dies.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::child::Program;
use crate::say::Say;

/// The process ids by name, as `ready.json` gives them. A child that is being restarted keeps its last one until then.
pub type Pids = BTreeMap<&'static str, u32>;

/// One child under care.
#[derive(Debug)]
pub struct Keeper {
    program: Arc<Program>,
    stop: watch::Sender<bool>,
    record: Arc<Record>,
    task: JoinHandle<()>,
}

/// What a keeper has seen so far.
#[derive(Debug, Default)]
struct Record {
    deaths: AtomicU32,
    log_began: AtomicU64,
}

impl Keeper {
    /// Starts the child and keeps it.
    pub fn start(program: Program, pids: watch::Sender<Pids>, say: Say) -> Self {
        let (stop, stopped) = watch::channel(false);
        let program = Arc::new(program);
        let record = Arc::new(Record::default());
        record.log_began.store(length_of(&program), Ordering::Relaxed);
        let task = tokio::spawn(keep(program.clone(), record.clone(), pids, stopped, say));
        Self { program, stop, record, task }
    }

    pub fn name(&self) -> &'static str {
        self.program.name
    }

    /// How often the child has died by itself, or could not be started.
    pub fn deaths(&self) -> u32 {
        self.record.deaths.load(Ordering::Relaxed)
    }

    /// The log file and what the child last said there since we started it.
    pub fn last_words(&self) -> String {
        let log = &self.program.log;
        let lines = crate::files::last_lines(log, self.record.log_began.load(Ordering::Relaxed), 6);
        if lines.is_empty() {
            format!("its log {} is empty", log.display())
        } else {
            format!("its log {} ends with\n{lines}", log.display())
        }
    }

    /// Ends the child and waits until it is gone.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // A keeper that panicked has dropped its child, which kills it.
        let _ = self.task.await;
    }
}

async fn keep(
    program: Arc<Program>,
    record: Arc<Record>,
    pids: watch::Sender<Pids>,
    mut stopped: watch::Receiver<bool>,
    say: Say,
) {
    let mut pause = Pause::default();
    loop {
        let started = Instant::now();
        match program.spawn() {
            Ok(mut child) => {
                note(&pids, program.name, &child);
                tokio::select! {
                    () = told_to_stop(&mut stopped) => return program.end(&mut child).await,
                    ended = child.wait() => {
                        let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                        say.line(format_args!("{} ended by itself ({how}), starting it again", program.name));
                    }
                }
            }
            Err(error) => say.line(format_args!("{} did not start: {error:#}", program.name)),
        }
        record.deaths.fetch_add(1, Ordering::Relaxed);
        let wait = pause.after_a_life_of(started.elapsed());
        tokio::select! {
            () = told_to_stop(&mut stopped) => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // The sender lives as long as the keeper; without it there is nothing left to keep for.
    let _ = stopped.wait_for(|stop| *stop).await;
}

fn note(pids: &watch::Sender<Pids>, name: &'static str, child: &Child) {
    if let Some(pid) = child.id() {
        pids.send_modify(|pids| {
            pids.insert(name, pid);
        });
    }
}

fn length_of(program: &Program) -> u64 {
    std::fs::metadata(&program.log).map_or(0, |log| log.len())
}

/// How long to wait before the next start: short, growing to two seconds, short again after a good life.
#[derive(Debug, Default)]
struct Pause {
    in_a_row: u32,
}

impl Pause {
    fn after_a_life_of(&mut self, life: Duration) -> Duration {
        if life > Duration::from_secs(20) {
            self.in_a_row = 0;
        }
        let wait = Duration::from_millis(100) * 2u32.pow(self.in_a_row.min(5));
        self.in_a_row += 1;
        wait.min(Duration::from_secs(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_come_slower_up_to_two_seconds_and_quick_again_after_a_good_life() {
        let mut pause = Pause::default();
        let brief = Duration::from_millis(5);
        let waits: Vec<_> = (0..7).map(|_| pause.after_a_life_of(brief).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(pause.after_a_life_of(Duration::from_secs(60)).as_millis(), 100);
    }
}
