//! Certificates made for one test: an authority that nobody knows, and what it or nobody vouches for.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate authority of the test's own.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
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
        }
    }

    /// What `--verify` is given.
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A server certificate for these names and addresses.
    pub(crate) fn issue(&self, names: &[&str]) -> Identity {
        self.sign(parameters(names))
    }

    /// The same, out of date since 2001.
    pub(crate) fn issue_expired(&self, names: &[&str]) -> Identity {
        let mut params = parameters(names);
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("ring makes keys");
        let certificate = params.signed_by(&key, &self.issuer).expect("ring signs");
        Identity::new(&certificate, &key)
    }
}

fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    CertificateParams::new(names).expect("the names of tests are names")
}

/// A certificate and its key, with which a server can be started.
#[derive(Clone)]
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    certificate_pem: String,
    key_pem: String,
    config: Arc<rustls::ServerConfig>,
}

impl Identity {
    /// A certificate that vouches for itself.
    pub(crate) fn self_signed(names: &[&str]) -> Identity {
        let key = KeyPair::generate().expect("ring makes keys");
        let certificate = parameters(names).self_signed(&key).expect("ring signs");
        Identity::new(&certificate, &key)
    }

    fn new(certificate: &rcgen::Certificate, key: &KeyPair) -> Identity {
        let der = certificate.der().clone();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(vec![der.clone()], private)
            .expect("a key belongs to its certificate");
        Identity {
            certificate: der,
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            config: Arc::new(config),
        }
    }

    pub(crate) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(crate) fn key_pem(&self) -> &str {
        &self.key_pem
    }

    pub(super) fn server_config(&self) -> Arc<rustls::ServerConfig> {
        Arc::clone(&self.config)
    }
}
