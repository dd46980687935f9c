//! Where user info stands in the text of a URL, so that it can be hidden: as it is read, and as it was meant.
//!
//! A password with `/`, `?` or `#` in it ends the authority too early: nobody can use such a URL, but what stands in it is a
//! secret all the same. Takes text, knows nothing of valid URLs: those are read in `authority`.

/// What stands for a secret.
const MASK: &str = "***";

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
