//! Whether the registers and the cases agree after a run: the registers' own ledger against what the parents are told.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use crate::portal::Standing;

/// What the registers hold, as far as it is compared.
#[derive(Debug, Deserialize)]
pub struct Ledger {
    registrations: Vec<Entry>,
    certificates: Vec<Entry>,
    sin_applications: Vec<Entry>,
    fees: Vec<Fee>,
    cancellation_attempts: i64,
}

#[derive(Debug, Deserialize)]
struct Entry {
    case: String,
    state: String,
}

#[derive(Debug, Deserialize)]
struct Fee {
    case: String,
    state: String,
    amount_cents: i64,
}

/// States of what is no longer in force.
const DEAD: [&str; 4] = ["WITHDRAWN", "CANCELLED", "VOID", "REFUSED"];

/// Fees by what became of the money, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Money {
    pub received: i64,
    pub unearned: i64,
    pub earned: i64,
    pub refunded: i64,
}

impl Ledger {
    /// Reads the sandbox's answer.
    pub fn read(answer: &Value) -> Result<Self> {
        Ok(Self::deserialize(answer)?)
    }

    /// Where the money is.
    pub fn money(&self) -> Money {
        self.fees.iter().fold(Money::default(), |mut money, fee| {
            money.received += fee.amount_cents;
            match fee.state.as_str() {
                "UNEARNED" => money.unearned += fee.amount_cents,
                "EARNED" => money.earned += fee.amount_cents,
                "REFUNDED" => money.refunded += fee.amount_cents,
                _ => {}
            }
            money
        })
    }

    /// Every disagreement, in words; nothing if all agree.
    pub fn disagreements(&self, cases: &[Standing]) -> Vec<String> {
        let registered = live(&self.registrations);
        let ordered = live(&self.certificates);
        let applied = live(&self.sin_applications);
        let mut found = Vec::new();
        for case in cases {
            let reference = case.reference.as_str();
            let mut held = |what: &str, held: &BTreeMap<&str, usize>, expected: Held| {
                let count = held.get(reference).copied().unwrap_or(0);
                if !expected.fits(count) {
                    found.push(format!(
                        "{reference} has {count} {what} instead of {}",
                        expected.in_words()
                    ));
                }
            };
            let is = |state: &str, which: &[&str]| which.contains(&state);
            held("registrations", &registered, Held::exactly(case.birth.state == "REGISTERED"));
            let certificate = case.certificate.state.as_str();
            let ordered_by_now =
                is(certificate, &["ORDERED", "IN_PRODUCTION", "PRINTED", "MAILED", "RETURNED"]);
            held("live certificate orders", &ordered, Held::at_least(ordered_by_now));
            let applied_by_now = is(&case.sin.state, &["APPLIED", "ADJUDICATION", "ISSUED"]);
            held("live SIN applications", &applied, Held::at_least(applied_by_now));
            found.extend(self.fee_disagreement(case));
        }
        let money = self.money();
        if money.received != money.unearned + money.earned + money.refunded {
            found.push(format!("the fees do not add up: {money:?}"));
        }
        if self.cancellation_attempts != 0 {
            found.push(format!("{} attempts to cancel a registration", self.cancellation_attempts));
        }
        found
    }

    fn fee_disagreement(&self, case: &Standing) -> Option<String> {
        let state = case.fee.state.as_str();
        let is_money = ["UNEARNED", "EARNED", "REFUNDED"].contains(&state);
        let expected = if is_money { vec![(state, case.fee.amount_cents)] } else { vec![] };
        let fees = self.fees.iter().filter(|fee| fee.case == case.reference);
        let held: Vec<_> = fees.map(|fee| (fee.state.as_str(), fee.amount_cents)).collect();
        (held != expected)
            .then(|| format!("{} has the fees {held:?} instead of {expected:?}", case.reference))
    }
}

/// How many entries in force each case has.
fn live(entries: &[Entry]) -> BTreeMap<&str, usize> {
    let mut count = BTreeMap::new();
    for entry in entries.iter().filter(|entry| !DEAD.contains(&entry.state.as_str())) {
        *count.entry(entry.case.as_str()).or_default() += 1;
    }
    count
}

/// How many there may be.
#[derive(Debug, Clone, Copy)]
enum Held {
    One,
    None,
    /// The case file may hear of it a moment later than the register.
    AtMostOne,
}

impl Held {
    fn exactly(one: bool) -> Self {
        if one { Self::One } else { Self::None }
    }

    fn at_least(one: bool) -> Self {
        if one { Self::One } else { Self::AtMostOne }
    }

    fn fits(self, count: usize) -> bool {
        match self {
            Self::One => count == 1,
            Self::None => count == 0,
            Self::AtMostOne => count <= 1,
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::None => "none",
            Self::AtMostOne => "at most one",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mailed() -> Standing {
        serde_json::from_value(json!({
            "ref": "NB-1", "revision": 9, "birth": {"state": "REGISTERED"}, "certificate": {"state": "MAILED"},
            "sin": {"state": "ISSUED"}, "fee": {"state": "EARNED", "amount_cents": 2500}, "desk": null, "closed": true,
        }))
        .expect("the published form")
    }

    fn agreeing() -> Value {
        json!({
            "statements": [], "notices": [],
            "registrations": [{"case": "NB-1", "state": "REGISTERED"}],
            "certificates": [{"case": "NB-1", "state": "CANCELLED"}, {"case": "NB-1", "state": "MAILED"}],
            "sin_applications": [{"case": "NB-1", "state": "ISSUED"}],
            "fees": [{"case": "NB-1", "state": "EARNED", "amount_cents": 2500}],
            "cancellation_attempts": 0,
        })
    }

    fn disagreements(ledger: &Value) -> Vec<String> {
        Ledger::read(ledger).expect("the published form").disagreements(&[mailed()])
    }

    #[test]
    fn registers_that_hold_what_the_parents_are_told_agree() {
        assert_eq!(disagreements(&agreeing()), Vec::<String>::new());
        let money = Ledger::read(&agreeing()).expect("the published form").money();
        assert_eq!(money, Money { received: 2500, earned: 2500, ..Money::default() });
    }

    #[test]
    fn anything_twice_missing_or_cancelled_is_a_disagreement() {
        let twice = |list: &str| {
            let mut ledger = agreeing();
            let live =
                ledger[list].as_array().and_then(|all| all.last()).cloned().expect("there is one");
            ledger[list].as_array_mut().expect("a list").push(live);
            ledger
        };
        for list in ["registrations", "certificates", "sin_applications", "fees"] {
            assert_eq!(disagreements(&twice(list)).len(), 1, "{list}");
            let mut without = agreeing();
            without[list] = json!([]);
            assert_eq!(disagreements(&without).len(), 1, "{list}");
        }
        let mut ledger = agreeing();
        ledger["cancellation_attempts"] = json!(1);
        ledger["fees"][0]["state"] = json!("LOST");
        assert_eq!(disagreements(&ledger).len(), 3);
    }
}
