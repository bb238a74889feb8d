//! Whether the tables are there.

use crate::Database;

#[tokio::test]
async fn a_program_sees_whether_its_tables_are_all_there() {
    let database = Database::new().await;
    assert!(store::is_up_to_date(&database).await.unwrap());
    let older = "delete from _sqlx_migrations
        where version = (select max(version) from _sqlx_migrations)";
    for sql in [older, "delete from _sqlx_migrations", "drop table _sqlx_migrations"] {
        database.run(sql).await;
        assert!(!store::is_up_to_date(&database).await.unwrap(), "{sql}");
    }
}

#[tokio::test]
async fn a_database_that_is_there_answers() {
    let database = Database::new().await;
    store::answers(&database).await.unwrap();
    database.close().await;
    assert!(store::answers(&database).await.is_err());
}
