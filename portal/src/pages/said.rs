//! What a statement says, in words, for those who certify it. It holds nobody's address or contact.

use domain::statement::{BirthPlace, Child, Parent, Place, PlaceKind, Statement};

use crate::language::Speaks;

/// What belongs together under one heading.
pub(super) struct Group {
    pub(super) heading: String,
    /// What is asked and what was said.
    pub(super) lines: Vec<(String, String)>,
}

pub(super) fn groups(t: Speaks, it: &Statement) -> Vec<Group> {
    let mut groups = vec![child(t, &it.child)];
    groups.extend(about(t, it));
    groups
}

/// What is said of the birth and the parents: the babies of one birth share it.
pub(super) fn about(t: Speaks, it: &Statement) -> Vec<Group> {
    let mut groups = vec![place(t, it)];
    let count = it.parents.len();
    for (nth, each) in (1..).zip(&it.parents) {
        groups.push(parent(t, each, (count > 1).then_some(nth)));
    }
    let mut together = Lines::new(t);
    together.word("said-other-parent", "other-parent", it.other_parent.map(|it| it.code()));
    let married = it.parents_married_to_each_other.map(|it| it.to_string());
    together.word("said-married", "answer", married.as_deref());
    if !together.lines.is_empty() {
        groups.push(together.under(t.say("said-parents")));
    }
    groups
}

pub(super) fn child(t: Speaks, it: &Child) -> Group {
    let mut lines = Lines::new(t);
    lines.add("said-name", it.name.written());
    lines.word("said-sex", "sex", Some(it.sex.code()));
    lines.add("said-born", t.date(it.date_of_birth));
    lines.maybe("said-time", it.time_of_birth.clone());
    lines.add("said-plurality", it.plurality.to_string());
    lines.maybe("said-order", (it.plurality > 1).then(|| it.birth_order.to_string()));
    lines.maybe("said-weight", it.weight_grams.map(|grams| grams.to_string()));
    lines.maybe("said-weeks", it.gestation_weeks.map(|weeks| weeks.to_string()));
    lines.under(t.say("said-child"))
}

fn place(t: Speaks, it: &Statement) -> Group {
    let Place { kind, facility_id, location_text, municipality, county } = &it.place;
    let mut lines = Lines::new(t);
    lines.word("said-place-kind", "place", Some(kind.code()));
    if matches!(kind, PlaceKind::Hospital | PlaceKind::OtherFacility) {
        let listed = facility_id.as_ref().map(|id| {
            let key = format!("facility-{id}");
            t.maybe(&key).unwrap_or_else(|| id.clone())
        });
        lines.maybe("said-facility", listed);
    }
    lines.maybe("said-location", location_text.clone());
    lines.add("said-municipality", municipality.clone());
    lines.add("said-county", county.clone());
    lines.word("said-attendant", "attendant", Some(it.attendant.kind.code()));
    lines.maybe(
        "said-attendant-name",
        it.attendant.name.as_ref().map(|name| name.as_str().to_owned()),
    );
    lines.under(t.say("said-place"))
}

fn parent(t: Speaks, it: &Parent, nth: Option<usize>) -> Group {
    let mut lines = Lines::new(t);
    lines.word("said-role", "role", Some(it.role_label.code()));
    lines.word("said-gave-birth", "answer", Some(&it.is_birth_parent.to_string()));
    lines.add("said-legal-name", it.legal_name.written());
    lines.add("said-name-at-birth", it.name_at_birth.written());
    let earlier: Vec<&str> = it.previous_names.iter().map(|name| name.as_str()).collect();
    lines.maybe("said-earlier-names", (!earlier.is_empty()).then(|| earlier.join(", ")));
    lines.add("said-born", t.date(it.date_of_birth));
    lines.add("said-birthplace", birth_place(&it.birth_place));
    lines.word("said-marital", "marital", it.marital_status.map(|it| it.code()));
    let heading = match nth {
        Some(nth) => t.with("said-parent-number", "number", nth.to_string()),
        None => t.say("said-parent"),
    };
    lines.under(heading)
}

fn birth_place(it: &BirthPlace) -> String {
    let parts = [Some(&it.municipality), it.province.as_ref(), Some(&it.country)];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

struct Lines {
    t: Speaks,
    lines: Vec<(String, String)>,
}

impl Lines {
    fn new(t: Speaks) -> Self {
        Self { t, lines: Vec::new() }
    }

    fn add(&mut self, label: &str, said: String) {
        self.lines.push((self.t.say(label), said));
    }

    fn maybe(&mut self, label: &str, said: Option<String>) {
        if let Some(said) = said {
            self.add(label, said);
        }
    }

    fn word(&mut self, label: &str, set: &str, word: Option<&str>) {
        self.maybe(label, word.map(|word| self.t.word(set, word)));
    }

    fn under(self, heading: String) -> Group {
        Group { heading, lines: self.lines }
    }
}
