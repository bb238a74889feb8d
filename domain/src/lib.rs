//! The words of the trade: what a newborn's case is, what may be decided about it and when.
//!
//! Pure: no I/O, no clock, no wire formats, no Temporal. Time and randomness are passed in.

mod code;

pub mod answers;
pub mod calendar;
pub mod case_ref;
pub mod catalogue;
pub mod clocks;
pub mod contact;
pub mod content;
pub mod decision;
pub mod desk;
pub mod digest;
pub mod facts;
pub mod fees;
pub mod intake;
pub mod name;
pub mod paper;
pub mod people;
pub mod standing;
pub mod statement;
pub mod term;
pub mod undo;

pub use case_ref::CaseRef;
pub use code::UnknownCode;
