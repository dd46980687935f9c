//! What must hold for any body that is shown or saved.

use std::io::Read;

use super::charset::{self, Charset, Utf8Reader};
use super::download::name;
use super::highlight::{Highlighter, Language};
use super::xml;

use super::json::properties::{style, without_colours};

pub(crate) use super::json::properties::json;

/// The first byte chooses the language and the style, the second the size of the pieces in which the rest comes: colours
/// are added, and nothing else, in whatever pieces.
pub(crate) fn highlight(input: &[u8]) {
    let [choice, piece, text @ ..] = input else {
        return;
    };
    if text.contains(&0x1B) {
        return;
    }
    let language = Language::ALL[usize::from(*choice) % Language::ALL.len()];
    let style = style(choice / 8);
    let painted = |piece: usize| {
        let mut highlighter = Highlighter::new(language, &style);
        let mut out = Vec::new();
        for part in text.chunks(piece) {
            highlighter.paint(part, &mut out).unwrap_or_default();
        }
        highlighter.finish(&mut out).unwrap_or_default();
        out
    };
    let whole = painted(usize::MAX);
    assert!(
        without_colours(&whole) == text,
        "{language:?} changed the text"
    );
    if text.len() > 64 << 10 {
        return; // Very long lines are cut, and where depends on the pieces.
    }
    let in_pieces = painted(usize::from(*piece) + 1);
    assert!(in_pieces == whole, "{language:?} looks otherwise in pieces");
}

/// A media type in the first line, a body in the others: what is converted is UTF-8, in whatever pieces it is read.
pub(crate) fn charset(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n');
    let (first, body) = input.split_at(end.map_or(input.len(), |end| end + 1));
    let content_type = String::from_utf8_lossy(first);
    let named = Charset::named(content_type.trim());
    for asked in [None, named] {
        let facts = charset::Facts {
            asked,
            content_type: &content_type,
            is_text: true,
        };
        let whole = charset::whole_in_utf_8(body, &facts, false);
        assert!(*whole == *body || std::str::from_utf8(&whole).is_ok());
        let mut streamed = Vec::new();
        let mut reader = Utf8Reader::new(body, facts);
        let mut buffer = [0; 23];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            streamed.extend_from_slice(&buffer[..length]);
        }
        assert!(streamed.len() <= 3 * body.len() + 3);
        let is_known = asked.is_some() || charset::Charset::of_type(&content_type).is_some();
        assert!(!is_known || streamed == *whole);
    }
}

/// A name that a server wishes is one name in one folder, and short enough for any attempt.
pub(crate) fn content_disposition(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let path = text.split('\n').next().unwrap_or_default();
    let wishes = [
        name::from_disposition(input),
        Some(name::from_path(path, Some("text/html"))),
    ];
    for wish in wishes.into_iter().flatten() {
        for attempt in [0, 1, 99_999] {
            for longest in [name::LONGEST, name::LONGEST_ENCRYPTED] {
                is_harmless(&name::numbered(&wish, attempt, longest), longest);
            }
        }
    }
}

fn is_harmless(name: &str, longest: usize) {
    assert!(!name.is_empty() && name.len() <= longest, "{name:?}");
    assert!(!name.contains(['/', '\\']) && !name.contains(char::is_control));
    assert!(!name.starts_with('.'), "{name:?} is hidden");
    assert!(!name.starts_with(char::is_whitespace));
}

/// Only white space, the kind of quotes and the short form of empty elements change, and that only once.
pub(crate) fn xml(input: &[u8]) {
    let Some(out) = laid_out(input) else {
        return;
    };
    let (Ok(before), Ok(after)) = (std::str::from_utf8(input), std::str::from_utf8(&out)) else {
        panic!("it is not UTF-8 any more");
    };
    assert_eq!(essence(after), essence(before));
    let again = laid_out(&out).map(|again| again == out);
    assert_eq!(
        again,
        Some(true),
        "{after:?} changes when it is laid out again"
    );
}

fn laid_out(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match xml::write_xml(text, 2, &mut out) {
        Ok(xml::Verdict::Written) => Some(out),
        _ => {
            assert!(out.is_empty());
            None
        }
    }
}

/// What a document says, an entry for each start, attribute, end and text.
fn essence(text: &str) -> Vec<String> {
    use xmlparser::{ElementEnd, Token, Tokenizer};
    let (mut said, mut open, mut words) = (Vec::new(), Vec::new(), String::new());
    for token in Tokenizer::from(text) {
        let Ok(token) = token else {
            panic!("{text:?} is not well-formed");
        };
        let entry = match token {
            Token::Text { text } => {
                words.extend(text.as_str().split([' ', '\t', '\r', '\n']));
                continue;
            }
            Token::ElementStart { span, .. } => {
                open.push(span.as_str());
                span.as_str().to_owned()
            }
            Token::Attribute { value, span, .. } => {
                let name = span.as_str().split('=').next().unwrap_or_default();
                format!("{}={value}", name.trim())
            }
            Token::ElementEnd { end, .. } => match end {
                ElementEnd::Open => continue,
                ElementEnd::Empty | ElementEnd::Close(..) => {
                    format!("end of {}", open.pop().unwrap_or_default())
                }
            },
            Token::EmptyDtd {
                name, external_id, ..
            }
            | Token::DtdStart {
                name, external_id, ..
            } => format!("{name} {:?}", external_id.map(identifiers)),
            Token::DtdEnd { .. } => "]>".to_owned(),
            Token::Declaration { span, .. }
            | Token::ProcessingInstruction { span, .. }
            | Token::Comment { span, .. }
            | Token::Cdata { span, .. }
            | Token::EntityDeclaration { span, .. } => span.as_str().to_owned(),
        };
        if !words.is_empty() {
            said.push(std::mem::take(&mut words));
        }
        said.push(entry);
    }
    said
}

fn identifiers(id: xmlparser::ExternalId<'_>) -> (String, String) {
    match id {
        xmlparser::ExternalId::System(system) => (String::new(), system.to_string()),
        xmlparser::ExternalId::Public(public, system) => (public.to_string(), system.to_string()),
    }
}
