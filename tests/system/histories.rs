//! Recorded runs still replay. To record new ones: `make histories`.

use tests::{history, root};

#[tokio::test]
async fn every_recorded_history_replays() {
    let mut replayed = 0;
    for entry in std::fs::read_dir(root().join("tests/histories")).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_some_and(|end| end == "json") {
            let json = std::fs::read(&file).unwrap();
            if let Err(error) = history::replays(&json).await {
                panic!("{}: {error:#}", file.display());
            }
            replayed += 1;
        }
    }
    assert!(replayed > 0, "there are no recorded histories");
}
