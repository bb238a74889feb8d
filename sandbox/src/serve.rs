//! Puts the registers together and serves them until told to stop.

use std::{future::Future, net::SocketAddr, str::FromStr, sync::Arc};

use anyhow::Context;
use proto::{
    certificates::v1::{
        birth_certificate_service_server::BirthCertificateServiceServer,
        fee_service_server::FeeServiceServer,
    },
    common::v1::service_status_service_server::ServiceStatusServiceServer,
    registry::v1::{
        birth_registry_service_server::BirthRegistryServiceServer,
        notice_intake_service_server::NoticeIntakeServiceServer,
        registry_event_service_server::RegistryEventServiceServer,
    },
    sin::v1::{
        sin_event_service_server::SinEventServiceServer,
        social_insurance_register_service_server::SocialInsuranceRegisterServiceServer,
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::sync::CancellationToken;
use tonic::transport::{Server, ServerTlsConfig, server::TcpIncoming};

use crate::{
    clock,
    control::{self, Control},
    federal::service::Federal,
    hospital::Hospital,
    http::{self, Registers},
    identity_provider::IdentityProvider,
    message_service::MessageService,
    metrics::Metrics,
    misbehave::Misbehaviour,
    operations::Jurisdiction,
    payment_page,
    province::service::Province,
    register::Register,
    settings::Settings,
    status::AlwaysOpen,
    tls::Tls,
};

static PROVINCE_TABLES: Migrator = sqlx::migrate!("migrations/province");
static FEDERAL_TABLES: Migrator = sqlx::migrate!("migrations/federal");
const CONNECTIONS: u32 = 10;

/// The sockets, bound.
pub struct Listeners {
    pub province: TcpListener,
    pub federal: TcpListener,
    pub http: TcpListener,
    /// For the provider of identities, if there is one.
    pub identity: Option<TcpListener>,
}

impl Listeners {
    /// Binds what the settings say.
    ///
    /// # Errors
    ///
    /// Naming the address that cannot be bound.
    pub async fn bind(settings: &Settings) -> anyhow::Result<Self> {
        let bind = async |address: SocketAddr| {
            TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
        };
        Ok(Self {
            province: bind(settings.province_listen).await?,
            federal: bind(settings.federal_listen).await?,
            http: bind(settings.http_listen).await?,
            identity: match settings.identity.identity_listen {
                Some(address) => Some(bind(address).await?),
                None => None,
            },
        })
    }
}

/// Serves both registers until `shutdown` completes, then finishes what is under way.
///
/// # Errors
///
/// When a database, a certificate or a socket cannot be used.
pub async fn serve(
    settings: Settings,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let tls = Tls::read(&settings.tls_dir)?;
    let open = Opening {
        settings: &settings,
        misbehaviour: Arc::default(),
        metrics: Metrics::new()?,
        stopping: CancellationToken::new(),
    };
    let province = open
        .register(Jurisdiction::Province, &settings.province_database_url, &PROVINCE_TABLES)
        .await
        .context("the province's database")?;
    let federal = open
        .register(Jurisdiction::Federal, &settings.federal_database_url, &FEDERAL_TABLES)
        .await
        .context("the federal database")?;
    let hospital = Hospital::new(reachable(listeners.province.local_addr()?), tls.hospital())?;
    let control = Control { province: province.clone(), federal: federal.clone(), hospital };
    let callback = settings.notify_callback_url.as_deref();
    let messages = settings.notify_callback_token_file.as_deref();
    let messages = MessageService::new(callback.zip(messages))?;
    let identity = match listeners.identity {
        Some(listener) => {
            let provider = IdentityProvider::new(listener.local_addr()?, &settings.identity)?;
            Some((listener, provider.routes()))
        }
        None => None,
    };
    let registers = Registers { province: province.clone(), federal: federal.clone() };
    let stopping = open.stopping;

    tokio::spawn({
        let stopping = stopping.clone();
        async move {
            shutdown.await;
            stopping.cancel();
        }
    });
    let clocks =
        [tokio::spawn(clock::run(province.clone())), tokio::spawn(clock::run(federal.clone()))];
    tracing::info!("serving");
    tokio::try_join!(
        serve_province(listeners.province, tls.province(), province, stopping.clone()),
        serve_federal(listeners.federal, tls.federal(), federal, stopping.clone()),
        serve_http(
            listeners.http,
            http::routes(registers)
                .merge(control::routes(control))
                .merge(payment_page::routes())
                .merge(messages.routes()),
            stopping.clone()
        ),
        async {
            match identity {
                Some((listener, routes)) => serve_http(listener, routes, stopping.clone()).await,
                None => Ok(()),
            }
        },
    )?;
    for clock in clocks {
        clock.await?;
    }
    tracing::info!("stopped");
    Ok(())
}

/// What both registers are opened with.
struct Opening<'a> {
    settings: &'a Settings,
    misbehaviour: Arc<Misbehaviour>,
    metrics: Metrics,
    stopping: CancellationToken,
}

impl Opening<'_> {
    async fn register(
        &self,
        jurisdiction: Jurisdiction,
        url: &SecretString,
        tables: &Migrator,
    ) -> anyhow::Result<Arc<Register>> {
        Ok(Arc::new(Register {
            jurisdiction,
            pool: connect(url, tables).await?,
            pace: self.settings.pace(),
            misbehaviour: Arc::clone(&self.misbehaviour),
            metrics: self.metrics.clone(),
            told: tokio::sync::watch::Sender::new(()),
            scheduled: Notify::new(),
            stopping: self.stopping.clone(),
        }))
    }
}

async fn connect(url: &SecretString, tables: &Migrator) -> anyhow::Result<PgPool> {
    // The error could quote the URL, and with it the password.
    let options =
        PgConnectOptions::from_str(url.expose_secret()).ok().context("not a database URL")?;
    let options = options
        .application_name("sandbox")
        // Every statement looks its rows up by an index, whatever the values: one plan each is enough.
        .options([("plan_cache_mode", "force_generic_plan")])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        // A connection that broke is found out by the call that uses it, and that call can be made again.
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .context("cannot connect")?;
    tables.run(&pool).await.context("cannot make the tables")?;
    Ok(pool)
}

async fn serve_province(
    listener: TcpListener,
    tls: ServerTlsConfig,
    register: Arc<Register>,
    stopping: CancellationToken,
) -> anyhow::Result<()> {
    let province = Province(register);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<BirthRegistryServiceServer<Province>>().await;
    health.set_serving::<BirthCertificateServiceServer<Province>>().await;
    health.set_serving::<FeeServiceServer<Province>>().await;
    health.set_serving::<NoticeIntakeServiceServer<Province>>().await;
    health.set_serving::<RegistryEventServiceServer<Province>>().await;
    Server::builder()
        .tls_config(tls)
        .context("the province's certificate")?
        .add_service(health_service)
        .add_service(ServiceStatusServiceServer::new(AlwaysOpen))
        .add_service(BirthRegistryServiceServer::new(province.clone()))
        .add_service(BirthCertificateServiceServer::new(province.clone()))
        .add_service(FeeServiceServer::new(province.clone()))
        .add_service(NoticeIntakeServiceServer::new(province.clone()))
        .add_service(RegistryEventServiceServer::new(province))
        .serve_with_incoming_shutdown(incoming(listener), stopping.cancelled_owned())
        .await
        .context("the province's server")
}

async fn serve_federal(
    listener: TcpListener,
    tls: ServerTlsConfig,
    register: Arc<Register>,
    stopping: CancellationToken,
) -> anyhow::Result<()> {
    let federal = Federal(register);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<SocialInsuranceRegisterServiceServer<Federal>>().await;
    health.set_serving::<SinEventServiceServer<Federal>>().await;
    Server::builder()
        .tls_config(tls)
        .context("the federal certificate")?
        .add_service(health_service)
        .add_service(ServiceStatusServiceServer::new(AlwaysOpen))
        .add_service(SocialInsuranceRegisterServiceServer::new(federal.clone()))
        .add_service(SinEventServiceServer::new(federal))
        .serve_with_incoming_shutdown(incoming(listener), stopping.cancelled_owned())
        .await
        .context("the federal server")
}

async fn serve_http(
    listener: TcpListener,
    routes: axum::Router,
    stopping: CancellationToken,
) -> anyhow::Result<()> {
    axum::serve(listener, routes)
        .with_graceful_shutdown(stopping.cancelled_owned())
        .await
        .context("the HTTP server")
}

fn incoming(listener: TcpListener) -> TcpIncoming {
    TcpIncoming::from(listener).with_nodelay(Some(true))
}

/// Where a listener on all addresses can be called from this machine.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}
