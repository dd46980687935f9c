//! Whose certificates are believed: Mozilla's roots in the binary, those that the user names, or those of the operating system.
//!
//! Read when the first https connection of a run needs them, and not before.

use std::fmt;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::error::{Error, io_reason};

/// Whose certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Mozilla's roots, built into the binary.
    #[default]
    Embedded,
    /// The certificates of a PEM file, or of every file in a folder.
    Bundle(PathBuf),
    /// What the operating system trusts; the paths that the environment names in its place, if any.
    System(Vec<PathBuf>),
    /// `--verify=no`: any certificate at all.
    Unverified,
}

/// Roots that were read.
pub(super) struct Loaded {
    pub(super) store: RootCertStore,
    /// What the user named, whole: a server may show one of these itself.
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// Where they come from, for people.
    origin: String,
}

impl Roots {
    /// Reads the certificates.
    ///
    /// # Errors
    /// Files that cannot be read or hold no certificate; a system that has none.
    pub(super) fn load(&self) -> Result<Loaded, Error> {
        match self {
            Roots::Unverified => Ok(Loaded::new(Vec::new(), "nowhere".to_owned())),
            Roots::Embedded => Ok(Loaded {
                store: RootCertStore {
                    roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
                },
                certificates: Vec::new(),
                origin: "built into this program".to_owned(),
            }),
            Roots::Bundle(path) => from_bundle(path),
            Roots::System(named) => from_system(named),
        }
    }

    /// Which roots a run uses, for `--debug`.
    pub(crate) fn description(&self) -> String {
        match (self, self.load()) {
            (Roots::Unverified, _) => {
                "none: the server's certificate is not checked (--verify=no)".to_owned()
            }
            (_, Ok(loaded)) => format!("{}, {}", loaded.store.len(), loaded.origin),
            (_, Err(error)) => format!("none: {error}"),
        }
    }
}

impl Loaded {
    /// Takes each certificate once: folders made by c_rehash hold every one twice.
    fn new(mut certificates: Vec<CertificateDer<'static>>, origin: String) -> Loaded {
        certificates.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
        certificates.dedup();
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates.iter().cloned());
        Loaded {
            store,
            certificates,
            origin,
        }
    }
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loaded({}, {})", self.store.len(), self.origin)
    }
}

fn from_bundle(path: &Path) -> Result<Loaded, Error> {
    let failed = |why: String| Error::new(format!("the CA bundle '{}' {why}", path.display()));
    let certificates = read(path).map_err(|why| failed(format!("cannot be read: {why}")))?;
    let kind = if path.is_dir() { "folder" } else { "file" };
    let loaded = Loaded::new(certificates, format!("of the {kind} '{}'", path.display()));
    match loaded.store.is_empty() {
        true => Err(failed("holds no certificate in PEM form".to_owned())),
        false => Ok(loaded),
    }
}

/// The certificates of a file or of all files in a folder.
fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let files = if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| io_reason(&error))?;
        let mut files: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        files
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

/// What the environment names counts alone; else what the system has.
fn from_system(named: &[PathBuf]) -> Result<Loaded, Error> {
    if !named.is_empty() {
        let mut certificates = Vec::new();
        for path in named {
            certificates.extend(from_bundle(path)?.certificates);
        }
        let names: Vec<_> = named
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let origin = format!("of the operating system ({})", names.join(", "));
        return Ok(Loaded::new(certificates, origin));
    }
    system::load().filter(|loaded| !loaded.store.is_empty()).ok_or_else(|| {
        Error::new(
            "--verify=system: this system has no certificates where they usually are. Install them (the package is \
             often called ca-certificates), name them with SSL_CERT_FILE, or leave --verify out for the built-in ones.",
        )
    })
}

#[cfg(any(target_vendor = "apple", windows))]
mod system {
    use super::Loaded;

    pub(super) fn load() -> Option<Loaded> {
        let certificates = rustls_native_certs::load_native_certs().certs;
        Some(Loaded::new(
            certificates,
            "of the operating system".to_owned(),
        ))
    }
}

#[cfg(not(any(target_vendor = "apple", windows)))]
mod system {
    use std::path::Path;

    use super::{Loaded, from_bundle};

    /// Where systems keep their certificates, whole files before folders.
    const PLACES: [&str; 13] = [
        // Debian, Ubuntu, Arch, Gentoo, Alpine
        "/etc/ssl/certs/ca-certificates.crt",
        // Fedora, RHEL
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt",
        // openSUSE
        "/etc/ssl/ca-bundle.pem",
        "/var/lib/ca-certificates/ca-bundle.pem",
        // OpenELEC
        "/etc/pki/tls/cacert.pem",
        // Alpine, OpenBSD
        "/etc/ssl/cert.pem",
        // FreeBSD
        "/usr/local/etc/ssl/cert.pem",
        "/usr/local/share/certs/ca-root-nss.crt",
        // illumos
        "/etc/certs/ca-certificates.crt",
        "/etc/ssl/certs",
        "/etc/pki/tls/certs",
        // Android
        "/system/etc/security/cacerts",
    ];

    pub(super) fn load() -> Option<Loaded> {
        let mut places = PLACES.iter().map(Path::new);
        places.find_map(|place| {
            let loaded = from_bundle(place).ok()?;
            let origin = format!("of the operating system ({})", place.display());
            Some(Loaded { origin, ..loaded })
        })
    }
}
