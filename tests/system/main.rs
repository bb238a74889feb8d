//! The whole system under test.

mod fences;
mod histories;
mod journeys;
