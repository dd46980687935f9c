//! TLS by rustls: which roots are trusted, the handshake, and sentences for what goes wrong in it.
//!
//! Nothing is read or built before the first https connection of a run.

use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
};
use rustls::{RootCertStore, SignatureScheme, StreamOwned, SupportedProtocolVersion};

use super::wire::is_timeout;
use crate::error::{Error, io_reason};

/// Whose certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Mozilla's roots, built into the binary.
    #[default]
    Embedded,
    /// The certificates of a PEM file, or of every file in a folder.
    Bundle(PathBuf),
    /// `--verify=no`: any certificate at all.
    Unverified,
}

/// Which versions of the protocol are spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Versions {
    /// TLS 1.2 and 1.3, the best that both sides know.
    #[default]
    Negotiated,
    Only12,
    Only13,
}

static ONLY_12: [&SupportedProtocolVersion; 1] = [&TLS12];
static ONLY_13: [&SupportedProtocolVersion; 1] = [&TLS13];

impl Versions {
    fn supported(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Versions::Negotiated => rustls::DEFAULT_VERSIONS,
            Versions::Only12 => &ONLY_12,
            Versions::Only13 => &ONLY_13,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct TlsSettings {
    pub(crate) roots: Roots,
    pub(crate) versions: Versions,
}

/// The TLS settings of a run, made into a configuration when first needed.
pub(crate) struct Tls {
    settings: TlsSettings,
    config: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    pub(crate) fn new(settings: TlsSettings) -> Tls {
        Tls {
            settings,
            config: OnceLock::new(),
        }
    }

    /// Lays TLS over a connected socket: when this returns, the server has proved who it is.
    pub(crate) fn shake_hands(
        &self,
        host: &str,
        mut socket: TcpStream,
        timeout_text: &str,
    ) -> Result<StreamOwned<ClientConnection, TcpStream>, Error> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::new(format!("'{host}' cannot be the name in a certificate")))?;
        let mut connection = ClientConnection::new(self.config()?, name)
            .map_err(|error| Error::new(format!("SSLError: {host}: {error}")))?;
        while connection.is_handshaking() {
            connection
                .complete_io(&mut socket)
                .map_err(|error| handshake_error(host, &error, timeout_text))?;
        }
        Ok(StreamOwned::new(connection, socket))
    }

    fn config(&self) -> Result<Arc<ClientConfig>, Error> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(self.settings.versions.supported())
            .map_err(|error| Error::new(format!("SSLError: {error}")))?;
        let builder = match &self.settings.roots {
            Roots::Unverified => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider))),
            Roots::Embedded => builder.with_root_certificates(RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            }),
            Roots::Bundle(path) => builder.with_webpki_verifier(bundle_verifier(path, provider)?),
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::clone(self.config.get_or_init(|| Arc::new(config))))
    }
}

fn bundle_verifier(
    path: &Path,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let failed = |why: String| Error::new(format!("the CA bundle '{}' {why}", path.display()));
    let certificates =
        read_certificates(path).map_err(|why| failed(format!("cannot be read: {why}")))?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(failed("holds no certificate in PEM form".to_owned()));
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| failed(format!("cannot be used: {error}")))
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let files = if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| io_reason(&error))?;
        entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect()
    } else {
        vec![path.to_owned()]
    };
    let mut certificates = Vec::new();
    for file in files {
        let bytes = std::fs::read(&file).map_err(|error| io_reason(&error))?;
        certificates.extend(CertificateDer::pem_slice_iter(&bytes).flatten());
    }
    Ok(certificates)
}

fn handshake_error(host: &str, error: &io::Error, timeout_text: &str) -> Error {
    if is_timeout(error) {
        return Error::timed_out(timeout_text);
    }
    let reason = match error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        Some(rustls::Error::InvalidCertificate(reason)) => certificate_sentence(reason),
        Some(other) => alert_sentence(other),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the server closed the connection during the handshake".to_owned()
        }
        None => io_reason(error),
    };
    Error::new(format!(
        "SSLError: no secure connection to {host}: {reason}"
    ))
}

/// Which check of the certificate failed, and what helps.
fn certificate_sentence(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "its certificate was not issued by a trusted authority. Give the authority with --verify=FILE".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet; check the clock".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host name".to_owned()
        }
        CertificateError::Revoked => "its certificate was revoked".to_owned(),
        CertificateError::BadSignature => "the signature of its certificate is wrong".to_owned(),
        other => format!("its certificate was refused: {other}"),
    }
}

/// A sentence for any other TLS error; alerts are the server's own complaints.
pub(crate) fn alert_sentence(error: &rustls::Error) -> String {
    match error {
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server requires a client certificate (--cert)".to_owned()
        }
        rustls::Error::AlertReceived(alert) => {
            format!("the server refused with the alert {alert:?}")
        }
        rustls::Error::InvalidMessage(_) => "the server does not speak TLS on this port".to_owned(),
        rustls::Error::PeerIncompatible(_) => {
            "the server supports neither TLS 1.2 nor TLS 1.3 with our ciphers".to_owned()
        }
        other => other.to_string(),
    }
}

/// `--verify=no`. Signatures of the handshake are still checked, so the server holds the key of what it shows.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
