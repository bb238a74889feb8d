//! Certificates for a stack on one machine: our own authority, and a certificate for every side of a connection.
//!
//! Each endpoint knows the other by the DNS name in its certificate, as it would in production.

use std::path::Path;

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::files;

/// Everyone who shows a certificate: file name, and what it may do.
const HOLDERS: [(&str, ExtendedKeyUsagePurpose); 5] = [
    ("province", ExtendedKeyUsagePurpose::ServerAuth),
    ("federal", ExtendedKeyUsagePurpose::ServerAuth),
    ("worker", ExtendedKeyUsagePurpose::ClientAuth),
    ("hospital", ExtendedKeyUsagePurpose::ClientAuth),
    ("registrar", ExtendedKeyUsagePurpose::ClientAuth),
];

const YEARS: i8 = 10;

/// Makes `ca.pem` and NAME`.pem`, NAME`.key` unless they are all there and not about to expire.
pub fn prepare(dir: &Path, now: Timestamp) -> Result<()> {
    let today = now.to_zoned(TimeZone::UTC).date();
    if is_complete(dir) && valid_until(dir).is_some_and(|until| today < until) {
        return Ok(());
    }
    files::private_directory(dir)?;
    let first = today.yesterday().context("today is not the beginning of time")?;
    let last = today.checked_add(i16::from(YEARS).years()).context("ten years from now exist")?;

    let authority_key = KeyPair::generate().context("cannot make a key")?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Newborn development authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, first, last);
    let authority =
        params.self_signed(&authority_key).context("cannot sign our own certificate")?;
    files::write_private(&dir.join("ca.pem"), authority.pem().as_bytes())?;
    files::write_private(&dir.join("ca.key"), authority_key.serialize_pem().as_bytes())?;
    let issuer = Issuer::new(params, authority_key);

    for (name, purpose) in HOLDERS {
        let key = KeyPair::generate().context("cannot make a key")?;
        let mut params = CertificateParams::new(names_of(name, &purpose))
            .context("the names of a certificate are plain")?;
        params.distinguished_name.push(DnType::CommonName, full_name(name));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, first, last);
        let certificate = params.signed_by(&key, &issuer).context("cannot sign a certificate")?;
        files::write_private(&dir.join(name).with_extension("pem"), certificate.pem().as_bytes())?;
        files::write_private(
            &dir.join(name).with_extension("key"),
            key.serialize_pem().as_bytes(),
        )?;
    }
    // Last, so that an interrupted making is made again. A month early, so that no run outlives its certificates.
    let renew = last.checked_sub(1.month()).context("a month earlier exists")?;
    files::write_private(&dir.join("valid-until"), renew.to_string().as_bytes())
}

fn full_name(name: &str) -> String {
    format!("{name}.newborn.internal")
}

fn names_of(name: &str, purpose: &ExtendedKeyUsagePurpose) -> Vec<String> {
    let mut names = vec![full_name(name)];
    if *purpose == ExtendedKeyUsagePurpose::ServerAuth {
        names.extend(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    }
    names
}

fn is_complete(dir: &Path) -> bool {
    let own = |name: &str| ["pem", "key"].map(|kind| dir.join(name).with_extension(kind));
    let holders = HOLDERS.iter().flat_map(|(name, _)| own(name));
    own("ca").into_iter().chain(holders).all(|file| file.is_file())
}

fn valid_until(dir: &Path) -> Option<Date> {
    std::fs::read_to_string(dir.join("valid-until")).ok()?.trim().parse().ok()
}

fn set_validity(params: &mut CertificateParams, first: Date, last: Date) {
    let midnight = |day: Date| {
        date_time_ymd(i32::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    params.not_before = midnight(first);
    params.not_after = midnight(last);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_years(years: i32) -> Timestamp {
        let start: Date = "2026-11-23".parse().expect("a date");
        let day = start.checked_add(years.years()).expect("a date");
        day.to_zoned(TimeZone::UTC).expect("a time").timestamp()
    }

    #[test]
    fn certificates_are_made_once_and_again_when_they_expire() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let read = || std::fs::read(temp.path().join("worker.pem")).expect("made");
        prepare(temp.path(), in_years(0)).expect("made");
        let first = read();
        prepare(temp.path(), in_years(9)).expect("still good");
        assert_eq!(read(), first);
        prepare(temp.path(), in_years(10)).expect("made again");
        assert_ne!(read(), first);
    }

    #[test]
    fn one_missing_file_means_all_are_made_again() {
        let temp = tempfile::tempdir().expect("a temporary directory");
        prepare(temp.path(), in_years(0)).expect("made");
        let ca = std::fs::read(temp.path().join("ca.pem")).expect("made");
        std::fs::remove_file(temp.path().join("federal.key")).expect("there");
        prepare(temp.path(), in_years(0)).expect("made again");
        assert_ne!(std::fs::read(temp.path().join("ca.pem")).expect("made"), ca);
        assert!(is_complete(temp.path()));
    }
}
