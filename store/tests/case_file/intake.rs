//! Receiving submissions.

use domain::{contact::NotifyBy, facts::Message, people::Actor};
use store::{cases, contents, log, messages, payments, requests, submissions, submissions::Intake};
use uuid::Uuid;

use crate::{
    Database, after, another_case, case,
    families::{
        KEY, Post, RECEIVED, REVISION, TOKEN, contact, content, received, with_a_case, with_cases,
    },
    keys, some_case, start,
};

#[tokio::test]
async fn a_submission_sent_again_is_the_same_submission() {
    let database = Database::new().await;
    let first = Post::of(&[some_case(), another_case()]);
    assert_eq!(first.post(&database).await, Intake::New);
    let again = Post::of(&[case("NB-0000-0024"), case("NB-0000-0036")]);
    let cases = vec![(some_case(), 1), (another_case(), 2)];
    assert_eq!(again.post(&database).await, Intake::Again { submission: first.id, cases });
    let same = Post { id: Uuid::now_v7(), ..first };
    assert!(matches!(same.post(&database).await, Intake::Again { .. }));
    assert!(cases::facts(&mut *database.conn().await, again.cases[0]).await.unwrap().is_none());
}

#[tokio::test]
async fn a_key_with_another_body_is_refused() {
    let database = with_a_case().await;
    let other = Post { digest: [2; 32], ..Post::of(&[another_case()]) };
    assert_eq!(other.post(&database).await, Intake::KeyReused);
    let mut conn = database.conn().await;
    assert!(cases::facts(&mut conn, another_case()).await.unwrap().is_none());
    assert!(submissions::cases(&mut conn, other.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn of_two_posts_of_one_key_the_second_waits_and_hears_of_the_first() {
    let database = Database::new().await;
    let first = Post::of(&[some_case()]);
    let mut tx = database.begin().await;
    assert_eq!(first.receive(&mut tx).await, Intake::New);
    let second = async { Post::of(&[another_case()]).post(&database).await };
    let commit = async {
        database.blocked(1).await;
        tx.commit().await.unwrap();
    };
    let (second, ()) = tokio::join!(second, commit);
    let cases = vec![(some_case(), 1)];
    assert_eq!(second, Intake::Again { submission: first.id, cases });
}

#[tokio::test]
async fn what_was_rolled_back_was_never_received() {
    let database = Database::new().await;
    let mut tx = database.begin().await;
    assert_eq!(Post::of(&[some_case()]).receive(&mut tx).await, Intake::New);
    let second = async { Post::of(&[another_case()]).post(&database).await };
    let rollback = async {
        database.blocked(1).await;
        tx.rollback().await.unwrap();
    };
    let (second, ()) = tokio::join!(second, rollback);
    assert_eq!(second, Intake::New);
}

#[tokio::test]
async fn a_reference_that_is_taken_is_said_and_nothing_is_written() {
    let database = with_a_case().await;
    let other = Post { key: "other", ..Post::of(&[another_case(), some_case()]) };
    assert_eq!(other.post(&database).await, Intake::RefTaken);
    assert!(cases::facts(&mut *database.conn().await, another_case()).await.unwrap().is_none());
    let redrawn = Post { cases: vec![another_case()], ..other };
    assert_eq!(redrawn.post(&database).await, Intake::New);
}

#[tokio::test]
async fn a_reference_that_is_taken_at_the_same_moment_cannot_be_committed() {
    let database = Database::new().await;
    let mut tx = database.begin().await;
    assert_eq!(Post::of(&[some_case()]).receive(&mut tx).await, Intake::New);
    let other = Post { key: "other", ..Post::of(&[another_case(), some_case()]) };
    let second = async { other.post(&database).await };
    let commit = async {
        database.blocked(1).await;
        tx.commit().await.unwrap();
    };
    let (second, ()) = tokio::join!(second, commit);
    assert_eq!(second, Intake::RefTaken);
    assert!(cases::facts(&mut *database.conn().await, another_case()).await.unwrap().is_none());
}

#[tokio::test]
async fn what_was_received_is_read_back() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let brief = contents::brief(&mut conn, &keys(), some_case()).await.unwrap();
    assert_eq!(brief.content, content());
    assert_eq!(brief.contact, contact());
    assert_eq!(brief.contact_version, 1);
    assert_eq!(brief.correlation, KEY);
    assert_eq!(brief.facts, received());
    assert_eq!((brief.revision, brief.ordinal), (REVISION, 1));
    let token = payments::token(&mut conn, &keys(), some_case(), 0).await.unwrap();
    assert_eq!(token.as_deref(), Some(TOKEN));
    let row = cases::facts(&mut conn, some_case()).await.unwrap().unwrap();
    assert_eq!((row.facts, row.revision), (brief.facts, brief.revision));
    assert_eq!((row.submission, row.delivery), (brief.submission, brief.delivery));
}

#[tokio::test]
async fn the_log_begins_with_what_came_with_the_form_and_so_do_the_messages() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    let entry = |(seq, fact)| {
        let (at, actor, by) = (start(), Actor::Parents, None);
        log::Entry { seq, at, actor, by, fact }
    };
    let received: Vec<_> = (1..).zip(RECEIVED).map(entry).collect();
    assert_eq!(log::timeline(&mut conn, some_case()).await.unwrap(), received);
    let told = messages::told(&mut conn, some_case(), 0).await.unwrap();
    assert_eq!(told, [(Message::Received, start())]);
}

#[tokio::test]
async fn twins_are_two_cases_of_one_birth() {
    let database = with_cases(&[some_case(), another_case()]).await;
    let mut conn = database.conn().await;
    let first = cases::facts(&mut conn, some_case()).await.unwrap().unwrap();
    let second = cases::facts(&mut conn, another_case()).await.unwrap().unwrap();
    assert_eq!(first.delivery, second.delivery);
    assert_eq!((first.ordinal, second.ordinal), (1, 2));
    let twins = submissions::cases(&mut conn, first.submission).await.unwrap();
    assert_eq!(twins, [(some_case(), 1), (another_case(), 2)]);
}

#[tokio::test]
async fn nothing_that_people_typed_stands_in_a_plain_column() {
    let database = with_a_case().await;
    let mut tx = database.begin().await;
    let moved = domain::contact::Contact { notify_by: NotifyBy::Letter, ..contact() };
    contents::correct_contact(&mut tx, &keys(), some_case(), &moved, after(1)).await.unwrap();
    payments::offer(&mut tx, &keys(), some_case(), "tok_Birdsong", after(2)).await.unwrap();
    let payload = b"Quillfeather as a request";
    requests::freeze(&mut tx, &keys(), some_case(), "a key", payload).await.unwrap();
    tx.commit().await.unwrap();
    let dump = database.dump().await.to_lowercase();
    assert!(dump.contains("nb-0000-0000"));
    let typed = [
        "quillfeather",
        "marguerite",
        "zéphyrine",
        "überlândt",
        "kapuskasing",
        "birdsong",
        "wawa",
        "algoma",
        "brandywine",
        "p0s 1k0",
        "705 555",
        "1994-03-07",
        "2026-11-20",
        "04:31",
    ];
    for typed in typed {
        let in_bytes: String = typed.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!dump.contains(typed), "{typed}");
        assert!(!dump.contains(&in_bytes), "{typed} in bytes");
    }
}
