//! Addresses.

use domain::contact::Address;
use proto::common::v1 as common;

pub fn address(it: &Address) -> common::Address {
    let province = it.province.clone().unwrap_or_default();
    let subdivision = if it.country == "CA" { format!("CA-{province}") } else { province };
    common::Address {
        line1: it.line1.clone(),
        line2: it.line2.clone().unwrap_or_default(),
        unit: it.unit.clone().unwrap_or_default(),
        city: it.city.clone(),
        province: subdivision,
        postal_code: it.postal_code.clone().unwrap_or_default(),
        country: it.country.clone(),
    }
}
