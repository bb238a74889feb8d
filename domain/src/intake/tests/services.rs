//! The rules about certifying, about places and addresses, and about what is asked for.

use super::*;

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
    assert!(read(&form).is_ok());
    breaks(&with("/place/facility_id", Value::Null), &[("/place/facility_id", Code::Required)]);
}

#[test]
fn a_birth_that_nobody_attended_goes_another_way() {
    for attendant in [json!({ "kind": "NONE" }), json!({ "kind": "NONE", "name": "Amina Farah" })] {
        let form = with("/attendant", attendant);
        breaks(&form, &[("/attendant/kind", Code::UnattendedAssisted)]);
    }
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
