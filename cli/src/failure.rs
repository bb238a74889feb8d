//! How a failure is told: one sentence on stderr, and on stdout a problem document if a program asked.

use std::fmt;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::ending::Ending;

/// The portal or the sandbox said no, with a problem document (RFC 9457).
#[derive(Debug)]
pub struct Problem {
    status: u16,
    document: Value,
}

impl Problem {
    /// From an answer's body; an answer that is no problem document becomes a small one.
    pub fn from_answer(status: u16, body: &[u8]) -> Self {
        let document = match serde_json::from_slice::<Value>(body) {
            Ok(document) if document.get("title").is_some() => document,
            // The sandbox's control says only what is wrong; a proxy or a crash says anything.
            Ok(Value::Object(said)) if said.contains_key("error") => {
                plain(status, &in_text(&said["error"]))
            }
            _ => plain(status, String::from_utf8_lossy(body).trim()),
        };
        Self { status, document }
    }

    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A member as text.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.document.get(member)?.as_str().filter(|text| !text.is_empty())
    }
}

fn plain(status: u16, detail: &str) -> Value {
    json!({
        "type": "about:blank",
        "title": format!("answered with status {status}"),
        "status": status,
        "detail": detail,
    })
}

fn in_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// In one sentence: what, why, and the fields it is about.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = self.text("title").unwrap_or("the request was refused");
        f.write_str(title)?;
        if let Some(detail) = self.text("detail").filter(|detail| *detail != title) {
            write!(f, ": {detail}")?;
        }
        if let Some(code) = self.text("code") {
            write!(f, " ({code})")?;
        }
        let errors = self.document.get("errors").and_then(Value::as_array);
        for error in errors.into_iter().flatten() {
            let part = |member: &str| error.get(member).and_then(Value::as_str).unwrap_or("");
            let said = if part("detail").is_empty() { part("code") } else { part("detail") };
            write!(f, "; {} {said}", part("pointer"))?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// Tells it, and gives the exit code.
pub fn report(error: &anyhow::Error, wants_json: bool) -> ExitCode {
    eprintln!("newborn: {error:#}");
    if wants_json {
        // Nothing more can be said if even this fails.
        let _ = crate::output::json(&document(error));
    }
    Ending::Refused.into()
}

/// The problem document of a failure: the other side's own, or one of ours in the same form.
pub fn document(error: &anyhow::Error) -> Value {
    match error.downcast_ref::<Problem>() {
        Some(problem) => problem.document.clone(),
        None => {
            json!({"type": "about:blank", "title": "newborn could not do this", "detail": format!("{error:#}")})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_one_sentence_with_its_fields() {
        let body = json!({
            "type": "about:blank", "title": "The form has mistakes", "status": 422, "code": "INVALID_FORM",
            "errors": [{"pointer": "/children/0/date_of_birth", "code": "DATE_IN_FUTURE", "detail": "is in the future"}],
        });
        let problem = Problem::from_answer(422, body.to_string().as_bytes());
        assert_eq!(
            problem.to_string(),
            "The form has mistakes (INVALID_FORM); /children/0/date_of_birth is in the future"
        );
    }

    #[test]
    fn an_answer_that_is_no_problem_document_is_told_as_it_is() {
        let problem = Problem::from_answer(502, b"bad gateway\n");
        assert_eq!(problem.to_string(), "answered with status 502: bad gateway");
        let problem = Problem::from_answer(400, br#"{"error": "register: `x` is neither"}"#);
        assert_eq!(problem.to_string(), "answered with status 400: register: `x` is neither");
    }
}
