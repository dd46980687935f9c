//! The colours of JSON: the control sequences between any two kinds of token, made once.

use super::super::styles::{Attributes, Class, Style};
use super::emit::{Painter, Token};
use super::sink::{Piece, Sink};

const TOKENS: usize = 6;

/// What a token looks like, in the order of [`Token`].
const CLASSES: [Option<Class>; TOKENS] = [
    Some(Class::Key),
    Some(Class::String),
    Some(Class::JsonNumber),
    Some(Class::Constant),
    Some(Class::Punctuation),
    None,
];

/// Paints tokens in the colours of a style.
pub(super) struct Coloured {
    /// What leads from one token's look to another's.
    changes: [[Piece; TOKENS]; TOKENS],
    last: usize,
}

impl Coloured {
    pub(super) fn new(style: &Style) -> Coloured {
        let looks = CLASSES.map(|class| match class {
            Some(class) => style.attributes(class),
            None => Attributes::NONE,
        });
        let change = |from: Attributes, to: Attributes| {
            let mut bytes = Vec::new();
            from.change_to(to, &mut bytes);
            Piece::new(&bytes)
        };
        Coloured {
            changes: looks.map(|from| looks.map(|to| change(from, to))),
            last: Token::Nothing as usize,
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
}
