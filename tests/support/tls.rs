//! Certificates made for one test: an authority that nobody knows, and what it or nobody vouches for. And the fixtures:
//! keys and certificates in forms that only OpenSSL makes.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    SupportedCipherSuite, SupportedProtocolVersion,
};

/// The path of a file in `tests/fixtures/tls`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

/// A certificate authority of the test's own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
    /// What a server has to show beside its own certificate; nothing for an authority that is trusted itself.
    chain: String,
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let key = KeyPair::generate().expect("ring makes keys");
        let mut params = CertificateParams::new(Vec::new()).expect("no names are valid names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test Authority");
        let certificate = params.self_signed(&key).expect("ring signs");
        Authority {
            issuer: Issuer::new(params, key),
            certificate,
            chain: String::new(),
        }
    }

    /// An authority that this one vouches for, with something changed.
    pub(crate) fn below(&self, change: impl FnOnce(&mut CertificateParams)) -> Authority {
        let key = KeyPair::generate().expect("ring makes keys");
        let mut params = CertificateParams::new(Vec::new()).expect("no names are valid names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test Intermediate");
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).expect("ring signs");
        Authority {
            issuer: Issuer::new(params, key),
            chain: certificate.pem() + &self.chain,
            certificate,
        }
    }

    /// What `--verify` is given.
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A server certificate for these names and addresses.
    pub(crate) fn issue(&self, names: &[&str]) -> Identity {
        self.issue_with(names, |_| ())
    }

    /// The same with something changed.
    pub(crate) fn issue_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let mut params = parameters(names);
        change(&mut params);
        let key = KeyPair::generate().expect("ring makes keys");
        let certificate = params.signed_by(&key, &self.issuer).expect("ring signs");
        Identity::from_pem(certificate.pem() + &self.chain, key.serialize_pem())
    }

    /// The same, out of date since 2001.
    pub(crate) fn issue_expired(&self, names: &[&str]) -> Identity {
        self.issue_with(names, |params| {
            params.not_before = rcgen::date_time_ymd(2000, 1, 1);
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        })
    }
}

fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    CertificateParams::new(names).expect("the names of tests are names")
}

/// Whether a server asks clients who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asks {
    #[default]
    No,
    /// It takes no certificate for an answer.
    Politely,
    Firmly,
}

/// A certificate and its key, with which a server can be started.
#[derive(Clone)]
pub(crate) struct Identity {
    certificate_pem: String,
    key_pem: String,
    asks: Asks,
    versions: Vec<&'static SupportedProtocolVersion>,
    suites: Option<Vec<SupportedCipherSuite>>,
    /// The client certificates that were shown, in order.
    shown: Arc<Mutex<Vec<CertificateDer<'static>>>>,
}

impl Identity {
    /// A certificate that vouches for itself.
    pub(crate) fn self_signed(names: &[&str]) -> Identity {
        Identity::self_signed_with(names, |_| ())
    }

    /// The same with something changed.
    pub(crate) fn self_signed_with(
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let mut params = parameters(names);
        change(&mut params);
        let key = KeyPair::generate().expect("ring makes keys");
        let certificate = params.self_signed(&key).expect("ring signs");
        Identity::new(&certificate, &key)
    }

    fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Identity {
        Identity::from_pem(certificate.pem(), key.serialize_pem())
    }

    pub(crate) fn from_pem(
        certificate_pem: impl Into<String>,
        key_pem: impl Into<String>,
    ) -> Identity {
        Identity {
            certificate_pem: certificate_pem.into(),
            key_pem: key_pem.into(),
            asks: Asks::No,
            versions: rustls::DEFAULT_VERSIONS.to_vec(),
            suites: None,
            shown: Arc::default(),
        }
    }

    /// Two files of the fixtures.
    pub(crate) fn from_fixtures(certificate: &str, key: &str) -> Identity {
        let read = |name| std::fs::read_to_string(fixture(name)).expect("a file of the package");
        Identity::from_pem(read(certificate), read(key))
    }

    /// The same, asking for a client certificate; any one will do, and so will none.
    pub(crate) fn asking(self) -> Identity {
        Identity {
            asks: Asks::Politely,
            ..self
        }
    }

    /// The same, insisting on a client certificate: any one.
    pub(crate) fn insisting(self) -> Identity {
        Identity {
            asks: Asks::Firmly,
            ..self
        }
    }

    /// The same, speaking this version of TLS alone.
    pub(crate) fn speaking(self, version: &'static SupportedProtocolVersion) -> Identity {
        Identity {
            versions: vec![version],
            ..self
        }
    }

    pub(crate) fn with_suites(self, suites: &[SupportedCipherSuite]) -> Identity {
        Identity {
            suites: Some(suites.to_vec()),
            ..self
        }
    }

    pub(crate) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(crate) fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// The client certificates that were shown so far; keep a clone of the identity to ask it.
    pub(crate) fn shown(&self) -> Vec<CertificateDer<'static>> {
        let shown = self.shown.lock();
        shown.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn server_config(&self) -> Arc<ServerConfig> {
        let mut provider = rustls::crypto::ring::default_provider();
        if let Some(suites) = &self.suites {
            provider.cipher_suites.clone_from(suites);
        }
        let provider = Arc::new(provider);
        let witness = Witness {
            asks: self.asks,
            shown: Arc::clone(&self.shown),
            provider: Arc::clone(&provider),
        };
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&self.versions)
            .expect("ring speaks TLS 1.2 and 1.3");
        let builder = match self.asks {
            Asks::No => builder.with_no_client_auth(),
            _ => builder.with_client_cert_verifier(Arc::new(witness)),
        };
        Arc::new(builder.with_cert_resolver(Arc::new(Always(self.certified()))))
    }

    fn certified(&self) -> Arc<CertifiedKey> {
        let chain = CertificateDer::pem_slice_iter(self.certificate_pem.as_bytes())
            .collect::<Result<Vec<_>, _>>()
            .expect("certificates of the test's own");
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())
            .expect("a key of the test's own");
        let key = rustls::crypto::ring::sign::any_supported_type(&key).expect("ring knows it");
        Arc::new(CertifiedKey::new(chain, key))
    }
}

/// Shows the same certificate to everybody, also one that the library would not (version 1).
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// Takes any client certificate and remembers it.
#[derive(Debug)]
struct Witness {
    asks: Asks,
    shown: Arc<Mutex<Vec<CertificateDer<'static>>>>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Witness {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        self.asks == Asks::Firmly
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(leaf.clone().into_owned());
        let is_refused = leaf.windows(7).any(|window| window == b"refused");
        match is_refused {
            true => Err(CertificateError::UnknownIssuer.into()),
            false => Ok(ClientCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        forgive_version_1(rustls::crypto::verify_tls12_signature(
            message, leaf, signed, algorithms,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        forgive_version_1(rustls::crypto::verify_tls13_signature(
            message, leaf, signed, algorithms,
        ))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// The library does not read certificates of version 1; OpenSSL's servers do.
fn forgive_version_1(
    verdict: Result<HandshakeSignatureValid, rustls::Error>,
) -> Result<HandshakeSignatureValid, rustls::Error> {
    match verdict {
        Err(rustls::Error::InvalidCertificate(CertificateError::Other(_))) => {
            Ok(HandshakeSignatureValid::assertion())
        }
        verdict => verdict,
    }
}
