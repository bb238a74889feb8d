//! What a page asks, and what a family answers: the inputs of the page's form, named by their place in the submission.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use domain::intake::Form;
use serde_json::Value;

/// What a family has in mind to type, by the names of the inputs.
pub type Typed = BTreeMap<String, String>;

/// What a family would type to say what is in a form of the API.
pub fn typed(form: &Form) -> Result<Typed> {
    let mut typed = Typed::new();
    let whole = serde_json::to_value(form).context("a form is plain data")?;
    spread(String::new(), &whole, &mut typed);
    let mut say = |name: &str, value: String| typed.insert(name.to_owned(), value);
    say("babies", form.children.len().to_string());
    let same = form.contact.usual_residence == form.contact.mailing;
    say("same_address", same.to_string());
    for (nth, parent) in form.parents.iter().enumerate() {
        let same = parent.name_at_birth == parent.legal_name.clone().into();
        say(&format!("parents/{nth}/same_name"), same.to_string());
    }
    if form.services.certificates.is_empty() {
        say("services/certificates/0/product", "NONE".to_owned());
    }
    Ok(typed)
}

fn spread(at: String, value: &Value, typed: &mut Typed) {
    let below = |step: &str| match at.as_str() {
        "" => step.to_owned(),
        at => format!("{at}/{step}"),
    };
    match value {
        Value::Null => (),
        Value::Object(fields) => {
            fields.iter().for_each(|(step, value)| spread(below(step), value, typed));
        }
        Value::Array(list) => {
            let list = list.iter().enumerate();
            list.for_each(|(nth, value)| spread(below(&nth.to_string()), value, typed));
        }
        Value::String(text) => drop(typed.insert(at, text.clone())),
        Value::Bool(_) | Value::Number(_) => drop(typed.insert(at, value.to_string())),
    }
}

/// An input of a page's form, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input<'a> {
    name: &'a str,
    value: &'a str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nobody sees it.
    Hidden,
    /// A line to type on, or one of a list.
    Line,
    /// A box or a circle, one of those with its name.
    Mark { made: bool },
}

/// The inputs of the form that a page is about. Reads only what the portal writes.
pub fn inputs(page: &str) -> Vec<Input<'_>> {
    let form = page.split_once("<form id=\"form\"").and_then(|(_, it)| it.split_once("</form>"));
    let mut inputs: Vec<Input<'_>> = Vec::new();
    for tag in form.map_or("", |it| it.0).split('<').filter_map(|it| it.split('>').next()) {
        let element = tag.split(' ').next().unwrap_or(tag);
        let value = attribute(tag, "value").unwrap_or_default();
        match (element, attribute(tag, "name")) {
            ("input", Some(name)) => {
                let kind = match attribute(tag, "type") {
                    Some("hidden") => Kind::Hidden,
                    Some("radio" | "checkbox") => Kind::Mark { made: tag.contains(" checked") },
                    _ => Kind::Line,
                };
                inputs.push(Input { name, value, kind });
            }
            ("select", Some(name)) => inputs.push(Input { name, value: "", kind: Kind::Line }),
            ("option", None) if tag.contains(" selected") => {
                if let Some(list) = inputs.last_mut() {
                    list.value = value;
                }
            }
            _ => (),
        }
    }
    inputs
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

/// What a browser sends once the family has answered what is asked. Where they have nothing to say it stays as it is.
pub fn answered<'a>(inputs: &[Input<'a>], typed: &'a Typed) -> Vec<(&'a str, &'a str)> {
    let answer = |it: &Input<'a>| {
        let said = typed.get(it.name).map(String::as_str);
        match it.kind {
            Kind::Hidden => Some((it.name, it.value)),
            Kind::Line => Some((it.name, said.unwrap_or(it.value))),
            Kind::Mark { made } => {
                said.map_or(made, |said| said == it.value).then_some((it.name, it.value))
            }
        }
    };
    inputs.iter().filter_map(answer).collect()
}

/// What a browser sends of a page on which nothing is answered.
pub fn left_blank<'a>(inputs: &[Input<'a>]) -> Vec<(&'a str, &'a str)> {
    let blank = |it: &Input<'a>| match it.kind {
        Kind::Hidden => Some((it.name, it.value)),
        Kind::Line => Some((it.name, "")),
        Kind::Mark { .. } => None,
    };
    inputs.iter().filter_map(blank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::families;

    const PAGE: &str = r#"<form id="other"><input type="text" name="elsewhere" value="x"></form>
        <form id="form" method="post"><input type="hidden" name="seen" value="07ab">
        <input type="radio" id="kind" name="kind" value="DUAL" checked> <input type="radio" name="kind" value="SINGLE">
        <input type="text" id="first" name="first" value=""><input type="checkbox" name="sure" value="true">
        <select id="country" name="country"><option value="">-</option><option value="CA" selected>Canada</option>
        </select><button type="submit" name="later" value="true">Later</button></form>"#;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_asked_is_answered_and_the_rest_stays_as_it_is() {
        let asked = inputs(PAGE);
        let said = typed(&[("first", "Zoé"), ("sure", "true"), ("elsewhere", "y")]);
        assert_eq!(
            answered(&asked, &said),
            [
                ("seen", "07ab"),
                ("kind", "DUAL"),
                ("first", "Zoé"),
                ("sure", "true"),
                ("country", "CA")
            ]
        );
        let said = typed(&[("kind", "SINGLE"), ("sure", "false"), ("country", "FR")]);
        assert_eq!(
            answered(&asked, &said),
            [("seen", "07ab"), ("kind", "SINGLE"), ("first", ""), ("country", "FR")]
        );
    }

    #[test]
    fn a_page_left_blank_says_nothing_but_what_was_shown() {
        assert_eq!(left_blank(&inputs(PAGE)), [("seen", "07ab"), ("first", ""), ("country", "")]);
    }

    #[test]
    fn what_is_typed_is_what_the_form_says() {
        let family = families::family(7, 3, jiff::civil::date(2026, 11, 23));
        let said = super::typed(&family.form).expect("it is plain data");
        let first = family.form.children[0].name.first.as_ref();
        assert_eq!(said.get("children/0/name/first"), first);
        assert_eq!(said["babies"], family.form.children.len().to_string());
        assert_eq!(said["same_address"], "true");
    }
}
