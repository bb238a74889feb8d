//! Names of people.

use super::{
    Code, ExchangedName, Name, form,
    reader::{Reader, given},
};
use crate::name::PersonName;

/// A name whose kind says which of its parts belong to it.
pub(super) fn name(r: &mut Reader, it: Name) -> Option<PersonName> {
    match r.choice("kind", it.kind)? {
        form::NameKind::Dual => {
            r.not_expected("single", given(it.single).is_some());
            let (first, last) = (r.name_part("first", it.first), r.name_part("last", it.last));
            let middle = given(it.middle).and_then(|it| r.name_part("middle", Some(it)));
            Some(PersonName::Dual { first: first?, middle, last: last? })
        }
        form::NameKind::Single => {
            for (at, part) in [("first", it.first), ("middle", it.middle), ("last", it.last)] {
                r.not_expected(at, given(part).is_some());
            }
            Some(PersonName::Single { single: r.name_part("single", it.single)? })
        }
    }
}

/// A name, and the spelling that its owners approved for the federal exchange.
pub(super) type Exchanged = (PersonName, Option<PersonName>);

/// A name that the federal side is told, too: in a spelling that the parents wrote, if the exchange cannot carry it.
pub(super) fn exchanged(
    r: &mut Reader,
    typed: ExchangedName,
    wants_sin: bool,
) -> Option<Exchanged> {
    let kind = typed.kind.clone();
    let (typed, exchange, approved) = typed.split();
    let it = name(r, typed)?;
    let lost = !it.exchanged().travels();
    let Some(mut exchange) = exchange else {
        if lost && wants_sin {
            r.report("exchange_form", Code::ExchangeFormNeeded);
        }
        return Some((it, None));
    };
    r.not_expected("exchange_form", !lost);
    if lost && approved != Some(true) {
        r.report("exchange_form_ok", Code::ExchangeFormNeeded);
    }
    exchange.kind = given(exchange.kind).or(kind);
    let exchange = r.within("exchange_form", |r| name(r, exchange))?;
    if !exchange.exchanged().travels() {
        r.report("exchange_form", Code::ExchangeFormCharacters);
    }
    Some((it, Some(exchange)))
}
