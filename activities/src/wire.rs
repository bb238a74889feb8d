//! Between our types and the contracts'. Each crosses once, here.

pub mod address;
pub mod answer;
pub mod names;
pub mod statement;

/// The other side said something that the contract does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown(pub &'static str);
