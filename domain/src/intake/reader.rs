//! Reads leaves of the form, and remembers each one that breaks a rule with the place where it stands.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use jiff::civil::{Date, Time};

use super::{Code, TEXT_VERSIONS, Tick, Violation};
use crate::name::{NamePart, tidy};

/// Every method that gives `None` for something that must be there has reported it.
#[derive(Default)]
pub(super) struct Reader {
    at: String,
    found: Vec<Violation>,
}

impl Reader {
    /// What was read, unless something breaks a rule.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, Vec<Violation>> {
        match read {
            Some(it) if self.found.is_empty() => Ok(it),
            None if self.found.is_empty() => unreachable!("whatever is left out was reported"),
            _ => Err(self.found),
        }
    }

    /// Reads what stands one step further down.
    pub(super) fn within<T>(&mut self, step: impl Display, read: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.at.len();
        self.at.push_str(&format!("/{step}"));
        let it = read(self);
        self.at.truncate(here);
        it
    }

    pub(super) fn report(&mut self, field: &str, code: Code) {
        self.found.push(Violation { pointer: format!("{}/{field}", self.at), code });
    }

    /// Reports the part that is being read, not a field of it.
    pub(super) fn report_here(&mut self, code: Code) {
        self.found.push(Violation { pointer: self.at.clone(), code });
    }

    fn or_report<T>(&mut self, field: &str, read: Result<T, impl Into<Code>>) -> Option<T> {
        read.map_err(|code| self.report(field, code.into())).ok()
    }

    pub(super) fn required<T>(&mut self, field: &str, typed: Option<T>) -> Option<T> {
        self.or_report(field, typed.ok_or(Code::Required))
    }

    pub(super) fn not_expected(&mut self, field: &str, given: bool) {
        if given {
            self.report(field, Code::NotExpected);
        }
    }

    /// An answer that decides whether the form can be used.
    pub(super) fn must_be(
        &mut self,
        wanted: bool,
        field: &str,
        typed: Option<bool>,
        otherwise: Code,
    ) {
        if self.required(field, typed).is_some_and(|answer| answer != wanted) {
            self.report(field, otherwise);
        }
    }

    /// A word of a closed set.
    pub(super) fn choice<T: FromStr>(&mut self, field: &str, typed: Option<String>) -> Option<T> {
        let word = self.required(field, given(typed))?;
        self.or_report(field, word.parse().map_err(|_| Code::ChoiceUnknown))
    }

    pub(super) fn name_part(&mut self, field: &str, typed: Option<String>) -> Option<NamePart> {
        self.or_report(field, NamePart::read(&typed.unwrap_or_default()))
    }

    /// One line of free text, of at most `longest` code points.
    pub(super) fn text(
        &mut self,
        field: &str,
        typed: Option<String>,
        longest: usize,
    ) -> Option<String> {
        let text = self.required(field, given(typed))?;
        self.or_report(field, line(&text, longest))
    }

    pub(super) fn maybe_text(
        &mut self,
        field: &str,
        typed: Option<String>,
        longest: usize,
    ) -> Option<String> {
        given(typed).and_then(|text| self.or_report(field, line(&text, longest)))
    }

    /// Something that another system made: visible ASCII, kept as it is.
    pub(super) fn token(
        &mut self,
        field: &str,
        typed: Option<String>,
        longest: usize,
    ) -> Option<String> {
        let text = self.maybe_text(field, typed, longest)?;
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        self.or_report(field, if visible { Ok(text) } else { Err(Code::TextCharacters) })
    }

    /// `YYYY-MM-DD` and nothing else.
    pub(super) fn date(&mut self, field: &str, typed: Option<String>) -> Option<Date> {
        let text = self.required(field, given(typed))?;
        self.or_report(field, date(&text).ok_or(Code::DateInvalid))
    }

    /// `HH:MM` and nothing else.
    pub(super) fn maybe_time(&mut self, field: &str, typed: Option<String>) -> Option<String> {
        let text = given(typed)?;
        let time = Time::strptime("%H:%M", &text).map(|time| time.strftime("%H:%M").to_string());
        self.or_report(field, time.ok().filter(|written| *written == text).ok_or(Code::TimeInvalid))
    }

    pub(super) fn number<T: TryFrom<i64>>(
        &mut self,
        field: &str,
        typed: Option<i64>,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let number = self.required(field, typed)?;
        self.in_range(field, number, range)
    }

    pub(super) fn maybe_number<T: TryFrom<i64>>(
        &mut self,
        field: &str,
        typed: Option<i64>,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        typed.and_then(|number| self.in_range(field, number, range))
    }

    fn in_range<T: TryFrom<i64>>(
        &mut self,
        field: &str,
        number: i64,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let read = if range.contains(&number) { T::try_from(number).ok() } else { None };
        self.or_report(field, read.ok_or(Code::OutOfRange))
    }

    /// A box checked under a text that we know. Gives the version of the text.
    pub(super) fn tick(&mut self, field: &str, it: Tick, otherwise: Code) -> Option<String> {
        if it.checked != Some(true) {
            self.report(field, otherwise);
            return None;
        }
        self.within(field, |r| r.text_version("version", it.version))
    }

    pub(super) fn text_version(&mut self, field: &str, typed: Option<String>) -> Option<String> {
        let known = typed.filter(|version| TEXT_VERSIONS.contains(&version.as_str()));
        self.or_report(field, known.ok_or(Code::TextVersionUnknown))
    }
}

/// Forms send empty text for what was left out.
pub(super) fn given(typed: Option<String>) -> Option<String> {
    typed.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

pub(super) fn date(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|date| text.len() == 10 && date.to_string() == text)
}

fn line(typed: &str, longest: usize) -> Result<String, Code> {
    let text = tidy(typed);
    if text.chars().any(is_unprintable) {
        Err(Code::TextCharacters)
    } else if text.chars().count() > longest {
        Err(Code::TooLong)
    } else {
        Ok(text)
    }
}

/// Characters that no keyboard of a family sends: controls, invisible marks that change how text reads, private use.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}' | '\u{E000}'..='\u{F8FF}' | '\u{E0000}'..)
}
