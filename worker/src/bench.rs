//! What the benchmark compares the engine with: a workflow of three activities that do nothing, on the same worker.

use std::time::Duration;

use temporalio_macros::{activities, workflow, workflow_methods};
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use temporalio_workflow::{ActivityOptions, WorkflowContext, WorkflowResult};

#[workflow]
#[derive(Default)]
pub struct Bare;

#[workflow_methods]
impl Bare {
    #[run(name = "bench-bare")]
    pub async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        for _ in 0..3 {
            ctx.execute_activity(
                Nothing::nothing,
                (),
                ActivityOptions::start_to_close_timeout(Duration::from_secs(10)),
            )
            .await?;
        }
        Ok(())
    }
}

pub struct Nothing;

#[activities]
impl Nothing {
    #[activity(name = "bench-nothing")]
    pub async fn nothing(_ctx: ActivityContext) -> Result<(), ActivityError> {
        Ok(())
    }
}
