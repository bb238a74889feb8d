//! The federal side: applications for a Social Insurance Number, and nothing of the province's.

mod applications;
pub mod issuing;
pub mod ledger;
mod names;
mod numbers;
pub mod service;
