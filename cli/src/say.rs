//! Progress for the person who waits: short calm lines on stderr, each with the seconds since the beginning.
//!
//! stdout belongs to the answer (a table, or one JSON document), so that it can be piped.

use std::fmt::Display;
use std::io::Write as _;
use std::time::Instant;

/// Where progress goes. Cheap to copy; all copies count from the same beginning.
#[derive(Debug, Clone, Copy)]
pub struct Say {
    began: Instant,
}

impl Say {
    /// Begins to count now.
    pub fn from_now() -> Self {
        Self { began: Instant::now() }
    }

    /// One line, with the time.
    pub fn line(&self, text: impl Display) {
        // Nobody reading any more is no reason to stop a registry.
        let _ =
            writeln!(std::io::stderr(), "{:>6.1} s  {text}", self.began.elapsed().as_secs_f64());
    }
}
