//! What tokens look like: as they are, or coloured by control sequences between any two kinds of token, made once.

use super::super::styles::{Attributes, Class, Style};
use super::sink::{Piece, Sink};

/// What a token is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Token {
    Name,
    String,
    Number,
    Constant,
    Punctuation,
    /// White space, where a style paints it.
    Space,
    /// What stands before the document and is no JSON.
    Prefix,
    /// White space that ends a line, and the end of the document.
    Nothing,
}

/// Puts what makes the next token look as it should.
pub(super) trait Painter: Clone + Send {
    /// Whether it never puts anything.
    const PLAIN: bool;

    /// The next token is one of these.
    fn turn_to(&mut self, token: Token, sink: &mut Sink<'_>);

    /// Whether white space has a look of its own, which then ends and begins anew at every line break.
    fn paints_space(&self) -> bool {
        false
    }
}

/// No colours: it compiles to nothing.
#[derive(Clone)]
pub(super) struct Plain;

impl Painter for Plain {
    const PLAIN: bool = true;

    #[inline(always)]
    fn turn_to(&mut self, _token: Token, _sink: &mut Sink<'_>) {}
}

const TOKENS: usize = 8;

/// What a token looks like, in the order of [`Token`].
const CLASSES: [Option<Class>; TOKENS] = [
    Some(Class::Key),
    Some(Class::String),
    Some(Class::JsonNumber),
    Some(Class::Constant),
    Some(Class::Punctuation),
    None,
    None,
    None,
];

/// How HTTPie paints white space in the terminal's own colours, and what it takes for a mistake.
const AUTO_SPACE: &str = "37";
const AUTO_PREFIX: &str = "04;91";

/// Paints tokens in the colours of a style.
#[derive(Clone)]
pub(super) struct Coloured {
    /// What leads from one token's look to another's.
    changes: [[Piece; TOKENS]; TOKENS],
    last: usize,
    paints_space: bool,
}

impl Coloured {
    pub(super) fn new(style: &Style) -> Coloured {
        let mut looks = CLASSES.map(|class| match class {
            Some(class) => style.attributes(class),
            None => Attributes::NONE,
        });
        // In the terminal's own colours the bytes are HTTPie's, for scripts that look at them.
        let is_auto = style.name() == "auto";
        if is_auto {
            looks[Token::Space as usize] = Attributes::of_word(AUTO_SPACE);
            looks[Token::Prefix as usize] = Attributes::of_word(AUTO_PREFIX);
        }
        let change = |from: Attributes, to: Attributes| {
            let mut bytes = Vec::new();
            match is_auto {
                true => from.end_and_begin(to, &mut bytes),
                false => from.change_to(to, &mut bytes),
            }
            Piece::new(&bytes)
        };
        Coloured {
            changes: looks.map(|from| looks.map(|to| change(from, to))),
            last: Token::Nothing as usize,
            paints_space: is_auto,
        }
    }
}

impl Painter for Coloured {
    const PLAIN: bool = false;

    #[inline(always)]
    fn turn_to(&mut self, token: Token, sink: &mut Sink<'_>) {
        let next = token as usize;
        sink.piece(&self.changes[self.last][next]);
        self.last = next;
    }

    #[inline(always)]
    fn paints_space(&self) -> bool {
        self.paints_space
    }
}
