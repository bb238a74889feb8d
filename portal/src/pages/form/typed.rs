//! What a page sends, made into a submission. Inputs are named by their place in it.

use std::collections::BTreeMap;

use domain::{
    intake::{Address, ExchangedName, Form},
    name::{LONGEST, is_name_character, tidy, travels},
};
use serde_json::{Map, Value};

use super::fields::SAME_ADDRESS;

/// The inputs of a page by their names. Does not print: it holds personal data.
#[derive(Clone, Default)]
pub(super) struct Typed(BTreeMap<String, String>);

/// What the page sends that is not part of the submission.
const OWN: &[&str] = &["idempotency_key", ANOTHER_KEY, SAME_ADDRESS];

/// The key to send the form under as a new one, when the box for it is checked.
pub(super) const ANOTHER_KEY: &str = "another_key";

const NUMBERS: &[&str] =
    &["parent_count", "plurality", "birth_order", "weight_grams", "gestation_weeks"];

const FLAGS: &[&str] = &[
    "born_in_province",
    "already_registered",
    "live_birth",
    "surrogacy",
    "all_parents_present",
    "exchange_form_ok",
    "is_birth_parent",
    "agrees_child_surname",
    "checked",
    "parents_married_to_each_other",
    "moving_soon",
    "want_sin",
];

/// More than any list of the form takes.
const LONGEST_LIST: usize = 16;

/// More than any place of the form has. Every step is a call on the stack, and whoever sends the page counts them.
const MOST_STEPS: usize = 8;

impl Typed {
    pub(super) fn new(inputs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(inputs.into_iter().collect())
    }

    pub(super) fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether the federal exchange cannot carry the name at such a place of the form.
    pub(super) fn is_lost(&self, name: &str) -> bool {
        let part = |part: &str| self.value(&format!("{name}/{part}"));
        let given = format!("{} {}", part("first"), part("middle"));
        [&given, part("last"), part("single")].into_iter().map(tidy).any(|line| {
            line.chars().count() > LONGEST
                || line.chars().any(|c| is_name_character(c) && !travels(c))
        })
    }

    /// The submission, or `None` when an input is not one of ours.
    pub(super) fn form(&self) -> Option<Form> {
        let mut tree = Value::Object(Map::new());
        let inputs = self.0.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
        for (name, text) in inputs.filter(|(_, text)| !text.trim().is_empty()) {
            let steps: Vec<&str> = name.split('/').take(MOST_STEPS + 1).collect();
            if steps.len() > MOST_STEPS {
                return None;
            }
            put(&mut tree, &steps, leaf(steps.last()?, text)?)?;
        }
        let mut form: Form = serde_json::from_value(tree).ok()?;
        self.fit(&mut form);
        Some(form)
    }

    /// A page without scripts shows fields that other answers make void; these are left out here.
    fn fit(&self, form: &mut Form) {
        let needless = |name: &mut ExchangedName, at: String| {
            if !self.is_lost(&at) {
                name.exchange_form = None;
                name.exchange_form_ok = None;
            }
        };
        for (nth, child) in form.children.iter_mut().enumerate() {
            needless(&mut child.name, format!("children/{nth}/name"));
        }
        for (nth, parent) in form.parents.iter_mut().enumerate() {
            needless(&mut parent.name_at_birth, format!("parents/{nth}/name_at_birth"));
            if parent.is_birth_parent == Some(false) {
                parent.marital_status = None;
            }
        }
        form.services.certificates.retain(|it| it.product.as_deref() != Some("NONE"));
        if form.services.certificates.is_empty() {
            form.services.payment_token = None;
        }
        if self.value(SAME_ADDRESS) == "true" && form.contact.mailing == Address::default() {
            form.contact.mailing = form.contact.usual_residence.clone();
        }
    }
}

/// A number that is none becomes one that no field takes, so that its field is named.
fn leaf(name: &str, text: &str) -> Option<Value> {
    if FLAGS.contains(&name) {
        text.parse::<bool>().ok().map(Value::from)
    } else if NUMBERS.contains(&name) {
        Some(Value::from(text.trim().parse().unwrap_or(i64::MIN)))
    } else {
        Some(Value::from(text))
    }
}

/// Puts a leaf at its place; `None` when something else is there.
fn put(tree: &mut Value, steps: &[&str], leaf: Value) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        *tree = leaf;
        return Some(());
    };
    let below = match step.parse::<usize>() {
        Ok(nth) => {
            if tree.as_object().is_some_and(Map::is_empty) {
                *tree = Value::Array(Vec::new());
            }
            let list = tree.as_array_mut().filter(|_| nth < LONGEST_LIST)?;
            if list.len() <= nth {
                list.resize(nth + 1, Value::Object(Map::new()));
            }
            list.get_mut(nth)?
        }
        Err(_) => tree.as_object_mut()?.entry(*step).or_insert_with(|| Value::Object(Map::new())),
    };
    put(below, rest, leaf)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(inputs: &[(&str, &str)]) -> Typed {
        Typed::new(inputs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn inputs_find_their_place_in_the_submission() {
        let page = typed(&[
            ("start/born_in_province", "true"),
            ("children/0/name/first", "Olivia"),
            ("children/1/weight_grams", "3410"),
            ("children/1/birth_order", "two"),
            ("parents/0/previous_names/0", "Gagnon"),
            ("place/county", " "),
            ("idempotency_key", "web-1"),
        ]);
        let form = page.form().expect("it is a form");
        assert_eq!(form.start.born_in_province, Some(true));
        assert_eq!(form.children[0].name.first.as_deref(), Some("Olivia"));
        assert_eq!(form.children[1].weight_grams, Some(3410));
        assert_eq!(form.children[1].birth_order, Some(i64::MIN));
        assert_eq!(form.parents[0].previous_names, ["Gagnon"]);
        assert_eq!(form.place.county, None);
    }

    #[test]
    fn an_input_of_somebody_else_is_no_form() {
        for name in
            ["children/999999999/sex", "nonsense", "children/0", "children/x", "start", "0", ""]
        {
            assert!(typed(&[(name, "x")]).form().is_none(), "{name}");
        }
        assert!(typed(&[("start/live_birth", "perhaps")]).form().is_none());
    }

    #[test]
    fn an_input_with_more_steps_than_any_place_is_no_form() {
        for steps in [9, 130_000] {
            let name = vec!["x"; steps].join("/");
            assert!(typed(&[(&name, "x")]).form().is_none(), "{steps}");
        }
        let lists = "15/".repeat(200);
        assert!(typed(&[(&format!("children/{lists}sex"), "x")]).form().is_none());
    }

    #[test]
    fn what_other_answers_make_void_is_left_out() {
        let page = typed(&[
            ("services/certificates/0/product", "NONE"),
            ("services/payment_token", "sandbox-card-approved"),
            ("parents/0/is_birth_parent", "false"),
            ("parents/0/marital_status", "MARRIED"),
            ("children/0/name/first", "Lucja"),
            ("children/0/name/exchange_form/first", "Lucja"),
            ("contact/usual_residence/line1", "12 Maple Lane"),
            (SAME_ADDRESS, "true"),
        ]);
        let form = page.form().expect("it is a form");
        assert!(form.services.certificates.is_empty());
        assert_eq!(form.services.payment_token, None);
        assert_eq!(form.parents[0].marital_status, None);
        assert_eq!(form.children[0].name.exchange_form, None);
        assert_eq!(form.contact.mailing.line1.as_deref(), Some("12 Maple Lane"));
    }

    #[test]
    fn a_spelling_for_the_exchange_is_asked_for_where_letters_are_lost() {
        let long = "Ada ".repeat(20);
        let page = typed(&[
            ("children/0/name/first", "Zoë"),
            ("children/0/name/last", "O'Connor"),
            ("children/1/name/first", &long),
            ("children/1/name/middle", &long),
            ("parents/0/name_at_birth/last", "Łęcka"),
            ("parents/1/name_at_birth/single", "Sahaiʔa"),
            ("parents/2/name_at_birth/last", "Nguye\u{302}\u{303}n"),
            ("parents/3/name_at_birth/last", "Nax\u{331}"),
            ("parents/4/name_at_birth/last", "Elise\u{301}e"),
            ("parents/5/name_at_birth/last", "100%"),
        ]);
        let fine = ["children/0/name", "parents/4/name_at_birth", "parents/5/name_at_birth"];
        for at in fine {
            assert!(!page.is_lost(at), "{at}");
        }
        assert!(page.is_lost("children/1/name"));
        for nth in 0..4 {
            assert!(page.is_lost(&format!("parents/{nth}/name_at_birth")), "{nth}");
        }
    }
}
