//! Our own case file: going to the desk, coming back, closing.

use std::sync::Arc;

use domain::{facts::Fact, people::Actor};
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use workflows::ports::{self, Closing, LegOf, Task};

use crate::File;

#[derive(Clone)]
pub struct CaseFile {
    file: Arc<File>,
}

impl CaseFile {
    #[must_use]
    pub fn new(file: Arc<File>) -> Self {
        Self { file }
    }
}

#[activities]
impl CaseFile {
    #[activity(definition = ports::RaiseTask)]
    pub async fn raise_task(
        self: Arc<Self>,
        _ctx: ActivityContext,
        task: Task,
    ) -> Result<(), ActivityError> {
        let fact = Fact::DeskRaised { leg: task.leg, reason: task.reason };
        self.file.record(task.case, Actor::Engine, &[fact]).await
    }

    #[activity(definition = ports::ClearTask)]
    pub async fn clear_task(
        self: Arc<Self>,
        _ctx: ActivityContext,
        task: Task,
    ) -> Result<(), ActivityError> {
        let fact = Fact::DeskCleared { leg: task.leg, reason: Some(task.reason) };
        self.file.record(task.case, Actor::Engine, &[fact]).await
    }

    #[activity(definition = ports::EndLeg)]
    pub async fn end_leg(
        self: Arc<Self>,
        _ctx: ActivityContext,
        of: LegOf,
    ) -> Result<(), ActivityError> {
        self.file.record(of.case, Actor::Engine, &[Fact::LegWithdrawn { leg: of.leg }]).await
    }

    #[activity(definition = ports::CloseCase)]
    pub async fn close_case(
        self: Arc<Self>,
        _ctx: ActivityContext,
        it: Closing,
    ) -> Result<(), ActivityError> {
        self.file.record(it.case, Actor::Engine, &[Fact::Closed { ending: it.ending }]).await
    }
}
