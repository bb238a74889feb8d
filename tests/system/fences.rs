//! A crate's manifest is its fence.

use std::collections::BTreeSet;

use tests::root;

/// The names under `[dependencies]` of a crate.
fn dependencies(of: &str) -> BTreeSet<String> {
    let manifest = read(&format!("{of}/Cargo.toml"));
    let mut section = String::new();
    let mut names = BTreeSet::new();
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
        } else if section == "dependencies"
            && let Some((name, _)) = line.split_once(['.', ' ', '='])
            && !name.is_empty()
            && !name.starts_with('#')
        {
            names.insert(name.to_owned());
        }
    }
    assert!(!names.is_empty(), "{of} has no dependencies: is its manifest read right?");
    names
}

fn house() -> BTreeSet<&'static str> {
    ["activities", "domain", "portal", "proto", "sandbox", "store", "worker", "workflows", "cli"]
        .into()
}

fn of_the_house(of: &str) -> Vec<String> {
    dependencies(of).into_iter().filter(|name| house().contains(name.as_str())).collect()
}

#[test]
fn arrows_between_crates_point_one_way() {
    assert_eq!(of_the_house("domain"), [""; 0]);
    assert_eq!(of_the_house("proto"), [""; 0]);
    assert_eq!(of_the_house("workflows"), ["domain"]);
    assert_eq!(of_the_house("store"), ["domain"]);
    assert_eq!(of_the_house("activities"), ["domain", "proto", "store", "workflows"]);
    assert_eq!(of_the_house("worker"), ["activities", "domain", "store", "workflows"]);
    assert_eq!(of_the_house("portal"), ["domain", "store", "workflows"]);
    assert_eq!(of_the_house("sandbox"), ["proto"]);
    assert_eq!(of_the_house("cli"), ["domain"]);
}

#[test]
fn a_story_cannot_do_io() {
    let names = dependencies("workflows");
    for outside in [
        "tokio",
        "tonic",
        "sqlx",
        "reqwest",
        "temporalio-sdk",
        "temporalio-client",
        "temporalio-sdk-core",
    ] {
        assert!(!names.contains(outside), "workflows names {outside}");
    }
    let rules = read("workflows/clippy.toml");
    for forbidden in
        ["SystemTime::now", "Instant::now", "thread::spawn", "HashMap", "fs::File", "TcpStream"]
    {
        assert!(rules.contains(forbidden), "workflows/clippy.toml allows {forbidden}");
    }
}

#[test]
fn the_words_of_the_trade_know_no_io_and_no_wire() {
    let names = dependencies("domain");
    for outside in
        ["tokio", "tonic", "prost", "sqlx", "axum", "temporalio-workflow", "temporalio-common"]
    {
        assert!(!names.contains(outside), "domain names {outside}");
    }
}

#[test]
fn sql_is_in_one_crate() {
    for of in ["workflows", "domain", "proto", "cli"] {
        assert!(!dependencies(of).contains("sqlx"), "{of} names sqlx");
    }
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}
