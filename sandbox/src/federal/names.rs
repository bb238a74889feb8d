//! Names in exchange form: the letters and signs the federal register can hold.

use proto::sin::v1::ExchangeName;

/// Accented capitals of the National Routing System; their lower case is allowed too.
const ACCENTED: &str = "ÀÁÂÃÄÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸ";
const SIGNS: &str = " .,-–'‘’“/@#&?*(){}[]";
const LONGEST: usize = 100;

/// Paths of the parts of a name that the register cannot hold.
#[must_use]
pub fn unholdable(path: &str, name: Option<&ExchangeName>) -> Vec<String> {
    let name = name.cloned().unwrap_or_default();
    let mut fields = Vec::new();
    if !name.given_names.is_empty() && !is_holdable(&name.given_names) {
        fields.push(format!("{path}.given_names"));
    }
    if !is_holdable(&name.surname) {
        fields.push(format!("{path}.surname"));
    }
    fields
}

fn is_holdable(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(' ')
        && text.chars().count() <= LONGEST
        && text.chars().all(|c| {
            let mut upper = c.to_uppercase();
            c.is_ascii_alphanumeric()
                || SIGNS.contains(c)
                || upper.any(|capital| ACCENTED.contains(capital))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_and_french_names_travel() {
        for text in ["Zoë", "O’Connor", "D'Arcy", "Bélanger-Côté", "ÿ", "Nunez 3"] {
            assert!(is_holdable(text), "{text}");
        }
    }

    #[test]
    fn other_letters_are_told_and_never_changed() {
        for text in ["Łucja", "Øst", "Œuvre", "ᐃᓄᒃ", "ʔaʔ", "", " Ada", "ß"] {
            assert!(!is_holdable(text), "{text}");
        }
        let name = ExchangeName { given_names: "Łucja".into(), surname: "Roy".into() };
        assert_eq!(unholdable("child_name", Some(&name)), ["child_name.given_names"]);
    }
}
