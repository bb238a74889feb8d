//! The command `newborn`: brings the whole stack up on one machine, submits, looks, decides.
//!
//! It speaks HTTP to the portal and the sandbox, and starts processes. It knows neither Temporal's protocol nor the
//! jurisdictions' contracts nor the database's tables: whoever cannot do something through the portal cannot do it here.

mod bench;
mod case;
pub mod commands;
pub mod data_dir;
mod demo;
pub mod ending;
pub mod failure;
mod files;
mod http;
mod load;
mod output;
pub mod portal;
pub mod postgres;
pub mod ready;
pub mod sandbox;
pub mod say;
mod seconds;
mod stack;
mod stage;
mod submit;
mod table;
mod test_services;
mod tls;
pub mod tools;
pub mod up;

/// Chooses the one implementation of cryptography for this process. Fine to repeat.
pub fn install_crypto() {
    // The only failure is that it was chosen before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
