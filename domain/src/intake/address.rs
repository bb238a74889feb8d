//! Where letters and messages go, and the countries and provinces of the world.

use super::{
    Address, Code, Contact, Violation, reach,
    reader::{Reader, given},
};
use crate::contact::{self, ContactField};

/// The longest line that is printed on an envelope.
///
/// Source: the addressing guidelines of the Canadian post; see docs/decisions/0007-the-form.md.
pub const PRINTED_LINE: usize = 39;

/// ISO 3166-2:CA, without the country.
pub const PROVINCES: &[&str] =
    &["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"];

impl Contact {
    /// Reads a contact by itself, by the rules of the form.
    ///
    /// # Errors
    ///
    /// Everything that breaks a rule, by its place in the form.
    pub fn read(self) -> Result<contact::Contact, Vec<Violation>> {
        let mut reader = Reader::default();
        let read = reader.within("contact", |r| contact(r, self));
        reader.finish(read)
    }

    /// A field that can be corrected by itself.
    pub fn field(&mut self, field: ContactField) -> &mut Option<String> {
        match field {
            ContactField::MailingLine1 => &mut self.mailing.line1,
            ContactField::MailingLine2 => &mut self.mailing.line2,
            ContactField::MailingUnit => &mut self.mailing.unit,
            ContactField::MailingCity => &mut self.mailing.city,
            ContactField::MailingProvince => &mut self.mailing.province,
            ContactField::MailingPostalCode => &mut self.mailing.postal_code,
            ContactField::MailingCountry => &mut self.mailing.country,
            ContactField::Email => &mut self.email,
            ContactField::Phone => &mut self.phone,
        }
    }
}

/// A contact as a form again, to be corrected.
impl From<contact::Contact> for Contact {
    fn from(it: contact::Contact) -> Self {
        Self {
            usual_residence: it.usual_residence.into(),
            mailing: it.mailing.into(),
            moving_soon: Some(false),
            email: it.email,
            phone: it.phone,
            notify_by: Some(it.notify_by.code().to_owned()),
        }
    }
}

impl From<contact::Address> for Address {
    fn from(it: contact::Address) -> Self {
        Self {
            line1: Some(it.line1),
            line2: it.line2,
            unit: it.unit,
            city: Some(it.city),
            province: it.province,
            postal_code: it.postal_code,
            country: Some(it.country),
        }
    }
}

pub(super) fn contact(r: &mut Reader, it: Contact) -> Option<contact::Contact> {
    let usual_residence = r.within("usual_residence", |r| address(r, it.usual_residence));
    let mailing = r.within("mailing", |r| address(r, it.mailing));
    // Whoever moves soon gives the new address as the mailing address.
    let moving_soon = r.required("moving_soon", it.moving_soon);
    let reach = reach::read(r, it.notify_by, it.email, it.phone);
    moving_soon?;
    let contact::Reach { email, phone, notify_by } = reach?;
    Some(contact::Contact {
        usual_residence: usual_residence?,
        mailing: mailing?,
        email,
        phone,
        notify_by,
    })
}

pub(super) fn or_report(
    r: &mut Reader,
    field: &str,
    read: Option<String>,
    code: Code,
) -> Option<String> {
    if read.is_none() {
        r.report(field, code);
    }
    read
}

pub(super) fn address(r: &mut Reader, it: Address) -> Option<contact::Address> {
    let line1 = r.text("line1", it.line1, 150);
    let line2 = r.maybe_text("line2", it.line2, 150);
    let unit = r.maybe_text("unit", it.unit, 10);
    let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
    // The unit is printed before the street number, with a hyphen.
    let hyphen = usize::from(unit.is_some());
    if length(&line1) + hyphen + length(&unit) > PRINTED_LINE {
        r.report("line1", Code::LineTooLong);
    }
    if length(&line2) > PRINTED_LINE {
        r.report("line2", Code::LineTooLong);
    }
    let city = r.text("city", it.city, 100);
    let country = country(r, it.country);
    let province = region(r, it.province, country.as_deref());
    let postal_code = postal_code(r, it.postal_code, country.as_deref());
    Some(contact::Address {
        line1: line1?,
        line2,
        unit,
        city: city?,
        province,
        postal_code,
        country: country?,
    })
}

pub(super) fn country(r: &mut Reader, typed: Option<String>) -> Option<String> {
    let code = r.required("country", given(typed))?.to_ascii_uppercase();
    or_report(r, "country", Some(code).filter(|code| is_country(code)), Code::CountryUnknown)
}

/// A province of Canada, or whatever another country calls its parts.
pub(super) fn region(
    r: &mut Reader,
    typed: Option<String>,
    country: Option<&str>,
) -> Option<String> {
    if country != Some("CA") {
        return r.maybe_text("province", typed, 100);
    }
    let code = r.required("province", given(typed))?.to_ascii_uppercase();
    or_report(
        r,
        "province",
        Some(code).filter(|code| PROVINCES.contains(&code.as_str())),
        Code::ProvinceUnknown,
    )
}

fn postal_code(r: &mut Reader, typed: Option<String>, country: Option<&str>) -> Option<String> {
    if country != Some("CA") {
        return r.maybe_text("postal_code", typed, 20);
    }
    let typed = r.required("postal_code", given(typed))?;
    or_report(r, "postal_code", read_postal_code(&typed), Code::PostalCode)
}

/// `K1A 0B1`, however it was typed.
fn read_postal_code(typed: &str) -> Option<String> {
    const FIRST: &str = "ABCEGHJKLMNPRSTVXY";
    const LATER: &str = "ABCEGHJKLMNPRSTVWXYZ";
    let signs: Vec<char> =
        typed.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| c.to_ascii_uppercase()).collect();
    let [a, b, c, d, e, f] = signs[..] else { return None };
    let letters = FIRST.contains(a) && LATER.contains(c) && LATER.contains(e);
    let digits = [b, d, f].iter().all(char::is_ascii_digit);
    (letters && digits).then(|| format!("{a}{b}{c} {d}{e}{f}"))
}

/// The countries of the world: ISO 3166-1 alpha-2.
pub fn countries() -> impl Iterator<Item = &'static str> {
    COUNTRIES.split_ascii_whitespace()
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && countries().any(|known| known == code)
}

const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";
