//! Texts as they were shown.

use domain::{intake::ShownText, people::Language};
use store::texts::{Kept, Of, find, keep};

use crate::{Database, after, start};

#[tokio::test]
async fn a_text_keeps_its_words_and_a_new_version_has_its_own() {
    let database = Database::new().await;
    let mut conn = database.conn().await;
    let of = Of { version: "2026-11", language: Language::French, text: ShownText::SinConsent };
    assert_eq!(find(&mut conn, of).await.unwrap(), None);
    for (words, kept) in
        [("Je demande", Kept::AsShown), ("Je demande", Kept::AsShown), ("J'exige", Kept::Otherwise)]
    {
        assert_eq!(keep(&mut conn, of, words, start()).await.unwrap(), kept);
    }
    let next = Of { version: "2027-01", ..of };
    assert_eq!(keep(&mut conn, next, "J'exige", after(1)).await.unwrap(), Kept::AsShown);
    assert_eq!(find(&mut conn, of).await.unwrap().as_deref(), Some("Je demande"));
}
