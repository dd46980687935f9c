//! What the parts of a body look like on an output: text, lines, documents, and what stands there instead of binary data.
//!
//! It is given parts in order and knows nothing of where they come from. Text is visible where a person looks at a
//! terminal, and coloured where there are colours; a document is laid out where it is one.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use super::LARGE_PIECE;
use super::kind::Kind;
use crate::error::Error;
use crate::output::highlight::{Highlighter, Language};
use crate::output::json::{self, JsonOptions, Scanned, Verdict};
use crate::output::plan::{Plan, is_stream};
use crate::output::show::output_error;
use crate::output::xml;
use crate::terminal_text::{Layout, escape_controls};

/// What stands in for binary data on a terminal.
pub(crate) const BINARY_NOTICE: &[u8] = b"\n\
+-----------------------------------------+\n\
| NOTE: binary data not shown in terminal |\n\
+-----------------------------------------+";

/// Whether a document brought the line break at its end with it.
enum LastLine {
    Ended,
    Open,
}

/// Prints the parts of bodies to an output.
pub(super) struct Printer<'a> {
    plan: &'a Plan,
    out: &'a mut dyn Write,
    /// Whether a head stands right before the body.
    after_head: bool,
    highlighter: Option<Highlighter>,
    /// Whether JSON is coloured: as in HTTPie, not where the type says that it is something else.
    colours_json: bool,
    /// Whether what was written last ends a line; nothing does.
    ends_line: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(plan: &'a Plan, out: &'a mut dyn Write, after_head: bool) -> Printer<'a> {
        Printer {
            plan,
            out,
            after_head,
            highlighter: None,
            colours_json: true,
            ends_line: true,
        }
    }

    /// What is printed from here on has the colours of this kind.
    pub(super) fn colour_as(&mut self, kind: &Kind) {
        if let (Some(style), Some(language)) = (&self.plan.style, kind.language) {
            self.highlighter = Some(Highlighter::new(language, style));
        }
        self.colours_json = self.plan.any_type_may_be_json
            || kind.language == Some(Language::LooseJson)
            || is_stream(&kind.media_type);
    }

    /// Holds back what is printed until it [shall be seen](Printer::show_what_stands) or is much.
    pub(super) fn together(
        &mut self,
        print: impl FnOnce(&mut Printer<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut out = BufWriter::with_capacity(LARGE_PIECE, &mut *self.out);
        let mut aside = Printer {
            plan: self.plan,
            out: &mut out,
            after_head: self.after_head,
            highlighter: self.highlighter.take(),
            colours_json: self.colours_json,
            ends_line: self.ends_line,
        };
        let outcome = print(&mut aside);
        (self.highlighter, self.ends_line) = (aside.highlighter, aside.ends_line);
        match out.into_inner() {
            Ok(_) => outcome,
            Err(failure) => outcome.and(Err(output_error(failure.into_error()))),
        }
    }

    /// Lets what was written before be seen.
    pub(super) fn show_what_stands(&mut self) -> Result<(), Error> {
        self.out.flush().map_err(output_error)
    }

    /// Prints a whole body: a document laid out where it is one, else text.
    pub(super) fn put_document(
        &mut self,
        text: &[u8],
        scanned: Option<Scanned>,
        kind: &Kind,
    ) -> Result<(), Error> {
        if kind.may_be_json && self.put_json(b"", text, scanned)?.is_some() {
            return Ok(());
        }
        if !kind.may_be_xml || !self.put_xml(text)? {
            self.put_text(text)?;
        }
        self.end_text(false)
    }

    /// Prints a line or a record, laid out where it is JSON.
    pub(super) fn put_line(&mut self, line: &[u8]) -> Result<(), Error> {
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
        match self.put_json(name, document, None)? {
            None => self.put_text(line),
            Some(LastLine::Ended) => Ok(()),
            Some(LastLine::Open) => {
                let end = self.visible(&line[content.len()..]);
                self.put(&end)
            }
        }
    }

    /// How JSON is laid out here.
    pub(super) fn json_options(&self) -> JsonOptions {
        JsonOptions {
            format: self.plan.json.format && self.plan.format,
            escape_controls: self.plan.to_terminal,
            ..self.plan.json
        }
    }

    /// Prints a JSON document behind the name that it has; nothing where it is none.
    fn put_json(
        &mut self,
        name: &[u8],
        bytes: &[u8],
        scanned: Option<Scanned>,
    ) -> Result<Option<LastLine>, Error> {
        let options = self.json_options();
        // As in HTTPie, what the type says decides about colours.
        let style = self.plan.style.as_ref().filter(|_| self.colours_json);
        let mut out = Named {
            name,
            is_text: style.is_none(),
            printer: self,
        };
        match json::write_json(bytes, scanned, &options, style, &mut out).map_err(output_error)? {
            // As in HTTPie, a coloured document ends its last line.
            Verdict::Written if self.plan.style.is_some() => {
                self.paint_rest().map_err(output_error)?;
                self.put(b"\n").map(|()| Some(LastLine::Ended))
            }
            Verdict::Written => Ok(Some(LastLine::Open)),
            Verdict::NotJson => Ok(None),
        }
    }

    /// Prints an XML document and tells whether it is one.
    fn put_xml(&mut self, text: &[u8]) -> Result<bool, Error> {
        let visible = self.visible(text);
        let indent = self.plan.xml.indent;
        let mut painted = Painted(self);
        let verdict = xml::write_xml(&visible, indent, &mut painted).map_err(output_error)?;
        Ok(verdict == xml::Verdict::Written)
    }

    fn visible<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self.plan.to_terminal {
            true => escape_controls(text, Layout::KeepLines),
            false => text.into(),
        }
    }

    /// Prints text.
    pub(super) fn put_text(&mut self, text: &[u8]) -> Result<(), Error> {
        let visible = self.visible(text);
        self.paint(&visible).map_err(output_error)
    }

    /// Prints visible text, in colours if there are any.
    fn paint(&mut self, text: &[u8]) -> io::Result<()> {
        if let Some(last) = text.last() {
            self.ends_line = *last == b'\n';
        }
        match &mut self.highlighter {
            Some(highlighter) => highlighter.paint(text, self.out),
            None => self.out.write_all(text),
        }
    }

    fn paint_rest(&mut self) -> io::Result<()> {
        match &mut self.highlighter {
            Some(highlighter) => highlighter.finish(self.out),
            None => Ok(()),
        }
    }

    /// Ends text; its last line too where that is wanted or, as in HTTPie, where it is coloured.
    pub(super) fn end_text(&mut self, ends_lines: bool) -> Result<(), Error> {
        self.paint_rest().map_err(output_error)?;
        if !self.ends_line && (ends_lines || self.highlighter.is_some()) {
            self.put(b"\n")?;
        }
        Ok(())
    }

    /// Says that there are binary data.
    pub(super) fn notice(&mut self) -> Result<(), Error> {
        if self.after_head {
            self.put(b"\n")?;
        }
        self.put(BINARY_NOTICE)?;
        // Nothing ends its line, as in HTTPie.
        self.ends_line = true;
        Ok(())
    }

    /// Prints bytes as they are.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.put_as_it_is(bytes).map_err(output_error)
    }

    fn put_as_it_is(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(last) = bytes.last() {
            self.ends_line = *last == b'\n';
        }
        self.out.write_all(bytes)
    }
}

/// A JSON document as an output of its formatter, which writes nothing where there is none: then its name is not wanted.
struct Named<'p, 'a> {
    /// What is to stand before the document.
    name: &'p [u8],
    /// Whether the document is text, which is painted; else it has its colours.
    is_text: bool,
    printer: &'p mut Printer<'a>,
}

impl Write for Named<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let name = std::mem::take(&mut self.name);
        if !name.is_empty() {
            let name = self.printer.visible(name);
            self.printer.paint(&name)?;
        }
        if self.is_text {
            self.printer.paint(bytes)?;
        } else {
            self.printer.paint_rest()?;
            self.printer.put_as_it_is(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body's text as an output of formatters.
struct Painted<'p, 'a>(&'p mut Printer<'a>);

impl Write for Painted<'_, '_> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.paint(text).map(|()| text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
