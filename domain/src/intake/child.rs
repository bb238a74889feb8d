//! The children of one delivery.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date};

use super::{
    Child, Code, MOST_CHILDREN,
    names::exchanged,
    reader::{self, Reader},
};
use crate::{name::PersonName, statement};

/// One child as it was read, with the approved spelling for the federal exchange.
pub(super) struct Read {
    pub(super) child: statement::Child,
    pub(super) exchange_name: Option<PersonName>,
}

/// The first readable date of birth, for the rules that depend on when the delivery was.
pub(super) fn first_date(children: &[Child]) -> Option<Date> {
    children.iter().find_map(|child| reader::date(child.date_of_birth.as_deref()?))
}

pub(super) fn all(
    r: &mut Reader,
    typed: Vec<Child>,
    today: Date,
    wants_sin: bool,
) -> Option<Vec<Read>> {
    let count = typed.len();
    if count == 0 || count > MOST_CHILDREN {
        r.report_here(if count == 0 { Code::Required } else { Code::TooMany });
        return None;
    }
    let read: Vec<Option<Read>> = typed
        .into_iter()
        .enumerate()
        .map(|(nth, child)| r.within(nth, |r| one(r, child, today, wants_sin)))
        .collect();
    let children: Vec<Read> = read.into_iter().collect::<Option<_>>()?;
    agree(r, &children);
    Some(children)
}

fn one(r: &mut Reader, it: Child, today: Date, wants_sin: bool) -> Option<Read> {
    let named = r.within("name", |r| exchanged(r, it.name, wants_sin));
    let sex = r.choice("sex", it.sex);
    let date_of_birth = r.date("date_of_birth", it.date_of_birth);
    if let Some(born) = date_of_birth {
        if born > today {
            r.report("date_of_birth", Code::DateInFuture);
        } else if today.saturating_sub(1.year()) >= born {
            r.report("date_of_birth", Code::FirstBirthdayReached);
        }
    }
    let time_of_birth = r.maybe_time("time_of_birth", it.time_of_birth.clone());
    let plurality = r.number("plurality", it.plurality, 1..=9);
    let several = plurality.is_some_and(|plurality: u8| plurality > 1);
    if several && reader::given(it.time_of_birth).is_none() {
        r.report("time_of_birth", Code::Required);
    }
    let orders = 1..=plurality.map_or(9, i64::from);
    let birth_order = if several {
        r.number("birth_order", it.birth_order, orders)
    } else {
        r.number("birth_order", it.birth_order.or(Some(1)), orders)
    };
    let weight_grams = r.maybe_number("weight_grams", it.weight_grams, 200..=9999);
    let gestation_weeks = r.maybe_number("gestation_weeks", it.gestation_weeks, 16..=45);
    let (name, exchange_name) = named?;
    let child = statement::Child {
        name,
        sex: sex?,
        date_of_birth: date_of_birth?,
        time_of_birth,
        plurality: plurality?,
        birth_order: birth_order?,
        weight_grams,
        gestation_weeks,
    };
    Some(Read { child, exchange_name })
}

/// What children of one delivery have in common.
fn agree(r: &mut Reader, children: &[Read]) {
    let first = &children[0].child;
    let earliest =
        children.iter().map(|it| it.child.date_of_birth).min().unwrap_or(first.date_of_birth);
    let mut orders = BTreeSet::new();
    for (nth, Read { child, .. }) in children.iter().enumerate() {
        let mut report = |field, code| r.within(nth, |r| r.report(field, code));
        if child.plurality != first.plurality {
            report("plurality", Code::PluralityDiffers);
        } else if usize::from(child.plurality) < children.len() {
            report("plurality", Code::PluralityTooSmall);
        } else if !orders.insert(child.birth_order) {
            report("birth_order", Code::BirthOrderRepeated);
        }
        if earliest.saturating_add(1.day()) < child.date_of_birth {
            report("date_of_birth", Code::DatesApart);
        }
    }
}
