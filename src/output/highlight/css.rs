//! Style sheets: selectors, at-rules, properties and their values.

use super::{Ink, Machine, Token, behind, is_word, quoted, run};

/// Blocks within blocks beyond which braces are no longer told apart.
const MAX_BLOCKS: usize = 64;

/// What a block holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// Rules: the sheet itself, `@media`.
    Rules,
    Declarations,
}

#[derive(Default)]
pub(super) struct Css {
    /// The blocks that are open.
    blocks: Vec<Block>,
    in_comment: bool,
    /// Behind the colon of a declaration.
    in_value: bool,
    /// Behind `url`, up to the bracket that closes it.
    in_address: bool,
    /// Right behind a number, where its unit stands.
    behind_number: bool,
    /// Within the head of an at-rule whose block holds rules.
    opens_rules: bool,
}

impl Css {
    fn step(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        if self.in_comment || rest.starts_with(b"/*") {
            let from = if self.in_comment { 0 } else { 2 };
            let end = behind(rest, from, b"*/");
            self.in_comment = end.is_none();
            let length = end.unwrap_or(rest.len());
            ink.put(Token::Comment, &rest[..length]);
            return length;
        }
        if self.in_address && !b"(\"'".contains(&rest[0]) {
            self.in_address = false;
            let length = run(rest, |byte| !b")\n".contains(&byte));
            ink.put(Token::Value, &rest[..length]);
            if length > 0 {
                return length;
            }
        }
        let (token, length) = match rest[0] {
            b'{' | b'}' | b';' => {
                self.structure(rest[0]);
                (Token::Punctuation, 1)
            }
            b'"' | b'\'' => (Token::Quoted, quoted(rest)),
            b'@' => return self.at_rule(rest, ink),
            byte if byte.is_ascii_whitespace() => {
                self.behind_number = false;
                (Token::Text, run(rest, |byte| byte.is_ascii_whitespace()))
            }
            _ if self.in_value => self.value(rest),
            _ if self.blocks.last() == Some(&Block::Declarations) => self.property(rest),
            _ => return selector(rest, ink),
        };
        ink.put(token, &rest[..length]);
        length
    }

    fn structure(&mut self, byte: u8) {
        self.in_value = false;
        if byte == b'{' && self.blocks.len() < MAX_BLOCKS {
            self.blocks.push(match self.opens_rules {
                true => Block::Rules,
                false => Block::Declarations,
            });
        } else if byte == b'}' {
            self.blocks.pop();
        }
        self.opens_rules = false;
    }

    fn at_rule(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        let length = 1 + run(&rest[1..], is_name_part);
        let name = &rest[1..length];
        let kinds: [&[u8]; 7] = [
            b"media",
            b"supports",
            b"layer",
            b"container",
            b"document",
            b"keyframes",
            b"scope",
        ];
        self.opens_rules = kinds.iter().any(|kind| name.ends_with(kind));
        ink.put(Token::Punctuation, b"@");
        ink.put(Token::Keyword, name);
        length
    }

    fn property(&mut self, rest: &[u8]) -> (Token, usize) {
        match rest[0] {
            b':' => {
                self.in_value = true;
                (Token::Punctuation, 1)
            }
            b'-' if rest.starts_with(b"--") => (Token::Variable, run(rest, is_name_part)),
            byte if is_name_part(byte) => (Token::Keyword, run(rest, is_name_part)),
            _ => (Token::Operator, 1),
        }
    }

    fn value(&mut self, rest: &[u8]) -> (Token, usize) {
        let starts_number = |text: &[u8]| {
            let digits = text.strip_prefix(b".").unwrap_or(text);
            digits.first().is_some_and(u8::is_ascii_digit)
        };
        let behind_number = std::mem::take(&mut self.behind_number);
        let signed = rest.strip_prefix(b"-").or(rest.strip_prefix(b"+"));
        match rest[0] {
            b'#' => (Token::Number, 1 + run(&rest[1..], is_word)),
            b'!' => (Token::Preproc, 1 + run(&rest[1..], is_word)),
            b'%' => (Token::Type, 1),
            byte if behind_number && byte.is_ascii_alphabetic() => {
                (Token::Type, run(rest, is_word))
            }
            _ if starts_number(signed.unwrap_or(rest)) => {
                let sign = usize::from(signed.is_some());
                let is_part = |byte: u8| byte.is_ascii_digit() || byte == b'.';
                self.behind_number = true;
                (Token::Number, sign + run(&rest[sign..], is_part))
            }
            b'-' if rest.starts_with(b"--") => (Token::Variable, run(rest, is_name_part)),
            byte if is_name_part(byte) => {
                let length = run(rest, is_name_part);
                let is_function = rest.get(length) == Some(&b'(');
                self.in_address = is_function && rest[..length].eq_ignore_ascii_case(b"url");
                (
                    if is_function {
                        Token::Builtin
                    } else {
                        Token::Constant
                    },
                    length,
                )
            }
            b'(' | b')' | b',' => (Token::Punctuation, 1),
            _ => (Token::Operator, 1),
        }
    }
}

fn selector(rest: &[u8], ink: &mut Ink) -> usize {
    let marked = |token: Token, mark: usize, ink: &mut Ink| {
        let length = mark + run(&rest[mark..], is_name_part);
        ink.put(Token::Punctuation, &rest[..mark]);
        ink.put(token, &rest[mark..length]);
        length
    };
    match rest[0] {
        b'.' => marked(Token::ClassName, 1, ink),
        b'#' => marked(Token::Namespace, 1, ink),
        b':' if rest
            .get(1)
            .is_some_and(|next| *next == b':' || is_name_part(*next)) =>
        {
            let colons = run(rest, |byte| byte == b':');
            marked(Token::Decorator, colons, ink)
        }
        byte => {
            let is_name = is_name_part(byte);
            let length = if is_name { run(rest, is_name_part) } else { 1 };
            let token = if is_name { Token::Tag } else { Token::Operator };
            ink.put(token, &rest[..length]);
            length
        }
    }
}

impl Machine for Css {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        let mut at = 0;
        while at < line.len() {
            at += self.step(&line[at..], ink);
        }
    }
}

fn is_name_part(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}
