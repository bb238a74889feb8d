//! The form as it is typed and sent: every leaf may be missing, nothing is checked yet but its shape.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};

use crate::code::codes;

/// Declares a part of the form: it is an object, unknown fields are refused, missing ones are empty.
macro_rules! part {
    ($( $(#[$meta:meta])* $name:ident { $( $(#[$fmeta:meta])* $field:ident: $type:ty ),+ $(,)? } )+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields, remote = "Self")]
        pub struct $name { $( $(#[$fmeta])* pub $field: $type ),+ }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
                struct Object;

                impl<'de> Visitor<'de> for Object {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        $name::deserialize(MapAccessDeserializer::new(map))
                    }
                }

                // A list of values without names is no part of a form, though serde would take one.
                text.deserialize_map(Object)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, into: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, into)
            }
        }
    )+ };
}

codes! {
    pub enum NameKind {
        Dual = "DUAL",
        Single = "SINGLE",
    }
}

part! {
    /// One submission: one delivery, its children and their parents.
    Form {
        start: Start,
        children: Vec<Child>,
        place: Place,
        attendant: Attendant,
        parents: Vec<Parent>,
        /// Why there is no second parent.
        other_parent_state: Option<String>,
        parents_married_to_each_other: Option<bool>,
        contact: Contact,
        services: Services,
    }

    Start {
        language: Option<String>,
        born_in_province: Option<bool>,
        already_registered: Option<bool>,
        live_birth: Option<bool>,
        surrogacy: Option<bool>,
        parent_count: Option<i64>,
        all_parents_present: Option<bool>,
    }

    Child {
        name: ExchangedName,
        sex: Option<String>,
        date_of_birth: Option<String>,
        time_of_birth: Option<String>,
        plurality: Option<i64>,
        birth_order: Option<i64>,
        weight_grams: Option<i64>,
        gestation_weeks: Option<i64>,
    }

    /// A name that the federal side is told, too.
    ExchangedName {
        kind: Option<String>,
        first: Option<String>,
        middle: Option<String>,
        last: Option<String>,
        single: Option<String>,
        /// The spelling for the federal exchange, where that cannot carry the name. Its kind is the name's own.
        exchange_form: Option<Name>,
        exchange_form_ok: Option<bool>,
    }

    Name {
        kind: Option<String>,
        first: Option<String>,
        middle: Option<String>,
        last: Option<String>,
        single: Option<String>,
    }

    Place {
        kind: Option<String>,
        facility_id: Option<String>,
        location_text: Option<String>,
        municipality: Option<String>,
        county: Option<String>,
    }

    Attendant {
        kind: Option<String>,
        name: Option<String>,
    }

    Parent {
        role_label: Option<String>,
        is_birth_parent: Option<bool>,
        legal_name: Name,
        name_at_birth: ExchangedName,
        previous_names: Vec<String>,
        date_of_birth: Option<String>,
        birth_place: BirthPlace,
        marital_status: Option<String>,
        canadian_status: Option<String>,
        agrees_child_surname: Option<bool>,
        certification: Certification,
        /// Of a parent other than the first.
        contact: ParentContact,
    }

    /// How to reach a parent, and in which language. The first parent's is in the contact of the form.
    ParentContact {
        language: Option<String>,
        email: Option<String>,
        phone: Option<String>,
        notify_by: Option<String>,
    }

    BirthPlace {
        municipality: Option<String>,
        province: Option<String>,
        country: Option<String>,
    }

    Certification {
        text_version: Option<String>,
        checked: Option<bool>,
        language: Option<String>,
        typed_name: Option<String>,
    }

    Contact {
        usual_residence: Address,
        mailing: Address,
        moving_soon: Option<bool>,
        email: Option<String>,
        phone: Option<String>,
        notify_by: Option<String>,
    }

    Address {
        line1: Option<String>,
        line2: Option<String>,
        unit: Option<String>,
        city: Option<String>,
        province: Option<String>,
        postal_code: Option<String>,
        country: Option<String>,
    }

    Services {
        certificates: Vec<Certificate>,
        want_sin: Option<bool>,
        consent_sin: Tick,
        collection_notice_ack: Tick,
        language: Option<String>,
        payment_token: Option<String>,
    }

    Certificate {
        product: Option<String>,
    }

    /// A box that was checked under a text.
    Tick {
        version: Option<String>,
        checked: Option<bool>,
    }
}

impl From<Name> for ExchangedName {
    /// A name that the exchange can carry.
    fn from(name: Name) -> Self {
        let Name { kind, first, middle, last, single } = name;
        Self { kind, first, middle, last, single, exchange_form: None, exchange_form_ok: None }
    }
}

impl ExchangedName {
    /// The name itself, and what was said about its exchange form.
    pub(super) fn split(self) -> (Name, Option<Name>, Option<bool>) {
        let Self { kind, first, middle, last, single, exchange_form, exchange_form_ok } = self;
        (Name { kind, first, middle, last, single }, exchange_form, exchange_form_ok)
    }
}
