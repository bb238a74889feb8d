//! What an operator can watch of the sandbox. No label holds anything about a case.

use std::time::Duration;

use prometheus::{
    Encoder, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Registry, TextEncoder,
    process_collector::ProcessCollector,
};

use crate::operations::Operation;

/// The metrics of this process.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    seconds: HistogramVec,
    streams: IntGaugeVec,
}

impl Metrics {
    /// # Errors
    ///
    /// When a metric cannot be registered, which is a mistake in this file.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let labels = ["register", "operation"];
        let calls = IntCounterVec::new(
            prometheus::opts!(
                "newborn_sandbox_calls_total",
                "Calls by register, operation and outcome (branch of the answer, or reason of the fault)"
            ),
            &["register", "operation", "outcome"],
        )?;
        let seconds = HistogramVec::new(
            prometheus::histogram_opts!(
                "newborn_sandbox_call_seconds",
                "Time from the arrival of a call to its answer"
            ),
            &labels,
        )?;
        let streams = IntGaugeVec::new(
            prometheus::opts!("newborn_sandbox_open_streams", "Event streams open now"),
            &labels,
        )?;
        registry.register(Box::new(calls.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(streams.clone()))?;
        registry.register(Box::new(ProcessCollector::new(
            std::process::id().cast_signed(),
            "newborn",
        )))?;
        Ok(Self { registry, calls, seconds, streams })
    }

    /// Counts one call.
    pub fn called(&self, operation: Operation, outcome: &str, took: Duration) {
        let (register, name) = (operation.jurisdiction().name(), operation.name());
        self.calls.with_label_values(&[register, name, outcome]).inc();
        self.seconds.with_label_values(&[register, name]).observe(took.as_secs_f64());
    }

    /// Counts a stream as open until what is returned is dropped.
    #[must_use]
    pub fn stream_opened(&self, operation: Operation) -> OpenStream {
        let gauge =
            self.streams.with_label_values(&[operation.jurisdiction().name(), operation.name()]);
        gauge.inc();
        OpenStream(gauge)
    }

    /// Everything, in the text format.
    ///
    /// # Errors
    ///
    /// When a metric cannot be written out, which is a mistake in this file.
    pub fn text(&self) -> prometheus::Result<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// One open stream, for the gauge.
pub struct OpenStream(IntGauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}
