//! The form as real families fill it in, and as nobody should.

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

mod people;
mod second_parent;
mod services;

const TODAY: Date = date(2026, 11, 23);

fn ordinary() -> Value {
    serde_json::from_str(include_str!("../../../../examples/ordinary.json")).unwrap()
}

fn read(form: &Value) -> Result<Submission, Vec<Violation>> {
    serde_json::from_value::<Form>(form.clone())
        .expect("the shape fits")
        .read(TODAY, SecondParent::Link)
}

fn with(pointer: &str, value: Value) -> Value {
    let mut form = ordinary();
    set(&mut form, pointer, value);
    form
}

fn set(form: &mut Value, pointer: &str, value: Value) {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    match form.pointer_mut(parent).unwrap() {
        Value::Array(list) => list[field.parse::<usize>().unwrap()] = value,
        Value::Object(fields) => drop(fields.insert(field.to_owned(), value)),
        _ => panic!("{pointer} is not in the form"),
    }
}

/// The form breaks exactly these rules.
#[track_caller]
fn breaks(form: &Value, expected: &[(&str, Code)]) {
    let found = read(form).err().unwrap_or_default();
    let found: Vec<_> = found.iter().map(|it| (it.pointer.as_str(), it.code)).collect();
    assert_eq!(found, expected);
}

fn twins() -> Value {
    let mut form = ordinary();
    let children = form["children"].as_array_mut().unwrap();
    children[0]["plurality"] = json!(2);
    children[0]["birth_order"] = json!(1);
    let mut second = children[0].clone();
    second["birth_order"] = json!(2);
    second["time_of_birth"] = json!("03:31");
    second["name"]["first"] = json!("Emma");
    children.push(second);
    form
}

fn sole_parent() -> Value {
    let mut form = ordinary();
    form["parents"].as_array_mut().unwrap().pop();
    form["start"]["parent_count"] = json!(1);
    form["other_parent_state"] = json!("UNKNOWN");
    form.as_object_mut().unwrap().remove("parents_married_to_each_other");
    form
}

#[test]
fn an_ordinary_form_is_read_whole() {
    let it = read(&ordinary()).unwrap();
    let [child] = &it.children[..] else { panic!("one child") };
    assert_eq!(child.statement.child.name.written(), "Olivia Rose Tremblay");
    assert_eq!(child.statement.child.birth_order, 1);
    assert_eq!(child.statement.parents.len(), 2);
    assert_eq!(child.statement.birth_parent().legal_name.written(), "Sophie Anne Tremblay");
    let certified_in = |nth: usize| it.certifiers[nth].certification.as_ref().map(|it| it.language);
    assert_eq!(certified_in(1), Some(Language::French));
    assert_eq!(it.certifiers[1].language, Language::French);
    assert_eq!(child.services.sin.as_ref().unwrap().canadian_status.len(), 2);
    assert_eq!(it.contact.mailing.postal_code.as_deref(), Some("K1N 5T5"));
}

#[test]
fn an_empty_form_says_everything_it_lacks_and_where() {
    let found = Form::default().read(TODAY, SecondParent::Link).unwrap_err();
    let has =
        |pointer: &str, code| found.contains(&Violation { pointer: pointer.to_owned(), code });
    for pointer in
        ["/start/language", "/children", "/place/kind", "/parents", "/contact/mailing/line1"]
    {
        assert!(has(pointer, Code::Required), "{pointer} is not in {found:?}");
    }
    assert!(has("/services/collection_notice_ack", Code::NoticeNotAcknowledged));
}

#[test]
fn a_field_we_do_not_know_is_not_a_form() {
    assert!(
        serde_json::from_value::<Form>(with("/children/0/name/nickname", json!("Liv"))).is_err()
    );
    assert!(serde_json::from_value::<Form>(with("/parents/0/sin", json!("046454286"))).is_err());
    assert!(serde_json::from_value::<Form>(json!([])).is_err());
    assert!(
        serde_json::from_value::<Form>(with("/attendant", json!(["MD", "Amina Farah"]))).is_err()
    );
}

/// Every place in the ordinary form that has a value.
fn leaves(at: &str, value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(field, it)| leaves(&format!("{at}/{field}"), it, into))
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(nth, it)| leaves(&format!("{at}/{nth}"), it, into))
        }
        _ => into.push(at.to_owned()),
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0i64..12).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[A-Z0-9@+:. -]{0,45}".prop_map(Value::from),
        "[0-9]{4}-[01][0-9]-[0-3][0-9]".prop_map(Value::from),
    ]
}

proptest! {
    /// A form that has the right shape is either read or refused with reasons; nothing else can happen.
    #[test]
    fn no_form_is_too_strange_to_be_read(
        base in 0usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), anything()), 1..6),
    ) {
        let mut form = [ordinary(), twins(), sole_parent()][base].clone();
        let mut places = Vec::new();
        leaves("", &form, &mut places);
        for (place, value) in changes {
            set(&mut form, place.get::<String>(&places), value);
        }
        if let Ok(shaped) = serde_json::from_value::<Form>(form) {
            match shaped.read(TODAY, SecondParent::Link) {
                Ok(it) => prop_assert!(!it.children.is_empty()),
                Err(violations) => prop_assert!(!violations.is_empty()),
            }
        }
    }

    /// What was read and is written down again reads the same: nothing changes twice.
    #[test]
    fn text_that_was_read_stays_as_it_is(typed in any::<String>()) {
        if let Ok(it) = read(&with("/place/municipality", json!(typed))) {
            let once = it.children[0].statement.place.municipality.clone();
            let twice = read(&with("/place/municipality", json!(once))).unwrap();
            prop_assert_eq!(&twice.children[0].statement.place.municipality, &once);
        }
    }
}

#[test]
fn what_was_read_is_read_again() {
    let mut accents = ordinary();
    let name = json!({
        "kind": "DUAL", "first": "Zoë", "last": "Łęcka", "exchange_form_ok": true,
        "exchange_form": { "kind": "DUAL", "first": "Zoë", "last": "Lecka" },
    });
    set(&mut accents, "/children/0/name", name);
    for form in [ordinary(), sole_parent(), accents] {
        let first = read(&form).unwrap();
        let mut again = Form::again(&first.children[0], &first.contact);
        for (parent, typed) in again.parents.iter_mut().zip(form["parents"].as_array().unwrap()) {
            parent.certification = serde_json::from_value(typed["certification"].clone()).unwrap();
        }
        let mut expected = first.clone();
        expected.children[0].services.payment_token = None;
        assert_eq!(again.read(TODAY, SecondParent::Link).unwrap(), expected);
    }
}
