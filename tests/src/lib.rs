//! The whole system under test: a real stack in a directory of its own, used as people use it, by command and by HTTP.

pub mod browser;
pub mod case;
pub mod family;
pub mod history;
pub mod ledger;
pub mod post;
pub mod stack;
mod waiting;

pub use browser::Browser;
pub use case::Case;
pub use family::Family;
pub use post::PostOffice;
pub use stack::Stack;
pub use waiting::{PATIENCE, PAUSE, eventually};

use std::path::PathBuf;

/// The repository.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests is a folder of the repository")
        .to_owned()
}
