//! Who acts, in which role and language.

use crate::code::codes;

codes! {
    /// The two official languages. Language belongs to a person, not to a case.
    pub enum Language {
        English = "en-CA",
        French = "fr-CA",
    }
}

codes! {
    /// What a member of staff may be.
    pub enum Role {
        Viewer = "viewer",
        Officer = "officer",
        Supervisor = "supervisor",
        Registrar = "registrar",
        Operator = "operator",
        Auditor = "auditor",
    }
}

impl Role {
    /// Whether this role decides on cases, or only looks. Which decisions are whose: [`crate::decision::Action::roles`].
    #[must_use]
    pub const fn decides(self) -> bool {
        match self {
            Self::Officer | Self::Supervisor | Self::Registrar => true,
            Self::Viewer | Self::Operator | Self::Auditor => false,
        }
    }
}

codes! {
    /// Why a member of staff looks at a case in which somebody is protected.
    pub enum Purpose {
        ResolveTask = "RESOLVE_TASK",
        ParentAsked = "PARENT_ASKED",
        Audit = "AUDIT",
    }
}

codes! {
    /// Who did something, as history may know it: a kind of person, never a name.
    pub enum Actor {
        /// This engine, by its own rules.
        Engine = "ENGINE",
        /// Everyone who certified the statement.
        Parents = "PARENTS",
        /// A member of staff; the case file's log says which.
        Staff = "STAFF",
        Province = "PROVINCE",
        Federal = "FEDERAL",
    }
}

codes! {
    /// The two jurisdictions.
    pub enum Register {
        Province = "province",
        Federal = "federal",
    }
}
