//! The URL of a request: typed loosely by a person, or sent by a server in `Location`, and made exact here.
//!
//! Takes text, gives scheme, user info, host, port and an escaped path and query. Dot segments are removed (RFC 3986,
//! section 5.2.4) unless `--path-as-is` keeps them. It knows nothing of headers and of the network.

use std::fmt;
use std::path::{Path, PathBuf};

use super::authority::{Authority, UnixSocket, UserInfo, split_user_info, without_brackets};
use super::escape::{escape_lower, escape_path, escape_query, escape_unprintable, form_encode};
use crate::error::Error;
use crate::url_text::without_secrets;

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
    fn from_name(name: &str) -> Option<Scheme> {
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

/// What becomes of dot segments and of characters that are not allowed in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathStyle {
    /// Dot segments are removed, and what may not stand in a path is escaped.
    Normalized,
    /// `--path-as-is`: dot segments stay, and only what would break the request line is escaped.
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
            let shown = without_secrets(text);
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
            query: query.map(escape_query),
            fragment: fragment.map(str::to_owned),
        })
    }

    /// Resolves the value of a `Location` header against this URL (RFC 3986, section 5.2; RFC 9110, section 10.2.2).
    /// A fragment is inherited where the location has none, and so is a Unix socket where it names the same host. A
    /// location that names a socket of its own is refused: which files are opened here is not for a server to say.
    /// Control characters and spaces around it are no part of it (WHATWG URL, section 4.4), as in HTTPie.
    pub(crate) fn join(&self, location: &str) -> Result<Url, Error> {
        let location = location.trim_matches(|letter| letter <= ' ');
        let scheme = scheme_end(location).map_or("", |end| &location[..end]);
        if scheme.eq_ignore_ascii_case(UNIX_SCHEME) {
            let shown = without_secrets(location);
            return Err(Error::new(format!(
                "'{shown}' is a Unix socket, and no server may choose one"
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
            let shown = without_secrets(location);
            return Err(Error::new(format!("'{shown}' is not an http or https URL")));
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
                url.query = Some(escape_query(query));
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
        url.query = query.map(escape_query);
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

    /// The host under which sessions are kept: host and port as typed, or the socket.
    pub(crate) fn session_host(&self) -> String {
        match self.unix_socket() {
            Some(socket) => session_host_at(socket, &self.authority()),
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

/// The host under which sessions are kept for what is called `host` behind a Unix socket, so that what is kept for one
/// socket goes neither to another nor to the network's host of that name. Several hosts may be served behind one socket;
/// `localhost` is who listens there.
pub(crate) fn session_host_at(socket: &Path, host: &str) -> String {
    // A relative path is another socket in another folder, and could be the name of a host.
    let absolute = std::path::absolute(socket);
    let socket = absolute.as_deref().unwrap_or(socket);
    // Hosts of sessions know no capitals, paths do.
    let mut name = escape_lower(socket.as_os_str().as_encoded_bytes());
    let host = host.to_ascii_lowercase();
    if !matches!(host.as_str(), "" | "localhost") {
        // There are no two slashes within an absolute path.
        name.push_str(&escape_lower(format!("//{host}").as_bytes()));
    }
    name
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
    is_scheme(&text[..end]).then_some(end)
}

/// `javascript:...`, `mailto:...`: a scheme without an authority.
fn has_other_scheme(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(scheme, _)| is_scheme(scheme))
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_allowed)
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
        PathStyle::AsIs => escape_unprintable(path),
        // Dots come out of escapes (`%2E%2E`), so that is first.
        PathStyle::Normalized => remove_dot_segments(&escape_path(path)),
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

#[cfg(test)]
mod tests;
