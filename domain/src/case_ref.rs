//! What parents and staff call a case.

use std::{fmt, str::FromStr};

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DIGITS: u32 = 7;

/// What parents and staff call a case. Written `NB-7K3F-92QX`: seven Crockford base-32 digits and a check digit from
/// the same alphabet.
///
/// The check digit catches every single wrong digit and every swap of two neighbours, the two slips people make when
/// they read a reference over the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseRef(u64);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a case reference")]
pub struct BadCaseRef;

impl CaseRef {
    /// Draws a new reference. Whether it is free is for the case file to say.
    pub fn draw(rng: &mut impl Rng) -> Self {
        Self(rng.random_range(0..1u64 << (5 * DIGITS)))
    }

    fn digits(self) -> [u8; DIGITS as usize] {
        std::array::from_fn(|place| (self.0 >> (5 * (DIGITS as usize - 1 - place)) & 31) as u8)
    }
}

/// The sum of the digits, each times its own power of two, in the field of 32 elements: no two places weigh the same.
fn check_digit(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |sum, digit| doubled(sum ^ digit))
}

/// Twice `x` in the field of 32 elements made by x⁵ + x² + 1.
fn doubled(x: u8) -> u8 {
    if x & 16 == 0 { x << 1 } else { (x << 1 ^ 0b10_0101) & 31 }
}

/// Reads a digit as people write it: case does not matter, `O` is zero, `I` and `L` are one.
fn read_digit(letter: u8) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    ALPHABET.iter().position(|known| *known == letter).and_then(|place| u8::try_from(place).ok())
}

impl FromStr for CaseRef {
    type Err = BadCaseRef;

    fn from_str(text: &str) -> Result<Self, BadCaseRef> {
        let bytes = text.trim().as_bytes();
        let [b'N' | b'n', b'B' | b'b', b'-', a @ .., b'-', e, f, g, check] = bytes else {
            return Err(BadCaseRef);
        };
        let [a, b, c, d] = a else { return Err(BadCaseRef) };
        let digits = [a, b, c, d, e, f, g].map(|letter| read_digit(*letter));
        let mut read = [0; DIGITS as usize];
        for (place, digit) in digits.into_iter().enumerate() {
            read[place] = digit.ok_or(BadCaseRef)?;
        }
        if read_digit(*check) != Some(check_digit(&read)) {
            return Err(BadCaseRef);
        }
        Ok(Self(read.into_iter().fold(0, |sum, digit| sum << 5 | u64::from(digit))))
    }
}

impl fmt::Display for CaseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        let letter = |digit: u8| char::from(ALPHABET[usize::from(digit)]);
        f.write_str("NB-")?;
        for (place, digit) in digits.into_iter().enumerate() {
            if place == 4 {
                f.write_str("-")?;
            }
            write!(f, "{}", letter(digit))?;
        }
        write!(f, "{}", letter(check_digit(&digits)))
    }
}

impl TryFrom<String> for CaseRef {
    type Error = BadCaseRef;

    fn try_from(text: String) -> Result<Self, BadCaseRef> {
        text.parse()
    }
}

impl From<CaseRef> for String {
    fn from(case: CaseRef) -> Self {
        case.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_case() -> impl Strategy<Value = CaseRef> {
        (0..1u64 << 35).prop_map(CaseRef)
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(case in any_case()) {
            prop_assert_eq!(case.to_string().parse(), Ok(case));
            prop_assert_eq!(case.to_string().to_lowercase().parse(), Ok(case));
        }

        #[test]
        fn one_wrong_digit_is_noticed(case in any_case(), place in 0usize..8, by in 1u8..32) {
            let mut text = case.to_string().into_bytes();
            let at = [3, 4, 5, 6, 8, 9, 10, 11][place];
            let digit = read_digit(text[at]).unwrap();
            text[at] = ALPHABET[usize::from(digit ^ by)];
            prop_assert_eq!(String::from_utf8(text).unwrap().parse::<CaseRef>(), Err(BadCaseRef));
        }

        #[test]
        fn two_neighbours_swapped_are_noticed(case in any_case(), place in 0usize..7) {
            let mut text = case.to_string().into_bytes();
            let at = [3, 4, 5, 6, 8, 9, 10, 11];
            prop_assume!(text[at[place]] != text[at[place + 1]]);
            text.swap(at[place], at[place + 1]);
            prop_assert_eq!(String::from_utf8(text).unwrap().parse::<CaseRef>(), Err(BadCaseRef));
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_read_as_digits() {
        let case = CaseRef(1 << 5);
        let written = case.to_string();
        assert_eq!(written.replace('0', "o").replace('1', "l").parse(), Ok(case));
    }

    #[test]
    fn turns_away_everything_else() {
        for text in [
            "",
            "NB-",
            "NB-0000-000",
            "NB-0000-00000",
            "XX-0000-0000",
            "NB-00000000",
            "NB-0U00-0000",
        ] {
            assert_eq!(text.parse::<CaseRef>(), Err(BadCaseRef), "{text}");
        }
    }
}
