//! Recorded runs, and replaying them.

use anyhow::{Context, Result};
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, GrpcCompression, Url, WorkflowHistory,
};
use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};
use workflows::{NewbornCase, NewbornCaseRun};

/// A client of a stack's Temporal.
///
/// # Errors
///
/// If it does not answer.
pub async fn client(address: &str, namespace: &str) -> Result<Client> {
    let url: Url =
        format!("http://{address}").parse().context("the address of Temporal is not one")?;
    let options = ConnectionOptions::new(url).grpc_compression(GrpcCompression::None).build();
    let connection = Connection::connect(options).await?;
    Ok(Client::new(connection, ClientOptions::new(namespace.to_owned()).build())?)
}

/// The history of a case, as the replayer reads it.
///
/// # Errors
///
/// If Temporal has none.
pub async fn of(client: &Client, case: &str) -> Result<Vec<u8>> {
    let handle = client.get_workflow_handle::<NewbornCaseRun>(case.to_owned());
    let history = handle.fetch_history(Default::default());
    Ok(history.to_json().await?)
}

/// Replays a recorded history against the stories of today.
///
/// # Errors
///
/// If a story of today would have gone another way.
pub async fn replays(json: &[u8]) -> Result<()> {
    let options = WorkflowReplayerOptions::new().register_workflow::<NewbornCase>()?.build();
    let replayer = WorkflowReplayer::new(options)?;
    replayer.replay_workflow(WorkflowHistory::from_json(json)?).await?;
    Ok(())
}

/// The id of the run of a case that is now under way.
///
/// # Errors
///
/// If Temporal does not know the case.
pub async fn run_id(client: &Client, case: &str) -> Result<String> {
    let handle = client.get_workflow_handle::<NewbornCaseRun>(case.to_owned());
    let description = handle.describe(Default::default()).await?;
    Ok(description.run_id().to_owned())
}

/// Asks for the workflow of a case to be cancelled.
///
/// # Errors
///
/// If Temporal does not know the case.
pub async fn cancel(client: &Client, case: &str) -> Result<()> {
    let handle = client.get_workflow_handle::<NewbornCaseRun>(case.to_owned());
    handle.cancel(Default::default()).await?;
    Ok(())
}

/// Waits until the workflow of a case has ended.
///
/// # Errors
///
/// If Temporal does not know the case, or the workflow failed.
pub async fn ended(client: &Client, case: &str) -> Result<()> {
    let handle = client.get_workflow_handle::<NewbornCaseRun>(case.to_owned());
    handle.get_result(Default::default()).await?;
    Ok(())
}
