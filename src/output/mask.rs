//! Heads without their secrets, for logs: the values of headers that say who one is, and user info in URLs, become `***`.
//!
//! Takes the bytes that were or will be on the wire, gives those to show; names, order and line ends stay. Which headers
//! came from a session or a reference is for the caller to say. Bodies never come here.

use std::borrow::Cow;

use crate::request::user_info::end_of_user_info;

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
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        let is_secret = is(b"Authorization") || is(b"Proxy-Authorization") || is(b"Cookie");
        match is_secret || bound.iter().any(|bound| is(bound)) {
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
            out.extend_from_slice(&without_user_info(field));
            continue;
        };
        let (name, value) = field.split_at(colon + 1);
        let text = value.trim_ascii();
        let hidden = hidden(name[..colon].trim_ascii());
        if text.is_empty() || hidden == Hidden::UserInfo {
            out.extend_from_slice(&without_user_info(field));
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

/// A text with `***` in the place of what stands before the `@` of its URLs (RFC 3986, section 3.2.1), or was meant to.
pub(crate) fn without_user_info(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'@') {
        return text.into();
    }
    let ends_url = |byte: &u8| byte.is_ascii_whitespace() || b"\"<>".contains(byte);
    let mut out = Vec::with_capacity(text.len());
    for word in text.split_inclusive(ends_url) {
        push_word(word, &mut out);
    }
    out.into()
}

/// A piece of text in which URLs can stand, but none ends and another begins.
fn push_word(word: &[u8], out: &mut Vec<u8>) {
    const SCHEME_END: &[u8] = b"://";
    let mut done = 0;
    // Nothing behind it is looked at: the work stays in proportion to a word, which can be as long as a head.
    if let Some(last) = word.iter().rposition(|&byte| byte == b'@') {
        let mut at = 0;
        while let Some(found) = find(&word[at..=last], SCHEME_END) {
            let start = at + found + SCHEME_END.len();
            at = start;
            if let Some(sign) = end_of_user_info(&word[start..=last]) {
                out.extend_from_slice(&word[done..start]);
                out.extend_from_slice(MASK);
                done = start + sign;
                at = done;
            }
        }
    }
    out.extend_from_slice(&word[done..]);
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn secrets_of_a_request_are_hidden() {
        let head = "GET /?u=http://a:b@h/ HTTP/1.1\r\nHost: h\r\nauthorization: Basic x\r\nPROXY-Authorization:y\r\n\
            Cookie: a=b; c=d\r\nX-Key:  k \r\nX-Typed: t\r\nReferer: https://u:p@x/y@z\r\nX-Empty:\r\n\r\n";
        let want = "GET /?u=http://***@h/ HTTP/1.1\r\nHost: h\r\nauthorization: ***\r\nPROXY-Authorization:***\r\n\
            Cookie: ***\r\nX-Key:  *** \r\nX-Typed: t\r\nReferer: https://***@x/y@z\r\nX-Empty:\r\n\r\n";
        let bound = [b"x-key".to_vec(), b"x-empty".to_vec()];
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

    #[test]
    fn user_info_is_found_wherever_it_stands() {
        for (text, want) in [
            (
                "'http://u:p@x' and https://v@y:1?a@b",
                "'http://***@x' and https://***@y:1?a@b",
            ),
            ("http://a:b@c@d/", "http://***@d/"),
            ("<http://x>, me@home", "<http://x>, me@home"),
            ("http://x/ u@h", "http://x/ u@h"),
            ("://@", "://***@"),
            ("x?u=http://a:b/c#d@h/ e@f", "x?u=http://***@h/ e@f"),
            (
                "http://h:8080/a@2x.png http://h/?b=c@d",
                "http://h:8080/a@2x.png http://h/?b=c@d",
            ),
            ("http://h/http://a:b@c@d/", "http://h/http://***@d/"),
            ("nothing", "nothing"),
        ] {
            let shown = without_user_info(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&shown), want);
        }
    }
}
