//! What must hold for any text that is to be shown as JSON.

use super::super::styles::Style;
use super::text::unicode_escape;
use super::{JsonOptions, Verdict, examine, write_json};

/// The same tokens come out, ordered or not; a second time changes nothing; colours are added and nothing else.
pub(crate) fn json(input: &[u8]) {
    for sort_keys in [false, true] {
        let options = JsonOptions {
            sort_keys,
            ..JsonOptions::default()
        };
        let Some(out) = written(input, &options, None) else {
            continue;
        };
        let again = written(&out, &options, None);
        assert!(again.as_ref() == Some(&out), "it changes a second time");
        let (before, after) = (value(input, &options), value(&out, &options));
        match sort_keys {
            false => assert!(tokens(before) == tokens(after), "the tokens changed"),
            true => assert!(canonical(before) == canonical(after), "the members changed"),
        }
        let wary = JsonOptions {
            escape_controls: true,
            ..options
        };
        let escaped = written(input, &wary, None).unwrap_or_default();
        let start = escaped.len() - value(&escaped, &wary).len();
        assert!(tokens(&escaped[start..]).len() == tokens(after).len());
        if !input.contains(&0x1B) {
            let style = style(input.len() as u8);
            let coloured = written(input, &options, Some(&style)).unwrap_or_default();
            assert!(
                without_colours(&coloured) == out,
                "colours changed the text"
            );
        }
    }
    let options = JsonOptions {
        format: false,
        ..JsonOptions::default()
    };
    if !input.contains(&0x1B)
        && let Some(coloured) = written(input, &options, Some(&style(0)))
    {
        assert!(
            without_colours(&coloured) == input,
            "colours changed the text"
        );
    }
}

/// Text without the control sequences that colours are made of.
pub(crate) fn without_colours(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut parts = text.split(|byte| *byte == 0x1B);
    out.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.iter().position(|byte| *byte == b'm');
        let is_sequence = part.starts_with(b"[") && end.is_some();
        assert!(is_sequence, "a broken control sequence");
        out.extend_from_slice(&part[end.map_or(0, |end| end + 1)..]);
    }
    out
}

/// A style by number.
pub(crate) fn style(number: u8) -> Style {
    let names = ["auto", "pie-dark", "monokai", "solarized", "bw"];
    let name = names[usize::from(number) % names.len()];
    Style::named(name).unwrap_or_else(|| panic!("there is no style {name}"))
}

fn written(text: &[u8], options: &JsonOptions, style: Option<&Style>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match write_json(text, None, options, style, &mut out) {
        Ok(Verdict::Written) => Some(out),
        _ => {
            assert!(out.is_empty(), "something was written of what is no JSON");
            None
        }
    }
}

/// The document behind its prefix.
fn value<'a>(text: &'a [u8], options: &JsonOptions) -> &'a [u8] {
    examine(text, options).map_or(text, |(start, _)| &text[start..])
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Punctuation(u8),
    /// What it stands for, in code points; lone surrogates among them.
    Text(Vec<u32>),
    Scalar(Vec<u8>),
}

fn tokens(text: &[u8]) -> Vec<Token> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'{' | b'}' | b'[' | b']' | b',' | b':' => {
                found.push(Token::Punctuation(*byte));
                at += 1;
            }
            b'"' => {
                let (units, length) = string(&text[at..]);
                found.push(Token::Text(units));
                at += length;
            }
            _ => {
                let is_end = |byte: &u8| b" \t\r\n{}[],:\"".contains(byte);
                let length = text[at..].iter().position(is_end);
                let end = length.map_or(text.len(), |length| at + length);
                found.push(Token::Scalar(text[at..end].to_vec()));
                at = end;
            }
        }
    }
    found
}

/// What a string stands for, and its length with its quotes.
fn string(text: &[u8]) -> (Vec<u32>, usize) {
    let (mut units, mut at) = (Vec::new(), 1);
    while at < text.len() && text[at] != b'"' {
        if text[at] != b'\\' {
            let end = (at + 1..text.len()).find(|at| text[*at] & 0xC0 != 0x80);
            let end = end.unwrap_or(text.len());
            let character = String::from_utf8_lossy(&text[at..end]);
            units.extend(character.chars().map(u32::from));
            at = end;
            continue;
        }
        let escape = text.get(at + 1).copied().unwrap_or_default();
        match (escape, unicode_escape(text, at)) {
            (b'u', Some(unicode)) => {
                units.push(unicode.code);
                at += unicode.length;
                continue;
            }
            (b'b', _) => units.push(8),
            (b'f', _) => units.push(12),
            (b'n', _) => units.push(10),
            (b'r', _) => units.push(13),
            (b't', _) => units.push(9),
            (other, _) => units.push(u32::from(other)),
        }
        at += 2;
    }
    (units, at + 1)
}

/// The tokens with the members of every object in one order, that of their tokens.
fn canonical(text: &[u8]) -> Vec<Token> {
    let mut done: Vec<Token> = Vec::new();
    // For each open container, its members so far and the one that is being read.
    let mut open: Vec<(Vec<Vec<Token>>, Vec<Token>)> = Vec::new();
    for token in tokens(text) {
        let whole = match token {
            Token::Punctuation(b'{' | b'[') => {
                open.push((Vec::new(), vec![]));
                continue;
            }
            Token::Punctuation(b',') => {
                if let Some((members, member)) = open.last_mut() {
                    members.push(std::mem::take(member));
                }
                continue;
            }
            Token::Punctuation(bracket @ (b'}' | b']')) => {
                let (mut members, member) = open.pop().unwrap_or_default();
                members.push(member);
                if bracket == b'}' {
                    members.sort();
                }
                let mut whole = members.join(&Token::Punctuation(b','));
                whole.push(Token::Punctuation(bracket));
                whole
            }
            token => vec![token],
        };
        match open.last_mut() {
            Some((_, member)) => member.extend(whole),
            None => done.extend(whole),
        }
    }
    done
}
