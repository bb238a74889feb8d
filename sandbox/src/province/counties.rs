//! Ontario's census divisions: the counties, districts, divisions, regional and single-tier municipalities in which a
//! birth is this province's to register.

/// Names without their kind (`County of`, `District of` …). Haldimand and Norfolk are one division of two.
const OURS: [&str; 52] = [
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
    "Grand Sudbury",
    "Greater Sudbury",
    "Grey",
    "Haldimand",
    "Haldimand-Norfolk",
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

/// Words that say what kind of division it is.
const KINDS: [&str; 10] = [
    "united",
    "counties",
    "county",
    "regional",
    "region",
    "municipality",
    "district",
    "division",
    "city",
    "of",
];

/// Whether a county as stated is in the province. Case, spacing, punctuation and the kind of division do not count.
#[must_use]
pub fn is_ours(county: &str) -> bool {
    let stated = words(county);
    !stated.is_empty() && OURS.iter().any(|ours| words(ours) == stated)
}

fn words(name: &str) -> Vec<String> {
    name.replace('&', " and ")
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| !word.is_empty() && !KINDS.contains(&word.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_is_known_by_its_name_in_any_dress() {
        for name in [
            "Toronto",
            "toronto",
            "County of Essex",
            "United Counties of Leeds & Grenville",
            "York Region",
        ] {
            assert!(is_ours(name), "{name}");
        }
    }

    #[test]
    fn a_county_elsewhere_is_not_ours() {
        for name in ["Montréal", "Gatineau", "Winnipeg", "", "County of"] {
            assert!(!is_ours(name), "{name}");
        }
    }
}
