//! Which workflows and activities run on which task queue, and the consumers of the registers' events.

use std::{sync::Arc, time::Duration};

use activities::{
    File,
    case_file::CaseFile,
    certificates::Certificates,
    discreet::Discreet,
    events::{self, Consumer},
    registry::Registry,
    social_insurance::SocialInsurance,
};
use domain::people::Register;
use temporalio_common::telemetry::{
    PrometheusExporterOptions, TelemetryOptions, metrics::CoreMeter,
    start_prometheus_metric_exporter,
};
use temporalio_sdk::{
    Runtime, Worker, WorkerOptions,
    runtime::{PollerBehavior, RuntimeOptions},
};
use workflows::{CASE_QUEUE, NewbornCase, register_queue};

use crate::{
    bench,
    connections::{Registers, Temporal},
    settings::Settings,
};

const POLLERS: usize = 20;
/// How long running activities may take to end when the worker is told to stop. They are safe to repeat.
const GRACE: Duration = Duration::from_secs(5);

/// The SDK's runtime on the current tokio runtime, with its metrics served on their own port.
pub fn runtime(settings: &Settings) -> anyhow::Result<Runtime> {
    let options =
        PrometheusExporterOptions::builder().socket_addr(settings.temporal_metrics_listen).build();
    let exporter = start_prometheus_metric_exporter(options)?;
    let telemetry =
        TelemetryOptions::builder().metrics(exporter.meter as Arc<dyn CoreMeter>).build();
    Ok(Runtime::from_current_tokio(
        RuntimeOptions::builder()
            .telemetry_options(telemetry)
            .build()
            .map_err(anyhow::Error::msg)?,
    )?)
}

/// One worker per task queue. Questions asked inside a workflow task run on the first.
pub fn workers(
    settings: &Settings,
    temporal: &Temporal,
    file: &Arc<File>,
    registers: &Registers,
) -> anyhow::Result<Vec<Worker>> {
    let (province, province_calls) = registers.province.clone();
    let (federal, federal_calls) = registers.federal.clone();
    let registry = Registry::new(file.clone(), province_calls.clone(), province.clone());
    let certificates = Certificates::new(file.clone(), province_calls, province);
    let sin = SocialInsurance::new(file.clone(), federal_calls, federal);

    let on = |queue| {
        WorkerOptions::new(queue)
            .workflow_task_poller_behavior(PollerBehavior::SimpleMaximum(POLLERS))
            .activity_task_poller_behavior(PollerBehavior::SimpleMaximum(POLLERS))
            .graceful_shutdown_period(GRACE)
            .activity_inbound_interceptor(Discreet)
    };
    let mut cases = on(CASE_QUEUE)
        .register_workflow::<NewbornCase>()?
        .register_activities(CaseFile::new(file.clone()))
        .register_activities(registry.clone())
        .register_activities(certificates.clone())
        .register_activities(sin.clone());
    if settings.with_bench_workflow {
        cases = cases.register_workflow::<bench::Bare>()?.register_activities(bench::Nothing);
    }
    let options = [
        cases.build(),
        on(register_queue(Register::Province))
            .register_activities(registry)
            .register_activities(certificates)
            .build(),
        on(register_queue(Register::Federal)).register_activities(sin).build(),
    ];
    let start = |options| Ok(Worker::new(&temporal.runtime, temporal.client.clone(), options)?);
    options.into_iter().map(start).collect()
}

/// The consumers of both registers' events. They end with the worker.
pub fn consumers(
    temporal: &Temporal,
    file: &Arc<File>,
    registers: &Registers,
    metrics: &prometheus::Registry,
) -> anyhow::Result<impl Future<Output = ()> + use<>> {
    let counter = events::counter(metrics)?;
    let consumer = |register, channel: &tonic::transport::Channel| {
        Consumer::new(
            register,
            channel.clone(),
            file.pool().clone(),
            temporal.client.clone(),
            counter.clone(),
        )
    };
    let province = tokio::spawn(consumer(Register::Province, &registers.province.0).run());
    let federal = tokio::spawn(consumer(Register::Federal, &registers.federal.0).run());
    Ok(async move {
        // One of them is one too few.
        let ended = tokio::select! { ended = province => ended, ended = federal => ended };
        tracing::error!(?ended, "a consumer of events has ended");
    })
}
