//! The check of a server's certificate, around that of the library: what it lacks, and what the sentence about a refusal
//! needs to know.
//!
//! [`Checked`] accepts a certificate that the user named, byte for byte, also where the library wants an authority above
//! it (OpenSSL does the same); name, dates and purpose count all the same. [`Unchecked`] is `--verify=no`. Both are
//! shared by all handshakes of a run, which come one after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::certificate::Certificate;

/// The certificate that a server showed last.
#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<Option<CertificateDer<'static>>>);

impl Shown {
    fn keep(&self, certificate: &CertificateDer<'_>) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = Some(certificate.clone().into_owned());
    }

    pub(super) fn take(&self) -> Option<CertificateDer<'static>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Only what leads to the roots, or is one of the certificates that the user named.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) library: Arc<WebPkiServerVerifier>,
    pub(super) named: Vec<CertificateDer<'static>>,
    pub(super) shown: Arc<Shown>,
}

impl ServerCertVerifier for Checked {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self
            .library
            .verify_server_cert(leaf, between, name, stapled, now);
        self.shown.keep(leaf);
        match verdict {
            Err(_) if self.named.contains(leaf) => check_named(leaf, name, now),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.library
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.library
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.library.supported_verify_schemes()
    }
}

/// A certificate that the user named: it is not asked who issued it.
fn check_named(
    leaf: &CertificateDer<'_>,
    name: &ServerName<'_>,
    time: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let facts = Certificate::read(leaf).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let moment = |seconds: i64| {
        UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().unwrap_or_default()))
    };
    if now < facts.not_before {
        let not_before = moment(facts.not_before);
        return Err(CertificateError::NotValidYetContext { time, not_before }.into());
    }
    if now > facts.not_after {
        let not_after = moment(facts.not_after);
        return Err(CertificateError::ExpiredContext { time, not_after }.into());
    }
    if !facts.is_for_servers() {
        return Err(CertificateError::InvalidPurpose.into());
    }
    verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
    Ok(ServerCertVerified::assertion())
}

/// `--verify=no`. Signatures are not looked at either: they would only prove that the server holds the key of a certificate
/// that nobody believes, and refuse the old servers that the option is for.
#[derive(Debug)]
pub(super) struct Unchecked(pub(super) Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
