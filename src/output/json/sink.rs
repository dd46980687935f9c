//! A buffer before a writer, made for very many very short pieces: they are copied in blocks of a fixed size, of which only
//! the beginning counts, since a copy whose length the compiler knows costs next to nothing.

use std::io::{self, Write};

use super::text::{BLOCK, below, block, equal, first_mark};

/// What goes to the writer at once.
const FLUSH_AT: usize = 64 << 10;
/// What can always be put without another look at the room that is left.
const ROOM: usize = 256;

/// White space of a line break: a comma, which may be skipped, the line feed and the indentation.
static BREAK: [u8; 66] = *b",\n                                                                ";

/// A short piece that is put often.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    bytes: [u8; PIECE_SIZE],
    length: usize,
}

/// More than the longest control sequence of a style.
const PIECE_SIZE: usize = 32;

impl Piece {
    /// A piece of at most 32 bytes; what is longer is cut off.
    pub(super) fn new(text: &[u8]) -> Piece {
        let length = text.len().min(PIECE_SIZE);
        let mut bytes = [0; PIECE_SIZE];
        bytes[..length].copy_from_slice(&text[..length]);
        Piece { bytes, length }
    }
}

pub(super) struct Sink<'w> {
    /// Its size is part of its type, so that the compiler knows what fits.
    buffer: Box<[u8; FLUSH_AT + ROOM]>,
    filled: usize,
    writer: &'w mut dyn Write,
    failure: Option<io::Error>,
}

impl<'w> Sink<'w> {
    pub(super) fn new(writer: &'w mut dyn Write) -> Sink<'w> {
        Sink {
            buffer: Box::new([0; FLUSH_AT + ROOM]),
            filled: 0,
            writer,
            failure: None,
        }
    }

    /// Hands the last piece over.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush();
        match self.failure {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Hands over what was put and lets the writer do the same.
    pub(super) fn flush_writer(&mut self) -> io::Result<()> {
        self.flush();
        match self.failure {
            Some(_) => Err(io::ErrorKind::Other.into()),
            None => self.writer.flush(),
        }
    }

    /// Whether the writer has failed: then all that is put goes nowhere.
    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    #[cold]
    fn flush(&mut self) {
        if self.failure.is_none()
            && let Err(error) = self.writer.write_all(&self.buffer[..self.filled])
        {
            self.failure = Some(error);
        }
        self.filled = 0;
    }

    /// Makes sure that `ROOM` bytes can be put.
    #[inline(always)]
    fn make_room(&mut self) {
        if self.filled > FLUSH_AT {
            self.flush();
        }
    }

    /// Puts one byte.
    #[inline(always)]
    pub(super) fn byte(&mut self, byte: u8) {
        self.make_room();
        self.buffer[self.filled] = byte;
        self.filled += 1;
    }

    /// Puts two bytes.
    #[inline(always)]
    pub(super) fn pair(&mut self, bytes: [u8; 2]) {
        self.make_room();
        self.buffer[self.filled..self.filled + 2].copy_from_slice(&bytes);
        self.filled += 2;
    }

    /// Puts a short piece.
    #[inline(always)]
    pub(super) fn piece(&mut self, piece: &Piece) {
        if piece.length > 0 {
            self.make_room();
            self.copy::<PIECE_SIZE>(&piece.bytes);
            self.filled += piece.length;
        }
    }

    /// Puts bytes of any number.
    pub(super) fn bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            self.make_room();
            let (now, rest) = bytes.split_at(bytes.len().min(ROOM));
            self.buffer[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = rest;
        }
    }

    /// Puts a large piece, past the buffer.
    pub(super) fn large(&mut self, bytes: &[u8]) {
        self.flush();
        if self.failure.is_none()
            && let Err(error) = self.writer.write_all(bytes)
        {
            self.failure = Some(error);
        }
    }

    /// Puts a line feed and so many spaces, behind a comma if there is to be one.
    #[inline(always)]
    pub(super) fn line_break(&mut self, comma: bool, spaces: usize) {
        self.make_room();
        let skip = usize::from(!comma);
        if spaces <= 30 {
            self.copy::<32>(&BREAK[skip..skip + 32]);
            self.filled += spaces + 2 - skip;
        } else {
            self.long_break(skip, spaces);
        }
    }

    fn long_break(&mut self, skip: usize, spaces: usize) {
        self.bytes(&BREAK[skip..2]);
        self.spaces(spaces);
    }

    /// Puts so many spaces.
    pub(super) fn spaces(&mut self, spaces: usize) {
        let mut left = spaces;
        while left > 0 {
            let now = left.min(64);
            self.bytes(&BREAK[2..2 + now]);
            left -= now;
        }
    }

    #[inline(always)]
    fn copy<const SIZE: usize>(&mut self, bytes: &[u8]) {
        self.buffer[self.filled..self.filled + SIZE].copy_from_slice(&bytes[..SIZE]);
    }

    /// Puts a whole string if it is short and has no escapes, `closing` in the place of its closing quote: a quote and, for
    /// a name, the colon and space behind it. Gives the offset behind the string. `at` is that of its opening quote.
    #[inline(always)]
    pub(super) fn short_string<const CLOSING: usize>(
        &mut self,
        text: &[u8],
        at: usize,
        closing: &[u8; CLOSING],
    ) -> Option<usize> {
        const QUOTE: u64 = 0xFF;
        let [low, high] = block(text, at)?;
        let stops = |word| equal(word, b'"') | equal(word, b'\\');
        let length = first_mark(stops(low) & !QUOTE, stops(high));
        if *text.get(at + length)? != b'"' {
            return None;
        }
        self.make_room();
        self.copy::<BLOCK>(&text[at..at + BLOCK]);
        let end = self.filled + length;
        self.buffer[end..end + CLOSING].copy_from_slice(closing);
        self.filled = end + CLOSING;
        Some(at + length + 1)
    }

    /// Puts the bytes of `text` from `at` up to the first quote or backslash; gives its offset.
    #[inline(always)]
    pub(super) fn until_string_stop(&mut self, text: &[u8], at: usize) -> usize {
        self.copy_until(text, at, |word| equal(word, b'"') | equal(word, b'\\'))
    }

    /// The same, stopping too at DEL and before the characters of two and three bytes that may steer a terminal.
    #[inline(always)]
    pub(super) fn until_wary_stop(&mut self, text: &[u8], at: usize) -> usize {
        self.copy_until(text, at, |word| {
            equal(word, b'"')
                | equal(word, b'\\')
                | equal(word, 0x7F)
                | equal(word, 0xC2)
                | equal(word, 0xE2)
        })
    }

    /// Puts the bytes of `text` from `at` up to the end of a number or literal; gives the offset behind it.
    #[inline(always)]
    pub(super) fn until_delimiter(&mut self, text: &[u8], at: usize) -> usize {
        // 0x20 makes one of ']' and '}'.
        self.copy_until(text, at, |word| {
            equal(word, b',') | equal(word | 0x2020_2020_2020_2020, b'}') | below(word, 0x21)
        })
    }

    #[inline(always)]
    fn copy_until(&mut self, text: &[u8], mut at: usize, stops: impl Fn(u64) -> u64) -> usize {
        while let Some([low, high]) = block(text, at) {
            self.make_room();
            self.copy::<BLOCK>(&text[at..at + BLOCK]);
            let length = first_mark(stops(low), stops(high));
            self.filled += length;
            at += length;
            if length < BLOCK {
                return at;
            }
        }
        while let Some(&byte) = text.get(at) {
            if stops(u64::from_le_bytes([
                byte, b'x', b'x', b'x', b'x', b'x', b'x', b'x',
            ])) != 0
            {
                break;
            }
            self.byte(byte);
            at += 1;
        }
        at
    }
}
