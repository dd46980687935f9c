//! The second walk over a document that is known to be valid: copies its tokens in their new order and lay-out.
//!
//! What a token looks like is a [`Painter`]'s business; the plain one compiles to nothing.

use std::io::{self, Write};

use super::JsonOptions;
use super::index::{Index, Order};
use super::scan::{byte, skip_space};
use super::sink::Sink;
use super::text::{encode, steers_terminal, string_end, unicode_escape};

/// What a token is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Token {
    Name,
    String,
    Number,
    Constant,
    Punctuation,
    /// White space, where a style paints it.
    Space,
    /// What stands before the document and is no JSON.
    Prefix,
    /// White space that ends a line, and the end of the document.
    Nothing,
}

/// Puts what makes the next token look as it should.
pub(super) trait Painter {
    /// Whether it never puts anything.
    const PLAIN: bool;

    /// The next token is one of these.
    fn turn_to(&mut self, token: Token, sink: &mut Sink<'_>);

    /// Whether white space has a look of its own, which then ends and begins anew at every line break.
    fn paints_space(&self) -> bool {
        false
    }
}

/// No colours.
pub(super) struct Plain;

impl Painter for Plain {
    const PLAIN: bool = true;

    #[inline(always)]
    fn turn_to(&mut self, _token: Token, _sink: &mut Sink<'_>) {}
}

/// A container that is being written.
#[derive(Clone, Copy)]
enum Frame {
    Array,
    /// An object whose members are taken as they come.
    Object,
    /// An object whose members are taken from the index.
    Sorted {
        next: usize,
        last: usize,
        /// The offset of its closing brace, once the member before it has been met.
        end: usize,
    },
}

pub(super) struct Emitter<'a, P> {
    text: &'a [u8],
    options: JsonOptions,
    index: Index,
    /// The index of the small object that is being written, where the document's own does not note it.
    local: Option<(usize, Index)>,
    painter: P,
    sink: Sink<'a>,
    open: Vec<Frame>,
}

impl<'a, P: Painter> Emitter<'a, P> {
    pub(super) fn new(
        text: &'a [u8],
        options: &JsonOptions,
        index: Index,
        painter: P,
        writer: &'a mut dyn Write,
    ) -> Emitter<'a, P> {
        Emitter {
            text,
            options: *options,
            index,
            local: None,
            painter,
            sink: Sink::new(writer),
            open: Vec::new(),
        }
    }

    /// Writes what stands before `start` as it is, then the value that starts there.
    pub(super) fn run(mut self, start: usize) -> io::Result<()> {
        let prefix = skip_space(self.text, 0);
        if !self.options.format {
            self.white_space(&self.text[..prefix.min(start)]);
        }
        if prefix < start {
            let from = if self.options.format { 0 } else { prefix };
            self.painter.turn_to(Token::Prefix, &mut self.sink);
            self.sink.bytes(&self.text[from..start]);
        }
        if self.options.format {
            self.value(start);
        } else {
            self.recolour(start);
        }
        if self.painter.paints_space() && (self.options.format || !self.text.ends_with(b"\n")) {
            // The line break that ends a coloured document.
            self.painter.turn_to(Token::Space, &mut self.sink);
        }
        self.painter.turn_to(Token::Nothing, &mut self.sink);
        self.sink.finish()
    }

    fn value(&mut self, mut at: usize) {
        let text = self.text;
        loop {
            match byte(text, at) {
                b'"' => at = self.string(at, Token::String),
                b'[' => {
                    let inside = skip_space(text, at + 1);
                    if byte(text, inside) == b']' {
                        self.empty(*b"[]");
                        at = inside + 1;
                    } else {
                        self.begin(b'[', Frame::Array);
                        at = inside;
                        continue;
                    }
                }
                b'{' => {
                    let inside = skip_space(text, at + 1);
                    if byte(text, inside) == b'}' {
                        self.empty(*b"{}");
                        at = inside + 1;
                    } else {
                        at = self.begin_object(at, inside);
                        continue;
                    }
                }
                first => at = self.scalar(at, first),
            }
            match self.after_value(at) {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    /// Goes on behind a value: to the next one, whose offset it gives, or out of containers that end.
    #[inline(always)]
    fn after_value(&mut self, mut at: usize) -> Option<usize> {
        let text = self.text;
        loop {
            let frame = self.open.last_mut()?;
            at = skip_space(text, at);
            let more = byte(text, at) == b',';
            match frame {
                Frame::Array if more => {
                    self.line_break(true);
                    return Some(skip_space(text, at + 1));
                }
                Frame::Object if more => {
                    self.line_break(true);
                    return Some(self.name(skip_space(text, at + 1)));
                }
                Frame::Sorted { next, last, end } => {
                    if !more {
                        *end = at;
                    }
                    if *next < *last {
                        let place = *next;
                        *next += 1;
                        self.line_break(true);
                        let name = self.member(place);
                        return Some(self.name(name));
                    }
                    at = *end;
                }
                _ => {}
            }
            self.end(byte(text, at));
            if self.sink.has_failed() {
                return None;
            }
            at += 1;
        }
    }

    #[inline(always)]
    fn begin(&mut self, bracket: u8, frame: Frame) {
        self.painter.turn_to(Token::Punctuation, &mut self.sink);
        self.sink.byte(bracket);
        self.open.push(frame);
        self.line_break(false);
    }

    /// Opens an object and writes the name that comes first; gives the offset of its value.
    #[inline(always)]
    fn begin_object(&mut self, at: usize, first_name: usize) -> usize {
        let order = match &mut self.local {
            Some((_, index)) => index.order(at),
            None => self.index.order(at),
        };
        let order = match order {
            Order::NotNoted => self.look_at(at),
            known => known,
        };
        let Order::Members { first, last } = order else {
            self.begin(b'{', Frame::Object);
            return self.name(first_name);
        };
        let name = self.member(first);
        self.begin(
            b'{',
            Frame::Sorted {
                next: first + 1,
                last,
                end: at,
            },
        );
        self.name(name)
    }

    /// Takes notes on a small object, which hold until it ends.
    fn look_at(&mut self, at: usize) -> Order {
        let mut index = Index::of_object(self.text, at);
        let order = index.order(at);
        self.local = Some((self.open.len(), index));
        order
    }

    #[inline(always)]
    fn member(&self, place: usize) -> usize {
        match &self.local {
            Some((_, index)) => index.member(place),
            None => self.index.member(place),
        }
    }

    #[inline(always)]
    fn end(&mut self, bracket: u8) {
        self.open.pop();
        if let Some((depth, _)) = &self.local
            && *depth == self.open.len()
        {
            self.local = None;
        }
        self.line_break(false);
        self.painter.turn_to(Token::Punctuation, &mut self.sink);
        self.sink.byte(bracket);
    }

    fn empty(&mut self, brackets: [u8; 2]) {
        self.painter.turn_to(Token::Punctuation, &mut self.sink);
        self.sink.pair(brackets);
    }

    #[inline(always)]
    fn line_break(&mut self, comma: bool) {
        let spaces = self.open.len().saturating_mul(self.options.indent);
        if P::PLAIN {
            return self.sink.line_break(comma, spaces);
        }
        if comma {
            self.painter.turn_to(Token::Punctuation, &mut self.sink);
            self.sink.byte(b',');
        }
        if self.painter.paints_space() {
            self.painter.turn_to(Token::Space, &mut self.sink);
            self.painter.turn_to(Token::Nothing, &mut self.sink);
            self.sink.byte(b'\n');
            if spaces > 0 {
                self.painter.turn_to(Token::Space, &mut self.sink);
                self.sink.spaces(spaces);
            }
            return;
        }
        self.painter.turn_to(Token::Nothing, &mut self.sink);
        self.sink.line_break(false, spaces);
    }

    /// Copies white space, in colour if it has any.
    fn white_space(&mut self, space: &[u8]) {
        for part in space.split_inclusive(|byte| *byte == b'\n') {
            let (line, end) = match part.split_last() {
                Some((b'\n', line)) => (line, true),
                _ => (part, false),
            };
            if self.painter.paints_space() {
                self.painter.turn_to(Token::Space, &mut self.sink);
            }
            self.sink.bytes(line);
            if end {
                self.painter.turn_to(Token::Nothing, &mut self.sink);
                self.sink.byte(b'\n');
            }
        }
    }

    /// Writes a member's name and colon; gives the offset of its value.
    #[inline(always)]
    fn name(&mut self, at: usize) -> usize {
        if P::PLAIN
            && !self.options.escape_controls
            && let Some(end) = self.sink.short_string(self.text, at, b"\": ")
        {
            return skip_space(self.text, skip_space(self.text, end) + 1);
        }
        let colon = skip_space(self.text, self.string(at, Token::Name));
        self.painter.turn_to(Token::Punctuation, &mut self.sink);
        if self.painter.paints_space() {
            self.sink.byte(b':');
            self.painter.turn_to(Token::Space, &mut self.sink);
            self.sink.byte(b' ');
        } else {
            self.sink.pair(*b": ");
        }
        skip_space(self.text, colon + 1)
    }

    #[inline(always)]
    fn scalar(&mut self, at: usize, first: u8) -> usize {
        let token = match first {
            b'-' | b'0'..=b'9' => Token::Number,
            _ => Token::Constant,
        };
        self.painter.turn_to(token, &mut self.sink);
        self.sink.until_delimiter(self.text, at)
    }

    /// Writes a string with as few escapes as it can have; gives the offset behind it.
    #[inline(always)]
    fn string(&mut self, at: usize, token: Token) -> usize {
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

    /// Copies tokens and white space as they stand, in colour.
    fn recolour(&mut self, mut at: usize) {
        let text = self.text;
        while let Some(&first) = text.get(at) {
            match first {
                b'"' => {
                    let token = match byte(text, skip_space(text, string_end(text, at))) {
                        b':' => Token::Name,
                        _ => Token::String,
                    };
                    at = self.string(at, token);
                }
                b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                    self.painter.turn_to(Token::Punctuation, &mut self.sink);
                    self.sink.byte(first);
                    at += 1;
                }
                b' ' | b'\t' | b'\r' | b'\n' => {
                    let end = skip_space(text, at);
                    self.white_space(&text[at..end]);
                    at = end;
                }
                _ => at = self.scalar(at, first),
            }
        }
    }
}
