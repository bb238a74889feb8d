//! What the form asks, in order. An input is named by its place in the submission, so an error finds its input.

use domain::{
    contact::NotifyBy,
    content::CanadianStatus,
    fees::Product,
    intake::{PROVINCES, TEXT_VERSION},
    people::Language,
    statement::{AttendantKind, MaritalStatus, OtherParent, PlaceKind, RoleLabel, Sex},
};

use super::Family;

/// How a field is asked.
pub(super) enum Kind {
    Text,
    Email,
    Date,
    Time,
    Number,
    /// One box under a statement; `true` when checked.
    Check,
    /// One of a few words; the label of each is `<prefix>-<word>`.
    Choice {
        prefix: &'static str,
        words: Vec<&'static str>,
    },
    /// As a choice, for many words.
    Select {
        prefix: &'static str,
        words: Vec<&'static str>,
    },
    Hidden(String),
}

pub(super) struct Field {
    /// A JSON pointer into the submission, without the first slash.
    pub(super) name: String,
    /// The key of its label; a hint has the key `<label>.hint`, if there is one.
    pub(super) label: &'static str,
    pub(super) kind: Kind,
    /// What browsers may fill in by themselves.
    pub(super) autocomplete: &'static str,
}

pub(super) struct Section {
    /// The key of its heading; a text under it has the key `<heading>.text`, if there is one.
    pub(super) heading: &'static str,
    /// Which of several this one is.
    pub(super) number: Option<usize>,
    pub(super) fields: Vec<Field>,
}

/// The box that says that letters go to the home address.
pub(super) const SAME_ADDRESS: &str = "same_address";

/// The places of birth on the demonstration's list; everything else is described in words.
pub(super) const FACILITIES: &[&str] = &["ON-4021", "ON-1103", "ON-2210", "ON-3307", "ON-5540"];

/// Whether the federal exchange cannot carry the name at a place of the form.
type IsLost<'it> = &'it dyn Fn(&str) -> bool;

/// The whole form of a family.
pub(super) fn sections(family: Family, is_lost: IsLost) -> Vec<Section> {
    let mut all = vec![Section { heading: "form-start", number: None, fields: start(family) }];
    for nth in 0..family.babies {
        let number = (family.babies > 1).then_some(nth + 1);
        all.push(Section { heading: "form-child", number, fields: child(nth, family, is_lost) });
    }
    all.push(Section { heading: "form-place", number: None, fields: place() });
    for nth in 0..family.parents {
        let number = (family.parents > 1).then_some(nth + 1);
        all.push(Section { heading: "form-parent", number, fields: parent(nth, is_lost) });
    }
    all.push(Section { heading: "form-parents", number: None, fields: together(family) });
    all.push(Section {
        heading: "form-home",
        number: None,
        fields: address("contact/usual_residence"),
    });
    all.push(Section { heading: "form-mailing", number: None, fields: mailing() });
    all.push(Section { heading: "form-contact", number: None, fields: contact() });
    all.push(Section { heading: "form-services", number: None, fields: services() });
    for nth in 0..family.parents {
        let number = (family.parents > 1).then_some(nth + 1);
        all.push(Section { heading: "form-certification", number, fields: certification(nth) });
    }
    all
}

fn field(name: impl Into<String>, label: &'static str, kind: Kind) -> Field {
    Field { name: name.into(), label, kind, autocomplete: "off" }
}

fn filled(name: impl Into<String>, label: &'static str, autocomplete: &'static str) -> Field {
    Field { name: name.into(), label, kind: Kind::Text, autocomplete }
}

fn hidden(name: impl Into<String>, value: impl ToString) -> Field {
    field(name, "", Kind::Hidden(value.to_string()))
}

fn yes_or_no(name: impl Into<String>, label: &'static str) -> Field {
    field(name, label, Kind::Choice { prefix: "answer", words: vec!["true", "false"] })
}

/// The words of a closed set.
macro_rules! words {
    ($set:ident) => {
        $set::ALL.iter().map(|it| it.code()).collect::<Vec<_>>()
    };
}

fn start(family: Family) -> Vec<Field> {
    let mut fields = vec![
        yes_or_no("start/born_in_province", "label-born-in-province"),
        yes_or_no("start/already_registered", "label-already-registered"),
        yes_or_no("start/live_birth", "label-live-birth"),
        yes_or_no("start/surrogacy", "label-surrogacy"),
        hidden("start/parent_count", family.parents),
    ];
    if family.parents > 1 {
        fields.push(yes_or_no("start/all_parents_present", "label-all-parents-present"));
    }
    fields
}

fn child(nth: usize, family: Family, is_lost: IsLost) -> Vec<Field> {
    let at = |leaf: &str| format!("children/{nth}/{leaf}");
    let mut fields = vec![
        hidden(at("name/kind"), "DUAL"),
        field(at("name/first"), "label-first-name", Kind::Text),
        field(at("name/middle"), "label-middle-name", Kind::Text),
        field(at("name/last"), "label-last-name", Kind::Text),
    ];
    fields.extend(exchanged(&at("name"), &["first", "middle", "last"], is_lost));
    fields.extend([
        field(at("sex"), "label-sex", Kind::Choice { prefix: "sex", words: words!(Sex) }),
        field(at("date_of_birth"), "label-birth-date", Kind::Date),
        field(at("time_of_birth"), "label-birth-time", Kind::Time),
        field(at("plurality"), "label-plurality", Kind::Number),
    ]);
    if family.babies > 1 {
        fields.push(field(at("birth_order"), "label-birth-order", Kind::Number));
    }
    fields.push(field(at("weight_grams"), "label-weight", Kind::Number));
    fields.push(field(at("gestation_weeks"), "label-gestation", Kind::Number));
    fields
}

fn place() -> Vec<Field> {
    vec![
        field(
            "place/kind",
            "label-place-kind",
            Kind::Choice { prefix: "place", words: words!(PlaceKind) },
        ),
        field(
            "place/facility_id",
            "label-facility",
            Kind::Select { prefix: "facility", words: FACILITIES.to_vec() },
        ),
        field("place/location_text", "label-location", Kind::Text),
        field("place/municipality", "label-municipality", Kind::Text),
        field("place/county", "label-county", Kind::Text),
        field(
            "attendant/kind",
            "label-attendant-kind",
            Kind::Choice { prefix: "attendant", words: words!(AttendantKind) },
        ),
        field("attendant/name", "label-attendant-name", Kind::Text),
    ]
}

fn parent(nth: usize, is_lost: IsLost) -> Vec<Field> {
    let at = |leaf: &str| format!("parents/{nth}/{leaf}");
    let mut fields = vec![
        field(
            at("role_label"),
            "label-role",
            Kind::Choice { prefix: "role", words: words!(RoleLabel) },
        ),
        yes_or_no(at("is_birth_parent"), "label-birth-parent"),
    ];
    fields.extend(name(&at("legal_name"), "label-legal-name-kind"));
    fields.extend(name(&at("name_at_birth"), "label-birth-name-kind"));
    fields.extend(exchanged(&at("name_at_birth"), PARTS, is_lost));
    fields.extend([
        field(at("previous_names/0"), "label-previous-name", Kind::Text),
        field(at("date_of_birth"), "label-parent-birth-date", Kind::Date),
        field(at("birth_place/municipality"), "label-parent-birth-city", Kind::Text),
        field(at("birth_place/province"), "label-parent-birth-province", Kind::Text),
        field(at("birth_place/country"), "label-country", Kind::Text),
        field(
            at("marital_status"),
            "label-marital-status",
            Kind::Select { prefix: "marital", words: words!(MaritalStatus) },
        ),
        field(
            at("canadian_status"),
            "label-canadian-status",
            Kind::Select { prefix: "status", words: words!(CanadianStatus) },
        ),
    ]);
    fields
}

fn name(at: &str, kind: &'static str) -> Vec<Field> {
    vec![
        field(
            format!("{at}/kind"),
            kind,
            Kind::Choice { prefix: "name", words: vec!["DUAL", "SINGLE"] },
        ),
        field(format!("{at}/first"), "label-first-name", Kind::Text),
        field(format!("{at}/middle"), "label-middle-name", Kind::Text),
        field(format!("{at}/last"), "label-last-name", Kind::Text),
        field(format!("{at}/single"), "label-single-name", Kind::Text),
    ]
}

const PARTS: &[&str] = &["first", "middle", "last", "single"];

/// How the federal exchange shall write the parts of a name that it cannot carry.
fn exchanged(name: &str, parts: &[&str], is_lost: IsLost) -> Vec<Field> {
    if !is_lost(name) {
        return Vec::new();
    }
    let label = |part: &str| match part {
        "first" => "label-exchange-first",
        "middle" => "label-exchange-middle",
        "last" => "label-exchange-last",
        _ => "label-exchange-single",
    };
    let spelled =
        parts.iter().map(|it| field(format!("{name}/exchange_form/{it}"), label(it), Kind::Text));
    let ok = field(format!("{name}/exchange_form_ok"), "label-exchange-ok", Kind::Check);
    spelled.chain([ok]).collect()
}

fn together(family: Family) -> Vec<Field> {
    if family.parents > 1 {
        vec![yes_or_no("parents_married_to_each_other", "label-married")]
    } else {
        let kind = Kind::Choice { prefix: "other-parent", words: words!(OtherParent) };
        vec![field("other_parent_state", "label-other-parent", kind)]
    }
}

fn address(at: &str) -> Vec<Field> {
    vec![
        filled(format!("{at}/line1"), "label-line1", "address-line1"),
        filled(format!("{at}/line2"), "label-line2", "address-line2"),
        field(format!("{at}/unit"), "label-unit", Kind::Text),
        filled(format!("{at}/city"), "label-city", "address-level2"),
        field(
            format!("{at}/province"),
            "label-province",
            Kind::Select { prefix: "province", words: PROVINCES.to_vec() },
        ),
        filled(format!("{at}/postal_code"), "label-postal-code", "postal-code"),
        filled(format!("{at}/country"), "label-country", "country"),
    ]
}

fn mailing() -> Vec<Field> {
    let mut fields = vec![
        yes_or_no("contact/moving_soon", "label-moving-soon"),
        field(SAME_ADDRESS, "label-same-address", Kind::Check),
    ];
    fields.extend(address("contact/mailing"));
    fields
}

fn contact() -> Vec<Field> {
    let email =
        Field { autocomplete: "email", ..field("contact/email", "label-email", Kind::Email) };
    vec![
        field(
            "contact/notify_by",
            "label-notify-by",
            Kind::Choice { prefix: "notify", words: words!(NotifyBy) },
        ),
        email,
        filled("contact/phone", "label-phone", "tel"),
    ]
}

fn services() -> Vec<Field> {
    let products = std::iter::once("NONE").chain(Product::ALL.iter().map(|it| it.code())).collect();
    let certificate = Kind::Choice { prefix: "product", words: products };
    vec![
        field("services/certificates/0/product", "label-certificate", certificate),
        field("services/payment_token", "label-payment-token", Kind::Text),
        yes_or_no("services/want_sin", "label-want-sin"),
        hidden("services/consent_sin/version", TEXT_VERSION),
        field("services/consent_sin/checked", "label-consent-sin", Kind::Check),
        hidden("services/collection_notice_ack/version", TEXT_VERSION),
        field("services/collection_notice_ack/checked", "label-collection-notice", Kind::Check),
    ]
}

fn certification(nth: usize) -> Vec<Field> {
    let at = |leaf: &str| format!("parents/{nth}/{leaf}");
    let languages = Kind::Choice { prefix: "language", words: words!(Language) };
    vec![
        field(at("certification/language"), "label-certification-language", languages),
        yes_or_no(at("agrees_child_surname"), "label-agrees-surname"),
        hidden(at("certification/text_version"), TEXT_VERSION),
        field(at("certification/checked"), "label-certification", Kind::Check),
        field(at("certification/typed_name"), "label-typed-name", Kind::Text),
    ]
}
