//! The story of one case, as deterministic code, and the ports it asks through.
//!
//! History carries references, the case file carries people: nothing here knows a name, a date of birth or a word that
//! a person typed.

mod asking;
mod birth;
mod certificate;
mod desk;
pub mod input;
mod legs;
pub mod newborn_case;
pub mod news;
pub mod ports;
mod sin;
mod undoing;

pub use input::{Carried, CaseInput, Decided, Judged};
pub use newborn_case::{NewbornCase, NewbornCaseRun};

/// Where the story and the work on our own case file run.
pub const CASE_QUEUE: &str = "newborn-cases";

/// The search attribute that tells which cases are on the desk, and why.
pub const DESK_REASON: &str = "NewbornDeskReason";

/// Where the durable questions to a register run. Pausing a register pauses its queue.
#[must_use]
pub const fn register_queue(register: domain::people::Register) -> &'static str {
    match register {
        domain::people::Register::Province => "newborn-province",
        domain::people::Register::Federal => "newborn-federal",
    }
}
