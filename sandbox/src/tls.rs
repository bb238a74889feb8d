//! Certificates: who the registers are, and whose callers they let in.

use std::{fs, path::Path};

use anyhow::Context;
use tonic::transport::{Certificate, ClientTlsConfig, Identity, ServerTlsConfig};

/// The name in the province's certificate.
pub const PROVINCE_NAME: &str = "province.newborn.internal";

/// All certificates and keys, read.
pub struct Tls {
    authority: Certificate,
    province: Identity,
    federal: Identity,
    hospital: Identity,
}

impl Tls {
    /// Reads them from a directory.
    ///
    /// # Errors
    ///
    /// Naming the file that cannot be read.
    pub fn read(directory: &Path) -> anyhow::Result<Self> {
        let read = |file: String| {
            let path = directory.join(file);
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
        };
        let identity = |name: &str| -> anyhow::Result<Identity> {
            Ok(Identity::from_pem(read(format!("{name}.pem"))?, read(format!("{name}.key"))?))
        };
        Ok(Self {
            authority: Certificate::from_pem(read("ca.pem".into())?),
            province: identity("province")?,
            federal: identity("federal")?,
            hospital: identity("hospital")?,
        })
    }

    /// The province's side of a connection. Callers must show a certificate of our authority.
    #[must_use]
    pub fn province(&self) -> ServerTlsConfig {
        ServerTlsConfig::new()
            .identity(self.province.clone())
            .client_ca_root(self.authority.clone())
    }

    /// The federal side of a connection. Callers must show a certificate of our authority.
    #[must_use]
    pub fn federal(&self) -> ServerTlsConfig {
        ServerTlsConfig::new().identity(self.federal.clone()).client_ca_root(self.authority.clone())
    }

    /// A hospital's side of a connection to the province.
    #[must_use]
    pub fn hospital(&self) -> ClientTlsConfig {
        ClientTlsConfig::new()
            .domain_name(PROVINCE_NAME)
            .ca_certificate(self.authority.clone())
            .identity(self.hospital.clone())
    }
}
