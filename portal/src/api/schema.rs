//! The shape of a submission and the closed sets of words, for the description of the API. They live in `domain`, which
//! knows no wire.

use std::borrow::Cow;

use domain::{
    answers,
    contact::NotifyBy,
    content::CanadianStatus,
    decision, desk, facts,
    fees::Product,
    intake::{PROVINCES, TEXT_VERSIONS},
    paper,
    people::{self, Language},
    standing,
    statement::{AttendantKind, MaritalStatus, OtherParent, PlaceKind, RoleLabel, Sex},
};
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// Stands for a submission in the description of the API.
pub(super) struct Submission;

impl PartialSchema for Submission {
    fn schema() -> RefOr<Schema> {
        let schema: Schema = serde_json::from_value(form()).expect("it is a schema");
        schema.into()
    }
}

impl ToSchema for Submission {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Submission")
    }
}

/// Declares what stands for a closed set of words in the description of the API.
macro_rules! words {
    ($( $word:ident: $name:literal = $set:ty ),+ $(,)?) => { $(
        pub(crate) struct $word;

        impl PartialSchema for $word {
            fn schema() -> RefOr<Schema> {
                let words = one_of(<$set>::ALL.iter().map(|it| it.code()));
                serde_json::from_value::<Schema>(words).expect("it is a schema").into()
            }
        }

        impl ToSchema for $word {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )+ };
}

words! {
    ActionWord: "Action" = decision::Action,
    ActorWord: "Actor" = people::Actor,
    BirthWord: "BirthState" = standing::BirthStanding,
    CertificateWord: "CertificateState" = standing::CertificateStanding,
    EndingWord: "Ending" = facts::Ending,
    FeeWord: "FeeState" = standing::FeeStanding,
    GroundsWord: "Grounds" = decision::Grounds,
    LegWord: "Leg" = desk::Leg,
    NoticeFieldWord: "NoticeField" = answers::NoticeField,
    OwnerWord: "Owner" = desk::Owner,
    ProductWord: "Product" = Product,
    PaperStateWord: "PaperState" = paper::PaperStanding,
    PaperWord: "Paper" = paper::Paper,
    ReasonWord: "Reason" = desk::Reason,
    SinWord: "SinState" = standing::SinStanding,
}

fn form() -> Value {
    let address = object(
        &["line1", "city", "country"],
        json!({
            "line1": text(39), "line2": text(39), "unit": text(10), "city": text(100),
            "province": one_of(PROVINCES.iter().copied()),
            "postal_code": { "type": "string", "examples": ["K1A 0B1"] },
            "country": country(),
        }),
    );
    object(
        &["start", "children", "place", "attendant", "parents", "contact", "services"],
        json!({
            "start": object(
                &["language", "born_in_province", "already_registered", "live_birth", "surrogacy", "parent_count"],
                json!({
                    "language": one_of(Language::ALL.iter().map(|it| it.code())),
                    "born_in_province": flag(), "already_registered": flag(), "live_birth": flag(),
                    "surrogacy": flag(), "parent_count": number(1, 4), "all_parents_present": flag(),
                }),
            ),
            "children": { "type": "array", "minItems": 1, "maxItems": 9, "items": child() },
            "place": object(
                &["kind", "municipality", "county"],
                json!({
                    "kind": one_of(PlaceKind::ALL.iter().map(|it| it.code())),
                    "facility_id": text(40), "location_text": text(150),
                    "municipality": text(100), "county": text(100),
                }),
            ),
            "attendant": object(
                &["kind"],
                json!({ "kind": one_of(AttendantKind::ALL.iter().map(|it| it.code())), "name": text(100) }),
            ),
            "parents": { "type": "array", "minItems": 1, "maxItems": 2, "items": parent() },
            "other_parent_state": one_of(OtherParent::ALL.iter().map(|it| it.code())),
            "parents_married_to_each_other": flag(),
            "contact": object(
                &["usual_residence", "mailing", "moving_soon", "notify_by"],
                json!({
                    "usual_residence": address, "mailing": address, "moving_soon": flag(),
                    "email": { "type": "string", "format": "email", "maxLength": 254 },
                    "phone": { "type": "string", "examples": ["+16135550142"] },
                    "notify_by": one_of(NotifyBy::ALL.iter().map(|it| it.code())),
                }),
            ),
            "services": services(),
        }),
    )
}

fn child() -> Value {
    object(
        &["name", "sex", "date_of_birth", "plurality"],
        json!({
            "name": exchanged_name(),
            "sex": one_of(Sex::ALL.iter().map(|it| it.code())),
            "date_of_birth": date(),
            "time_of_birth": { "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$" },
            "plurality": number(1, 9), "birth_order": number(1, 9),
            "weight_grams": number(200, 9999), "gestation_weeks": number(16, 45),
        }),
    )
}

/// A name that the federal side is told, too. The kind of its exchange form may be left out.
fn exchanged_name() -> Value {
    let mut exchanged = name();
    exchanged["properties"]["exchange_form"] = name();
    exchanged["properties"]["exchange_form"]["required"] = json!([]);
    exchanged["properties"]["exchange_form_ok"] = flag();
    exchanged
}

fn parent() -> Value {
    object(
        &[
            "role_label",
            "is_birth_parent",
            "legal_name",
            "name_at_birth",
            "date_of_birth",
            "birth_place",
        ],
        json!({
            "role_label": one_of(RoleLabel::ALL.iter().map(|it| it.code())),
            "is_birth_parent": flag(),
            "legal_name": name(),
            "name_at_birth": exchanged_name(),
            "previous_names": { "type": "array", "maxItems": 5, "items": text(100) },
            "date_of_birth": date(),
            "birth_place": object(
                &["municipality", "country"],
                json!({ "municipality": text(100), "province": text(100), "country": country() }),
            ),
            "marital_status": one_of(MaritalStatus::ALL.iter().map(|it| it.code())),
            "canadian_status": one_of(CanadianStatus::ALL.iter().map(|it| it.code())),
            "agrees_child_surname": flag(),
            "contact": object(
                &[],
                json!({
                    "language": one_of(Language::ALL.iter().map(|it| it.code())),
                    "email": { "type": "string", "format": "email", "maxLength": 254 },
                    "phone": { "type": "string", "examples": ["+16135550142"] },
                    "notify_by": one_of(NotifyBy::ALL.iter().map(|it| it.code())),
                }),
            ),
            "certification": object(
                &["text_version", "checked", "language", "typed_name"],
                json!({
                    "text_version": one_of(TEXT_VERSIONS.iter().copied()), "checked": flag(),
                    "language": one_of(Language::ALL.iter().map(|it| it.code())), "typed_name": text(302),
                }),
            ),
        }),
    )
}

fn services() -> Value {
    let product = json!({ "product": one_of(Product::ALL.iter().map(|it| it.code())) });
    let tick = object(
        &["version", "checked"],
        json!({ "version": one_of(TEXT_VERSIONS.iter().copied()), "checked": flag() }),
    );
    object(
        &["want_sin", "collection_notice_ack"],
        json!({
            "certificates": { "type": "array", "maxItems": 1, "items": object(&["product"], product) },
            "want_sin": flag(), "consent_sin": tick, "collection_notice_ack": tick,
            "language": one_of(Language::ALL.iter().map(|it| it.code())), "payment_token": text(200),
        }),
    )
}

fn name() -> Value {
    object(
        &["kind"],
        json!({
            "kind": one_of(["DUAL", "SINGLE"]),
            "first": text(100), "middle": text(100), "last": text(100), "single": text(100),
        }),
    )
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false })
}

fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

fn text(longest: u32) -> Value {
    json!({ "type": "string", "maxLength": longest })
}

fn number(least: u32, most: u32) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn date() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn country() -> Value {
    json!({ "type": "string", "description": "ISO 3166-1 alpha-2", "minLength": 2, "maxLength": 2 })
}

#[cfg(test)]
mod tests {
    use domain::intake::{Certificate, Child, Form, Name, Parent};

    use super::*;

    /// Every field of the form is in the schema, and no other.
    fn same_fields(at: &str, schema: &Value, form: &Value) {
        match (form, &schema["properties"], &schema["items"]) {
            (Value::Object(fields), Value::Object(properties), _) => {
                let described: Vec<_> = properties.keys().collect();
                let mut typed: Vec<_> = fields.keys().collect();
                typed.sort();
                let mut sorted = described.clone();
                sorted.sort();
                assert_eq!(sorted, typed, "{at}");
                for (field, it) in fields {
                    same_fields(&format!("{at}/{field}"), &properties[field], it);
                }
            }
            (Value::Array(list), _, items) => list.iter().for_each(|it| same_fields(at, items, it)),
            _ => (),
        }
    }

    #[test]
    fn the_schema_has_every_field_of_the_form() {
        let mut child = Child::default();
        child.name.exchange_form = Some(Name::default());
        let mut parent = Parent::default();
        parent.name_at_birth.exchange_form = Some(Name::default());
        let mut whole = Form { children: vec![child], parents: vec![parent], ..Form::default() };
        whole.services.certificates = vec![Certificate::default()];
        same_fields("", &form(), &serde_json::to_value(whole).expect("a form is JSON"));
        Submission::schema();
    }
}
