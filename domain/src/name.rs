//! Names of people, as the register writes them and as the registers exchange them.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

use crate::code::codes;

/// The most code points in one part of a name.
///
/// Source: the birth notification of the National Routing System, docs/decisions/0003-names.md.
pub const LONGEST: usize = 100;

codes! {
    /// Why a text is not a name.
    pub enum BadName {
        /// It is empty.
        Missing = "REQUIRED",
        /// It is longer than [`LONGEST`].
        TooLong = "TOO_LONG",
        /// It has digits, symbols or letters outside the Latin script.
        Characters = "NAME_CHARACTERS",
        /// It does not begin with a letter.
        Beginning = "NAME_BEGINNING",
    }
}

/// One part of a name: NFC, no outer spaces, single inner spaces; Latin letters, hyphens, apostrophes and periods.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NamePart(String);

impl NamePart {
    /// Reads what a person typed.
    ///
    /// # Errors
    ///
    /// [`BadName`] says which rule the text breaks.
    pub fn read(typed: &str) -> Result<Self, BadName> {
        let text = tidy(typed);
        let Some(first) = text.chars().next() else { return Err(BadName::Missing) };
        if text.chars().count() > LONGEST {
            return Err(BadName::TooLong);
        }
        if !text.chars().all(is_name_character) {
            return Err(BadName::Characters);
        }
        if !first.is_alphabetic() {
            return Err(BadName::Beginning);
        }
        Ok(Self(text))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// NFC, without outer spaces, inner runs of spaces as one.
#[must_use]
pub fn tidy(typed: &str) -> String {
    let words: Vec<&str> = typed.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// Whether a name may have this character.
#[must_use]
pub fn is_name_character(c: char) -> bool {
    matches!(c, ' ' | '-' | '\'' | '’' | '.')
        || (c.is_alphabetic() && c.script() == Script::Latin)
        || (c.script() == Script::Inherited && unicode_normalization::char::is_combining_mark(c))
}

impl TryFrom<String> for NamePart {
    type Error = BadName;

    fn try_from(text: String) -> Result<Self, BadName> {
        Self::read(&text)
    }
}

impl From<NamePart> for String {
    fn from(part: NamePart) -> Self {
        part.0
    }
}

/// A person's name. A single name is its own element, never a first or a last name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PersonName {
    Dual {
        first: NamePart,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        middle: Option<NamePart>,
        last: NamePart,
    },
    Single {
        single: NamePart,
    },
}

impl PersonName {
    /// The parts in reading order.
    pub fn parts(&self) -> impl Iterator<Item = &NamePart> {
        let (a, b, c) = match self {
            Self::Dual { first, middle, last } => (Some(first), middle.as_ref(), Some(last)),
            Self::Single { single } => (Some(single), None, None),
        };
        [a, b, c].into_iter().flatten()
    }

    /// The name as one line of text.
    #[must_use]
    pub fn written(&self) -> String {
        self.parts().map(NamePart::as_str).collect::<Vec<_>>().join(" ")
    }

    /// What two spellings of one name have in common: case and spacing aside, accents kept.
    #[must_use]
    pub fn folded(&self) -> String {
        self.written().to_lowercase().chars().filter(|c| !c.is_whitespace()).collect()
    }

    /// Whether somebody who typed this on a telephone means this name. Middle names may be left out; case, accents, spaces
    /// and marks do not count.
    #[must_use]
    pub fn is_meant_by(&self, typed: &str) -> bool {
        let without_middle = match self {
            Self::Dual { first, last, .. } => format!("{} {}", first.as_str(), last.as_str()),
            Self::Single { single } => single.as_str().to_owned(),
        };
        let typed = letters(typed);
        !typed.is_empty()
            && (typed == letters(&self.written()) || typed == letters(&without_middle))
    }

    /// The name as the federal exchange writes it. A single name is a surname there.
    #[must_use]
    pub fn exchanged(&self) -> ExchangeName {
        let text = |part: &NamePart| part.as_str().to_owned();
        match self {
            Self::Dual { first, middle, last } => {
                let given: Vec<&str> = [Some(first), middle.as_ref()]
                    .into_iter()
                    .flatten()
                    .map(NamePart::as_str)
                    .collect();
                ExchangeName { given_names: given.join(" "), surname: text(last) }
            }
            Self::Single { single } => {
                ExchangeName { given_names: String::new(), surname: text(single) }
            }
        }
    }
}

/// Letters alone, small, without their marks: by which names are compared with what was typed, and lists are sorted.
#[must_use]
pub fn letters(text: &str) -> String {
    text.nfd().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

/// A name as the federal exchange writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeName {
    pub given_names: String,
    pub surname: String,
}

impl ExchangeName {
    /// Whether the exchange can carry it: no letter is lost, and no line is too long.
    #[must_use]
    pub fn travels(&self) -> bool {
        [&self.given_names, &self.surname]
            .iter()
            .all(|line| line.chars().count() <= LONGEST && line.chars().all(travels))
    }
}

/// Whether the federal exchange can carry a character.
///
/// Source: the character set of the National Routing System, docs/decisions/0003-names.md. Each apostrophe is sent as it
/// was typed.
#[must_use]
pub fn travels(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, ' ' | '.' | '-' | '\'' | '’')
        || "ÀÁÂÃÄÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝŸàáâãäçèéêëìíîïñòóôõöùúûüýÿ".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_meant_however_a_telephone_wrote_it() {
        let part = |text| NamePart::read(text).unwrap();
        let (first, middle) = (part("Zoë"), Some(part("Marie")));
        let name = PersonName::Dual { first, middle, last: part("O’Connor-Dubé") };
        for typed in ["Zoë Marie O’Connor-Dubé", "zoe oconnor dube", " ZOE  O'CONNOR-DUBE "] {
            assert!(name.is_meant_by(typed), "{typed}");
        }
        for typed in ["", "-", "Zoe", "O'Connor-Dube", "Zoe Marie", "Zoe Maria O'Connor-Dube"] {
            assert!(!name.is_meant_by(typed), "{typed}");
        }
    }

    #[test]
    fn a_name_is_tidied_before_it_is_kept() {
        assert_eq!(NamePart::read("  Marie   E\u{301}lise ").unwrap().as_str(), "Marie Élise");
    }

    #[test]
    fn names_of_real_families_are_names() {
        for text in [
            "Zoë",
            "O'Connor",
            "D’Arcy",
            "Nguyễn",
            "Sahaiʔa",
            "St. John",
            "Roy--Dubé",
            "Łucja",
            "Ə",
        ] {
            assert!(NamePart::read(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_the_register_cannot_write_is_not_a_name() {
        assert_eq!(NamePart::read(" "), Err(BadName::Missing));
        assert_eq!(NamePart::read("Ann4"), Err(BadName::Characters));
        assert_eq!(NamePart::read("Анна"), Err(BadName::Characters));
        assert_eq!(NamePart::read("X<script>"), Err(BadName::Characters));
        assert_eq!(NamePart::read("Ann\u{0}a"), Err(BadName::Characters));
        assert_eq!(NamePart::read("-Ann"), Err(BadName::Beginning));
        assert_eq!(NamePart::read(&"a".repeat(101)), Err(BadName::TooLong));
    }

    #[test]
    fn the_exchange_carries_two_lines_of_letters_it_knows() {
        let part = |text: &str| NamePart::read(text).unwrap();
        let dual = |first: &str, middle: &str, last: &str| PersonName::Dual {
            first: part(first),
            middle: Some(part(middle)),
            last: part(last),
        };
        let name = dual("Zoë", "Rose", "D’Arcy").exchanged();
        assert_eq!((name.given_names.as_str(), name.surname.as_str()), ("Zoë Rose", "D’Arcy"));
        assert!(name.travels());
        assert!(!dual("Zoë", "Rose", "Łęcka").exchanged().travels());
        assert!(!PersonName::Single { single: part("Sahaiʔa") }.exchanged().travels());
        assert!(!dual(&"a".repeat(60), &"b".repeat(40), "Roy").exchanged().travels());
        assert!(dual(&"a".repeat(60), &"b".repeat(39), "Roy").exchanged().travels());
    }

    #[test]
    fn spacing_and_case_do_not_make_another_name_but_accents_do() {
        let name = |text| PersonName::Single { single: NamePart::read(text).unwrap() };
        assert_eq!(name("Van Der Berg").folded(), name("vanderberg").folded());
        assert_ne!(name("Dubé").folded(), name("Dube").folded());
    }
}
