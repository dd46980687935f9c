//! The head of a response: found in a stream of bytes, read leniently, and kept exactly as it came.
//!
//! Pure functions from bytes to values. What RFC 9112 lets a recipient tolerate is tolerated: bare LF as the end of a
//! line, folded lines (section 5.2), white space around names, empty lines before the status line (section 2.2).

use crate::headers::{Headers, without_optional_space};
use crate::terminal_text::{Layout, escape_controls};

/// The largest head that is accepted, in bytes.
pub(crate) const MAX_HEAD: usize = 1 << 20;

/// A response head: its exact bytes, with the empty line that ends it, and what they mean.
#[derive(Clone)]
pub(crate) struct ResponseHead {
    pub(crate) raw: Vec<u8>,
    /// Major and minor version: (1, 1) for `HTTP/1.1`.
    pub(crate) version: (u8, u8),
    pub(crate) status: u16,
    pub(crate) headers: Headers,
}

/// Why bytes are no response head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    /// The first line is not `HTTP/x.y status`; it is given, shortened, for the message.
    NotHttp(String),
    /// There are more header fields than `--max-headers` allows.
    TooManyHeaders(usize),
}

/// The length of the head at the start of `bytes`, its final empty line included, once it is there whole.
/// `searched` is where an earlier, unsuccessful search may go on.
pub(crate) fn head_length(bytes: &[u8], searched: usize) -> Option<usize> {
    let start = leading_empty_lines(bytes);
    let mut at = searched.max(start);
    while let Some(found) = bytes.get(at..)?.iter().position(|byte| *byte == b'\n') {
        let line_end = at + found + 1;
        match bytes.get(line_end..) {
            Some([b'\n', ..]) => return Some(line_end + 1),
            Some([b'\r', b'\n', ..]) => return Some(line_end + 2),
            _ => at = line_end,
        }
    }
    None
}

fn leading_empty_lines(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count()
}

/// Tells from the first bytes whether they can become a head. A server that speaks another protocol waits for us once it
/// has greeted: the rest of its head would never come.
pub(crate) fn check_start(bytes: &[u8]) -> Result<(), HeadError> {
    const START: &[u8] = b"HTTP/";
    let bytes = &bytes[leading_empty_lines(bytes)..];
    let line_end = bytes.iter().position(|byte| *byte == b'\n');
    let line = &bytes[..line_end.unwrap_or(bytes.len())];
    let is_possible = match line_end {
        Some(_) => parse_status_line(without_line_end(line)).is_some(),
        None => line.iter().zip(START).all(|(byte, want)| byte == want),
    };
    match is_possible {
        true => Ok(()),
        false => Err(not_http(without_line_end(line))),
    }
}

fn not_http(line: &[u8]) -> HeadError {
    HeadError::NotHttp(String::from_utf8_lossy(&line[..line.len().min(60)]).into())
}

/// A bare CR before the line end counts as a space (RFC 9112, section 2.2).
fn without_line_end(mut line: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r'] = line {
        line = rest;
    }
    line
}

/// Reads a whole head, as measured by [`head_length`].
pub(crate) fn parse(raw: &[u8], max_headers: Option<usize>) -> Result<ResponseHead, HeadError> {
    let bytes = &raw[leading_empty_lines(raw)..];
    let mut lines = bytes.split(|byte| *byte == b'\n').map(without_line_end);
    let status_line = lines.next().unwrap_or_default();
    let (version, status) = parse_status_line(status_line).ok_or_else(|| not_http(status_line))?;
    let mut fields: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in lines {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(b' ');
                value.extend_from_slice(without_optional_space(line));
            }
        } else if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            fields.push((
                without_optional_space(&line[..colon]),
                without_optional_space(&line[colon + 1..]).to_vec(),
            ));
        }
    }
    if let Some(max) = max_headers.filter(|max| fields.len() > *max) {
        return Err(HeadError::TooManyHeaders(max));
    }
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.append(name, value);
    }
    Ok(ResponseHead {
        raw: bytes.to_vec(),
        version,
        status,
        headers,
    })
}

/// Any white space stands for the space between the parts (RFC 9112, section 4), as in HTTPie.
fn parse_status_line(line: &[u8]) -> Option<((u8, u8), u16)> {
    let rest = line.strip_prefix(b"HTTP/")?;
    let (&major, rest) = rest
        .split_first()
        .filter(|(byte, _)| byte.is_ascii_digit())?;
    let (minor, rest) = match rest {
        [b'.', minor, rest @ ..] if minor.is_ascii_digit() => (*minor, rest),
        _ => (b'0', rest),
    };
    let status = rest.trim_ascii_start();
    if status.len() == rest.len() {
        return None;
    }
    match status {
        [a, b, c] | [a, b, c, b' ' | b'\t', ..]
            if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) =>
        {
            let number = [a, b, c]
                .iter()
                .fold(0, |sum, digit| sum * 10 + u16::from(**digit - b'0'));
            (number >= 100).then_some(((major - b'0', minor - b'0'), number))
        }
        _ => None,
    }
}

impl ResponseHead {
    /// The status code and the reason phrase for people, control characters made visible.
    pub(crate) fn status_and_reason(&self) -> String {
        let line = self
            .raw
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let blank = line.iter().position(|byte| b" \t".contains(byte));
        let text = line[blank.unwrap_or(line.len())..].trim_ascii();
        String::from_utf8_lossy(&escape_controls(text, Layout::OneLine)).into_owned()
    }

    /// Whether the connection cannot serve another request (RFC 9112, section 9.3).
    pub(crate) fn closes_connection(&self) -> bool {
        let has = |option: &str| {
            self.headers
                .get_all("Connection")
                .flat_map(|value| value.split(|byte| *byte == b','))
                .any(|token| without_optional_space(token).eq_ignore_ascii_case(option.as_bytes()))
        };
        has("close") || (self.version < (1, 1) && !has("keep-alive"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_with_an_empty_line_of_either_kind() {
        for (bytes, want) in [
            (&b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"[..], Some(25)),
            (b"HTTP/1.1 200 OK\nA: b\n\nbody", Some(22)),
            (b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Some(23)),
            (b"HTTP/1.1 200 OK\r\nA: b\r\n", None),
            (b"\r\n\r\n", None),
            (b"", None),
        ] {
            assert_eq!(
                head_length(bytes, 0),
                want,
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
    }

    #[test]
    fn odd_heads_are_read() {
        let raw = b"HTTP/1.1 404\r\nA:b\r\nX-Long: one\r\n  two\r\nno colon\r\nSpaced : v \r\n: empty\r\n\r\n";
        let head = parse(raw, None).unwrap();
        assert_eq!((head.status, head.version), (404, (1, 1)));
        assert_eq!(head.headers.get("x-long"), Some(&b"one two"[..]));
        assert_eq!(head.headers.get("Spaced"), Some(&b"v"[..]));
        assert_eq!(head.headers.get("a"), Some(&b"b"[..]));
        assert_eq!(head.raw, raw);
    }

    #[test]
    fn a_reason_for_people_steers_no_terminal() {
        let raw = b"HTTP/1.1 404  No\x1b[2J\xc2\x9b1m \x9b\xe9!\t\r\n\r\n";
        let head = parse(raw, None).unwrap();
        let said = "404  No␛[2J‹U+009B›1m ‹9B›\u{fffd}!";
        assert_eq!(head.status_and_reason(), said);
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for raw in [
            "SSH-2.0-OpenSSH_9\r\n\r\n",
            "HTTP/1.1\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 099 x\n\n",
            "<html>\n\n",
        ] {
            assert!(
                matches!(parse(raw.as_bytes(), None), Err(HeadError::NotHttp(_))),
                "{raw}"
            );
        }
    }

    #[test]
    fn the_first_bytes_tell_what_cannot_become_http() {
        for bytes in [
            "",
            "\r\n",
            "H",
            "HTTP/",
            "HTTP/x",
            "HTTP/1.1 200",
            "\nHTTP/1.1 200 OK\r\nA",
        ] {
            assert_eq!(check_start(bytes.as_bytes()), Ok(()), "{bytes:?}");
        }
        for bytes in [
            "S",
            "HTTQ",
            "SSH-2.0",
            "220 mail\r\n",
            "HTTP/x\r\n",
            "\r\nHTTP/1.1 20 OK\n",
        ] {
            assert!(check_start(bytes.as_bytes()).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn too_many_headers_are_refused() {
        let raw = b"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n";
        assert!(parse(raw, Some(2)).is_ok());
        assert!(matches!(
            parse(raw, Some(1)),
            Err(HeadError::TooManyHeaders(1))
        ));
    }
}
