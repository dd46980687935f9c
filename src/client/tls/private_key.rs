//! A private key from a PEM file: PKCS#1, PKCS#8 and SEC1, in the clear or locked with a passphrase.
//!
//! Two kinds of lock are known: encrypted PKCS#8 (`locked_pkcs8`) and the older one of OpenSSL, in which headers of the PEM section name
//! cipher and IV (RFC 1421 in form, `EVP_BytesToKey` in substance). Takes the file's bytes; asks for the passphrase only
//! when there is a lock. The key itself is made by the TLS library.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::PrivateKeyDer;

use super::cipher::Cipher;
use super::der::is_one_sequence;
use super::locked_pkcs8;
use super::passphrase::Passphrase;
use crate::error::Error;

/// A section of a PEM file that holds a private key.
struct Section {
    /// What stands between BEGIN and PRIVATE KEY.
    kind: String,
    /// The cipher and IV of a `DEK-Info` header.
    lock: Option<String>,
    body: Vec<u8>,
}

/// The first private key in a PEM file, where there is one.
///
/// # Errors
/// It is of no use here, or the passphrase does not open it: a sentence that names the file.
pub(super) fn read(
    path: &Path,
    pem: &[u8],
    passphrase: &Passphrase,
) -> Result<Option<PrivateKeyDer<'static>>, Error> {
    let failed = |why: &str| Error::new(format!("the private key in '{}' {why}", path.display()));
    let section = first_key(&String::from_utf8_lossy(pem)).map_err(failed)?;
    let Some(section) = section else {
        return Ok(None);
    };
    let locked = match (&section.lock, section.kind.as_str()) {
        (Some(lock), _) => Some(legacy_lock(lock).map_err(|why| failed(&why))?),
        (None, "ENCRYPTED ") => Some(Lock::Pkcs8),
        (None, _) => None,
    };
    let Some(lock) = locked else {
        return typed(&section.kind, section.body).map(Some).map_err(failed);
    };
    let secret = passphrase.get(path)?;
    let opened = match lock {
        Lock::Pkcs8 => locked_pkcs8::open(&section.body, secret.as_bytes()),
        Lock::Legacy(cipher, iv) => {
            let key = bytes_to_key(secret.as_bytes(), &iv[..8], cipher.key_length());
            Ok(cipher.decrypt(&key, &iv, &section.body))
        }
    };
    let opened = opened
        .map_err(|why| failed(&why))?
        .filter(|der| is_one_sequence(der))
        .ok_or_else(|| failed("cannot be opened: the passphrase is wrong"))?;
    let kind = section.kind.trim_start_matches("ENCRYPTED ");
    typed(kind, opened).map(Some).map_err(failed)
}

enum Lock {
    Pkcs8,
    Legacy(Cipher, Vec<u8>),
}

fn typed(kind: &str, der: Vec<u8>) -> Result<PrivateKeyDer<'static>, &'static str> {
    match kind {
        "" => Ok(PrivateKeyDer::Pkcs8(der.into())),
        "RSA " => Ok(PrivateKeyDer::Pkcs1(der.into())),
        "EC " => Ok(PrivateKeyDer::Sec1(der.into())),
        _ => Err("is of a kind that is not known here; known are RSA, ECDSA and Ed25519 keys"),
    }
}

/// Looks for the first section whose label ends in PRIVATE KEY. What stands before it (EC PARAMETERS, certificates, text) is
/// passed over.
fn first_key(pem: &str) -> Result<Option<Section>, &'static str> {
    let mut lines = pem.lines().map(str::trim);
    let kind = lines.by_ref().find_map(|line| {
        let label = line.strip_prefix("-----BEGIN ")?;
        label.strip_suffix("PRIVATE KEY-----")
    });
    let Some(kind) = kind else {
        return Ok(None);
    };
    let end = format!("-----END {kind}PRIVATE KEY-----");
    let (mut lock, mut text, mut ended) = (None, String::new(), false);
    for line in lines {
        if line == end {
            ended = true;
            break;
        }
        match line.split_once(':') {
            Some(("DEK-Info", value)) => lock = Some(value.trim().to_owned()),
            Some(_) => {}
            None => text.push_str(line),
        }
    }
    match BASE64_STANDARD.decode(&text) {
        Ok(body) if ended => Ok(Some(Section {
            kind: kind.to_owned(),
            lock,
            body,
        })),
        _ => Err("is damaged: its PEM section is cut or holds what is not base64"),
    }
}

/// Reads `AES-256-CBC,0123...`.
fn legacy_lock(info: &str) -> Result<Lock, String> {
    let (name, iv) = info.split_once(',').unwrap_or((info, ""));
    let cipher = match name.trim() {
        "AES-128-CBC" => Cipher::Aes128,
        "AES-192-CBC" => Cipher::Aes192,
        "AES-256-CBC" => Cipher::Aes256,
        "DES-EDE3-CBC" => Cipher::TripleDes,
        "DES-CBC" => Cipher::Des,
        other => {
            return Err(format!(
                "is locked with the cipher {other}, which is not known here. Lock it anew with: openssl pkcs8 -topk8 -in OLD -out NEW"
            ));
        }
    };
    match hexadecimal(iv.trim()) {
        Some(iv) if iv.len() == cipher.block_length() => Ok(Lock::Legacy(cipher, iv)),
        _ => Err("is damaged: its DEK-Info header has no usable IV".to_owned()),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.filter(|digits| digits.len() % 2 == 0)?;
    let byte = |pair: &[u32]| u8::try_from(pair[0] << 4 | pair[1]).ok();
    pairs.chunks(2).map(byte).collect()
}

/// OpenSSL's `EVP_BytesToKey` with MD5 and one round, which is all that this form has.
fn bytes_to_key(secret: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let mut key: Vec<u8> = Vec::new();
    let mut last: Vec<u8> = Vec::new();
    while key.len() < length {
        last = md5::compute([&last, secret, salt].concat()).to_vec();
        key.extend(&last);
    }
    key.truncate(length);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(pem: &str, secret: &str) -> Result<PrivateKeyDer<'static>, String> {
        let passphrase = Passphrase::given(secret);
        let key = read(Path::new("k.pem"), pem.as_bytes(), &passphrase);
        key.map_err(|error| error.to_string())?
            .ok_or_else(|| "there is none in k.pem".to_owned())
    }

    #[test]
    fn a_key_is_found_behind_other_sections_and_text() {
        let pem = "Bag Attributes: x\r\n-----BEGIN EC PARAMETERS-----\r\nBggqhkjOPQMBBw==\r\n-----END EC PARAMETERS-----\r\n\
                   -----BEGIN EC PRIVATE KEY-----\r\nMAA=\r\n-----END EC PRIVATE KEY-----\r\n";
        let key = read_text(pem, "").unwrap();
        assert!(matches!(key, PrivateKeyDer::Sec1(_)));
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said() {
        let section = |kind: &str, inside: &str| {
            format!(
                "-----BEGIN {kind}PRIVATE KEY-----\n{inside}\n-----END {kind}PRIVATE KEY-----\n"
            )
        };
        let legacy = |info: &str| {
            section(
                "RSA ",
                &format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: {info}\n\nAAAA"),
            )
        };
        for (pem, want) in [
            (String::new(), "there is none"),
            (section("DSA ", "MAA="), "not known here"),
            (section("OPENSSH ", "MAA="), "not known here"),
            (section("", "not base64!"), "is damaged"),
            (
                "-----BEGIN PRIVATE KEY-----\nMAA=\n".to_owned(),
                "is damaged",
            ),
            (legacy("CAMELLIA-128-CBC,00"), "CAMELLIA-128-CBC"),
            (legacy("AES-128-CBC"), "IV"),
            (legacy("AES-128-CBC,0g"), "IV"),
            (legacy("AES-128-CBC,ééééééééééééééééé"), "IV"),
            (
                legacy("DES-CBC,0011223344556677"),
                "the passphrase is wrong",
            ),
            (section("ENCRYPTED ", "MAA="), "is damaged"),
        ] {
            let said = read_text(&pem, "x").unwrap_err();
            assert!(
                said.contains(want) && said.contains("k.pem"),
                "{pem}: {said}"
            );
        }
    }
}
