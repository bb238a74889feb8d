//! Reading JSON bodies, so that what is wrong with one is said by the place of the field.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::Segment;

use crate::problem::Problem;

/// The largest body that is read.
pub(super) const LARGEST: usize = 1024 * 1024;

/// A JSON body of a known shape.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::NotJson);
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        read(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn unread(rejection: BytesRejection) -> Problem {
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::MalformedJson,
    }
}

/// The parser's own words are not passed on: they quote what was typed.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Whether it is JSON at all comes first: a field may look wrong because the text breaks off behind it.
    serde_json::from_slice::<IgnoredAny>(bytes).map_err(|_| Problem::MalformedJson)?;
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut text).map_err(|error| {
        if error.inner().is_data() {
            Problem::InvalidField(pointer(error.path()))
        } else {
            Problem::MalformedJson
        }
    })?;
    Ok(body)
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let step = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use domain::intake::Form;

    use super::*;

    #[track_caller]
    fn refused(text: &str) -> Problem {
        read::<Form>(text.as_bytes()).expect_err("it is no form")
    }

    #[test]
    fn a_field_of_the_wrong_shape_is_named() {
        let place = |text: &str| match refused(text) {
            Problem::InvalidField(pointer) => pointer,
            other => panic!("{other:?}"),
        };
        assert_eq!(place(r#"{"children":[{"name":{"first":7}}]}"#), "/children/0/name/first");
        assert_eq!(place(r#"{"children":[{"name":{"nick":"Liv"}}]}"#), "/children/0/name/nick");
        assert_eq!(place(r#"{"children":{}}"#), "/children");
        assert_eq!(place("[]"), "");
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        let deep = format!("{{\"children\":{}", "[".repeat(100_000));
        for text in ["", "{", "{}{}", "\u{feff}{}", r#"{"place":{"kind":"\ud800"}}"#, &deep] {
            let problem = refused(text);
            assert!(
                matches!(problem, Problem::MalformedJson | Problem::InvalidField(_)),
                "{problem:?}"
            );
        }
    }
}
