//! The workflows, as the portal speaks to them. Nothing else here knows Temporal.

use std::{future::Future, time::Duration};

use domain::{
    CaseRef,
    clocks::Clocks,
    decision::{Decision, NotAllowed},
};
use store::outbox::Awaits;
use temporalio_client::{
    Client, ClientOptions, Connection, ConnectionOptions, GrpcCompression, RetryOptions, Url,
    WorkflowExecuteUpdateOptions, WorkflowHandle, WorkflowIdConflictPolicy, WorkflowIdReusePolicy,
    WorkflowSignalOptions, WorkflowStartOptions,
    errors::{WorkflowInteractionError, WorkflowStartError, WorkflowUpdateError},
    tonic::Code,
};
use temporalio_common::HasWorkflowDefinition;
use tokio::{sync::OnceCell, time::timeout};
use workflows::{CASE_QUEUE, Carried, CaseInput, NewbornCase};

/// The workflow as a client names it; the workflow's own state cannot leave its thread.
type Story = <NewbornCase as HasWorkflowDefinition>::Run;

/// How long anybody here waits for an answer from Temporal.
const PATIENCE: Duration = Duration::from_secs(10);

/// How soon a dropped decision is put again.
const AGAIN: Duration = Duration::from_millis(100);

/// The way to the workflows. Connects when it is first used, so that the portal takes forms while Temporal is away.
pub struct Engine {
    address: Url,
    namespace: String,
    client: OnceCell<Client>,
}

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    /// No answer in time. It may still have been heard.
    #[error("the engine does not answer")]
    Away(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// There is no running workflow for the case: not started yet, or over.
    #[error("the case has no running workflow")]
    NotRunning,
    /// The workflow does not take the decision.
    #[error("the decision is not taken: {0}")]
    NotAllowed(NotAllowed),
    /// The workflow heard it and failed.
    #[error("the engine failed")]
    Failed,
}

impl Engine {
    /// The way to the workflows of a namespace. Does not connect yet.
    #[must_use]
    pub fn at(address: Url, namespace: &str) -> Self {
        Self { address, namespace: namespace.to_owned(), client: OnceCell::new() }
    }

    /// Starts the workflow of a case. Fine to repeat.
    pub(crate) async fn start(
        &self,
        case: CaseRef,
        clocks: Clocks,
        awaits: Awaits,
    ) -> Result<(), EngineError> {
        let client = self.client().await?;
        let Awaits { parents: awaits_parents, papers: awaits_papers } = awaits;
        let carried = Carried { awaits_parents, awaits_papers, ..Carried::default() };
        let input = CaseInput { case, clocks, carried };
        let options = WorkflowStartOptions::new(CASE_QUEUE, case.to_string())
            .id_reuse_policy(WorkflowIdReusePolicy::RejectDuplicate)
            .id_conflict_policy(WorkflowIdConflictPolicy::Fail)
            .build();
        match in_time(client.start_workflow(NewbornCase::run, input, options)).await? {
            Ok(_) | Err(WorkflowStartError::AlreadyStarted { .. }) => Ok(()),
            Err(error) => Err(away(error)),
        }
    }

    /// Tells the workflow of a case that its parents offered a payment.
    pub(crate) async fn payment_offered(
        &self,
        case: CaseRef,
        generation: u16,
    ) -> Result<(), EngineError> {
        let case = self.workflow(case).await?;
        let options = WorkflowSignalOptions::default();
        match in_time(case.signal(NewbornCase::payment_offered, generation, options)).await? {
            Ok(()) => Ok(()),
            Err(WorkflowInteractionError::NotFound(_)) => Err(EngineError::NotRunning),
            Err(error) => Err(away(error)),
        }
    }

    /// Tells the workflow of a case that a parent has certified, or said something else.
    pub(crate) async fn parents_answered(&self, case: CaseRef) -> Result<(), EngineError> {
        let case = self.workflow(case).await?;
        let options = WorkflowSignalOptions::default();
        match in_time(case.signal(NewbornCase::parents_answered, (), options)).await? {
            Ok(()) => Ok(()),
            Err(WorkflowInteractionError::NotFound(_)) => Err(EngineError::NotRunning),
            Err(error) => Err(away(error)),
        }
    }

    /// Tells the workflow of a case that the child has died.
    pub(crate) async fn loss_reported(&self, case: CaseRef) -> Result<(), EngineError> {
        let case = self.workflow(case).await?;
        let options = WorkflowSignalOptions::default();
        match in_time(case.signal(NewbornCase::loss_reported, (), options)).await? {
            Ok(()) => Ok(()),
            Err(WorkflowInteractionError::NotFound(_)) => Err(EngineError::NotRunning),
            Err(error) => Err(away(error)),
        }
    }

    /// Puts a decision to the workflow of a case. With the same `id` again, the first answer counts.
    pub(crate) async fn decide(
        &self,
        case: CaseRef,
        id: String,
        decision: Decision,
    ) -> Result<(), EngineError> {
        let case = self.workflow(case).await?;
        let put = async || loop {
            let options = WorkflowExecuteUpdateOptions::builder().update_id(id.clone()).build();
            let answer = case.execute_update(NewbornCase::decide, decision.clone(), options).await;
            if !answer.as_ref().is_err_and(crossed_an_event) {
                return answer;
            }
            tokio::time::sleep(AGAIN).await;
        };
        match in_time(put()).await? {
            Ok(()) => Ok(()),
            Err(WorkflowUpdateError::Failed(failure)) => Err(match failure.message.parse() {
                Ok(why) => EngineError::NotAllowed(why),
                Err(_) => EngineError::Failed,
            }),
            Err(WorkflowUpdateError::NotFound(_)) => Err(EngineError::NotRunning),
            Err(error) => Err(away(error)),
        }
    }

    async fn workflow(&self, case: CaseRef) -> Result<WorkflowHandle<Client, Story>, EngineError> {
        Ok(self.client().await?.get_workflow_handle::<Story>(case.to_string()))
    }

    async fn client(&self) -> Result<&Client, EngineError> {
        in_time(self.client.get_or_try_init(|| self.connect())).await?.map_err(EngineError::Away)
    }

    async fn connect(&self) -> Result<Client, Option<Box<dyn std::error::Error + Send + Sync>>> {
        let options = ConnectionOptions::new(self.address.clone())
            .identity("newborn-portal")
            .connect_timeout(PATIENCE)
            .grpc_compression(GrpcCompression::None)
            .retry_options(RetryOptions::no_retries())
            .build();
        let connection = Connection::connect(options).await.map_err(|error| Some(error.into()))?;
        let client = Client::new(connection, ClientOptions::new(self.namespace.as_str()).build());
        client.map_err(|error| Some(error.into()))
    }
}

/// Whether the decision was dropped unheard: something else reached the case in the same moment, and Temporal lets the
/// workflow begin that moment again without it.
fn crossed_an_event(error: &WorkflowUpdateError) -> bool {
    matches!(error, WorkflowUpdateError::Rpc(status) if status.code() == Code::FailedPrecondition)
}

async fn in_time<T>(asked: impl Future<Output = T>) -> Result<T, EngineError> {
    timeout(PATIENCE, asked).await.map_err(|late| EngineError::Away(Some(late.into())))
}

fn away(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> EngineError {
    EngineError::Away(Some(error.into()))
}
