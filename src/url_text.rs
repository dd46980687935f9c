//! Where user info stands in the text of a URL (RFC 3986, section 3.2.1), so that it can be hidden: as it is read, and as it
//! was meant.
//!
//! A password with `/`, `?` or `#` in it ends the authority too early: nobody can use such a URL, but what stands in it is a
//! secret all the same. Takes text, knows nothing of valid URLs: those are read in `request::authority`.

use std::borrow::Cow;

/// What stands for a secret.
const MASK: &str = "***";

/// Headers whose value is one URL.
const URL_HEADERS: [&[u8]; 4] = [b"Content-Location", b"Location", b"Origin", b"Referer"];

/// The value of a header with `***` in the place of what stands before the `@` of its URLs, or was meant to.
pub(crate) fn hidden_in_field<'v>(name: &[u8], value: &'v [u8]) -> Cow<'v, [u8]> {
    let is_url = URL_HEADERS.iter().any(|url| name.eq_ignore_ascii_case(url));
    match is_url && value.contains(&b'@') {
        true => {
            let mut out = Vec::with_capacity(value.len());
            push_hidden(value, &mut out);
            out.into()
        }
        false => hidden_in_text(value),
    }
}

/// The same of any text.
pub(crate) fn hidden_in_text(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'@') {
        return text.into();
    }
    let mut out = Vec::with_capacity(text.len());
    for word in text.split_inclusive(u8::is_ascii_whitespace) {
        push_hidden(word, &mut out);
    }
    out.into()
}

/// A piece of text in which URLs can stand, each of them to the end of the piece.
fn push_hidden(piece: &[u8], out: &mut Vec<u8>) {
    let mut done = 0;
    // Nothing behind it is looked at: the work stays in proportion to the piece, which can be as long as a head.
    if let Some(last) = piece.iter().rposition(|&byte| byte == b'@') {
        let mut at = 0;
        while let Some(start) = next_authority(&piece[..=last], at) {
            at = start;
            let rest = &piece[start..=last];
            if let Some(sign) = end_of_user_info(rest).filter(|_| !is_host_in_text(rest)) {
                out.extend_from_slice(&piece[done..start]);
                out.extend_from_slice(MASK.as_bytes());
                done = start + sign;
                at = done;
            }
        }
    }
    out.extend_from_slice(&piece[done..]);
}

/// Whether what begins here is the whole name of a host, with a port or without, that the text around it ends: another
/// parameter of a query, a quotation mark, the bracket or comma of a list. All of these can stand in a password, too; in one
/// behind a user whose name has a dot, such as `a.b:1&2@host`, they are taken for the end.
fn is_host_in_text(text: &[u8]) -> bool {
    let end = text.iter().position(|byte| b"/?#&\"<>,".contains(byte));
    let Some(end) = end.filter(|&end| b"&\"<>,".contains(&text[end])) else {
        return false;
    };
    let mut parts = text[..end].splitn(2, |&byte| byte == b':');
    let host = parts.next().unwrap_or_default();
    let port = parts.next().unwrap_or_default();
    let mut labels = host.split(|&byte| byte == b'.');
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    host.contains(&b'.')
        && labels.all(|label| !label.is_empty() && label.iter().all(of_name))
        && port.iter().all(u8::is_ascii_digit)
}

/// Where the next authority begins, from `at` on: behind the `//` of a scheme, or where a URL without one can begin.
fn next_authority(text: &[u8], at: usize) -> Option<usize> {
    let can_begin = |slashes: usize| match slashes.checked_sub(1) {
        Some(before) => text[before].is_ascii_whitespace() || b":<\"'=(,;".contains(&text[before]),
        None => true,
    };
    let mut places = at..text.len();
    let slashes = places.find(|&place| text[place..].starts_with(b"//") && can_begin(place));
    Some(slashes? + 2)
}

/// The offset of the `@` that ends the user info in `text`, which stands behind the `//` of a URL and goes at most to its
/// end. Where the authority cannot be one, the user info goes on to the last `@`.
pub(crate) fn end_of_user_info(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|byte| b"/?#".contains(byte));
    let authority = &text[..end.unwrap_or(text.len())];
    let last_sign = |text: &[u8]| text.iter().rposition(|&byte| byte == b'@');
    last_sign(authority).or_else(|| match colon_without_port(authority) {
        Some(_) => last_sign(text),
        None => None,
    })
}

/// For messages about a URL that cannot be used: it without what may have been meant as user info, or as a password without
/// a host. Of an innocent URL more is hidden than needs be.
pub(crate) fn without_secrets(url: &str) -> String {
    let start = match (url.find("://"), url.find(':')) {
        (Some(end), _) => end + 3,
        (None, Some(colon)) => colon + 1,
        (None, None) => 0,
    };
    let (scheme, rest) = url.split_at(start);
    let sign = rest.rfind('@').filter(|&sign| {
        // `ftp://host/image@2x.png` has no user info that anyone could mean.
        rest[..sign].contains(':') || !rest[..sign].contains(['/', '?', '#'])
    });
    let (mask, rest) = match sign {
        Some(sign) => (MASK, &rest[sign..]),
        None => ("", rest),
    };
    let host = rest.trim_start_matches('@');
    let end = host.find(['/', '?', '#']).unwrap_or(host.len());
    match colon_without_port(&host.as_bytes()[..end]) {
        Some(colon) => {
            let shown = rest.len() - host.len() + colon + 1;
            [scheme, mask, &rest[..shown], MASK].concat()
        }
        None => [scheme, mask, rest].concat(),
    }
}

/// The offset of the colon behind the host, where what follows it is no port: it may be a password.
fn colon_without_port(authority: &[u8]) -> Option<usize> {
    let of_address = |byte: &u8| byte.is_ascii_hexdigit() || b":.".contains(byte);
    let start = match authority.strip_prefix(b"[") {
        Some(rest) => match rest.iter().position(|&byte| byte == b']') {
            Some(end) => end,
            None if rest.iter().all(of_address) => return None,
            None => 0,
        },
        None => 0,
    };
    let colon = start + authority[start..].iter().position(|&byte| byte == b':')?;
    let is_port = authority[colon + 1..].iter().all(u8::is_ascii_digit);
    (!is_port).then_some(colon)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("http://ann:hun\"te<r>2@x/", "http://***@x/"),
            ("<//ann:pw@x/>;a=//b@y", "<//***@x/>;a=//***@y"),
            ("//a@b", "//***@b"),
            ("http://x/a//b@c", "http://x/a//b@c"),
            ("://@", "://***@"),
            ("x?u=http://a:b/c#d@h/ e@f", "x?u=http://***@h/ e@f"),
            (
                "http://h:8080/a@2x.png http://h/?b=c@d",
                "http://h:8080/a@2x.png http://h/?b=c@d",
            ),
            ("http://h/http://a:b@c@d/", "http://h/http://***@d/"),
            (
                "http://h/?next=https://a.example.org&mail=me@b.org",
                "http://h/?next=https://a.example.org&mail=me@b.org",
            ),
            (
                "<https://h.org>;rel=me,<mailto:me@h.org>",
                "<https://h.org>;rel=me,<mailto:me@h.org>",
            ),
            (
                r#"{"url":"https://h.org:443","to":"me@x.org"}"#,
                r#"{"url":"https://h.org:443","to":"me@x.org"}"#,
            ),
            ("http://ann:1&2@h.org/", "http://***@h.org/"),
            ("http://a.b:c&d@h.org/", "http://***@h.org/"),
            ("http://a.b@h.org&x", "http://***@h.org&x"),
            ("nothing", "nothing"),
        ] {
            let shown = hidden_in_text(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&shown), want);
        }
    }

    #[test]
    fn a_header_that_is_a_url_is_one_to_its_end() {
        for (name, value, want) in [
            ("location", " http://a:b c@h/ \r\n", " http://***@h/ \r\n"),
            ("Referer", "//a:b c@h/", "//***@h/"),
            ("Origin", "http://h", "http://h"),
            ("X", "http://a:b c@h/", "http://a:b c@h/"),
            ("X", "http://a:b@h/", "http://***@h/"),
        ] {
            let shown = hidden_in_field(name.as_bytes(), value.as_bytes());
            assert_eq!(String::from_utf8_lossy(&shown), want);
        }
    }

    #[test]
    fn what_is_searched_is_searched_once() {
        let many = "http://a:b/".repeat(100_000);
        assert_eq!(hidden_in_text(many.as_bytes()).len(), many.len());
        let shown = hidden_in_text(format!("{many}@").as_bytes()).into_owned();
        assert_eq!(shown, b"http://***@");
        let valid = "http://a:1/".repeat(100_000) + "@";
        assert_eq!(hidden_in_text(valid.as_bytes()).len(), valid.len());
    }

    #[test]
    fn user_info_ends_at_the_last_sign_that_it_can_have_been_meant_to_end_at() {
        for (text, want) in [
            ("ann:pw@h/x@y", "@h/x@y"),
            ("ann@h", "@h"),
            ("a@b@h:80", "@h:80"),
            ("ann:hun/ter2@h/x", "@h/x"),
            ("ann:hun?t#er@2@h", "@h"),
            ("ann:hun:80/x@h", "@h"),
            ("host/a?b=c@d", ""),
            ("host:8080/image@2x.png", ""),
            ("host:/image@2x.png", ""),
            ("[::1]:80/a@b", ""),
            ("[::1]/a@b", ""),
            ("[::1]:x/a@b", "@b"),
            ("ann:pw", ""),
            ("", ""),
        ] {
            let end = end_of_user_info(text.as_bytes());
            assert_eq!(end.map_or("", |end| &text[end..]), want, "{text}");
        }
    }

    #[test]
    fn nothing_that_may_be_a_secret_is_shown_of_a_url_that_cannot_be_used() {
        for (url, want) in [
            (
                "http://svc:Pa#Top/Secret99@proxy:3128",
                "http://***@proxy:3128",
            ),
            ("http://ann:hun/t@er2@h h/x?y#z", "http://***@h h/x?y#z"),
            ("http://ann:p@ss/w0rd@h:99999/", "http://***@h:99999/"),
            ("http://to/ken:pw@h h", "http://***@h h"),
            ("http://token@[::1", "http://***@[::1"),
            ("http://ann:s3cret", "http://ann:***"),
            ("http://ann:s3/cret", "http://ann:***"),
            ("http://ann:s3cret:80/", "http://ann:***"),
            ("http://a:b@c:d/e", "http://***@c:***"),
            ("http://[::1/x", "http://[::1/x"),
            ("http://[ann:s3cret/x", "http://[ann:***"),
            ("http://[::1]:80:x/", "http://[::1]:***"),
            ("http://h h:80/x?y", "http://h h:80/x?y"),
            ("ftp://host/image@2x.png", "ftp://host/image@2x.png"),
            ("http:ann:pw@h", "http:***@h"),
            ("mailto:ann@h", "mailto:***@h"),
            ("javascript:alert(1)", "javascript:alert(1)"),
            ("h h", "h h"),
            ("@", "***@"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(url), want);
        }
    }
}
