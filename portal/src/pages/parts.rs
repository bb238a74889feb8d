//! Where the parts of a case stand, in words.

use domain::{
    calendar,
    desk::Leg,
    facts::Facts,
    standing::{BirthStanding, FeeStanding},
};

use crate::language::Speaks;

/// One part of a case.
pub(super) struct Part {
    pub(super) heading: String,
    /// Where it stands.
    pub(super) state: String,
    /// Who holds it now.
    pub(super) holder: String,
    /// What the parents have to do.
    pub(super) todo: String,
    /// The day by which it should be done.
    pub(super) expected: Option<String>,
    /// What else is known: a number, a day, an amount.
    pub(super) more: Vec<String>,
}

impl Part {
    pub(super) fn all(t: Speaks, facts: &Facts) -> Vec<Self> {
        let mut parts = vec![birth(t, facts), certificate(t, facts), sin(t, facts)];
        for (part, leg) in parts.iter_mut().zip([Leg::Birth, Leg::Certificate, Leg::Sin]) {
            part.expected = facts.expected(leg).map(|day| t.date(day));
        }
        if let Some(fee) = fee(t, facts) {
            parts[1].more.push(fee);
        }
        parts
    }

    fn new(t: Speaks, leg: &str, standing: &str) -> Self {
        let key = format!("{leg}-{standing}");
        let about = |what: &str| {
            t.maybe(&format!("{key}.{what}")).unwrap_or_else(|| t.say(&format!("nobody-{what}")))
        };
        Self {
            heading: t.say(&format!("part-{leg}")),
            state: t.say(&key),
            holder: about("holder"),
            todo: about("todo"),
            expected: None,
            more: Vec::new(),
        }
    }
}

fn birth(t: Speaks, facts: &Facts) -> Part {
    let mut part = Part::new(t, "birth", facts.birth().code());
    let due = facts.papers_due().filter(|_| facts.birth() == BirthStanding::WaitingPapers);
    if let Some(due) = due {
        part.more.push(t.with("needed-due", "date", t.date(calendar::day(due))));
    }
    if let Some(registered) = &facts.registered {
        part.more.push(t.with("registration-number", "number", &registered.it));
    }
    part
}

fn certificate(t: Speaks, facts: &Facts) -> Part {
    let mut part = Part::new(t, "certificate", facts.certificate().code());
    if let Some(product) = facts.certificate_wanted {
        part.more.push(t.word("product", product.code()));
    }
    if let Some(day) = facts.mailed.as_ref().and_then(|mailed| mailed.it) {
        part.more.push(t.with("mailed-on", "date", t.date(day)));
    }
    part
}

fn sin(t: Speaks, facts: &Facts) -> Part {
    let mut part = Part::new(t, "sin", facts.sin().code());
    if let Some(day) = facts.letter_mailed.as_ref().and_then(|mailed| mailed.it) {
        part.more.push(t.with("letter-mailed-on", "date", t.date(day)));
    }
    part
}

fn fee(t: Speaks, facts: &Facts) -> Option<String> {
    let fee = facts.fee();
    let owed = fee.state != FeeStanding::None;
    owed.then(|| t.with(&format!("fee-{}", fee.state), "amount", t.amount(fee.amount_cents)))
}
