//! Whether the time of an answer tells somebody without a code that there is a case.

use anyhow::{Result, ensure};
use reqwest::{Method, RequestBuilder, StatusCode, header};

use super::browser::timed;
use super::{Stranger, times::Times};
use crate::http;
use crate::portal::ReceiptCase;

/// After this many wrong codes for one reference the portal takes its time on purpose.
const FREE_TRIES: usize = 5;

/// Wrong codes are counted for the page and the API together: each of the two has references of its own.
const COUNTED: usize = 2;

/// A code that opens nothing.
const WRONG: &str = "0000-0000-0000-0000";

/// How many cases it takes to try so often: half of them exist, half are protected.
pub fn cases_for(tries: usize) -> usize {
    2 * COUNTED * tries.div_ceil(FREE_TRIES)
}

/// How a stranger asks for a reference, and what they are answered.
struct Way<'a> {
    asks: &'static str,
    ask: &'a dyn Fn(&str) -> RequestBuilder,
    answer: StatusCode,
}

/// Tries wrong codes, and cases without any: first of those that exist, then protected, then unknown, and so on.
pub async fn measure(address: &str, cases: &[ReceiptCase], tries: usize) -> Result<Vec<Stranger>> {
    let door = Door { client: http::client_that_stays()?, address };
    let (existing, protected) = cases.split_at(cases.len() / 2);
    for case in protected {
        door.protects(case).await?;
    }
    let names = |cases: &[ReceiptCase]| -> Vec<String> {
        cases.iter().map(|case| case.reference.clone()).collect()
    };
    let unknown = (0..existing.len() as u64).map(nobodys).collect();
    let references = [names(existing), names(protected), unknown];
    let ways = [
        Way {
            asks: "POST /en/status, a wrong code",
            ask: &|reference| {
                door.typed("/en/status", &format!("reference={reference}&code={WRONG}"))
            },
            answer: StatusCode::NOT_FOUND,
        },
        Way {
            asks: "GET /api/v1/cases/{ref}, a wrong code",
            ask: &|reference| {
                door.request(Method::GET, &format!("/api/v1/cases/{reference}")).bearer_auth(WRONG)
            },
            answer: StatusCode::NOT_FOUND,
        },
        Way {
            asks: "GET /en/case/{ref}, another's cookie",
            ask: &|reference| {
                let cookie = format!("newborn-code={WRONG}");
                door.request(Method::GET, &format!("/en/case/{reference}"))
                    .header(header::COOKIE, cookie)
            },
            answer: StatusCode::SEE_OTHER,
        },
    ];
    let mut strangers = Vec::new();
    for (nth, Way { asks, ask, answer }) in ways.into_iter().enumerate() {
        let first = nth % COUNTED * (existing.len() / COUNTED);
        let mut took: [Vec<f64>; 3] = Default::default();
        for attempt in 0..tries {
            for (kind, references) in references.iter().enumerate() {
                let reference = &references[first + attempt / FREE_TRIES];
                let answered = timed(ask(reference)).await?;
                let status = answered.status;
                ensure!(status == answer, "{asks}: answered with {status} and not with {answer}");
                took[kind].push(answered.took_ms);
            }
        }
        let [existing, protected, unknown] = took.map(|it| Times::of(it).at(50));
        let all = [existing, protected, unknown];
        let most = all.into_iter().fold(f64::MIN, f64::max);
        let least = all.into_iter().fold(f64::MAX, f64::min);
        strangers.push(Stranger {
            asks,
            tries,
            existing_median_ms: existing,
            protected_median_ms: protected,
            unknown_median_ms: unknown,
            apart_ms: most - least,
        });
    }
    Ok(strangers)
}

/// The portal, for somebody who keeps no cookies.
struct Door<'a> {
    client: reqwest::Client,
    address: &'a str,
}

impl Door<'_> {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    /// What a page's form sends.
    fn typed(&self, path: &str, inputs: &str) -> RequestBuilder {
        self.request(Method::POST, path)
            .header(header::ORIGIN, self.address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(inputs.to_owned())
    }

    async fn protects(&self, case: &ReceiptCase) -> Result<()> {
        let path = format!("/en/case/{}/protect", case.reference);
        let cookie = format!("newborn-code={}", case.access_code);
        let answer = timed(self.typed(&path, "").header(header::COOKIE, cookie)).await?.status;
        ensure!(answer == StatusCode::SEE_OTHER, "a parent was not protected: {answer}");
        Ok(())
    }
}

/// A well-formed reference that nobody was given; that one was is as likely as a lottery's first prize.
fn nobodys(nth: u64) -> String {
    use rand::SeedableRng as _;
    domain::CaseRef::draw(&mut rand::rngs::StdRng::seed_from_u64(nth)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_nobody_are_well_formed_and_differ() {
        assert!(nobodys(1).parse::<domain::CaseRef>().is_ok());
        assert_ne!(nobodys(1), nobodys(2));
    }

    #[test]
    fn no_reference_is_tried_more_often_than_is_free() {
        let of_each_kind = cases_for(500) / 2;
        assert!(of_each_kind * FREE_TRIES >= 500 * COUNTED);
        assert_eq!(cases_for(1), 4);
    }
}
