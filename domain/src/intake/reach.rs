//! How each parent is reached: e-mail, telephone, and which of them is wanted.

use super::{
    Code, ParentContact,
    address::or_report,
    reader::{Reader, given},
};
use crate::{
    contact::{NotifyBy, Reach},
    people::Language,
};

/// A parent other than the first, as far as reaching them goes.
pub(super) struct Reached {
    pub(super) language: Option<Language>,
    /// `None` for a parent who is here and wants no messages.
    pub(super) reach: Option<Reach>,
}

/// The first parent's is not asked for twice.
pub(super) fn in_the_contact(r: &mut Reader, it: &ParentContact) -> bool {
    let nothing = *it == ParentContact::default();
    r.not_expected("notify_by", !nothing);
    nothing
}

/// A parent who is not here must be reached by e-mail or text; for another it is a choice.
pub(super) fn reached(r: &mut Reader, it: ParentContact, invited: bool) -> Option<Reached> {
    let ParentContact { language, email, phone, notify_by } = it;
    let language = match given(language) {
        None => None,
        said => Some(r.choice("language", said)?),
    };
    let nothing = [&email, &phone, &notify_by].into_iter().all(|it| given(it.clone()).is_none());
    if nothing && !invited {
        return Some(Reached { language, reach: None });
    }
    let reach = read(r, notify_by, email, phone)?;
    if invited && reach.address().is_none() {
        r.report("notify_by", Code::InvitationNeedsAddress);
    }
    Some(Reached { language, reach: Some(reach) })
}

/// What is sent to one parent must not reach another.
pub(super) fn of_their_own(r: &mut Reader, first: &Reach, others: &[Reached]) {
    for (nth, other) in (1..).zip(others) {
        if let Some(reach) = other.reach.as_ref().filter(|reach| reach.shares(first)) {
            let field = if reach.notify_by == NotifyBy::Text { "phone" } else { "email" };
            r.within(nth, |r| r.within("contact", |r| r.report(field, Code::ContactShared)));
        }
    }
}

pub(super) fn read(
    r: &mut Reader,
    notify_by: Option<String>,
    email: Option<String>,
    phone: Option<String>,
) -> Option<Reach> {
    let notify_by = r.choice("notify_by", notify_by);
    let (email, phone) = (given(email), given(phone));
    match notify_by {
        Some(NotifyBy::Email) if email.is_none() => r.report("email", Code::Required),
        Some(NotifyBy::Text) if phone.is_none() => r.report("phone", Code::Required),
        Some(NotifyBy::Email | NotifyBy::Text | NotifyBy::Letter | NotifyBy::Nothing) | None => (),
    }
    let email = email.and_then(|typed| or_report(r, "email", read_email(&typed), Code::Email));
    let phone = phone.and_then(|typed| or_report(r, "phone", read_phone(&typed), Code::Phone));
    Some(Reach { email, phone, notify_by: notify_by? })
}

/// One `@`, something before it, a dotted name after it, nothing that a mail system would have to quote.
fn read_email(typed: &str) -> Option<String> {
    let (mailbox, host) = typed.rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let part = |text: &str| {
        !text.is_empty() && !text.starts_with('.') && !text.ends_with('.') && !text.contains("..")
    };
    let label = |text: &str| {
        !text.is_empty()
            && text.len() <= 63
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let fits = typed.len() <= 254
        && part(mailbox)
        && mailbox.chars().all(plain)
        && host.contains('.')
        && host.split('.').all(label);
    fits.then(|| typed.to_owned())
}

/// E.164. A number without a country is one of North America.
fn read_phone(typed: &str) -> Option<String> {
    let bare: String =
        typed.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')' | '\u{A0}')).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.starts_with('0') {
        return None;
    }
    match (bare.starts_with('+'), digits.len()) {
        (true, 8..=15) => Some(bare),
        (false, 10) if !digits.starts_with('1') => Some(format!("+1{digits}")),
        (false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => None,
    }
}
