//! Messages as they stand in an output: a head, an empty line, a body.

use std::borrow::Cow;

/// A head and a body, cut out of what was printed or sent.
pub(crate) struct Message {
    pub(crate) start_line: String,
    /// Names and values in the order in which they stand, names as they were written.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Takes either line end, since coloured heads have LF where others have CRLF.
    pub(crate) fn parse(bytes: &[u8]) -> Message {
        let mut lines = Vec::new();
        let mut rest = bytes;
        loop {
            let (line, after) = match rest.iter().position(|&byte| byte == b'\n') {
                Some(end) => (&rest[..end], &rest[end + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            rest = after;
            let line = text(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let mut lines = lines.into_iter();
        Message {
            start_line: lines.next().unwrap_or_default(),
            headers: lines.map(split_header).collect(),
            body: rest.to_vec(),
        }
    }

    /// The first value of a header, whatever the case of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(have, _)| have.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All values of a header.
    pub(crate) fn header_values(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(have, _)| have.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// The names alone, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub(crate) fn body_text(&self) -> String {
        text(&self.body).into_owned()
    }
}

fn split_header(line: String) -> (String, String) {
    match line.split_once(':') {
        Some((name, value)) => (name.to_owned(), value.trim().to_owned()),
        None => (line, String::new()),
    }
}

/// Bytes for people to read.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Whether `part` stands somewhere in `whole`.
pub(crate) fn contains(whole: &[u8], part: &[u8]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

/// Takes out the escape sequences that set colours.
pub(crate) fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\x1b[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str(piece.split_once('m').map_or(piece, |(_, after)| after));
    }
    plain.replace("\r\n", "\n")
}
