//! A form as it was read, to be filled in again: parents correct what they certified.

use super::{
    Attendant, BirthPlace, Certificate, Child, Contact, ExchangedName, Form, Name, Parent, Place,
    Services, Start, Tick,
};
use crate::{
    contact,
    content::{self, Content},
    name::{NamePart, PersonName},
    statement,
};

impl Form {
    /// The form that is read as this content again, but for the certifications: nobody has certified what it will say.
    #[must_use]
    pub fn again(content: &Content, contact: &contact::Contact) -> Self {
        let statement = &content.statement;
        let statuses = content.services.sin.as_ref().map(|sin| sin.canadian_status.as_slice());
        let exchanged = &content.parents_exchange_names;
        let parents = statement.parents.iter().enumerate().map(|(nth, it)| {
            let status = statuses.and_then(|them| them.get(nth));
            let exchange = exchanged.get(nth).and_then(Option::as_ref);
            parent(it, exchange, status.copied())
        });
        Self {
            start: Start {
                language: word(content.language),
                born_in_province: Some(true),
                already_registered: Some(false),
                live_birth: Some(true),
                surrogacy: Some(false),
                parent_count: i64::try_from(statement.parents.len()).ok(),
                all_parents_present: Some(true),
            },
            children: vec![child(&statement.child, content.exchange_name.as_ref())],
            place: place(&statement.place),
            attendant: Attendant {
                kind: word(statement.attendant.kind),
                name: statement.attendant.name.as_ref().map(text),
            },
            parents: parents.collect(),
            other_parent_state: statement.other_parent.and_then(word),
            parents_married_to_each_other: statement.parents_married_to_each_other,
            contact: Contact::from(contact.clone()),
            services: services(&content.services),
        }
    }
}

fn word(it: impl ToString) -> Option<String> {
    Some(it.to_string())
}

fn text(name: &NamePart) -> String {
    name.as_str().to_owned()
}

fn name(it: &PersonName) -> Name {
    match it {
        PersonName::Dual { first, middle, last } => Name {
            kind: word("DUAL"),
            first: Some(text(first)),
            middle: middle.as_ref().map(text),
            last: Some(text(last)),
            single: None,
        },
        PersonName::Single { single } => {
            Name { kind: word("SINGLE"), single: Some(text(single)), ..Name::default() }
        }
    }
}

fn exchanged_name(it: &PersonName, exchange: Option<&PersonName>) -> ExchangedName {
    ExchangedName {
        exchange_form: exchange.map(name),
        exchange_form_ok: exchange.map(|_| true),
        ..name(it).into()
    }
}

fn child(it: &statement::Child, exchange: Option<&PersonName>) -> Child {
    Child {
        name: exchanged_name(&it.name, exchange),
        sex: word(it.sex),
        date_of_birth: word(it.date_of_birth),
        time_of_birth: it.time_of_birth.clone(),
        plurality: Some(it.plurality.into()),
        birth_order: (it.plurality > 1).then(|| it.birth_order.into()),
        weight_grams: it.weight_grams.map(Into::into),
        gestation_weeks: it.gestation_weeks.map(Into::into),
    }
}

fn place(it: &statement::Place) -> Place {
    Place {
        kind: word(it.kind),
        facility_id: it.facility_id.clone(),
        location_text: it.location_text.clone(),
        municipality: Some(it.municipality.clone()),
        county: Some(it.county.clone()),
    }
}

fn parent(
    it: &statement::Parent,
    exchange: Option<&PersonName>,
    status: Option<content::CanadianStatus>,
) -> Parent {
    Parent {
        role_label: word(it.role_label),
        is_birth_parent: Some(it.is_birth_parent),
        legal_name: name(&it.legal_name),
        name_at_birth: exchanged_name(&it.name_at_birth, exchange),
        previous_names: it.previous_names.iter().map(text).collect(),
        date_of_birth: word(it.date_of_birth),
        birth_place: BirthPlace {
            municipality: Some(it.birth_place.municipality.clone()),
            province: it.birth_place.province.clone(),
            country: Some(it.birth_place.country.clone()),
        },
        marital_status: it.marital_status.and_then(word),
        canadian_status: status.and_then(word),
        agrees_child_surname: Some(it.agrees_child_surname),
        ..Parent::default()
    }
}

fn services(it: &content::Services) -> Services {
    let tick = |version: &String| Tick { version: Some(version.clone()), checked: Some(true) };
    let certificate = |product| Certificate { product: word(product) };
    Services {
        certificates: it.certificate.map(certificate).into_iter().collect(),
        want_sin: Some(it.sin.is_some()),
        consent_sin: it.sin.as_ref().map(|sin| tick(&sin.consent)).unwrap_or_default(),
        collection_notice_ack: tick(&it.collection_notice),
        language: it.language.and_then(word),
        payment_token: None,
    }
}
