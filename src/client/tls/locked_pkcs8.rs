//! Encrypted PKCS#8 (RFC 5958, section 3): the locks of PKCS#5 (RFC 8018) and the one of PKCS#12 (RFC 7292) that
//! OpenSSL writes or once wrote. scrypt and the RC ciphers are not known.
//!
//! DER and a passphrase in, the DER of the key out. Ciphers and hashes are libraries'.

use std::num::NonZeroU32;

use ring::{digest, pbkdf2};

use super::cipher::Cipher;
use super::der::{Der, OBJECT_IDENTIFIER, OCTET_STRING};

const PBES2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 13];
const PBKDF2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 12];
const MD5_AND_DES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 3];
const SHA1_AND_DES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 10];
const SHA1_AND_TRIPLE_DES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 12, 1, 3];
const HMAC: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 2];
const AES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1];
const TRIPLE_DES: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 3, 7];

/// So many rounds take seconds; a file that asks for more wants to keep us busy for ever.
const MOST_ROUNDS: u32 = 20_000_000;

const DAMAGED: &str = "is damaged: it is no encrypted PKCS#8 key";

/// What the passphrase opens; `None` where it does not.
///
/// # Errors
/// What goes on after "the private key in FILE": it is damaged, or locked in a way that is not known here.
pub(super) fn open(der: &[u8], secret: &[u8]) -> Result<Option<Vec<u8>>, String> {
    let (algorithm, parameters, locked) = parts(der).ok_or(DAMAGED)?;
    let Opener { cipher, key, iv } = match algorithm {
        PBES2 => pbes2(parameters, secret)?,
        MD5_AND_DES | SHA1_AND_DES | SHA1_AND_TRIPLE_DES => {
            let (salt, rounds) = salt_and_rounds(parameters).ok_or(DAMAGED)?;
            let rounds = allowed(rounds)?;
            match algorithm {
                MD5_AND_DES => pbkdf1(|bytes| md5::compute(bytes).to_vec(), secret, salt, rounds),
                SHA1_AND_DES => pbkdf1(sha1, secret, salt, rounds),
                _ => pkcs12(secret, salt, rounds),
            }
        }
        _ => return Err(unknown("an encryption")),
    };
    Ok(cipher.decrypt(&key, &iv, locked))
}

/// A cipher with all that it needs.
struct Opener {
    cipher: Cipher,
    key: Vec<u8>,
    iv: Vec<u8>,
}

fn unknown(what: &str) -> String {
    format!(
        "is locked with {what} that is not known here. Lock it anew with: openssl pkcs8 -topk8 -in OLD -out NEW"
    )
}

/// The algorithm, its parameters, and what it encrypted.
fn parts(der: &[u8]) -> Option<(&[u8], Der<'_>, &[u8])> {
    let mut info = Der::new(der).sequence()?;
    let mut algorithm = info.sequence()?;
    let name = algorithm.take(OBJECT_IDENTIFIER)?;
    Some((name, algorithm, info.take(OCTET_STRING)?))
}

fn salt_and_rounds(mut parameters: Der<'_>) -> Option<(&[u8], u32)> {
    let mut parameters = parameters.sequence()?;
    Some((parameters.take(OCTET_STRING)?, parameters.number()?))
}

fn allowed(rounds: u32) -> Result<NonZeroU32, String> {
    NonZeroU32::new(rounds)
        .filter(|rounds| rounds.get() <= MOST_ROUNDS)
        .ok_or_else(|| format!("asks for {rounds} rounds of key derivation, which is not believed"))
}

/// PBES2 with PBKDF2 (RFC 8018, section 6.2).
fn pbes2(parameters: Der<'_>, secret: &[u8]) -> Result<Opener, String> {
    let mut both = { parameters }.sequence().ok_or(DAMAGED)?;
    let mut derivation = both.sequence().ok_or(DAMAGED)?;
    let mut encryption = both.sequence().ok_or(DAMAGED)?;
    if derivation.take(OBJECT_IDENTIFIER) != Some(PBKDF2) {
        return Err(unknown("a key derivation"));
    }
    let cipher = encryption
        .take(OBJECT_IDENTIFIER)
        .and_then(block_cipher)
        .ok_or_else(|| unknown("an encryption"))?;
    let iv = encryption.take(OCTET_STRING).ok_or(DAMAGED)?;
    let mut derivation = derivation.sequence().ok_or(DAMAGED)?;
    let salt = derivation.take(OCTET_STRING).ok_or(DAMAGED)?;
    let rounds = allowed(derivation.number().ok_or(DAMAGED)?)?;
    let _key_length = derivation.number();
    let hash = match derivation.sequence() {
        Some(mut named) => named
            .take(OBJECT_IDENTIFIER)
            .and_then(pseudo_random_function)
            .ok_or_else(|| unknown("a hash"))?,
        None => pbkdf2::PBKDF2_HMAC_SHA1,
    };
    let mut key = vec![0; cipher.key_length()];
    pbkdf2::derive(hash, rounds, salt, secret, &mut key);
    Ok(Opener {
        cipher,
        key,
        iv: iv.to_vec(),
    })
}

fn block_cipher(name: &[u8]) -> Option<Cipher> {
    match (name.strip_prefix(AES), name) {
        (Some([2]), _) => Some(Cipher::Aes128),
        (Some([22]), _) => Some(Cipher::Aes192),
        (Some([42]), _) => Some(Cipher::Aes256),
        (_, TRIPLE_DES) => Some(Cipher::TripleDes),
        _ => None,
    }
}

fn pseudo_random_function(name: &[u8]) -> Option<pbkdf2::Algorithm> {
    match name.strip_prefix(HMAC)? {
        [7] => Some(pbkdf2::PBKDF2_HMAC_SHA1),
        [9] => Some(pbkdf2::PBKDF2_HMAC_SHA256),
        [10] => Some(pbkdf2::PBKDF2_HMAC_SHA384),
        [11] => Some(pbkdf2::PBKDF2_HMAC_SHA512),
        _ => None,
    }
}

/// PBES1 (RFC 8018, section 6.1): the hash goes over its own result, and the first 16 bytes are key and IV.
fn pbkdf1(
    hash: impl Fn(&[u8]) -> Vec<u8>,
    secret: &[u8],
    salt: &[u8],
    rounds: NonZeroU32,
) -> Opener {
    let first = hash(&[secret, salt].concat());
    let derived = (1..rounds.get()).fold(first, |last, _| hash(&last));
    Opener {
        cipher: Cipher::Des,
        key: derived[..8].to_vec(),
        iv: derived[8..16].to_vec(),
    }
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes)
        .as_ref()
        .to_vec()
}

fn pkcs12(secret: &[u8], salt: &[u8], rounds: NonZeroU32) -> Opener {
    let secret = String::from_utf8_lossy(secret);
    let wide: Vec<u8> = secret
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_be_bytes)
        .collect();
    Opener {
        cipher: Cipher::TripleDes,
        key: pkcs12_bytes(1, &wide, salt, rounds, 24),
        iv: pkcs12_bytes(2, &wide, salt, rounds, 8),
    }
}

/// The derivation of PKCS#12 with SHA-1 (RFC 7292, appendix B.2); `purpose` is 1 for a key and 2 for an IV.
fn pkcs12_bytes(
    purpose: u8,
    secret: &[u8],
    salt: &[u8],
    rounds: NonZeroU32,
    length: usize,
) -> Vec<u8> {
    const BLOCK: usize = 64;
    let filled = |bytes: &[u8]| -> Vec<u8> {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes.iter().copied().cycle().take(length).collect()
    };
    let mut input = [filled(salt), filled(secret)].concat();
    let mut derived = Vec::new();
    loop {
        let first = sha1(&[&[purpose; BLOCK][..], &input].concat());
        let last = (1..rounds.get()).fold(first, |last, _| sha1(&last));
        derived.extend(&last);
        if derived.len() >= length {
            derived.truncate(length);
            return derived;
        }
        let addend = filled(&last);
        for block in input.chunks_mut(BLOCK) {
            add_with_one(block, &addend[..BLOCK]);
        }
    }
}

/// `number + addend + 1`, both big-endian, without what flows over.
fn add_with_one(number: &mut [u8], addend: &[u8]) {
    let mut carry = 1u16;
    for (digit, other) in number.iter_mut().zip(addend).rev() {
        let sum = u16::from(*digit) + u16::from(*other) + carry;
        [_, *digit] = sum.to_be_bytes();
        carry = sum >> 8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        element(0x30, &parts.concat())
    }

    /// PBES2 { derivation { salt, rounds }, cipher } over nothing.
    fn locked(derivation: &[u8], rounds: &[u8], cipher: &[u8]) -> Vec<u8> {
        let parameters = sequence(&[element(4, &[1; 8]), element(2, rounds)]);
        let derivation = sequence(&[element(6, derivation), parameters]);
        let encryption = sequence(&[element(6, cipher), element(4, &[0; 16])]);
        let algorithm = sequence(&[element(6, PBES2), sequence(&[derivation, encryption])]);
        sequence(&[algorithm, element(4, &[0; 16])])
    }

    #[test]
    fn rounds_beyond_belief_are_refused() {
        let aes_128 = [AES, &[2]].concat();
        let with_rounds = |rounds: &[u8]| open(&locked(PBKDF2, rounds, &aes_128), b"x");
        assert!(with_rounds(&[0x7F, 0xFF, 0xFF, 0xFF]).is_err());
        assert!(with_rounds(&[0]).is_err());
        assert_eq!(with_rounds(&[1]), Ok(None));
    }

    #[test]
    fn a_lock_that_is_not_known_is_named_in_words() {
        let aes_128 = [AES, &[2]].concat();
        for (derivation, cipher, want) in [
            (PBES2, &aes_128[..], "is locked with a key derivation that"),
            (PBKDF2, PBES2, "is locked with an encryption that"),
        ] {
            let said = open(&locked(derivation, &[1], cipher), b"x").unwrap_err();
            assert!(said.starts_with(want), "{said}");
        }
    }

    #[test]
    fn a_damaged_lock_is_said_to_be_one_and_never_a_panic() {
        use rustls::pki_types::PrivatePkcs8KeyDer;
        use rustls::pki_types::pem::PemObject;
        let pem = include_str!("../../../tests/fixtures/tls/locked-pkcs8-aes-256-cbc.key");
        let plain = pem.replace("ENCRYPTED ", "");
        let locked = PrivatePkcs8KeyDer::from_pem_slice(plain.as_bytes()).unwrap();
        let locked = locked.secret_pkcs8_der();
        assert!(matches!(open(locked, b"sesame"), Ok(Some(_))));
        for end in 0..locked.len() {
            assert!(open(&locked[..end], b"sesame").is_err());
        }
        // What describes the lock stands in the first 110 bytes.
        for index in 0..110 {
            for value in [0, 0x30, 0xFF] {
                let mut damaged = locked.to_vec();
                damaged[index] = value;
                let _ = open(&damaged, b"sesame");
            }
        }
    }

    #[test]
    fn a_carry_goes_through_and_over() {
        let mut number = [0xFF, 0xFF];
        add_with_one(&mut number, &[0, 0]);
        assert_eq!(number, [0, 0]);
        let mut number = [0x00, 0xFF];
        add_with_one(&mut number, &[0x01, 0x00]);
        assert_eq!(number, [0x02, 0x00]);
    }
}
