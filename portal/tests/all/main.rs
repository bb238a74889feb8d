//! The portal as its callers see it: the real router, a real case file, and no Temporal.

mod alike;
mod bounces;
mod browser;
mod canaries;
mod cases;
mod catalogue;
mod changes;
mod corrections;
mod courier;
mod form;
mod intake;
mod limits;
mod looks;
mod loss;
mod openapi;
mod outbox;
mod pages;
mod papers;
mod payment;
mod protection;
mod reads;
mod second_parent;
mod stage;
mod texts;
mod walk;
