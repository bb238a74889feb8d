//! What costs what.

use jiff::{
    Timestamp,
    civil::{Date, date},
};
use serde::{Deserialize, Serialize};

use crate::{calendar, code::codes};

codes! {
    /// The certificates a parent may order.
    pub enum Product {
        Short = "SHORT",
        WithParents = "WITH_PARENTS",
        CertifiedCopy = "CERTIFIED_COPY",
    }
}

/// Canadian cents.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Cents(pub i64);

/// One line of the province's fee schedule.
struct Fee {
    product: Product,
    cents: Cents,
    from: Date,
}

/// Unconfirmed amounts, from public pages that are no longer current; see docs/decisions/0004-fees.md.
const SCHEDULE: &[Fee] = &[
    Fee { product: Product::Short, cents: Cents(2500), from: date(2010, 1, 1) },
    Fee { product: Product::WithParents, cents: Cents(2500), from: date(2010, 1, 1) },
    Fee { product: Product::CertifiedCopy, cents: Cents(3500), from: date(2010, 1, 1) },
];

impl Product {
    /// The fee for a form that was received at this moment: the price of that day by the province's calendar.
    #[must_use]
    pub fn fee_for(self, received: Timestamp) -> Cents {
        self.fee_on(calendar::day(received))
    }

    /// The fee on a day, in Canadian cents. Registration and the SIN are free.
    ///
    /// # Panics
    ///
    /// Never for a day since 2010, when the schedule begins.
    #[must_use]
    fn fee_on(self, day: Date) -> Cents {
        SCHEDULE
            .iter()
            .rev()
            .find(|fee| fee.product == self && fee.from <= day)
            .expect("the schedule has a line for each product since 2010")
            .cents
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_a_fee_today_and_in_ten_years() {
        for product in Product::ALL {
            for day in [date(2026, 11, 23), date(2036, 11, 23)] {
                assert!(product.fee_on(day) > Cents(0), "{product}");
            }
        }
    }
}
