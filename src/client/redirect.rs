//! What the next request is after a redirect: method, body and headers, and what must not leave the origin.
//!
//! Pure decisions; sending is in `exchange`. Method and body follow HTTPie (RFC 9110, section 15.4): 303 and 302 become
//! GET, 301 turns POST into GET, 307 and 308 repeat what was sent.

use super::response_head::ResponseHead;
use crate::error::Error;
use crate::request::body::Body;
use crate::request::build::Request;
use crate::request::url::{Origin, Scheme};

/// Where a response redirects to, if it does. An empty `Location` says nothing, as in HTTPie.
pub(crate) fn location(head: &ResponseHead) -> Option<String> {
    let redirects = matches!(head.status, 301 | 302 | 303 | 307 | 308);
    let value = head.headers.get("Location").filter(|_| redirects)?;
    if value.is_empty() {
        return None;
    }
    // Bytes that are not UTF-8 are taken for Latin-1, byte by byte, so that they can be escaped.
    let text = match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
    };
    Some(text)
}

/// Makes a request into the one that follows a redirect.
///
/// # Errors
/// The location is no URL of ours; or the body would have to be sent again and cannot.
pub(crate) fn redirected(
    mut request: Request,
    status: u16,
    location: &str,
) -> Result<Request, Error> {
    let target = request
        .url
        .join(location)
        .map_err(|error| error.context(format!("the server redirects (HTTP {status})")))?;
    let keeps_body = matches!(status, 307 | 308);
    if keeps_body && !request.body.can_be_sent_again() {
        return Err(Error::new(format!(
            "the server redirects (HTTP {status}) and wants the body again, but it came from a stream that is used up; give it as a file (@FILE)"
        )));
    }
    // A typed Cookie is for the URL that was typed (HTTPie: dropped on any redirect); cookies of the jar follow by their rules.
    request.typed_cookie = None;
    request.headers.remove("Cookie");
    let (from, to) = (request.url.origin(), target.origin());
    if leaves(&from, &to) {
        drop_bound_headers(&mut request);
    }
    if !keeps_body {
        request.method = next_method(&request.method, status).to_owned();
        request.body = Body::Empty;
        request.chunked = false;
        for name in [
            "Content-Length",
            "Content-Type",
            "Content-Encoding",
            "Transfer-Encoding",
        ] {
            request.headers.remove(name);
        }
        if !matches!(request.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
            request.insert_before_host("Content-Length", "0");
        }
    }
    let host = request.headers.get("Host");
    let is_automatic = host == Some(request.url.authority().as_bytes());
    // A typed one is a name that one server goes by; what listens at another port of the host is another server.
    if is_automatic || (host.is_some() && from != to) {
        request.headers.set("Host", target.authority());
    }
    request.url = target;
    Ok(request)
}

fn next_method(method: &str, status: u16) -> &str {
    match (status, method) {
        (_, "HEAD") => "HEAD",
        (302 | 303, _) | (301, "POST") => "GET",
        (_, other) => other,
    }
}

/// Whether credentials must stay behind. The step from http to https on the same host and the default ports does not
/// leave: it only protects better (as in HTTPie).
fn leaves(from: &Origin, to: &Origin) -> bool {
    let is_upgrade = from.host == to.host
        && from.unix_socket.is_none()
        && (from.scheme, from.port) == (Scheme::Http, 80)
        && (to.scheme, to.port) == (Scheme::Https, 443);
    from != to && !is_upgrade
}

/// Law 3: Authorization (for a proxy too) and every header of a session stay with their origin. They do not come back
/// when a later redirect does.
fn drop_bound_headers(request: &mut Request) {
    let bound = std::mem::take(&mut request.bound_headers);
    request.headers.retain(|header| {
        let is_bound = bound
            .iter()
            .any(|name| name.eq_ignore_ascii_case(header.name()));
        let is_secret = ["Authorization", "Proxy-Authorization"]
            .iter()
            .any(|name| header.is(name));
        !is_bound && !is_secret
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::Headers;
    use crate::request::build::TargetForm;
    use crate::request::url::{PathStyle, Url};

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
        let mut list = Headers::new();
        headers
            .iter()
            .for_each(|(name, value)| list.append(*name, *value));
        let url = Url::from_argument(url, "http", PathStyle::Normalized).unwrap();
        list.append("Host", url.authority());
        Request {
            method: method.to_owned(),
            url,
            target_form: TargetForm::Origin,
            headers: list,
            body: Body::Bytes(b"x".to_vec()),
            chunked: false,
            bound_headers: vec![b"x-api-key".to_vec()],
            typed_cookie: None,
        }
    }

    #[test]
    fn methods_and_bodies_follow_httpie() {
        for (method, status, want, keeps) in [
            ("POST", 301, "GET", false),
            ("POST", 302, "GET", false),
            ("PUT", 303, "GET", false),
            ("PUT", 301, "PUT", false),
            ("HEAD", 303, "HEAD", false),
            ("POST", 307, "POST", true),
            ("DELETE", 308, "DELETE", true),
        ] {
            let next = redirected(
                request(method, "a/", &[("Content-Type", "x")]),
                status,
                "/b",
            )
            .unwrap();
            assert_eq!(
                (next.method.as_str(), !next.body.is_empty()),
                (want, keeps),
                "{method} {status}"
            );
            assert_eq!(
                next.headers.contains("Content-Type"),
                keeps,
                "{method} {status}"
            );
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        let headers = [
            ("Authorization", "secret"),
            ("Proxy-Authorization", "secret"),
            ("Cookie", "a=b"),
            ("X-Api-Key", "secret"),
            ("X-Typed", "goes"),
        ];
        for (from, to, kept) in [
            ("a/x", "/y", true),
            ("a/x", "http://a:80/y", true),
            ("a/x", "http://A/y", true),
            ("a/x", "https://a/y", true),
            ("https://a/x", "http://a/y", false),
            ("a/x", "http://b/y", false),
            ("a/x", "http://sub.a/y", false),
            ("a/x", "http://a:81/y", false),
            ("a:81/x", "https://a/y", false),
        ] {
            let next = redirected(request("GET", from, &headers), 302, to).unwrap();
            for name in ["Authorization", "Proxy-Authorization", "X-Api-Key"] {
                assert_eq!(next.headers.contains(name), kept, "{from} -> {to}: {name}");
            }
            assert!(next.headers.contains("X-Typed"));
            assert!(!next.headers.contains("Cookie"));
            assert_eq!(next.headers.get_str("Host").unwrap(), next.url.authority());
        }
    }

    #[test]
    fn what_was_left_behind_does_not_come_back() {
        let away = redirected(
            request("GET", "a/", &[("Authorization", "secret")]),
            302,
            "http://b/",
        )
        .unwrap();
        let back = redirected(away, 302, "http://a/").unwrap();
        assert!(!back.headers.contains("Authorization"));
    }

    #[test]
    fn a_typed_host_stays_with_its_origin() {
        for (from, to, want) in [
            ("a/", "/x", "virtual.test"),
            ("a/", "http://a:80/x", "virtual.test"),
            ("a/", "//b/x", "b"),
            ("a/", "http://a:81/x", "a:81"),
            ("a:81/", "http://a/x", "a"),
            ("a/", "https://a/x", "a"),
        ] {
            let mut typed = request("GET", from, &[]);
            typed.headers.set("Host", "virtual.test");
            let next = redirected(typed, 302, to).unwrap();
            assert_eq!(next.headers.get_str("Host"), Some(want), "{from} -> {to}");
            let mut removed = request("GET", from, &[]);
            removed.headers.remove("Host");
            let next = redirected(removed, 302, to).unwrap();
            assert!(!next.headers.contains("Host"), "{from} -> {to}");
        }
    }
}
