//! How long something may take, as the law counts it.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::calendar::{self, Calendar};

/// A number of days on a calendar; whoever has it has the whole of its last day. Written `5bd`, `30d` or `250ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Term {
    /// Days on which an office works.
    BusinessDays(u16),
    /// Days of any kind.
    Days(u16),
    /// To the moment, for tests.
    Milliseconds(u64),
}

/// A term is written otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a term: write 5bd for business days, 30d for days, 250ms for milliseconds")]
pub struct NotATerm;

impl Term {
    /// The last moment of the term that begins at a moment.
    #[must_use]
    pub fn after(self, from: Timestamp, calendar: Calendar) -> Timestamp {
        let day = calendar::day(from);
        match self {
            Self::BusinessDays(count) => end_of(calendar.business_days_after(day, count)),
            Self::Days(count) => end_of(day.saturating_add(i32::from(count).days())),
            Self::Milliseconds(count) => {
                let pause = SignedDuration::from_millis(i64::try_from(count).unwrap_or(i64::MAX));
                from.saturating_add(pause).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

/// The last minute of a day in the province.
fn end_of(day: Date) -> Timestamp {
    let minute = day.at(23, 59, 0, 0).to_zoned(calendar::province());
    minute.map_or(Timestamp::MAX, |it| it.timestamp())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BusinessDays(count) => write!(f, "{count}bd"),
            Self::Days(count) => write!(f, "{count}d"),
            Self::Milliseconds(count) => write!(f, "{count}ms"),
        }
    }
}

impl FromStr for Term {
    type Err = NotATerm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (count, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        match unit {
            "bd" => count.parse().map(Self::BusinessDays).map_err(|_| NotATerm),
            "d" => count.parse().map(Self::Days).map_err(|_| NotATerm),
            "ms" => count.parse().map(Self::Milliseconds).map_err(|_| NotATerm),
            _ => Err(NotATerm),
        }
    }
}

impl TryFrom<String> for Term {
    type Error = NotATerm;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Term> for String {
    fn from(term: Term) -> Self {
        term.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("it is a time")
    }

    #[test]
    fn a_term_ends_with_its_last_day() {
        let friday = at("2026-02-13T15:00:00Z");
        let two = Term::BusinessDays(2);
        assert_eq!(two.after(friday, Calendar::Province), at("2026-02-19T04:59:00Z"));
        assert_eq!(two.after(friday, Calendar::Federal), at("2026-02-18T04:59:00Z"));
        assert_eq!(Term::Days(30).after(friday, Calendar::Province), at("2026-03-16T03:59:00Z"));
        let soon = Term::Milliseconds(250).after(friday, Calendar::Province);
        assert_eq!(soon, at("2026-02-13T15:00:00.25Z"));
    }

    #[test]
    fn a_term_is_read_as_it_is_written() {
        for term in [Term::BusinessDays(5), Term::Days(30), Term::Milliseconds(250)] {
            assert_eq!(term.to_string().parse(), Ok(term));
        }
        for text in ["", "5", "bd", "-5bd", "5 bd", "70000d", "5w", "٥d"] {
            assert_eq!(text.parse::<Term>(), Err(NotATerm), "{text}");
        }
    }
}
