//! The block ciphers that lock private keys, all in CBC mode with the padding of PKCS#7.
//!
//! Bytes in, bytes out; which key and IV it is to be is decided elsewhere.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use des::{Des, TdesEde3};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes128,
    Aes192,
    Aes256,
    TripleDes,
    Des,
}

impl Cipher {
    /// In bytes.
    pub(super) fn key_length(self) -> usize {
        match self {
            Cipher::Aes128 => 16,
            Cipher::Aes192 | Cipher::TripleDes => 24,
            Cipher::Aes256 => 32,
            Cipher::Des => 8,
        }
    }

    /// In bytes; the IV has this length too.
    pub(super) fn block_length(self) -> usize {
        match self {
            Cipher::Aes128 | Cipher::Aes192 | Cipher::Aes256 => 16,
            Cipher::TripleDes | Cipher::Des => 8,
        }
    }

    /// What was encrypted; nothing where the padding is wrong, as it nearly always is with a wrong key.
    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
        match self {
            Cipher::Aes128 => open::<Aes128>(key, iv, bytes),
            Cipher::Aes192 => open::<Aes192>(key, iv, bytes),
            Cipher::Aes256 => open::<Aes256>(key, iv, bytes),
            Cipher::TripleDes => open::<TdesEde3>(key, iv, bytes),
            Cipher::Des => open::<Des>(key, iv, bytes),
        }
    }
}

fn open<C: BlockCipherDecrypt + KeyInit>(key: &[u8], iv: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let mut buffer = bytes.to_vec();
    let cbc = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    let length = cbc.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}
