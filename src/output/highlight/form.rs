//! Fields of a form in one line: `name=value&name=value`.

use super::{Ink, Machine, Token};

pub(super) struct Form;

impl Machine for Form {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        for (index, field) in line.split(|byte| *byte == b'&').enumerate() {
            if index > 0 {
                ink.put(Token::Punctuation, b"&");
            }
            match field.iter().position(|byte| *byte == b'=') {
                Some(equals) => {
                    ink.put(Token::Tag, &field[..equals]);
                    ink.put(Token::Operator, b"=");
                    ink.put(Token::Value, &field[equals + 1..]);
                }
                None => ink.put(Token::Tag, field),
            }
        }
    }
}
