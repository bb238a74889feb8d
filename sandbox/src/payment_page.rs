//! A hosted payment page: it asks for a card and sends the browser back with a token. Whether the card is good, the
//! province says when the token is charged.

use std::fmt::Write;

use axum::{
    Form, Router,
    extract::{Query, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;
use uuid::Uuid;

/// The page's routes.
pub fn routes() -> Router {
    Router::new().route("/pay", get(ask).post(pay))
}

/// What the portal sends a browser here with.
#[derive(Debug, Clone, Deserialize)]
struct Asked {
    amount_cents: u32,
    currency: String,
    reference: String,
    language: String,
    /// Where the browser goes back to.
    #[serde(rename = "return")]
    way_back: String,
}

/// What the parents press.
#[derive(Debug, Deserialize)]
struct Pressed {
    card: String,
    #[serde(rename = "return")]
    way_back: String,
}

/// The page's words in one language.
struct Words {
    language: &'static str,
    title: &'static str,
    demonstration: &'static str,
    reference: &'static str,
    good: &'static str,
    bad: &'static str,
    back: &'static str,
}

const ENGLISH: Words = Words {
    language: "en-CA",
    title: "Payment",
    demonstration: "Demonstration: no money is moved and no card is asked for.",
    reference: "For",
    good: "Pay with a card that works",
    bad: "Pay with a card that is declined",
    back: "Go back without paying",
};

const FRENCH: Words = Words {
    language: "fr-CA",
    title: "Paiement",
    demonstration: "Démonstration : aucun montant n'est prélevé et aucune carte n'est demandée.",
    reference: "Pour",
    good: "Payer avec une carte valide",
    bad: "Payer avec une carte refusée",
    back: "Revenir sans payer",
};

async fn ask(asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Ok(Query(it)) = asked else {
        return (StatusCode::BAD_REQUEST, "this page is reached from a family's page\n")
            .into_response();
    };
    if !is_a_way_back(&it.way_back) {
        return (StatusCode::BAD_REQUEST, "there is no way back\n").into_response();
    }
    (
        [
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'; base-uri 'none'"),
            (header::CACHE_CONTROL, "no-store"),
            (header::REFERRER_POLICY, "no-referrer"),
        ],
        Html(page(&it)),
    )
        .into_response()
}

fn page(it: &Asked) -> String {
    let words = if it.language.starts_with("fr") { FRENCH } else { ENGLISH };
    let (dollars, cents) = (it.amount_cents / 100, it.amount_cents % 100);
    let amount = match words.language {
        "fr-CA" => format!("{dollars},{cents:02}\u{a0}$"),
        _ => format!("${dollars}.{cents:02}"),
    };
    let [way_back, reference, currency] = [&it.way_back, &it.reference, &it.currency].map(escaped);
    let Words { language, title, demonstration, reference: for_what, good, bad, back } = words;
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n</head>\n\
         <body>\n<main>\n<h1>{title}: {amount} {currency}</h1>\n<p>{demonstration}</p>\n\
         <p>{for_what} {reference}</p>\n<form method=\"post\" action=\"/pay\">\n\
         <input type=\"hidden\" name=\"return\" value=\"{way_back}\">\n\
         <p><button type=\"submit\" name=\"card\" value=\"approved\">{good}</button></p>\n\
         <p><button type=\"submit\" name=\"card\" value=\"declined\">{bad}</button></p>\n</form>\n\
         <p><a href=\"{way_back}\">{back}</a></p>\n</main>\n</body>\n</html>\n"
    )
}

/// Goes back with a token, a new one each time.
async fn pay(Form(Pressed { card, way_back }): Form<Pressed>) -> Response {
    if !is_a_way_back(&way_back) || !matches!(card.as_str(), "approved" | "declined") {
        return (StatusCode::BAD_REQUEST, "there is no way back\n").into_response();
    }
    let mark = if way_back.contains('?') { '&' } else { '?' };
    let token = Uuid::new_v4().simple();
    Redirect::to(&format!("{way_back}{mark}payment=sandbox-card-{card}-{token}")).into_response()
}

fn is_a_way_back(address: &str) -> bool {
    ["http://", "https://"].iter().any(|it| address.starts_with(it))
        && address.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(crate) fn escaped(text: impl AsRef<str>) -> String {
    let mut safe = String::with_capacity(text.as_ref().len());
    for c in text.as_ref().chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => {
                write!(safe, "&#{};", u32::from(c)).expect("a string takes everything");
            }
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(language: &str, way_back: &str) -> Asked {
        Asked {
            amount_cents: 2505,
            currency: "CAD".to_owned(),
            reference: "NB-0000-0000".to_owned(),
            language: language.to_owned(),
            way_back: way_back.to_owned(),
        }
    }

    #[test]
    fn the_page_speaks_both_languages_and_escapes_what_it_was_sent() {
        let english = page(&asked("en-CA", "http://portal.test/paid?a=1&b=\"<script>"));
        assert!(english.contains("$25.05 CAD") && !english.contains("<script>"), "{english}");
        assert!(page(&asked("fr-CA", "http://portal.test/")).contains("25,05\u{a0}$"));
    }

    #[test]
    fn only_an_address_of_the_web_is_a_way_back() {
        assert!(is_a_way_back("https://portal.test/en/case/NB-0000-0000/paid"));
        for bad in ["javascript:alert(1)", "/paid", "http://a\nb", ""] {
            assert!(!is_a_way_back(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn each_payment_has_a_token_of_its_own() {
        let press = || async {
            let way_back = "http://portal.test/paid".to_owned();
            let answer = pay(Form(Pressed { card: "approved".to_owned(), way_back })).await;
            answer.headers()[header::LOCATION].to_str().expect("it is ASCII").to_owned()
        };
        let (one, other) = (press().await, press().await);
        assert!(one.starts_with("http://portal.test/paid?payment=sandbox-card-approved-"));
        assert_ne!(one, other);
    }
}
