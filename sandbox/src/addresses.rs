//! Postal addresses as both registers take them.

use proto::common::v1::Address;

use crate::faults::Fault;

/// Checks an address that stands in `path`.
///
/// # Errors
///
/// [`Fault::InvalidFields`] naming what is missing or too long.
pub fn check(path: &str, address: Option<&Address>) -> Result<(), Fault> {
    let Some(it) = address else { return Err(Fault::field(path)) };
    let in_canada = it.country == "CA";
    let given = |text: &str| (1..=150).contains(&text.chars().count());
    let may_be = |text: &str, longest: usize| text.chars().count() <= longest;
    let checks = [
        ("line1", given(&it.line1)),
        ("line2", may_be(&it.line2, 150)),
        ("unit", may_be(&it.unit, 10)),
        ("city", given(&it.city)),
        ("province", may_be(&it.province, 150) && (!in_canada || !it.province.is_empty())),
        ("postal_code", may_be(&it.postal_code, 20) && (!in_canada || !it.postal_code.is_empty())),
        ("country", it.country.len() == 2 && it.country.bytes().all(|b| b.is_ascii_uppercase())),
    ];
    let broken: Vec<String> = checks
        .iter()
        .filter(|(_, good)| !good)
        .map(|(field, _)| format!("{path}.{field}"))
        .collect();
    if broken.is_empty() { Ok(()) } else { Err(Fault::InvalidFields(broken)) }
}
