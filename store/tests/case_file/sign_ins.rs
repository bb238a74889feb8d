//! Who of the staff is signed in, where, and for how long.

use std::collections::BTreeMap;

use domain::people::Role;
use store::{
    sign_ins::{self, IDLE, LONGEST, SignedIn},
    staff::{self, Person},
};

use crate::{Database, after, keys, start};

const ISSUER: &str = "https://id.example.ca";
const ALEX: Person<'static> = Person { issuer: ISSUER, subject: "alex", name: "Alex Roy" };

/// Alex signed in as an officer at the start, in the browser that holds `one`.
async fn signed_in() -> Database {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let reference = staff::open(&mut conn, ALEX, start()).await.unwrap();
    sign_ins::begin(&mut conn, &keys(), "one", &reference, Role::Officer, start()).await.unwrap();
    database
}

#[tokio::test]
async fn whoever_holds_the_token_is_known_and_nobody_else() {
    let database = signed_in().await;
    let mut conn = database.conn().await;
    let found = sign_ins::find(&mut conn, &keys(), "one", after(1)).await.unwrap();
    let (reference, name) = ("alex".to_owned(), "Alex Roy".to_owned());
    assert_eq!(found, Some(SignedIn { reference, name, role: Role::Officer }));
    assert_eq!(sign_ins::find(&mut conn, &keys(), "other", after(1)).await.unwrap(), None);
    let kept: String = sqlx::query_scalar("select to_jsonb(sign_ins)::text from sign_ins")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert!(!kept.contains("one\""), "the token itself is kept: {kept}");

    sign_ins::end(&mut conn, &keys(), "one").await.unwrap();
    sign_ins::end(&mut conn, &keys(), "one").await.unwrap();
    assert_eq!(sign_ins::find(&mut conn, &keys(), "one", after(2)).await.unwrap(), None);
}

#[tokio::test]
async fn it_ends_after_a_while_without_use_and_after_a_day_of_work() {
    let database = signed_in().await;
    let mut conn = database.conn().await;
    let mut known =
        async |at| sign_ins::find(&mut conn, &keys(), "one", at).await.unwrap().is_some();
    // Used now and then it goes on, whatever order the uses are written down in.
    let mut at = start();
    while at + IDLE < start() + LONGEST {
        assert!(known(at).await, "{at}");
        assert!(known(at - IDLE / 2).await, "{at}");
        at += IDLE - jiff::SignedDuration::from_secs(1);
    }
    assert!(known(at).await);
    assert!(!known(start() + LONGEST).await);

    let database = signed_in().await;
    let mut conn = database.conn().await;
    assert_eq!(sign_ins::find(&mut conn, &keys(), "one", start() + IDLE).await.unwrap(), None);
}

#[tokio::test]
async fn those_whose_time_is_over_are_thrown_away() {
    let database = signed_in().await;
    let mut conn = database.conn().await;
    let later = start() + IDLE / 2;
    sign_ins::begin(&mut conn, &keys(), "two", "alex", Role::Officer, later).await.unwrap();
    assert_eq!(sign_ins::sweep(&mut conn, later).await.unwrap(), 0);
    assert_eq!(sign_ins::sweep(&mut conn, start() + IDLE).await.unwrap(), 1);
    assert!(sign_ins::find(&mut conn, &keys(), "two", start() + IDLE).await.unwrap().is_some());
    assert_eq!(sign_ins::sweep(&mut conn, start() + LONGEST * 2).await.unwrap(), 1);
}

#[tokio::test]
async fn a_person_keeps_their_reference_and_shares_it_with_nobody() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let married = Person { name: "Alex Tremblay", ..ALEX };
    let elsewhere = Person { issuer: "https://other.example.ca", name: "Alex Nobody", ..ALEX };
    let namesake = Person { subject: "alex-2", ..ALEX };
    for (person, reference) in [
        (ALEX, "alex"),
        (elsewhere, "alex-2"),
        (namesake, "alex-2-2"),
        (married, "alex"),
        (elsewhere, "alex-2"),
    ] {
        assert_eq!(staff::open(&mut conn, person, start()).await.unwrap(), reference);
    }
    let names = staff::names(&mut conn, &["alex", "alex-2", "nobody"]).await.unwrap();
    let expected = [("alex", "Alex Tremblay"), ("alex-2", "Alex Nobody")];
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn signing_in_twice_at_once_makes_one_person() {
    let database = Database::new().await;
    let opens: Vec<_> = (0..8)
        .map(|_| {
            let pool = (*database).clone();
            tokio::spawn(async move {
                let mut tx = pool.begin().await.unwrap();
                let reference = staff::open(&mut tx, ALEX, start()).await.unwrap();
                tx.commit().await.unwrap();
                reference
            })
        })
        .collect();
    for open in opens {
        assert_eq!(open.await.unwrap(), "alex");
    }
}
