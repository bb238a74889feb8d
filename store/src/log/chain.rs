//! What the chain of a log is made of.
//!
//! The hash of an entry is SHA-256 over these fields in this order: the hash of the entry before
//! (32 zero bytes for the first), the case reference, the number of the entry, its time, the actor,
//! the member of staff, the fact as JSON text, the sealed text. A field that is absent is one zero
//! byte. Any other is a byte of one, its length in bytes as 8 bytes, and its bytes. Numbers are
//! signed 8 bytes, times are numbers: microseconds since 1970. All of it big-endian.

use domain::CaseRef;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The newest entry of a case's log, as the case row keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub hash: [u8; 32],
}

impl Head {
    pub(crate) const BEFORE_THE_FIRST: Self = Self { seq: 0, hash: [0; 32] };
}

/// What the hash of an entry covers.
pub(super) struct Hashed<'a> {
    pub prev: [u8; 32],
    pub case: CaseRef,
    pub seq: i64,
    pub at: Timestamp,
    pub actor: &'a str,
    pub by: Option<&'a str>,
    pub fact: &'a str,
    pub sealed: Option<&'a [u8]>,
}

impl Hashed<'_> {
    /// The entry as the head of its log. Described at the top of this module, for whoever checks a
    /// log by other means.
    pub(super) fn head(&self) -> Head {
        let hash = sum(&[
            Some(&self.prev),
            Some(self.case.to_string().as_bytes()),
            Some(&self.seq.to_be_bytes()),
            Some(&self.at.as_microsecond().to_be_bytes()),
            Some(self.actor.as_bytes()),
            self.by.map(str::as_bytes),
            Some(self.fact.as_bytes()),
            self.sealed,
        ]);
        Head { seq: self.seq, hash }
    }
}

/// SHA-256 over fields, none of which can pass for a part of another.
pub(crate) fn sum(fields: &[Option<&[u8]>]) -> [u8; 32] {
    let mut sha = Sha256::new();
    for field in fields {
        match field {
            None => sha.update([0]),
            Some(bytes) => {
                sha.update([1]);
                sha.update((bytes.len() as u64).to_be_bytes());
                sha.update(bytes);
            }
        }
    }
    sha.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed from the description at the top of this module by other means. Logs that were
    /// written stay verifiable only while this holds.
    #[test]
    fn the_hash_is_the_one_that_is_described() {
        let case = "NB-0000-0012".parse().unwrap();
        let at = Timestamp::from_microsecond(1_795_442_400_000_001).unwrap();
        let hashed = Hashed {
            prev: [0; 32],
            case,
            seq: 1,
            at,
            actor: "STAFF",
            by: Some("D. Laframboise"),
            fact: r#"{"fact":"received"}"#,
            sealed: None,
        };
        let hex: String = hashed.head().hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5736ff88b136157d9429803e84f657cbd5ee8280dbec29b8cf76e9866ab91665");
    }

    #[test]
    fn a_field_that_is_absent_is_not_an_empty_one() {
        let case = "NB-0000-0012".parse().unwrap();
        let hash = |by, sealed| {
            let (prev, seq, at) = ([0; 32], 1, Timestamp::UNIX_EPOCH);
            Hashed { prev, case, seq, at, actor: "STAFF", by, fact: "{}", sealed }.head().hash
        };
        assert_ne!(hash(None, None), hash(Some(""), None));
        assert_ne!(hash(Some(""), None), hash(None, Some(b"".as_slice())));
    }
}
