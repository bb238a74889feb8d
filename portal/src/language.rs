//! The two official languages, on equal footing: every text that a person reads, by key.

use std::{borrow::Cow, collections::HashMap};

use axum::http::{HeaderMap, header};
use domain::{
    intake::{ShownText, Violation},
    people::Language,
};
use fluent_templates::{Loader, fluent_bundle::FluentValue, static_loader};
use unic_langid::{LanguageIdentifier, langid};

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en-CA",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ENGLISH: LanguageIdentifier = langid!("en-CA");
static FRENCH: LanguageIdentifier = langid!("fr-CA");

/// Says things in one of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Speaks(pub(crate) Language);

impl Speaks {
    pub(crate) const ENGLISH: Self = Self(Language::English);
    pub(crate) const FRENCH: Self = Self(Language::French);

    /// As it is written in addresses of pages.
    pub(crate) const fn path(self) -> &'static str {
        match self.0 {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        self.0.code()
    }

    pub(crate) const fn other(self) -> Self {
        match self.0 {
            Language::English => Self::FRENCH,
            Language::French => Self::ENGLISH,
        }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self.0 {
            Language::English => &ENGLISH,
            Language::French => &FRENCH,
        }
    }

    /// The text of a key.
    pub(crate) fn say(self, key: &str) -> String {
        TEXTS.lookup(self.id(), key)
    }

    /// The text of a key, with one thing filled in.
    pub(crate) fn with(self, key: &str, name: &'static str, value: impl AsRef<str>) -> String {
        let value = FluentValue::String(Cow::Borrowed(value.as_ref()));
        TEXTS.lookup_with_args(self.id(), key, &HashMap::from([(Cow::Borrowed(name), value)]))
    }

    /// The text of a key, with several things filled in.
    pub(crate) fn filled(self, key: &str, fill: &[(&'static str, &str)]) -> String {
        let value = |text: &str| FluentValue::String(Cow::Owned(text.to_owned()));
        let fill = fill.iter().map(|(name, text)| (Cow::Borrowed(*name), value(text))).collect();
        TEXTS.lookup_with_args(self.id(), key, &fill)
    }

    /// The text of a key, if there is one.
    pub(crate) fn maybe(self, key: &str) -> Option<String> {
        TEXTS.try_lookup(self.id(), key)
    }

    /// The title and the detail of a problem, for people: in words of their own where those for programs say nothing.
    pub(crate) fn problem(self, code: &str) -> (String, String) {
        let key = format!("problem-{code}");
        let words = |own: &str, other: &str| self.maybe(own).unwrap_or_else(|| self.say(other));
        (
            words(&format!("{key}.page"), &key),
            words(&format!("{key}.page-detail"), &format!("{key}.detail")),
        )
    }

    /// The text that belongs to another, if there is one.
    pub(crate) fn maybe_text(self, key: &str) -> Option<String> {
        self.maybe(&format!("{key}.text"))
    }

    /// What a parent reads before they certify, agree or take notice, and the words under which they do.
    pub(crate) fn shown(self, text: ShownText) -> String {
        let (about, under) = match text {
            ShownText::Certification => ("form-certification", "label-certification"),
            ShownText::SinConsent => ("form-notice", "label-consent-sin"),
            ShownText::CollectionNotice => ("form-notice", "label-collection-notice"),
        };
        let about = self.maybe_text(about).unwrap_or_default();
        format!("{about}\n{}", self.say(under))
    }

    /// The label of a word of a closed set.
    pub(crate) fn word(self, set: &str, word: &str) -> String {
        self.say(&format!("{set}-{}", word.replace('.', "-")))
    }

    /// What a broken rule asks of whoever filled in the form: in the words of its field, if it has some.
    pub(crate) fn violation(self, it: &Violation) -> String {
        let steps = it.pointer.split('/').filter(|step| !step.is_empty());
        let field: Vec<&str> = steps.filter(|step| step.parse::<usize>().is_err()).collect();
        // A part of a name or an address is asked for in the words of the whole where it has none of its own.
        (1..=field.len())
            .rev()
            .find_map(|length| {
                self.maybe(&format!("asks-{}-{}", it.code, field.get(..length)?.join("-")))
            })
            .unwrap_or_else(|| self.say(&format!("asks-{}", it.code)))
    }
}

/// The language that a browser or program asks for.
pub(crate) fn asked_for(headers: &HeaderMap) -> Speaks {
    let wishes = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut best = (Speaks::ENGLISH, 0);
    for wish in wishes.split(',') {
        let (name, quality) = wish.split_once(';').unwrap_or((wish, "q=1"));
        let speaks = match name.trim().get(..2) {
            Some(name) if name.eq_ignore_ascii_case("en") => Speaks::ENGLISH,
            Some(name) if name.eq_ignore_ascii_case("fr") => Speaks::FRENCH,
            _ => continue,
        };
        let quality =
            quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).unwrap_or(0.0);
        let thousandths = (quality.clamp(0.0, 1.0) * 1000.0) as u32;
        if thousandths > best.1 {
            best = (speaks, thousandths);
        }
    }
    best.0
}
