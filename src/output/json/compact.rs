//! JSON that a user typed, written as HTTPie sends it: one line, `", "` and `": "` between tokens, only ASCII.

use super::JsonError;
use super::scan::{self, byte};
use super::text::find_string_stop;

/// Appends the document `input` to `out` in the form in which Python's `json.dumps` writes it. Numbers stay as typed,
/// members stay in order, and several of one name stay several, as in HTTPie.
///
/// # Errors
/// When `input` is not JSON; `out` is as it was then.
pub(crate) fn reserialize(input: &[u8], out: &mut Vec<u8>) -> Result<(), JsonError> {
    scan::document(input, &mut scan::Nothing, usize::MAX).map_err(|fault| locate(input, fault))?;
    let mut at = 0;
    while let Some(&first) = input.get(at) {
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b',' => out.extend_from_slice(b", "),
            b':' => out.extend_from_slice(b": "),
            b'"' => {
                at = string(input, at, out);
                continue;
            }
            other => out.push(other),
        }
        at += 1;
    }
    Ok(())
}

/// Writes a valid string; gives the offset behind it.
fn string(input: &[u8], start: usize, out: &mut Vec<u8>) -> usize {
    out.push(b'"');
    let mut at = start + 1;
    loop {
        let stop = find_string_stop(input, at, &mut false);
        push_ascii(&input[at..stop], out);
        at = stop;
        match (byte(input, at), byte(input, at + 1)) {
            (b'\\', b'u') => at = unicode(input, at, out),
            (b'\\', b'/') => {
                out.push(b'/');
                at += 2;
            }
            (b'\\', other) => {
                out.extend_from_slice(&[b'\\', other]);
                at += 2;
            }
            _ => break,
        }
    }
    out.push(b'"');
    at + 1
}

fn push_ascii(text: &[u8], out: &mut Vec<u8>) {
    if text.is_ascii() {
        return out.extend_from_slice(text);
    }
    for character in String::from_utf8_lossy(text).chars() {
        if character.is_ascii() {
            out.push(character as u8);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                push_escape(u32::from(*unit), out);
            }
        }
    }
}

fn push_escape(unit: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
}

/// Writes a `\u` escape as Python does: ASCII as itself, the rest in lower case. A pair of surrogates stays a pair.
fn unicode(input: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    match super::text::hex4(input, at + 2) {
        Some(0x08) => out.extend_from_slice(b"\\b"),
        Some(0x09) => out.extend_from_slice(b"\\t"),
        Some(0x0A) => out.extend_from_slice(b"\\n"),
        Some(0x0C) => out.extend_from_slice(b"\\f"),
        Some(0x0D) => out.extend_from_slice(b"\\r"),
        Some(0x22) => out.extend_from_slice(b"\\\""),
        Some(0x5C) => out.extend_from_slice(b"\\\\"),
        Some(code @ 0x20..0x80) => out.push(code as u8),
        Some(code) => push_escape(code, out),
        None => {}
    }
    at + 6
}

/// Turns an offset into a line and a column.
fn locate(input: &[u8], fault: scan::Fault) -> JsonError {
    let before = &input[..fault.at.min(input.len())];
    let line_start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let continuation = |byte: &&u8| **byte & 0xC0 == 0x80;
    let column = &before[line_start..];
    JsonError {
        line: 1 + before.iter().filter(|&&byte| byte == b'\n').count(),
        column: 1 + column.len() - column.iter().filter(continuation).count(),
        message: fault.message,
    }
}
