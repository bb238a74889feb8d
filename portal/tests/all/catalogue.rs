//! The catalogue of failures, as people read it: written from the tables of the domain, the texts of the pages, and the
//! endings that the tests play.

use std::{fmt::Write, path::PathBuf};

use domain::{
    catalogue::{CATALOGUE, Failure, Handling},
    desk::{Reason, Rule},
    term::Term,
};

const PAGE: &str = "docs/failure-catalogue.md";

/// Set to have the page written anew.
const WRITE: &str = "NEWBORN_WRITE_DOCS";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn words(list: impl IntoIterator<Item = String>) -> String {
    list.into_iter().collect::<Vec<_>>().join(", ")
}

fn term(term: Term) -> String {
    match term {
        Term::BusinessDays(1) => "1 business day".to_owned(),
        Term::BusinessDays(count) => format!("{count} business days"),
        Term::Days(count) => format!("{count} days"),
        Term::Milliseconds(count) => format!("{count} ms"),
    }
}

/// The situations that `tests/law` plays for a failure.
fn situations(endings: &str, number: u8) -> Vec<String> {
    let of = |line: &str| {
        let mut columns = line.split(',');
        let is_of = columns.next()?.parse() == Ok(number);
        columns.next().filter(|_| is_of).map(|it| format!("`{it}`"))
    };
    endings.lines().skip(1).filter_map(of).collect()
}

/// What staff read of a task.
fn text(language: &str, reason: Reason) -> String {
    let file = root().join("portal/locales").join(language).join("desk.ftl");
    let texts = std::fs::read_to_string(file).expect("the texts are there");
    let key = format!("reason-{reason} = ");
    let line = texts.lines().find_map(|line| line.strip_prefix(&key)).expect("it has words");
    line.to_owned()
}

fn task(page: &mut String, reason: Reason) {
    let Rule { owner, answers } = reason.rule();
    let text = |language| text(language, reason);
    let answers = words(answers.iter().map(|it| format!("`{it}`")));
    let (english, french) = (text("en-CA"), text("fr-CA"));
    let until = term(owner.term());
    writeln!(page, "| `{reason}` | {english} | {french} | {owner} | {until} | {answers} |")
        .expect("it is written");
}

fn section(page: &mut String, endings: &str, it: &Failure) {
    let Failure { number, cause, class, who, handling } = it;
    writeln!(page, "\n## {number}. {cause}\n\n{class}; the first turn is {who}.").expect("written");
    match handling {
        Handling::HandedOver => {
            writeln!(page, "\nHanded over: this engine does not see it through.").expect("written");
        }
        Handling::Here { raised_as, takes_back } => {
            if !raised_as.is_empty() {
                page.push_str("\n| Task | In English | In French | Owner | Due after | Answers |\n|---|---|---|---|---|---|\n");
                raised_as.iter().for_each(|reason| task(page, *reason));
            }
            if !takes_back.is_empty() {
                let undone = words(takes_back.iter().map(|it| format!("`{it}`")));
                writeln!(page, "\nTaken back: {undone}.").expect("written");
            }
        }
    }
    let played = situations(endings, *number);
    if !played.is_empty() {
        writeln!(page, "\nPlayed as: {}.", words(played)).expect("written");
    }
}

fn page() -> String {
    let endings = std::fs::read_to_string(root().join("tests/law/endings.csv"));
    let endings = endings.expect("the endings are there");
    let mut page = "# What can go wrong\n\n\
        Written by a test from `domain/src/catalogue.rs`, `domain/src/desk/rules.rs`, the texts of the pages and \
        `tests/law/endings.csv`; a\ntest fails when it differs. `NEWBORN_WRITE_DOCS=1` writes it anew. Why it is built so: \
        [0012](decisions/0012-when-a-step-fails.md).\n\n\
        Days are business days of the owner's calendar ([0009](decisions/0009-business-days.md)). An answer is an action that \
        the desk offers\nfor the task; what else may be done depends on how far the case is.\n"
        .to_owned();
    CATALOGUE.iter().for_each(|it| section(&mut page, &endings, it));
    page
}

#[test]
fn the_page_about_failures_says_what_the_tables_say() {
    let file = root().join(PAGE);
    let page = page();
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, &page).expect("it is written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "{PAGE} is not what the tables say: {WRITE}=1 writes it anew");
}

#[test]
fn every_ending_is_of_a_failure_that_is_handled_here() {
    let endings = std::fs::read_to_string(root().join("tests/law/endings.csv"));
    for line in endings.expect("the endings are there").lines().skip(1) {
        let number: u8 = line.split(',').next().and_then(|it| it.parse().ok()).expect("a number");
        let failure = CATALOGUE.iter().find(|it| it.number == number).expect("it is a failure");
        assert_ne!(failure.handling, Handling::HandedOver, "{line}");
    }
}
