//! Where certificate, SIN letter and messages go. Not certified: staff may correct it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::code::codes;

/// An address. `province` and `postal_code` are checked for Canada only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Up to 39 characters, as a line is printed.
    pub line1: String,
    pub line2: Option<String>,
    pub unit: Option<String>,
    pub city: String,
    /// ISO 3166-2 without the country: `ON`.
    pub province: Option<String>,
    /// `A1A 1A1`.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

codes! {
    pub enum NotifyBy {
        Email = "EMAIL",
        Text = "SMS",
        Letter = "LETTER",
        Nothing = "NONE",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub usual_residence: Address,
    pub mailing: Address,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub notify_by: NotifyBy,
}

/// How to reach one parent. No other parent sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    pub email: Option<String>,
    pub phone: Option<String>,
    pub notify_by: NotifyBy,
}

impl Reach {
    /// Where messages go, if this parent wants them by e-mail or text.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match self.notify_by {
            NotifyBy::Email => self.email.as_deref(),
            NotifyBy::Text => self.phone.as_deref(),
            NotifyBy::Letter | NotifyBy::Nothing => None,
        }
    }

    /// Whether something that reaches one of the two may reach the other.
    #[must_use]
    pub fn shares(&self, other: &Self) -> bool {
        let same_mailbox = |a: &String, b: &String| a.eq_ignore_ascii_case(b);
        self.email.as_ref().zip(other.email.as_ref()).is_some_and(|(a, b)| same_mailbox(a, b))
            || self.phone.is_some() && self.phone == other.phone
    }
}

impl Contact {
    /// How to reach the parent who filled in the form.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach { email: self.email.clone(), phone: self.phone.clone(), notify_by: self.notify_by }
    }
}

codes! {
    /// The contact fields that can be corrected one by one, by their path in the form.
    pub enum ContactField {
        MailingLine1 = "contact.mailing.line1",
        MailingLine2 = "contact.mailing.line2",
        MailingUnit = "contact.mailing.unit",
        MailingCity = "contact.mailing.city",
        MailingProvince = "contact.mailing.province",
        MailingPostalCode = "contact.mailing.postal_code",
        MailingCountry = "contact.mailing.country",
        Email = "contact.email",
        Phone = "contact.phone",
    }
}

impl ContactField {
    /// Reads a path with or without the leading `contact.`.
    ///
    /// # Errors
    ///
    /// [`crate::UnknownCode`] for everything that is not a contact field, certified fields included.
    pub fn read(path: &str) -> Result<Self, crate::UnknownCode> {
        Self::from_str(path).or_else(|_| format!("contact.{path}").parse())
    }

    /// Whether the registers hold a copy of it.
    #[must_use]
    pub const fn is_mailing(self) -> bool {
        match self {
            Self::MailingLine1
            | Self::MailingLine2
            | Self::MailingUnit
            | Self::MailingCity
            | Self::MailingProvince
            | Self::MailingPostalCode
            | Self::MailingCountry => true,
            Self::Email | Self::Phone => false,
        }
    }
}
