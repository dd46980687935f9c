//! XML and HTML: tags, attributes, comments, references; in HTML, scripts and style sheets in their own colours.

use super::css::Css;
use super::javascript::JavaScript;
use super::{Ink, Machine, Token, behind, is_word, run};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Xml,
    Html,
}

/// What stands open.
#[derive(Clone, Copy)]
enum State {
    Content,
    /// What ends with these bytes, in one colour: a comment, a CDATA section, an instruction.
    Until(Token, &'static [u8]),
    /// A document type, in which so many brackets are open.
    Doctype(usize),
    Tag {
        behind_equals: bool,
    },
    /// A value in these quotes.
    Value(u8),
    Script,
    StyleSheet,
}

pub(super) struct Markup {
    dialect: Dialect,
    state: State,
    /// What begins when the present tag ends.
    then: State,
    script: JavaScript,
    style_sheet: Css,
}

impl Markup {
    pub(super) fn new(dialect: Dialect) -> Markup {
        Markup {
            dialect,
            state: State::Content,
            then: State::Content,
            script: JavaScript::default(),
            style_sheet: Css::default(),
        }
    }

    /// Paints what is next; gives its length, which is not 0.
    fn step(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        match self.state {
            State::Content => self.content(rest, ink),
            State::Until(token, end) => {
                let length = behind(rest, 0, end);
                if length.is_some() {
                    self.state = State::Content;
                }
                let length = length.unwrap_or(rest.len());
                ink.put(token, &rest[..length]);
                length
            }
            State::Doctype(open) => self.doctype(rest, open, ink),
            State::Tag { behind_equals } => self.tag(rest, behind_equals, ink),
            State::Value(quote) => {
                let length = behind(rest, 0, &[quote]);
                if length.is_some() {
                    self.state = State::Tag {
                        behind_equals: false,
                    };
                }
                let length = length.unwrap_or(rest.len());
                ink.put(Token::Value, &rest[..length]);
                length
            }
            State::Script | State::StyleSheet => self.embedded(rest, ink),
        }
    }

    fn content(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        let text = run(rest, |byte| byte != b'<' && byte != b'&');
        if text > 0 {
            ink.put(Token::Text, &rest[..text]);
            return text;
        }
        if rest[0] == b'&' {
            let name = run(&rest[1..], |byte| is_word(byte) || b"#.:-".contains(&byte));
            let is_reference = name > 0 && rest.get(1 + name) == Some(&b';');
            let (token, length) = match is_reference {
                true => (Token::Entity, name + 2),
                false => (Token::Text, 1),
            };
            ink.put(token, &rest[..length]);
            return length;
        }
        for (start, token, end) in [
            (&b"<!--"[..], Token::Comment, &b"-->"[..]),
            (b"<![CDATA[", Token::Preproc, b"]]>"),
            (b"<?", Token::Preproc, b"?>"),
        ] {
            if rest.starts_with(start) {
                self.state = State::Until(token, end);
                ink.put(token, start);
                return start.len();
            }
        }
        if rest.starts_with(b"<!") {
            self.state = State::Doctype(0);
            return self.step(rest, ink);
        }
        self.tag_start(rest, ink)
    }

    fn doctype(&mut self, rest: &[u8], mut open: usize, ink: &mut Ink) -> usize {
        let end = rest.iter().position(|byte| {
            match byte {
                b'[' => open += 1,
                b']' => open = open.saturating_sub(1),
                _ => {}
            }
            *byte == b'>' && open == 0
        });
        self.state = match end {
            Some(_) => State::Content,
            None => State::Doctype(open),
        };
        let length = end.map_or(rest.len(), |at| at + 1);
        ink.put(Token::Preproc, &rest[..length]);
        length
    }

    fn tag_start(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        let opening = if rest.starts_with(b"</") { 2 } else { 1 };
        let name = run(&rest[opening..], is_name_part);
        let length = opening + name;
        if name == 0 {
            ink.put(Token::Text, &rest[..length]);
            return length;
        }
        self.state = State::Tag {
            behind_equals: false,
        };
        self.then = match &rest[1..length] {
            _ if self.dialect == Dialect::Xml => State::Content,
            name if name.eq_ignore_ascii_case(b"script") => State::Script,
            name if name.eq_ignore_ascii_case(b"style") => State::StyleSheet,
            _ => State::Content,
        };
        if self.dialect == Dialect::Xml {
            ink.put(Token::Tag, &rest[..length]);
        } else {
            ink.put(Token::Punctuation, &rest[..opening]);
            ink.put(Token::Tag, &rest[opening..length]);
        }
        length
    }

    fn tag(&mut self, rest: &[u8], behind_equals: bool, ink: &mut Ink) -> usize {
        let (bracket, equals) = match self.dialect {
            Dialect::Xml => (Token::Tag, Token::Attribute),
            Dialect::Html => (Token::Punctuation, Token::Operator),
        };
        let inside = |behind_equals| State::Tag { behind_equals };
        let (token, length, next) = match rest[0] {
            b'>' => (bracket, 1, self.then),
            b'/' if rest.get(1) == Some(&b'>') => (bracket, 2, State::Content),
            quote @ (b'"' | b'\'') => {
                ink.put(Token::Value, &rest[..1]);
                self.state = State::Value(quote);
                return 1;
            }
            // Somebody forgot the end of the tag before.
            b'<' => {
                self.state = State::Content;
                return self.content(rest, ink);
            }
            b'=' => (equals, 1, inside(true)),
            byte if byte.is_ascii_whitespace() => {
                let length = run(rest, |byte| byte.is_ascii_whitespace());
                (Token::Text, length, self.state)
            }
            _ => {
                let ends = |byte: u8| byte.is_ascii_whitespace() || b"<>=\"'".contains(&byte);
                let is_part = |byte| !ends(byte) && (behind_equals || byte != b'/');
                let token = match behind_equals {
                    true => Token::Value,
                    false => Token::Attribute,
                };
                (token, run(rest, is_part).max(1), inside(false))
            }
        };
        self.state = next;
        ink.put(token, &rest[..length]);
        length
    }

    /// A script or style sheet, up to the tag that ends it.
    fn embedded(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        let is_script = matches!(self.state, State::Script);
        let name: &[u8] = if is_script { b"script" } else { b"style" };
        let closes =
            |window: &[u8]| window.starts_with(b"</") && window[2..].eq_ignore_ascii_case(name);
        let end = rest.windows(name.len() + 2).position(closes);
        let length = end.unwrap_or(rest.len());
        if length > 0 {
            match is_script {
                true => self.script.line(&rest[..length], ink),
                false => self.style_sheet.line(&rest[..length], ink),
            }
            return length;
        }
        self.state = State::Content;
        self.script = JavaScript::default();
        self.style_sheet = Css::default();
        self.tag_start(rest, ink)
    }
}

impl Machine for Markup {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        let mut at = 0;
        while at < line.len() {
            at += self.step(&line[at..], ink);
        }
    }
}

fn is_name_part(byte: u8) -> bool {
    is_word(byte) || b":.-".contains(&byte)
}
