//! What the pages send, made into a submission. Inputs are named by their place in it.

mod fit;

use std::collections::BTreeMap;

use domain::{
    intake::{Certification, Form, TEXT_VERSION},
    name::{LONGEST, is_name_character, tidy, travels},
};
use serde_json::{Map, Value};

use super::{
    Family,
    fields::{BABIES, REGION_ELSEWHERE, SAME_ADDRESS, SAME_NAME},
};
use crate::language::Speaks;

/// What was typed, by the names of the inputs. Does not print: it holds personal data.
#[derive(Clone, Default)]
pub(super) struct Typed(BTreeMap<String, String>);

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

impl From<BTreeMap<String, String>> for Typed {
    fn from(inputs: BTreeMap<String, String>) -> Self {
        Self(inputs)
    }
}

impl From<Typed> for BTreeMap<String, String> {
    fn from(typed: Typed) -> Self {
        typed.0
    }
}

impl Typed {
    /// What a form would have been typed as.
    pub(super) fn of(form: &Form) -> Self {
        let mut typed = Self::default();
        typed.set(BABIES.to_owned(), &form.children.len().to_string());
        let value = serde_json::to_value(form).expect("a form is JSON");
        typed.spread(String::new(), &value);
        for nth in 0..form.parents.len() {
            typed.set(format!("parents/{nth}/{SAME_NAME}"), "false");
            let place = format!("parents/{nth}/birth_place");
            if typed.value(&format!("{place}/country")) != "CA" {
                let region = typed.value(&format!("{place}/province")).to_owned();
                typed.set(format!("parents/{nth}/{REGION_ELSEWHERE}"), &region);
            }
        }
        typed
    }

    fn spread(&mut self, at: String, value: &Value) {
        let below = |step: &str| match at.as_str() {
            "" => step.to_owned(),
            at => format!("{at}/{step}"),
        };
        match value {
            Value::Null => (),
            Value::Object(fields) => {
                fields.iter().for_each(|(step, value)| self.spread(below(step), value));
            }
            Value::Array(list) => {
                let list = list.iter().enumerate();
                list.for_each(|(nth, value)| self.spread(below(&nth.to_string()), value));
            }
            Value::String(text) => self.set(at, text),
            Value::Bool(_) | Value::Number(_) => self.set(at, &value.to_string()),
        }
    }

    pub(super) fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, name: String, text: &str) {
        self.0.insert(name, text.to_owned());
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Nobody has certified what it says now.
    pub(super) fn forget_certifications(&mut self) {
        self.0.retain(|name, _| {
            !name.contains("/certification/") && !name.ends_with("/agrees_child_surname")
        });
    }

    /// Says that a parent certified what was shown to them, in this language under the text of today.
    pub(super) fn sign(&mut self, parent: usize, seen: &str, t: Speaks) {
        let at = |leaf: &str| format!("parents/{parent}/certification/{leaf}");
        self.set(at(SEEN), seen);
        self.set(at("language"), t.code());
        self.set(at("text_version"), TEXT_VERSION);
    }

    /// A parent has not certified, whatever they have typed for it.
    pub(super) fn forget_signature(&mut self, parent: usize) {
        self.forget(&format!("parents/{parent}/certification/{SEEN}"));
    }

    /// What a parent certified was shown as; empty if they have not.
    pub(super) fn signed(&self, parent: usize) -> &str {
        self.value(&format!("parents/{parent}/certification/{SEEN}"))
    }

    /// What is certified, and nothing of how the parents are reached or what else they asked for.
    pub(super) fn of_the_statement(&self) -> Self {
        Self(self.0.iter().filter(|(name, _)| is_of_the_statement(name)).map(owned).collect())
    }

    /// Takes over what is not of the statement.
    pub(super) fn fill_in(&mut self, other: &Self) {
        self.0.extend(other.0.iter().filter(|(name, _)| !is_of_the_statement(name)).map(owned));
    }

    /// How many there are of whom, as far as it was said.
    pub(super) fn family(&self) -> Family {
        let count = |name: &str, most: usize| {
            self.value(name).parse::<usize>().ok().filter(|it| (1..=most).contains(it))
        };
        Family {
            babies: count(BABIES, 9).unwrap_or(1),
            parents: count("start/parent_count", 2).unwrap_or(2),
            together: self.value("start/all_parents_present").parse().ok(),
        }
    }

    /// Whether it was this parent who gave birth. Of two, what is said of the first says it of both.
    pub(super) fn gave_birth(&self, parent: usize) -> bool {
        let first = self.value("parents/0/is_birth_parent");
        first == if parent == 0 { "true" } else { "false" }
    }

    /// A part of a name at such a place of the form: of the legal name, where that is the name at birth, too.
    pub(super) fn part_of_name(&self, name: &str, part: &str) -> &str {
        let same = name
            .strip_suffix("name_at_birth")
            .filter(|parent| self.value(&format!("{parent}{SAME_NAME}")) == "true");
        let name = same.map_or_else(|| name.to_owned(), |parent| format!("{parent}legal_name"));
        let belongs = match self.value(&format!("{name}/kind")) {
            "SINGLE" => part == "single",
            _ => part != "single",
        };
        if belongs { self.value(&format!("{name}/{part}")) } else { "" }
    }

    /// Whether the federal exchange cannot carry the name at such a place of the form.
    pub(super) fn is_lost(&self, name: &str) -> bool {
        let part = |part: &str| self.part_of_name(name, part);
        let given = format!("{} {}", part("first"), part("middle"));
        [&given, part("last"), part("single")].into_iter().map(tidy).any(|line| {
            line.chars().count() > LONGEST
                || line.chars().any(|c| is_name_character(c) && !travels(c))
        })
    }

    /// The submission, or `None` when an input is not one of ours.
    pub(super) fn form(&self) -> Option<Form> {
        let mut tree = Value::Object(Map::new());
        let inputs = self.0.iter().filter(|(name, _)| !is_of_the_pages(name));
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

    /// As [`Typed::form`], as if those of the `signers` had certified who have yet to, all after the first `certified`:
    /// what is left to say is wrong with the rest. Whoever does not sign here says later what they think of it.
    pub(super) fn form_to_be_certified(
        &self,
        t: Speaks,
        signers: &[usize],
        certified: usize,
    ) -> Option<Form> {
        let mut form = self.form()?;
        form.start.language.get_or_insert_with(|| t.code().to_owned());
        for (nth, parent) in form.parents.iter_mut().enumerate() {
            let turn = signers.iter().position(|it| *it == nth);
            if turn.is_some_and(|turn| turn < certified) {
                continue;
            }
            parent.agrees_child_surname = Some(true);
            parent.certification = Certification {
                text_version: Some(TEXT_VERSION.to_owned()),
                checked: Some(turn.is_some()),
                language: Some(t.code().to_owned()),
                typed_name: turn.map(|_| "X".to_owned()),
            };
        }
        Some(form)
    }
}

fn owned((name, text): (&String, &String)) -> (String, String) {
    (name.clone(), text.clone())
}

/// Whether an input is of what is certified.
fn is_of_the_statement(name: &str) -> bool {
    let steps: Vec<&str> = name.split('/').collect();
    match steps[..] {
        ["parents", _, "contact" | "canadian_status", ..] => false,
        ["start", what] => what == "parent_count" || what == "language",
        ["contact" | "services", ..] => false,
        [what] => what != SAME_ADDRESS,
        _ => true,
    }
}

/// What a parent certified was shown as: the last step of the input's name.
const SEEN: &str = "seen";

/// Whether an input is the pages' own and not a place of the submission.
fn is_of_the_pages(name: &str) -> bool {
    let own = [SAME_NAME, REGION_ELSEWHERE, SEEN];
    name == BABIES
        || name == SAME_ADDRESS
        || name.rsplit('/').next().is_some_and(|last| own.contains(&last))
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
pub(super) mod tests {
    use super::*;

    pub(super) fn typed(inputs: &[(&str, &str)]) -> Typed {
        let inputs = inputs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Typed::from(inputs.collect::<BTreeMap<_, _>>())
    }

    #[test]
    fn inputs_find_their_place_in_the_submission() {
        let page = typed(&[
            ("start/born_in_province", "true"),
            (BABIES, "2"),
            ("children/0/name/first", "Olivia"),
            ("children/1/weight_grams", "3410"),
            ("children/1/birth_order", "two"),
            ("parents/0/previous_names/0", "Gagnon"),
            ("place/county", " "),
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
    fn a_form_is_typed_as_it_was_read() {
        let typed = typed(&[
            (BABIES, "1"),
            ("start/parent_count", "1"),
            ("start/live_birth", "true"),
            ("children/0/name/first", "Olivia"),
            ("children/0/weight_grams", "3410"),
            ("parents/0/is_birth_parent", "true"),
            ("parents/0/birth_place/country", "FR"),
            ("parents/0/region_elsewhere", "Bretagne"),
        ]);
        let form = typed.form().expect("it is a form");
        assert_eq!(Typed::of(&form).form().as_ref(), Some(&form));
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
            ("parents/1/name_at_birth/kind", "SINGLE"),
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
