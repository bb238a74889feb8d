//! The portal's metrics, in the text format of Prometheus.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
    core::Collector, process_collector::ProcessCollector,
};
use sqlx::PgPool;
use store::{Statistics, StoreError};
use tokio::sync::Mutex;

/// Counts requests as they come; what the case file knows is counted when somebody asks, every few seconds at most.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    cases: IntGaugeVec,
    desk: IntGaugeVec,
    overdue: IntGaugeVec,
    messages: IntGaugeVec,
    outbox: IntGauge,
    outbox_age: IntGauge,
    counted: Mutex<Option<Counted>>,
}

/// What the case file knew when it was last counted.
struct Counted {
    at: Instant,
    statistics: Statistics,
}

/// How old a count may be. Counting reads every case.
const FRESH: Duration = Duration::from_secs(5);

const WELL_FORMED: &str = "the names of metrics are well formed and used once";

impl Metrics {
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let process = ProcessCollector::new(std::process::id().cast_signed(), "newborn");
        registry.register(Box::new(process)).expect(WELL_FORMED);
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            added(&registry, IntGaugeVec::new(Opts::new(name, help), labels).expect(WELL_FORMED))
        };
        let gauge = |name: &str, help: &str| {
            added(&registry, IntGauge::new(name, help).expect(WELL_FORMED))
        };
        let requests = Opts::new("newborn_http_requests_total", "Requests answered");
        let seconds = HistogramOpts::new("newborn_http_seconds", "How long requests took");
        Self {
            requests: added(
                &registry,
                IntCounterVec::new(requests, &["route", "status"]).expect(WELL_FORMED),
            ),
            seconds: added(&registry, HistogramVec::new(seconds, &["route"]).expect(WELL_FORMED)),
            cases: gauges("newborn_cases", "Cases by part and standing", &["leg", "standing"]),
            desk: gauges(
                "newborn_desk_tasks",
                "Open tasks on the desk",
                &["leg", "reason", "owner"],
            ),
            overdue: gauges(
                "newborn_desk_overdue_seconds",
                "How long the first task is overdue",
                &["reason"],
            ),
            messages: gauges("newborn_messages", "Messages that parents were told", &["message"]),
            outbox: gauge("newborn_outbox_waiting", "Errands that are not done"),
            outbox_age: gauge(
                "newborn_outbox_age_seconds",
                "Age of the oldest errand that is not done",
            ),
            counted: Mutex::default(),
            registry,
        }
    }

    /// Counts an answered request, by the template of its path.
    pub(crate) fn answered(&self, route: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[route]).observe(took.as_secs_f64());
    }

    /// All metrics, with what the case file knows; anybody may ask, and it is counted once in a while all the same.
    ///
    /// # Errors
    ///
    /// When the case file cannot be counted.
    pub(crate) async fn scrape(&self, pool: &PgPool, now: Timestamp) -> Result<String, StoreError> {
        // Held to the end: gauges that another scrape resets meanwhile would be gathered half filled.
        let mut counted = self.counted.lock().await;
        let fresh = counted.take().filter(|it| it.at.elapsed() < FRESH);
        let fresh = match fresh {
            Some(fresh) => fresh,
            None => {
                let mut conn = pool.acquire().await.map_err(StoreError::Database)?;
                let statistics = store::statistics(&mut conn).await?;
                Counted { at: Instant::now(), statistics }
            }
        };
        let text = self.text(&fresh.statistics, now);
        *counted = Some(fresh);
        Ok(text)
    }

    fn text(&self, statistics: &Statistics, now: Timestamp) -> String {
        self.cases.reset();
        self.cases_of("birth", &statistics.birth);
        self.cases_of("certificate", &statistics.certificate);
        self.cases_of("sin", &statistics.sin);
        self.cases_of("fee", &statistics.fee);
        self.desk.reset();
        self.overdue.reset();
        for it in &statistics.desk {
            let labels = [it.leg.code(), it.reason.code(), it.owner.code()];
            self.desk.with_label_values(&labels).set(whole(it.open));
            let overdue = self.overdue.with_label_values(&[it.reason.code()]);
            overdue.set(overdue.get().max(seconds(it.first_due, now)));
        }
        self.messages.reset();
        for (message, count) in &statistics.messages {
            self.messages.with_label_values(&[message.code()]).set(whole(*count));
        }
        self.outbox.set(whole(statistics.outbox.waiting));
        self.outbox_age.set(statistics.outbox.oldest.map_or(0, |oldest| seconds(oldest, now)));
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }

    fn cases_of<S: Copy + Into<&'static str>>(&self, leg: &str, counts: &BTreeMap<S, u64>) {
        for (standing, count) in counts {
            self.cases.with_label_values(&[leg, (*standing).into()]).set(whole(*count));
        }
    }
}

fn added<C: Collector + Clone + 'static>(registry: &Registry, it: C) -> C {
    registry.register(Box::new(it.clone())).expect(WELL_FORMED);
    it
}

/// Whole seconds from one moment to another, none if it is still to come.
fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_second() - from.as_second()).max(0)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
