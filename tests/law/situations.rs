//! How each situation of the law is brought about: what the family, the hospital, the registers and the staff do.

use anyhow::{Context, Result};
use serde_json::json;
use tests::{Case, Family, Stack};

/// The case in question, and the notice that is about it.
pub struct Played {
    pub case: String,
    pub notice: String,
}

type Situation = fn(&Stack) -> Result<Played>;

/// By the names of `endings.csv`.
pub const SITUATIONS: &[(&str, Situation)] = &[
    ("the-notice-never-comes", |stack| {
        let family = family("Nevering");
        stuck(stack, &family, "NOTICE_MISSING").map(|case| played(&family, &case))
    }),
    ("the-notice-comes-after-all", |stack| {
        let family = family("Lately");
        let case = stuck(stack, &family, "NOTICE_MISSING")?;
        stack.notice(&family)?;
        Ok(played(&family, &case))
    }),
    ("nobody-attended-and-two-people-decide", |stack| {
        let family = family("Quarantine");
        let case = stuck(stack, &family, "NOTICE_MISSING")?;
        case.decide("register-without-notice", "UNATTENDED", &[])?;
        case.decide("register-without-notice", "UNATTENDED", &["--as", REGISTRAR])?;
        Ok(played(&family, &case))
    }),
    ("a-notice-comes-while-two-people-waive-it", |stack| {
        let family = family("Overtaken");
        let case = stuck(stack, &family, "NOTICE_MISSING")?;
        // Held, so that nobody looks for the notice before both have decided.
        case.decide("hold", "POLICE_OR_COURT", &["--as", SUPERVISOR])?;
        stack.notice(&family)?;
        case.decide("register-without-notice", "OTHER_PROOF", &[])?;
        case.decide("register-without-notice", "OTHER_PROOF", &["--as", REGISTRAR])?;
        case.decide("release", "NOTHING_FOUND", &["--as", SUPERVISOR])?;
        Ok(played(&family, &case))
    }),
    ("nobody-attended-and-one-person-proposes", |stack| {
        let family = family("Onesome");
        let case = stuck(stack, &family, "NOTICE_MISSING")?;
        case.decide("register-without-notice", "UNATTENDED", &[])?;
        let again = case.decide_ending("register-without-notice", "UNATTENDED", &[])?;
        refused(&again, "NEEDS_ANOTHER_PERSON")?;
        Ok(played(&family, &case))
    }),
    ("the-date-differs", |stack| {
        let family = noticing(family("Dately"), "date_of_birth", json!("2026-11-15"));
        let case = noticed(stack, &family, "NOTICE_DIFFERS")?;
        let accepted = case.decide_ending("accept-difference", "HOSPITAL_CONFIRMED", &[])?;
        refused(&accepted, "DIFFERENCE_MATTERS")?;
        Ok(played(&family, &case))
    }),
    ("the-facility-amends-the-date", |stack| {
        let family = noticing(family("Mender"), "date_of_birth", json!("2026-11-15"));
        let case = noticed(stack, &family, "NOTICE_DIFFERS")?;
        stack.notice(&noticing(family.clone(), "date_of_birth", json!("2026-11-16")))?;
        Ok(played(&family, &case))
    }),
    ("the-sex-differs-and-the-parents-are-asked", |stack| {
        let family = noticing(family("Sexton"), "sex", json!("MALE"));
        let case = noticed(stack, &family, "NOTICE_DIFFERS")?;
        case.decide("ask-correction", "HOSPITAL_CONFIRMED", &[])?;
        Ok(played(&family, &case))
    }),
    ("the-name-is-spelled-otherwise", |stack| {
        let family = misspelled("Speller");
        noticed(stack, &family, "NOTICE_DIFFERS").map(|case| played(&family, &case))
    }),
    ("an-officer-accepts-the-spelling", |stack| {
        let family = misspelled("Acceptor");
        let case = noticed(stack, &family, "NOTICE_DIFFERS")?;
        case.decide("accept-difference", "SPELLING_ONLY", &[])?;
        Ok(played(&family, &case))
    }),
    ("an-officer-hands-it-to-the-registrar", |stack| {
        let family = misspelled("Escalade");
        let case = noticed(stack, &family, "NOTICE_DIFFERS")?;
        case.decide("escalate", "LEGAL_QUESTION", &[])?;
        Ok(played(&family, &case))
    }),
    ("two-notices-fit", |stack| {
        let family = twice_noticed("Dualing");
        noticed(stack, &family, "SEVERAL_NOTICES").map(|case| played(&family, &case))
    }),
    ("an-officer-chooses-of-two-notices", |stack| {
        let family = twice_noticed("Choosey");
        let case = noticed(stack, &family, "SEVERAL_NOTICES")?;
        let unknown = ["--notice", "TEST-Nobody"];
        let answer = case.decide_ending("bind-notice", "ORDER_AND_TIME_FIT", &unknown)?;
        refused(&answer, "NOTICE_UNKNOWN")?;
        let notice = played(&family, &case).notice;
        case.decide("bind-notice", "ORDER_AND_TIME_FIT", &["--notice", &notice])?;
        Ok(played(&family, &case))
    }),
    ("an-officer-unbinds-the-wrong-notice", |stack| {
        let family = family("Unbinder");
        refusing(stack, &family, "province", "RegisterBirth", &["MISSING_DATA", "--times", "1"])?;
        let case = noticed(stack, &family, "MISSING_DATA")?;
        case.decide("unbind-notice", "WRONG_NOTICE", &[])?;
        case.until_on_desk("NOTICE_TO_CHOOSE")?;
        Ok(played(&family, &case))
    }),
    ("both-parents-send-a-form", |stack| {
        let first = family("Bothwell");
        refusing(stack, &first, "province", "RegisterBirth", &["MISSING_DATA"])?;
        noticed(stack, &first, "MISSING_DATA")?;
        let second = Family { key: "test-Bothwell-2".to_owned(), ..first };
        stuck(stack, &second, "POSSIBLE_DUPLICATE").map(|case| played(&second, &case))
    }),
    ("the-same-form-comes-twice", |stack| {
        let family = family("Twicely");
        stack.notice(&family)?;
        let first = only(stack, &family)?;
        let again = only(stack, &family)?;
        anyhow::ensure!(first.reference == again.reference, "it is one case");
        Ok(played(&family, &first))
    }),
    ("the-birth-is-registered-already", |stack| {
        let first = family("Already");
        stack.notice(&first)?;
        only(stack, &first)?.until_state("birth", "REGISTERED")?;
        let second = Family { key: "test-Already-2".to_owned(), ..first };
        stuck(stack, &second, "ALREADY_REGISTERED").map(|case| played(&second, &case))
    }),
    ("the-first-birthday-has-come", |stack| turned_away(stack, &family("Birthday"), "LATE_ROUTE")),
    ("the-child-was-born-elsewhere", |stack| {
        turned_away(stack, &family("Elsewhere"), "BORN_ELSEWHERE")
    }),
    ("the-child-has-died", |stack| {
        let family = family("Mourning");
        let case = stuck(stack, &family, "NOTICE_MISSING")?;
        case.decide("record-death", "HOSPITAL_TOLD", &[])?;
        refused(&case.decide_ending("record-death", "FAMILY_TOLD", &[])?, "ALREADY_RECORDED")?;
        stack.notice(&family)?;
        Ok(played(&family, &case))
    }),
    ("the-family-is-helped-at-a-counter", |stack| {
        let family = family("Counterly");
        let case = stuck(stack, &family, "NOTICE_MISSING")?;
        case.decide("withdraw", "ASSISTED_CHANNEL", &[])?;
        Ok(played(&family, &case))
    }),
    ("everything-is-stopped-for-an-investigation", |stack| {
        let family = family("Heldin");
        held(stack, &family).map(|case| played(&family, &case))
    }),
    ("nothing-is-found-and-everything-goes-on", |stack| {
        let family = family("Released");
        let case = held(stack, &family)?;
        case.decide("release", "NOTHING_FOUND", &["--as", SUPERVISOR])?;
        Ok(played(&family, &case))
    }),
    ("the-payment-is-declined", |stack| {
        let declined = json!("sandbox-card-declined");
        let family = family("Payless").with("/services/payment_token", declined);
        stack.notice(&family)?;
        only(stack, &family).map(|case| played(&family, &case))
    }),
    ("the-answer-to-the-order-is-lost", |stack| {
        losing(stack, &family("Orderly"), "province", "OrderCertificate")
    }),
    ("the-federal-register-is-down", |stack| {
        let family = family("Downing");
        misbehaving(stack, &family, "federal", "*", &["unavailable"])?;
        stack.notice(&family)?;
        only(stack, &family).map(|case| played(&family, &case))
    }),
    ("the-answer-to-the-application-is-lost", |stack| {
        losing(stack, &family("Appleby"), "federal", "SubmitSinApplication")
    }),
    ("the-federal-side-looks-into-it", |stack| {
        let family = family("Adjudica");
        misbehaving(stack, &family, "federal", "SubmitSinApplication", &["pending"])?;
        stack.notice(&family)?;
        only(stack, &family).map(|case| played(&family, &case))
    }),
    ("the-child-has-a-sin-already", |stack| {
        let family = family("Hassin");
        misbehaving(stack, &family, "federal", "SubmitSinApplication", &["already-issued"])?;
        stack.notice(&family)?;
        only(stack, &family).map(|case| played(&family, &case))
    }),
    ("the-child-is-not-eligible", |stack| {
        let family = family("Noneli");
        refusing(stack, &family, "federal", "SubmitSinApplication", &["NOT_ELIGIBLE"])?;
        stack.notice(&family)?;
        only(stack, &family).map(|case| played(&family, &case))
    }),
    ("the-sin-request-is-taken-back", |stack| {
        let family = family("Takeback");
        misbehaving(stack, &family, "federal", "SubmitSinApplication", &["pending"])?;
        stack.notice(&family)?;
        let case = only(stack, &family)?;
        case.until_state("sin", "ADJUDICATION")?;
        case.decide("withdraw", "PARENTS_ASKED", &["--leg", "sin"])?;
        Ok(played(&family, &case))
    }),
    ("the-province-holds-other-content", |stack| {
        let family = family("Contently");
        refusing(stack, &family, "province", "RegisterBirth", &["CONTENT_DIFFERS"])?;
        noticed(stack, &family, "CONTENT_DIFFERS").map(|case| played(&family, &case))
    }),
    ("a-register-does-not-take-back-what-it-does-not-have", |stack| {
        let family = family("Undoer");
        refusing(stack, &family, "province", "RegisterBirth", &["NOT_ELIGIBLE"])?;
        refusing(stack, &family, "province", "UnbindNotice", &[])?;
        noticed(stack, &family, "UNDO_TOO_LATE").map(|case| played(&family, &case))
    }),
];

/// Staff of the development stack; an officer decides where nobody is named.
const REGISTRAR: &str = "robin";
const SUPERVISOR: &str = "sam";

const SYLLABLES: [&str; 16] = [
    "Zor", "Quin", "Mab", "Dwel", "Fitch", "Gry", "Hux", "Jop", "Klim", "Lund", "Nev", "Pask",
    "Rhod", "Styx", "Tuv", "Wemb",
];

/// The nth of many families, none like another.
pub fn told_apart(nth: usize) -> Family {
    let (a, b, c) = (nth % 16, nth / 16 % 16, nth / 256 % 16);
    family(&format!(
        "{}{}{}",
        SYLLABLES[a],
        SYLLABLES[b].to_lowercase(),
        SYLLABLES[c].to_lowercase()
    ))
}

/// A family that no notice of another is near to: its birth parent has a birthday of their own.
fn family(word: &str) -> Family {
    let number = word.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte));
    let (year, month, day) = (1980 + number % 19, 1 + number / 19 % 12, 1 + number / 228 % 28);
    let birthday = json!(format!("{year}-{month:02}-{day:02}"));
    let mut family = Family::ordinary(word).with("/parents/0/date_of_birth", birthday.clone());
    family.notice[0]["birth_parent"]["date_of_birth"] = birthday;
    family
}

fn played(family: &Family, case: &Case<'_>) -> Played {
    let notice = family.notice[0]["notice_id"].as_str().unwrap_or_default();
    Played { case: case.reference.clone(), notice: notice.to_owned() }
}

fn only<'a>(stack: &'a Stack, family: &Family) -> Result<Case<'a>> {
    stack.submit(family)?.into_iter().next().context("a submission has a case")
}

/// Without a notice the case comes to the desk.
fn stuck<'a>(stack: &'a Stack, family: &Family, reason: &str) -> Result<Case<'a>> {
    let case = only(stack, family)?;
    case.until_on_desk(reason)?;
    Ok(case)
}

/// The notice is there, and the case comes to the desk.
fn noticed<'a>(stack: &'a Stack, family: &Family, reason: &str) -> Result<Case<'a>> {
    stack.notice(family)?;
    stuck(stack, family, reason)
}

/// Stopped before REGISTER, and then the province is ready.
fn held<'a>(stack: &'a Stack, family: &Family) -> Result<Case<'a>> {
    refusing(stack, family, "province", "RegisterBirth", &["MISSING_DATA", "--times", "1"])?;
    let case = noticed(stack, family, "MISSING_DATA")?;
    case.decide("hold", "SUSPECTED_FRAUD", &["--as", SUPERVISOR])?;
    case.decide("retry-now", "PARENTS_ASKED", &[])?;
    case.until("only the investigation on the desk", |case| {
        case["desk"]["reason"] == "UNDER_INVESTIGATION"
            && case["tasks"].as_array().map(Vec::len) == Some(1)
    })?;
    Ok(case)
}

fn turned_away(stack: &Stack, family: &Family, reason: &str) -> Result<Played> {
    refusing(stack, family, "province", "SubmitStatement", &[reason])?;
    only(stack, family).map(|case| played(family, &case))
}

fn losing(stack: &Stack, family: &Family, register: &str, operation: &str) -> Result<Played> {
    misbehaving(stack, family, register, operation, &["lose-answer", "--times", "1"])?;
    stack.notice(family)?;
    only(stack, family).map(|case| played(family, &case))
}

fn refusing(
    stack: &Stack,
    family: &Family,
    register: &str,
    operation: &str,
    reason: &[&str],
) -> Result<()> {
    let reason = match reason {
        [] => vec!["refuse"],
        [reason, more @ ..] => [&["refuse", "--reason", reason], more].concat(),
    };
    misbehaving(stack, family, register, operation, &reason)
}

fn misbehaving(
    stack: &Stack,
    family: &Family,
    register: &str,
    operation: &str,
    mode: &[&str],
) -> Result<()> {
    let of = ["--register", register, "--operation", operation, "--match", &family.key, "--mode"];
    stack.misbehave(&[&of[..], mode].concat())
}

fn refused((answer, code): &(serde_json::Value, i32), why: &str) -> Result<()> {
    anyhow::ensure!(*code == 1 && answer.to_string().contains(why), "not {why}: {answer}");
    Ok(())
}

/// The hospital says something else than the family.
fn noticing(mut family: Family, field: &str, value: serde_json::Value) -> Family {
    family.notice[0][field] = value;
    family
}

/// The hospital writes the birth parent's name with a letter more.
fn misspelled(word: &str) -> Family {
    let mut family = family(word);
    family.notice[0]["birth_parent"]["legal_name"]["last"] = json!(format!("Test {word}s"));
    family
}

/// The hospital sent two notices of the same birth.
fn twice_noticed(word: &str) -> Family {
    let mut family = family(word);
    let mut other = family.notice[0].clone();
    other["notice_id"] = json!(format!("TEST-{word}-2"));
    if let Some(notices) = family.notice.as_array_mut() {
        notices.push(other);
    }
    family
}
