//! The register's clock and calendar.

use std::{sync::LazyLock, time::Duration};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use jiff_sqlx::ToSqlx;

/// Eastern time by its rule, so that no time zone database is needed.
static EASTERN: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").expect("a valid rule"));

/// A moment by the register's clock, to the microsecond, as the database keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    #[must_use]
    pub fn now() -> Self {
        let now = Timestamp::now();
        Self(Timestamp::from_microsecond(now.as_microsecond()).expect("the present is in range"))
    }

    /// The date at this moment in the register's offices.
    #[must_use]
    pub fn date(self) -> Date {
        self.0.to_zoned(EASTERN.clone()).date()
    }

    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(wait).expect("a wait is not negative"))
    }

    /// How long until this moment; nothing when it has passed.
    #[must_use]
    pub fn still_to_come(self) -> Duration {
        Duration::try_from(self.0.duration_since(Timestamp::now())).unwrap_or_default()
    }

    #[must_use]
    pub fn to_sqlx(self) -> jiff_sqlx::Timestamp {
        self.0.to_sqlx()
    }

    /// Reads a moment; `None` for one that no calendar has.
    #[must_use]
    pub fn from_wire(it: prost_types::Timestamp) -> Option<Self> {
        Timestamp::new(it.seconds, it.nanos).ok().map(Self)
    }

    #[must_use]
    pub fn to_wire(self) -> prost_types::Timestamp {
        prost_types::Timestamp { seconds: self.0.as_second(), nanos: self.0.subsec_nanosecond() }
    }
}

impl From<jiff_sqlx::Timestamp> for Moment {
    fn from(stored: jiff_sqlx::Timestamp) -> Self {
        Self(stored.to_jiff())
    }
}

/// Reads `YYYY-MM-DD` and nothing else.
#[must_use]
pub fn read_date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (date.to_string() == text).then_some(date)
}

/// Whether the text is `HH:MM`.
#[must_use]
pub fn is_time_of_day(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let below = |part: &str, limit: u8| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse().is_ok_and(|it: u8| it < limit)
    };
    below(hours, 24) && below(minutes, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_written_form_is_a_date() {
        assert!(read_date("2026-02-28").is_some());
        for text in ["20260228", "2026-02-30", "2026-2-3", "+002026-02-28", "2026-02-28T00:00", ""]
        {
            assert!(read_date(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_time_of_day_has_four_digits() {
        assert!(is_time_of_day("00:00") && is_time_of_day("23:59"));
        for text in ["24:00", "7:05", "07:60", "07:5", "0705", "07:+5", ""] {
            assert!(!is_time_of_day(text), "{text}");
        }
    }
}
