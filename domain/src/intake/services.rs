//! What the family asks for beside the registration.

use super::{
    Certificate, Code, Services, Tick,
    reader::{Reader, given},
};
use crate::{
    content::{self, CanadianStatus, SinRequest},
    fees::Product,
};

/// `statuses` are the parents', or `None` when they could not be read.
pub(super) fn all(
    r: &mut Reader,
    it: Services,
    statuses: Option<&[CanadianStatus]>,
) -> Option<content::Services> {
    let certificate = r.within("certificates", |r| certificate(r, it.certificates));
    let want_sin = r.required("want_sin", it.want_sin);
    let sin = if want_sin == Some(true) {
        sin(r, it.consent_sin, statuses).map(Some)
    } else {
        Some(None)
    };
    let collection_notice =
        r.tick("collection_notice_ack", it.collection_notice_ack, Code::NoticeNotAcknowledged);
    let language = given(it.language).and_then(|it| r.choice("language", Some(it)));
    let payment_token = r.token("payment_token", it.payment_token, 200);
    r.not_expected("payment_token", payment_token.is_some() && certificate == Some(None));
    want_sin?;
    Some(content::Services {
        certificate: certificate?,
        sin: sin?,
        collection_notice: collection_notice?,
        language,
        payment_token,
    })
}

fn sin(r: &mut Reader, consent: Tick, statuses: Option<&[CanadianStatus]>) -> Option<SinRequest> {
    if statuses.is_some_and(|them| !them.iter().any(|status| opens_the_way(*status))) {
        r.report("want_sin", Code::SinOfficeRoute);
    }
    let consent = r.tick("consent_sin", consent, Code::ConsentMissing);
    Some(SinRequest { consent: consent?, canadian_status: statuses?.to_vec() })
}

/// At least one parent is a citizen or permanent resident; others ask for the SIN at an office.
fn opens_the_way(status: CanadianStatus) -> bool {
    match status {
        CanadianStatus::Citizen | CanadianStatus::PermanentResident => true,
        CanadianStatus::Other | CanadianStatus::ForeignRepresentative => false,
    }
}

/// The outer `None` is a violation, the inner one a family that wants no certificate.
fn certificate(r: &mut Reader, typed: Vec<Certificate>) -> Option<Option<Product>> {
    let mut typed = typed.into_iter();
    let (first, second) = (typed.next(), typed.next());
    if second.is_some() {
        r.report_here(Code::OneCertificate);
    }
    match first {
        None => Some(None),
        Some(it) => Some(Some(r.within(0, |r| r.choice("product", it.product))?)),
    }
}
