//! `examples/expected.toml`: which examples there are, what comes when, and how each case must end.
//!
//! ```toml
//! [[example]]
//! name = "ordinary"               # examples/ordinary.json, and examples/ordinary.notice.json (one notice, or a list)
//! title = "An ordinary baby"      # for people
//! notice = "with"                 # first: before the form · with: right after it · later: once every case waits for it
//!                                 # none: never
//! officer = "facility-amends"     # optional: what the officer does once every expected desk task is there
//!
//! [[example.case]]                # one per child, in the order of the form
//! birth = "REGISTERED"            # the four states at the end, in the API's words
//! certificate = "MAILED"
//! sin = "ISSUED"
//! fee = "EARNED"
//! desk = "NOTICE_DIFFERS"         # optional: the case comes to the desk for this reason. It must be off the desk at the
//!                                 # end if the example has an officer, and must still be there if it has none
//! ```
//!
//! The officer either has the facility amend its notice (`officer = "facility-amends"`; the demo sends
//! `examples/NAME.amended.notice.json`, and asks the case to look again if it does not move by itself), or decides about
//! every case on the desk: `officer = { action = "withdraw", reason = "PARENTS_ASKED" }`.
//!
//! A case without `desk` may not be on the desk at the end.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use domain::decision::{Action, Grounds};
use domain::desk::Reason;
use domain::standing::{BirthStanding, CertificateStanding, FeeStanding, SinStanding};
use serde::Deserialize;

use crate::portal::Standing;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    example: Vec<Example>,
}

/// One submission of the demo.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub name: String,
    pub title: String,
    pub notice: NoticeComes,
    pub officer: Option<Officer>,
    #[serde(rename = "case")]
    pub cases: Vec<Expected>,
}

/// When the hospital's notice comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeComes {
    First,
    With,
    Later,
    None,
}

/// What the officer does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Officer {
    Named(Play),
    Decides(Verdict),
}

/// A decision about every case of the example that is on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    pub action: Action,
    pub reason: Grounds,
}

/// A part that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Play {
    /// The officer asks the facility, and the facility amends its notice.
    FacilityAmends,
}

/// How a case must end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    pub birth: BirthStanding,
    pub certificate: CertificateStanding,
    pub sin: SinStanding,
    pub fee: FeeStanding,
    pub desk: Option<Reason>,
}

impl Example {
    /// The parents' form.
    pub fn form(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.json", self.name))
    }

    /// The hospital's notices.
    pub fn notice(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.notice.json", self.name))
    }

    /// The notices as the facility amends them.
    pub fn amended_notice(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.amended.notice.json", self.name))
    }

    /// Where a case must be found at the end: whoever has an officer is off the desk again.
    pub fn desk_at_end(&self, case: &Expected) -> Option<Reason> {
        case.desk.filter(|_| self.officer.is_none())
    }

    fn files(&self, folder: &Path) -> Vec<PathBuf> {
        let mut files = vec![self.form(folder)];
        if self.notice != NoticeComes::None {
            files.push(self.notice(folder));
        }
        if self.officer == Some(Officer::Named(Play::FacilityAmends)) {
            files.push(self.amended_notice(folder));
        }
        files
    }
}

impl Expected {
    /// What is otherwise than it must be at the end, in words; nothing if all is well.
    pub fn differences(&self, desk_at_end: Option<Reason>, found: &Standing) -> Vec<String> {
        let desk = |reason: Option<&str>| reason.unwrap_or("nothing").to_owned();
        let found_desk = found.desk.as_ref().map(|desk| desk.reason.as_str());
        [
            ("birth", self.birth.code().to_owned(), found.birth.state.clone()),
            ("certificate", self.certificate.code().to_owned(), found.certificate.state.clone()),
            ("SIN", self.sin.code().to_owned(), found.sin.state.clone()),
            ("fee", self.fee.code().to_owned(), found.fee.state.clone()),
            ("desk", desk(desk_at_end.map(Reason::code)), desk(found_desk)),
        ]
        .into_iter()
        .filter(|(_, expected, found)| expected != found)
        .map(|(part, expected, found)| format!("{part} is {found} instead of {expected}"))
        .collect()
    }
}

/// Reads the file of a folder, and makes sure that the examples it names are there.
pub fn read(folder: &Path) -> Result<Vec<Example>> {
    let path = folder.join("expected.toml");
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "cannot read {}: run in the project's folder, or name the examples with --examples",
            path.display()
        )
    })?;
    let examples =
        parse(&text).with_context(|| format!("{} is not as it should be", path.display()))?;
    for file in examples.iter().flat_map(|example| example.files(folder)) {
        if !file.is_file() {
            bail!("{} is named in {} but not there", file.display(), path.display());
        }
    }
    Ok(examples)
}

fn parse(text: &str) -> Result<Vec<Example>> {
    let File { example: examples } = toml::from_str(text)?;
    let mut names = BTreeSet::new();
    for example in &examples {
        if !names.insert(&example.name) {
            bail!("the example {} is there twice", example.name);
        }
        if example.cases.is_empty() {
            bail!("the example {} has no [[example.case]]", example.name);
        }
        if example.officer.is_some() && example.cases.iter().all(|case| case.desk.is_none()) {
            bail!("the example {} has an officer but no case that comes to the desk", example.name);
        }
    }
    Ok(examples)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = r#"
        [[example]]
        name = "ordinary"
        title = "An ordinary baby"
        notice = "with"
        [[example.case]]
        birth = "REGISTERED"
        certificate = "MAILED"
        sin = "ISSUED"
        fee = "EARNED"

        [[example]]
        name = "differs"
        title = "The notice differs"
        notice = "first"
        officer = "facility-amends"
        [[example.case]]
        birth = "REGISTERED"
        certificate = "MAILED"
        sin = "ISSUED"
        fee = "EARNED"
        desk = "NOTICE_DIFFERS"
    "#;

    fn standing(birth: &str, desk: Option<&str>) -> Standing {
        serde_json::from_value(json!({
            "ref": "NB-0000-0000", "revision": 1, "birth": {"state": birth}, "certificate": {"state": "MAILED"},
            "sin": {"state": "ISSUED"}, "fee": {"state": "EARNED"}, "desk": desk.map(|reason| json!({"reason": reason})),
        }))
        .expect("the published form")
    }

    #[test]
    fn the_documented_format_is_read() {
        let examples = parse(TEXT).expect("as documented");
        assert_eq!(examples[0].notice, NoticeComes::With);
        assert_eq!(examples[1].officer, Some(Officer::Named(Play::FacilityAmends)));
        assert_eq!(examples[1].cases[0].desk, Some(Reason::NoticeDiffers));
        let text = TEXT.replace(
            "\"facility-amends\"",
            "{ action = \"withdraw\", reason = \"PARENTS_ASKED\" }",
        );
        let verdict = Verdict { action: Action::Withdraw, reason: Grounds::ParentsAsked };
        let decides = Officer::Decides(verdict);
        assert_eq!(parse(&text).expect("as documented")[1].officer, Some(decides));
    }

    #[test]
    fn a_slip_in_the_file_is_said() {
        for (slip, instead) in [
            ("MAILED", "POSTED"),
            ("title", "tilte"),
            ("desk = \"NOTICE_DIFFERS\"", ""),
            ("\"differs\"", "\"ordinary\""),
            ("facility-amends", "goes-home"),
        ] {
            assert!(parse(&TEXT.replace(slip, instead)).is_err(), "{slip} → {instead}");
        }
    }

    #[test]
    fn a_case_ends_as_expected_only_in_all_its_parts() {
        let examples = parse(TEXT).expect("as documented");
        let (ordinary, differs) = (&examples[0], &examples[1]);
        let expected = &ordinary.cases[0];
        let at_end = ordinary.desk_at_end(expected);
        assert!(expected.differences(at_end, &standing("REGISTERED", None)).is_empty());
        assert_eq!(
            expected.differences(at_end, &standing("REFUSED", Some("NOTICE_DIFFERS"))),
            ["birth is REFUSED instead of REGISTERED", "desk is NOTICE_DIFFERS instead of nothing"]
        );
        // The officer has taken it off the desk.
        assert_eq!(differs.desk_at_end(&differs.cases[0]), None);
        // Without an officer it stays there.
        let left = Example { officer: None, ..differs.clone() };
        assert_eq!(left.desk_at_end(&left.cases[0]), Some(Reason::NoticeDiffers));
    }
}
