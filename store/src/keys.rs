//! Keys, and the sealing of what people typed.
//!
//! Two keys live in files outside the database. The *case key* wraps a data key of its own for
//! every case (table `case_keys`) and every draft of a form (table `drafts`); the *search key* makes keyed hashes of what must be found.
//! Deleting a case's data key forgets the case.
//!
//! Sealed bytes are a random nonce of 12 bytes and the AES-256-GCM ciphertext with its tag. What
//! they are bound to is the case reference followed by a purpose, such as `content`: a sealed text
//! put elsewhere does not open.

use std::path::Path;

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead, KeyInit, Payload},
};
use domain::CaseRef;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{StoreError, search};

const NONCE: usize = 12;

/// Both keys of the case file. Neither prints.
pub struct Keys {
    pub(crate) cases: CaseKeys,
    pub(crate) search: SearchKey,
}

/// Wraps the data keys of the cases.
pub struct CaseKeys(Aes256Gcm);

/// Makes keyed hashes of what must be found: names with birth dates, idempotency keys.
pub struct SearchKey(Zeroizing<[u8; 32]>);

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("the {what} file cannot be read")]
    Unreadable { what: &'static str, source: std::io::Error },
    #[error("the {what} file does not hold 32 bytes in hexadecimal")]
    NotAKey { what: &'static str },
}

impl Keys {
    /// Reads both keys: a file each, holding 32 bytes in hexadecimal.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names the file that cannot be used, never its content.
    pub fn read(case_key_file: &Path, search_key_file: &Path) -> Result<Self, KeyError> {
        let case_key = read_key("case key", case_key_file)?;
        let search_key = read_key("search key", search_key_file)?;
        Ok(Self { cases: CaseKeys(cipher(&case_key)), search: SearchKey(search_key) })
    }

    /// Keys from their bytes, for tests.
    #[must_use]
    pub fn new(case_key: [u8; 32], search_key: [u8; 32]) -> Self {
        let case_key = Zeroizing::new(case_key);
        Self { cases: CaseKeys(cipher(&case_key)), search: SearchKey(Zeroizing::new(search_key)) }
    }
}

fn read_key(what: &'static str, file: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let text = std::fs::read_to_string(file)
        .map(Zeroizing::new)
        .map_err(|source| KeyError::Unreadable { what, source })?;
    from_hex(text.trim()).ok_or(KeyError::NotAKey { what })
}

fn from_hex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    let mut digits =
        text.chars().map(|digit| digit.to_digit(16).and_then(|it| u8::try_from(it).ok()));
    for byte in key.iter_mut() {
        *byte = digits.next()?? << 4 | digits.next()??;
    }
    digits.next().is_none().then_some(key)
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

impl CaseKeys {
    /// Draws the data key of a new case; gives it with its wrapped form.
    pub(crate) fn draw(&self, case: CaseRef) -> (DataKey, Vec<u8>) {
        let key = Zeroizing::new(rand::random::<[u8; 32]>());
        let wrapped = seal(&self.0, &case.to_string(), key.as_slice());
        (DataKey { case, cipher: cipher(&key) }, wrapped)
    }

    /// The data key of a case from its row in `case_keys`, if that is still there.
    pub(crate) fn unwrap(
        &self,
        case: CaseRef,
        wrapped: Option<&[u8]>,
    ) -> Result<DataKey, StoreError> {
        let wrapped = wrapped.ok_or(StoreError::Forgotten(case))?;
        let key = unsealed(&self.0, &case.to_string(), wrapped).ok_or(StoreError::Key(case))?;
        let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| StoreError::Key(case))?;
        Ok(DataKey { case, cipher: cipher(key) })
    }
}

impl CaseKeys {
    /// Draws the key of a new draft; gives it with its wrapped form.
    pub(crate) fn draw_for_draft(&self, draft: Uuid) -> (DraftKey, Vec<u8>) {
        let key = Zeroizing::new(rand::random::<[u8; 32]>());
        let wrapped = seal(&self.0, &bound_to(draft), key.as_slice());
        (DraftKey { draft, cipher: cipher(&key) }, wrapped)
    }

    /// The key of a draft from its row; `None` if it is not this draft's.
    pub(crate) fn unwrap_for_draft(&self, draft: Uuid, wrapped: &[u8]) -> Option<DraftKey> {
        let key = unsealed(&self.0, &bound_to(draft), wrapped)?;
        let key: &[u8; 32] = key.as_slice().try_into().ok()?;
        Some(DraftKey { draft, cipher: cipher(key) })
    }
}

/// The key of one draft.
pub(crate) struct DraftKey {
    draft: Uuid,
    cipher: Aes256Gcm,
}

impl DraftKey {
    pub(crate) fn seal(&self, bytes: &[u8]) -> Vec<u8> {
        seal(&self.cipher, &bound_to(self.draft), bytes)
    }

    pub(crate) fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        unsealed(&self.cipher, &bound_to(self.draft), sealed)
    }
}

fn bound_to(draft: Uuid) -> String {
    format!("draft/{draft}")
}

/// The key of one case.
pub(crate) struct DataKey {
    case: CaseRef,
    cipher: Aes256Gcm,
}

impl DataKey {
    pub(crate) fn seal(&self, purpose: &str, bytes: &[u8]) -> Vec<u8> {
        seal(&self.cipher, &format!("{}{purpose}", self.case), bytes)
    }

    pub(crate) fn open(
        &self,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        unsealed(&self.cipher, &format!("{}{purpose}", self.case), sealed)
            .ok_or(StoreError::Sealed(self.case))
    }
}

fn seal(cipher: &Aes256Gcm, bound_to: &str, bytes: &[u8]) -> Vec<u8> {
    let nonce = rand::random::<[u8; NONCE]>();
    let payload = Payload { msg: bytes, aad: bound_to.as_bytes() };
    let ciphertext = cipher.encrypt(&nonce.into(), payload).expect("it is far below 64 GiB");
    [nonce.as_slice(), &ciphertext].concat()
}

fn unsealed(cipher: &Aes256Gcm, bound_to: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: ciphertext, aad: bound_to.as_bytes() };
    cipher.decrypt(nonce.into(), payload).ok().map(Zeroizing::new)
}

impl SearchKey {
    /// HMAC-SHA-256 over what the hash is for and the parts, each after its length.
    pub(crate) fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice())
            .expect("HMAC takes a key of any length");
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Forgets a case: deletes its data key and its search hashes. Happy to find nothing. The log's
/// chain stays verifiable, for its hashes cover ciphertext.
///
/// # Errors
///
/// [`StoreError::Database`].
pub async fn forget(conn: &mut PgConnection, case: CaseRef) -> Result<(), StoreError> {
    sqlx::query("delete from case_keys where case_ref = $1")
        .bind(case.to_string())
        .execute(&mut *conn)
        .await?;
    search::forget(conn, case).await
}

pub(crate) async fn keep(
    conn: &mut PgConnection,
    case: CaseRef,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    sqlx::query("insert into case_keys (case_ref, wrapped) values ($1, $2)")
        .bind(case.to_string())
        .bind(wrapped)
        .execute(conn)
        .await?;
    Ok(())
}

/// The data key of a case.
pub(crate) async fn open(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
) -> Result<DataKey, StoreError> {
    let wrapped: Option<Option<Vec<u8>>> = sqlx::query_scalar(
        "select k.wrapped
        from cases c
        left join case_keys k using (case_ref)
        where case_ref = $1",
    )
    .bind(case.to_string())
    .fetch_optional(conn)
    .await?;
    keys.cases.unwrap(case, wrapped.ok_or(StoreError::NoCase)?.as_deref())
}

/// The data key of a case; the case is locked until the caller commits.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    keys: &Keys,
    case: CaseRef,
) -> Result<DataKey, StoreError> {
    let wrapped: Option<Option<Vec<u8>>> = sqlx::query_scalar(
        "select k.wrapped
        from cases c
        left join case_keys k using (case_ref)
        where case_ref = $1
        for update of c",
    )
    .bind(case.to_string())
    .fetch_optional(conn)
    .await?;
    keys.cases.unwrap(case, wrapped.ok_or(StoreError::NoCase)?.as_deref())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn case(text: &str) -> CaseRef {
        text.parse().unwrap()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn sealed_bytes_open_only_for_their_case_and_purpose() {
        let keys = Keys::new([1; 32], [2; 32]);
        let (one, wrapped) = keys.cases.draw(case("NB-0000-0000"));
        let sealed = one.seal("content", b"Zoe");
        assert_eq!(one.open("content", &sealed).unwrap().as_slice(), b"Zoe");
        assert!(matches!(one.open("contact/1", &sealed), Err(StoreError::Sealed(_))));
        let again = keys.cases.unwrap(case("NB-0000-0000"), Some(&wrapped)).unwrap();
        assert_eq!(again.open("content", &sealed).unwrap().as_slice(), b"Zoe");
        let other = keys.cases.unwrap(case("nb-oooo-oooo"), None);
        assert!(matches!(other, Err(StoreError::Forgotten(_))));
    }

    #[test]
    fn a_data_key_is_wrapped_for_its_case_by_its_case_key() {
        let (_, wrapped) = Keys::new([1; 32], [2; 32]).cases.draw(case("NB-0000-0000"));
        let other_key = Keys::new([3; 32], [2; 32]);
        let unwrapped = other_key.cases.unwrap(case("NB-0000-0000"), Some(&wrapped));
        assert!(matches!(unwrapped, Err(StoreError::Key(_))));
    }

    #[test]
    fn keys_are_read_from_files_of_hexadecimal() {
        let good = file(&format!("{}\n", "0aF9".repeat(16)));
        assert!(Keys::read(good.path(), good.path()).is_ok());
        for text in ["", "00", &"0".repeat(66), &"+f".repeat(32), &"é".repeat(32)] {
            let bad = file(text);
            let read = Keys::read(good.path(), bad.path());
            assert!(matches!(read, Err(KeyError::NotAKey { what: "search key" })), "{text}");
        }
        let missing = Keys::read(Path::new("nowhere"), good.path());
        assert!(matches!(missing, Err(KeyError::Unreadable { what: "case key", .. })));
    }

    #[test]
    fn parts_of_a_hash_do_not_run_into_each_other() {
        let key = Keys::new([1; 32], [2; 32]).search;
        assert_ne!(key.hash("a", &[b"bc", b"d"]), key.hash("a", &[b"b", b"cd"]));
        assert_ne!(key.hash("a", &[b"b"]), key.hash("b", &[b"b"]));
    }
}
