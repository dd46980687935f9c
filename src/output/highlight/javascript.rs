//! JavaScript: words, strings, templates, regular expressions, numbers.

use super::{Ink, Machine, Token, behind, is_word, quoted, run};

/// Templates within templates beyond which they are no longer told apart.
const MAX_TEMPLATES: usize = 64;

/// How far the end of a regular expression is looked for: in a line of nothing but beginnings, each is looked for anew.
const LONGEST_EXPRESSION: usize = 512;

/// What stands open at the end of a line.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    Comment,
    Template,
}

#[derive(Default)]
pub(super) struct JavaScript {
    state: State,
    /// For each template whose `${` is open, how many braces are open within it.
    interpolations: Vec<usize>,
    /// Whether the token before was a value: then `/` divides, else it begins a regular expression.
    behind_value: bool,
}

impl JavaScript {
    fn step(&mut self, rest: &[u8], ink: &mut Ink) -> usize {
        let (token, length) = match self.state {
            State::Comment => self.comment(rest, 0),
            State::Template => self.template(rest),
            State::Code => self.code(rest),
        };
        ink.put(token, &rest[..length]);
        length
    }

    fn comment(&mut self, rest: &[u8], from: usize) -> (Token, usize) {
        let end = behind(rest, from, b"*/");
        self.state = match end {
            Some(_) => State::Code,
            None => State::Comment,
        };
        (Token::Comment, end.unwrap_or(rest.len()))
    }

    /// Within a template, up to its end or to what is put in.
    fn template(&mut self, rest: &[u8]) -> (Token, usize) {
        if rest.starts_with(b"${") && self.interpolations.len() < MAX_TEMPLATES {
            self.interpolations.push(0);
            self.state = State::Code;
            self.behind_value = false;
            return (Token::Insert, 2);
        }
        let mut at = 0;
        while at < rest.len() {
            match rest[at] {
                b'\\' => at += 2,
                b'`' => {
                    self.state = State::Code;
                    self.behind_value = true;
                    return (Token::Template, at + 1);
                }
                b'$' if at > 0 && rest[at..].starts_with(b"${") => return (Token::Template, at),
                _ => at += 1,
            }
        }
        (Token::Template, rest.len())
    }

    fn code(&mut self, rest: &[u8]) -> (Token, usize) {
        let is_comment = || rest.starts_with(b"//") || rest.starts_with(b"/*");
        if rest[0] == b'/'
            && !is_comment()
            && !self.behind_value
            && let Some(length) = expression(rest)
        {
            self.behind_value = true;
            return (Token::Regex, length);
        }
        match rest[0] {
            byte if byte.is_ascii_whitespace() => {
                (Token::Text, run(rest, |byte| byte.is_ascii_whitespace()))
            }
            b'/' if rest.starts_with(b"//") => (Token::Comment, run(rest, |byte| byte != b'\n')),
            b'/' if rest.starts_with(b"/*") => self.comment(rest, 2),
            b'"' | b'\'' => {
                self.behind_value = true;
                let token = match rest[0] {
                    b'"' => Token::Quoted,
                    _ => Token::Value,
                };
                (token, quoted(rest))
            }
            b'`' => {
                self.state = State::Template;
                (Token::Template, 1)
            }
            b'0'..=b'9' => {
                self.behind_value = true;
                (Token::Number, number(rest))
            }
            byte if is_word(byte) || byte == b'$' => self.word(rest),
            b'{' | b'}' => self.brace(rest[0]),
            b'=' if rest.starts_with(b"=>") => {
                self.behind_value = false;
                (Token::Punctuation, 2)
            }
            byte => {
                self.behind_value = matches!(byte, b')' | b']');
                let token = match byte {
                    b'(' | b')' | b'[' | b']' | b';' | b',' | b'.' => Token::Punctuation,
                    _ => Token::Operator,
                };
                (token, 1)
            }
        }
    }

    fn word(&mut self, rest: &[u8]) -> (Token, usize) {
        let length = run(rest, |byte| is_word(byte) || byte == b'$');
        let token = word(&rest[..length]);
        self.behind_value = !matches!(token, Token::Keyword | Token::Declaration | Token::Word)
            || &rest[..length] == b"this";
        (token, length)
    }

    fn brace(&mut self, byte: u8) -> (Token, usize) {
        self.behind_value = byte == b'}';
        match (byte, self.interpolations.last_mut()) {
            (b'{', Some(open)) => *open += 1,
            (b'}', Some(0)) => {
                self.interpolations.pop();
                self.state = State::Template;
                return (Token::Insert, 1);
            }
            (_, Some(open)) => *open -= 1,
            (_, None) => {}
        }
        (Token::Punctuation, 1)
    }
}

impl Machine for JavaScript {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        let mut at = 0;
        while at < line.len() {
            at += self.step(&line[at..], ink).max(1);
        }
    }
}

/// The length of a regular expression with its flags, where one stands in this line.
fn expression(text: &[u8]) -> Option<usize> {
    let text = &text[..text.len().min(LONGEST_EXPRESSION)];
    let (mut at, mut in_class) = (1, false);
    loop {
        match *text.get(at)? {
            b'\n' => return None,
            b'\\' => at += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => break,
            _ => {}
        }
        at += 1;
    }
    at += 1;
    Some(at + run(&text[at..], |byte| byte.is_ascii_alphabetic()))
}

/// The length of a number; a sign belongs to it only behind an exponent.
fn number(text: &[u8]) -> usize {
    let is_part = |byte: u8| is_word(byte) || byte == b'.';
    let length = run(text, is_part);
    let is_hex = text.starts_with(b"0x") || text.starts_with(b"0X");
    let signed =
        !is_hex && text[..length].ends_with(b"e") && matches!(text.get(length), Some(b'+' | b'-'));
    match signed {
        true => length + 1 + run(&text[length + 1..], is_part),
        false => length,
    }
}

fn word(word: &[u8]) -> Token {
    match word {
        b"true" | b"false" | b"null" | b"undefined" | b"NaN" | b"Infinity" => Token::Constant,
        b"constructor" | b"var" | b"let" | b"const" | b"function" | b"class" | b"with" => {
            Token::Declaration
        }
        b"async" | b"await" | b"break" | b"case" | b"catch" | b"continue" | b"debugger"
        | b"default" | b"do" | b"else" | b"export" | b"extends" | b"finally" | b"for" | b"from"
        | b"if" | b"import" | b"of" | b"return" | b"static" | b"super" | b"switch" | b"this"
        | b"throw" | b"try" | b"while" | b"yield" => Token::Keyword,
        b"delete" | b"in" | b"instanceof" | b"new" | b"typeof" | b"void" => Token::Word,
        b"Array"
        | b"Boolean"
        | b"Date"
        | b"Function"
        | b"JSON"
        | b"Map"
        | b"Math"
        | b"Number"
        | b"Object"
        | b"Promise"
        | b"Proxy"
        | b"RegExp"
        | b"Set"
        | b"String"
        | b"Symbol"
        | b"WeakMap"
        | b"decodeURIComponent"
        | b"document"
        | b"encodeURIComponent"
        | b"eval"
        | b"isFinite"
        | b"isNaN"
        | b"parseFloat"
        | b"parseInt"
        | b"window" => Token::Builtin,
        b"Error" | b"EvalError" | b"InternalError" | b"RangeError" | b"ReferenceError"
        | b"SyntaxError" | b"TypeError" | b"URIError" => Token::Exception,
        _ => Token::Name,
    }
}
