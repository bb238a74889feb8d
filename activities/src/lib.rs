//! The work behind each port: one outside call, one record in the case file. Asked twice, it answers the same.

pub mod calls;
pub mod case_file;
pub mod certificates;
pub mod connect;
pub mod discreet;
pub mod events;
pub mod fault;
pub mod file;
pub mod gate;
pub mod key;
pub mod registry;
pub mod social_insurance;
mod wire;

pub use calls::Calls;
pub use file::File;
