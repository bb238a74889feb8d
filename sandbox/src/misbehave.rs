//! Misbehaviour on request: rules that make operations fail the way real registers do.
//!
//! Rules live in this process's memory: a restart of the sandbox calms it.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use proto::common::v1::Event;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::operations::{Jurisdiction, Kind, Operation};

/// A rule as it is asked for and as it is given back.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `province` or `federal`.
    pub register: String,
    /// An operation's name, or `*` for all of the register, its stream included.
    pub operation: String,
    pub mode: Mode,
    /// For `refuse`: the reason, as the contract names it without its prefix. An undo needs none: it answers TooLate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many calls it hits before it ends. Without it and `seconds`, until calmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How long it lasts, in seconds from now; fractions allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// For `slow`: how long a call waits before it is worked, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Hits only calls whose correlation (the submission's Idempotency-Key) is this.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
}

/// How an operation misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing is done; UNAVAILABLE. An open stream is cut.
    Unavailable,
    /// It is done after a delay.
    Slow,
    /// It is done and kept; UNAVAILABLE instead of the answer.
    LoseAnswer,
    /// It is refused, without being done; the refusal is kept under its key.
    Refuse,
    /// An application is accepted and goes to a federal officer, who decides nothing.
    Pending,
    /// An application is refused: the child has a number already.
    AlreadyIssued,
    /// Each event of a stream is sent twice.
    DuplicateEvent,
    /// After each event of a stream the one before it is sent once more.
    ReorderEvents,
}

impl Mode {
    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Slow => "slow",
            Self::LoseAnswer => "lose-answer",
            Self::Refuse => "refuse",
            Self::Pending => "pending",
            Self::AlreadyIssued => "already-issued",
            Self::DuplicateEvent => "duplicate-event",
            Self::ReorderEvents => "reorder-events",
        }
    }
}

/// A rule and how often it has hit.
#[derive(Debug, Clone, Serialize)]
pub struct Counted {
    #[serde(flatten)]
    pub rule: Rule,
    pub hits: u64,
}

/// What a rule makes of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    Unavailable,
    Slow(Duration),
    LoseAnswer,
    Refuse(String),
    /// An application goes to an officer.
    Pending,
    DuplicateEvent,
    ReorderEvents,
}

impl Mood {
    /// Whether it is about single events, and not about calls.
    const fn is_of_events(&self) -> bool {
        matches!(self, Self::DuplicateEvent | Self::ReorderEvents)
    }
}

/// Why a rule is not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadRule {
    #[error("register: `{0}` is neither province nor federal")]
    Register(String),
    #[error("operation: the register has no operation `{0}`")]
    Operation(String),
    #[error("operation: only SubmitSinApplication can be {0}")]
    OnlyApplications(&'static str),
    #[error("operation: only a stream of events can be told to {0}")]
    OnlyStreams(&'static str),
    #[error("match: events carry no Idempotency-Key")]
    EventsOfNobody,
    #[error("delay_ms: a slow operation needs one, and no other mode has one")]
    Delay,
    #[error("reason: only a refusal has one")]
    Reason,
    #[error("reason: {operation} cannot be refused for `{reason}`")]
    NoSuchReason { operation: &'static str, reason: String },
    #[error("operation: {0} cannot be refused: it is no command")]
    NotRefusable(String),
    #[error("operation: {0} is a stream and has no answer to lose")]
    NothingToLose(&'static str),
    #[error("times, seconds: a rule lasts for at least one call and more than no time")]
    Never,
}

struct Active {
    counted: Counted,
    jurisdiction: Jurisdiction,
    /// None is all.
    operation: Option<Operation>,
    mood: Mood,
    ends: Option<Instant>,
}

/// All rules.
pub struct Misbehaviour {
    rules: Mutex<Vec<Active>>,
    changed: watch::Sender<()>,
}

impl Default for Misbehaviour {
    fn default() -> Self {
        Self { rules: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

impl Misbehaviour {
    /// Adds a rule.
    ///
    /// # Errors
    ///
    /// [`BadRule`] says what is wrong with it.
    pub fn add(&self, rule: Rule) -> Result<(), BadRule> {
        let active = read(rule)?;
        self.lock().push(active);
        self.changed.send_replace(());
        Ok(())
    }

    /// Removes all rules and gives them back with their hits.
    pub fn calm(&self) -> Vec<Counted> {
        let removed: Vec<Active> = std::mem::take(&mut *self.lock());
        self.changed.send_replace(());
        removed.into_iter().map(|it| it.counted).collect()
    }

    /// What the first rule that fits makes of a call; that rule counts a hit.
    pub fn meet(&self, operation: Operation, correlation: &str) -> Option<Mood> {
        let mut rules = self.lock();
        let of_call = |it: &&mut Active| !it.mood.is_of_events() && it.hits(operation, correlation);
        let rule = rules.iter_mut().find(of_call)?;
        rule.counted.hits += 1;
        Some(rule.mood.clone())
    }

    /// What a rule makes of one event of an open stream; that rule counts a hit. The first event of a stream has none
    /// before it.
    pub fn meet_event(&self, operation: Operation, before: Option<&Event>) -> Option<Mood> {
        let mut rules = self.lock();
        let of_event = |it: &&mut Active| match it.mood {
            Mood::DuplicateEvent => it.hits(operation, ""),
            Mood::ReorderEvents => before.is_some() && it.hits(operation, ""),
            _ => false,
        };
        let rule = rules.iter_mut().find(of_event)?;
        rule.counted.hits += 1;
        Some(rule.mood.clone())
    }

    /// What a rule makes of a stream that is already open. It counts a hit only when it cuts the stream.
    pub fn meet_open_stream(&self, operation: Operation) -> Option<Mood> {
        let mut rules = self.lock();
        let of_call = |it: &&mut Active| !it.mood.is_of_events() && it.hits(operation, "");
        let rule = rules.iter_mut().find(of_call)?;
        if rule.mood == Mood::Unavailable {
            rule.counted.hits += 1;
        }
        Some(rule.mood.clone())
    }

    /// Hears when rules come or go.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Active>> {
        // A panic elsewhere cannot leave a half-made rule behind.
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Active {
    fn hits(&self, operation: Operation, correlation: &str) -> bool {
        let is_for_operation = match self.operation {
            Some(its) => its == operation,
            None => self.jurisdiction == operation.jurisdiction(),
        };
        is_for_operation
            && self.counted.rule.correlation.as_deref().is_none_or(|its| its == correlation)
            && self.counted.rule.times.is_none_or(|times| self.counted.hits < times)
            && self.ends.is_none_or(|end| Instant::now() < end)
            && (operation.kind() != Kind::Stream || self.mood != Mood::LoseAnswer)
    }
}

fn read(rule: Rule) -> Result<Active, BadRule> {
    let jurisdiction = Jurisdiction::named(&rule.register)
        .ok_or_else(|| BadRule::Register(rule.register.clone()))?;
    let operation = match rule.operation.as_str() {
        "*" => None,
        name => Some(
            Operation::named(jurisdiction, name).ok_or_else(|| BadRule::Operation(name.into()))?,
        ),
    };
    let mood = read_mood(&rule, operation)?;
    if rule.times == Some(0) || rule.seconds.is_some_and(|it| !(it > 0.0 && it < 1e9)) {
        return Err(BadRule::Never);
    }
    let ends = rule.seconds.map(|it| Instant::now() + Duration::from_secs_f64(it));
    Ok(Active { counted: Counted { rule, hits: 0 }, jurisdiction, operation, mood, ends })
}

fn read_mood(rule: &Rule, operation: Option<Operation>) -> Result<Mood, BadRule> {
    if rule.mode != Mode::Refuse && rule.reason.is_some() {
        return Err(BadRule::Reason);
    }
    if (rule.mode == Mode::Slow) != rule.delay_ms.is_some() {
        return Err(BadRule::Delay);
    }
    match rule.mode {
        Mode::Unavailable => Ok(Mood::Unavailable),
        Mode::Slow => Ok(Mood::Slow(Duration::from_millis(rule.delay_ms.unwrap_or_default()))),
        Mode::LoseAnswer => match operation {
            Some(operation) if operation.kind() == Kind::Stream => {
                Err(BadRule::NothingToLose(operation.name()))
            }
            Some(_) | None => Ok(Mood::LoseAnswer),
        },
        Mode::Refuse => read_refusal(rule, operation),
        Mode::Pending => of_applications(rule, operation, Mood::Pending),
        Mode::AlreadyIssued => {
            of_applications(rule, operation, Mood::Refuse("ALREADY_ASSIGNED".into()))
        }
        Mode::DuplicateEvent => of_events(rule, operation, Mood::DuplicateEvent),
        Mode::ReorderEvents => of_events(rule, operation, Mood::ReorderEvents),
    }
}

fn of_applications(rule: &Rule, operation: Option<Operation>, mood: Mood) -> Result<Mood, BadRule> {
    match operation {
        Some(Operation::SubmitSinApplication) => Ok(mood),
        Some(_) | None => Err(BadRule::OnlyApplications(rule.mode.name())),
    }
}

fn of_events(rule: &Rule, operation: Option<Operation>, mood: Mood) -> Result<Mood, BadRule> {
    if operation.is_some_and(|it| it.kind() != Kind::Stream) {
        return Err(BadRule::OnlyStreams(rule.mode.name()));
    }
    if rule.correlation.is_some() {
        return Err(BadRule::EventsOfNobody);
    }
    Ok(mood)
}

fn read_refusal(rule: &Rule, operation: Option<Operation>) -> Result<Mood, BadRule> {
    let Some(operation) = operation else { return Err(BadRule::NotRefusable("*".into())) };
    let reason = match (operation.kind(), &rule.reason) {
        (Kind::Query | Kind::Stream, _) => {
            return Err(BadRule::NotRefusable(operation.name().into()));
        }
        (Kind::Undo, None) => "TOO_LATE".to_owned(),
        (Kind::Undo | Kind::Command, reason) => reason.clone().unwrap_or_default(),
    };
    if crate::refusals::can_be_refused(operation, &reason) {
        Ok(Mood::Refuse(reason))
    } else {
        Err(BadRule::NoSuchReason { operation: operation.name(), reason })
    }
}
