//! Strings, with as few escapes as they can have: a character stands for itself unless JSON forbids that or a terminal would
//! obey it.

use super::super::paint::{Painter, Token};
use super::super::scan::byte;
use super::super::text::{encode, steers_terminal, unicode_escape};
use super::Emitter;

impl<P: Painter> Emitter<'_, P> {
    /// Writes a string with as few escapes as it can have; gives the offset behind it.
    #[inline(always)]
    pub(super) fn string(&mut self, at: usize, token: Token) -> usize {
        self.painter.turn_to(token, &mut self.sink);
        if !self.options.escape_controls
            && let Some(end) = self.sink.short_string(self.text, at, b"\"")
        {
            return end;
        }
        self.long_string(at)
    }

    fn long_string(&mut self, at: usize) -> usize {
        self.sink.byte(b'"');
        let mut at = at + 1;
        loop {
            at = if self.options.escape_controls {
                self.sink.until_wary_stop(self.text, at)
            } else {
                self.sink.until_string_stop(self.text, at)
            };
            match byte(self.text, at) {
                b'"' => break,
                b'\\' => at = self.escape(at),
                0 => return at,
                _ => at = self.wary_character(at),
            }
        }
        self.sink.byte(b'"');
        at + 1
    }

    /// Writes an escape, or the character it stands for where JSON allows that and a terminal is not steered by it.
    fn escape(&mut self, at: usize) -> usize {
        match byte(self.text, at + 1) {
            b'/' if self.options.format => {
                self.sink.byte(b'/');
                at + 2
            }
            b'u' => self.unicode(at),
            other => {
                self.sink.pair([b'\\', other]);
                at + 2
            }
        }
    }

    fn unicode(&mut self, at: usize) -> usize {
        let Some(unicode) = unicode_escape(self.text, at) else {
            self.sink.byte(b'\\');
            return at + 1;
        };
        let end = at + unicode.length;
        let stays = matches!(unicode.code, 0..0x20 | 0x22 | 0x5C | 0xD800..0xE000)
            || steers_terminal(unicode.code)
            || !self.options.format;
        if stays {
            self.sink.bytes(&self.text[at..end]);
        } else {
            let mut bytes = [0; 4];
            let length = encode(unicode.code, &mut bytes);
            self.sink.bytes(&bytes[..length]);
        }
        end
    }

    /// Writes the character at an offset, as an escape if it steers a terminal.
    fn wary_character(&mut self, at: usize) -> usize {
        let length = match byte(self.text, at) {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            _ => 3,
        };
        let end = (at + length).min(self.text.len());
        let bytes = &self.text[at..end];
        let character = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.chars().next());
        match character.map(u32::from) {
            Some(code) if steers_terminal(code) => {
                self.sink.bytes(format!("\\u{code:04x}").as_bytes());
            }
            _ => self.sink.bytes(bytes),
        }
        end
    }
}
