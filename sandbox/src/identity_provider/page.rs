//! The pages where somebody says who they are, in both languages, without a script.

use std::fmt::Write;

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{Asked, Person};
use crate::payment_page::escaped;

/// The words in one language.
#[derive(Clone, Copy)]
pub(super) struct Words {
    language: &'static str,
    title: &'static str,
    demonstration: &'static str,
    who: &'static str,
    nobody: &'static str,
    stranger_title: &'static str,
    stranger: &'static str,
    left_title: &'static str,
    left: &'static str,
    roles: [(&'static str, &'static str); 6],
}

const ENGLISH: Words = Words {
    language: "en-CA",
    title: "Identity service",
    demonstration: "Demonstration: no password is asked for. In production your organization's own service is here.",
    who: "Who are you?",
    nobody: "Go back without signing in",
    stranger_title: "This page is reached from the desk",
    stranger: "The address does not say, in the way that is expected, who wants to know who you are.",
    left_title: "You are signed out",
    left: "You can close this page.",
    roles: [
        ("viewer", "viewer"),
        ("officer", "officer"),
        ("supervisor", "supervisor"),
        ("registrar", "registrar"),
        ("operator", "operator"),
        ("auditor", "auditor"),
    ],
};

const FRENCH: Words = Words {
    language: "fr-CA",
    title: "Service d'identité",
    demonstration: "Démonstration : aucun mot de passe n'est demandé. En production, le service de votre organisation se trouve ici.",
    who: "Qui êtes-vous?",
    nobody: "Revenir sans ouvrir de session",
    stranger_title: "On arrive à cette page à partir du bureau",
    stranger: "L'adresse ne dit pas, de la façon prévue, qui veut savoir qui vous êtes.",
    left_title: "Votre session est fermée",
    left: "Vous pouvez fermer cette page.",
    roles: [
        ("viewer", "consultation"),
        ("officer", "agent ou agente"),
        ("supervisor", "supervision"),
        ("registrar", "registraire"),
        ("operator", "exploitation"),
        ("auditor", "vérification"),
    ],
};

impl Words {
    /// In the first language of a wish that is spoken here.
    pub(super) fn of(ui_locales: &str) -> Self {
        let wishes = ui_locales.split(' ');
        let known = wishes.filter_map(|wish| match wish.get(..2) {
            Some("fr") => Some(FRENCH),
            Some("en") => Some(ENGLISH),
            _ => None,
        });
        known.into_iter().next().unwrap_or(ENGLISH)
    }

    fn role(self, role: &str) -> &str {
        self.roles.iter().find(|(code, _)| *code == role).map_or(role, |(_, word)| word)
    }
}

/// Asks who somebody is. What was asked goes along, to be judged again.
pub(super) fn ask(words: Words, asked: &Asked, people: &[Person]) -> Response {
    let hidden = [
        ("client_id", asked.client_id.as_str()),
        ("redirect_uri", &asked.redirect_uri),
        ("response_type", &asked.response_type),
        ("scope", &asked.scope),
        ("state", &asked.state),
        ("nonce", asked.nonce.as_deref().unwrap_or_default()),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
        ("prompt", &asked.prompt),
        ("ui_locales", &asked.ui_locales),
    ];
    let mut form = String::from("<form method=\"post\" action=\"/authorize\">\n");
    for (name, value) in hidden.iter().filter(|(_, value)| !value.is_empty()) {
        let value = escaped(value);
        line(&mut form, format_args!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"));
    }
    for person in people {
        let [name, role] = [person.name.as_str(), words.role(&person.role)].map(escaped);
        line(
            &mut form,
            format_args!(
                "<p><button type=\"submit\" name=\"person\" value=\"{name}\">{name} ({role})</button></p>"
            ),
        );
    }
    let Words { who, nobody, demonstration, title, .. } = words;
    line(&mut form, format_args!("<p><button type=\"submit\">{nobody}</button></p>\n</form>"));
    let body = format!("<p>{demonstration}</p>\n<h2>{who}</h2>\n{form}");
    page(StatusCode::OK, words, title, &body)
}

/// Whoever sent this browser is nobody we know: it stays here.
pub(super) fn stranger(words: Words) -> Response {
    let body = format!("<p>{}</p>\n", words.stranger);
    page(StatusCode::BAD_REQUEST, words, words.stranger_title, &body)
}

pub(super) fn left(words: Words) -> Response {
    page(StatusCode::OK, words, words.left_title, &format!("<p>{}</p>\n", words.left))
}

fn line(text: &mut String, it: std::fmt::Arguments<'_>) {
    writeln!(text, "{it}").expect("a string takes everything");
}

fn page(status: StatusCode, words: Words, title: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</body>\n</html>\n",
        words.language
    );
    let headers = [
        // The form leads to the portal, which is another site: what it may lead to is not narrowed.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(text)).into_response()
}
