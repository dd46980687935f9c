//! The characters of JSON strings: finding their end eight bytes at a time, taking escapes apart, comparing names.

use std::cmp::Ordering;

use super::scan::byte;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of a word that equal `wanted`. The lowest mark is exact; marks above it may be false.
#[inline(always)]
pub(super) fn equal(word: u64, wanted: u8) -> u64 {
    let zeroed = word ^ (ONES * u64::from(wanted));
    zeroed.wrapping_sub(ONES) & !zeroed & HIGHS
}

/// Marks the bytes of a word that are less than `limit` (at most 128). The lowest mark is exact.
#[inline(always)]
pub(super) fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHS
}

/// The eight bytes at an offset as a little-endian word, unless fewer are left.
#[inline(always)]
pub(super) fn word(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// The size of a block.
pub(super) const BLOCK: usize = 16;

/// The block at an offset as two little-endian words, unless fewer bytes are left.
#[inline(always)]
pub(super) fn block(text: &[u8], at: usize) -> Option<[u64; 2]> {
    let bytes = text.get(at..at + BLOCK)?;
    let (low, high) = bytes.split_at(8);
    Some([
        u64::from_le_bytes(low.try_into().ok()?),
        u64::from_le_bytes(high.try_into().ok()?),
    ])
}

/// The place of the first mark in the marks of two words; the size of a block if there is none.
#[inline(always)]
pub(super) fn first_mark(low: u64, high: u64) -> usize {
    if low != 0 {
        return (low.trailing_zeros() / 8) as usize;
    }
    8 + (high.trailing_zeros() / 8) as usize
}

/// The offset of the next quote, backslash or control character; notes whether bytes above ASCII were met.
#[inline(always)]
pub(super) fn find_string_stop(text: &[u8], mut at: usize, non_ascii: &mut bool) -> usize {
    let stops = |word| equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
    let mut seen = 0;
    while let Some(word) = word(text, at) {
        seen |= word;
        let marks = stops(word);
        if marks != 0 {
            *non_ascii |= seen & HIGHS != 0;
            return at + (marks.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    *non_ascii |= seen & HIGHS != 0;
    while let Some(&byte) = text.get(at) {
        if byte == b'"' || byte == b'\\' || byte < 0x20 {
            break;
        }
        *non_ascii |= byte >= 0x80;
        at += 1;
    }
    at
}

/// The offset behind a run of digits.
#[inline(always)]
pub(super) fn find_digits_end(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// The number that four hexadecimal digits stand for.
pub(super) fn hex4(text: &[u8], at: usize) -> Option<u32> {
    let mut number = 0;
    for byte in text.get(at..at + 4)? {
        number = number << 4 | char::from(*byte).to_digit(16)?;
    }
    Some(number)
}

/// A `\u` escape taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unicode {
    /// The code point; a surrogate when its other half is missing.
    pub(super) code: u32,
    /// The length of the escape, or of both of a pair.
    pub(super) length: usize,
}

/// Reads the `\uXXXX` at the offset of its backslash, with the low surrogate behind it where the two are a pair.
pub(super) fn unicode_escape(text: &[u8], at: usize) -> Option<Unicode> {
    let code = hex4(text, at + 2)?;
    let single = Unicode { code, length: 6 };
    if !(0xD800..0xDC00).contains(&code) || text.get(at + 6..at + 8) != Some(b"\\u") {
        return Some(single);
    }
    match hex4(text, at + 8) {
        Some(low) if (0xDC00..0xE000).contains(&low) => Some(Unicode {
            code: 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00),
            length: 12,
        }),
        _ => Some(single),
    }
}

/// Whether a character steers a terminal without being seen: DEL, C1 controls, bidirectional embeddings and overrides.
pub(super) fn steers_terminal(code: u32) -> bool {
    matches!(code, 0x7F..=0x9F | 0x202A..=0x202E | 0x2066..=0x2069)
}

/// Compares two names by code points, as Python orders strings. Both offsets are those of opening quotes of valid strings.
#[inline]
pub(super) fn compare_names(text: &[u8], left: usize, right: usize) -> Ordering {
    let (mut left, mut right) = (left + 1, right + 1);
    loop {
        let (Some(&a), Some(&b)) = (text.get(left), text.get(right)) else {
            return Ordering::Equal;
        };
        if a == b'\\' || b == b'\\' {
            return characters(text, left).cmp(characters(text, right));
        }
        if a != b {
            return match (a, b) {
                (b'"', _) => Ordering::Less,
                (_, b'"') => Ordering::Greater,
                _ => a.cmp(&b),
            };
        }
        if a == b'"' {
            return Ordering::Equal;
        }
        left += 1;
        right += 1;
    }
}

/// The rest of a valid string as bytes whose order is that of code points: UTF-8, in which a lone surrogate has three bytes.
fn characters(text: &[u8], mut at: usize) -> impl Iterator<Item = u8> + '_ {
    let mut pending = [0; 4];
    let mut left = 0..0;
    std::iter::from_fn(move || {
        if let Some(index) = left.next() {
            return Some(pending[index]);
        }
        let byte = *text.get(at)?;
        if byte == b'"' {
            return None;
        }
        if byte != b'\\' {
            at += 1;
            return Some(byte);
        }
        let escape = *text.get(at + 1)?;
        if escape != b'u' {
            at += 2;
            return Some(match escape {
                b'b' => 8,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                other => other,
            });
        }
        let unicode = unicode_escape(text, at)?;
        at += unicode.length;
        let length = encode(unicode.code, &mut pending);
        left = 1..length;
        Some(pending[0])
    })
}

/// Writes a code point as UTF-8, a surrogate in the same way; gives the length.
pub(super) fn encode(code: u32, into: &mut [u8; 4]) -> usize {
    let tail = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
    match code {
        0..0x80 => *into = [code as u8, 0, 0, 0],
        0x80..0x800 => *into = [0xC0 | (code >> 6) as u8, tail(0), 0, 0],
        0x800..0x10000 => *into = [0xE0 | (code >> 12) as u8, tail(6), tail(0), 0],
        _ => *into = [0xF0 | (code >> 18) as u8, tail(12), tail(6), tail(0)],
    }
    match code {
        0..0x80 => 1,
        0x80..0x800 => 2,
        0x800..0x10000 => 3,
        _ => 4,
    }
}

/// The offset behind a valid string.
pub(super) fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        at = find_string_stop(text, at, &mut false);
        match byte(text, at) {
            b'\\' => at += 2,
            _ => return at + 1,
        }
    }
}
