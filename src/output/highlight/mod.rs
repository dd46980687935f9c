//! Colours for bodies other than JSON documents: one small highlighter a language, each a machine that is fed lines.
//!
//! A [`Highlighter`] holds no more than the line that has not ended yet, so a body of any
//! length streams through it; what stands open at a line's end (a comment, a string, a block) is the machine's state.
//! It adds control sequences and changes nothing else, on any input: a machine that loses its way mistakes colours only.

mod css;
mod form;
mod javascript;
mod markup;
mod notation;
mod palette;
mod yaml;

use std::io::{self, Write};

use super::styles::{Attributes, Style};
use css::Css;
use form::Form;
use javascript::JavaScript;
use markup::{Dialect, Markup};
use notation::LooseJson;
pub(super) use palette::Token;
use yaml::Yaml;

/// A line of more bytes than this is cut, so that memory does not grow with it.
const LONGEST_LINE: usize = 64 << 10;

/// What a body is written in, by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Xml,
    Html,
    Css,
    JavaScript,
    Yaml,
    Form,
    /// What claims to be JSON and is not quite, or is many documents.
    LooseJson,
    /// `text/plain`: one colour, in styles that have one for text.
    Plain,
}

impl Language {
    #[cfg(any(test, fuzzing))]
    pub(super) const ALL: [Language; 8] = [
        Language::Xml,
        Language::Html,
        Language::Css,
        Language::JavaScript,
        Language::Yaml,
        Language::Form,
        Language::LooseJson,
        Language::Plain,
    ];

    /// The language of a media type (in small letters, without parameters): the type itself or a suffix of it counts, as
    /// in HTTPie.
    pub(crate) fn of_type(media_type: &str) -> Option<Language> {
        let (kind, subtype) = media_type.split_once('/')?;
        if kind == "text" && subtype == "plain" {
            return Some(Language::Plain);
        }
        let by_name = |name: &str| match name {
            "xml" | "rss" | "atom" | "svg" | "xslt" => Some(Language::Xml),
            "html" | "xhtml" => Some(Language::Html),
            "css" => Some(Language::Css),
            "javascript" | "x-javascript" | "ecmascript" => Some(Language::JavaScript),
            "yaml" | "x-yaml" => Some(Language::Yaml),
            "x-www-form-urlencoded" => Some(Language::Form),
            _ => None,
        };
        let mut names = subtype.split('+');
        let found = names.find_map(by_name);
        found.or(subtype.contains("json").then_some(Language::LooseJson))
    }
}

/// A machine that knows a language.
trait Machine {
    /// Paints a line, or a piece of a very long one, with its end.
    fn line(&mut self, line: &[u8], ink: &mut Ink);
}

/// Paints text that is given in pieces.
pub(crate) struct Highlighter {
    machine: Box<dyn Machine>,
    ink: Ink,
    /// The line that has not ended yet.
    line: Vec<u8>,
}

impl Highlighter {
    pub(crate) fn new(language: Language, style: &Style) -> Highlighter {
        Highlighter {
            machine: match language {
                Language::Xml => Box::new(Markup::new(Dialect::Xml)),
                Language::Html => Box::new(Markup::new(Dialect::Html)),
                Language::Css => Box::<Css>::default(),
                Language::JavaScript => Box::<JavaScript>::default(),
                Language::Yaml => Box::<Yaml>::default(),
                Language::Form => Box::new(Form),
                Language::LooseJson => Box::new(LooseJson),
                Language::Plain => Box::new(Plain),
            },
            ink: Ink::new(style),
            line: Vec::new(),
        }
    }

    /// Writes the lines that end in a piece of text; what is behind them waits.
    ///
    /// # Errors
    /// When the output fails.
    pub(crate) fn paint(&mut self, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
        for part in text.split_inclusive(|byte| *byte == b'\n') {
            for piece in part.chunks(LONGEST_LINE) {
                self.line.extend_from_slice(piece);
                if self.line.ends_with(b"\n") {
                    self.paint_line();
                } else if self.line.len() >= LONGEST_LINE {
                    self.paint_most_of_line();
                }
                if self.ink.out.len() >= LONGEST_LINE {
                    self.hand_over(out)?;
                }
            }
        }
        self.hand_over(out)
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// When the output fails.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.paint_line();
        self.hand_over(out)
    }

    fn paint_line(&mut self) {
        if !self.line.is_empty() {
            self.machine.line(&self.line, &mut self.ink);
            self.ink.end();
            self.line.clear();
        }
    }

    /// Cuts a very long line behind its last ASCII byte: no character may be cut in two.
    fn paint_most_of_line(&mut self) {
        let last = self.line.iter().rposition(u8::is_ascii);
        let cut = last.map_or(self.line.len(), |last| last + 1);
        let rest = self.line.split_off(cut);
        self.paint_line();
        self.line = rest;
    }

    fn hand_over(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.ink.out.is_empty() {
            return Ok(());
        }
        let outcome = out.write_all(&self.ink.out);
        self.ink.out.clear();
        outcome
    }
}

/// Puts pieces of text in the looks of a style.
struct Ink {
    looks: palette::Looks,
    look: Attributes,
    out: Vec<u8>,
}

impl Ink {
    fn new(style: &Style) -> Ink {
        Ink {
            looks: palette::looks(style),
            look: Attributes::NONE,
            out: Vec::new(),
        }
    }

    /// Puts a token. White space at its ends, and line ends, have no look.
    fn put(&mut self, token: Token, text: &[u8]) {
        let core = text.trim_ascii();
        if core.is_empty() {
            return self.space(text);
        }
        let before = text.len() - text.trim_ascii_start().len();
        self.space(&text[..before]);
        self.look_like(self.looks[token as usize]);
        self.out.extend_from_slice(core);
        self.space(&text[before + core.len()..]);
    }

    /// White space takes the look before it, where that is but a colour: nobody sees it, and it costs nothing.
    fn space(&mut self, text: &[u8]) {
        if !text.is_empty() {
            if text.contains(&b'\n') || !self.look.is_foreground() {
                self.end();
            }
            self.out.extend_from_slice(text);
        }
    }

    /// Turns back to the terminal's own look.
    fn end(&mut self) {
        self.look_like(Attributes::NONE);
    }

    fn look_like(&mut self, look: Attributes) {
        self.look.change_to(look, &mut self.out);
        self.look = look;
    }
}

/// The length of the run at the start of `text` whose bytes are all like this.
fn run(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    text.iter()
        .position(|byte| !is_part(*byte))
        .unwrap_or(text.len())
}

/// The offset behind the first `end` at or after `from`.
fn behind(text: &[u8], from: usize, end: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.windows(end.len())
        .position(|window| window == end)
        .map(|at| from + at + end.len())
}

/// The length of a quoted string at the start of `text` in which a backslash takes the next byte along; it ends with its
/// quote, or before the line end.
fn quoted(text: &[u8]) -> usize {
    let Some(&quote) = text.first() else {
        return 0;
    };
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => return at,
            b'\\' if text.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Whether a byte belongs to an identifier; all of a character that is not ASCII does.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

struct Plain;

impl Machine for Plain {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        ink.put(Token::Text, line);
    }
}

#[cfg(test)]
mod tests;
