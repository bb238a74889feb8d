//! What the registers answer, read into our words.

use domain::{
    answers::{ApplicationState, NoticeField, NoticeMatch, OrderRefusal, OrderState, Refusal},
    fees::Product,
};
use jiff::civil::Date;
use proto::{certificates::v1 as certificates, registry::v1 as registry, sin::v1 as sin};

use super::Unknown;

pub fn refusal(reason: i32) -> Result<Refusal, Unknown> {
    use registry::RefusalReason as Wire;
    match Wire::try_from(reason) {
        Ok(Wire::LateRoute) => Ok(Refusal::LateRoute),
        Ok(Wire::BornElsewhere) => Ok(Refusal::BornElsewhere),
        Ok(Wire::NotEligible) => Ok(Refusal::NotEligible),
        Ok(Wire::MissingData) => Ok(Refusal::MissingData),
        Ok(Wire::PossibleDuplicate) => Ok(Refusal::PossibleDuplicate),
        Ok(Wire::AlreadyRegistered) => Ok(Refusal::AlreadyRegistered),
        Ok(Wire::NoticeTaken) => Ok(Refusal::NoticeTaken),
        Ok(Wire::NotMatched) => Ok(Refusal::NotMatched),
        Ok(Wire::ContentDiffers) => Ok(Refusal::ContentDiffers),
        Ok(Wire::StatementWithdrawn) => Ok(Refusal::Undone),
        Ok(Wire::NotCertified) => Ok(Refusal::NotCertified),
        Ok(Wire::Unspecified) | Err(_) => Err(Unknown("the reason of the refusal")),
    }
}

/// How the statement stands to the notices, and the notices in question.
pub fn notice_match(it: Option<registry::Match>) -> Result<(NoticeMatch, Vec<String>), Unknown> {
    use registry::r#match::Outcome;
    match it.and_then(|it| it.outcome) {
        Some(Outcome::NoNotice(_)) => Ok((NoticeMatch::Awaited, vec![])),
        Some(Outcome::Matched(it)) => Ok((NoticeMatch::Matched, vec![it.notice_id])),
        Some(Outcome::Differs(it)) => {
            let fields: Result<_, _> = it.fields.into_iter().map(notice_field).collect();
            Ok((NoticeMatch::Differs(fields?), vec![it.notice_id]))
        }
        Some(Outcome::Several(it)) => {
            // The same whenever it is asked.
            let mut notices = it.notice_ids;
            notices.sort();
            Ok((NoticeMatch::Several, notices))
        }
        None => Err(Unknown("the match")),
    }
}

fn notice_field(field: i32) -> Result<NoticeField, Unknown> {
    use registry::MatchField as Wire;
    match Wire::try_from(field) {
        Ok(Wire::DateOfBirth) => Ok(NoticeField::DateOfBirth),
        Ok(Wire::Sex) => Ok(NoticeField::Sex),
        Ok(Wire::Facility) => Ok(NoticeField::Facility),
        Ok(Wire::PlaceWording) => Ok(NoticeField::PlaceWording),
        Ok(Wire::Plurality) => Ok(NoticeField::Plurality),
        Ok(Wire::BirthOrder) => Ok(NoticeField::BirthOrder),
        Ok(Wire::BirthParentDateOfBirth) => Ok(NoticeField::BirthParentDateOfBirth),
        Ok(Wire::BirthParentName) => Ok(NoticeField::BirthParentName),
        Ok(Wire::Unspecified) | Err(_) => Err(Unknown("the field that differs")),
    }
}

pub fn match_field(field: NoticeField) -> registry::MatchField {
    use registry::MatchField as Wire;
    match field {
        NoticeField::DateOfBirth => Wire::DateOfBirth,
        NoticeField::Sex => Wire::Sex,
        NoticeField::Facility => Wire::Facility,
        NoticeField::PlaceWording => Wire::PlaceWording,
        NoticeField::Plurality => Wire::Plurality,
        NoticeField::BirthOrder => Wire::BirthOrder,
        NoticeField::BirthParentDateOfBirth => Wire::BirthParentDateOfBirth,
        NoticeField::BirthParentName => Wire::BirthParentName,
    }
}

pub fn order_state(state: i32) -> Result<OrderState, Unknown> {
    use certificates::OrderState as Wire;
    match Wire::try_from(state) {
        Ok(Wire::Accepted) => Ok(OrderState::Accepted),
        Ok(Wire::InProduction) => Ok(OrderState::InProduction),
        Ok(Wire::Printed) => Ok(OrderState::Printed),
        Ok(Wire::Mailed) => Ok(OrderState::Mailed),
        Ok(Wire::Returned) => Ok(OrderState::Returned),
        Ok(Wire::Cancelled) => Ok(OrderState::Cancelled),
        Ok(Wire::Void) => Ok(OrderState::Void),
        Ok(Wire::Unspecified) | Err(_) => Err(Unknown("the state of the order")),
    }
}

pub fn order_refusal(reason: i32) -> Result<OrderRefusal, Unknown> {
    use certificates::OrderRefusal as Wire;
    match Wire::try_from(reason) {
        Ok(Wire::RegistrationNotActive) => Ok(OrderRefusal::RegistrationNotActive),
        Ok(Wire::NotEntitled) => Ok(OrderRefusal::NotEntitled),
        Ok(Wire::PaymentNotConfirmed) => Ok(OrderRefusal::PaymentNotConfirmed),
        Ok(Wire::DuplicateOrder) => Ok(OrderRefusal::DuplicateOrder),
        Ok(Wire::Unspecified) | Err(_) => Err(Unknown("the reason of the refused order")),
    }
}

/// An application whose letter is in the mail says so by its date, not by its state.
pub fn application_state(it: &sin::Application) -> Result<ApplicationState, Unknown> {
    use sin::ApplicationState as Wire;
    match Wire::try_from(it.state) {
        Ok(Wire::Received) => Ok(ApplicationState::Received),
        Ok(Wire::Validating) => Ok(ApplicationState::Validating),
        Ok(Wire::Adjudication) => Ok(ApplicationState::Adjudication),
        Ok(Wire::Issued) if it.letter_mailed_on.is_empty() => Ok(ApplicationState::Issued),
        Ok(Wire::Issued) => Ok(ApplicationState::LetterMailed),
        Ok(Wire::Refused) => Ok(ApplicationState::Refused),
        Ok(Wire::Withdrawn) => Ok(ApplicationState::Withdrawn),
        Ok(Wire::Unspecified) | Err(_) => Err(Unknown("the state of the application")),
    }
}

/// A date that may not be given yet.
pub fn date(text: &str) -> Result<Option<Date>, Unknown> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| Unknown("a date")) }
}

pub const fn product(product: Product) -> certificates::Product {
    match product {
        Product::Short => certificates::Product::Short,
        Product::WithParents => certificates::Product::WithParents,
        Product::CertifiedCopy => certificates::Product::CertifiedCopy,
    }
}

/// Every undo answers with the same three words, each in a `oneof` of its own.
macro_rules! read_undo {
    ($outcome:expr, $($path:ident)::+) => {
        match $outcome {
            Some($($path)::+::Undone(_)) => Ok(domain::answers::UndoAnswer::Undone),
            Some($($path)::+::NothingToUndo(_)) => Ok(domain::answers::UndoAnswer::NothingToUndo),
            Some($($path)::+::TooLate(_)) => Ok(domain::answers::UndoAnswer::TooLate),
            None => Err($crate::wire::Unknown("the outcome of the undo")),
        }
    };
}
pub(crate) use read_undo;

/// So do the two changes of address.
macro_rules! read_address {
    ($outcome:expr, $($path:ident)::+) => {
        match $outcome {
            Some($($path)::+::Updated(_)) => Ok(domain::answers::AddressAnswer::Updated),
            Some($($path)::+::TooLate(_)) => Ok(domain::answers::AddressAnswer::TooLate),
            Some($($path)::+::NotFound(_)) => Ok(domain::answers::AddressAnswer::NothingToUpdate),
            None => Err($crate::wire::Unknown("the outcome of the change")),
        }
    };
}
pub(crate) use read_address;
