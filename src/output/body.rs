//! Writes one body: decoded, in UTF-8, and then as bytes, as text for a terminal, laid out whole, or line by line.

use std::io::{self, Read, Write};

use super::charset::{self, Facts, Utf8Reader};
use super::decode::{self, is_binary};
use super::highlight::{Highlighter, Language};
use super::json::{self, JsonOptions, Scanned, Verdict};
use super::plan::{Plan, is_stream};
use super::report::Counted;
use super::show::{Codings, ShownBody, output_error};
use super::xml;
use crate::error::Error;
use crate::terminal_text::{Layout, escape_controls};

/// What stands in for binary data on a terminal.
pub(crate) const BINARY_NOTICE: &[u8] = b"\n\
+-----------------------------------------+\n\
| NOTE: binary data not shown in terminal |\n\
+-----------------------------------------+";

/// The size of the pieces in which a body is copied, once it has proved to be large.
const LARGE_PIECE: usize = 128 * 1024;
const FIRST_PIECE: usize = 16 * 1024;
/// By so much of a body it is decided whether it can be a document; a longer one that cannot is not held in memory.
const BEGINNING: usize = 64 * 1024;
/// In a stream, what is longer than this is no line that could be laid out but a body without an end.
const LONGEST_LINE: usize = 8 << 20;

/// What a body is, by its type and by what the user says about it.
struct Kind {
    /// In small letters, without parameters.
    media_type: String,
    may_be_json: bool,
    may_be_xml: bool,
    /// How it is coloured where it is not laid out as JSON.
    language: Option<Language>,
}

impl Kind {
    fn new(content_type: &str, plan: &Plan, is_response: bool) -> Kind {
        let asked = plan.response_type.as_deref().filter(|_| is_response);
        let content_type = asked.unwrap_or(content_type);
        let essence = content_type.split(';').next().unwrap_or_default();
        let media_type = essence.trim().to_ascii_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| media_type.contains(word));
        Kind {
            may_be_json: plan.any_type_may_be_json || names(&["json", "javascript", "text"]),
            may_be_xml: plan.format && plan.xml.format && names(&["xml"]),
            language: Language::of_type(&media_type),
            media_type,
        }
    }

    /// Whether its bytes stand for characters.
    fn is_text(&self) -> bool {
        self.may_be_json
            || self.language.is_some()
            || self.media_type.is_empty()
            || self.media_type.contains("xml")
    }
}

/// Whether a document brought the line break at its end with it.
enum LastLine {
    Ended,
    Open,
}

/// The line that a stream is in.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// It is too long: its beginning was passed on as text, and so is the rest.
    is_text: bool,
}

impl Line {
    /// Takes a part that holds no line break but at its end; writes what is complete or too long.
    fn grow(&mut self, part: &[u8], writer: &mut BodyWriter<'_, impl Write>) -> Result<(), Error> {
        self.bytes.extend_from_slice(part);
        if part.ends_with(b"\n") {
            match self.is_text {
                true => writer.put_text(&self.bytes)?,
                false => writer.put_line(&self.bytes)?,
            }
            self.bytes.clear();
            self.is_text = false;
        } else if self.is_text || self.bytes.len() > LONGEST_LINE {
            let whole = self.bytes.len() - cut_off(&self.bytes);
            writer.put_text(&self.bytes[..whole])?;
            self.bytes.drain(..whole);
            self.is_text = true;
        }
        Ok(())
    }
}

/// Writes bodies to an output.
pub(crate) struct BodyWriter<'a, W> {
    plan: &'a Plan,
    out: &'a mut W,
    highlighter: Option<Highlighter>,
    /// Whether JSON is coloured: as in HTTPie, not where the type says that it is something else.
    colours_json: bool,
    /// Whether what was written last ends a line; nothing does.
    ends_line: bool,
}

impl<'a, W: Write> BodyWriter<'a, W> {
    pub(crate) fn new(plan: &'a Plan, out: &'a mut W) -> BodyWriter<'a, W> {
        BodyWriter {
            plan,
            out,
            highlighter: None,
            colours_json: true,
            ends_line: true,
        }
    }

    /// Writes a body; `after_head` tells whether its head stands before it.
    pub(crate) fn write(&mut self, body: ShownBody<'_>, after_head: bool) -> Result<(), Error> {
        let is_response = body.codings == Codings::TakeOff;
        let mut decoded: Box<dyn Read> = match body.codings {
            Codings::TakeOff => {
                decode::decode(body.reader, body.headers.get_all("Content-Encoding"))
            }
            Codings::Keep => Box::new(body.reader),
        };
        let mut decoded = Counted::new(&mut decoded, body.count);
        if !self.plan.is_pretty() && !self.plan.to_terminal {
            self.show_what_stands()?;
            return self.copy(&mut decoded);
        }
        let content_type = body.headers.get_str("Content-Type").unwrap_or_default();
        let kind = Kind::new(content_type, self.plan, is_response);
        if let (Some(style), Some(language)) = (&self.plan.style, kind.language) {
            self.highlighter = Some(Highlighter::new(language, style));
        }
        let facts = Facts {
            asked: self.plan.response_charset.filter(|_| is_response),
            content_type,
            is_text: kind.is_text(),
        };
        self.colours_json = self.plan.any_type_may_be_json
            || kind.language == Some(Language::LooseJson)
            || is_stream(&kind.media_type);
        // Events are shown when they happen, also without --stream.
        let by_line = self.plan.by_line || is_stream(&kind.media_type);
        let is_laid_out = kind.may_be_json || kind.may_be_xml;
        if self.plan.is_pretty() && is_laid_out && !by_line {
            return self.document(&mut decoded, facts, &kind, after_head);
        }
        self.show_what_stands()?;
        let mut text = Utf8Reader::new(decoded, facts);
        if self.plan.is_pretty() && by_line && kind.may_be_json {
            self.lines(&mut text, after_head)?;
        } else {
            self.text(&mut text, after_head)?;
        }
        // As in HTTPie, which reads responses by lines here and ends each.
        let ends_lines = is_response && (by_line || !self.plan.is_pretty());
        self.end_text(ends_lines)
    }

    /// Lets what was written before be seen: from here on nothing is held back.
    fn show_what_stands(&mut self) -> Result<(), Error> {
        self.out.flush().map_err(output_error)
    }

    /// A body that is laid out whole where it is a document; text as it comes where its beginning shows that it is none.
    fn document(
        &mut self,
        body: &mut dyn Read,
        mut facts: Facts<'_>,
        kind: &Kind,
        after_head: bool,
    ) -> Result<(), Error> {
        let mut beginning = Vec::new();
        let outcome = body.take(BEGINNING as u64).read_to_end(&mut beginning);
        let text = charset::whole_in_utf_8(&beginning, &facts, false);
        if is_binary(&text) {
            self.notice(after_head)?;
            return outcome.map(drop).map_err(Error::from);
        }
        if let Err(error) = outcome {
            self.put_document(&text, None, kind)?;
            return Err(error.into());
        }
        let is_all = beginning.len() < BEGINNING;
        let is_whole = is_all || kind.may_be_xml || json::may_begin_document(&text);
        drop(text);
        if !is_whole {
            facts.asked = charset::of_beginning(&beginning, &facts);
        }
        let mut all = beginning.as_slice().chain(body);
        if is_whole {
            return self.whole(&mut all, &facts, kind, after_head);
        }
        self.show_what_stands()?;
        self.text(&mut Utf8Reader::new(all, facts), after_head)?;
        self.end_text(false)
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
            let outcome = read(body, &mut piece[held..]);
            let length = *outcome.as_ref().unwrap_or(&0);
            let end = held + length;
            if is_binary(&piece[held..end]) {
                self.end_text(false)?;
                return self.notice(after_head);
            }
            let whole = if length == 0 {
                end
            } else {
                end - cut_off(&piece[..end])
            };
            self.put_text(&piece[..whole])?;
            if length == 0 {
                return outcome.map(drop);
            }
            piece.copy_within(whole..end, 0);
            held = end - whole;
        }
    }

    /// The whole body, laid out where it is JSON or XML. Where there is too little memory for that, it is shown as it comes.
    fn whole(
        &mut self,
        body: &mut dyn Read,
        facts: &Facts<'_>,
        kind: &Kind,
        after_head: bool,
    ) -> Result<(), Error> {
        let mut bytes = Vec::new();
        let (outcome, scanned) = match kind.may_be_json {
            true => {
                let orders_members = self.json_options().orders_members();
                match json::read(body, orders_members, &mut bytes) {
                    Ok(scanned) => (Ok(()), scanned),
                    Err(error) => (Err(error), None),
                }
            }
            false => (body.read_to_end(&mut bytes).map(drop), None),
        };
        let is_short = matches!(&outcome, Err(error) if error.kind() == io::ErrorKind::OutOfMemory);
        if is_short || outcome.is_ok() {
            self.show_what_stands()?;
        }
        if is_short || (outcome.is_ok() && !json::has_room_beside(&bytes)) {
            drop(scanned);
            let mut text = Utf8Reader::new(bytes.as_slice().chain(body), *facts);
            self.text(&mut text, after_head)?;
            return self.end_text(false);
        }
        // JSON is UTF-8 (RFC 8259, section 8.1), which the scan has seen to.
        let text = charset::whole_in_utf_8(&bytes, facts, scanned.is_some());
        // What was scanned are the bytes.
        let scanned = scanned.filter(|_| std::ptr::eq(&*text, &*bytes));
        if scanned.is_none() && is_binary(&text) {
            self.notice(after_head)?;
        } else {
            self.put_document(&text, scanned, kind)?;
        }
        outcome.map_err(Error::from)
    }

    fn put_document(
        &mut self,
        text: &[u8],
        scanned: Option<Scanned>,
        kind: &Kind,
    ) -> Result<(), Error> {
        if kind.may_be_json
            && let Some(LastLine::Ended | LastLine::Open) = self.put_json(text, scanned)?
        {
            return Ok(());
        }
        if !kind.may_be_xml || !self.put_xml(text)? {
            self.put_text(text)?;
        }
        self.end_text(false)
    }

    /// Line by line, each laid out where it is JSON; what came together goes out together.
    fn lines(&mut self, body: &mut dyn Read, after_head: bool) -> Result<(), Error> {
        let (mut line, mut shown) = (Line::default(), Vec::new());
        let mut piece = vec![0; FIRST_PIECE];
        loop {
            let outcome = read(body, &mut piece);
            let length = *outcome.as_ref().unwrap_or(&0);
            let mut writer = BodyWriter {
                plan: self.plan,
                out: &mut shown,
                highlighter: self.highlighter.take(),
                colours_json: self.colours_json,
                ends_line: self.ends_line,
            };
            let mut is_binary_data = false;
            for part in piece[..length].split_inclusive(|byte| *byte == b'\n') {
                is_binary_data = is_binary(part);
                if is_binary_data {
                    break;
                }
                line.grow(part, &mut writer)?;
            }
            if length == 0 {
                writer.put_line(&line.bytes)?;
            }
            (self.highlighter, self.ends_line) = (writer.highlighter.take(), writer.ends_line);
            self.put_raw(&shown)?;
            shown.clear();
            if is_binary_data {
                self.end_text(false)?;
                return self.notice(after_head);
            }
            if length == 0 {
                return outcome.map(drop);
            }
        }
    }

    fn put_line(&mut self, line: &[u8]) -> Result<(), Error> {
        let content = line.trim_ascii_end();
        if content.is_empty() {
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
        let mut shown = Vec::new();
        let mut writer = BodyWriter::new(self.plan, &mut shown);
        writer.colours_json = self.colours_json;
        match writer.put_json(document, None)? {
            None => self.put_text(line),
            Some(last_line) => {
                self.put_text(name)?;
                if self.colours_json {
                    self.paint_rest()?;
                    self.put(&shown)?;
                } else {
                    self.paint(&shown).map_err(output_error)?;
                    self.paint_rest()?;
                }
                match last_line {
                    LastLine::Ended => Ok(()),
                    LastLine::Open => self.put(&line[content.len()..]),
                }
            }
        }
    }

    fn json_options(&self) -> JsonOptions {
        JsonOptions {
            format: self.plan.json.format && self.plan.format,
            escape_controls: self.plan.to_terminal,
            ..self.plan.json
        }
    }

    /// Writes a JSON document; nothing where it is none.
    fn put_json(
        &mut self,
        bytes: &[u8],
        scanned: Option<Scanned>,
    ) -> Result<Option<LastLine>, Error> {
        let options = self.json_options();
        let verdict = match (self.colours_json, &self.plan.style) {
            (true, style) => json::write_json(bytes, scanned, &options, style.as_ref(), self.out),
            // As in HTTPie, what the type says decides about colours.
            (false, _) => json::write_json(bytes, scanned, &options, None, &mut Painted(self)),
        };
        match verdict.map_err(output_error)? {
            // As in HTTPie, a coloured document ends its last line.
            Verdict::Written if self.plan.style.is_some() => {
                self.paint_rest()?;
                self.put(b"\n").map(|()| Some(LastLine::Ended))
            }
            Verdict::Written => {
                self.ends_line = false;
                Ok(Some(LastLine::Open))
            }
            Verdict::NotJson => Ok(None),
        }
    }

    /// Writes an XML document and tells whether it is one.
    fn put_xml(&mut self, text: &[u8]) -> Result<bool, Error> {
        let visible = self.visible(text);
        let indent = self.plan.xml.indent;
        let mut painted = Painted(self);
        let verdict = xml::write_xml(&visible, indent, &mut painted).map_err(output_error)?;
        Ok(verdict == xml::Verdict::Written)
    }

    fn visible<'t>(&self, text: &'t [u8]) -> std::borrow::Cow<'t, [u8]> {
        match self.plan.to_terminal {
            true => escape_controls(text, Layout::KeepLines),
            false => text.into(),
        }
    }

    fn put_text(&mut self, text: &[u8]) -> Result<(), Error> {
        let visible = self.visible(text);
        self.paint(&visible).map_err(output_error)
    }

    /// Writes text, in colours if there are any.
    fn paint(&mut self, text: &[u8]) -> io::Result<()> {
        if let Some(last) = text.last() {
            self.ends_line = *last == b'\n';
        }
        match &mut self.highlighter {
            Some(highlighter) => highlighter.paint(text, self.out),
            None => self.out.write_all(text),
        }
    }

    fn paint_rest(&mut self) -> Result<(), Error> {
        match &mut self.highlighter {
            Some(highlighter) => highlighter.finish(self.out).map_err(output_error),
            None => Ok(()),
        }
    }

    /// Ends text; its last line too where that is wanted or, as in HTTPie, where it is coloured.
    fn end_text(&mut self, ends_lines: bool) -> Result<(), Error> {
        self.paint_rest()?;
        if !self.ends_line && (ends_lines || self.highlighter.is_some()) {
            self.put(b"\n")?;
        }
        Ok(())
    }

    fn notice(&mut self, after_head: bool) -> Result<(), Error> {
        if after_head {
            self.put(b"\n")?;
        }
        self.put(BINARY_NOTICE)?;
        // Nothing ends its line, as in HTTPie.
        self.ends_line = true;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if let Some(last) = bytes.last() {
            self.ends_line = *last == b'\n';
        }
        self.put_raw(bytes)
    }

    fn put_raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(output_error)
    }
}

/// A body's text as an output of formatters.
struct Painted<'b, 'a, W>(&'b mut BodyWriter<'a, W>);

impl<W: Write> Write for Painted<'_, '_, W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.paint(text).map(|()| text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
