//! Both languages say the same things, and everything that is said has words.

use std::{collections::BTreeMap, fs, path::Path};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

/// The keys of a language, attributes included, with the names of what is filled in.
fn keys(language: &str) -> BTreeMap<String, Vec<String>> {
    let mut keys = BTreeMap::new();
    for file in
        fs::read_dir(Path::new(CRATE).join("locales").join(language)).expect("the folder is there")
    {
        let text = fs::read_to_string(file.expect("it is a file").path()).expect("it is text");
        let mut message = String::new();
        for line in text.lines().filter(|line| line.contains(" = ") && !line.starts_with('#')) {
            let (key, words) = line.split_once(" = ").expect("it has both");
            let key = match key.trim().strip_prefix('.') {
                Some(attribute) => format!("{message}.{attribute}"),
                None => {
                    message = key.to_owned();
                    message.clone()
                }
            };
            let filled = words.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next());
            let filled = filled.map(str::to_owned).collect();
            assert!(keys.insert(key.clone(), filled).is_none(), "{key} is there twice");
        }
    }
    keys
}

#[test]
fn both_languages_have_the_same_keys_and_fill_in_the_same() {
    assert_eq!(keys("en-CA"), keys("fr-CA"));
}

#[test]
fn every_key_that_is_named_has_words() {
    let known = keys("en-CA");
    let mut missing = Vec::new();
    for folder in [
        "templates",
        "src",
        "src/courier",
        "src/pages",
        "src/pages/case",
        "src/pages/form",
        "src/pages/desk",
    ] {
        for file in fs::read_dir(Path::new(CRATE).join(folder)).expect("the folder is there") {
            let path = file.expect("it is a file").path();
            let Ok(text) = fs::read_to_string(&path) else { continue };
            for call in [".say(\"", ".with(\""] {
                let named = text.split(call).skip(1).filter_map(|rest| rest.split('"').next());
                missing.extend(named.filter(|key| !known.contains_key(*key)).map(str::to_owned));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_word_of_every_closed_set_has_words() {
    use domain::{
        answers::NoticeField, contact::ContactField, decision, desk, facts::Message, intake::Code,
        paper, people, standing,
    };
    let known = keys("en-CA");
    let mut wanted: Vec<String> = Vec::new();
    macro_rules! set {
        ($prefix:literal, $set:path) => {{
            use $set as Set;
            wanted.extend(
                Set::ALL.iter().map(|it| format!("{}-{}", $prefix, it.code().replace('.', "-"))),
            );
        }};
    }
    set!("asks", Code);
    set!("contact", ContactField);
    set!("message", Message);
    set!("action", decision::Action);
    set!("grounds", decision::Grounds);
    set!("reason", desk::Reason);
    set!("owner", desk::Owner);
    set!("part", desk::Leg);
    set!("withdraw", desk::Leg);
    set!("role", people::Role);
    set!("actor", people::Actor);
    set!("problem", decision::NotAllowed);
    set!("fields", NoticeField);
    set!("paper", paper::Paper);
    set!("paper-state", paper::PaperStanding);
    set!("why", paper::PaperRefusal);
    set!("birth", standing::BirthStanding);
    set!("certificate", standing::CertificateStanding);
    set!("sin", standing::SinStanding);
    set!("fee", standing::FeeStanding);
    let missing: Vec<_> = wanted.iter().filter(|key| !known.contains_key(*key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Reads the code itself: a new problem needs its words.
#[test]
fn every_problem_has_a_title_and_a_detail() {
    let known = keys("en-CA");
    let source = include_str!("../../src/problem.rs");
    let (_, table) = source.split_once("pub(crate) fn code(").expect("the table of codes is there");
    let (table, _) = table.split_once("\n    }\n").expect("it ends");
    let codes: Vec<_> =
        table.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(codes.len() > 20);
    for code in codes {
        for key in [format!("problem-{code}"), format!("problem-{code}.detail")] {
            assert!(known.contains_key(&key), "{key}");
        }
    }
}

/// The page about the API lists every problem and every code of a field, in both languages.
#[tokio::test]
async fn the_page_about_the_api_has_every_code() {
    let page = crate::stage::Stage::new().await.get("/api", "").await.text;
    let source = include_str!("../../src/problem.rs");
    let (_, table) = source.split_once("pub(crate) fn code(").expect("the table of codes is there");
    let (table, _) = table.split_once("\n    }\n").expect("it ends");
    let codes = table.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    let not_allowed = domain::decision::NotAllowed::ALL.iter().map(|it| it.code());
    let fields = domain::intake::Code::ALL.iter().map(|it| it.code());
    for code in codes.chain(not_allowed).chain(fields) {
        let heads = page.matches(&format!("<th scope=\"row\"><code>{code}</code></th>")).count();
        assert!(heads > 0, "{code} is not in the tables");
    }
    for words in ["Too much at once", "Trop d&#39;envois à la fois"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn every_fact_has_words() {
    let known = keys("en-CA");
    let source = include_str!("../../../domain/src/facts/fact.rs");
    let (_, list) = source.split_once("pub enum Fact {").expect("the facts are there");
    let (list, _) = list.split_once("\n}\n").expect("they end");
    let variants = list
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase));
    let mut count = 0;
    for variant in variants {
        let name: String = variant.chars().take_while(char::is_ascii_alphanumeric).collect();
        let mut word = String::new();
        for (nth, c) in name.chars().enumerate() {
            if c.is_uppercase() && nth > 0 {
                word.push('-');
            }
            word.push(c.to_ascii_lowercase());
        }
        count += 1;
        assert!(known.contains_key(&format!("fact-{word}")), "fact-{word}");
    }
    assert!(count > 20);
}
