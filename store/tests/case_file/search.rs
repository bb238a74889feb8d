//! Finding cases by a person.

use domain::{CaseRef, name::PersonName};
use jiff::civil::Date;
use store::{
    Keys,
    search::{Kind, find},
};

use crate::{
    Database, another_case,
    families::{child_born, name, parent_born, with_cases},
    keys, some_case,
};

async fn found(database: &Database, kind: Kind, name: &PersonName, born: Date) -> Vec<CaseRef> {
    find(&mut *database.conn().await, &keys(), kind, name, born).await.unwrap()
}

#[tokio::test]
async fn a_child_is_found_by_name_and_birth_date() {
    let database = with_cases(&[another_case(), some_case()]).await;
    let child = name("zéphyrine", "Quill feather");
    let both = [some_case(), another_case()];
    assert_eq!(found(&database, Kind::Child, &child, child_born()).await, both);
    let day_before = child_born().yesterday().unwrap();
    assert!(found(&database, Kind::Child, &child, day_before).await.is_empty());
    let other = name("Zephyrine", "Quillfeather");
    assert!(found(&database, Kind::Child, &other, child_born()).await.is_empty());
    assert!(found(&database, Kind::BirthParent, &child, child_born()).await.is_empty());
}

#[tokio::test]
async fn a_birth_parent_is_found_by_both_names() {
    let database = with_cases(&[some_case()]).await;
    for last in ["Quillfeather", "Überlândt"] {
        let parent = name("Marguerite", last);
        assert_eq!(
            found(&database, Kind::BirthParent, &parent, parent_born()).await,
            [some_case()]
        );
    }
}

#[tokio::test]
async fn without_the_search_key_nobody_is_found() {
    let database = with_cases(&[some_case()]).await;
    let other = Keys::new([7; 32], [8; 32]);
    let child = name("Zéphyrine", "Quillfeather");
    let found = find(&mut *database.conn().await, &other, Kind::Child, &child, child_born()).await;
    assert!(found.unwrap().is_empty());
}
