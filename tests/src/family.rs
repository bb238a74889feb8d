//! Families made for a test, each with its own key, names and dates. All invented.

use serde_json::{Value, json};

/// One submission with the hospital's notices for it.
#[derive(Debug, Clone)]
pub struct Family {
    /// The Idempotency-Key; also what a misbehaviour can be matched by.
    pub key: String,
    pub form: Value,
    /// An array: one notice per child.
    pub notice: Value,
}

impl Family {
    /// An ordinary family like the one of the examples, told apart from all others by a word of letters.
    ///
    /// # Panics
    ///
    /// If the example is broken.
    #[must_use]
    pub fn ordinary(word: &str) -> Self {
        let read = |name: &str| -> Value {
            let file = crate::root().join("examples").join(name);
            let text =
                std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            serde_json::from_slice(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        };
        let mut family = Self {
            key: format!("test-{word}"),
            form: read("ordinary.json"),
            notice: json!([read("ordinary.notice.json")]),
        };
        let last = format!("Test {word}");
        for name in ["legal_name", "name_at_birth"] {
            family.form["parents"][0][name]["last"] = json!(last);
        }
        family.form["parents"][0]["certification"]["typed_name"] = json!(last);
        family.notice[0]["birth_parent"]["legal_name"]["last"] = json!(last);
        family.notice[0]["notice_id"] = json!(format!("TEST-{word}"));
        family
    }

    /// The second parent is elsewhere, and is sent a link to this address.
    ///
    /// # Panics
    ///
    /// If the family has no second parent.
    #[must_use]
    pub fn with_second_parent_at(mut self, email: &str) -> Self {
        self.form["start"]["all_parents_present"] = json!(false);
        let second = self.form["parents"][1].as_object_mut().expect("there are two parents");
        second.remove("certification");
        let contact = json!({ "language": "en-CA", "email": email, "notify_by": "EMAIL" });
        second.insert("contact".to_owned(), contact);
        self
    }

    /// Changes a field of the form, by its JSON pointer.
    ///
    /// # Panics
    ///
    /// If the form has no such field.
    #[must_use]
    pub fn with(mut self, pointer: &str, value: Value) -> Self {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let parent =
            self.form.pointer_mut(parent).unwrap_or_else(|| panic!("the form has no {pointer}"));
        match (parent, name.parse::<usize>()) {
            (Value::Array(list), Ok(place)) => list[place] = value,
            (parent, _) => parent[name] = value,
        }
        self
    }
}
