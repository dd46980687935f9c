//! JSON that no parser takes: cut short, with comments, or many documents one after the other.

use super::{Ink, Machine, Token, is_word, quoted, run};

pub(super) struct LooseJson;

impl Machine for LooseJson {
    fn line(&mut self, line: &[u8], ink: &mut Ink) {
        let mut at = 0;
        while at < line.len() {
            let rest = &line[at..];
            let (token, length) = match rest[0] {
                b'"' => {
                    let length = quoted(rest);
                    let is_name = rest[length..].trim_ascii_start().first() == Some(&b':');
                    (if is_name { Token::Tag } else { Token::Quoted }, length)
                }
                b'-' | b'0'..=b'9' => {
                    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
                    (Token::Number, run(rest, is_part))
                }
                b'{' | b'}' | b'[' | b']' | b',' | b':' => (Token::Punctuation, 1),
                byte if is_word(byte) => {
                    let length = run(rest, is_word);
                    let is_constant = matches!(&rest[..length], b"true" | b"false" | b"null");
                    let token = if is_constant {
                        Token::Constant
                    } else {
                        Token::Text
                    };
                    (token, length)
                }
                _ => (Token::Text, 1),
            };
            ink.put(token, &rest[..length]);
            at += length;
        }
    }
}
