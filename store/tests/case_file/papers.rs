//! The papers of a case.

use domain::{
    facts::{Change, Fact, Message},
    name::{NamePart, PersonName},
    paper::{LARGEST_FILE, MOST_FILES, Media, Paper, PaperRefusal},
    people::Actor,
    standing::BirthStanding,
};
use store::{
    StoreError, cases, keys as case_keys, messages,
    outbox::{self, Awaits, Errand},
    papers::{self, Kept},
};

use crate::{Database, after, families::Post, keys, record, some_case, start};

const PAPER: Paper = Paper::SingleName;
const FILE: &[u8] = b"%PDF-1.7 of the Quillfeathers";

/// A database with the case of a child with a single name.
async fn with_a_single_name() -> Database {
    let database = Database::new().await;
    let mut post = Post::of(&[some_case()]);
    let single = NamePart::read("Zéphyrine").unwrap();
    post.content.statement.child.name = PersonName::Single { single };
    post.post(&database).await;
    database
}

async fn send(database: &Database, paper: Paper, file: &[u8]) -> Kept {
    let mut tx = database.begin().await;
    let kept = papers::keep(&mut tx, &keys(), some_case(), paper, Media::Pdf, file, after(5))
        .await
        .unwrap();
    if let Kept::New { number } = kept {
        let fact = [Fact::PaperReceived { paper, number }];
        cases::record(&mut tx, some_case(), Actor::Parents, None, &fact, after(5)).await.unwrap();
    }
    tx.commit().await.unwrap();
    kept
}

#[tokio::test]
async fn a_case_that_needs_a_paper_says_so_from_the_start() {
    let database = with_a_single_name().await;
    let mut conn = database.conn().await;
    let facts = cases::facts(&mut conn, some_case()).await.unwrap().unwrap().facts;
    assert_eq!(facts.birth(), BirthStanding::WaitingPapers);
    let days = |it: jiff::Timestamp| it.duration_since(start()).as_hours() / 24;
    assert_eq!(facts.papers_due().map(days), Some(60));
    let told = messages::told(&mut conn, some_case(), 0).await.unwrap();
    assert!(told.iter().any(|(message, _)| *message == Message::PapersNeeded), "{told:?}");
    let due = outbox::pending(&mut conn, 10, start()).await.unwrap().remove(0).unwrap();
    let awaits = Awaits { parents: false, papers: true };
    assert!(matches!(due.errand, Errand::StartCase { awaits: it, .. } if it == awaits));
    let counted = store::statistics(&mut conn).await.unwrap().birth;
    assert_eq!(counted.get(&BirthStanding::WaitingPapers), Some(&1), "{counted:?}");
}

#[tokio::test]
async fn a_file_is_read_back_by_its_number_and_is_sealed_meanwhile() {
    let database = with_a_single_name().await;
    assert_eq!(send(&database, PAPER, FILE).await, Kept::New { number: 1 });
    let mut conn = database.conn().await;
    let found = papers::find(&mut conn, &keys(), some_case(), PAPER, 1).await.unwrap().unwrap();
    assert_eq!((found.0, found.1.as_slice()), (Media::Pdf, FILE));
    assert!(papers::find(&mut conn, &keys(), some_case(), PAPER, 2).await.unwrap().is_none());
    let filed = papers::all(&mut conn, some_case()).await.unwrap();
    assert_eq!((filed[0].number, filed[0].bytes, filed[0].received), (1, 29, after(5)));
    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed from papers").fetch_one(&mut *conn).await.unwrap();
    assert!(!sealed.windows(5).any(|bytes| bytes == b"%PDF-"));

    case_keys::forget(&mut conn, some_case()).await.unwrap();
    let forgotten = papers::find(&mut conn, &keys(), some_case(), PAPER, 1).await;
    assert!(matches!(forgotten, Err(StoreError::Forgotten(_))));
}

#[tokio::test]
async fn the_same_file_sent_twice_is_one_until_it_is_refused() {
    let database = with_a_single_name().await;
    assert_eq!(send(&database, PAPER, FILE).await, Kept::New { number: 1 });
    assert_eq!(send(&database, PAPER, FILE).await, Kept::Already);
    let refused = Fact::PaperRefused { paper: PAPER, why: PaperRefusal::NotSigned, due: after(9) };
    assert_eq!(record(&database, some_case(), &[refused]).await, [Change::New]);
    assert_eq!(send(&database, PAPER, FILE).await, Kept::New { number: 2 });
}

#[tokio::test]
async fn five_files_wait_at_most_and_refused_ones_do_not_count() {
    let database = with_a_single_name().await;
    for nth in 0..MOST_FILES {
        let kept = send(&database, PAPER, format!("%PDF-{nth}").as_bytes()).await;
        assert!(matches!(kept, Kept::New { .. }), "{kept:?}");
    }
    assert_eq!(send(&database, PAPER, b"%PDF-one more").await, Kept::TooMany);
    let refused = Fact::PaperRefused { paper: PAPER, why: PaperRefusal::Unreadable, due: after(9) };
    record(&database, some_case(), &[refused]).await;
    assert_eq!(send(&database, PAPER, b"%PDF-one more").await, Kept::New { number: 6 });
}

#[tokio::test]
async fn what_is_not_needed_or_too_large_is_not_kept() {
    let database = with_a_single_name().await;
    assert_eq!(send(&database, Paper::Declaration, FILE).await, Kept::NotNeeded);
    let large = vec![b'a'; LARGEST_FILE + 1];
    assert_eq!(send(&database, PAPER, &large).await, Kept::TooLarge);
    assert!(matches!(send(&database, PAPER, &large[1..]).await, Kept::New { number: 1 }));
    record(&database, some_case(), &[Fact::PaperAccepted { paper: PAPER }]).await;
    assert_eq!(send(&database, PAPER, FILE).await, Kept::NotNeeded);
}

#[tokio::test]
async fn a_refusal_is_told_each_time() {
    let database = with_a_single_name().await;
    for nth in 1..=2u8 {
        send(&database, PAPER, &[FILE, &[nth]].concat()).await;
        let refused =
            Fact::PaperRefused { paper: PAPER, why: PaperRefusal::Incomplete, due: after(9) };
        let mut tx = database.begin().await;
        // A task that runs twice says it once.
        for _ in 0..2 {
            let facts = std::slice::from_ref(&refused);
            messages::record_and_tell(&mut tx, some_case(), Actor::Staff, facts, after(7))
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let told = messages::told(&mut *database.conn().await, some_case(), 0).await.unwrap();
        let refusals = told.iter().filter(|(it, _)| *it == Message::PapersRefused).count();
        assert_eq!(refusals, usize::from(nth));
    }
}
