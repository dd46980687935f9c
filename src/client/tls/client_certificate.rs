//! The client's certificate (`--cert`): its chain and its key from files, and to whom it is shown.
//!
//! It is a credential, so it is shown to the host of the URL that was typed and to no other that a redirect leads to.
//! Everything that can be wrong with the files is said before anything is sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;

use super::certificate::{Certificate, public_key};
use super::passphrase::Passphrase;
use super::private_key;
use crate::error::{Error, io_reason};

/// Where the client's certificate is, and whom it is for.
#[derive(Clone, Debug)]
pub(crate) struct ClientCertificate {
    /// The certificate, perhaps with those of its authorities behind it, in PEM.
    pub(crate) chain: PathBuf,
    /// The private key, where it is not in the same file.
    pub(crate) key: Option<PathBuf>,
    pub(crate) passphrase: Passphrase,
    /// The host that may see it.
    pub(crate) host: String,
}

impl ClientCertificate {
    /// Reads the files; asks for the passphrase of a locked key.
    ///
    /// # Errors
    /// A file cannot be read or lacks what it should have, or key and certificate are not a pair.
    pub(super) fn load(&self) -> Result<CertifiedKey, Error> {
        let pem = read(&self.chain)?;
        let chain = certificates(&self.chain, &pem)?;
        let key_path = self.key.as_ref().unwrap_or(&self.chain);
        let key_pem = match &self.key {
            Some(path) => &read(path)?,
            None => &pem,
        };
        let key = private_key::read(key_path, key_pem, &self.passphrase)?.ok_or_else(|| {
            let hint = match self.key {
                Some(_) => "",
                None => "; name the file of the key with --cert-key",
            };
            Error::new(format!(
                "there is no private key in '{}'{hint}",
                key_path.display()
            ))
        })?;
        let key = any_supported_type(&key).map_err(|_| {
            Error::new(format!(
                "the private key in '{}' cannot be used: it is damaged, or of a kind that is not known here; known are RSA from 2048 bits, ECDSA on P-256 and P-384, and Ed25519",
                key_path.display()
            ))
        })?;
        let of_key = key.public_key();
        let is_pair = match (&of_key, Certificate::read(&chain[0])) {
            (Some(of_key), Some(certificate)) => public_key(of_key) == Some(certificate.key),
            _ => false,
        };
        match is_pair {
            true => Ok(CertifiedKey::new(chain, Arc::clone(&key))),
            false => Err(Error::new(format!(
                "the private key in '{}' does not belong to the first certificate in '{}'",
                key_path.display(),
                self.chain.display()
            ))),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| {
        Error::new(format!(
            "'{}' cannot be read: {}",
            path.display(),
            io_reason(&error)
        ))
    })
}

/// The chain, which has one certificate at least.
fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).flatten().collect();
    let is_readable = chain
        .first()
        .is_some_and(|first| Certificate::read(first).is_some());
    match (chain.is_empty(), is_readable) {
        (_, true) => Ok(chain),
        (true, _) => Err(Error::new(format!(
            "there is no certificate in PEM form in '{}' (--cert)",
            path.display()
        ))),
        (false, _) => Err(Error::new(format!(
            "the first certificate in '{}' (--cert) is damaged",
            path.display()
        ))),
    }
}
