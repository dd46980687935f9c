//! A body by its lines or records: each is shown when it is here, laid out where it is JSON.

use std::io::Read;

use super::printer::Printer;
use super::{FIRST_PIECE, cut_off, read};
use crate::error::Error;
use crate::output::decode::is_binary;
use crate::output::plan::{EVENT_STREAM, JSON_SEQUENCE};

/// What is longer than this is nothing that could be laid out but a body without an end.
const LONGEST: usize = 8 << 20;
/// Begins each record of a JSON text sequence (RFC 7464, section 2.2).
const RECORD_SEPARATOR: u8 = 0x1E;

/// What a stream consists of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Line,
    /// A CR alone ends it as well (WHATWG HTML, section 9.2.5), and is shown as a line break.
    LineOfEvent,
    /// A document over one line or several.
    Record,
}

impl Unit {
    /// What a stream of this type, in lower case, consists of.
    pub(super) fn of_type(media_type: &str) -> Unit {
        match media_type {
            EVENT_STREAM => Unit::LineOfEvent,
            JSON_SEQUENCE => Unit::Record,
            _ => Unit::Line,
        }
    }
}

/// Writes a stream to its end, or to the first line of binary data; what came together goes out together.
pub(super) fn write_by(
    unit: Unit,
    body: &mut dyn Read,
    printer: &mut Printer<'_>,
) -> Result<(), Error> {
    let mut open = Open::new(unit);
    let mut piece = vec![0; FIRST_PIECE];
    printer.together(|printer| {
        loop {
            let outcome = read(body, &mut piece);
            let length = *outcome.as_ref().unwrap_or(&0);
            let met_binary_data = open.take(&piece[..length], printer)?;
            if met_binary_data {
                printer.end_text(false)?;
                return printer.notice();
            }
            if length == 0 {
                return outcome.map(drop);
            }
            printer.show_what_stands()?;
        }
    })
}

/// The line or record that a stream is in.
struct Open {
    unit: Unit,
    bytes: Vec<u8>,
    /// It is too long: its beginning was passed on as text, and so is the rest.
    is_text: bool,
    /// A CR has just ended one: an LF behind it belongs to it.
    behind_cr: bool,
    /// Where in the document of a record it is.
    nesting: Nesting,
}

impl Open {
    fn new(unit: Unit) -> Open {
        Open {
            unit,
            bytes: Vec::new(),
            is_text: false,
            behind_cr: false,
            nesting: Nesting::default(),
        }
    }

    /// Takes a piece of the stream, none at its end, and tells whether binary data were met.
    fn take(&mut self, piece: &[u8], printer: &mut Printer<'_>) -> Result<bool, Error> {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            if is_binary(part) {
                return Ok(true);
            }
            match self.unit {
                Unit::Line => self.grow(part, printer)?,
                Unit::LineOfEvent => self.grow_by_events(part, printer)?,
                Unit::Record => self.grow_by_records(part, printer)?,
            }
        }
        if piece.is_empty() {
            self.end(printer)?;
        }
        Ok(false)
    }

    /// Takes a part in which lines may end in CR too.
    fn grow_by_events(&mut self, part: &[u8], printer: &mut Printer<'_>) -> Result<(), Error> {
        if std::mem::take(&mut self.behind_cr) && part == b"\n" {
            return Ok(());
        }
        let crlf = if part.ends_with(b"\r\n") { 2 } else { 0 };
        let (lines, end) = part.split_at(part.len() - crlf);
        for line in lines.split_inclusive(|byte| *byte == b'\r') {
            match line.strip_suffix(b"\r") {
                None => self.grow(line, printer)?,
                Some(line) => {
                    self.grow(line, printer)?;
                    self.grow(b"\n", printer)?;
                }
            }
        }
        self.behind_cr = part.ends_with(b"\r");
        self.grow(end, printer)
    }

    /// Takes a part in which records may begin.
    fn grow_by_records(&mut self, part: &[u8], printer: &mut Printer<'_>) -> Result<(), Error> {
        for (index, part) in part.split(|byte| *byte == RECORD_SEPARATOR).enumerate() {
            if index > 0 {
                self.end(printer)?;
                self.bytes.push(RECORD_SEPARATOR);
            }
            self.nesting.follow(part);
            self.grow(part, printer)?;
        }
        Ok(())
    }

    /// Takes a part that holds no line break but at its end; writes what is complete or too long.
    fn grow(&mut self, part: &[u8], printer: &mut Printer<'_>) -> Result<(), Error> {
        self.bytes.extend_from_slice(part);
        let may_go_on = self.unit == Unit::Record && self.nesting.goes_on_behind_line();
        if part.ends_with(b"\n") && !may_go_on {
            return self.end(printer);
        }
        if self.is_text || self.bytes.len() > LONGEST {
            let whole = self.bytes.len() - cut_off(&self.bytes);
            printer.put_text(&self.bytes[..whole])?;
            self.bytes.drain(..whole);
            self.is_text = true;
        }
        Ok(())
    }

    /// Writes what is complete, or will not become so.
    fn end(&mut self, printer: &mut Printer<'_>) -> Result<(), Error> {
        match self.is_text {
            true => printer.put_text(&self.bytes)?,
            false => printer.put_line(&self.bytes)?,
        }
        self.bytes.clear();
        self.is_text = false;
        self.nesting = Nesting::default();
        Ok(())
    }
}

/// How far a document is from its end. Whether it is JSON is for the formatter to see; this is to ask it once for each.
#[derive(Default)]
struct Nesting {
    /// How many objects and arrays are open.
    depth: usize,
    in_string: bool,
    behind_backslash: bool,
}

impl Nesting {
    fn follow(&mut self, text: &[u8]) {
        for byte in text {
            match byte {
                _ if std::mem::take(&mut self.behind_backslash) => {}
                b'\\' if self.in_string => self.behind_backslash = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether a line break here is white space within a document; in a string there is none (RFC 8259, section 7).
    fn goes_on_behind_line(&self) -> bool {
        self.depth > 0 && !self.in_string
    }
}
