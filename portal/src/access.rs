//! The parents' access codes: derived, so that the same submission sent again gets the same answer and nothing has to
//! be stored to give it.

use std::path::Path;

use anyhow::Context;
use domain::CaseRef;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The key that access codes are derived from. Does not print.
pub struct AccessKey(Zeroizing<[u8; 32]>);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 80 bits.
const SIGNS: usize = 16;

/// How many parents may have a code of their own.
const PARENTS: u8 = 2;

impl AccessKey {
    /// Reads a file that holds 32 bytes in hexadecimal.
    ///
    /// # Errors
    ///
    /// When it cannot be read or holds something else. The content is never in the error.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(file).map(Zeroizing::new);
        let text =
            text.with_context(|| format!("the access key file {} cannot be read", file.display()))?;
        let key = hexadecimal(text.trim());
        key.map(Self).with_context(|| {
            format!("the access key file {} does not hold 32 bytes in hexadecimal", file.display())
        })
    }

    /// A key from its bytes, for tests.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// A parent's access code to a case, written in groups: `7K3F-92QX-0M4T-ZZ1B`.
    pub(crate) fn code(&self, case: CaseRef, submission: Uuid, parent: u8) -> String {
        grouped(&self.signs(case, submission, parent))
    }

    /// Whose access code it is, if it is one. Takes as long for a wrong code as for a right one.
    pub(crate) fn opens(&self, case: CaseRef, submission: Uuid, typed: &str) -> Option<u8> {
        let typed = read_code(typed);
        let fits = |parent: &u8| {
            let expected = self.signs(case, submission, *parent);
            bool::from(expected.as_bytes().ct_eq(typed.as_bytes()))
        };
        let fitting: Vec<u8> = (0..PARENTS).filter(fits).collect();
        fitting.first().copied()
    }

    fn signs(&self, case: CaseRef, submission: Uuid, parent: u8) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        mac.update(case.to_string().as_bytes());
        mac.update(submission.as_bytes());
        mac.update(&[parent]);
        let sum = mac.finalize().into_bytes();
        // 32 divides 256: the low five bits of a random byte are a random digit.
        sum.iter().take(SIGNS).map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
    }
}

/// Draws a code that nothing is derived from: the signs alone.
pub(crate) fn draw_code() -> String {
    let bytes = rand::random::<[u8; SIGNS]>();
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect()
}

/// A code as it is written for people: `7K3F-92QX-0M4T-ZZ1B`.
pub(crate) fn grouped(signs: &str) -> String {
    let signs: Vec<char> = signs.chars().collect();
    let groups: Vec<String> = signs.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// The signs of a code as it was typed or pasted.
pub(crate) fn read_code(typed: &str) -> String {
    typed.chars().filter(|c| !matches!(c, '-') && !c.is_whitespace()).map(read_sign).collect()
}

/// As people read codes over the phone: case does not matter, `O` is zero, `I` and `L` are one.
fn read_sign(c: char) -> char {
    match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

fn hexadecimal(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut key = Zeroizing::new([0; 32]);
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBMISSION: Uuid = Uuid::from_u128(7);

    fn case() -> CaseRef {
        CaseRef::draw(&mut rand::rng())
    }

    #[test]
    fn the_same_case_always_has_the_same_code_and_no_other_case_has_it() {
        let (key, case, other) = (AccessKey::new([7; 32]), case(), case());
        let code = key.code(case, SUBMISSION, 0);
        assert_eq!(code, key.code(case, SUBMISSION, 0));
        assert_eq!(key.opens(case, SUBMISSION, &code), Some(0));
        assert!(key.opens(other, SUBMISSION, &code).is_none() || case == other);
        assert_eq!(key.opens(case, Uuid::nil(), &code), None);
        assert_eq!(AccessKey::new([8; 32]).opens(case, SUBMISSION, &code), None);
        assert_eq!(key.opens(case, SUBMISSION, ""), None);
    }

    #[test]
    fn each_parent_has_a_code_of_their_own() {
        let (key, case) = (AccessKey::new([7; 32]), case());
        let second = key.code(case, SUBMISSION, 1);
        assert_ne!(second, key.code(case, SUBMISSION, 0));
        assert_eq!(key.opens(case, SUBMISSION, &second), Some(1));
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let (key, case) = (AccessKey::new([7; 32]), case());
        let code = key.code(case, SUBMISSION, 0);
        assert_eq!(code.len(), 19);
        let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(key.opens(case, SUBMISSION, &typed), Some(0));
    }

    #[test]
    fn a_key_is_32_bytes_in_hexadecimal() {
        assert!(hexadecimal(&"0f".repeat(32)).is_some());
        for text in ["", "0f", &"0g".repeat(32), &"0f".repeat(33), &"é".repeat(32)] {
            assert!(hexadecimal(text).is_none(), "{text}");
        }
    }
}
