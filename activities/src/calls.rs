//! One call to a register: through its gate, within a deadline, counted.

#[cfg(debug_assertions)]
use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::people::Register;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};
use proto::common::v1::RequestContext;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    fault,
    gate::{Gate, Manner},
};

/// The way to one register.
pub struct Calls {
    register: Register,
    gate: Gate,
    counts: Counts,
    /// For tests: the operation whose first call panics, with what it was about to say.
    #[cfg(debug_assertions)]
    panics: Mutex<Option<String>>,
}

/// What the calls to all registers are counted in.
#[derive(Clone)]
pub struct Counts {
    calls: IntCounterVec,
    seconds: HistogramVec,
}

impl Counts {
    /// # Errors
    ///
    /// If the registry has these names already.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let calls = IntCounterVec::new(
            Opts::new("newborn_calls_total", "Calls to the registers by how they ended."),
            &["register", "operation", "outcome"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new(
                "newborn_call_seconds",
                "How long calls to the registers took, in seconds.",
            ),
            &["register", "operation"],
        )?;
        registry.register(Box::new(calls.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self { calls, seconds })
    }
}

/// How many questions one worker asks a register at once: inside workflow tasks, and durably.
const INLINE: usize = 64;
const DURABLE: usize = 32;

/// A workflow task waits for this at most; it must end before the local activity's own limit.
const INLINE_DEADLINE: Duration = Duration::from_millis(700);
const DURABLE_DEADLINE: Duration = Duration::from_secs(15);

impl Calls {
    #[must_use]
    pub fn new(register: Register, counts: Counts) -> Self {
        Self {
            register,
            gate: Gate::new(INLINE, DURABLE),
            counts,
            #[cfg(debug_assertions)]
            panics: Mutex::new(None),
        }
    }

    /// Lets the first call of an operation panic with what it was about to say.
    #[cfg(debug_assertions)]
    pub fn panic_once(&self, operation: &str) {
        *self.panics.lock().expect("nobody panics holding it") = Some(operation.to_owned());
    }

    #[cfg(debug_assertions)]
    fn panic_if_told_to(&self, operation: &str, message: &impl std::fmt::Debug) {
        let told =
            self.panics.lock().expect("nobody panics holding it").take_if(|its| its == operation);
        assert!(told.is_none(), "{message:?}");
    }

    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Asks a register once.
    pub async fn call<M, T, F>(
        &self,
        operation: &'static str,
        ctx: &ActivityContext,
        message: M,
        send: impl FnOnce(Request<M>) -> F,
    ) -> Result<T, ActivityError>
    where
        M: std::fmt::Debug,
        F: Future<Output = Result<Response<T>, Status>>,
    {
        let (manner, deadline) = if ctx.info().is_local {
            (Manner::Inline, INLINE_DEADLINE)
        } else {
            (Manner::Durable, DURABLE_DEADLINE)
        };
        let Some(_place) = self.gate.enter(manner).await else {
            self.count(operation, "not-now");
            return Err(fault::retry(fault::NotNow { operation }));
        };
        #[cfg(debug_assertions)]
        self.panic_if_told_to(operation, &message);
        let mut request = Request::new(message);
        request.set_timeout(deadline);
        let asked = Instant::now();
        let answer = match tokio::time::timeout(deadline, send(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(Status::deadline_exceeded("")),
        };
        self.counts
            .seconds
            .with_label_values(&[self.register.code(), operation])
            .observe(asked.elapsed().as_secs_f64());
        match answer {
            Ok(answer) => {
                self.gate.answered();
                self.count(operation, "answered");
                Ok(answer.into_inner())
            }
            Err(status) => {
                if fault::may_mend(status.code()) {
                    self.gate.silent()
                } else {
                    self.gate.answered()
                }
                self.count(operation, code_word(status.code()));
                tracing::warn!(
                    register = self.register.code(),
                    operation,
                    code = code_word(status.code()),
                    took_ms = u64::try_from(asked.elapsed().as_millis()).unwrap_or(u64::MAX),
                    case.id = ctx.info().workflow_id.as_deref().unwrap_or(""),
                    "no answer from the register",
                );
                Err(fault::from_status(operation, &status))
            }
        }
    }

    fn count(&self, operation: &str, outcome: &str) {
        self.counts.calls.with_label_values(&[self.register.code(), operation, outcome]).inc();
    }
}

/// A gRPC code as a label.
fn code_word(code: tonic::Code) -> &'static str {
    match code {
        tonic::Code::Ok => "ok",
        tonic::Code::Cancelled => "cancelled",
        tonic::Code::Unknown => "unknown",
        tonic::Code::InvalidArgument => "invalid-argument",
        tonic::Code::DeadlineExceeded => "deadline-exceeded",
        tonic::Code::NotFound => "not-found",
        tonic::Code::AlreadyExists => "already-exists",
        tonic::Code::PermissionDenied => "permission-denied",
        tonic::Code::ResourceExhausted => "resource-exhausted",
        tonic::Code::FailedPrecondition => "failed-precondition",
        tonic::Code::Aborted => "aborted",
        tonic::Code::OutOfRange => "out-of-range",
        tonic::Code::Unimplemented => "unimplemented",
        tonic::Code::Internal => "internal",
        tonic::Code::Unavailable => "unavailable",
        tonic::Code::DataLoss => "data-loss",
        tonic::Code::Unauthenticated => "unauthenticated",
    }
}

/// What goes with every request, new for each attempt.
#[must_use]
pub fn context(correlation: &str) -> Option<RequestContext> {
    Some(RequestContext {
        request_id: Uuid::now_v7().to_string(),
        sent_at: Some(std::time::SystemTime::now().into()),
        correlation: correlation.to_owned(),
    })
}
