//! Where staff sign in, as the portal is told when it starts.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use domain::people::Role;
use openidconnect::{
    AuthenticationContextClass, ClientId, IssuerUrl, RedirectUrl, Scope, url::Host,
};
use tokio::sync::Mutex;

use super::{CALLBACK, Provider, claims::Roles, http::Http, proof::Proof};

/// Where staff sign in. Without a provider nobody signs in to the desk.
#[derive(Debug, Clone, Default, Args)]
pub struct SignInSettings {
    /// The provider of identities for staff (OpenID Connect), exactly as it names itself, such as
    /// https://id.example.ca/realms/staff.
    #[arg(long, env = "NEWBORN_OIDC_ISSUER", requires = "oidc_client_id")]
    pub oidc_issuer: Option<String>,

    /// What the provider calls this portal.
    #[arg(long, env = "NEWBORN_OIDC_CLIENT_ID", requires = "oidc_issuer")]
    pub oidc_client_id: Option<String>,

    /// The file with the secret that the portal shares with the provider.
    #[arg(
        long,
        env = "NEWBORN_OIDC_CLIENT_SECRET_FILE",
        requires = "oidc_issuer",
        conflicts_with = "oidc_client_key_file"
    )]
    pub oidc_client_secret_file: Option<PathBuf>,

    /// The file with the portal's private key for ES256 (PKCS #8, PEM), instead of a secret: `private_key_jwt`.
    #[arg(long, env = "NEWBORN_OIDC_CLIENT_KEY_FILE", requires = "oidc_issuer")]
    pub oidc_client_key_file: Option<PathBuf>,

    /// By which the provider finds the portal's public key, if it asks for that.
    #[arg(long, env = "NEWBORN_OIDC_CLIENT_KEY_ID", requires = "oidc_client_key_file")]
    pub oidc_client_key_id: Option<String>,

    /// What the provider is asked for beside `openid`, with spaces between.
    #[arg(
        long,
        env = "NEWBORN_OIDC_SCOPES",
        value_delimiter = ' ',
        default_value = "profile",
        requires = "oidc_issuer"
    )]
    pub oidc_scopes: Vec<String>,

    /// The claim of the ID token that says what somebody may do: its name, or a JSON pointer such as /realm_access/roles.
    #[arg(
        long,
        env = "NEWBORN_OIDC_ROLE_CLAIM",
        default_value = "roles",
        requires = "oidc_issuer"
    )]
    pub oidc_role_claim: String,

    /// Which value of that claim means which role, as JSON: {"vs-officers": "officer", …}. Without it the provider uses our
    /// words: viewer, officer, supervisor, registrar, operator, auditor.
    #[arg(long, env = "NEWBORN_OIDC_ROLES", value_parser = read_roles, requires = "oidc_issuer")]
    pub oidc_roles: Option<RoleWords>,

    /// How surely somebody must have been recognised (`acr`), with spaces between; any of these is asked for, and one of
    /// them must come.
    #[arg(long, env = "NEWBORN_OIDC_ACR", value_delimiter = ' ', requires = "oidc_issuer")]
    pub oidc_acr: Vec<String>,
}

/// Which of the provider's words means which role.
pub type RoleWords = BTreeMap<String, Role>;

fn read_roles(text: &str) -> Result<RoleWords, serde_json::Error> {
    serde_json::from_str(text)
}

impl SignInSettings {
    /// The provider, if there is one. It is not asked anything yet: it may be away.
    ///
    /// # Errors
    ///
    /// When a file cannot be used, or the provider could be overheard.
    pub fn provider(&self, public_url: &str) -> anyhow::Result<Option<Provider>> {
        let (Some(issuer), Some(client_id)) = (&self.oidc_issuer, &self.oidc_client_id) else {
            tracing::info!("nobody signs in to the desk: there is no provider of identities");
            return Ok(None);
        };
        let issuer = IssuerUrl::new(issuer.clone()).context("the provider's name is no address")?;
        let nearby = match issuer.url().host() {
            Some(Host::Ipv4(it)) => it.is_loopback(),
            Some(Host::Ipv6(it)) => it.is_loopback(),
            Some(Host::Domain(it)) => it == "localhost",
            None => false,
        };
        ensure!(
            issuer.url().scheme() == "https" || nearby,
            "the provider of identities must be asked over https"
        );
        let proof = match (&self.oidc_client_secret_file, &self.oidc_client_key_file) {
            (Some(file), _) => Proof::secret_in(file)?,
            (None, Some(file)) => Proof::key_in(file, self.oidc_client_key_id.clone())?,
            (None, None) => Proof::None,
        };
        let scopes = self.oidc_scopes.iter().filter(|it| !it.is_empty());
        let acr = self.oidc_acr.iter().filter(|it| !it.is_empty());
        Ok(Some(Provider {
            http: Http::new().context("the provider of identities cannot be spoken to")?,
            issuer,
            client_id: ClientId::new(client_id.clone()),
            proof,
            scopes: scopes.map(|it| Scope::new(it.clone())).collect(),
            acr: acr.map(|it| AuthenticationContextClass::new(it.clone())).collect(),
            roles: Roles::new(&self.oidc_role_claim, self.oidc_roles.clone()),
            callback: RedirectUrl::new(format!("{public_url}{CALLBACK}"))
                .context("the portal's address is none")?,
            public_url: public_url.to_owned(),
            known: Mutex::default(),
        }))
    }
}
