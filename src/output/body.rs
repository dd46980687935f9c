//! Writes one body: decoded, and then as bytes, as text for a terminal, laid out whole, or line by line.

use std::io::{Read, Write};

use super::colors::{Layout, escape_controls};
use super::decode::{self, is_binary};
use super::json::{self, Verdict};
use super::plan::{Plan, is_stream};
use super::report::Counted;
use super::show::{Codings, ShownBody, output_error};
use crate::error::Error;

/// What stands in for binary data on a terminal.
pub(crate) const BINARY_NOTICE: &[u8] = b"\n\
+-----------------------------------------+\n\
| NOTE: binary data not shown in terminal |\n\
+-----------------------------------------+";

/// The size of the pieces in which a body is copied, once it has proved to be large.
const LARGE_PIECE: usize = 128 * 1024;
const FIRST_PIECE: usize = 16 * 1024;

/// Whether a document brought the line break at its end with it.
enum LastLine {
    Ended,
    Open,
}

/// Writes bodies to an output.
pub(crate) struct BodyWriter<'a, W> {
    plan: &'a Plan,
    out: &'a mut W,
}

impl<'a, W: Write> BodyWriter<'a, W> {
    pub(crate) fn new(plan: &'a Plan, out: &'a mut W) -> BodyWriter<'a, W> {
        BodyWriter { plan, out }
    }

    /// Writes a body; `after_head` tells whether its head stands before it.
    pub(crate) fn write(&mut self, body: ShownBody<'_>, after_head: bool) -> Result<(), Error> {
        let content_type = body
            .headers
            .get_str("Content-Type")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut decoded: Box<dyn Read> = match body.codings {
            Codings::TakeOff => {
                decode::decode(body.reader, body.headers.get_all("Content-Encoding"))
            }
            Codings::Keep => Box::new(body.reader),
        };
        let mut decoded = Counted::new(&mut decoded, body.count);
        let may_be_json = self.plan.any_type_may_be_json
            || ["json", "javascript", "text"]
                .iter()
                .any(|word| content_type.contains(word));
        if !self.plan.is_pretty() && !self.plan.to_terminal {
            return self.copy(&mut decoded);
        }
        // Events are shown when they happen, also without --stream.
        let by_line = self.plan.by_line || is_stream(&content_type);
        if by_line && self.plan.is_pretty() && may_be_json {
            return self.lines(&mut decoded, may_be_json, after_head);
        }
        if !self.plan.is_pretty() || !may_be_json {
            return self.text(&mut decoded, after_head);
        }
        self.whole(&mut decoded, after_head)
    }

    /// The bytes as they are.
    fn copy(&mut self, body: &mut dyn Read) -> Result<(), Error> {
        let mut piece = vec![0; FIRST_PIECE];
        loop {
            let length = read(body, &mut piece)?;
            if length == 0 {
                return Ok(());
            }
            self.put(&piece[..length])?;
            if length == FIRST_PIECE {
                piece.resize(LARGE_PIECE, 0);
            }
        }
    }

    /// Text for a person, as it comes; the notice instead of binary data. A character, or a CRLF, that a piece cuts in two
    /// waits for its other half.
    fn text(&mut self, body: &mut dyn Read, after_head: bool) -> Result<(), Error> {
        let mut piece = vec![0; FIRST_PIECE];
        let mut held = 0;
        loop {
            let length = read(body, &mut piece[held..])?;
            let end = held + length;
            if is_binary(&piece[held..end]) {
                return self.notice(after_head);
            }
            let whole = if length == 0 {
                end
            } else {
                end - cut_off(&piece[..end])
            };
            self.put_text(&piece[..whole])?;
            if length == 0 {
                return Ok(());
            }
            piece.copy_within(whole..end, 0);
            held = end - whole;
        }
    }

    /// The whole body, laid out where it is JSON.
    fn whole(&mut self, body: &mut dyn Read, after_head: bool) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let outcome = body.read_to_end(&mut bytes);
        if is_binary(&bytes) {
            self.notice(after_head)?;
        } else {
            self.put_document(&bytes)?;
        }
        outcome.map(drop).map_err(Error::from)
    }

    /// Line by line, each laid out where it is JSON; what came together goes out together.
    fn lines(
        &mut self,
        body: &mut dyn Read,
        may_be_json: bool,
        after_head: bool,
    ) -> Result<(), Error> {
        let (mut line, mut shown) = (Vec::new(), Vec::new());
        let mut piece = vec![0; FIRST_PIECE];
        loop {
            let length = read(body, &mut piece)?;
            for part in piece[..length].split_inclusive(|byte| *byte == b'\n') {
                line.extend_from_slice(part);
                if is_binary(part) {
                    self.put(&shown)?;
                    return self.notice(after_head);
                }
                if part.ends_with(b"\n") {
                    BodyWriter::new(self.plan, &mut shown).put_line(&line, may_be_json)?;
                    line.clear();
                }
            }
            if length == 0 {
                BodyWriter::new(self.plan, &mut shown).put_line(&line, may_be_json)?;
            }
            self.put(&shown)?;
            shown.clear();
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn put_line(&mut self, line: &[u8], may_be_json: bool) -> Result<(), Error> {
        let content = line.trim_ascii_end();
        if !may_be_json || content.is_empty() {
            return self.put_text(line);
        }
        // A server-sent event has its document behind a name, a JSON text sequence behind a control character (RFC 7464).
        let (name, document) = match content
            .strip_prefix(b"data:")
            .or(content.strip_prefix(b"\x1E"))
        {
            Some(rest) => content.split_at(content.len() - rest.trim_ascii_start().len()),
            None => content.split_at(0),
        };
        self.put_text(name)?;
        match self.put_document(document)? {
            LastLine::Ended => Ok(()),
            LastLine::Open => self.put(&line[content.len()..]),
        }
    }

    fn put_document(&mut self, bytes: &[u8]) -> Result<LastLine, Error> {
        let mut options = self.plan.json;
        options.format &= self.plan.format;
        options.escape_controls = self.plan.to_terminal;
        let verdict = json::write_json(bytes, &options, self.plan.style.as_ref(), self.out);
        match verdict.map_err(output_error)? {
            // As in HTTPie, a coloured document ends its last line.
            Verdict::Written if self.plan.style.is_some() => {
                self.put(b"\n").map(|()| LastLine::Ended)
            }
            Verdict::Written => Ok(LastLine::Open),
            Verdict::NotJson => self.put_text(bytes).map(|()| LastLine::Open),
        }
    }

    fn put_text(&mut self, text: &[u8]) -> Result<(), Error> {
        match self.plan.to_terminal {
            true => self.put(&escape_controls(text, Layout::KeepLines)),
            false => self.put(text),
        }
    }

    fn notice(&mut self, after_head: bool) -> Result<(), Error> {
        if after_head {
            self.put(b"\n")?;
        }
        self.put(BINARY_NOTICE)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(output_error)
    }
}

fn read(body: &mut dyn Read, piece: &mut [u8]) -> Result<usize, Error> {
    loop {
        match body.read(piece) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            result => return result.map_err(Error::from),
        }
    }
}

/// How many bytes at the end may be the beginning of a character or of a CRLF: at most three.
fn cut_off(bytes: &[u8]) -> usize {
    if bytes.ends_with(b"\r") {
        return 1;
    }
    for back in 1..=bytes.len().min(3) {
        let needed = match bytes[bytes.len() - back] {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            0x80..=0xBF => continue,
            _ => return 0,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::cut_off;

    #[test]
    fn a_character_that_is_cut_in_two_waits() {
        for (bytes, want) in [
            (&b"abc"[..], 0),
            (b"abc\r", 1),
            ("é".as_bytes(), 0),
            (&"é".as_bytes()[..1], 1),
            (&"€".as_bytes()[..2], 2),
            (&"😀".as_bytes()[..3], 3),
            ("😀".as_bytes(), 0),
            (b"\x80\x80\x80\x80", 0),
            (b"", 0),
        ] {
            assert_eq!(cut_off(bytes), want, "{bytes:?}");
        }
    }
}
