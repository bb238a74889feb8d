//! What a form breaks, and where.

use serde::Serialize;

use crate::{code::codes, name::BadName};

codes! {
    /// Which rule a field breaks. The words are kept: programs and translations rely on them.
    pub enum Code {
        Required = "REQUIRED",
        NotExpected = "NOT_EXPECTED",
        TooLong = "TOO_LONG",
        TooMany = "TOO_MANY",
        OutOfRange = "OUT_OF_RANGE",
        ChoiceUnknown = "CHOICE_UNKNOWN",
        NameCharacters = "NAME_CHARACTERS",
        NameBeginning = "NAME_BEGINNING",
        TextCharacters = "TEXT_CHARACTERS",
        DateInvalid = "DATE_INVALID",
        TimeInvalid = "TIME_INVALID",

        // Not through this form, and what to do instead.
        BornElsewhere = "BORN_ELSEWHERE",
        AlreadyRegistered = "ALREADY_REGISTERED",
        NotLiveBirth = "NOT_LIVE_BIRTH",
        SurrogacyAssisted = "SURROGACY_ASSISTED",
        MoreParentsAssisted = "MORE_PARENTS_ASSISTED",
        /// The law says which surname it is then; an officer applies it.
        SurnameNotAgreed = "SURNAME_NOT_AGREED",
        /// Nobody sends a notice, and without one nothing can be registered here.
        UnattendedAssisted = "UNATTENDED_ASSISTED",
        FirstBirthdayReached = "FIRST_BIRTHDAY_REACHED",
        /// The birth is still registered; the SIN is asked for at an office.
        SinOfficeRoute = "SIN_OFFICE_ROUTE",

        ParentCountDiffers = "PARENT_COUNT_DIFFERS",
        ParentsNotPresent = "PARENTS_NOT_PRESENT",
        /// A parent who is not here has to be reached by e-mail or text.
        InvitationNeedsAddress = "INVITATION_NEEDS_ADDRESS",
        /// What is sent to one parent would reach the other.
        ContactShared = "CONTACT_SHARED",
        OneBirthParent = "ONE_BIRTH_PARENT",
        ParentAge = "PARENT_AGE",
        DateInFuture = "DATE_IN_FUTURE",
        DatesApart = "DATES_APART",
        PluralityDiffers = "PLURALITY_DIFFERS",
        PluralityTooSmall = "PLURALITY_TOO_SMALL",
        BirthOrderRepeated = "BIRTH_ORDER_REPEATED",
        ExchangeFormNeeded = "EXCHANGE_FORM_NEEDED",
        ExchangeFormCharacters = "EXCHANGE_FORM_CHARACTERS",

        CertificationMissing = "CERTIFICATION_MISSING",
        ConsentMissing = "CONSENT_MISSING",
        NoticeNotAcknowledged = "NOTICE_NOT_ACKNOWLEDGED",
        TextVersionUnknown = "TEXT_VERSION_UNKNOWN",

        LineTooLong = "LINE_TOO_LONG",
        ProvinceUnknown = "PROVINCE_UNKNOWN",
        PostalCode = "POSTAL_CODE",
        CountryUnknown = "COUNTRY_UNKNOWN",
        Email = "EMAIL",
        Phone = "PHONE",
        OneCertificate = "ONE_CERTIFICATE",
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// A JSON pointer (RFC 6901) into the form.
    pub pointer: String,
    pub code: Code,
}

impl From<BadName> for Code {
    fn from(bad: BadName) -> Self {
        match bad {
            BadName::Missing => Self::Required,
            BadName::TooLong => Self::TooLong,
            BadName::Characters => Self::NameCharacters,
            BadName::Beginning => Self::NameBeginning,
        }
    }
}
