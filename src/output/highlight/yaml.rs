//! YAML: keys, scalars, blocks of text, anchors and comments, by what a line looks like.

use super::{Ink, Machine, Token, run};

#[derive(Default)]
pub(super) struct Yaml {
    /// The indentation of the line whose `|` or `>` opened a block of text.
    block: Option<usize>,
    /// The quote of a string that goes on over the line's end.
    quote: Option<u8>,
    /// How many brackets of flow collections are open.
    flow: usize,
}

impl Yaml {
    /// Paints what stands behind the indentation.
    fn content(&mut self, line: &[u8], indent: usize, ink: &mut Ink) {
        let mut at = 0;
        let mut is_start = true;
        while at < line.len() {
            let rest = &line[at..];
            let (token, length) = match rest[0] {
                byte if byte.is_ascii_whitespace() => {
                    (Token::Text, run(rest, |byte| byte.is_ascii_whitespace()))
                }
                b'#' if at == 0 || line[at - 1].is_ascii_whitespace() => {
                    (Token::Comment, rest.trim_ascii_end().len())
                }
                b'"' | b'\'' => self.string(rest, rest[0], 1),
                b'-' | b'?' if is_start && is_gap(rest.get(1)) => (Token::Punctuation, 1),
                b'[' | b'{' => {
                    self.flow += 1;
                    (Token::Punctuation, 1)
                }
                b']' | b'}' | b',' if self.flow > 0 => {
                    self.flow -= usize::from(rest[0] != b',');
                    (Token::Punctuation, 1)
                }
                b':' if is_gap(rest.get(1)) || self.flow > 0 => (Token::Punctuation, 1),
                b'*' => (Token::Variable, self.plain(rest)),
                b'&' => (Token::Label, run(rest, |byte| !byte.is_ascii_whitespace())),
                b'!' => (Token::Type, run(rest, |byte| !byte.is_ascii_whitespace())),
                b'|' | b'>' if self.flow == 0 && opens_block(rest) => {
                    self.block = Some(indent);
                    (
                        Token::Punctuation,
                        run(rest, |byte| !byte.is_ascii_whitespace()),
                    )
                }
                _ => self.scalar(rest),
            };
            is_start &= matches!(rest[0], b'-' | b'?') || rest[0].is_ascii_whitespace();
            ink.put(token, &rest[..length.max(1)]);
            at += length.max(1);
        }
    }

    /// A string from here, or the rest of one, up to its quote or the line's end.
    fn string(&mut self, rest: &[u8], quote: u8, from: usize) -> (Token, usize) {
        let mut at = from;
        while at < rest.len() {
            match rest[at] {
                b'\\' if quote == b'"' => at += 1,
                b'\'' if quote == b'\'' && rest.get(at + 1) == Some(&b'\'') => at += 1,
                byte if byte == quote => {
                    self.quote = None;
                    return (Token::Value, at + 1);
                }
                _ => {}
            }
            at += 1;
        }
        self.quote = Some(quote);
        (Token::Value, rest.len())
    }

    fn scalar(&self, rest: &[u8]) -> (Token, usize) {
        let length = self.plain(rest);
        let token = match is_key_end(&rest[length..]) {
            true => Token::Tag,
            false if self.flow > 0 => Token::Variable,
            false => Token::Scalar,
        };
        (token, length)
    }

    /// The length of a scalar without quotes.
    fn plain(&self, rest: &[u8]) -> usize {
        let ends = |at: usize| match rest[at] {
            b'\n' => true,
            b':' => is_gap(rest.get(at + 1)),
            b'#' => at > 0 && rest[at - 1].is_ascii_whitespace(),
            b',' | b'[' | b']' | b'{' | b'}' => self.flow > 0,
            _ => false,
        };
        let length = (0..rest.len()).find(|at| ends(*at)).unwrap_or(rest.len());
        rest[..length].trim_ascii_end().len()
    }
}

impl Machine for Yaml {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        let indent = run(line, |byte| byte == b' ');
        let content = &line[indent..];
        if let Some(parent) = self.block {
            if indent > parent || content.trim_ascii().is_empty() {
                return ink.put(Token::Block, line);
            }
            self.block = None;
        }
        if let Some(quote) = self.quote {
            let (token, length) = self.string(line, quote, 0);
            ink.put(token, &line[..length]);
            return self.content(&line[length..], indent, ink);
        }
        ink.put(Token::Text, &line[..indent]);
        match content {
            _ if indent > 0 || self.flow > 0 => self.content(content, indent, ink),
            [b'%', ..] => ink.put(Token::Tag, content),
            [b'-', b'-', b'-', rest @ ..] | [b'.', b'.', b'.', rest @ ..]
                if is_gap(rest.first()) =>
            {
                ink.put(Token::Namespace, &content[..3]);
                self.content(rest, indent, ink);
            }
            _ => self.content(content, indent, ink),
        }
    }
}

fn is_gap(byte: Option<&u8>) -> bool {
    byte.is_none_or(u8::is_ascii_whitespace)
}

/// Whether a colon stands here that makes a key of what is before it.
fn is_key_end(text: &[u8]) -> bool {
    text.first() == Some(&b':') && is_gap(text.get(1))
}

/// Whether nothing but a header of a block (`|`, `>-`, `|2+`) stands in the rest of the line.
fn opens_block(rest: &[u8]) -> bool {
    let header = run(rest, |byte| {
        b"|>+-".contains(&byte) || byte.is_ascii_digit()
    });
    let behind = rest[header..].trim_ascii_start();
    behind.is_empty() || behind.starts_with(b"#")
}
