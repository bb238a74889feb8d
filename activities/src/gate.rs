//! The gate in front of a register: a slow or silent one must not hold up the worker.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// How a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Inside a workflow task, which waits for it.
    Inline,
    /// As an activity of its own, which may take its time.
    Durable,
}

/// Lets questions through one register's door, or not.
pub struct Gate {
    paused: AtomicBool,
    inline: Semaphore,
    durable: Semaphore,
    breaker: Mutex<Breaker>,
}

#[derive(Default)]
struct Breaker {
    /// Questions in a row that got no answer.
    silent: u32,
    open_until: Option<Instant>,
}

/// After so many unanswered questions in a row nobody asks inline for a while.
const SILENT: u32 = 5;
const OPEN: Duration = Duration::from_secs(2);

impl Gate {
    #[must_use]
    pub fn new(inline: usize, durable: usize) -> Self {
        Self {
            paused: AtomicBool::new(false),
            inline: Semaphore::new(inline),
            durable: Semaphore::new(durable),
            breaker: Mutex::new(Breaker::default()),
        }
    }

    /// A place at the register's door. `None` means "not now": the register is paused, silent or busy.
    ///
    /// A durable question passes an open breaker: it is how we learn that the register is back.
    pub async fn enter(&self, manner: Manner) -> Option<SemaphorePermit<'_>> {
        if self.paused.load(Ordering::Relaxed) {
            return None;
        }
        match manner {
            Manner::Inline if self.is_open() => None,
            Manner::Inline => self.inline.try_acquire().ok(),
            Manner::Durable => self.durable.acquire().await.ok(),
        }
    }

    /// The register answered, or said that the question was wrong.
    pub fn answered(&self) {
        *self.breaker() = Breaker::default();
    }

    /// The register did not answer.
    pub fn silent(&self) {
        let mut breaker = self.breaker();
        breaker.silent += 1;
        if breaker.silent >= SILENT {
            breaker.open_until = Some(Instant::now() + OPEN);
        }
    }

    /// Closes the gate, or opens it again.
    pub fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    fn is_open(&self) -> bool {
        self.breaker().open_until.is_some_and(|until| Instant::now() < until)
    }

    fn breaker(&self) -> std::sync::MutexGuard<'_, Breaker> {
        self.breaker.lock().expect("nothing panics while it holds this lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_silent_register_is_asked_durably_only() {
        let gate = Gate::new(1, 1);
        for _ in 0..SILENT {
            gate.silent();
        }
        assert!(gate.enter(Manner::Inline).await.is_none());
        assert!(gate.enter(Manner::Durable).await.is_some());
        gate.answered();
        assert!(gate.enter(Manner::Inline).await.is_some());
    }

    #[tokio::test]
    async fn a_busy_register_does_not_make_a_workflow_task_wait() {
        let gate = Gate::new(1, 1);
        let _inside = gate.enter(Manner::Inline).await.unwrap();
        assert!(gate.enter(Manner::Inline).await.is_none());
    }

    #[tokio::test]
    async fn a_paused_register_is_not_asked_at_all() {
        let gate = Gate::new(1, 1);
        gate.set_paused(true);
        assert!(gate.enter(Manner::Inline).await.is_none());
        assert!(gate.enter(Manner::Durable).await.is_none());
    }
}
