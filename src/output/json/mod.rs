//! The JSON formatter: a complete document in, the document with other white space, ordered keys and colours out.
//!
//! No tree of values is built. One scan checks the grammar and notes where the members of objects stand that are not in
//! order yet ([`index`]); a second walk copies the tokens ([`emit`]). Numbers keep their digits, duplicate keys stay, and
//! what is not JSON is left to the caller untouched. Time is linear in the document; memory beside it is about half its size.
//! Two threads share large documents: they scan while the body is read ([`ahead`]) or each a half of it ([`halves`]), and
//! write the parts of an array by turns ([`parallel`]).

mod ahead;
mod emit;
mod halves;
mod helper;
mod index;
mod pages;
mod paint;
mod parallel;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod scan;
mod seams;
mod sink;
mod sort;
mod text;

use std::io::{self, Write};

pub(crate) use ahead::{Scanned, has_room_beside, read};
use emit::Emitter;
use index::Index;
use paint::{Coloured, Painter, Plain};

use super::styles::Style;

/// Levels of nesting beyond which lines are not indented any further: HTTPie gives up at about as many, and the indentation
/// alone would be larger than the document by any factor.
const MAX_INDENTED_DEPTH: usize = 1000;

/// How a document is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JsonOptions {
    /// Spaces for each level.
    pub(crate) indent: usize,
    /// Whether the members of objects are ordered by name; members of one name by value where values can
    /// be compared.
    pub(crate) sort_keys: bool,
    /// Whether white space is laid out anew; without it only colours are added.
    pub(crate) format: bool,
    /// Whether characters that steer a terminal (DEL, C1 controls, bidirectional overrides) become `\u` escapes.
    pub(crate) escape_controls: bool,
}

impl JsonOptions {
    /// Whether the order of members has to be known.
    pub(crate) fn orders_members(&self) -> bool {
        self.sort_keys && self.format
    }
}

impl Default for JsonOptions {
    /// HTTPie's defaults.
    fn default() -> JsonOptions {
        JsonOptions {
            indent: 4,
            sort_keys: true,
            format: true,
            escape_controls: false,
        }
    }
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Verdict {
    /// It was written.
    Written,
    /// It is not JSON, or nested too deeply to be laid out: nothing was written.
    NotJson,
}

/// Writes the document `text` to `out`, in the colours of a style if there is one, in pieces of 64 KiB.
///
/// `scanned` is what was found when the document was [read] with the same options.
///
/// # Errors
/// When `out` fails.
pub(crate) fn write_json(
    text: &[u8],
    scanned: Option<Scanned>,
    options: &JsonOptions,
    style: Option<&Style>,
    out: &mut dyn Write,
) -> io::Result<Verdict> {
    let Some(style) = style else {
        return write_with(text, scanned, options, Plain, out);
    };
    let verdict = write_with(text, scanned, options, Coloured::new(style), out)?;
    match (verdict, constant_behind_prefix(text)) {
        (Verdict::NotJson, Some(start)) => {
            // HTTPie colours this and lays nothing out.
            let options = JsonOptions {
                format: false,
                ..*options
            };
            let index = Index::empty();
            let emitter = Emitter::new(text, &options, &index, Coloured::new(style), out);
            emitter.run(start).map(|()| Verdict::Written)
        }
        (verdict, _) => Ok(verdict),
    }
}

/// Where `true`, `false` or `null` stands at the end of a text, behind something that is no JSON.
fn constant_behind_prefix(text: &[u8]) -> Option<usize> {
    let is_space = |byte: &u8| b" \t\r\n".contains(byte);
    let end = text.iter().rposition(|byte| !is_space(byte))? + 1;
    let end = &text[..end];
    let constants: [&[u8]; 3] = [b"true", b"false", b"null"];
    let prefix = constants.iter().find_map(|word| end.strip_suffix(*word))?;
    let is_prefix = !prefix.trim_ascii().is_empty()
        && !prefix.iter().any(|byte| b"{[\"".contains(byte))
        && std::str::from_utf8(prefix).is_ok();
    is_prefix.then_some(prefix.len())
}

fn write_with(
    text: &[u8],
    scanned: Option<Scanned>,
    options: &JsonOptions,
    painter: impl Painter,
    out: &mut dyn Write,
) -> io::Result<Verdict> {
    let known = scanned.filter(|scanned| scanned.length == text.len());
    let known = known.map(|scanned| (scanned.start, scanned.index));
    let Some((start, index)) = known.or_else(|| examine(text, options)) else {
        return Ok(Verdict::NotJson);
    };
    Emitter::new(text, options, &index, painter, out).run(start)?;
    Ok(Verdict::Written)
}

/// Where the value starts behind its prefix, and the order of its members; `None` for what is not JSON.
///
/// Like HTTPie we take as a prefix (`)]}',`, `while(1);`, ...) whatever stands before the first `{`, `[` or `"`.
fn examine(text: &[u8], options: &JsonOptions) -> Option<(usize, Index)> {
    if !ahead::has_narrow_offsets(text) {
        return None;
    }
    let first = scan::skip_space(text, 0);
    let sort = options.orders_members();
    if let Ok(index) = Index::build(text, first, sort) {
        return Some((first, index));
    }
    if text.get(first).is_none_or(opens) {
        return None;
    }
    let start = text.iter().position(opens)?;
    std::str::from_utf8(&text[..start]).ok()?;
    Some((start, Index::build(text, start, sort).ok()?))
}

fn opens(byte: &u8) -> bool {
    matches!(byte, b'{' | b'[' | b'"')
}

/// Whether a long text that begins like this can be one that [`write_json`] writes. A prefix is taken to be shorter than
/// this beginning.
pub(crate) fn may_begin_document(beginning: &[u8]) -> bool {
    let first = scan::skip_space(beginning, 0);
    if index::may_be_document(beginning, first) {
        return true;
    }
    let start = match beginning.get(first) {
        Some(byte) if !opens(byte) => beginning.iter().position(opens),
        _ => None,
    };
    start.is_some_and(|start| {
        std::str::from_utf8(&beginning[..start]).is_ok() && index::may_be_document(beginning, start)
    })
}

#[cfg(test)]
mod tests;
