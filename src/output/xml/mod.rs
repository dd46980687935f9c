//! The XML formatter: a complete document in, the document with each element, comment and instruction on a line of its own out.
//!
//! The lines are those of HTTPie (Python's minidom without its blank lines), and nothing but white space, the kind of quotes
//! and the short form of empty elements changes: references, CDATA, comments and declarations stay as they were written, which
//! HTTPie does not manage. Nothing is expanded or fetched. What is not well-formed, declares entities or is nested without
//! end is left to the caller untouched. A tokenizer walks twice, once to check and once to write; no tree is built.

mod layout;
mod lines;
mod well_formed;

use std::io::{self, BufWriter, Write};

use xmlparser::{StrSpan, Tokenizer};

use layout::Layout;
use well_formed::is_well_formed;

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Verdict {
    /// It was written.
    Written,
    /// It is not to be laid out: nothing was written.
    NotXml,
}

/// Writes the document `text` to `out` with so many spaces for each level.
///
/// # Errors
/// When `out` fails.
pub(crate) fn write_xml(text: &[u8], indent: usize, out: &mut dyn Write) -> io::Result<Verdict> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Ok(Verdict::NotXml);
    };
    if !is_well_formed(text) {
        return Ok(Verdict::NotXml);
    }
    let mut out = BufWriter::with_capacity(64 << 10, out);
    if text.starts_with('\u{feff}') {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut layout = Layout::new(text, indent, &mut out);
    for token in Tokenizer::from(text) {
        match token {
            Ok(token) => layout.token(token)?,
            Err(_) => break,
        }
    }
    out.flush()?;
    Ok(Verdict::Written)
}

/// A name with its prefix, as it stands in the document.
fn qualified<'t>(prefix: StrSpan<'t>, local: StrSpan<'t>, text: &'t str) -> &'t str {
    let start = match prefix.is_empty() {
        // A name may begin with a colon, which the tokenizer takes for the end of an empty prefix.
        true => local.start() - usize::from(text[..local.start()].ends_with(':')),
        false => prefix.start(),
    };
    &text[start..local.end()]
}

#[cfg(test)]
mod tests;
