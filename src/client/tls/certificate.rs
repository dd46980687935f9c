//! What an X.509 certificate says (RFC 5280): whose it is, who issued it, from when to when, which key, what for.
//!
//! Verification is the library's; this reads the facts that its verdicts leave out, also from certificates that the
//! library does not take (version 1). What cannot be read is nothing at all.

use super::der::{
    BIT_STRING, BOOLEAN, Der, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE,
    SET, UTC_TIME,
};
use crate::calendar::days_since_epoch;

const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0A];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
const ANY_USAGE: &[u8] = &[0x55, 0x1D, 0x25, 0x00];
const SERVER_AUTHENTICATION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 1];
const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];

/// The facts of one certificate.
pub(super) struct Certificate<'a> {
    /// 1 to 3. Only version 3 has extensions, and with them the names of hosts.
    pub(super) version: u32,
    issuer: &'a [u8],
    subject: &'a [u8],
    /// Seconds since 1970.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    key_algorithm: &'a [u8],
    /// The content of the public key's bit string.
    pub(super) key: &'a [u8],
    pub(super) is_authority: bool,
    purposes: Option<&'a [u8]>,
}

impl<'a> Certificate<'a> {
    pub(super) fn read(der: &'a [u8]) -> Option<Certificate<'a>> {
        let mut body = Der::new(der).sequence()?.sequence()?;
        let version = match body.take(0xA0) {
            Some(version) => Der::new(version).number()?.checked_add(1)?,
            None => 1,
        };
        let _serial = body.take(INTEGER)?;
        let _signature = body.sequence()?;
        let issuer = body.take(SEQUENCE)?;
        let mut validity = body.sequence()?;
        let (not_before, not_after) = (time(&mut validity)?, time(&mut validity)?);
        let subject = body.take(SEQUENCE)?;
        let (key_algorithm, key) = key_of(body.sequence()?)?;
        let mut certificate = Certificate {
            version,
            issuer,
            subject,
            not_before,
            not_after,
            key_algorithm,
            key,
            is_authority: false,
            purposes: None,
        };
        while let Some((tag, content)) = body.any() {
            if tag == 0xA3 {
                certificate.read_extensions(Der::new(content).sequence()?)?;
            }
        }
        Some(certificate)
    }

    fn read_extensions(&mut self, mut extensions: Der<'a>) -> Option<()> {
        while !extensions.is_empty() {
            let mut extension = extensions.sequence()?;
            let name = extension.take(OBJECT_IDENTIFIER)?;
            let _critical = extension.take(BOOLEAN);
            let mut value = Der::new(extension.take(OCTET_STRING)?);
            match name {
                BASIC_CONSTRAINTS => {
                    self.is_authority = value.sequence()?.take(BOOLEAN) == Some(&[0xFF]);
                }
                EXTENDED_KEY_USAGE => self.purposes = Some(value.take(SEQUENCE)?),
                _ => {}
            }
        }
        Some(())
    }

    /// Whether nobody but itself vouches for it.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether a server may show it: it names this purpose, any purpose, or none.
    pub(super) fn is_for_servers(&self) -> bool {
        let Some(purposes) = self.purposes else {
            return true;
        };
        let mut purposes = Der::new(purposes);
        std::iter::from_fn(|| purposes.take(OBJECT_IDENTIFIER))
            .any(|purpose| [SERVER_AUTHENTICATION, ANY_USAGE].contains(&purpose))
    }

    /// The name of the one who issued it, for people.
    pub(super) fn issuer_name(&self) -> Option<String> {
        named(self.issuer, COMMON_NAME).or_else(|| named(self.issuer, ORGANIZATION))
    }

    /// The length of an RSA key, in bits.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        let is_rsa = self.key_algorithm == RSA_ENCRYPTION;
        let modulus = Der::new(self.key).sequence()?.take(INTEGER)?;
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        is_rsa.then(|| (modulus.len() - zeros) * 8)
    }
}

/// The algorithm and the key of a SubjectPublicKeyInfo's content.
fn key_of(mut info: Der<'_>) -> Option<(&[u8], &[u8])> {
    let algorithm = info.sequence()?.take(OBJECT_IDENTIFIER)?;
    let key = info.take(BIT_STRING)?.strip_prefix(&[0])?;
    Some((algorithm, key))
}

/// The key of a whole SubjectPublicKeyInfo, to be compared with that of a certificate.
pub(super) fn public_key(info: &[u8]) -> Option<&[u8]> {
    key_of(Der::new(info).sequence()?).map(|(_, key)| key)
}

/// The first attribute of this kind in a distinguished name.
fn named(name: &[u8], kind: &[u8]) -> Option<String> {
    let mut parts = Der::new(name);
    while let Some(part) = parts.take(SET) {
        let mut attribute = Der::new(part).sequence()?;
        if attribute.take(OBJECT_IDENTIFIER)? == kind {
            let (_, text) = attribute.any()?;
            return Some(String::from_utf8_lossy(text).into_owned());
        }
    }
    None
}

/// UTCTime (two digits of the year: 1950 to 2049) or GeneralizedTime, both to the second and in UTC as RFC 5280,
/// section 4.1.2.5, wants them.
fn time(der: &mut Der<'_>) -> Option<i64> {
    let (tag, text) = der.any()?;
    let digits = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let is_time = digits.bytes().all(|byte| byte.is_ascii_digit());
    let (year, rest) = match (tag, digits.len()) {
        (UTC_TIME, 12) if is_time => {
            let year: i64 = digits[..2].parse().ok()?;
            (year + if year < 50 { 2000 } else { 1900 }, &digits[2..])
        }
        (GENERALIZED_TIME, 14) if is_time => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    let part = |index: usize| rest[index * 2..index * 2 + 2].parse::<i64>().ok();
    let days = days_since_epoch(year, part(0)?, part(1)?);
    Some(days * 86_400 + part(2)? * 3600 + part(3)? * 60 + part(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn self_signed(change: impl FnOnce(&mut rcgen::CertificateParams)) -> Vec<u8> {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(["a.test".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(1999, 12, 31);
        params.not_after = rcgen::date_time_ymd(2050, 1, 1);
        change(&mut params);
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn dates_are_read_in_both_forms() {
        let der = self_signed(|_| ());
        let certificate = Certificate::read(&der).unwrap();
        assert_eq!(certificate.not_before, 946_598_400);
        assert_eq!(certificate.not_after, 2_524_608_000);
    }

    #[test]
    fn the_issuer_is_called_by_its_common_name() {
        let der = self_signed(|params| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            params
                .distinguished_name
                .push(rcgen::DnType::OrganizationName, "Example");
        });
        let certificate = Certificate::read(&der).unwrap();
        assert_eq!(certificate.issuer_name().as_deref(), Some("Example"));
        assert!(certificate.is_self_issued());
        assert_eq!(certificate.version, 3);
    }

    #[test]
    fn a_purpose_that_is_named_excludes_the_others() {
        use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
        let is_for_servers = |purposes: &[rcgen::ExtendedKeyUsagePurpose]| {
            let purposes = purposes.to_vec();
            let der = self_signed(|params| params.extended_key_usages = purposes);
            Certificate::read(&der).unwrap().is_for_servers()
        };
        assert!(is_for_servers(&[]) && is_for_servers(&[ClientAuth, ServerAuth]));
        assert!(is_for_servers(&[Any]) && !is_for_servers(&[ClientAuth]));
    }

    #[test]
    fn a_cut_certificate_is_none_and_never_a_panic() {
        let der = self_signed(|params| {
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        });
        assert!(Certificate::read(&der).unwrap().is_authority);
        for end in 0..der.len() {
            assert!(Certificate::read(&der[..end]).is_none());
        }
        for index in 0..der.len() {
            for value in [0, 0x30, 0x80, 0xFF] {
                let mut damaged = der.clone();
                damaged[index] = value;
                if let Some(certificate) = Certificate::read(&damaged) {
                    let _ = (certificate.issuer_name(), certificate.rsa_bits());
                    let _ = certificate.is_for_servers();
                }
            }
        }
    }
}
