//! Sentences for what goes wrong in TLS: which check failed, on what, and what helps.
//!
//! Facts in, text out. Names that come from a certificate are as its maker wrote them; who shows the sentence makes
//! control characters visible.

use std::net::IpAddr;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error};

use super::certificate::Certificate;
use crate::calendar::minute;

/// What happened about the client's certificate in a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The server did not ask for one.
    No,
    /// It asked, and there is none (no `--cert`).
    WithoutAny,
    /// It asked, and was shown that of `--cert`.
    Shown,
    /// It asked, and is not the host that may see it.
    KeptBack,
}

/// What is known when a handshake has failed.
pub(super) struct Failure<'a> {
    pub(super) asked: Asked,
    /// The certificate that the server showed.
    pub(super) certificate: Option<Certificate<'a>>,
    /// Whether `--ssl` or `--ciphers` leaves less than we speak.
    pub(super) is_narrowed: bool,
}

impl Failure<'_> {
    pub(super) fn sentence(&self, error: &Error) -> String {
        match error {
            Error::InvalidCertificate(reason) => self.about_certificate(reason),
            Error::AlertReceived(alert) => self.about_alert(*alert),
            Error::InvalidMessage(_) => NOT_TLS.to_owned(),
            Error::PeerIncompatible(_) => self.nothing_in_common(),
            other => other.to_string(),
        }
    }

    fn nothing_in_common(&self) -> String {
        let why = match self.is_narrowed {
            true => "--ssl and --ciphers leave no version or cipher that the server speaks too",
            false => {
                "the server speaks no version of TLS that is safe (1.2 or 1.3), or no cipher that is"
            }
        };
        why.to_owned()
    }

    fn about_alert(&self, alert: AlertDescription) -> String {
        use AlertDescription::{
            AccessDenied, HandshakeFailure, InsufficientSecurity, ProtocolVersion, UnrecognisedName,
        };
        match alert {
            HandshakeFailure | AccessDenied | InsufficientSecurity if self.asked != Asked::No => {
                self.about_client_certificate(alert)
            }
            HandshakeFailure | InsufficientSecurity | ProtocolVersion => self.nothing_in_common(),
            UnrecognisedName => "the server knows no host of this name".to_owned(),
            alert if is_about_client(alert) => self.about_client_certificate(alert),
            alert => format!("the server refused with the alert {alert:?}"),
        }
    }

    fn about_client_certificate(&self, alert: AlertDescription) -> String {
        match self.asked {
            Asked::KeptBack => {
                "the server requires a client certificate, and that of --cert is not shown to a host to which a redirect leads. \
                 Ask for the new URL itself if it may see it"
                    .to_owned()
            }
            Asked::Shown => format!("the server refused the client certificate of --cert ({alert:?})"),
            Asked::No | Asked::WithoutAny => NEEDS_CERTIFICATE.to_owned(),
        }
    }

    fn about_certificate(&self, error: &CertificateError) -> String {
        match error {
            CertificateError::UnknownIssuer => self.unknown_issuer(),
            CertificateError::ExpiredContext { not_after, .. } => {
                format!("its certificate expired on {} UTC", date(*not_after))
            }
            CertificateError::Expired => "its certificate has expired".to_owned(),
            CertificateError::NotValidYetContext { not_before, .. } => format!(
                "its certificate is not valid before {} UTC; check the clock of this machine",
                date(*not_before)
            ),
            CertificateError::NotValidYet => {
                "its certificate is not valid yet; check the clock of this machine".to_owned()
            }
            CertificateError::NotValidForNameContext { presented, .. } => wrong_name(presented),
            CertificateError::NotValidForName => {
                "its certificate is for another host name".to_owned()
            }
            CertificateError::Revoked => "its certificate was revoked".to_owned(),
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                "its certificate was issued for other purposes than being a server".to_owned()
            }
            CertificateError::BadSignature => self.bad_signature(),
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
                "its certificate is signed in a way that is not safe any more (such as SHA-1 or MD5) or not known here"
                    .to_owned()
            }
            CertificateError::BadEncoding => "its certificate is damaged".to_owned(),
            CertificateError::UnhandledCriticalExtension => {
                "its certificate has a critical extension that is not known here".to_owned()
            }
            other => self.other_refusal(other),
        }
    }

    fn unknown_issuer(&self) -> String {
        let Some(certificate) = &self.certificate else {
            return "its certificate was not issued by a trusted authority".to_owned();
        };
        if certificate.is_self_issued() {
            return SELF_SIGNED.to_owned();
        }
        format!(
            "its certificate was issued by '{}', who is not a trusted authority, or the server does not send the certificates in between. \
             Give the authority's certificate with --verify=FILE, or use --verify=system if this machine trusts it",
            certificate.issuer_name().unwrap_or_default()
        )
    }

    fn bad_signature(&self) -> String {
        let bits = self.certificate.as_ref().and_then(Certificate::rsa_bits);
        match bits.filter(|bits| *bits < 2048) {
            Some(bits) => format!(
                "the key of its certificate has {bits} bits and is not safe; 2048 are the least"
            ),
            None => {
                "the signature of its certificate is wrong, or was made with a key that is not safe"
                    .to_owned()
            }
        }
    }

    fn other_refusal(&self, error: &CertificateError) -> String {
        match &self.certificate {
            Some(certificate) if certificate.version < 3 => format!(
                "its certificate is of the old version {}, which names no host. It needs one of version 3",
                certificate.version
            ),
            Some(certificate) if certificate.is_self_issued() => SELF_SIGNED.to_owned(),
            Some(certificate) if certificate.is_authority => {
                "its certificate is that of an authority and not of a server. If it is the right one, name it with --verify=FILE"
                    .to_owned()
            }
            _ => format!("its certificate was refused: {error}"),
        }
    }
}

const NOT_TLS: &str =
    "the server does not speak TLS on this port; perhaps the URL should begin with http://";

const SELF_SIGNED: &str = "its certificate is self-signed: nobody else vouches for it. If it is the right one, name it with --verify=FILE";

const NEEDS_CERTIFICATE: &str =
    "the server requires a client certificate, which --cert and --cert-key give";

/// A sentence for an error after the handshake. Under TLS 1.3 it is only then that a server says what it thinks of the
/// client's certificate, or of there being none.
pub(crate) fn after_handshake(error: &Error) -> String {
    match error {
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            format!("{NEEDS_CERTIFICATE}; after a redirect only to the host of the typed URL")
        }
        Error::AlertReceived(alert) if is_about_client(*alert) => format!(
            "the server refused the client certificate, or wants one that was not given (--cert, --cert-key): {alert:?}"
        ),
        Error::AlertReceived(alert) => format!("the server broke off with the alert {alert:?}"),
        other => other.to_string(),
    }
}

fn is_about_client(alert: AlertDescription) -> bool {
    use AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked,
        CertificateUnknown, DecryptError, HandshakeFailure, NoCertificate, UnknownCA,
        UnsupportedCertificate,
    };
    matches!(
        alert,
        AccessDenied
            | BadCertificate
            | CertificateExpired
            | CertificateRequired
            | CertificateRevoked
            | CertificateUnknown
            | DecryptError
            | HandshakeFailure
            | NoCertificate
            | UnknownCA
            | UnsupportedCertificate
    )
}

fn wrong_name(presented: &[String]) -> String {
    /// Certificates of large sites have hundreds.
    const MOST: usize = 8;
    let hosts = presented
        .iter()
        .filter(|name| name.starts_with("DnsName") || name.starts_with("IpAddress"));
    let hosts: Vec<_> = hosts.map(|name| bare(name)).collect();
    if hosts.is_empty() {
        return "its certificate names no host at all: it has no subjectAltName, and its common name does not count"
            .to_owned();
    }
    let more = match hosts.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "its certificate is for another host: {}{more}",
        hosts[..hosts.len().min(MOST)].join(", ")
    )
}

/// The library writes `DnsName("a.test")`, `IpAddress(127.0.0.1)` and `IpAddress(0::1)`.
fn bare(name: &str) -> String {
    let inside = name.split_once('(').map_or(name, |(_, inside)| inside);
    let bare = inside.trim_end_matches(')').trim_matches('"');
    match bare.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => bare.to_owned(),
    }
}

fn date(time: UnixTime) -> String {
    minute(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(asked: Asked) -> Failure<'static> {
        Failure {
            asked,
            certificate: None,
            is_narrowed: false,
        }
    }

    #[test]
    fn a_missing_client_certificate_is_named_whatever_the_alert() {
        use AlertDescription::{BadCertificate, CertificateRequired, HandshakeFailure};
        for alert in [CertificateRequired, HandshakeFailure, BadCertificate] {
            let error = Error::AlertReceived(alert);
            let said = failure(Asked::WithoutAny).sentence(&error);
            assert!(said.contains("--cert"), "{said}");
            assert!(after_handshake(&error).contains("--cert"));
        }
        let said = failure(Asked::No).sentence(&Error::AlertReceived(HandshakeFailure));
        assert!(!said.contains("--cert"), "{said}");
    }

    #[test]
    fn the_names_in_a_certificate_are_shown_bare_and_not_all() {
        let names: Vec<_> = (0..10)
            .map(|index| format!("DnsName(\"{index}.test\")"))
            .collect();
        let said = wrong_name(&names);
        assert!(
            said.contains(": 0.test, 1.test") && said.ends_with("7.test and 2 more"),
            "{said}"
        );
        assert!(wrong_name(&["IpAddress(0::1)".to_owned()]).ends_with(" ::1"));
        assert!(wrong_name(&[]).contains("no host"));
    }
}
