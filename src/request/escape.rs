//! Percent-encoding (RFC 3986, section 2.1): of paths and queries as HTTPie's users see it, of forms as Python writes it.
//!
//! Text in, ASCII out. It knows the alphabets, and nothing of where a path or a query begins.

use std::fmt::Write as _;

/// A path with what may not stand in one escaped.
pub(super) fn escape_path(path: &str) -> String {
    escape(path, is_path_byte)
}

/// The same of a query.
pub(super) fn escape_query(query: &str) -> String {
    escape(query, |byte| is_path_byte(byte) || byte == b'?')
}

/// A path with only that escaped which would break the request line.
pub(super) fn escape_unprintable(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte.is_ascii_graphic() {
            true => out.push(char::from(byte)),
            false => push_escape(byte, &mut out),
        }
    }
    out
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-~!$&'()*+,;=:@/".contains(&byte)
}

/// Percent-encodes what is not allowed. Escapes that are there stay, those of unreserved characters are resolved;
/// when one `%` is not part of a valid escape, every `%` stands for itself (as in HTTPie).
fn escape(text: &str, allowed: fn(u8) -> bool) -> String {
    if text.bytes().all(allowed) {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let hex = |at: usize| {
        bytes
            .get(at)
            .and_then(|byte| char::from(*byte).to_digit(16))
    };
    let escaped_byte = |at: usize| Some((hex(at + 1)? * 16 + hex(at + 2)?) as u8);
    let all_valid = (0..bytes.len()).all(|at| bytes[at] != b'%' || escaped_byte(at).is_some());
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match escaped_byte(at) {
            Some(decoded) if byte == b'%' && all_valid => {
                if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
                    out.push(char::from(decoded));
                } else {
                    push_escape(decoded, &mut out);
                }
                at += 3;
                continue;
            }
            _ if allowed(byte) => out.push(char::from(byte)),
            _ => push_escape(byte, &mut out),
        }
        at += 1;
    }
    out
}

fn push_escape(byte: u8, out: &mut String) {
    let _ = write!(out, "%{byte:02X}");
}

/// `application/x-www-form-urlencoded` as Python's `urlencode` writes it: a space is `+`, the unreserved stay.
pub(super) fn form_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) => {
                out.push(char::from(byte))
            }
            byte => push_escape(byte, out),
        }
    }
}

/// Bytes with all but small letters, digits, `-`, `.` and `_` as escapes of small digits: what knows no capitals can
/// hold it.
pub(super) fn escape_lower(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => _ = write!(out, "%{byte:02x}"),
        }
    }
    out
}
