//! Lists that the form offers.

use std::sync::LazyLock;

use domain::people::Language;

use crate::language::Speaks;

/// The places of birth on the demonstration's list; everything else is described in words.
pub(super) const FACILITIES: &[&str] = &["ON-4021", "ON-1103", "ON-2210", "ON-3307", "ON-5540"];

/// Ontario's census divisions, by their names without their kind: a birth in one of them is this province's to register.
pub(super) const COUNTIES: &[&str] = &[
    "Algoma",
    "Brant",
    "Bruce",
    "Chatham-Kent",
    "Cochrane",
    "Dufferin",
    "Durham",
    "Elgin",
    "Essex",
    "Frontenac",
    "Greater Sudbury",
    "Grey",
    "Haldimand",
    "Haliburton",
    "Halton",
    "Hamilton",
    "Hastings",
    "Huron",
    "Kawartha Lakes",
    "Kenora",
    "Lambton",
    "Lanark",
    "Leeds and Grenville",
    "Lennox and Addington",
    "Manitoulin",
    "Middlesex",
    "Muskoka",
    "Niagara",
    "Nipissing",
    "Norfolk",
    "Northumberland",
    "Ottawa",
    "Oxford",
    "Parry Sound",
    "Peel",
    "Perth",
    "Peterborough",
    "Prescott and Russell",
    "Prince Edward",
    "Rainy River",
    "Renfrew",
    "Simcoe",
    "Stormont, Dundas and Glengarry",
    "Sudbury",
    "Thunder Bay",
    "Timiskaming",
    "Toronto",
    "Waterloo",
    "Wellington",
    "York",
];

/// The countries of the world by their codes, with their names, sorted as a reader of the language looks for them.
pub(super) fn countries(t: Speaks) -> &'static [(&'static str, String)] {
    static ENGLISH: LazyLock<Countries> = LazyLock::new(|| named(Speaks::ENGLISH));
    static FRENCH: LazyLock<Countries> = LazyLock::new(|| named(Speaks::FRENCH));
    match t.0 {
        Language::English => &ENGLISH,
        Language::French => &FRENCH,
    }
}

type Countries = Vec<(&'static str, String)>;

fn named(t: Speaks) -> Countries {
    let mut named: Countries =
        domain::intake::countries().map(|it| (it, t.word("country", it))).collect();
    named.sort_by_cached_key(|(_, name)| domain::name::letters(name));
    named
}
