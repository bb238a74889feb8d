//! The whole system under test.

mod answers_lost;
mod fences;
mod histories;
mod journeys;
mod kills;
mod long_histories;
mod outages;
mod papers;
mod privacy;
mod sign_in;
mod two_certify;
mod undoing;
