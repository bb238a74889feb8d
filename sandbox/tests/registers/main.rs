//! The registers under test as their callers meet them: over mutual TLS, each test with databases of its own.

#![allow(clippy::unwrap_used)] // a test may fail as it likes

mod applications;
mod callers;
mod calls;
mod certificates;
mod control;
mod events;
mod families;
mod fees_and_orders;
mod harness;
mod keys;
mod matching;
mod misbehaviour;
mod operations;
mod registrations;
mod restart;
mod statements;
mod undo;
mod whole_case;
