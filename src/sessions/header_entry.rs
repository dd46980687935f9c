//! One header in a session file: its JSON object, or (in the old layouts) the value that stands under its name.
//!
//! Takes pieces of a document, gives names and values that a request can carry; a file must not be able to put a line of
//! its own into one. Knows nothing of the rest of the file.

use std::borrow::Cow;

use super::json::{Json, Misfit, Output, text, unknown_members};
use crate::headers::is_control;

/// A header of a file.
pub(super) struct HeaderEntry<'a> {
    pub(super) name: Cow<'a, str>,
    /// Nothing where the file has null: HTTPie keeps that, and sends nothing.
    pub(super) value: Option<Cow<'a, str>>,
    /// The entry in the file, of which keys that we do not know are kept.
    pub(super) stored: Option<Json<'a>>,
}

impl HeaderEntry<'_> {
    pub(super) fn is(&self, name: &[u8]) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name)
    }
}

/// Reads a header that stands under its name.
pub(super) fn read_keyed_header<'a>(
    name: Cow<'a, str>,
    value: Json<'a>,
) -> Result<HeaderEntry<'a>, Misfit> {
    checked(name, value, value)
}

/// Reads the object of a header, which holds its name. The length of the object comes with it: the text may run on
/// behind.
pub(super) fn read_header(stored: Json<'_>) -> Result<(HeaderEntry<'_>, usize), Misfit> {
    let (mut name, mut value) = (None, None);
    let length = stored.each_member("a header", |key, json| {
        match &*key {
            "name" => name = Some(json.text("\"name\" of a header")?),
            "value" => value = Some(json),
            _ => {}
        }
        Ok(())
    })?;
    let (Some(name), Some(value)) = (name, value) else {
        return Err(stored.reject("a header must have a \"name\" and a \"value\""));
    };
    Ok((checked(name, value, stored.cut_to(length))?, length))
}

fn checked<'a>(
    name: Cow<'a, str>,
    value: Json<'a>,
    stored: Json<'a>,
) -> Result<HeaderEntry<'a>, Misfit> {
    let ends_name = |byte: u8| byte <= b' ' || byte == b':' || byte == 0x7F;
    if name.is_empty() || name.bytes().any(ends_name) {
        return Err(
            stored.reject("a header's name is empty, or has a character that none may have")
        );
    }
    let value = match value.is_null() {
        true => None,
        false => Some(value.text("the value of a header")?),
    };
    let has_control = |value: &Cow<'_, str>| value.bytes().any(is_control);
    if value.as_ref().is_some_and(has_control) {
        return Err(stored.reject("there is a control character in a header's value"));
    }
    Ok(HeaderEntry {
        name,
        value,
        stored: Some(stored),
    })
}

/// The name and the value alone, as an object of headers holds them.
pub(super) fn write_keyed_header(entry: HeaderEntry<'_>) -> (Cow<'_, str>, Output<'_>) {
    let value = entry.value.map_or(Output::Null, text);
    (entry.name, value)
}

/// An object of a list of headers.
pub(super) fn write_header(entry: HeaderEntry<'_>) -> Output<'_> {
    let mut members = unknown_members(entry.stored, &["name", "value"]);
    let (name, value) = write_keyed_header(entry);
    members.push((Cow::Borrowed("name"), text(name)));
    members.push((Cow::Borrowed("value"), value));
    Output::Object(members)
}
