//! A sign-in that has begun in a browser and not come back yet. The browser holds a token; what goes to the provider is
//! derived from it, so that nothing has to be kept here.

use sha2::{Digest, Sha256};

use crate::language::Speaks;

/// A sign-in that has begun. Its written form is the browser's alone.
pub(crate) struct Begun {
    language: Speaks,
    token: String,
}

impl Begun {
    pub(crate) fn now(language: Speaks) -> Self {
        Self { language, token: draw_token() }
    }

    /// Reads what the browser holds.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (language, token) = text.split_once('.')?;
        let languages = [Speaks::ENGLISH, Speaks::FRENCH];
        let language = languages.into_iter().find(|it| it.path() == language)?;
        let fits = token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self { language, token: token.to_owned() })
    }

    /// What the browser holds.
    pub(crate) fn text(&self) -> String {
        format!("{}.{}", self.language.path(), self.token)
    }

    pub(crate) const fn language(&self) -> Speaks {
        self.language
    }

    /// Comes back with the browser, and shows that it is the same.
    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    /// Comes back in the ID token, and shows that it was made for this sign-in.
    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// Shows the provider that whoever brings the code has begun.
    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    fn derived(&self, what: &str) -> String {
        hexadecimal(&Sha256::digest(format!("{what}/{}", self.token)))
    }
}

/// 32 random bytes in hexadecimal.
pub(crate) fn draw_token() -> String {
    hexadecimal(&rand::random::<[u8; 32]>())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_holds_is_read_and_nothing_else() {
        let begun = Begun::now(Speaks::FRENCH);
        let read = Begun::read(&begun.text()).expect("it is what we wrote");
        assert_eq!((read.language(), read.state()), (Speaks::FRENCH, begun.state()));
        let token = "0".repeat(64);
        for text in ["", "fr", "fr.", "de.0", &format!("de.{token}"), &format!("fr.{token}0")] {
            assert!(Begun::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn nothing_that_leaves_tells_the_token_or_another_part() {
        let begun = Begun::now(Speaks::ENGLISH);
        let parts = [begun.state(), begun.nonce(), begun.verifier(), begun.token.clone()];
        for (nth, part) in parts.iter().enumerate() {
            assert_eq!(part.len(), 64);
            assert!(parts.iter().skip(nth + 1).all(|it| it != part));
        }
        assert_ne!(Begun::now(Speaks::ENGLISH).token, begun.token);
    }
}
