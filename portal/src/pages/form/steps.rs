//! The pages of the form, in the order in which a family goes through them.

use super::{
    Family,
    fields::{Asking, Section},
};
use crate::language::Speaks;

/// One page. Babies and parents are counted from 0 here, and from 1 in addresses and on pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Start,
    BabyName(usize),
    BabyBirth(usize),
    Place,
    ParentName(usize),
    ParentAbout(usize),
    Parents,
    Address,
    Contact,
    Services,
    /// Everything that was typed, with links to change it.
    Review,
    Certify(usize),
}

impl Step {
    /// The pages of a family that sends a form.
    pub(super) fn of_a_form(family: Family) -> Vec<Self> {
        let mut steps = vec![Self::Start];
        steps.extend(of_the_statement(family));
        steps.extend([Self::Address, Self::Contact, Self::Services, Self::Review]);
        steps.extend((0..family.certifiers()).map(Self::Certify));
        steps
    }

    /// The pages of a parent who corrects what was certified.
    pub(super) fn of_a_correction(family: Family, parent: u8) -> Vec<Self> {
        let mut steps = of_the_statement(family);
        steps.extend([Self::Review, Self::Certify(parent.into())]);
        steps
    }

    /// Its address, after the form's.
    pub(super) fn path(self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::BabyName(nth) => format!("baby-{}/name", nth + 1),
            Self::BabyBirth(nth) => format!("baby-{}/birth", nth + 1),
            Self::Place => "place".to_owned(),
            Self::ParentName(nth) => format!("parent-{}/name", nth + 1),
            Self::ParentAbout(nth) => format!("parent-{}/about", nth + 1),
            Self::Parents => "parents".to_owned(),
            Self::Address => "address".to_owned(),
            Self::Contact => "contact".to_owned(),
            Self::Services => "services".to_owned(),
            Self::Review => "review".to_owned(),
            Self::Certify(nth) => format!("certify-{}", nth + 1),
        }
    }

    /// What it is called, with the number of its baby or parent where there are several.
    pub(super) fn title(self, t: Speaks, family: Family) -> String {
        let of_several = |key: &str, nth: usize, count: usize| match count {
            1 => t.say(key),
            _ => t.with(&format!("{key}-number"), "number", (nth + 1).to_string()),
        };
        match self {
            Self::Start => t.say("step-start"),
            Self::BabyName(nth) => of_several("step-baby-name", nth, family.babies),
            Self::BabyBirth(nth) => of_several("step-baby-birth", nth, family.babies),
            Self::Place => t.say("step-place"),
            Self::ParentName(nth) => of_several("step-parent-name", nth, family.parents),
            Self::ParentAbout(nth) => of_several("step-parent-about", nth, family.parents),
            Self::Parents if family.parents > 1 => t.say("step-parents"),
            Self::Parents => t.say("step-one-parent"),
            Self::Address => t.say("step-address"),
            Self::Contact => t.say("step-contact"),
            Self::Services => t.say("step-services"),
            Self::Review => t.say("step-review"),
            Self::Certify(nth) => of_several("step-certify", nth, family.parents),
        }
    }

    /// What it asks.
    pub(super) fn sections(self, asking: &Asking<'_>) -> Vec<Section> {
        match self {
            Self::Start => asking.start(),
            Self::BabyName(nth) => asking.baby_name(nth),
            Self::BabyBirth(nth) => asking.baby_birth(nth),
            Self::Place => asking.place(),
            Self::ParentName(nth) => asking.parent_name(nth),
            Self::ParentAbout(nth) => asking.parent_about(nth),
            Self::Parents => asking.parents(),
            Self::Address => asking.address(),
            Self::Contact => asking.contact(),
            Self::Services => asking.services(),
            Self::Review => Vec::new(),
            Self::Certify(nth) => asking.certification(nth),
        }
    }
}

fn of_the_statement(family: Family) -> Vec<Step> {
    let babies = (0..family.babies).flat_map(|nth| [Step::BabyName(nth), Step::BabyBirth(nth)]);
    let parents =
        (0..family.parents).flat_map(|nth| [Step::ParentName(nth), Step::ParentAbout(nth)]);
    babies.chain([Step::Place]).chain(parents).chain([Step::Parents]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_an_address_of_its_own() {
        let family = Family { babies: 3, parents: 2, together: Some(true) };
        let steps = Step::of_a_form(family);
        let mut paths: Vec<_> = steps.iter().map(|it| it.path()).collect();
        assert_eq!(paths.len(), 19);
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), steps.len());
    }

    #[test]
    fn whoever_is_not_here_does_not_certify_here() {
        let invites = Family { babies: 1, parents: 2, together: Some(false) };
        assert!(!Step::of_a_form(invites).contains(&Step::Certify(1)));
    }
}
