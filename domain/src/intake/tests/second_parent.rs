//! A second parent who is not here to certify.

use super::*;
use crate::{contact::NotifyBy, people::Language};

fn alone() -> Value {
    let mut form = ordinary();
    form["start"]["all_parents_present"] = json!(false);
    let second = form["parents"][1].as_object_mut().unwrap();
    second.remove("certification");
    second.insert(
        "contact".into(),
        json!({"language": "en-CA", "notify_by": "SMS", "phone": "613 555 0188"}),
    );
    form
}

#[test]
fn the_second_parent_may_certify_later_through_a_link() {
    let it = read(&alone()).unwrap();
    let [first, second] = &it.certifiers[..] else { panic!("two parents") };
    assert!(first.certification.is_some());
    assert_eq!(first.reach, None);
    assert_eq!(second.certification, None);
    assert_eq!(second.language, Language::English);
    let reach = second.reach.as_ref().unwrap();
    assert_eq!((reach.notify_by, reach.address()), (NotifyBy::Text, Some("+16135550188")));
}

#[test]
fn a_province_may_want_everyone_in_one_sitting() {
    let form = serde_json::from_value::<Form>(alone()).unwrap();
    let found = form.read(TODAY, SecondParent::Present).unwrap_err();
    let absent =
        Violation { pointer: "/start/all_parents_present".into(), code: Code::ParentsNotPresent };
    assert!(found.contains(&absent), "{found:?}");
}

#[test]
fn nobody_certifies_for_a_parent_who_is_not_here() {
    for said in [json!({"checked": true}), json!({"typed_name": "Marc Tremblay"})] {
        let mut form = alone();
        set(&mut form, "/parents/1/certification", said);
        breaks(&form, &[("/parents/1/certification/checked", Code::NotExpected)]);
    }
}

#[test]
fn an_invitation_needs_a_contact_of_the_other_parent_alone() {
    let mut form = alone();
    set(&mut form, "/parents/1/contact", json!({"notify_by": "LETTER"}));
    breaks(&form, &[("/parents/1/contact/notify_by", Code::InvitationNeedsAddress)]);

    set(&mut form, "/parents/1/contact", json!({}));
    breaks(&form, &[("/parents/1/contact/notify_by", Code::Required)]);

    let theirs = json!({"notify_by": "EMAIL", "email": "SOPHIE@example.ca"});
    set(&mut form, "/parents/1/contact", theirs);
    set(&mut form, "/contact/notify_by", json!("EMAIL"));
    set(&mut form, "/contact/email", json!("sophie@example.ca"));
    breaks(&form, &[("/parents/1/contact/email", Code::ContactShared)]);
}

#[test]
fn the_first_parent_is_reached_as_the_contact_says() {
    let form = with("/parents/0/contact", json!({"email": "sophie@example.ca"}));
    breaks(&form, &[("/parents/0/contact/notify_by", Code::NotExpected)]);
}

#[test]
fn parents_who_are_both_here_may_share_a_mailbox() {
    let mut form = ordinary();
    let theirs = json!({"notify_by": "EMAIL", "email": form["contact"]["email"]});
    set(&mut form, "/parents/1/contact", theirs);
    assert!(read(&form).unwrap().certifiers[1].reach.is_some());
}
