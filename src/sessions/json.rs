//! The JSON of session files: read piece by piece without losing what is not understood, written as HTTPie writes.
//!
//! [`Json`] is a borrowed piece of a document whose text is known to be valid; [`Output`] is a tree to be written
//! with an indent of four, in ASCII. Knows nothing of sessions.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json_text::{push_ascii, push_string};

/// A piece of a JSON document that is not what was expected there.
pub(super) struct Misfit {
    /// Where the piece starts, as an address: the document that it is part of gives line and column.
    address: usize,
    pub(super) reason: String,
}

impl Misfit {
    /// Line and column of the piece in the `document` that it was read from, both from 1.
    pub(super) fn position_in(&self, document: &str) -> (usize, usize) {
        let offset = self
            .address
            .saturating_sub(document.as_ptr().addr())
            .min(document.len());
        position_of(document.as_bytes(), offset)
    }
}

/// Line and column of the byte at `offset`, both from 1; columns count bytes, as serde_json does.
pub(super) fn position_of(document: &[u8], offset: usize) -> (usize, usize) {
    let before = &document[..offset];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |newline| newline + 1);
    (line, offset - start + 1)
}

/// One value of a JSON document, as it stands there.
#[derive(Clone, Copy)]
pub(super) struct Json<'a>(&'a str);

/// The members of an object, in their order, duplicates included.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Json<'a> {
    /// The members of a whole document, which must be an object; its syntax is checked here, once.
    pub(super) fn document(text: &'a str) -> Result<Members<'a>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members = deserializer.deserialize_map(Document)?;
        deserializer.end()?;
        Ok(members)
    }

    /// The text of this value in the document.
    pub(super) fn as_str(self) -> &'a str {
        self.0
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(super) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(super) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    pub(super) fn is_text(self) -> bool {
        self.0.starts_with('"')
    }

    /// The members of an object; `what` is the name of the thing in the message if it is none.
    pub(super) fn members(self, what: &str) -> Result<Members<'a>, Misfit> {
        let mut members = Vec::new();
        self.each_member(what, |key, value| {
            members.push((key, value));
            Ok(())
        })?;
        Ok(members)
    }

    /// Gives each member of an object to `take`, without a list of them in between. The text may run on behind the
    /// object, whose length is the answer.
    pub(super) fn each_member(
        self,
        what: &str,
        mut take: impl FnMut(Cow<'a, str>, Json<'a>) -> Result<(), Misfit>,
    ) -> Result<usize, Misfit> {
        if !self.is_object() {
            return Err(self.misfit(what, "an object"));
        }
        let mut rest = next_item(&self.0[1..]);
        while rest.starts_with('"') {
            let (key, after) = rest.split_at(string_length(rest));
            let value = next_item(after);
            let (value, after) = value.split_at(value_length(value));
            take(Json(key).text("a key")?, Json(value))?;
            rest = next_item(after);
        }
        Ok(self.0.len() - rest.len() + usize::from(!rest.is_empty()))
    }

    /// Gives each element of a list of objects to `take`, as a text that runs on behind the element. It answers the
    /// element's length: so a long list is gone through only once.
    pub(super) fn each_object(
        self,
        what: &str,
        mut take: impl FnMut(Json<'a>) -> Result<usize, Misfit>,
    ) -> Result<(), Misfit> {
        if !self.is_array() {
            return Err(self.misfit(what, "a list"));
        }
        let mut rest = next_item(&self.0[1..]);
        while !rest.is_empty() && !rest.starts_with(']') {
            let length = take(Json(rest))?;
            rest = next_item(&rest[length..]);
        }
        Ok(())
    }

    /// The first `length` bytes of a text that runs on.
    pub(super) fn cut_to(self, length: usize) -> Json<'a> {
        Json(&self.0[..length])
    }

    /// The elements of an array.
    pub(super) fn elements(self, what: &str) -> Result<Vec<Json<'a>>, Misfit> {
        if !self.is_array() {
            return Err(self.misfit(what, "a list"));
        }
        let mut elements = Vec::new();
        let mut rest = next_item(&self.0[1..]);
        while !rest.is_empty() && !rest.starts_with(']') {
            let (element, after) = rest.split_at(value_length(rest));
            elements.push(Json(element));
            rest = next_item(after);
        }
        Ok(elements)
    }

    /// The characters of a string.
    pub(super) fn text(self, what: &str) -> Result<Cow<'a, str>, Misfit> {
        if !self.is_text() {
            return Err(self.misfit(what, "a string"));
        }
        match self.0.as_bytes().contains(&b'\\') {
            false => Ok(Cow::Borrowed(&self.0[1..self.0.len() - 1])),
            true => serde_json::from_str::<String>(self.0)
                .map(Cow::Owned)
                .map_err(|error| self.broken(what, &error)),
        }
    }

    /// True or false; null and 0 are false, as they are in Python.
    pub(super) fn truth(self, what: &str) -> Result<bool, Misfit> {
        match self.0 {
            "true" | "1" => Ok(true),
            "false" | "0" | "null" => Ok(false),
            _ => Err(self.misfit(what, "true or false")),
        }
    }

    /// A whole number, or nothing for null; a fraction is cut off.
    pub(super) fn integer(self, what: &str) -> Result<Option<i64>, Misfit> {
        if self.is_null() {
            return Ok(None);
        }
        let number = self.0.parse::<i64>().ok();
        // `as` saturates, which is what a time far away wants.
        let number = number.or_else(|| self.0.parse::<f64>().ok().map(|number| number as i64));
        match number {
            Some(number) if !self.is_text() => Ok(Some(number)),
            _ => Err(self.misfit(what, "a number or null")),
        }
    }

    pub(super) fn misfit(self, what: &str, wanted: &str) -> Misfit {
        let found = match self.0.as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        };
        self.reject(format!("{what} must be {wanted}, not {found}"))
    }

    pub(super) fn reject(self, reason: impl Into<String>) -> Misfit {
        Misfit {
            address: self.0.as_ptr().addr(),
            reason: reason.into(),
        }
    }

    /// What only turns up when a string is decoded, such as half a surrogate pair.
    fn broken(self, what: &str, error: &serde_json::Error) -> Misfit {
        self.reject(format!(
            "{what} cannot be decoded: {}",
            without_position(error)
        ))
    }
}

/// serde_json's words, without the position that it adds.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// A JSON value that is to be written.
pub(super) enum Output<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Text(Cow<'a, str>),
    List(Vec<Output<'a>>),
    /// Written in the order of its keys.
    Object(Vec<NamedOutput<'a>>),
    /// A value of the document that was read: its tokens are kept, the white space between them is not.
    Verbatim(Json<'a>),
}

struct Document;

impl<'de> Visitor<'de> for Document {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Key(key), value)) = map.next_entry::<Key<'_>, &RawValue>()? {
            members.push((key, Json(value.get())));
        }
        Ok(members)
    }
}

/// The name of a member, borrowed from the text unless there is an escape in it.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// What follows white space, a comma or a colon in a valid JSON text.
fn next_item(text: &str) -> &str {
    // All that is less than a quotation mark there is white space.
    let begins_item = |byte: u8| byte >= b'"' && byte != b',' && byte != b':';
    let skipped = text.bytes().position(begins_item);
    &text[skipped.unwrap_or(text.len())..]
}

/// The length of the value with which a valid JSON text begins; at least 1 unless the text is empty.
fn value_length(json: &str) -> usize {
    let bytes = json.as_bytes();
    match bytes.first() {
        Some(b'"') => return string_length(json),
        Some(b'{' | b'[') => {}
        _ => return scalar_length(bytes).max(json.len().min(1)),
    }
    let mut depth = 0_usize;
    let mut end = 0;
    while let Some(byte) = bytes.get(end) {
        end += match byte {
            b'"' => string_length(&json[end..]),
            _ => 1,
        };
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => break,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    end
}

/// The length of a number, or of `true`, `false` or `null`.
fn scalar_length(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r');
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

/// A member of an object that is to be written.
pub(super) type NamedOutput<'a> = (Cow<'a, str>, Output<'a>);

/// Up to so many members are compared one with the other, which is faster than hashing them.
const FEW: usize = 16;

fn stands_twice(members: &Members<'_>, key: &str, what: &str) -> Misfit {
    let last = members.iter().rev().find(|(name, _)| name == key);
    let reason = format!("the name {key:?} stands twice in {what}");
    match last {
        Some((_, value)) => value.reject(reason),
        None => Misfit { address: 0, reason },
    }
}

/// Members that are all of different names. In a session file a name that stands twice is a mistake of whoever edited it:
/// to take one of the two would be to lose the other at the next save.
pub(super) fn unique<'a>(members: Members<'a>, what: &str) -> Result<Members<'a>, Misfit> {
    let twice = |key: &str| stands_twice(&members, key, what);
    if members.len() <= FEW {
        for (index, (key, _)) in members.iter().enumerate() {
            if members[..index].iter().any(|(earlier, _)| earlier == key) {
                return Err(twice(key));
            }
        }
        return Ok(members);
    }
    let mut names = HashSet::new();
    if let Some((key, _)) = members.iter().find(|(key, _)| !names.insert(&**key)) {
        return Err(twice(key));
    }
    drop(names);
    Ok(members)
}

/// Of members of one name, the last, as in Python.
pub(super) fn last_wins(mut members: Members<'_>) -> Members<'_> {
    let is_repeated = |index: usize| {
        let (key, _) = &members[index];
        members[index + 1..].iter().any(|(later, _)| later == key)
    };
    if members.len() <= FEW && !(0..members.len()).any(is_repeated) {
        return members;
    }
    let mut later = HashSet::new();
    let mut keep: Vec<bool> = members
        .iter()
        .rev()
        .map(|(key, _)| later.insert(key.clone()))
        .collect();
    members.retain(|_| keep.pop().unwrap_or(true));
    members
}

/// The members of an entry that we do not know, to be written as they were.
pub(super) fn unknown_members<'a>(
    stored: Option<Json<'a>>,
    known: &[&str],
) -> Vec<NamedOutput<'a>> {
    let stored = stored.filter(|stored| stored.is_object());
    let members = stored.and_then(|stored| stored.members("an entry").ok());
    last_wins(members.unwrap_or_default())
        .into_iter()
        .filter(|(key, _)| !known.contains(&&**key))
        .map(verbatim)
        .collect()
}

pub(super) fn verbatim<'a>((key, value): (Cow<'a, str>, Json<'a>)) -> NamedOutput<'a> {
    (key, Output::Verbatim(value))
}

pub(super) fn text<'a>(text: impl Into<Cow<'a, str>>) -> Output<'a> {
    Output::Text(text.into())
}

/// Deeper levels are written on one line: an indent of four for each would let a small file grow without bounds.
const MAX_INDENTED_DEPTH: usize = 32;

impl Output<'_> {
    /// The document, with a newline at its end. It will have about `size` bytes.
    pub(super) fn into_document(self, size: usize) -> String {
        let mut out = String::with_capacity(size);
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(self, out: &mut String, depth: usize) {
        match self {
            Output::Null => out.push_str("null"),
            Output::Bool(true) => out.push_str("true"),
            Output::Bool(false) => out.push_str("false"),
            Output::Integer(number) => out.push_str(&number.to_string()),
            Output::Text(text) => push_string(out, &text),
            Output::Verbatim(json) => write_verbatim(out, json.as_str(), depth),
            Output::List(elements) if elements.is_empty() => out.push_str("[]"),
            Output::Object(members) if members.is_empty() => out.push_str("{}"),
            Output::List(elements) => {
                out.push('[');
                for (index, element) in elements.into_iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    break_line(out, depth + 1);
                    element.write(out, depth + 1);
                }
                break_line(out, depth);
                out.push(']');
            }
            Output::Object(mut members) => {
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                out.push('{');
                for (index, (key, value)) in members.into_iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    break_line(out, depth + 1);
                    push_string(out, &key);
                    out.push_str(": ");
                    value.write(out, depth + 1);
                }
                break_line(out, depth);
                out.push('}');
            }
        }
    }
}

fn break_line(out: &mut String, depth: usize) {
    const SPACES: &str = "                                ";
    out.push('\n');
    for _ in 0..depth / 8 {
        out.push_str(SPACES);
    }
    out.push_str(&SPACES[..depth % 8 * 4]);
}

/// Writes the tokens of a valid JSON text with our white space between them.
fn write_verbatim(out: &mut String, json: &str, depth: usize) {
    let mut rest = json;
    let mut level = 0_usize;
    let mut just_opened = false;
    while let Some(&first) = rest.as_bytes().first() {
        let length = match first {
            b' ' | b'\t' | b'\n' | b'\r' => {
                rest = &rest[1..];
                continue;
            }
            b'"' => string_length(rest),
            b'{' | b'[' | b'}' | b']' | b',' | b':' => 1,
            _ => scalar_length(rest.as_bytes()),
        };
        let (token, after) = rest.split_at(length);
        rest = after;
        if matches!(first, b'}' | b']') {
            level = level.saturating_sub(1);
        }
        let is_empty_pair = just_opened && matches!(first, b'}' | b']');
        let breaks = just_opened || matches!(first, b'}' | b']');
        // The brackets of the first level that is not indented stay on their line too.
        let is_indented = match first {
            b'}' | b']' => level < MAX_INDENTED_DEPTH,
            _ => level <= MAX_INDENTED_DEPTH,
        };
        if breaks && is_indented && !is_empty_pair {
            break_line(out, depth + level);
        }
        just_opened = matches!(first, b'{' | b'[');
        level += usize::from(just_opened);
        push_ascii(out, token);
        match first {
            b',' if level <= MAX_INDENTED_DEPTH => break_line(out, depth + level),
            b':' => out.push(' '),
            _ => {}
        }
    }
}

/// The length of the string, quotes included, with which a valid JSON text begins.
fn string_length(json: &str) -> usize {
    let bytes = json.as_bytes();
    let mut end = 1;
    while let Some(&byte) = bytes.get(end) {
        end += match byte {
            b'"' => return end + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reprinted(text: &str) -> String {
        let mut out = String::new();
        let wrapped = format!("{{\"x\":{text}}}");
        Output::Verbatim(Json::document(&wrapped).unwrap()[0].1).write(&mut out, 0);
        out
    }

    #[test]
    fn verbatim_values_keep_every_token() {
        assert_eq!(reprinted("1.10"), "1.10");
        assert_eq!(reprinted("[ ]"), "[]");
        assert_eq!(reprinted("{ }"), "{}");
        assert_eq!(
            reprinted("[1e400,{\"b\" :[] , \"a\":\"x, \\\" y\"}]"),
            "[\n    1e400,\n    {\n        \"b\": [],\n        \"a\": \"x, \\\" y\"\n    }\n]"
        );
        assert_eq!(reprinted("\"é😀\\\\\""), "\"\\u00e9\\ud83d\\ude00\\\\\"");
    }

    #[test]
    fn a_deep_value_does_not_grow_beyond_measure() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let printed = reprinted(&deep);
        assert!(printed.len() < 300_000);
        assert_eq!(printed.matches('[').count(), 100_000);
        assert!(serde_json::from_str::<&RawValue>(&printed).is_ok());
    }

    #[test]
    fn text_is_written_as_python_does() {
        let mut out = String::new();
        push_string(&mut out, "a\"\\/\n\t\r\u{8}\u{c}\u{1}\u{7f}é😀");
        assert_eq!(
            out,
            "\"a\\\"\\\\/\\n\\t\\r\\b\\f\\u0001\\u007f\\u00e9\\ud83d\\ude00\""
        );
    }

    #[test]
    fn positions_count_from_one() {
        assert_eq!(position_of(b"ab\ncd", 0), (1, 1));
        assert_eq!(position_of(b"ab\ncd", 4), (2, 2));
    }
}
