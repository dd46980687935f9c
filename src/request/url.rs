//! The URL of a request: typed loosely by a person, or sent by a server in `Location`, and made exact here.
//!
//! Takes text, gives scheme, user info, host, port and an escaped path and query. Escaping follows what HTTPie's
//! users see: characters that may not stand in a URL are percent-encoded, valid escapes stay, dot segments are removed
//! (RFC 3986, section 5.2.4) unless `--path-as-is`. It knows nothing of headers and of the network.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use super::authority::{Authority, UnixSocket, UserInfo, split_user_info, without_brackets};
use crate::error::Error;

/// The two schemes that we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    pub(crate) fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }

    /// The scheme of this name, in any case.
    pub(crate) fn from_name(name: &str) -> Option<Scheme> {
        [Scheme::Http, Scheme::Https]
            .into_iter()
            .find(|scheme| scheme.as_str().eq_ignore_ascii_case(name))
    }
}

/// The scheme of a URL whose host is a Unix socket: `http+unix://%2Frun%2Fdocker.sock/info`.
const UNIX_SCHEME: &str = "http+unix";

/// Scheme, host and port: what credentials are bound to (RFC 6454). What listens at a Unix socket is an origin of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) unix_socket: Option<PathBuf>,
}

impl Origin {
    /// The host without brackets, as the resolver and the certificate check want it.
    pub(crate) fn bare_host(&self) -> &str {
        without_brackets(&self.host)
    }
}

/// What a leading `scheme://`-less URL is completed with, and whether dot segments stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathStyle {
    /// Dot segments are removed.
    Normalized,
    /// `--path-as-is`: only what would break the request line is escaped.
    AsIs,
}

/// An absolute http or https URL, ready to be requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: Scheme,
    pub(crate) user_info: Option<UserInfo>,
    /// Lower case; an IPv6 address stands in brackets.
    host: String,
    /// The port if it was written in the URL.
    port: Option<u16>,
    /// The socket of an `http+unix` URL, whose host is `localhost`.
    unix_socket: Option<UnixSocket>,
    /// Starts with `/`.
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

impl Url {
    /// Reads a URL as HTTPie's users type it: `example.org`, `:3000/x`, `://host`, `https://host/path`.
    ///
    /// # Errors
    /// A sentence that names the URL when it has another scheme, no host, or a port that is none.
    pub(crate) fn from_argument(
        typed: &str,
        default_scheme: &str,
        style: PathStyle,
    ) -> Result<Url, Error> {
        let typed = typed.trim_start();
        let bare = typed.strip_prefix("://").unwrap_or(typed);
        if scheme_end(bare).is_some() {
            return Url::parse(bare, style);
        }
        let complete = match localhost_shorthand(bare) {
            Some(rest) => format!("{default_scheme}://localhost{rest}"),
            None => format!("{default_scheme}://{bare}"),
        };
        Url::parse(&complete, style)
    }

    /// Reads an absolute URL.
    pub(crate) fn parse(text: &str, style: PathStyle) -> Result<Url, Error> {
        let invalid = |why: &str| {
            let shown = without_user_info(text);
            Error::new(format!("InvalidURL: Invalid URL '{shown}': {why}"))
        };
        let end = scheme_end(text).ok_or_else(|| invalid("no scheme such as http:// is given"))?;
        let is_unix = text[..end].eq_ignore_ascii_case(UNIX_SCHEME);
        let scheme = match is_unix {
            true => Scheme::Http,
            false => Scheme::from_name(&text[..end]).ok_or_else(|| {
                invalid(&format!(
                    "the scheme '{}' is not supported, only http, https and {UNIX_SCHEME}",
                    &text[..end]
                ))
            })?,
        };
        let rest = &text[end + 3..];
        let authority_end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(authority_end);
        let (authority, unix_socket) = match is_unix {
            true => {
                let (user_info, host) = split_user_info(authority);
                let socket = UnixSocket::parse(host).map_err(|why| invalid(&why))?;
                let authority = Authority {
                    user_info,
                    host: "localhost".to_owned(),
                    port: None,
                };
                (authority, Some(socket))
            }
            false => (
                Authority::parse(authority).map_err(|why| invalid(&why))?,
                None,
            ),
        };
        let (path, query, fragment) = split_path(tail);
        Ok(Url {
            scheme,
            user_info: authority.user_info,
            host: authority.host,
            port: authority.port,
            unix_socket,
            path: normalize_path(path, style),
            query: query.map(|query| escape(query, is_query_byte)),
            fragment: fragment.map(str::to_owned),
        })
    }

    /// Resolves the value of a `Location` header against this URL (RFC 3986, section 5.2; RFC 9110, section 10.2.2).
    /// A fragment is inherited where the location has none, and so is a Unix socket where it names the same host. A
    /// location that names a socket of its own is refused: which files are opened here is not for a server to say.
    pub(crate) fn join(&self, location: &str) -> Result<Url, Error> {
        let location = location.trim();
        let scheme = scheme_end(location).map_or("", |end| &location[..end]);
        if scheme.eq_ignore_ascii_case(UNIX_SCHEME) {
            return Err(Error::new(format!(
                "'{location}' is a Unix socket, and no server may choose one"
            )));
        }
        let mut target = if let Some(rest) = location.strip_prefix("//") {
            Url::parse(
                &format!("{}://{rest}", self.scheme.as_str()),
                PathStyle::Normalized,
            )?
        } else if scheme_end(location).is_some() {
            Url::parse(location, PathStyle::Normalized)?
        } else if has_other_scheme(location) {
            return Err(Error::new(format!(
                "'{location}' is not an http or https URL"
            )));
        } else {
            self.join_relative(location)
        };
        if target.fragment.is_none() {
            target.fragment = self.fragment.clone();
        }
        if target.scheme == self.scheme && target.authority() == self.authority() {
            target.unix_socket = self.unix_socket.clone();
        }
        Ok(target)
    }

    fn join_relative(&self, location: &str) -> Url {
        let (path, query, fragment) = split_path(location);
        let mut url = Url {
            user_info: None,
            fragment: fragment.map(str::to_owned),
            ..self.clone()
        };
        if path.is_empty() {
            if let Some(query) = query {
                url.query = Some(escape(query, is_query_byte));
            }
            return url;
        }
        let absolute = if path.starts_with('/') {
            path.to_owned()
        } else {
            let folder = self
                .path
                .rfind('/')
                .map_or("/", |slash| &self.path[..=slash]);
            format!("{folder}{path}")
        };
        url.path = normalize_path(&absolute, PathStyle::Normalized);
        url.query = query.map(|query| escape(query, is_query_byte));
        url
    }

    /// Adds `name==value` items behind the query that is there, as a form would encode them.
    pub(crate) fn append_query(&mut self, items: &[(String, String)]) {
        for (name, value) in items {
            let query = self.query.get_or_insert_default();
            if !query.is_empty() {
                query.push('&');
            }
            form_encode(name, query);
            query.push('=');
            form_encode(value, query);
        }
    }

    /// The host without brackets, as the resolver and the certificate check want it.
    pub(crate) fn host(&self) -> &str {
        without_brackets(&self.host)
    }

    /// The socket of an `http+unix` URL.
    pub(crate) fn unix_socket(&self) -> Option<&Path> {
        self.unix_socket
            .as_ref()
            .map(|socket| socket.path.as_path())
    }

    /// The host under which sessions are kept: host and port as typed, or the socket, so that what is kept for one
    /// socket goes neither to another nor to the network's localhost.
    pub(crate) fn session_host(&self) -> String {
        match &self.unix_socket {
            // Hosts of sessions know no capitals, paths do.
            Some(socket) => percent_encode_lower(socket.path.as_os_str().as_encoded_bytes()),
            None => self.authority(),
        }
    }

    /// The port to connect to.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }

    /// The port if it was written in the URL.
    pub(crate) fn explicit_port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// `host` or `host:port`, the port only where it was written: the value of the Host header.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Path and query: the request target in origin form (RFC 9112, section 3.2.1).
    pub(crate) fn request_target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin {
            scheme: self.scheme,
            host: self.host.clone(),
            port: self.port(),
            unix_socket: self.unix_socket().map(Path::to_owned),
        }
    }
}

/// Bytes with all but small letters, digits, `-`, `.` and `_` as escapes of small digits.
fn percent_encode_lower(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "%{byte:02x}");
            }
        }
        text
    })
}

/// The URL without user info: safe to show.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = match &self.unix_socket {
            Some(socket) => (UNIX_SCHEME, socket.typed.clone()),
            None => (self.scheme.as_str(), self.authority()),
        };
        write!(f, "{scheme}://{host}{}", self.request_target())
    }
}

/// Where `://` begins, when a scheme stands before it.
fn scheme_end(text: &str) -> Option<usize> {
    let end = text.find("://")?;
    let scheme = &text.as_bytes()[..end];
    let valid = scheme.first()?.is_ascii_alphabetic()
        && scheme
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    valid.then_some(end)
}

/// `javascript:...`, `mailto:...`: a scheme without an authority.
fn has_other_scheme(text: &str) -> bool {
    let Some(colon) = text.find(':') else {
        return false;
    };
    let scheme = &text.as_bytes()[..colon];
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

/// `:3000/x` and `:/x` and `:` mean localhost; `::1` does not.
fn localhost_shorthand(text: &str) -> Option<String> {
    let rest = text.strip_prefix(':')?;
    if rest.starts_with(':') {
        return None;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (port, path) = rest.split_at(digits);
    Some(if port.is_empty() {
        path.to_owned()
    } else {
        format!(":{port}{path}")
    })
}

fn split_path(text: &str) -> (&str, Option<&str>, Option<&str>) {
    let (text, fragment) = match text.split_once('#') {
        Some((text, fragment)) => (text, Some(fragment)),
        None => (text, None),
    };
    match text.split_once('?') {
        Some((path, query)) => (path, Some(query), fragment),
        None => (text, None, fragment),
    }
}

fn normalize_path(path: &str, style: PathStyle) -> String {
    let path = match style {
        PathStyle::AsIs => percent_encode(path, |byte| byte.is_ascii_graphic()),
        // Dots come out of escapes (`%2E%2E`), so that is first.
        PathStyle::Normalized => remove_dot_segments(&escape(path, is_path_byte)),
    };
    if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    }
}

/// RFC 3986, section 5.2.4.
fn remove_dot_segments(path: &str) -> String {
    if !path.contains("/.") && !path.starts_with('.') {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => kept.push(other),
        }
    }
    let mut result = kept.join("/");
    if !result.starts_with('/') {
        result.insert(0, '/');
    }
    if (path.ends_with("/.") || path.ends_with("/..")) && !result.ends_with('/') {
        result.push('/');
    }
    result
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-~!$&'()*+,;=:@/".contains(&byte)
}

fn is_query_byte(byte: u8) -> bool {
    is_path_byte(byte) || byte == b'?'
}

/// Percent-encodes what is not allowed. Escapes that are there stay, those of unreserved characters are resolved;
/// when one `%` is not part of a valid escape, every `%` stands for itself (as in HTTPie).
fn escape(text: &str, allowed: fn(u8) -> bool) -> String {
    if text.bytes().all(allowed) {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let escaped_byte = |at: usize| Some((hex(at + 1)? * 16 + hex(at + 2)?) as u8);
    let all_valid = (0..bytes.len()).all(|at| bytes[at] != b'%' || escaped_byte(at).is_some());
    let mut out = String::with_capacity(text.len() + 16);
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match escaped_byte(at) {
            Some(decoded) if byte == b'%' && all_valid => {
                if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
                    out.push(decoded as char);
                } else {
                    push_escape(decoded, &mut out);
                }
                at += 3;
                continue;
            }
            _ if allowed(byte) => out.push(byte as char),
            _ => push_escape(byte, &mut out),
        }
        at += 1;
    }
    out
}

fn percent_encode(text: &str, allowed: fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if allowed(byte) {
            out.push(byte as char);
        } else {
            push_escape(byte, &mut out);
        }
    }
    out
}

fn push_escape(byte: u8, out: &mut String) {
    let _ = write!(out, "%{byte:02X}");
}

/// `application/x-www-form-urlencoded` as Python's `urlencode` writes it: a space is `+`, the unreserved stay.
pub(crate) fn form_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            byte if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) => {
                out.push(byte as char)
            }
            byte => push_escape(byte, out),
        }
    }
}

/// For messages: a URL text with what stands between `//` and `@` replaced.
pub(crate) fn without_user_info(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..]
        .find(['/', '?', '#'])
        .map_or(text.len(), |at| start + at);
    match text[start..end].rfind('@') {
        Some(at) => format!("{}***@{}", &text[..start], &text[start + at + 1..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(typed: &str) -> String {
        match Url::from_argument(typed, "http", PathStyle::Normalized) {
            Ok(url) => url.to_string(),
            Err(error) => format!("! {error}"),
        }
    }

    #[test]
    fn what_people_type_becomes_a_url() {
        for (typed, want) in [
            ("example.org", "http://example.org/"),
            (":", "http://localhost/"),
            (":/foo", "http://localhost/foo"),
            (":3000", "http://localhost:3000/"),
            (":3000/x?y", "http://localhost:3000/x?y"),
            ("://example.org/", "http://example.org/"),
            ("://https://example.org/", "https://example.org/"),
            ("HTTPS://EXAMPLE.org:443/X", "https://example.org:443/X"),
            ("example.org?a=b#c", "http://example.org/?a=b"),
            ("[::1]:80/x", "http://[::1]:80/x"),
            ("example.org:/x", "http://example.org/x"),
            ("localhost:8080", "http://localhost:8080/"),
        ] {
            assert_eq!(shown(typed), want, "{typed}");
        }
    }

    #[test]
    fn internationalized_names_become_ascii() {
        for (typed, want) in [
            (
                "bücher.example:81/ü",
                "http://xn--bcher-kva.example:81/%C3%BC",
            ),
            ("STRASSE.de", "http://strasse.de/"),
            ("Straße.DE", "http://xn--strae-oqa.de/"),
            ("日本語。jp", "http://xn--wgv71a119e.jp/"),
            ("b%C3%BCcher.example", "http://xn--bcher-kva.example/"),
            ("xn--bcher-kva.example", "http://xn--bcher-kva.example/"),
        ] {
            assert_eq!(shown(typed), want, "{typed}");
        }
        for typed in ["٠a.org", "a％2fb.org", "é\u{200b}\u{300}.٠a"] {
            assert!(shown(typed).starts_with('!'), "{typed}: {}", shown(typed));
        }
    }

    #[test]
    fn urls_are_escaped_as_httpie_does() {
        for (typed, want) in [
            (
                "h/a b/é?x=a b&y=é",
                "http://h/a%20b/%C3%A9?x=a%20b&y=%C3%A9",
            ),
            ("h/..%2f/./../a?x=%zz&y=%41", "http://h/a?x=%25zz&y=%2541"),
            ("h/%41%2f%7e?%c3%a9", "http://h/A%2F~?%C3%A9"),
            ("h/a/b/../c/./", "http://h/a/c/"),
            ("h/a/..", "http://h/"),
            ("h/../../x", "http://h/x"),
            ("h/[x]?[y]", "http://h/%5Bx%5D?%5By%5D"),
        ] {
            assert_eq!(shown(typed), want, "{typed}");
        }
    }

    #[test]
    fn dots_in_escapes_are_dots() {
        for (typed, want) in [
            ("h/x/%2e%2E/y", "http://h/y"),
            ("h/%2e", "http://h/"),
            ("h/%2e%2e%2fx", "http://h/..%2Fx"),
            ("h/%252e%252e/x", "http://h/%252e%252e/x"),
        ] {
            assert_eq!(shown(typed), want, "{typed}");
        }
    }

    #[test]
    fn nothing_comes_into_the_host_header_with_a_zone() {
        assert_eq!(shown("[FE80::1%25eth0]"), "http://[fe80::1%25eth0]/");
        for typed in [
            "[::1%\r\nX: y]",
            "[::1%é]",
            "[::1%a b]",
            "\u{34f}",
            "x\u{34f}",
        ] {
            let refused = shown(typed).starts_with('!');
            assert_eq!(refused, typed != "x\u{34f}", "{typed:?}: {}", shown(typed));
        }
    }

    #[test]
    fn a_url_that_cannot_be_requested_is_named_without_its_password() {
        for typed in [
            "http://",
            "http:///x",
            "http://u:secret@",
            "ftp://u:secret@h/",
            "h:99999",
            "h:8a",
            "http://[::1",
            "a b",
        ] {
            let message = shown(typed);
            assert!(message.starts_with("! "), "{typed}: {message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn locations_are_resolved() {
        let base =
            Url::from_argument("http://u:p@h:81/a/b?q#f", "http", PathStyle::Normalized).unwrap();
        for (location, want) in [
            ("c", "http://h:81/a/c"),
            ("../c?x", "http://h:81/c?x"),
            ("/c", "http://h:81/c"),
            ("?x", "http://h:81/a/b?x"),
            ("", "http://h:81/a/b?q"),
            ("//other/x", "http://other/x"),
            ("https://other", "https://other/"),
        ] {
            let url = base.join(location).unwrap();
            assert_eq!(url.to_string(), want, "{location}");
            assert_eq!(url.fragment.as_deref(), Some("f"));
            assert_eq!(url.user_info, None, "{location}");
        }
        for location in ["javascript:alert(1)", "file:///etc/passwd", "mailto:x@y"] {
            assert!(base.join(location).is_err(), "{location}");
        }
    }

    #[test]
    fn a_unix_socket_is_a_host_of_its_own() {
        let url = Url::parse("http+unix://%2Frun%2FD.sock/a?b", PathStyle::Normalized).unwrap();
        assert_eq!(url.unix_socket(), Some(Path::new("/run/D.sock")));
        assert_eq!(url.to_string(), "http+unix://%2Frun%2FD.sock/a?b");
        assert_eq!(
            (url.authority().as_str(), url.session_host().as_str()),
            ("localhost", "%2frun%2f%44.sock")
        );
        for (location, stays) in [
            ("/x", true),
            ("http://localhost/x", true),
            ("//localhost/x", true),
            ("http://localhost:80/x", false),
            ("https://localhost/x", false),
            ("http://a/x", false),
        ] {
            let target = url.join(location).unwrap();
            assert_eq!(target.unix_socket().is_some(), stays, "{location}");
            assert_eq!(target.origin() == url.origin(), stays, "{location}");
        }
        for refused in ["http+unix://%2Fetc%2Fx/", "HTTP+UNIX://%2Frun%2FD.sock/"] {
            assert!(url.join(refused).is_err(), "{refused}");
        }
        for bad in [
            "http+unix://",
            "http+unix:///x",
            "http+unix://%00/",
            "http+unix://%FF/",
        ] {
            assert!(Url::parse(bad, PathStyle::Normalized).is_err(), "{bad}");
        }
    }

    #[test]
    fn user_info_is_decoded_and_never_shown() {
        let url =
            Url::from_argument("http://u%40:p%3A:x@h/", "http", PathStyle::Normalized).unwrap();
        let info = url.user_info.clone().unwrap();
        assert_eq!(
            (info.username.as_str(), info.password.as_deref()),
            ("u@", Some("p::x"))
        );
        assert_eq!(url.to_string(), "http://h/");
        assert!(!format!("{url:?}").contains("p:"));
    }

    #[test]
    fn path_as_is_keeps_dot_segments_and_escapes() {
        let url = Url::from_argument("h/a/../b%2f c", "http", PathStyle::AsIs).unwrap();
        assert_eq!(url.request_target(), "/a/../b%2f%20c");
    }

    #[test]
    fn query_items_are_encoded_like_a_form() {
        let mut url = Url::from_argument("h/?a=1", "http", PathStyle::Normalized).unwrap();
        url.append_query(&[("q".into(), "a b&c".into()), ("é".into(), "/~".into())]);
        assert_eq!(url.request_target(), "/?a=1&q=a+b%26c&%C3%A9=%2F~");
    }
}
