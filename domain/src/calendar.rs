//! Which day it is in the province, and which days are worked on: for parents, for prices, and for the law.

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday, date},
    tz::TimeZone,
};

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

/// Whose offices are open. The days are configuration that no statute of ours has confirmed:
/// docs/decisions/0009-business-days.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    Province,
    Federal,
}

impl Calendar {
    /// The `count`th business day after a day.
    #[must_use]
    pub fn business_days_after(self, day: Date, count: u16) -> Date {
        let mut day = day;
        for _ in 0..count {
            day = day.saturating_add(1.day());
            while !self.is_business_day(day) {
                day = day.saturating_add(1.day());
            }
        }
        day
    }

    #[must_use]
    pub fn is_business_day(self, day: Date) -> bool {
        !is_weekend(day) && !self.holidays(day.year()).contains(&day)
    }

    /// The holidays of a year, on the days on which offices are closed for them.
    fn holidays(self, year: i16) -> Vec<Date> {
        let fixed = |month, day| observed(date(year, month, day));
        let good_friday = easter(year).saturating_sub(2.days());
        let christmas = fixed(12, 25);
        let mut boxing_day = fixed(12, 26);
        if boxing_day == christmas {
            boxing_day = boxing_day.saturating_add(1.day());
        }
        let mut days = vec![
            fixed(1, 1),
            good_friday,
            // Victoria Day: the last Monday before May 25.
            monday(date(year, 5, 18)),
            fixed(7, 1),
            monday(date(year, 9, 1)),
            // Thanksgiving: the second Monday of October.
            monday(date(year, 10, 8)),
            christmas,
            boxing_day,
        ];
        match self {
            // Family Day: the third Monday of February.
            Self::Province => days.push(monday(date(year, 2, 15))),
            Self::Federal => days.extend([
                easter(year).saturating_add(1.day()),
                monday(date(year, 8, 1)),
                fixed(9, 30),
                fixed(11, 11),
            ]),
        }
        days
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// A holiday that falls on a weekend is kept on the Monday after.
fn observed(day: Date) -> Date {
    let mut day = day;
    while is_weekend(day) {
        day = day.saturating_add(1.day());
    }
    day
}

/// The first Monday on or after a day.
fn monday(from: Date) -> Date {
    let mut day = from;
    while day.weekday() != Weekday::Monday {
        day = day.saturating_add(1.day());
    }
    day
}

/// Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher.
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    let (month, day) = (sum / 31, sum % 31 + 1);
    let small = |number: i32| i8::try_from(number).expect("a month or a day is small");
    date(year, small(month), small(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_leave_out_weekends_and_holidays() {
        let friday = date(2026, 2, 13);
        let due = |calendar: Calendar| calendar.business_days_after(friday, 2);
        assert_eq!(due(Calendar::Province), date(2026, 2, 18), "Family Day is provincial");
        assert_eq!(due(Calendar::Federal), date(2026, 2, 17));
    }

    #[test]
    fn holidays_fall_where_offices_have_them() {
        for (day, province, federal) in [
            (date(2026, 4, 3), false, false),
            (date(2026, 4, 6), true, false),
            (date(2026, 5, 18), false, false),
            (date(2026, 7, 1), false, false),
            (date(2026, 8, 3), true, false),
            (date(2026, 9, 7), false, false),
            (date(2026, 9, 30), true, false),
            (date(2026, 10, 12), false, false),
            (date(2026, 11, 11), true, false),
            (date(2026, 12, 25), false, false),
            (date(2026, 12, 28), false, false),
            (date(2027, 1, 1), false, false),
            (date(2027, 12, 27), false, false),
            (date(2027, 12, 28), false, false),
            (date(2026, 11, 24), true, true),
        ] {
            assert_eq!(Calendar::Province.is_business_day(day), province, "province, {day}");
            assert_eq!(Calendar::Federal.is_business_day(day), federal, "federal, {day}");
        }
    }

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
