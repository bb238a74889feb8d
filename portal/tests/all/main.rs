//! The portal as its callers see it: the real router, a real case file, and no Temporal.

mod browser;
mod cases;
mod changes;
mod form;
mod intake;
mod looks;
mod loss;
mod openapi;
mod outbox;
mod pages;
mod payment;
mod protection;
mod reads;
mod second_parent;
mod stage;
mod texts;
