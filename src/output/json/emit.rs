//! The second walk over a document that is known to be valid: copies its tokens in their new order and lay-out.
//!
//! What a token looks like is a [`Painter`]'s business, and what a string may keep of its escapes that of [`strings`].

mod strings;

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use super::helper;
use super::index::{Cursor, Index, Order};
use super::paint::{Painter, Token};
use super::parallel::{self, Share};
use super::scan::{Nesting, byte, skip_space};
use super::sink::Sink;
use super::text::string_end;
use super::{JsonOptions, MAX_INDENTED_DEPTH};
use crate::terminal_text::{Layout, escape_controls};

/// The order of small objects in a stretch of the text.
struct Local {
    index: Index,
    cursor: Cursor,
    stretch: Range<usize>,
}

impl Local {
    fn nowhere() -> Local {
        Local {
            index: Index::empty(),
            cursor: Cursor::default(),
            stretch: 0..0,
        }
    }
}

/// An object whose members are taken from an index.
#[derive(Clone, Copy)]
struct Sorted {
    /// Whether its members are those of the local index.
    is_local: bool,
    /// How many containers are open where it is the innermost.
    depth: usize,
    next: usize,
    last: usize,
    /// The offset of its closing brace, once the member before it has been met.
    end: usize,
}

pub(super) struct Emitter<'a, P> {
    text: &'a [u8],
    options: JsonOptions,
    index: &'a Index,
    cursor: Cursor,
    /// The index of a stretch of the text where the document's own does not note small objects.
    local: Local,
    painter: P,
    sink: Sink<'a>,
    open: Nesting,
    /// The open objects that are not in order.
    sorted: Vec<Sorted>,
    /// The depth of the innermost of them; 0 if there is none.
    sorted_depth: usize,
    /// Levels around what is written here, beside those of `open`.
    outer_depth: usize,
    /// Elements of the outermost array from this offset on are another's to write.
    stop: usize,
    /// Whether large arrays may be written by two threads.
    may_split: bool,
}

impl<'a, P: Painter> Emitter<'a, P> {
    pub(super) fn new(
        text: &'a [u8],
        options: &JsonOptions,
        index: &'a Index,
        painter: P,
        writer: &'a mut dyn Write,
    ) -> Emitter<'a, P> {
        Emitter {
            text,
            options: *options,
            index,
            cursor: Cursor::default(),
            local: Local::nowhere(),
            painter,
            sink: Sink::new(writer),
            open: Nesting::default(),
            sorted: Vec::new(),
            sorted_depth: 0,
            outer_depth: 0,
            stop: usize::MAX,
            may_split: !index.seams().is_empty() && helper::is_of_use(),
        }
    }

    /// Lets two threads write large arrays, or one alone.
    #[cfg(test)]
    pub(super) fn sharing(mut self, is_shared: bool) -> Self {
        self.may_split = is_shared;
        self
    }

    /// Writes what stands before `start` as it is, then the value that starts there.
    pub(super) fn run(mut self, start: usize) -> io::Result<()> {
        let prefix = skip_space(self.text, 0);
        if !self.options.format {
            self.white_space(&self.text[..prefix.min(start)]);
        }
        if prefix < start {
            let from = if self.options.format { 0 } else { prefix };
            let (mark, prefix) = split_byte_order_mark(&self.text[from..start]);
            self.sink.bytes(mark);
            if !prefix.is_empty() {
                self.painter.turn_to(Token::Prefix, &mut self.sink);
                let prefix = self.shown(prefix);
                self.sink.bytes(&prefix);
            }
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
                        self.begin(b'[');
                        at = match self.may_split {
                            true => self.split(at, inside),
                            false => inside,
                        };
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

    /// Writes most of an array that has begun together with another thread, if it is a large one; gives the offset of the
    /// element that is to be written next.
    #[cold]
    fn split(&mut self, at: usize, first: usize) -> usize {
        let Some(starts) = parallel::parts(self.index, at, first) else {
            return first;
        };
        let (text, index, options) = (self.text, self.index, self.options);
        let painter = self.painter.clone();
        let outer_depth = self.outer_depth + self.open.depth() - 1;
        let help = |parts: &mut dyn Iterator<Item = Range<usize>>, out: &mut dyn Write| {
            let mut emitter = Emitter::new(text, &options, index, painter, out);
            emitter.may_split = false;
            emitter.outer_depth = outer_depth;
            emitter.open.push(false);
            for part in parts {
                emitter.part(part);
                if emitter.sink.flush_writer().is_err() {
                    break;
                }
            }
        };
        parallel::share(&starts, help, |share| {
            match share {
                Share::Part(part) => self.part(part),
                Share::Written(bytes) => self.sink.large(bytes),
            }
            !self.sink.has_failed()
        })
    }

    /// Writes elements of an array, and the comma and line break behind each.
    fn part(&mut self, part: Range<usize>) {
        let may_split = std::mem::replace(&mut self.may_split, false);
        self.stop = part.end;
        self.value(skip_space(self.text, part.start));
        self.stop = usize::MAX;
        self.may_split = may_split;
    }

    /// Goes on behind a value: to the next one, whose offset it gives, or out of containers that end.
    #[inline(always)]
    fn after_value(&mut self, mut at: usize) -> Option<usize> {
        let text = self.text;
        while self.open.depth() > 0 {
            at = skip_space(text, at);
            let more = byte(text, at) == b',';
            if self.sorted_depth == self.open.depth() {
                match self.next_sorted(at, more) {
                    Ok(name) => {
                        self.line_break(true);
                        return Some(self.name(name));
                    }
                    Err(end) => at = end,
                }
            } else if more {
                let next = skip_space(text, at + 1);
                self.line_break(true);
                if self.open.in_object() {
                    return Some(self.name(next));
                }
                return (next < self.stop).then_some(next);
            }
            self.end(byte(text, at));
            if self.sink.has_failed() {
                return None;
            }
            at += 1;
        }
        None
    }

    /// The offset of the next name in the innermost sorted object, or else that of its closing brace. `at` is what stands
    /// behind a member: a comma if there are more behind it.
    #[inline(always)]
    fn next_sorted(&mut self, at: usize, more: bool) -> Result<usize, usize> {
        let Some(object) = self.sorted.last_mut() else {
            return Err(at);
        };
        if !more {
            object.end = at;
        }
        if object.next < object.last {
            let place = object.next;
            object.next += 1;
            let is_local = object.is_local;
            return Ok(self.member(place, is_local));
        }
        let end = object.end;
        self.sorted.pop();
        self.sorted_depth = self.sorted.last().map_or(0, |object| object.depth);
        Err(end)
    }

    #[inline(always)]
    fn begin(&mut self, bracket: u8) {
        self.painter.turn_to(Token::Punctuation, &mut self.sink);
        self.sink.byte(bracket);
        self.open.push(bracket == b'{');
        self.line_break(false);
    }

    /// Opens an object and writes the name that comes first; gives the offset of its value.
    #[inline(always)]
    fn begin_object(&mut self, at: usize, first_name: usize) -> usize {
        let mut order = self.index.order(at, &mut self.cursor);
        let is_local = order == Order::NotNoted;
        if is_local {
            order = self.small_object(at);
        }
        self.begin(b'{');
        let Order::Members { first, last } = order else {
            return self.name(first_name);
        };
        self.sorted_depth = self.open.depth();
        self.sorted.push(Sorted {
            is_local,
            depth: self.sorted_depth,
            next: first + 1,
            last,
            end: at,
        });
        self.name(self.member(first, is_local))
    }

    #[inline(always)]
    fn member(&self, place: usize, is_local: bool) -> usize {
        match is_local {
            true => self.local.index.member(place),
            false => self.index.member(place),
        }
    }

    /// The order of a small object that the document's index does not note.
    #[cold]
    fn small_object(&mut self, at: usize) -> Order {
        if !self.local.stretch.contains(&at) {
            let used = std::mem::replace(&mut self.local.index, Index::empty());
            let in_array = !self.open.in_object();
            let (index, end) = Index::of_stretch(self.text, at, in_array, used);
            self.local = Local {
                index,
                cursor: Cursor::default(),
                stretch: at..end,
            };
        }
        self.local.index.order(at, &mut self.local.cursor)
    }

    #[inline(always)]
    fn end(&mut self, bracket: u8) {
        self.open.pop();
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
        let levels = (self.outer_depth + self.open.depth()).min(MAX_INDENTED_DEPTH);
        let spaces = levels.saturating_mul(self.options.indent);
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

    /// What stands between tokens as a terminal may get it: a prefix is anything, and a carriage return is white space in JSON.
    fn shown<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.options.escape_controls {
            true => escape_controls(text, Layout::KeepLines),
            false => text.into(),
        }
    }

    /// Copies white space, in colour if it has any.
    fn white_space(&mut self, space: &[u8]) {
        let space = self.shown(space);
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

/// A byte order mark, which is no mistake and not to be seen, and what stands behind it.
fn split_byte_order_mark(text: &[u8]) -> (&[u8], &[u8]) {
    let mark = "\u{feff}".as_bytes();
    match text.strip_prefix(mark) {
        Some(rest) => (mark, rest),
        None => (&[], text),
    }
}
