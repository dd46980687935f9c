//! Heads without their secrets, for logs: the values of headers that say who one is, and user info in URLs, become `***`.
//!
//! Takes the bytes that were or will be on the wire, gives those to show; names, order and line ends stay. Which headers
//! came from a session or a reference is for the caller to say. Bodies never come here.

use crate::sessions::is_telling_name;
use crate::url_text::{hidden_in_field, hidden_in_text};

const MASK: &[u8] = b"***";

/// How much of a header's value is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    /// User info in URLs.
    UserInfo,
    /// All of it.
    Whole,
    /// The value of the cookie, and not its name or attributes.
    CookieValue,
}

/// The head of a request. `bound` are the names of the headers that came from a session or a reference.
pub(crate) fn request_head(head: &[u8], bound: &[Vec<u8>]) -> Vec<u8> {
    masked(head, |name| {
        let is_bound = bound.iter().any(|bound| name.eq_ignore_ascii_case(bound));
        match is_bound || is_telling_name(name) {
            true => Hidden::Whole,
            false => Hidden::UserInfo,
        }
    })
}

/// The head of a response.
pub(crate) fn response_head(head: &[u8]) -> Vec<u8> {
    masked(head, |name| {
        match name.eq_ignore_ascii_case(b"Set-Cookie") {
            true => Hidden::CookieValue,
            false => Hidden::UserInfo,
        }
    })
}

fn masked(head: &[u8], hidden: impl Fn(&[u8]) -> Hidden) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len());
    for (index, field) in fields_of(head).into_iter().enumerate() {
        let colon = field.iter().position(|&byte| byte == b':');
        let Some(colon) = colon.filter(|_| index > 0) else {
            // A path that begins with two slashes is no URL without a scheme.
            let target = field.iter().position(|&byte| byte == b' ');
            let (start, rest) =
                field.split_at(target.map_or(0, |space| field.len().min(space + 2)));
            out.extend_from_slice(start);
            out.extend_from_slice(&hidden_in_text(rest));
            continue;
        };
        let (name, value) = field.split_at(colon + 1);
        let text = value.trim_ascii();
        let only_name = name[..colon].trim_ascii();
        let hidden = hidden(only_name);
        if text.is_empty() || hidden == Hidden::UserInfo {
            out.extend_from_slice(name);
            out.extend_from_slice(&hidden_in_field(only_name, value));
            continue;
        }
        let start = value.len() - value.trim_ascii_start().len();
        let end = value.trim_ascii_end().len();
        out.extend_from_slice(name);
        out.extend_from_slice(&value[..start]);
        match hidden {
            Hidden::CookieValue => push_cookie(text, &mut out),
            Hidden::Whole | Hidden::UserInfo => out.extend_from_slice(MASK),
        }
        out.extend_from_slice(&value[end..]);
    }
    out
}

/// A cookie without its value. What has no name is all value (RFC 6265bis, section 5.6).
fn push_cookie(text: &[u8], out: &mut Vec<u8>) {
    let end = text.iter().position(|&byte| byte == b';');
    let (pair, attributes) = text.split_at(end.unwrap_or(text.len()));
    let name = pair.iter().position(|&byte| byte == b'=');
    out.extend_from_slice(name.map_or(&[][..], |equals| &pair[..=equals]));
    out.extend_from_slice(MASK);
    out.extend_from_slice(attributes);
}

/// The lines with their ends, those that begin with white space with the one before them (RFC 9112, section 5.2).
fn fields_of(head: &[u8]) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        let is_folded = matches!(line.first(), Some(b' ' | b'\t'));
        if at > start && !is_folded {
            fields.push(&head[start..at]);
            start = at;
        }
        at += line.len();
    }
    fields.push(&head[start..]);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn secrets_of_a_request_are_hidden() {
        let head = "GET //i@2x?u=http://a:b@h/ HTTP/1.1\r\nHost: h\r\nauthorization: Basic x\r\nPROXY-Authorization:y\r\n\
            Cookie: a=b; c=d\r\nX-API-KEY: k\r\nx-auth-token: t\r\nX-Bound:  k \r\nX-Typed: t\r\nReferer: https://u:p@x/y@z\r\nX-Empty:\r\n\r\n";
        let want = "GET //i@2x?u=http://***@h/ HTTP/1.1\r\nHost: h\r\nauthorization: ***\r\nPROXY-Authorization:***\r\n\
            Cookie: ***\r\nX-API-KEY: ***\r\nx-auth-token: ***\r\nX-Bound:  *** \r\nX-Typed: t\r\nReferer: https://***@x/y@z\r\nX-Empty:\r\n\r\n";
        let bound = [b"x-bound".to_vec(), b"x-empty".to_vec()];
        assert_eq!(text(request_head(head.as_bytes(), &bound)), want);
    }

    #[test]
    fn values_of_cookies_that_are_set_are_hidden() {
        for (line, want) in [
            (
                "Set-Cookie: a=b; Path=/; HttpOnly",
                "Set-Cookie: a=***; Path=/; HttpOnly",
            ),
            ("set-cookie:a=b=c", "set-cookie:a=***"),
            ("Set-Cookie: nameless; Path=/", "Set-Cookie: ***; Path=/"),
            ("Set-Cookie: =b", "Set-Cookie: =***"),
            ("Set-Cookie:", "Set-Cookie:"),
            ("Set-Cookie: a=b\r\n c; Path=/", "Set-Cookie: a=***; Path=/"),
            ("Location: http://u:p@x/", "Location: http://***@x/"),
            ("Location: //u:p@x/", "Location: //***@x/"),
            ("Location: http://u:p q@x/", "Location: http://***@x/"),
            ("Authorization: shown", "Authorization: shown"),
            ("no header", "no header"),
        ] {
            let head = format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n");
            let want = format!("HTTP/1.1 200 OK\r\n{want}\r\n\r\n");
            assert_eq!(text(response_head(head.as_bytes())), want);
        }
    }

    #[test]
    fn line_ends_and_what_is_no_head_stay() {
        for head in [
            "",
            "\n",
            "HTTP/1.1 200\nA: b\n\n",
            "x",
            "a: b",
            "\r\n\r\n",
            " a\n b",
        ] {
            assert_eq!(text(response_head(head.as_bytes())), head);
            assert_eq!(text(request_head(head.as_bytes(), &[])), head);
        }
    }
}
