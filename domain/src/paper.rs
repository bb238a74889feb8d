//! Papers that a statement needs beside the form: which, in what shape, and what may be wrong with them.
//!
//! Source: docs/decisions/0011-papers.md; which papers, and by when, is unconfirmed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    code::codes,
    decision::{Action, Grounds},
    name::PersonName,
    statement::{OtherParent, Statement},
};

/// How many files of a case may wait for an officer or have been accepted.
pub const MOST_FILES: usize = 5;

/// The most bytes in one file.
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;

codes! {
    pub enum Paper {
        /// The commissioned form for a child's single name, with the evidence that it is the practice of the family's
        /// culture.
        SingleName = "SINGLE_NAME",
        /// The statutory declaration when the other parent is incapable, by illness or death.
        Declaration = "DECLARATION",
        /// Of a paper that is in neither official language.
        Translation = "TRANSLATION",
    }
}

codes! {
    /// Why an officer does not accept a paper.
    pub enum PaperRefusal {
        Unreadable = "PAPER_UNREADABLE",
        Incomplete = "PAPER_INCOMPLETE",
        NotSigned = "PAPER_NOT_SIGNED",
        /// It is another paper than the one that is needed.
        Another = "PAPER_IS_ANOTHER",
    }
}

codes! {
    /// What a file is, by its first bytes and never by its name.
    pub enum Media {
        Pdf = "application/pdf",
        Jpeg = "image/jpeg",
        Png = "image/png",
    }
}

codes! {
    /// How far a paper is, as its family sees it.
    pub enum PaperStanding {
        Missing = "MISSING",
        ToBeMailed = "TO_BE_MAILED",
        Received = "RECEIVED",
        Accepted = "ACCEPTED",
        /// What came was not accepted, and nothing else has come since.
        Refused = "REFUSED",
    }
}

impl Media {
    /// What a file is; nothing if it is no paper that we can show to an officer.
    #[must_use]
    pub fn of(file: &[u8]) -> Option<Self> {
        let begins = |bytes: &[u8]| file.starts_with(bytes);
        if begins(b"%PDF-") {
            Some(Self::Pdf)
        } else if begins(b"\xFF\xD8\xFF") {
            Some(Self::Jpeg)
        } else if begins(b"\x89PNG\r\n\x1A\n") {
            Some(Self::Png)
        } else {
            None
        }
    }

    /// The end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

impl Statement {
    /// The papers that the statement itself asks for. A translation is asked for by a person.
    #[must_use]
    pub fn papers(&self) -> BTreeSet<Paper> {
        let single_name = match self.child.name {
            PersonName::Single { .. } => Some(Paper::SingleName),
            PersonName::Dual { .. } => None,
        };
        let declaration = match self.other_parent {
            Some(OtherParent::IncapableByIllness | OtherParent::IncapableByDeath) => {
                Some(Paper::Declaration)
            }
            Some(OtherParent::Unknown | OtherParent::Unacknowledged) | None => None,
        };
        [single_name, declaration].into_iter().flatten().collect()
    }
}

/// What an officer says of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    Accepted,
    Refused(PaperRefusal),
    /// It stays, and is looked at again with its translation.
    NeedsTranslation,
}

impl Verdict {
    /// What a decision says; nothing if it is about something else.
    #[must_use]
    pub const fn of(action: Action, grounds: Grounds) -> Option<Self> {
        match (action, grounds) {
            (Action::AcceptPapers, Grounds::PaperInOrder) => Some(Self::Accepted),
            (Action::RefusePapers, Grounds::PaperUnreadable) => {
                Some(Self::Refused(PaperRefusal::Unreadable))
            }
            (Action::RefusePapers, Grounds::PaperIncomplete) => {
                Some(Self::Refused(PaperRefusal::Incomplete))
            }
            (Action::RefusePapers, Grounds::PaperNotSigned) => {
                Some(Self::Refused(PaperRefusal::NotSigned))
            }
            (Action::RefusePapers, Grounds::PaperIsAnother) => {
                Some(Self::Refused(PaperRefusal::Another))
            }
            (Action::RefusePapers, Grounds::TranslationNeeded) => Some(Self::NeedsTranslation),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(Media::of(b"%PDF-1.7\n"), Some(Media::Pdf));
        assert_eq!(Media::of(b"\xFF\xD8\xFF\xE0..JFIF"), Some(Media::Jpeg));
        assert_eq!(Media::of(b"\x89PNG\r\n\x1A\n...."), Some(Media::Png));
        for file in [&b""[..], b"%PD", b"<svg>", b"GIF89a", b" %PDF-1.7", b"PK\x03\x04"] {
            assert_eq!(Media::of(file), None, "{file:?}");
        }
    }

    #[test]
    fn every_ground_of_a_decision_about_papers_is_a_verdict() {
        for action in [Action::AcceptPapers, Action::RefusePapers] {
            for grounds in action.grounds() {
                assert!(Verdict::of(action, *grounds).is_some(), "{action} {grounds}");
            }
        }
        assert_eq!(Verdict::of(Action::AcceptPapers, Grounds::PaperUnreadable), None);
        assert_eq!(Verdict::of(Action::RetryNow, Grounds::PaperInOrder), None);
    }
}
