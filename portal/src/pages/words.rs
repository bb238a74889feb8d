//! Dates, amounts and ages, as people write them.

use domain::fees::Cents;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::language::Speaks;

impl Speaks {
    /// `March 4, 2026`, `4 mars 2026`.
    pub(crate) fn date(self, date: Date) -> String {
        let month = self.say(&format!("month-{}", date.month()));
        let (day, year) = (date.day(), date.year());
        match self {
            Self::ENGLISH => format!("{month} {day}, {year}"),
            _ => format!("{day} {month} {year}"),
        }
    }

    /// A date with its time, where the province is.
    pub(crate) fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let local = at.to_zoned(zone.clone());
        format!("{}, {}", self.date(local.date()), local.strftime("%H:%M"))
    }

    /// `$25.00`, `25,00 $`.
    pub(crate) fn amount(self, Cents(cents): Cents) -> String {
        let (dollars, rest) = (cents / 100, cents % 100);
        match self {
            Self::ENGLISH => format!("${dollars}.{rest:02}"),
            _ => format!("{dollars},{rest:02}\u{a0}$"),
        }
    }

    /// How long ago something was, in its largest unit.
    pub(crate) fn age(self, from: Timestamp, to: Timestamp) -> String {
        let minutes = (to.as_second() - from.as_second()).max(0) / 60;
        let (key, count) = match minutes {
            0..60 => ("age-minutes", minutes),
            60..2880 => ("age-hours", minutes / 60),
            _ => ("age-days", minutes / 1440),
        };
        self.with(key, "count", count.to_string())
    }
}
