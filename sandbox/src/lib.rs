//! Both jurisdictions' registers, for development and tests: the province and the federal side, each with its own
//! database and its own gRPC server with mutual TLS. They implement the contracts for real, and misbehave on request.
//!
//! Beside them, on the plain HTTP port, what else a family meets: a hosted payment page and a message service. And, on a
//! port of its own, a provider of identities for the staff.

mod addresses;
mod caller;
mod calls;
mod clock;
mod control;
mod events;
mod faults;
mod federal;
mod hospital;
mod http;
mod identity_provider;
mod keys;
mod log;
mod message_service;
mod metrics;
mod misbehave;
mod moment;
mod notice_file;
mod operations;
mod payment_page;
mod province;
mod refusals;
mod register;
mod serve;
mod settings;
mod status;
mod tls;

pub use province::content::digest as content_digest;
pub use serve::{Listeners, serve};
pub use settings::{IdentitySettings, Settings};
