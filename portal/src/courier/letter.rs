//! What a message says: that there is something to read, and where. Nothing about anybody.

use domain::facts::Message;
use store::deliveries::Pending;

use crate::language::Speaks;

/// A message as it is sent.
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) body: String,
    /// What the message service keeps with it: the reference and the message, no personal data.
    pub(super) reference: String,
}

impl Letter {
    /// `link` is the token of a parent who has yet to say who they are.
    pub(super) fn of(public_url: &str, message: &Pending, link: Option<&str>) -> Self {
        let t = Speaks(message.language);
        let say = |t: Speaks| Said::of(t, public_url, message, link);
        let (own, other) = (say(t), say(t.other()));
        let reference = format!("{}/{}/{}", message.case, message.message, message.parent);
        // Nobody was asked in which language they want the first one.
        if is_first(message.message) {
            let subject = format!("{} / {}", own.subject, other.subject);
            let body = format!("{}\n\n{}", own.body, other.body);
            return Self { subject, body, reference };
        }
        Self { subject: own.subject, body: own.body, reference }
    }
}

impl Letter {
    /// A code that the parent asked for, in the language in which they asked.
    pub(super) fn with_code(message: &Pending, code: &str) -> Self {
        let t = Speaks(message.language);
        Self {
            subject: t.say("mail-code-subject"),
            body: t.with("mail-code-body", "code", code),
            reference: format!("{}/{}/{}", message.case, message.message, message.parent),
        }
    }
}

struct Said {
    subject: String,
    body: String,
}

impl Said {
    fn of(t: Speaks, public_url: &str, message: &Pending, link: Option<&str>) -> Self {
        // Who has a link has yet to say who they are: they are told that there is a form, and not of what.
        let (kind, address) = match link {
            Some(token) => ("form", format!("{public_url}/{}/read/{token}", t.path())),
            None => ("news", format!("{public_url}/{}/status", t.path())),
        };
        let case = message.case.to_string();
        let fill = [("case", case.as_str()), ("link", address.as_str())];
        Self {
            subject: t.filled(&format!("mail-{kind}-subject"), &fill),
            body: t.filled(&format!("mail-{kind}-body"), &fill),
        }
    }
}

fn is_first(message: Message) -> bool {
    matches!(message, Message::Received | Message::PleaseCertify)
}

#[cfg(test)]
mod tests {
    use domain::people::Language;

    use super::*;

    fn pending(message: Message, language: Language) -> Pending {
        Pending {
            id: 1,
            case: "NB-0000-0000".parse().expect("it is a reference"),
            message,
            parent: 1,
            language,
            occasion: 0,
            confirmed: false,
            closed: false,
            attempts: 0,
        }
    }

    #[test]
    fn the_first_message_is_in_both_languages_and_the_parents_own_comes_first() {
        let it = pending(Message::PleaseCertify, Language::French);
        let letter = Letter::of("https://births.example", &it, Some("t0ken"));
        let french = letter.body.find("https://births.example/fr/read/t0ken");
        let english = letter.body.find("https://births.example/en/read/t0ken");
        assert!(french.is_some() && french < english, "{}", letter.body);
    }

    #[test]
    fn a_later_message_is_in_the_parents_language_alone() {
        let it = pending(Message::Registered, Language::English);
        let letter = Letter::of("https://births.example", &it, None);
        assert!(letter.body.contains("https://births.example/en/status"), "{}", letter.body);
        assert!(!letter.body.contains("/fr/"), "{}", letter.body);
        assert!(letter.subject.contains("NB-0000-0000"), "{}", letter.subject);
    }

    #[test]
    fn a_parent_whom_we_know_is_reminded_with_the_reference_and_the_way_to_their_page() {
        let it = pending(Message::FirstReminder, Language::English);
        let Letter { subject, body, .. } = Letter::of("https://births.example", &it, None);
        assert!(subject.contains("NB-0000-0000"), "{subject}");
        assert!(body.contains("https://births.example/en/status"), "{body}");
    }

    #[test]
    fn an_invitation_says_only_that_there_is_a_form() {
        let it = pending(Message::FirstReminder, Language::English);
        let Letter { subject, body, .. } = Letter::of("https://births.example", &it, Some("t"));
        for word in ["child", "birth", "parent", "baby", "NB-"] {
            let said = format!("{subject} {body}").to_lowercase().replace("births.example", "");
            assert!(!said.contains(&word.to_lowercase()), "{word}: {said}");
        }
    }
}
