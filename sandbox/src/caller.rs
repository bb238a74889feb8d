//! Who calls: the DNS name in the certificate that the caller proved to hold.

use tonic::Request;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

use crate::{
    faults::Fault,
    operations::{OpenTo, Operation},
};

const WORKER: &str = "worker.newborn.internal";
const HOSPITAL: &str = "hospital.newborn.internal";
const REGISTRAR: &str = "registrar.newborn.internal";

/// The caller of one request, by certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Worker,
    Hospital,
    Registrar,
    /// A certificate of ours with a name that may do nothing.
    Stranger(String),
    /// No certificate at all; the transport does not let such calls through.
    Unknown,
}

impl Caller {
    /// Reads the certificate of the connection a request came over.
    #[must_use]
    pub fn of<T>(request: &Request<T>) -> Self {
        let Some(certificates) = request.peer_certs() else { return Self::Unknown };
        let Some(leaf) = certificates.first() else { return Self::Unknown };
        Self::from_names(&dns_names(leaf))
    }

    fn from_names(names: &[String]) -> Self {
        let has = |name: &str| names.iter().any(|it| it.eq_ignore_ascii_case(name));
        match names.first() {
            _ if has(WORKER) => Self::Worker,
            _ if has(HOSPITAL) => Self::Hospital,
            _ if has(REGISTRAR) => Self::Registrar,
            Some(name) => Self::Stranger(name.clone()),
            None => Self::Stranger(String::new()),
        }
    }

    /// Whether this caller may use an operation.
    ///
    /// # Errors
    ///
    /// [`Fault::NotAuthorised`], or [`Fault::NoCertificate`].
    pub fn may_use(&self, operation: Operation) -> Result<(), Fault> {
        match (self, operation.open_to()) {
            (Self::Unknown, _) => Err(Fault::NoCertificate),
            (Self::Worker, OpenTo::Worker)
            | (Self::Hospital, OpenTo::Hospital)
            | (Self::Registrar, OpenTo::Registrar) => Ok(()),
            (Self::Worker | Self::Hospital | Self::Registrar | Self::Stranger(_), _) => {
                Err(Fault::NotAuthorised)
            }
        }
    }

    /// The name to write down.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Worker => WORKER,
            Self::Hospital => HOSPITAL,
            Self::Registrar => REGISTRAR,
            Self::Stranger(name) => name,
            Self::Unknown => "unknown",
        }
    }
}

fn dns_names(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let dns = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    names.value.general_names.iter().filter_map(dns).collect()
}
