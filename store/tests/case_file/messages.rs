//! What parents were told.

use domain::{
    CaseRef,
    content::Certifier,
    facts::{Change, Fact, Message},
    people::{Actor, Language},
    statement::Objection,
};
use store::{
    StoreError,
    messages::{record_and_tell, tell, told},
    parents,
};

use crate::{
    Database, after, another_case,
    families::{Post, certifiers, with_a_case},
    record, some_case, start,
};

#[tokio::test]
async fn parents_are_told_each_thing_once() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let registered = Message::Registered;
    assert_eq!(tell(&mut conn, some_case(), registered, after(1)).await.unwrap(), Change::New);
    assert_eq!(tell(&mut conn, some_case(), registered, after(2)).await.unwrap(), Change::Known);
    let all = told(&mut conn, some_case(), 0).await.unwrap();
    assert_eq!(all, [(Message::Received, start()), (registered, after(1))]);
}

#[tokio::test]
async fn nobody_is_told_about_an_unknown_case() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let refused = tell(&mut conn, some_case(), Message::Registered, after(1)).await;
    assert!(matches!(refused, Err(StoreError::NoCase)));
    assert!(told(&mut conn, some_case(), 0).await.unwrap().is_empty());
}

/// Two parents, of whom the second is asked through a link.
async fn apart(cases: &[CaseRef]) -> Database {
    let database = Database::new().await;
    let mut post = Post::of(cases);
    post.certifiers = vec![
        certifiers().remove(0),
        Certifier { language: Language::French, reach: None, certification: None },
    ];
    post.post(&database).await;
    database
}

/// What a parent was told since the beginning.
async fn heard(database: &Database, case: CaseRef, parent: u8) -> Vec<Message> {
    let told = told(&mut *database.conn().await, case, parent).await.unwrap();
    told.into_iter().filter(|(_, at)| *at > start()).map(|(message, _)| message).collect()
}

async fn happens(database: &Database, case: CaseRef, fact: Fact) {
    let mut tx = database.begin().await;
    record_and_tell(&mut tx, case, Actor::Engine, &[fact], after(60)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn confirmed(database: &Database, case: CaseRef) {
    parents::confirm(&mut *database.conn().await, case, 1, after(30)).await.unwrap();
}

#[tokio::test]
async fn who_certified_one_twin_and_forgot_the_other_is_reminded_of_the_other() {
    let twins = [some_case(), another_case()];
    let database = apart(&twins).await;
    let invited = told(&mut *database.conn().await, another_case(), 1).await.unwrap();
    assert_eq!(invited, [], "one invitation for the children of one birth");
    for case in twins {
        happens(&database, case, Fact::ParentReminded { parent: 1, nth: 1 }).await;
    }
    assert_eq!(heard(&database, some_case(), 1).await, [Message::FirstReminder]);
    assert_eq!(heard(&database, another_case(), 1).await, [], "reminded twice of one link");

    for case in twins {
        confirmed(&database, case).await;
    }
    record(&database, some_case(), &[Fact::ParentCertified { parent: 1, version: 1 }]).await;
    for case in twins {
        happens(&database, case, Fact::ParentReminded { parent: 1, nth: 2 }).await;
    }
    assert_eq!(heard(&database, some_case(), 1).await, [Message::FirstReminder]);
    assert_eq!(heard(&database, another_case(), 1).await, [Message::SecondReminder]);
}

#[tokio::test]
async fn an_earlier_twin_whose_case_has_ended_keeps_no_reminder_back() {
    let database = apart(&[some_case(), another_case()]).await;
    let closed = Fact::Closed { ending: domain::facts::Ending::Withdrawn };
    record(&database, some_case(), &[closed]).await;
    happens(&database, another_case(), Fact::ParentReminded { parent: 1, nth: 1 }).await;
    assert_eq!(heard(&database, another_case(), 1).await, [Message::FirstReminder]);
    // Their link is that of the birth.
    let mut conn = database.conn().await;
    for case in [some_case(), another_case()] {
        let link = parents::find_link(&mut conn, &crate::keys(), case, 1).await.unwrap();
        assert!(link.is_some(), "{case}");
    }
}

#[tokio::test]
async fn whoever_must_certify_a_correction_is_reminded() {
    let database = apart(&[some_case()]).await;
    confirmed(&database, some_case()).await;
    let facts = [
        Fact::ParentCertified { parent: 1, version: 1 },
        Fact::ContentCorrected { version: 2 },
        Fact::ParentCertified { parent: 1, version: 2 },
    ];
    record(&database, some_case(), &facts).await;
    happens(&database, some_case(), Fact::ParentReminded { parent: 0, nth: 1 }).await;
    assert_eq!(heard(&database, some_case(), 0).await, [Message::FirstReminder]);
    assert_eq!(heard(&database, some_case(), 1).await, []);
}

#[tokio::test]
async fn that_something_is_wrong_is_told_to_the_others_and_not_to_who_says_it() {
    for (objects, hears) in [(0, 1), (1, 0)] {
        let database = apart(&[some_case()]).await;
        confirmed(&database, some_case()).await;
        record(&database, some_case(), &[Fact::ParentCertified { parent: 1, version: 1 }]).await;
        let objection = Objection::SomethingWrong;
        happens(&database, some_case(), Fact::ParentObjected { parent: objects, objection }).await;
        assert_eq!(heard(&database, some_case(), hears).await, [Message::SomethingWrong]);
        assert_eq!(heard(&database, some_case(), objects).await, [], "{objects}");
    }
}

#[tokio::test]
async fn that_an_officer_looks_is_told_to_everybody_alike() {
    let database = apart(&[some_case()]).await;
    confirmed(&database, some_case()).await;
    let objection = Objection::NotAParent;
    happens(&database, some_case(), Fact::ParentObjected { parent: 1, objection }).await;
    for parent in [0, 1] {
        assert_eq!(heard(&database, some_case(), parent).await, [Message::InReview], "{parent}");
    }
}
