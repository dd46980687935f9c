//! The colours of JSON: the control sequences between any two kinds of token, made once.

use super::super::styles::{Attributes, Class, Style};
use super::emit::{Painter, Token};
use super::sink::{Piece, Sink};

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
