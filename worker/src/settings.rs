//! What the worker must be told. Every address and file is given; none has a silent default.

use std::{net::SocketAddr, path::PathBuf};

use clap::Parser;
use secrecy::SecretString;

/// Runs the cases: their workflows, and the work behind each port.
#[derive(Debug, Parser)]
#[command(name = "worker", version)]
pub struct Settings {
    /// Address of Temporal's frontend, as `http://host:port`.
    #[arg(long, env = "NEWBORN_TEMPORAL_ADDRESS")]
    pub temporal_address: String,

    /// Temporal's namespace.
    #[arg(long, env = "NEWBORN_TEMPORAL_NAMESPACE")]
    pub temporal_namespace: String,

    /// The case file, as `postgres://user:password@host:port/database`.
    #[arg(long, env = "NEWBORN_DATABASE_URL", hide_env_values = true)]
    pub database_url: SecretString,

    /// Address of the province's register, as `https://host:port`.
    #[arg(long, env = "NEWBORN_PROVINCE_URL")]
    pub province_url: String,

    /// Address of the federal register, as `https://host:port`.
    #[arg(long, env = "NEWBORN_FEDERAL_URL")]
    pub federal_url: String,

    /// Folder with `ca.pem`, `worker.pem` and `worker.key`.
    #[arg(long, env = "NEWBORN_TLS_DIR")]
    pub tls_dir: PathBuf,

    /// File with the key that wraps the cases' keys: 32 bytes in hexadecimal.
    #[arg(long, env = "NEWBORN_CASE_KEY_FILE")]
    pub case_key_file: PathBuf,

    /// File with the key of the search hashes: 32 bytes in hexadecimal.
    #[arg(long, env = "NEWBORN_SEARCH_KEY_FILE")]
    pub search_key_file: PathBuf,

    /// Where health and metrics are served.
    #[arg(long, env = "NEWBORN_HTTP_LISTEN")]
    pub http_listen: SocketAddr,

    /// Where the Temporal SDK's own metrics are served.
    #[arg(long, env = "NEWBORN_TEMPORAL_METRICS_LISTEN")]
    pub temporal_metrics_listen: SocketAddr,

    /// Also run the workflow that the benchmark compares the engine with.
    #[arg(long, env = "NEWBORN_WITH_BENCH_WORKFLOW")]
    pub with_bench_workflow: bool,

    /// For tests: the operation whose first call panics.
    #[cfg(debug_assertions)]
    #[arg(long, env = "NEWBORN_PANIC_ONCE", hide = true)]
    pub panic_once: Option<String>,
}
