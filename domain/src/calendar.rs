//! Which day it is in the province: for parents, for prices, and for the law.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The time of the province, by the rule of its law.
const PROVINCE: &str = "EST5EDT,M3.2.0,M11.1.0";

/// The time of the province.
///
/// # Panics
///
/// Never: the rule is well formed.
#[must_use]
pub fn province() -> TimeZone {
    TimeZone::posix(PROVINCE).expect("the rule is well formed")
}

/// The day of a moment in the province.
#[must_use]
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(province()).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evening_in_the_province_is_not_yet_the_day_that_utc_has() {
        for (moment, expected) in [
            ("2026-11-24T04:59:59Z", "2026-11-23"),
            ("2026-11-24T05:00:00Z", "2026-11-24"),
            ("2026-07-01T03:59:59Z", "2026-06-30"),
            ("2026-07-01T04:00:00Z", "2026-07-01"),
        ] {
            let at = moment.parse().expect("it is a time");
            assert_eq!(day(at).to_string(), expected, "{moment}");
        }
    }
}
