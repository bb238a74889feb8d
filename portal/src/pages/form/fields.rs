//! What each page of the form asks, in order. An input is named by its place in the submission, so an error finds its
//! input. A few inputs are the pages' own: they spare parents from typing something twice.

use domain::{
    contact::NotifyBy,
    content::CanadianStatus,
    fees::Product,
    intake::PROVINCES,
    people::Language,
    statement::{
        AttendantKind, MaritalStatus, OtherParent, PlaceKind, RoleLabel, SecondParent, Sex,
    },
};

use super::{
    Family,
    lists::{COUNTIES, FACILITIES, countries},
    typed::Typed,
};
use crate::{Portal, language::Speaks};

/// How a field is asked.
pub(super) enum Kind {
    Text,
    Email,
    Phone,
    Date,
    Time,
    Number,
    /// One box under a statement; `true` when checked.
    Check,
    /// One of a few answers: all are shown.
    Choice(Vec<Answer>),
    /// One of many.
    Select(Vec<Answer>),
    /// One of the countries of the world.
    Country,
}

/// What may be chosen: what is sent, and what people read.
pub(super) struct Answer {
    pub(super) value: String,
    pub(super) text: String,
}

pub(super) struct Field {
    /// A JSON pointer into the submission, without the first slash; or one of the pages' own.
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) kind: Kind,
    /// What browsers may fill in by themselves.
    pub(super) autocomplete: &'static str,
    /// What is asked for if nobody has answered yet.
    pub(super) default: &'static str,
    /// The input and its values that make this field worth asking, as `name=value|value`.
    pub(super) shown_when: Option<String>,
}

impl Field {
    /// The input's id, for labels and links.
    pub(super) fn id(&self) -> String {
        id(&self.name)
    }

    /// The type of a plain input.
    pub(super) const fn input(&self) -> &'static str {
        match self.kind {
            Kind::Email => "email",
            Kind::Phone => "tel",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Text
            | Kind::Number
            | Kind::Check
            | Kind::Choice(_)
            | Kind::Select(_)
            | Kind::Country => "text",
        }
    }

    pub(super) const fn is_short(&self) -> bool {
        matches!(self.kind, Kind::Number | Kind::Date | Kind::Time)
    }

    pub(super) const fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Number)
    }

    /// What was answered, as people read it.
    pub(super) fn said(&self, t: Speaks, value: &str) -> String {
        match &self.kind {
            Kind::Choice(answers) | Kind::Select(answers) => answers
                .iter()
                .find(|it| it.value == value)
                .map_or_else(|| value.to_owned(), |it| it.text.clone()),
            Kind::Country => countries(t)
                .iter()
                .find(|(code, _)| *code == value)
                .map_or_else(|| value.to_owned(), |(_, name)| name.clone()),
            Kind::Check => t.word("answer", value),
            Kind::Date => value.parse().map_or_else(|_| value.to_owned(), |date| t.date(date)),
            Kind::Text | Kind::Email | Kind::Phone | Kind::Time | Kind::Number => value.to_owned(),
        }
    }

    fn hinted(mut self, t: Speaks, key: &str) -> Self {
        self.hint = t.maybe(&format!("{key}.hint"));
        self
    }

    fn filled(self, autocomplete: &'static str) -> Self {
        Self { autocomplete, ..self }
    }

    fn default(self, default: &'static str) -> Self {
        Self { default, ..self }
    }

    fn when(self, input: &str, values: &str) -> Self {
        Self { shown_when: Some(format!("{input}={values}")), ..self }
    }
}

pub(super) fn id(name: &str) -> String {
    name.replace('/', "-")
}

/// What belongs together on a page.
pub(super) struct Section {
    pub(super) heading: Option<String>,
    pub(super) text: Option<String>,
    pub(super) fields: Vec<Field>,
}

/// How many babies are registered in one sitting.
pub(super) const BABIES: &str = "babies";

/// Whether letters go to the home address.
pub(super) const SAME_ADDRESS: &str = "same_address";

/// Whether a parent's name at birth is the present one: the last step of the input's name.
pub(super) const SAME_NAME: &str = "same_name";

/// The part of another country than Canada in which a parent was born: the last step of the input's name.
pub(super) const REGION_ELSEWHERE: &str = "region_elsewhere";

/// What the fields of a page depend on.
pub(super) struct Asking<'a> {
    pub(super) portal: &'a Portal,
    pub(super) t: Speaks,
    pub(super) family: Family,
    pub(super) typed: &'a Typed,
}

/// The codes of a closed set, with their words.
macro_rules! words {
    ($self:ident, $prefix:literal, $set:ident) => {
        $set::ALL.iter().map(|it| $self.answer($prefix, it.code())).collect::<Vec<_>>()
    };
}

impl Asking<'_> {
    fn field(&self, name: impl Into<String>, label: &str, kind: Kind) -> Field {
        let field = Field {
            name: name.into(),
            label: self.t.say(label),
            hint: None,
            kind,
            autocomplete: "off",
            default: "",
            shown_when: None,
        };
        field.hinted(self.t, label)
    }

    fn text(&self, name: impl Into<String>, label: &str) -> Field {
        self.field(name, label, Kind::Text)
    }

    fn answer(&self, prefix: &str, word: &str) -> Answer {
        Answer { value: word.to_owned(), text: self.t.word(prefix, word) }
    }

    fn yes_or_no(&self, name: impl Into<String>, label: &str) -> Field {
        let answers = ["true", "false"].map(|it| self.answer("answer", it)).into();
        self.field(name, label, Kind::Choice(answers))
    }

    fn section(&self, fields: Vec<Field>) -> Section {
        Section { heading: None, text: None, fields }
    }

    fn under(&self, heading: &str, fields: Vec<Field>) -> Section {
        let text = self.t.maybe_text(heading);
        Section { heading: Some(self.t.say(heading)), text, fields }
    }

    pub(super) fn start(&self) -> Vec<Section> {
        let count = |range: std::ops::RangeInclusive<u8>| {
            range.map(|it| Answer { value: it.to_string(), text: it.to_string() }).collect()
        };
        let parents = "start/parent_count";
        let parent_counts = (1..=4).map(|it: u8| self.answer("parents", &it.to_string())).collect();
        let mut fields = vec![
            self.yes_or_no("start/born_in_province", "label-born-in-province"),
            self.yes_or_no("start/live_birth", "label-live-birth"),
            self.yes_or_no("start/already_registered", "label-already-registered"),
            self.yes_or_no("start/surrogacy", "label-surrogacy"),
            self.field(BABIES, "label-babies", Kind::Select(count(1..=9))).default("1"),
            self.field(parents, "label-parent-count", Kind::Choice(parent_counts)),
        ];
        let together = match self.portal.second_parent {
            SecondParent::Link => "label-all-parents-present",
            SecondParent::Present => "label-all-parents-must-be-present",
        };
        fields.push(self.yes_or_no("start/all_parents_present", together).when(parents, "2"));
        vec![self.section(fields)]
    }

    pub(super) fn baby_name(&self, nth: usize) -> Vec<Section> {
        let at = format!("children/{nth}/name");
        let mut fields = self.name(&at, "label-child-name-kind", [""; 3]);
        fields.extend(self.exchanged(&at));
        vec![self.section(fields)]
    }

    pub(super) fn baby_birth(&self, nth: usize) -> Vec<Section> {
        let at = |leaf: &str| format!("children/{nth}/{leaf}");
        let mut fields = vec![
            self.field(at("sex"), "label-sex", Kind::Choice(words!(self, "sex", Sex))),
            self.field(at("date_of_birth"), "label-birth-date", Kind::Date),
            self.field(at("time_of_birth"), "label-birth-time", Kind::Time),
        ];
        // The babies of one birth agree on how many they were.
        let plurality = "children/0/plurality";
        if nth == 0 {
            let counts = (1..=9).map(|it: u8| it.to_string());
            let counts = counts.map(|it| Answer { value: it.clone(), text: it }).collect();
            fields.push(self.field(plurality, "label-plurality", Kind::Select(counts)));
        }
        let order = self.field(at("birth_order"), "label-birth-order", Kind::Number);
        fields.push(if nth == 0 { order.when(plurality, "2|3|4|5|6|7|8|9") } else { order });
        fields.push(self.field(at("weight_grams"), "label-weight", Kind::Number));
        fields.push(self.field(at("gestation_weeks"), "label-gestation", Kind::Number));
        vec![self.section(fields)]
    }

    pub(super) fn place(&self) -> Vec<Section> {
        let kind = "place/kind";
        let facilities = FACILITIES.iter().map(|it| self.answer("facility", it)).collect();
        let county = |it: &&str| Answer { value: (*it).to_owned(), text: (*it).to_owned() };
        let counties = Kind::Select(COUNTIES.iter().map(county).collect());
        let attendants = Kind::Choice(words!(self, "attendant", AttendantKind));
        let born = vec![
            self.field(kind, "label-place-kind", Kind::Choice(words!(self, "place", PlaceKind))),
            self.field("place/facility_id", "label-facility", Kind::Select(facilities))
                .when(kind, "HOSPITAL|OTHER_FACILITY"),
            self.text("place/location_text", "label-location"),
            self.text("place/municipality", "label-municipality"),
            self.field("place/county", "label-county", counties),
        ];
        let attended = vec![
            self.field("attendant/kind", "label-attendant-kind", attendants),
            self.text("attendant/name", "label-attendant-name")
                .when("attendant/kind", "MD|RN|MIDWIFE|OTHER"),
        ];
        vec![self.section(born.into_iter().chain(attended).collect())]
    }

    pub(super) fn parent_name(&self, nth: usize) -> Vec<Section> {
        let at = |leaf: &str| format!("parents/{nth}/{leaf}");
        let theirs = match nth {
            0 => ["given-name", "additional-name", "family-name"],
            _ => [""; 3],
        };
        let roles = Kind::Choice(words!(self, "role", RoleLabel));
        let mut now = vec![self.field(at("role_label"), "label-role", roles)];
        if nth == 0 {
            now.push(self.yes_or_no(at("is_birth_parent"), "label-birth-parent"));
        }
        now.extend(self.name(&at("legal_name"), "label-legal-name-kind", theirs));
        let same = at(SAME_NAME);
        let mut then = vec![self.yes_or_no(same.clone(), "label-same-name")];
        let birth = self.name(&at("name_at_birth"), "label-birth-name-kind", [""; 3]);
        then.extend(birth.into_iter().map(|it| match it.shown_when {
            Some(_) => it,
            None => it.when(&same, "false"),
        }));
        then.extend(self.exchanged(&at("name_at_birth")));
        then.push(self.text(at("previous_names/0"), "label-previous-name"));
        vec![self.under("form-legal-name", now), self.under("form-birth-name", then)]
    }

    pub(super) fn parent_about(&self, nth: usize) -> Vec<Section> {
        let at = |leaf: &str| format!("parents/{nth}/{leaf}");
        let own = if nth == 0 { "bday" } else { "off" };
        let country = at("birth_place/country");
        let mut fields = vec![
            self.field(at("date_of_birth"), "label-parent-birth-date", Kind::Date).filled(own),
            self.text(at("birth_place/municipality"), "label-parent-birth-city"),
            self.country(country.clone(), "label-birth-country"),
            self.provinces(at("birth_place/province"), "label-parent-birth-province")
                .when(&country, "CA"),
            self.text(at(REGION_ELSEWHERE), "label-parent-birth-region"),
        ];
        if self.typed.gave_birth(nth) {
            let kinds = Kind::Select(words!(self, "marital", MaritalStatus));
            fields.push(self.field(at("marital_status"), "label-marital-status", kinds));
        }
        vec![self.section(fields)]
    }

    pub(super) fn parents(&self) -> Vec<Section> {
        let asked = if self.family.parents > 1 {
            self.yes_or_no("parents_married_to_each_other", "label-married")
        } else {
            let why = Kind::Choice(words!(self, "other-parent", OtherParent));
            self.field("other_parent_state", "label-other-parent", why)
        };
        vec![self.section(vec![asked])]
    }

    pub(super) fn address(&self) -> Vec<Section> {
        let mut letters = vec![
            self.yes_or_no("contact/moving_soon", "label-moving-soon"),
            self.yes_or_no(SAME_ADDRESS, "label-same-address"),
        ];
        let mailing = self.address_at("contact/mailing").into_iter();
        letters.extend(mailing.map(|it| match it.shown_when {
            Some(_) => it,
            None => it.when(SAME_ADDRESS, "false"),
        }));
        vec![
            self.under("form-home", self.address_at("contact/usual_residence")),
            self.under("form-mailing", letters),
        ]
    }

    pub(super) fn contact(&self) -> Vec<Section> {
        let kind = |at: &str, label: &str| {
            let kinds = Kind::Choice(words!(self, "notify", NotifyBy));
            self.field(format!("{at}/notify_by"), label, kinds)
        };
        let email = |at: &str| self.field(format!("{at}/email"), "label-email", Kind::Email);
        let phone = |at: &str| self.field(format!("{at}/phone"), "label-phone", Kind::Phone);
        let at = "contact";
        let own =
            vec![kind(at, "label-notify-by"), email(at).filled("email"), phone(at).filled("tel")];
        if self.family.parents < 2 {
            return vec![self.section(own)];
        }
        let at = "parents/1/contact";
        let languages = Kind::Choice(words!(self, "language", Language));
        let language =
            self.field(format!("{at}/language"), "label-other-parent-language", languages);
        let others = vec![language, kind(at, "label-notify-other"), email(at), phone(at)];
        let heading = if self.family.invites() { "form-invited" } else { "form-other-contact" };
        vec![self.under("form-own-contact", own), self.under(heading, others)]
    }

    pub(super) fn services(&self) -> Vec<Section> {
        let mut products = vec![self.answer("product", "NONE")];
        products.extend(Product::ALL.iter().map(|it| {
            let fee = self.t.amount(it.fee_for(self.portal.now()));
            let text = format!("{} – {fee}", self.t.word("product", it.code()));
            Answer { value: it.code().to_owned(), text }
        }));
        let product = "services/certificates/0/product";
        let want = "services/want_sin";
        let mut sin = vec![self.yes_or_no(want, "label-want-sin")];
        for nth in 0..self.family.parents {
            let kinds = Kind::Select(words!(self, "status", CanadianStatus));
            let label = match self.family.parents {
                1 => self.t.say("label-canadian-status"),
                _ => self.t.with("label-canadian-status-of", "number", (nth + 1).to_string()),
            };
            let status = self.field(
                format!("parents/{nth}/canadian_status"),
                "label-canadian-status",
                kinds,
            );
            sin.push(Field { label, ..status }.when(want, "true"));
        }
        let consent = "services/consent_sin/checked";
        sin.push(self.field(consent, "label-consent-sin", Kind::Check).when(want, "true"));
        let notice = "services/collection_notice_ack/checked";
        let wanted = self.field(product, "label-certificate", Kind::Choice(products));
        vec![
            self.under("form-certificate", vec![wanted]),
            self.under("form-sin", sin),
            self.under(
                "form-notice",
                vec![self.field(notice, "label-collection-notice", Kind::Check)],
            ),
        ]
    }

    pub(super) fn certification(&self, nth: usize) -> Vec<Section> {
        let at = |leaf: &str| format!("parents/{nth}/{leaf}");
        let own = if nth == 0 { "name" } else { "off" };
        let fields = vec![
            self.yes_or_no(at("agrees_child_surname"), "label-agrees-surname"),
            self.field(at("certification/checked"), "label-certification", Kind::Check),
            self.text(at("certification/typed_name"), "label-typed-name").filled(own),
        ];
        vec![self.under("form-certification", fields)]
    }

    fn name(&self, at: &str, kind: &str, filled: [&'static str; 3]) -> Vec<Field> {
        let kind_at = format!("{at}/kind");
        let kinds = ["DUAL", "SINGLE"].map(|it| self.answer("name", it)).into();
        let [first, middle, last] = filled.map(|it| if it.is_empty() { "off" } else { it });
        let part = |leaf: &str, label: &str| self.text(format!("{at}/{leaf}"), label);
        vec![
            self.field(kind_at.clone(), kind, Kind::Choice(kinds)).default("DUAL"),
            part("first", "label-first-name").filled(first).when(&kind_at, "DUAL"),
            part("middle", "label-middle-name").filled(middle).when(&kind_at, "DUAL"),
            part("last", "label-last-name").filled(last).when(&kind_at, "DUAL"),
            part("single", "label-single-name").when(&kind_at, "SINGLE"),
        ]
    }

    /// How the federal exchange shall write the parts of a name that it cannot carry.
    fn exchanged(&self, name: &str) -> Vec<Field> {
        if !self.typed.is_lost(name) {
            return Vec::new();
        }
        let part = |leaf: &str, label: &str| {
            let given = self.typed.part_of_name(name, leaf);
            (!given.trim().is_empty())
                .then(|| self.text(format!("{name}/exchange_form/{leaf}"), label))
        };
        let parts = [
            part("first", "label-exchange-first"),
            part("middle", "label-exchange-middle"),
            part("last", "label-exchange-last"),
            part("single", "label-exchange-single"),
        ];
        let ok = self.field(format!("{name}/exchange_form_ok"), "label-exchange-ok", Kind::Check);
        parts.into_iter().flatten().chain([ok]).collect()
    }

    fn country(&self, name: String, label: &str) -> Field {
        self.field(name, label, Kind::Country).default("CA")
    }

    fn provinces(&self, name: String, label: &str) -> Field {
        let provinces = PROVINCES.iter().map(|it| self.answer("province", it)).collect();
        self.field(name, label, Kind::Select(provinces))
    }

    fn address_at(&self, at: &str) -> Vec<Field> {
        let country = format!("{at}/country");
        vec![
            self.text(format!("{at}/line1"), "label-line1").filled("address-line1"),
            self.text(format!("{at}/line2"), "label-line2").filled("address-line2"),
            self.text(format!("{at}/unit"), "label-unit"),
            self.text(format!("{at}/city"), "label-city").filled("address-level2"),
            self.country(country.clone(), "label-country").filled("country"),
            self.provinces(format!("{at}/province"), "label-province")
                .filled("address-level1")
                .when(&country, "CA"),
            self.text(format!("{at}/postal_code"), "label-postal-code").filled("postal-code"),
        ]
    }
}
