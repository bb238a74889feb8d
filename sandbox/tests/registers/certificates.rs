//! Certificates for everybody, from one authority that lives as long as the test process.

use std::{fs, path::Path, sync::LazyLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

/// An authority that both sides trust.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// The authority of all sandboxes here.
pub static OURS: LazyLock<Authority> = LazyLock::new(Authority::new);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// Certificate and key for a name, as PEM.
    pub fn identity(&self, name: &str) -> (String, String) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    pub fn pem(&self) -> String {
        self.0.as_ref().pem()
    }
}

/// Writes the files the sandbox reads.
pub fn write(directory: &Path) {
    fs::write(directory.join("ca.pem"), OURS.pem()).unwrap();
    for who in ["province", "federal", "hospital"] {
        let (certificate, key) = OURS.identity(&format!("{who}.newborn.internal"));
        fs::write(directory.join(format!("{who}.pem")), certificate).unwrap();
        fs::write(directory.join(format!("{who}.key")), key).unwrap();
    }
}

/// What a caller with this name, certified by this authority, connects with.
pub fn caller(authority: &Authority, name: &str, server: &str) -> ClientTlsConfig {
    let (certificate, key) = authority.identity(name);
    ClientTlsConfig::new()
        .domain_name(server)
        .ca_certificate(Certificate::from_pem(OURS.pem()))
        .identity(Identity::from_pem(certificate, key))
}
