//! A body line by line: each is shown when it is here, laid out where it is JSON.

use std::io::Read;

use super::printer::Printer;
use super::{FIRST_PIECE, cut_off, read};
use crate::error::Error;
use crate::output::decode::is_binary;

/// What is longer than this is no line that could be laid out but a body without an end.
const LONGEST_LINE: usize = 8 << 20;

/// Writes a stream to its end, or to the first line of binary data; what came together goes out together.
///
/// `of_events`: a CR alone ends a line as well (WHATWG HTML, section 9.2.5), and is shown as a line break.
pub(super) fn write_lines(
    body: &mut dyn Read,
    of_events: bool,
    printer: &mut Printer<'_>,
) -> Result<(), Error> {
    let mut line = Line {
        cr_ends_it: of_events,
        ..Line::default()
    };
    let mut shown = Vec::new();
    let mut piece = vec![0; FIRST_PIECE];
    loop {
        let outcome = read(body, &mut piece);
        let length = *outcome.as_ref().unwrap_or(&0);
        let met_binary_data =
            printer.aside(&mut shown, |printer| line.take(&piece[..length], printer))?;
        printer.put_raw(&shown)?;
        shown.clear();
        if met_binary_data {
            printer.end_text(false)?;
            return printer.notice();
        }
        if length == 0 {
            return outcome.map(drop);
        }
    }
}

/// The line that a stream is in.
#[derive(Default)]
struct Line {
    bytes: Vec<u8>,
    /// It is too long: its beginning was passed on as text, and so is the rest.
    is_text: bool,
    cr_ends_it: bool,
    /// A CR has just ended one: an LF behind it belongs to it.
    behind_cr: bool,
}

impl Line {
    /// Takes a piece of the stream, none at its end, and tells whether binary data were met.
    fn take(&mut self, piece: &[u8], printer: &mut Printer<'_>) -> Result<bool, Error> {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            if is_binary(part) {
                return Ok(true);
            }
            match self.cr_ends_it {
                true => self.grow_by_events(part, printer)?,
                false => self.grow(part, printer)?,
            }
        }
        if piece.is_empty() {
            printer.put_line(&self.bytes)?;
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

    /// Takes a part that holds no line break but at its end; writes what is complete or too long.
    fn grow(&mut self, part: &[u8], printer: &mut Printer<'_>) -> Result<(), Error> {
        self.bytes.extend_from_slice(part);
        if part.ends_with(b"\n") {
            match self.is_text {
                true => printer.put_text(&self.bytes)?,
                false => printer.put_line(&self.bytes)?,
            }
            self.bytes.clear();
            self.is_text = false;
        } else if self.is_text || self.bytes.len() > LONGEST_LINE {
            let whole = self.bytes.len() - cut_off(&self.bytes);
            printer.put_text(&self.bytes[..whole])?;
            self.bytes.drain(..whole);
            self.is_text = true;
        }
        Ok(())
    }
}
