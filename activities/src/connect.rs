//! Connections to the registers: gRPC over mutual TLS.

use std::{path::Path, time::Duration};

use domain::people::Register;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot read `{file}`")]
    File { file: String, source: std::io::Error },
    #[error("the address of the {register} is not one")]
    Address { register: Register, source: tonic::transport::Error },
}

/// A channel that connects when it is first used, and again whenever it was cut.
///
/// `tls_dir` holds `ca.pem`, and `worker.pem` with `worker.key`: the name by which the registers know this engine.
///
/// # Errors
///
/// [`ConnectError`] if a file is missing or the address makes no sense. Not if nobody answers there.
pub fn to(register: Register, url: &str, tls_dir: &Path) -> Result<Channel, ConnectError> {
    let read = |name: &str| {
        let file = tls_dir.join(name);
        std::fs::read(&file)
            .map_err(|source| ConnectError::File { file: file.display().to_string(), source })
    };
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(read("ca.pem")?))
        .identity(Identity::from_pem(read("worker.pem")?, read("worker.key")?))
        .domain_name(format!("{register}.newborn.internal"));
    let wrong = |source| ConnectError::Address { register, source };
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(wrong)?
        .tls_config(tls)
        .map_err(wrong)?
        .connect_timeout(Duration::from_secs(2))
        .http2_keep_alive_interval(Duration::from_secs(10))
        .keep_alive_timeout(Duration::from_secs(5))
        .tcp_nodelay(true);
    Ok(endpoint.connect_lazy())
}
