//! Text that must not act as more than text on a terminal: what a server, a file or a user sends is shown, not obeyed.
//!
//! Any bytes in, what may be shown out. In a pipe bodies and heads go as they are; that is for the caller to know.

use std::borrow::Cow;

/// Which control characters text may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Line feeds (with the carriage return before them, if any) and tabs stay: a body, a head.
    KeepLines,
    /// Nothing stays: a name, a value, a piece of a sentence.
    OneLine,
}

/// Makes control characters visible: U+0000 to U+001F and DEL as their pictures (ESC as `␛`), C1 controls and
/// bidirectional overrides as `‹U+009B›`, bytes that an eight-bit terminal takes for C1 controls as `‹9B›`, other bytes that are
/// no UTF-8 as U+FFFD. The marks mean nothing in any language that is coloured.
pub(crate) fn escape_controls(text: &[u8], layout: Layout) -> Cow<'_, [u8]> {
    let Some(first) = next_control(text, 0, layout) else {
        return Cow::Borrowed(text);
    };
    let mut out = text[..first].to_vec();
    let mut at = first;
    loop {
        at += push_visible(&text[at..], &mut out);
        let next = next_control(text, at, layout).unwrap_or(text.len());
        out.extend_from_slice(&text[at..next]);
        at = next;
        if at == text.len() {
            return Cow::Owned(out);
        }
    }
}

/// The offset of the next control character.
fn next_control(text: &[u8], mut at: usize, layout: Layout) -> Option<usize> {
    while let Some(&byte) = text.get(at) {
        let rest = &text[at..];
        let length = match byte {
            b' '..=b'~' => 1,
            b'\n' | b'\t' if layout == Layout::KeepLines => 1,
            b'\r' if layout == Layout::KeepLines && rest.get(1) == Some(&b'\n') => 1,
            0x80..=0xFF => match first_character(rest) {
                Some(character) if !steers(character) => character.len_utf8(),
                _ => return Some(at),
            },
            _ => return Some(at),
        };
        at += length;
    }
    None
}

/// Appends a visible form of the control character at the start of `text`; gives its length in `text`.
fn push_visible(text: &[u8], out: &mut Vec<u8>) -> usize {
    let byte = text.first().copied().unwrap_or_default();
    let (visible, length) = match first_character(text) {
        Some(character) if character.is_ascii() => {
            // The pictures of control characters stand from U+2400 in their order, that of DEL at U+2421.
            let picture = if byte == 0x7F {
                0x2421
            } else {
                0x2400 + u32::from(byte)
            };
            (char::from_u32(picture).unwrap_or('?').to_string(), 1)
        }
        Some(character) => (
            format!("‹U+{:04X}›", u32::from(character)),
            character.len_utf8(),
        ),
        None if byte < 0xA0 => (format!("‹{byte:02X}›"), 1),
        None => ("\u{fffd}".to_owned(), 1),
    };
    out.extend_from_slice(visible.as_bytes());
    length
}

/// The character at the start of `text`, where it is valid UTF-8.
fn first_character(text: &[u8]) -> Option<char> {
    let length = match text.first()? {
        0..0x80 => 1,
        0xC2..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0..0xF5 => 4,
        _ => return None,
    };
    std::str::from_utf8(text.get(..length)?)
        .ok()?
        .chars()
        .next()
}

fn steers(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &[u8], wanted: &str) {
        let escaped = escape_controls(text, Layout::KeepLines);
        assert_eq!(String::from_utf8_lossy(&escaped), wanted);
    }

    #[test]
    fn control_characters_become_visible() {
        check(b"a\x1b[31mred\x07\0\x7f", "a␛[31mred␇␀␡");
        check(
            "\u{9b}31m \u{202e}abc\u{2066}".as_bytes(),
            "‹U+009B›31m ‹U+202E›abc‹U+2066›",
        );
        check(b"\x9b31m", "‹9B›31m");
        check(
            b"one\r\ntwo\ttab\nover\rwritten\r",
            "one\r\ntwo\ttab\nover␍written␍",
        );
        assert_eq!(
            &*escape_controls(b"a\tb\r\n", Layout::OneLine),
            "a␉b␍␊".as_bytes()
        );
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        let text = "Grüße, 世界 😀 \u{200d}\r\n".as_bytes();
        assert!(matches!(
            escape_controls(text, Layout::KeepLines),
            Cow::Borrowed(_)
        ));
        check(b"caf\xe9 \xe2\x82", "caf\u{fffd} \u{fffd}‹82›");
    }

    #[test]
    fn what_was_escaped_needs_no_escaping() {
        let all: Vec<u8> = (0..=255).chain(*b"\xc2\x9b\xe2\x80\xae").collect();
        let once = escape_controls(&all, Layout::KeepLines);
        assert_eq!(escape_controls(&once, Layout::KeepLines), once);
    }
}
