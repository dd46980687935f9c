//! Where the tokens of a well-formed document stand: on lines of their own, texts alone in an element beside its tags.

use std::io::{self, Write};

use xmlparser::{ElementEnd, ExternalId, StrSpan, Token};

use super::lines::Lines;
use super::qualified;

/// What an open element holds so far.
#[derive(Clone, Copy)]
enum Content<'t> {
    /// Nothing: it may still be written as `<a/>`. Its start tag lacks the `>`.
    Nothing,
    /// One text or CDATA section, which stays in the line if nothing comes beside it.
    Text(Piece<'t>),
    /// Things that stand on lines of their own.
    Lines,
}

#[derive(Clone, Copy)]
enum Piece<'t> {
    Characters(&'t str),
    Cdata(&'t str),
}

/// Writes tokens of a well-formed document on lines.
pub(super) struct Layout<'t, 'w> {
    text: &'t str,
    indent: usize,
    lines: Lines<'w>,
    open: Vec<Content<'t>>,
    keeps_space: KeepsSpace,
}

/// Where `xml:space="preserve"` (XML 1.0, section 2.10) stands.
enum KeepsSpace {
    No,
    /// On the element whose start tag is being read.
    Here,
    /// On the element open at this depth, whose content begins at this offset.
    Below {
        depth: usize,
        start: usize,
    },
}

impl<'t, 'w> Layout<'t, 'w> {
    pub(super) fn new(text: &'t str, indent: usize, out: &'w mut dyn Write) -> Layout<'t, 'w> {
        Layout {
            text,
            indent,
            lines: Lines::new(out),
            open: Vec::new(),
            keeps_space: KeepsSpace::No,
        }
    }

    pub(super) fn token(&mut self, token: Token<'t>) -> io::Result<()> {
        if let KeepsSpace::Below { depth, start } = self.keeps_space {
            return self.preserved(token, depth, start);
        }
        match token {
            Token::Declaration { span, .. }
            | Token::ProcessingInstruction { span, .. }
            | Token::Comment { span, .. } => self.line(span.as_str()),
            Token::DtdStart {
                name,
                external_id,
                span,
            } => {
                self.doctype(name.as_str(), external_id)?;
                // The internal subset comes as it is, with the end of the token that closes it.
                self.keeps_space = KeepsSpace::Below {
                    depth: 0,
                    start: span.end(),
                };
                self.lines.put(" [")
            }
            Token::EmptyDtd {
                name, external_id, ..
            } => {
                self.doctype(name.as_str(), external_id)?;
                self.lines.put(">")?;
                self.lines.end()
            }
            Token::ElementStart { prefix, local, .. } => {
                self.begin_line()?;
                self.lines.put("<")?;
                self.lines.put(qualified(prefix, local, self.text))?;
                self.open.push(Content::Nothing);
                Ok(())
            }
            Token::Attribute {
                prefix,
                local,
                value,
                ..
            } => self.attribute(qualified(prefix, local, self.text), value.as_str()),
            Token::ElementEnd { end, span } => self.element_end(end, span),
            Token::Text { text } => self.piece(Piece::Characters(text.as_str())),
            Token::Cdata { span, .. } => self.piece(Piece::Cdata(span.as_str())),
            Token::DtdEnd { .. } | Token::EntityDeclaration { .. } => Ok(()),
        }
    }

    /// Waits for the end of what is copied as it is.
    fn preserved(&mut self, token: Token<'t>, depth: usize, start: usize) -> io::Result<()> {
        let end = match token {
            Token::DtdEnd { span } => span,
            Token::ElementEnd {
                end: ElementEnd::Open,
                ..
            } => {
                self.open.push(Content::Lines);
                return Ok(());
            }
            Token::ElementEnd {
                end: ElementEnd::Close(..),
                span,
            } => {
                self.open.pop();
                span
            }
            _ => return Ok(()),
        };
        if self.open.len() < depth || depth == 0 {
            self.lines.put(&self.text[start..end.end()])?;
            self.lines.end()?;
            self.keeps_space = KeepsSpace::No;
        }
        Ok(())
    }

    /// As in HTTPie each identifier has a line.
    fn doctype(&mut self, name: &str, external_id: Option<ExternalId<'_>>) -> io::Result<()> {
        self.begin_line()?;
        self.lines.put("<!DOCTYPE ")?;
        self.lines.put(name)?;
        let (keyword, identifiers) = match external_id {
            None => return Ok(()),
            Some(ExternalId::System(system)) => ("SYSTEM ", [Some(system), None]),
            Some(ExternalId::Public(public, system)) => ("PUBLIC ", [Some(public), Some(system)]),
        };
        for (index, identifier) in identifiers.into_iter().flatten().enumerate() {
            let quote = if identifier.as_str().contains('\'') {
                "\""
            } else {
                "'"
            };
            self.lines.end()?;
            self.lines.space("  ");
            for part in [
                if index == 0 { keyword } else { "" },
                quote,
                &identifier,
                quote,
            ] {
                self.lines.put(part)?;
            }
        }
        Ok(())
    }

    fn attribute(&mut self, name: &str, value: &str) -> io::Result<()> {
        if name == "xml:space" && value == "preserve" {
            self.keeps_space = KeepsSpace::Here;
        }
        let quote = if value.contains('"') { "'" } else { "\"" };
        for part in [" ", name, "=", quote, value, quote] {
            self.lines.put(part)?;
        }
        Ok(())
    }

    fn element_end(&mut self, end: ElementEnd<'t>, span: StrSpan<'t>) -> io::Result<()> {
        let is_kept = matches!(self.keeps_space, KeepsSpace::Here);
        if is_kept {
            self.keeps_space = KeepsSpace::No;
        }
        let ElementEnd::Close(prefix, local) = end else {
            if end == ElementEnd::Empty {
                self.open.pop();
                self.lines.put("/>")?;
                self.lines.end()?;
            } else if is_kept {
                self.lines.put(">")?;
                self.keeps_space = KeepsSpace::Below {
                    depth: self.open.len(),
                    start: span.end(),
                };
            }
            return Ok(());
        };
        match self.open.pop() {
            None | Some(Content::Nothing) => self.lines.put("/>")?,
            Some(content) => {
                match content {
                    Content::Text(Piece::Characters(text) | Piece::Cdata(text)) => {
                        self.lines.put(">")?;
                        self.lines.put(text)?;
                    }
                    _ => self.lines.indent(self.open.len() * self.indent)?,
                }
                self.lines.put("</")?;
                self.lines.put(qualified(prefix, local, self.text))?;
                self.lines.put(">")?;
            }
        }
        self.lines.end()
    }

    fn piece(&mut self, piece: Piece<'t>) -> io::Result<()> {
        match self.open.last_mut() {
            Some(content @ Content::Nothing) => {
                *content = Content::Text(piece);
                Ok(())
            }
            _ => {
                self.make_lines()?;
                self.put_piece(piece)
            }
        }
    }

    /// A comment or an instruction.
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.begin_line()?;
        self.lines.put(text)?;
        self.lines.end()
    }

    fn begin_line(&mut self) -> io::Result<()> {
        self.make_lines()?;
        self.lines.indent(self.open.len() * self.indent)
    }

    /// Gives what stands in the open element lines of its own.
    fn make_lines(&mut self) -> io::Result<()> {
        let Some(content) = self.open.last_mut() else {
            return Ok(());
        };
        match std::mem::replace(content, Content::Lines) {
            Content::Lines => Ok(()),
            Content::Nothing => self.end_start_tag(),
            Content::Text(piece) => {
                self.end_start_tag()?;
                self.put_piece(piece)
            }
        }
    }

    fn end_start_tag(&mut self) -> io::Result<()> {
        self.lines.put(">")?;
        self.lines.end()
    }

    /// Text beside elements. A CDATA section goes without white space around it, as in HTTPie.
    fn put_piece(&mut self, piece: Piece<'t>) -> io::Result<()> {
        let text = match piece {
            Piece::Cdata(text) => {
                self.lines.end_gap()?;
                return self.lines.put(text);
            }
            Piece::Characters(text) => text,
        };
        let indent = self.open.len() * self.indent;
        if self.lines.has_begun() {
            let gap = text.len() - text.trim_start_matches([' ', '\t']).len();
            if gap == text.len() {
                self.lines.gap(text, indent);
                return Ok(());
            }
            // What was laid out before has its indent already.
            if text.len() - text.trim_start_matches(' ').len() < indent {
                self.lines.indent(indent)?;
            }
        } else {
            self.lines.indent(indent)?;
        }
        for (index, part) in text.split('\n').enumerate() {
            if index > 0 {
                self.lines.end()?;
            }
            // Each is a line end of its own (XML 1.0, section 2.11), and so makes an empty line.
            let part = part.trim_end_matches('\r');
            let (before, words) =
                part.split_at(part.len() - part.trim_start_matches(is_blank).len());
            let (words, after) = words.split_at(words.trim_end_matches(is_blank).len());
            self.lines.space(before);
            if !words.is_empty() {
                self.lines.put(words)?;
            }
            self.lines.space(after);
        }
        self.lines.end()
    }
}

/// White space that ends no line where we look.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r')
}
