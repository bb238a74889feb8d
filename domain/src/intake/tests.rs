//! The form as real families fill it in, and as nobody should.

use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::statement::AttendantKind;

const TODAY: Date = date(2026, 11, 23);

fn ordinary() -> Value {
    serde_json::from_str(include_str!("../../../examples/ordinary.json")).unwrap()
}

fn read(form: &Value) -> Result<Submission, Vec<Violation>> {
    serde_json::from_value::<Form>(form.clone()).expect("the shape fits").read(TODAY)
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
    assert_eq!(child.certifications[1].language, Language::French);
    assert_eq!(child.services.sin.as_ref().unwrap().canadian_status.len(), 2);
    assert_eq!(it.contact.mailing.postal_code.as_deref(), Some("K1N 5T5"));
}

#[test]
fn an_empty_form_says_everything_it_lacks_and_where() {
    let found = Form::default().read(TODAY).unwrap_err();
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
fn a_family_that_this_form_does_not_serve_is_told_which_way_to_go() {
    breaks(
        &with("/start/born_in_province", json!(false)),
        &[("/start/born_in_province", Code::BornElsewhere)],
    );
    breaks(
        &with("/start/already_registered", json!(true)),
        &[("/start/already_registered", Code::AlreadyRegistered)],
    );
    breaks(&with("/start/live_birth", json!(false)), &[("/start/live_birth", Code::NotLiveBirth)]);
    breaks(
        &with("/start/surrogacy", json!(true)),
        &[("/start/surrogacy", Code::SurrogacyAssisted)],
    );
    breaks(
        &with("/start/all_parents_present", json!(false)),
        &[("/start/all_parents_present", Code::ParentsNotPresent)],
    );
    breaks(
        &with("/start/parent_count", json!(3)),
        &[("/start/parent_count", Code::MoreParentsAssisted)],
    );
    breaks(
        &with("/start/parent_count", json!(1)),
        &[("/start/parent_count", Code::ParentCountDiffers)],
    );
    breaks(&with("/start/parent_count", json!(0)), &[("/start/parent_count", Code::OutOfRange)]);
    let single = json!({ "kind": "SINGLE", "single": "Suharto" });
    breaks(
        &with("/children/0/name", single.clone()),
        &[("/children/0/name/kind", Code::SingleNameAssisted)],
    );
    assert!(read(&with("/parents/1/legal_name", single)).is_ok());
    let disagrees = with("/parents/1/agrees_child_surname", json!(false));
    breaks(&disagrees, &[("/parents/1/agrees_child_surname", Code::SurnameNotAgreed)]);
}

#[test]
fn the_form_is_open_until_the_day_before_the_first_birthday() {
    let born = |text: &str| with("/children/0/date_of_birth", json!(text));
    let at = "/children/0/date_of_birth";
    assert!(read(&born("2026-11-23")).is_ok());
    assert!(read(&born("2025-11-24")).is_ok());
    breaks(&born("2026-11-24"), &[(at, Code::DateInFuture)]);
    breaks(&born("2025-11-23"), &[(at, Code::FirstBirthdayReached)]);
    for text in
        ["2026-02-29", "20261116", "16/11/2026", "2026-11-16T03:00", "-009999-01-01", "yesterday"]
    {
        breaks(&born(text), &[(at, Code::DateInvalid)]);
    }
}

#[test]
fn a_name_is_letters() {
    let first = |text: &str| with("/children/0/name/first", json!(text));
    breaks(&first("Olivia2"), &[("/children/0/name/first", Code::NameCharacters)]);
    breaks(&first(""), &[("/children/0/name/first", Code::Required)]);
    breaks(&first("-Olivia"), &[("/children/0/name/first", Code::NameBeginning)]);
    breaks(
        &with("/children/0/name/single", json!("X")),
        &[("/children/0/name/single", Code::NotExpected)],
    );
    let typed = |text: &str| with("/parents/0/certification/typed_name", json!(text));
    breaks(&typed("S0phie"), &[("/parents/0/certification/typed_name", Code::NameCharacters)]);
    assert!(read(&typed("Sophie Anne 't Hooft")).is_ok());
}

#[test]
fn a_spelling_for_the_exchange_is_asked_for_when_letters_would_be_lost() {
    let mut form = with("/children/0/name/first", json!("Łucja"));
    breaks(&form, &[("/children/0/name/exchange_form", Code::ExchangeFormNeeded)]);

    let exchange = |first: &str| json!({ "kind": "DUAL", "first": first, "middle": "Rose", "last": "Tremblay" });
    set(&mut form, "/children/0/name/exchange_form", exchange("Lucja"));
    breaks(&form, &[("/children/0/name/exchange_form_ok", Code::ExchangeFormNeeded)]);

    set(&mut form, "/children/0/name/exchange_form_ok", json!(true));
    assert_eq!(
        read(&form).unwrap().children[0].exchange_name.as_ref().unwrap().written(),
        "Lucja Rose Tremblay"
    );

    set(&mut form, "/children/0/name/exchange_form", exchange("Łucja"));
    breaks(&form, &[("/children/0/name/exchange_form", Code::ExchangeFormCharacters)]);

    let mut form = with("/children/0/name/first", json!("Łucja"));
    set(&mut form, "/services/want_sin", json!(false));
    assert!(read(&form).is_ok());
    let needless = with("/children/0/name/exchange_form", exchange("Olive"));
    breaks(&needless, &[("/children/0/name/exchange_form", Code::NotExpected)]);
}

#[test]
fn twins_are_told_apart() {
    assert_eq!(read(&twins()).unwrap().children.len(), 2);
    let broken = |pointer: &str, value: Value| {
        let mut form = twins();
        set(&mut form, pointer, value);
        form
    };
    let second = |field: &str| format!("/children/1/{field}");
    breaks(
        &broken(&second("birth_order"), json!(1)),
        &[(&second("birth_order"), Code::BirthOrderRepeated)],
    );
    breaks(
        &broken(&second("birth_order"), json!(3)),
        &[(&second("birth_order"), Code::OutOfRange)],
    );
    breaks(
        &broken(&second("birth_order"), Value::Null),
        &[(&second("birth_order"), Code::Required)],
    );
    breaks(
        &broken(&second("time_of_birth"), Value::Null),
        &[(&second("time_of_birth"), Code::Required)],
    );
    breaks(
        &broken(&second("time_of_birth"), json!("3:31")),
        &[(&second("time_of_birth"), Code::TimeInvalid)],
    );
    breaks(
        &broken(&second("plurality"), json!(3)),
        &[(&second("plurality"), Code::PluralityDiffers)],
    );
    breaks(
        &broken(&second("date_of_birth"), json!("2026-11-18")),
        &[(&second("date_of_birth"), Code::DatesApart)],
    );
    assert!(read(&broken(&second("date_of_birth"), json!("2026-11-17"))).is_ok());
    let mut form = ordinary();
    let child = form["children"][0].clone();
    form["children"].as_array_mut().unwrap().push(child);
    let at = [
        ("/children/0/plurality", Code::PluralityTooSmall),
        ("/children/1/plurality", Code::PluralityTooSmall),
    ];
    breaks(&form, &at);
}

#[test]
fn one_parent_says_why_there_is_no_other() {
    let it = read(&sole_parent()).unwrap();
    assert_eq!(it.children[0].statement.other_parent, Some(OtherParent::Unknown));
    let mut form = sole_parent();
    set(&mut form, "/other_parent_state", json!("NAMED"));
    breaks(&form, &[("/other_parent_state", Code::ChoiceUnknown)]);
    set(&mut form, "/other_parent_state", Value::Null);
    breaks(&form, &[("/other_parent_state", Code::Required)]);
    breaks(
        &with("/other_parent_state", json!("UNKNOWN")),
        &[("/other_parent_state", Code::NotExpected)],
    );
}

#[test]
fn exactly_one_parent_gave_birth_and_says_their_marital_status() {
    let mut both = with("/parents/1/is_birth_parent", json!(true));
    set(&mut both, "/parents/1/marital_status", json!("MARRIED"));
    breaks(&both, &[("/parents", Code::OneBirthParent)]);
    breaks(
        &with("/parents/0/marital_status", Value::Null),
        &[("/parents/0/marital_status", Code::Required)],
    );
    breaks(
        &with("/parents/1/marital_status", json!("MARRIED")),
        &[("/parents/1/marital_status", Code::NotExpected)],
    );
    let at = "/parents/1/date_of_birth";
    breaks(&with(at, json!("2018-11-17")), &[(at, Code::ParentAge)]);
    breaks(&with(at, json!("1915-11-16")), &[(at, Code::ParentAge)]);
    assert!(read(&with(at, json!("2018-11-16"))).is_ok());
}

#[test]
fn nothing_is_taken_that_was_not_certified_under_a_text_we_know() {
    let at = "/parents/1/certification";
    let unchecked = format!("{at}/checked");
    breaks(&with(&unchecked, json!(false)), &[(&unchecked, Code::CertificationMissing)]);
    breaks(&with(&unchecked, Value::Null), &[(&unchecked, Code::CertificationMissing)]);
    let version = format!("{at}/text_version");
    breaks(&with(&version, json!("1999-01")), &[(&version, Code::TextVersionUnknown)]);
    breaks(
        &with("/services/consent_sin/checked", json!(false)),
        &[("/services/consent_sin", Code::ConsentMissing)],
    );
    let notice = "/services/collection_notice_ack";
    breaks(&with(notice, json!({})), &[(notice, Code::NoticeNotAcknowledged)]);
}

#[test]
fn a_sin_is_asked_for_at_an_office_when_no_parent_is_a_citizen_or_resident() {
    let mut form = with("/parents/0/canadian_status", json!("OTHER"));
    assert!(read(&form).is_ok());
    set(&mut form, "/parents/1/canadian_status", json!("FOREIGN_REPRESENTATIVE"));
    breaks(&form, &[("/services/want_sin", Code::SinOfficeRoute)]);
    set(&mut form, "/services/want_sin", json!(false));
    assert_eq!(read(&form).unwrap().children[0].services.sin, None);
}

#[test]
fn an_address_is_one_that_can_be_printed() {
    let mailing = |field: &str, value: Value| with(&format!("/contact/mailing/{field}"), value);
    let at = |field: &str| format!("/contact/mailing/{field}");
    let written = |form: &Value| read(form).unwrap().contact.mailing;
    assert_eq!(
        written(&mailing("postal_code", json!("k1a-0b1"))).postal_code.as_deref(),
        Some("K1A 0B1")
    );
    breaks(&mailing("postal_code", json!("K1A 0B")), &[(&at("postal_code"), Code::PostalCode)]);
    breaks(&mailing("province", json!("XX")), &[(&at("province"), Code::ProvinceUnknown)]);
    breaks(&mailing("line1", json!("1".repeat(38))), &[(&at("line1"), Code::LineTooLong)]);
    assert!(read(&mailing("line1", json!("1".repeat(37)))).is_ok());
    breaks(&mailing("city", json!("Otta\u{7}wa")), &[(&at("city"), Code::TextCharacters)]);
    assert_eq!(written(&mailing("city", json!(" Thunder \n Bay "))).city, "Thunder Bay");
    let mut abroad = mailing("country", json!("FR"));
    set(&mut abroad, "/contact/mailing/postal_code", json!("75001"));
    set(&mut abroad, "/contact/mailing/province", Value::Null);
    assert_eq!(written(&abroad).postal_code.as_deref(), Some("75001"));
    breaks(&mailing("country", json!("ZZ")), &[(&at("country"), Code::CountryUnknown)]);
}

#[test]
fn messages_need_somewhere_to_go() {
    breaks(&with("/contact/email", Value::Null), &[("/contact/email", Code::Required)]);
    breaks(&with("/contact/email", json!("not an address")), &[("/contact/email", Code::Email)]);
    let mut form = with("/contact/notify_by", json!("SMS"));
    set(&mut form, "/contact/phone", json!("(613) 555-0142"));
    assert_eq!(read(&form).unwrap().contact.phone.as_deref(), Some("+16135550142"));
    set(&mut form, "/contact/phone", json!("555-0142"));
    breaks(&form, &[("/contact/phone", Code::Phone)]);
}

#[test]
fn a_contact_that_was_read_can_be_corrected_by_itself() {
    let contact = read(&ordinary()).unwrap().contact;
    let mut form = Contact::from(contact.clone());
    assert_eq!(form.clone().read(), Ok(contact));
    *form.field(crate::contact::ContactField::MailingPostalCode) = Some("nonsense".to_owned());
    let pointer = "/contact/mailing/postal_code".to_owned();
    assert_eq!(form.read(), Err(vec![Violation { pointer, code: Code::PostalCode }]));
}

#[test]
fn a_place_is_on_the_list_or_described() {
    let mut form = with("/place/kind", json!("HOME"));
    breaks(
        &form,
        &[("/place/facility_id", Code::NotExpected), ("/place/location_text", Code::Required)],
    );
    set(&mut form, "/place/facility_id", Value::Null);
    set(&mut form, "/place/location_text", json!("12 Maple Lane"));
    set(&mut form, "/attendant", json!({ "kind": "NONE" }));
    assert_eq!(read(&form).unwrap().children[0].statement.attendant.kind, AttendantKind::Nobody);
    breaks(&with("/place/facility_id", Value::Null), &[("/place/facility_id", Code::Required)]);
}

#[test]
fn one_certificate_at_a_time_and_no_money_for_none() {
    let two = json!([{ "product": "SHORT" }, { "product": "WITH_PARENTS" }]);
    breaks(
        &with("/services/certificates", two),
        &[("/services/certificates", Code::OneCertificate)],
    );
    let unpaid = with("/services/certificates", json!([]));
    breaks(&unpaid, &[("/services/payment_token", Code::NotExpected)]);
}

#[test]
fn a_field_we_do_not_know_is_not_a_form() {
    assert!(
        serde_json::from_value::<Form>(with("/children/0/name/nickname", json!("Liv"))).is_err()
    );
    assert!(serde_json::from_value::<Form>(with("/parents/0/sin", json!("046454286"))).is_err());
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
            match shaped.read(TODAY) {
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
