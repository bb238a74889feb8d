//! A running stack seen from outside, by somebody who stays patient while parts of it are restarted.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::failure::Problem;
use crate::portal::Portal;
use crate::ready::Ready;
use crate::sandbox::Sandbox;

/// The doors of a stack that may be stopped and started again meanwhile.
#[derive(Debug)]
pub struct Stack {
    data_dir: PathBuf,
    doors: Mutex<Arc<Doors>>,
}

/// Where one knocks.
#[derive(Debug)]
pub struct Doors {
    pub portal: Portal,
    pub sandbox: Sandbox,
}

impl Stack {
    /// The stack that is up on a data directory.
    pub fn of(data_dir: &Path) -> Result<Self> {
        let doors = Doors::of(data_dir)?;
        Ok(Self { data_dir: data_dir.to_owned(), doors: Mutex::new(Arc::new(doors)) })
    }

    /// The doors as last seen.
    pub fn doors(&self) -> Arc<Doors> {
        self.doors.lock().expect("nobody panics while looking").clone()
    }

    /// Asks again and again until somebody answers: yes, or a no that asking again cannot change.
    pub async fn patiently<T>(
        &self,
        limit: Instant,
        mut ask: impl AsyncFnMut(&Doors) -> Result<T>,
    ) -> Result<T> {
        loop {
            match ask(&self.doors()).await {
                Err(error) if is_passing(&error) && Instant::now() < limit => {
                    tokio::time::sleep(Duration::from_millis(400)).await;
                    self.look_again();
                }
                answered => return answered,
            }
        }
    }

    /// A stack that came back may listen elsewhere.
    fn look_again(&self) {
        let before = self.doors();
        if Ready::of(&self.data_dir).is_ok_and(|ready| ready.portal != before.portal.ready().portal)
            && let Ok(doors) = Doors::of(&self.data_dir)
        {
            *self.doors.lock().expect("nobody panics while looking") = Arc::new(doors);
        }
    }
}

impl Doors {
    fn of(data_dir: &Path) -> Result<Self> {
        let portal = Portal::of(data_dir)?;
        let sandbox = Sandbox::of(portal.ready())?;
        Ok(Self { portal, sandbox })
    }
}

/// No answer at all, or one that says "not now".
pub fn is_passing(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<Problem>() {
        Some(problem) => problem.status() >= 500 || problem.status() == 429,
        None => true,
    }
}
