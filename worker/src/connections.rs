//! Connections to the case file, to Temporal and to the registers. What is not there yet is waited for, with a limit.

use std::{future::Future, sync::Arc, time::Duration};

use activities::{Calls, File, calls::Counts};
use anyhow::Context;
use domain::people::Register;
use secrecy::SecretString;
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, GrpcCompression, Url,
    grpc::{OperatorService, WorkflowService},
};
use temporalio_common::protos::temporal::api::{
    enums::v1::IndexedValueType,
    operatorservice::v1::{AddSearchAttributesRequest, ListSearchAttributesRequest},
    workflowservice::v1::GetSystemInfoRequest,
};
use tonic::{IntoRequest, transport::Channel};

use crate::settings::Settings;

/// How long the worker waits at its start for what it needs.
const PATIENCE: Duration = Duration::from_secs(60);
const CONNECTIONS: u32 = 40;

/// The case file with its tables up to date.
pub async fn case_file(settings: &Settings) -> anyhow::Result<Arc<File>> {
    let keys = store::Keys::read(&settings.case_key_file, &settings.search_key_file)?;
    let url: &SecretString = &settings.database_url;
    let pool = patiently(|| store::connect(url, CONNECTIONS))
        .await
        .context("the case file does not answer")?;
    store::migrate(&pool)
        .await
        .context("the tables of the case file could not be brought up to date")?;
    Ok(Arc::new(File::new(pool, keys)))
}

/// A client of Temporal, and its runtime with the SDK's own metrics.
pub struct Temporal {
    pub client: Client,
    pub runtime: temporalio_sdk::Runtime,
}

/// Connects to Temporal and sees to it that it knows our search attribute.
pub async fn temporal(settings: &Settings) -> anyhow::Result<Temporal> {
    let runtime = crate::queues::runtime(settings)?;
    let address: Url =
        settings.temporal_address.parse().context("the address of Temporal is not one")?;
    let connect = || {
        let options =
            ConnectionOptions::new(address.clone()).grpc_compression(GrpcCompression::None).build();
        Connection::connect(options)
    };
    let connection = patiently(connect).await.context("Temporal does not answer")?;
    let attribute = || desk_reason(connection.clone(), &settings.temporal_namespace);
    patiently(attribute).await.context("Temporal does not take our search attribute")?;
    let client =
        Client::new(connection, ClientOptions::new(settings.temporal_namespace.clone()).build())?;
    Ok(Temporal { client, runtime })
}

/// Adds the search attribute of the desk, unless it is there.
async fn desk_reason(mut connection: Connection, namespace: &str) -> Result<(), tonic::Status> {
    let namespace = namespace.to_owned();
    let known = OperatorService::list_search_attributes(
        &mut connection,
        ListSearchAttributesRequest { namespace: namespace.clone() }.into_request(),
    )
    .await?
    .into_inner();
    if known.custom_attributes.contains_key(workflows::DESK_REASON) {
        return Ok(());
    }
    let search_attributes =
        [(workflows::DESK_REASON.to_owned(), IndexedValueType::Keyword.into())].into();
    let add = AddSearchAttributesRequest { search_attributes, namespace };
    OperatorService::add_search_attributes(&mut connection, add.into_request()).await.map(|_| ())
}

/// Whether Temporal answers.
pub async fn temporal_answers(client: &Client) -> bool {
    let mut connection = client.connection().clone();
    let asked = WorkflowService::get_system_info(
        &mut connection,
        GetSystemInfoRequest::default().into_request(),
    );
    matches!(tokio::time::timeout(Duration::from_secs(2), asked).await, Ok(Ok(_)))
}

/// The way to each register.
pub struct Registers {
    pub province: (Channel, Arc<Calls>),
    pub federal: (Channel, Arc<Calls>),
}

/// Channels to both registers; they connect when they are first used.
pub fn registers(settings: &Settings, metrics: &prometheus::Registry) -> anyhow::Result<Registers> {
    let counts = Counts::register(metrics)?;
    let to = |register, url: &str| -> anyhow::Result<_> {
        let channel = activities::connect::to(register, url, &settings.tls_dir)?;
        let calls = Calls::new(register, counts.clone());
        #[cfg(debug_assertions)]
        if let Some(operation) = &settings.panic_once {
            calls.panic_once(operation);
        }
        Ok((channel, Arc::new(calls)))
    };
    Ok(Registers {
        province: to(Register::Province, &settings.province_url)?,
        federal: to(Register::Federal, &settings.federal_url)?,
    })
}

/// Tries until it works or the patience is over; then gives the last error.
async fn patiently<T, E, F: Future<Output = Result<T, E>>>(
    attempt: impl Fn() -> F,
) -> Result<T, E> {
    let begun = tokio::time::Instant::now();
    loop {
        match attempt().await {
            Err(_) if begun.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(250)).await
            }
            done => return done,
        }
    }
}
