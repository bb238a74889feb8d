//! What was typed, fitted to the other answers.

use domain::{
    intake::{Address, Certification, Child, ExchangedName, Form, Name, Parent, Tick},
    statement::PlaceKind,
};

use super::Typed;
use crate::pages::form::{
    Family,
    fields::{REGION_ELSEWHERE, SAME_ADDRESS, SAME_NAME},
};

impl Typed {
    /// Without a script a page shows fields that other answers make void; these are left out here. What is asked once
    /// and is meant for several is said to each of them.
    pub(super) fn fit(&self, form: &mut Form) {
        let family = self.family();
        form.children.resize(family.babies, Child::default());
        form.parents.resize(family.parents, Parent::default());
        let plurality = form.children.first().and_then(|it| it.plurality);
        for (nth, child) in form.children.iter_mut().enumerate() {
            self.fit_exchanged(&mut child.name, &format!("children/{nth}/name"));
            child.plurality = plurality;
            if plurality == Some(1) {
                child.birth_order = None;
            }
        }
        self.fit_place(form);
        let gave_birth = form.parents.first().and_then(|it| it.is_birth_parent);
        for (nth, parent) in form.parents.iter_mut().enumerate() {
            if nth > 0 {
                parent.is_birth_parent = gave_birth.map(|first| !first);
            }
            self.fit_parent(parent, nth, family);
        }
        if family.parents < 2 {
            form.start.all_parents_present = None;
            form.parents_married_to_each_other = None;
        } else {
            form.other_parent_state = None;
        }
        self.fit_services(form);
        if self.value(SAME_ADDRESS) == "true" {
            form.contact.mailing = form.contact.usual_residence.clone();
        }
        for address in [&mut form.contact.usual_residence, &mut form.contact.mailing] {
            let abroad = address.country.as_deref().is_some_and(|it| it != "CA");
            if abroad && is_a_province(address) {
                address.province = None;
            }
        }
    }

    fn fit_parent(&self, parent: &mut Parent, nth: usize, family: Family) {
        fit_name(&mut parent.legal_name);
        if self.value(&format!("parents/{nth}/{SAME_NAME}")) == "true" {
            let ExchangedName { exchange_form, exchange_form_ok, .. } =
                std::mem::take(&mut parent.name_at_birth);
            let same = ExchangedName::from(parent.legal_name.clone());
            parent.name_at_birth = ExchangedName { exchange_form, exchange_form_ok, ..same };
        }
        self.fit_exchanged(&mut parent.name_at_birth, &format!("parents/{nth}/name_at_birth"));
        if parent.is_birth_parent == Some(false) {
            parent.marital_status = None;
        }
        let place = &mut parent.birth_place;
        if place.country.as_deref().is_some_and(|country| country != "CA") {
            let region = self.value(&format!("parents/{nth}/{REGION_ELSEWHERE}"));
            place.province = Some(region.to_owned()).filter(|it| !it.trim().is_empty());
        }
        // Typed, but never signed.
        if self.signed(nth).is_empty() {
            parent.certification = Certification::default();
        }
        // What the parents who are not here think of it, they say themselves.
        if nth > 0 && family.invites() {
            parent.agrees_child_surname = Some(true);
            parent.certification = Certification::default();
        }
    }

    fn fit_exchanged(&self, name: &mut ExchangedName, at: &str) {
        match name.kind.as_deref() {
            Some("SINGLE") => (name.first, name.middle, name.last) = (None, None, None),
            _ => name.single = None,
        }
        if !self.is_lost(at) {
            name.exchange_form = None;
            name.exchange_form_ok = None;
        }
    }

    fn fit_place(&self, form: &mut Form) {
        let place = &mut form.place;
        let listed = place.facility_id.is_some();
        match place.kind.as_deref().and_then(|it| it.parse::<PlaceKind>().ok()) {
            Some(PlaceKind::Hospital | PlaceKind::OtherFacility) if listed => {
                place.location_text = None;
            }
            Some(PlaceKind::Home | PlaceKind::Other) => place.facility_id = None,
            Some(PlaceKind::Hospital | PlaceKind::OtherFacility) | None => (),
        }
        if form.attendant.kind.as_deref() == Some("NONE") {
            form.attendant.name = None;
        }
    }

    fn fit_services(&self, form: &mut Form) {
        let services = &mut form.services;
        services.certificates.retain(|it| it.product.as_deref() != Some("NONE"));
        if services.certificates.is_empty() {
            services.payment_token = None;
        }
        if services.want_sin != Some(true) {
            services.consent_sin = Tick::default();
            form.parents.iter_mut().for_each(|parent| parent.canadian_status = None);
        }
    }
}

fn fit_name(name: &mut Name) {
    match name.kind.as_deref() {
        Some("SINGLE") => (name.first, name.middle, name.last) = (None, None, None),
        _ => name.single = None,
    }
}

fn is_a_province(address: &Address) -> bool {
    let province = address.province.as_deref();
    province.is_some_and(|it| domain::intake::PROVINCES.contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::form::{fields::BABIES, typed::tests::typed};

    #[test]
    fn what_other_answers_make_void_is_left_out() {
        let page = typed(&[
            ("services/certificates/0/product", "NONE"),
            ("services/payment_token", "sandbox-card-approved"),
            ("parents/0/is_birth_parent", "false"),
            ("parents/0/marital_status", "MARRIED"),
            ("children/0/name/first", "Lucja"),
            ("children/0/name/exchange_form/first", "Lucja"),
            ("contact/usual_residence/line1", "12 Maple Lane"),
            (SAME_ADDRESS, "true"),
        ]);
        let form = page.form().expect("it is a form");
        assert!(form.services.certificates.is_empty());
        assert_eq!(form.services.payment_token, None);
        assert_eq!(form.parents[0].marital_status, None);
        assert_eq!(form.children[0].name.exchange_form, None);
        assert_eq!(form.contact.mailing.line1.as_deref(), Some("12 Maple Lane"));
    }

    #[test]
    fn what_is_asked_once_is_said_to_each() {
        let page = typed(&[
            (BABIES, "2"),
            ("children/0/plurality", "2"),
            ("parents/0/is_birth_parent", "true"),
            ("parents/1/legal_name/kind", "DUAL"),
            ("parents/1/legal_name/first", "Suharto"),
            ("parents/1/same_name", "true"),
        ]);
        let form = page.form().expect("it is a form");
        assert_eq!(form.children[1].plurality, Some(2));
        assert_eq!(form.parents[1].is_birth_parent, Some(false));
        assert_eq!(form.parents[1].name_at_birth.first.as_deref(), Some("Suharto"));
    }
}
