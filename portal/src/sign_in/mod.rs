//! Who of the staff somebody is, as a provider of identities says it: OpenID Connect, by the authorization code flow with
//! PKCE. See docs/decisions/0013-who-acts.md.
//!
//! What the provider says is checked by the library; what it means here is decided in [`claims`].

mod begun;
mod claims;
mod http;
mod proof;
mod settings;

use std::{error::Error, sync::Arc, time::SystemTime};

use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AuthType, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode,
    ClaimsVerificationError, Client, ClientId, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, LanguageTag, LogoutRequest, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadataWithLogout,
    RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse,
    TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
    url::Url,
};
use subtle::ConstantTimeEq;
use tokio::{sync::Mutex, time::Instant};

pub use self::settings::SignInSettings;
pub(crate) use self::{
    begun::{Begun, draw_token},
    claims::{NoRole, Person},
};
use self::{
    claims::{Others, Roles},
    http::Http,
    proof::Proof,
};
use crate::{language::Speaks, logging};

/// How much our clock and the provider's may differ. Sign in Canada asks for three to five minutes.
const SKEW: SignedDuration = SignedDuration::from_mins(4);

/// How long what the provider says about itself is believed without asking again.
const FRESH: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// How ID tokens may be signed. A secret that two share proves nothing about which of them signed.
const SIGNED_BY: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
];

/// Where the provider sends browsers back to, after the portal's own address.
const CALLBACK: &str = "/desk/signed-in";

/// What the provider says about itself, its keys included.
type Metadata = ProviderMetadataWithLogout;

/// The library's client with our claims, and the endpoints that discovery gives.
type OurClient = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// Who says who the staff are.
pub struct Provider {
    http: Http,
    issuer: IssuerUrl,
    client_id: ClientId,
    proof: Proof,
    scopes: Vec<Scope>,
    /// How surely somebody must have been recognised; empty for anyhow.
    acr: Vec<AuthenticationContextClass>,
    roles: Roles,
    callback: RedirectUrl,
    public_url: String,
    known: Mutex<Known>,
}

/// What was found out about the provider.
#[derive(Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, Instant)>,
    /// When it was last asked, whatever came of it.
    asked: Option<Instant>,
}

/// Nobody answers at the provider's address, or not as a provider does. It was logged.
#[derive(Debug)]
pub(crate) struct Away;

/// Why somebody is not signed in. The codes stand in logs and name the words on the page.
#[derive(Debug)]
pub(crate) enum NotSignedIn {
    Away,
    /// Not in this browser, or too long ago, or the answer belongs to another sign-in.
    NotBegunHere,
    /// The provider did not sign them in: they gave up, or may not come here.
    Declined,
    /// What came does not hold.
    NotBelieved(Doubt),
    NoRole(NoRole),
}

impl NotSignedIn {
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::NotBegunHere => "not-begun-here",
            Self::Declined => "declined",
            Self::NotBelieved(_) => "not-believed",
            Self::NoRole(NoRole::None) => "no-role",
            Self::NoRole(NoRole::Several) => "several-roles",
        }
    }

    /// More for the log, never from a person.
    pub(crate) const fn detail(&self) -> Option<&'static str> {
        match self {
            Self::NotBelieved(doubt) => Some(doubt.code()),
            Self::Away | Self::NotBegunHere | Self::Declined | Self::NoRole(_) => None,
        }
    }
}

/// What of a provider's answer does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// There is neither a code nor an error in it.
    Answer,
    Issuer,
    /// The provider does not know it, or not any more.
    Code,
    /// The provider does not know the portal.
    Portal,
    /// The provider does not take what it was asked.
    Request,
    /// The provider has no endpoint for tokens.
    NoTokenEndpoint,
    /// They cannot be read, or there is no ID token among them.
    Tokens,
    Signature,
    Audience,
    Time,
    Nonce,
    Acr,
    Subject,
    /// Anything else that the library does not take.
    Claims,
}

impl Doubt {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Issuer => "issuer",
            Self::Code => "code",
            Self::Portal => "portal",
            Self::Request => "request",
            Self::NoTokenEndpoint => "no-token-endpoint",
            Self::Tokens => "tokens",
            Self::Signature => "signature",
            Self::Audience => "audience",
            Self::Time => "time",
            Self::Nonce => "nonce",
            Self::Acr => "acr",
            Self::Subject => "subject",
            Self::Claims => "claims",
        }
    }

    /// Of an ID token; the library's own words may name people.
    fn of(error: &ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::Expired(_) => Self::Time,
            ClaimsVerificationError::InvalidAudience(_) => Self::Audience,
            ClaimsVerificationError::InvalidAuthContext(_) => Self::Acr,
            ClaimsVerificationError::InvalidIssuer(_) => Self::Issuer,
            ClaimsVerificationError::InvalidNonce(_) => Self::Nonce,
            ClaimsVerificationError::SignatureVerification(_) => Self::Signature,
            // The library's enum is open.
            _ => Self::Claims,
        }
    }
}

impl From<Away> for NotSignedIn {
    fn from(_: Away) -> Self {
        Self::Away
    }
}

/// What the provider sent a browser back with.
#[derive(serde::Deserialize)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Whether somebody has to show again who they are, whatever the provider remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anew {
    IfNeeded,
    Always,
}

impl Provider {
    /// Whether the provider can be asked now.
    pub(crate) async fn answers(&self) -> Result<(), Away> {
        self.metadata().await.map(drop)
    }

    /// Where a browser goes to sign in.
    pub(crate) async fn sign_in(&self, begun: &Begun, anew: Anew) -> Result<Url, Away> {
        let client = self.client(&*self.metadata().await?);
        let verifier = PkceCodeVerifier::new(begun.verifier());
        let (state, nonce) = (CsrfToken::new(begun.state()), Nonce::new(begun.nonce()));
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || state,
                || nonce,
            )
            .add_scopes(self.scopes.iter().cloned())
            .add_ui_locale(LanguageTag::new(begun.language().code().to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for value in &self.acr {
            request = request.add_auth_context_value(value.clone());
        }
        if anew == Anew::Always {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        Ok(request.url().0)
    }

    /// Who came back.
    pub(crate) async fn signed_in(
        &self,
        begun: &Begun,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Person, NotSignedIn> {
        let state = answer.state.unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(begun.state().as_bytes())) {
            return Err(NotSignedIn::NotBegunHere);
        }
        // RFC 9207: another provider's answer is not taken to this one.
        if answer.iss.is_some_and(|it| it != *self.issuer) {
            return Err(NotSignedIn::NotBelieved(Doubt::Issuer));
        }
        if answer.error.is_some() {
            return Err(NotSignedIn::Declined);
        }
        let code = answer.code.ok_or(NotSignedIn::NotBelieved(Doubt::Answer))?;
        let metadata = self.metadata().await?;
        let tokens = self.exchange(&metadata, code, begun, now).await?;
        match self.person(&metadata, &tokens, begun, now) {
            // The provider may have changed its keys since it was asked for them.
            Err(NotSignedIn::NotBelieved(Doubt::Signature)) => {
                let metadata = self.metadata_since(Instant::now()).await?;
                self.person(&metadata, &tokens, begun, now)
            }
            person => person,
        }
    }

    /// Where a browser goes to sign out at the provider as well, if that can be done. Nothing in the address says who.
    pub(crate) async fn sign_out(&self, t: Speaks) -> Option<Url> {
        let metadata = self.metadata().await.ok()?;
        let end = metadata.additional_metadata().end_session_endpoint.clone()?;
        let back = format!("{}/{}/desk", self.public_url, t.path());
        let back = PostLogoutRedirectUrl::new(back).expect("the portal's address was read");
        let request = LogoutRequest::from(end)
            .set_client_id(self.client_id.clone())
            .set_post_logout_redirect_uri(back)
            .add_ui_locale(LanguageTag::new(t.code().to_owned()));
        Some(request.http_get_url())
    }

    /// Changes the code into tokens.
    async fn exchange(
        &self,
        metadata: &Metadata,
        code: String,
        begun: &Begun,
        now: Timestamp,
    ) -> Result<Tokens, NotSignedIn> {
        let client = self.client(metadata);
        let not_a_provider = || NotSignedIn::NotBelieved(Doubt::NoTokenEndpoint);
        let mut request = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| not_a_provider())?
            .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier()));
        let endpoint = metadata.token_endpoint().ok_or_else(not_a_provider)?;
        for (name, value) in self.proof.parameters(&self.client_id, endpoint, now) {
            request = request.add_extra_param(name, value);
        }
        let http = self.http.as_the_library_asks();
        request.request_async(&http).await.map_err(|error| match error {
            RequestTokenError::Request(silence) => {
                tell(&silence);
                NotSignedIn::Away
            }
            RequestTokenError::ServerResponse(it) => match it.error() {
                CoreErrorResponseType::InvalidGrant => NotSignedIn::NotBelieved(Doubt::Code),
                CoreErrorResponseType::InvalidClient
                | CoreErrorResponseType::UnauthorizedClient => {
                    tracing::error!("the provider of identities does not know this portal");
                    NotSignedIn::NotBelieved(Doubt::Portal)
                }
                _ => NotSignedIn::NotBelieved(Doubt::Request),
            },
            // What cannot be read may say who somebody is.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                NotSignedIn::NotBelieved(Doubt::Tokens)
            }
        })
    }

    /// Who the ID token says it is, if it holds.
    fn person(
        &self,
        metadata: &Metadata,
        tokens: &Tokens,
        begun: &Begun,
        now: Timestamp,
    ) -> Result<Person, NotSignedIn> {
        let client = self.client(metadata);
        let soonest = now - SKEW;
        let latest = SystemTime::from(now + SKEW);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(SIGNED_BY)
            .set_time_fn(move || SystemTime::from(soonest).into())
            .set_issue_time_verifier_fn(move |issued| match SystemTime::from(issued) <= latest {
                true => Ok(()),
                false => Err("it is of the future".to_owned()),
            })
            .set_auth_context_verifier_fn(|acr| {
                let fits = self.acr.is_empty() || acr.is_some_and(|it| self.acr.contains(it));
                if fits { Ok(()) } else { Err("it is another".to_owned()) }
            });
        let token = tokens.id_token().ok_or(NotSignedIn::NotBelieved(Doubt::Tokens))?;
        let claims = token
            .claims(&verifier, &Nonce::new(begun.nonce()))
            .map_err(|error| NotSignedIn::NotBelieved(Doubt::of(&error)))?;
        if claims.authorized_party().is_some_and(|it| *it != self.client_id) {
            return Err(NotSignedIn::NotBelieved(Doubt::Audience));
        }
        let role = self.roles.of(claims.additional_claims()).map_err(NotSignedIn::NoRole)?;
        let name = claims.name().and_then(|it| it.get(None)).map(|it| it.as_str());
        let username = claims.preferred_username().map(|it| it.as_str());
        Person::new(&self.issuer, claims.subject(), name.or(username), role)
            .ok_or(NotSignedIn::NotBelieved(Doubt::Subject))
    }

    fn client(&self, metadata: &Metadata) -> OurClient {
        let secret = self.proof.secret().cloned();
        let client =
            Client::from_provider_metadata(metadata.clone(), self.client_id.clone(), secret)
                .set_redirect_uri(self.callback.clone());
        let ways = metadata.token_endpoint_auth_methods_supported();
        let takes = |way| ways.is_some_and(|it| it.contains(&way));
        let only_in_the_body = takes(CoreClientAuthMethod::ClientSecretPost)
            && !takes(CoreClientAuthMethod::ClientSecretBasic);
        client.set_auth_type(match only_in_the_body {
            true => AuthType::RequestBody,
            false => AuthType::BasicAuth,
        })
    }

    /// What the provider says about itself, as it was lately or is now.
    async fn metadata(&self) -> Result<Arc<Metadata>, Away> {
        let now = Instant::now();
        self.metadata_since(now.checked_sub(FRESH).unwrap_or(now)).await
    }

    /// What the provider said about itself after a moment. One asks for all who wait.
    async fn metadata_since(&self, moment: Instant) -> Result<Arc<Metadata>, Away> {
        let began = Instant::now();
        let mut known = self.known.lock().await;
        if let Some((metadata, at)) = &known.metadata
            && *at >= moment
        {
            return Ok(metadata.clone());
        }
        if known.asked.is_some_and(|it| it >= began) {
            return Err(Away);
        }
        let http = self.http.as_the_library_asks();
        let found = Metadata::discover_async(self.issuer.clone(), &http).await;
        let at = Instant::now();
        known.asked = Some(at);
        match found {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                known.metadata = Some((metadata.clone(), at));
                Ok(metadata)
            }
            Err(error) => {
                tell(&error);
                Err(Away)
            }
        }
    }
}

fn tell(error: &(dyn Error + 'static)) {
    tracing::warn!(why = logging::chain(error), "the provider of identities does not answer");
}
