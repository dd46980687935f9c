//! TLS by rustls: the handshake, and what is settled before it.
//!
//! A file a subject: `roots` (whom we trust), `verifier` (the check), `client_certificate` with `private_key` and its locks, `ciphers`,
//! `sentences` (what goes wrong). Nothing is read or built before the first https connection of a run.

mod certificate;
mod cipher;
mod ciphers;
mod client_certificate;
mod der;
mod locked_pkcs8;
mod passphrase;
mod private_key;
mod roots;
mod sentences;
mod verifier;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustls::SupportedProtocolVersion;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, SignatureScheme, StreamOwned};

use super::connection::Stream;
use super::wire::is_timeout;
use crate::error::{Error, Trouble, io_reason};
use certificate::Certificate;
use sentences::{Asked, Failure};
use verifier::{Checked, Shown, Unchecked};

pub(crate) use ciphers::Ciphers;
pub(crate) use client_certificate::ClientCertificate;
pub(crate) use passphrase::Passphrase;
pub(crate) use roots::Roots;
pub(crate) use sentences::after_handshake;

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

/// What the user asked of TLS.
#[derive(Clone, Debug, Default)]
pub(crate) struct TlsSettings {
    pub(crate) roots: Roots,
    pub(crate) versions: Versions,
    /// The suites to offer; without it, all that we speak.
    pub(crate) ciphers: Option<Ciphers>,
    pub(crate) client_certificate: Option<ClientCertificate>,
}

impl TlsSettings {
    fn is_narrowed(&self) -> bool {
        self.versions != Versions::Negotiated || self.ciphers.is_some()
    }
}

/// The TLS settings of a run, made into a configuration when first needed.
pub(crate) struct Tls {
    settings: TlsSettings,
    ready: OnceLock<Ready>,
}

/// What all handshakes of a run share.
struct Ready {
    config: Arc<ClientConfig>,
    /// The same for hosts that may not see the client's certificate.
    elsewhere: Arc<ClientConfig>,
    shown: Arc<Shown>,
    for_client: Arc<ForClient>,
    for_nobody: Arc<ForClient>,
}

impl Tls {
    pub(crate) fn new(settings: TlsSettings) -> Tls {
        Tls {
            settings,
            ready: OnceLock::new(),
        }
    }

    /// Reads every file that a handshake needs and asks for a passphrase, so that no server waits meanwhile.
    ///
    /// # Errors
    /// Roots, client certificate or ciphers that cannot be used.
    pub(crate) fn prepare(&self) -> Result<(), Error> {
        self.ready().map(|_| ())
    }

    /// Lays TLS over a connected socket: when this returns, the server has proved who it is.
    pub(crate) fn shake_hands(
        &self,
        host: &str,
        mut stream: Stream,
        timeout_text: &str,
    ) -> Result<StreamOwned<ClientConnection, Stream>, Error> {
        let ready = self.ready()?;
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Error::new(format!("'{host}' cannot be the name in a certificate")))?;
        let certificate = self.settings.client_certificate.as_ref();
        let keeps_back = certificate.is_some_and(|own| !own.host.eq_ignore_ascii_case(host));
        let (config, resolver) = match keeps_back {
            true => (&ready.elsewhere, &ready.for_nobody),
            false => (&ready.config, &ready.for_client),
        };
        resolver.was_asked.store(false, Ordering::Relaxed);
        let mut connection = ClientConnection::new(Arc::clone(config), name)
            .map_err(|error| Error::new(format!("SSLError: {host}: {error}")))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).map_err(|error| {
                let asked = match resolver.was_asked.load(Ordering::Relaxed) {
                    false => Asked::No,
                    true if keeps_back => Asked::KeptBack,
                    true if certificate.is_some() => Asked::Shown,
                    true => Asked::WithoutAny,
                };
                self.handshake_error(host, &error, asked, timeout_text)
            })?;
        }
        Ok(StreamOwned::new(connection, stream))
    }

    fn ready(&self) -> Result<&Ready, Error> {
        if let Some(ready) = self.ready.get() {
            return Ok(ready);
        }
        let ready = Ready::new(&self.settings)?;
        Ok(self.ready.get_or_init(|| ready))
    }

    fn handshake_error(
        &self,
        host: &str,
        error: &io::Error,
        asked: Asked,
        timeout_text: &str,
    ) -> Error {
        if is_timeout(error) {
            return Error::timed_out(timeout_text);
        }
        let shown = self.ready.get().and_then(|ready| ready.shown.take());
        let failure = Failure {
            asked,
            certificate: shown.as_deref().and_then(Certificate::read),
            is_narrowed: self.settings.is_narrowed(),
        };
        let of_tls = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let reason = match (of_tls, error.kind()) {
            (Some(of_tls), _) => failure.sentence(of_tls),
            (None, io::ErrorKind::UnexpectedEof) => {
                "the server closed the connection during the handshake".to_owned()
            }
            (None, io::ErrorKind::ConnectionReset) => {
                "the server reset the connection during the handshake".to_owned()
            }
            (None, _) => io_reason(error),
        };
        let sentence = Error::new(format!(
            "SSLError: no secure connection to {host}: {reason}."
        ));
        match of_tls {
            // What the two sides do not agree on stays; a connection that was lost may come back.
            Some(_) => sentence,
            None => sentence.with_trouble(Trouble::Unreachable),
        }
    }
}

impl Ready {
    fn new(settings: &TlsSettings) -> Result<Ready, Error> {
        let mut provider = ring::default_provider();
        if let Some(ciphers) = &settings.ciphers {
            provider.cipher_suites.clone_from(&ciphers.0);
        }
        let provider = Arc::new(provider);
        let shown = Arc::new(Shown::default());
        let verifier = verifier(&settings.roots, &provider, &shown)?;
        let certified = match &settings.client_certificate {
            Some(certificate) => Some(Arc::new(certificate.load()?)),
            None => None,
        };
        let for_client = Arc::new(ForClient::new(certified));
        let for_nobody = Arc::new(ForClient::new(None));
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(settings.versions.supported())
            .map_err(|_| {
                Error::new("SSLError: --ciphers leaves no cipher for the version of --ssl.")
            })?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(Arc::clone(&for_client) as Arc<dyn ResolvesClientCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut elsewhere = config.clone();
        elsewhere.client_auth_cert_resolver =
            Arc::clone(&for_nobody) as Arc<dyn ResolvesClientCert>;
        Ok(Ready {
            config: Arc::new(config),
            elsewhere: Arc::new(elsewhere),
            shown,
            for_client,
            for_nobody,
        })
    }
}

fn verifier(
    roots: &Roots,
    provider: &Arc<CryptoProvider>,
    shown: &Arc<Shown>,
) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    if *roots == Roots::Unverified {
        return Ok(Arc::new(Unchecked(Arc::clone(provider))));
    }
    let loaded = roots.load()?;
    let library =
        WebPkiServerVerifier::builder_with_provider(Arc::new(loaded.store), Arc::clone(provider))
            .build()
            .map_err(|error| {
                Error::new(format!("the trusted certificates cannot be used: {error}"))
            })?;
    Ok(Arc::new(Checked {
        library,
        named: loaded.certificates,
        shown: Arc::clone(shown),
    }))
}

/// Answers a server that asks for the client's certificate, and remembers that it did.
#[derive(Debug)]
struct ForClient {
    certified: Option<Arc<CertifiedKey>>,
    was_asked: AtomicBool,
}

impl ForClient {
    fn new(certified: Option<Arc<CertifiedKey>>) -> ForClient {
        ForClient {
            certified,
            was_asked: AtomicBool::new(false),
        }
    }
}

impl ResolvesClientCert for ForClient {
    /// Like OpenSSL, whichever authorities the server names: it may know more than it says.
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.certified.clone()
    }

    fn has_certs(&self) -> bool {
        self.certified.is_some()
    }
}
