//! The section `headers_from` of a session file: headers whose values come from elsewhere, as a list of
//! `{"name": "X-Api-Key", "value_from": "env:API_KEY"}`, or, by hand, an object of references keyed by name.
//!
//! It is a section of its own since HTTPie keeps sections that it does not know, while a header without a value would
//! make it send something else.

use std::borrow::Cow;
use std::collections::HashSet;

use super::json::{Json, Misfit, Output, text, unique, unknown_members};
use super::source::{HeaderSource, SecretSource};

const SECTION: &str = "\"headers_from\"";

/// The most headers of the section. Each is asked for at each run; more would be no session, but an attempt to keep us busy.
const MOST: usize = 1000;

/// One header of the section.
pub(super) struct SourceEntry<'a> {
    pub(super) header: HeaderSource,
    /// The entry in the file, of which keys that we do not know are kept.
    stored: Option<Json<'a>>,
}

impl SourceEntry<'_> {
    pub(super) fn new(header: HeaderSource) -> SourceEntry<'static> {
        SourceEntry {
            header,
            stored: None,
        }
    }
}

/// Reads the section.
pub(super) fn read_header_sources(section: Json<'_>) -> Result<Vec<SourceEntry<'_>>, Misfit> {
    if section.is_null() {
        return Ok(Vec::new());
    }
    let entries = match section.is_object() {
        true => unique(section.members(SECTION)?, SECTION)?
            .into_iter()
            .map(|(name, value)| entry(&name, value, value))
            .collect::<Result<Vec<_>, _>>()?,
        false if section.is_array() => section
            .elements(SECTION)?
            .into_iter()
            .map(read_listed)
            .collect::<Result<_, _>>()?,
        false => return Err(section.misfit(SECTION, "a list or an object")),
    };
    if entries.len() > MOST {
        return Err(section.reject(format!("there are more than {MOST} headers in {SECTION}")));
    }
    let mut names = HashSet::new();
    match entries
        .iter()
        .find(|entry| !names.insert(entry.header.name().to_ascii_lowercase()))
    {
        Some(twice) => Err(section.reject(format!(
            "in {SECTION}, the header {} has two sources",
            twice.header.name()
        ))),
        None => Ok(entries),
    }
}

fn read_listed(element: Json<'_>) -> Result<SourceEntry<'_>, Misfit> {
    let (mut name, mut value) = (None, None);
    for (key, json) in element.members("a header")? {
        match &*key {
            "name" => name = Some(json.text("\"name\" of a header")?),
            "value_from" => value = Some(json),
            _ => {}
        }
    }
    let (Some(name), Some(value)) = (name, value) else {
        return Err(element
            .reject("a header of \"headers_from\" must have a \"name\" and a \"value_from\""));
    };
    entry(&name, value, element)
}

fn entry<'a>(name: &str, value: Json<'a>, stored: Json<'a>) -> Result<SourceEntry<'a>, Misfit> {
    let source = SecretSource::parse(&value.text("\"value_from\" of a header")?);
    let header = source.and_then(|source| HeaderSource::new(name, source));
    let header = header.map_err(|reason| stored.reject(format!("in {SECTION}, {reason}")))?;
    Ok(SourceEntry {
        header,
        stored: Some(stored),
    })
}

/// Writes the section.
pub(super) fn write_header_sources(entries: Vec<SourceEntry<'_>>) -> Output<'_> {
    let written = entries.into_iter().map(|entry| {
        let mut members = unknown_members(entry.stored, &["name", "value_from"]);
        let source = entry.header.source().as_str().to_owned();
        members.push((Cow::Borrowed("name"), text(entry.header.name().to_owned())));
        members.push((Cow::Borrowed("value_from"), text(source)));
        Output::Object(members)
    });
    Output::List(written.collect())
}
