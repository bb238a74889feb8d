//! Codes that are sent to a parent.

use store::one_time_codes::{Asked, ask};

use crate::{after, families::with_a_case, keys, some_case, start};

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn a_parent_gets_twenty_codes_a_day_and_no_more() {
    let database = with_a_case().await;
    let mut conn = database.conn().await;
    for nth in 1..=20 {
        let at = after(nth * 61);
        let asked = ask(&mut conn, &keys(), some_case(), 0, start(), at).await.unwrap();
        assert_eq!(asked, Asked::Sent, "{nth}");
    }
    let asked = ask(&mut conn, &keys(), some_case(), 0, start(), after(21 * 61)).await.unwrap();
    assert_eq!(asked, Asked::TooMany);
    let tomorrow = after(DAY);
    let asked = ask(&mut conn, &keys(), some_case(), 0, tomorrow, after(DAY + 1)).await.unwrap();
    assert_eq!(asked, Asked::Sent);
}
