//! The request itself: method, URL, the final list of headers, and the body.
//!
//! The head is serialised in one place, [`Request::head`]; its bytes go to the wire, to `-v` and to `--offline` alike.
//! Headers stand in the order in which HTTPie prints them: what the protocol needs, then defaults, the session's and the
//! typed ones, Host at the end.

use super::body::Body;
use super::url::Url;
use crate::cli::items::HeaderItem;
use crate::headers::{Header, Headers};

/// The Accept-Encoding that is sent: the codings that we can decode.
const ACCEPT_ENCODING: &str = "gzip, deflate";
/// The Accept of a JSON request.
pub(crate) const ACCEPT_JSON: &str = "application/json, */*;q=0.5";

/// How we present ourselves.
pub(crate) fn user_agent() -> String {
    format!("HTTPie/{}", env!("CARGO_PKG_VERSION"))
}

/// Whether doing it twice is as good as once (RFC 9110, section 9.2.2).
pub(crate) fn is_idempotent(method: &str) -> bool {
    matches!(
        method,
        "GET" | "HEAD" | "OPTIONS" | "PUT" | "DELETE" | "TRACE"
    )
}

/// How the request line names what is asked for (RFC 9112, section 3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TargetForm {
    /// Path and query: to the origin, or through a tunnel to it.
    #[default]
    Origin,
    /// The whole URL: to a proxy that passes the request on.
    Absolute,
}

/// A request, ready to be sent or shown.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) url: Url,
    pub(crate) target_form: TargetForm,
    pub(crate) headers: Headers,
    pub(crate) body: Body,
    /// Whether the body is sent in chunks, without a length.
    pub(crate) chunked: bool,
    /// Names of the headers that belong to the origin: they are dropped when a redirect leaves it.
    pub(crate) bound_headers: Vec<Vec<u8>>,
    /// The Cookie header that was typed, without a session to take it over: it goes before cookies of the jar.
    pub(crate) typed_cookie: Option<Vec<u8>>,
}

/// What a request is made of.
pub(crate) struct Ingredients<'a> {
    /// As typed; without it, POST with a body and GET without.
    pub(crate) method: Option<String>,
    pub(crate) url: Url,
    /// Headers that stand for the kind of request: Accept and Content-Type, where it has them.
    pub(crate) defaults: Headers,
    pub(crate) session: &'a Headers,
    pub(crate) typed: &'a [HeaderItem],
    /// The value of Authorization, from wherever it comes; a typed one goes before it.
    pub(crate) authorization: Option<Vec<u8>>,
    /// The cookies that apply, as one Cookie header.
    pub(crate) cookie: Option<Vec<u8>>,
    pub(crate) body: Body,
    pub(crate) chunked: bool,
}

/// Puts a request together.
pub(crate) fn build(ingredients: Ingredients<'_>) -> Request {
    let Ingredients {
        method,
        url,
        defaults,
        session,
        typed,
        authorization,
        cookie,
        body,
        chunked,
    } = ingredients;
    let method = method.unwrap_or_else(|| if body.is_empty() { "GET" } else { "POST" }.to_owned());
    let mut own = Layers::new(&defaults);
    own.lay_over(session);
    own.lay_typed(typed);
    let Framed {
        body,
        chunked,
        is_announced,
    } = frame(&mut own, body, chunked);
    let mut headers = own.usual_headers();
    // A header that a session took over is among the cookies of the jar already; any other goes before them.
    let typed_cookie = own.kept.get("Cookie").map(<[u8]>::to_vec);
    if let Some(cookie) = cookie {
        own.kept.remove("Cookie");
        let cookie = match &typed_cookie {
            Some(typed) => merged_cookies(typed, &cookie),
            None => cookie,
        };
        headers.append("Cookie", cookie);
    }
    let length = content_length(&method, &body, chunked);
    if let Some(length) = length.filter(|_| !own.kept.contains("Content-Length")) {
        headers.append("Content-Length", length.to_string());
    }
    if let Some(authorization) = authorization.filter(|_| !own.types("Authorization")) {
        own.kept.remove("Authorization");
        headers.append("Authorization", authorization);
    }
    let first = ["User-Agent", "Accept-Encoding", "Accept", "Connection"];
    own.append_to(&mut headers, &first);
    if chunked && !is_announced {
        headers.append("Transfer-Encoding", "chunked");
    }
    if !own.decides("Host") {
        headers.append("Host", url.authority());
    }
    Request {
        method,
        url,
        target_form: TargetForm::Origin,
        headers,
        body,
        chunked,
        typed_cookie,
        bound_headers: own.bound,
    }
}

/// A body, and how it goes out.
struct Framed {
    body: Body,
    chunked: bool,
    /// Whether a typed header says already that it comes in chunks.
    is_announced: bool,
}

fn frame(own: &mut Layers, mut body: Body, chunked: bool) -> Framed {
    let is_announced = own
        .kept
        .get_str("Transfer-Encoding")
        .and_then(|codings| codings.rsplit(',').next())
        .is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"));
    if is_announced && body.is_empty() {
        // A typed Transfer-Encoding promises chunks: there is at least the last one.
        body = Body::Bytes(Vec::new());
    }
    let chunked = !body.is_empty() && (chunked || is_announced);
    settle_length(own, &mut body, chunked);
    // What has no length goes out in chunks, and the head must say so: a server would take them for the next request.
    let chunked = chunked || body.length().is_none();
    if chunked && !is_announced {
        // A typed one beside ours would let a server see another end of the body than we do.
        own.kept.remove("Transfer-Encoding");
    }
    Framed {
        chunked,
        body,
        is_announced,
    }
}

/// A length that the user gives for a stream is believed; any other Content-Length is ours to say.
fn settle_length(own: &mut Layers, body: &mut Body, chunked: bool) {
    let typed = own
        .kept
        .get_str("Content-Length")
        .and_then(|text| text.parse().ok());
    // Without a body there is nothing to measure: the header goes as it was typed (as in HTTPie).
    if body.is_empty() {
        return;
    }
    own.kept.remove("Content-Length");
    if let Body::Stream(stream) = body
        && stream.length.is_none()
        && !chunked
    {
        stream.length = typed;
    }
}

/// The announced length; a request without a body says 0 where a server might wait for one.
fn content_length(method: &str, body: &Body, chunked: bool) -> Option<u64> {
    if chunked {
        return None;
    }
    if body.is_empty() {
        return (!matches!(method, "GET" | "HEAD" | "OPTIONS")).then_some(0);
    }
    body.length()
}

/// Header layers as they are laid one over the other: a name in an upper layer takes the place of the name below.
struct Layers {
    kept: Headers,
    /// Names that were typed, in lower case: set or removed.
    typed: Vec<Vec<u8>>,
    bound: Vec<Vec<u8>>,
}

impl Layers {
    fn new(defaults: &Headers) -> Layers {
        let mut kept = Headers::new();
        kept.append("User-Agent", user_agent());
        kept.extend(defaults.iter().cloned());
        Layers {
            kept,
            typed: Vec::new(),
            bound: Vec::new(),
        }
    }

    fn lay_over(&mut self, session: &Headers) {
        let mut fresh: Vec<&[u8]> = Vec::new();
        for header in session {
            if fresh
                .iter()
                .any(|name| name.eq_ignore_ascii_case(header.name()))
            {
                self.kept.append(header.name(), header.value());
            } else {
                fresh.push(header.name());
                self.kept.set(header.name(), header.value());
                self.bound.push(header.name().to_ascii_lowercase());
            }
        }
    }

    fn lay_typed(&mut self, typed: &[HeaderItem]) {
        for item in typed {
            let key = item.name.to_ascii_lowercase().into_bytes();
            let is_first = !self.typed.contains(&key);
            if is_first {
                self.bound.retain(|name| *name != key);
                self.typed.push(key);
            }
            match &item.value {
                None => {
                    self.kept.remove(&item.name);
                }
                Some(value) if is_first => self.kept.set(item.name.as_bytes(), value.as_slice()),
                Some(value) => self.kept.append(item.name.as_bytes(), value.as_slice()),
            }
        }
    }

    /// Whether this name was typed, be it to set or to remove it.
    fn types(&self, name: &str) -> bool {
        self.typed
            .iter()
            .any(|typed| typed.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Whether our default for this name has no say.
    fn decides(&self, name: &str) -> bool {
        self.types(name) || self.kept.contains(name)
    }

    /// What every request has unless somebody says otherwise.
    fn usual_headers(&self) -> Headers {
        [
            ("Accept-Encoding", ACCEPT_ENCODING),
            ("Accept", "*/*"),
            ("Connection", "keep-alive"),
        ]
        .into_iter()
        .filter(|(name, _)| !self.decides(name))
        .map(|(name, value)| Header::new(name, value))
        .collect()
    }

    /// The names in `first` in that order, then the others; the values of one name stay together.
    fn append_to(&self, headers: &mut Headers, first: &[&str]) {
        let mut done: Vec<&[u8]> = Vec::new();
        let lead = first
            .iter()
            .flat_map(|name| self.kept.iter().filter(move |header| header.is(name)));
        for header in lead.chain(self.kept.iter()) {
            if done
                .iter()
                .any(|name| name.eq_ignore_ascii_case(header.name()))
            {
                continue;
            }
            done.push(header.name());
            let same = |other: &&Header| other.name().eq_ignore_ascii_case(header.name());
            headers.extend(self.kept.iter().filter(same).cloned());
        }
    }
}

impl Request {
    /// The exact bytes of the head: start line, headers, empty line.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut head = Vec::with_capacity(512);
        head.extend_from_slice(self.method.as_bytes());
        head.push(b' ');
        let target = match self.target_form {
            TargetForm::Origin => self.url.request_target(),
            TargetForm::Absolute => self.url.to_string(),
        };
        head.extend_from_slice(target.as_bytes());
        head.extend_from_slice(b" HTTP/1.1\r\n");
        for header in &self.headers {
            head.extend_from_slice(header.name());
            head.extend_from_slice(b": ");
            head.extend_from_slice(header.value());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Adds a header as the last one before Host, which ends the list where it is ours.
    pub(crate) fn insert_before_host(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        let ends_with_host = self
            .headers
            .iter()
            .last()
            .is_some_and(|last| last.is("Host"));
        let host = self
            .headers
            .get("Host")
            .map(<[u8]>::to_vec)
            .filter(|_| ends_with_host);
        if host.is_some() {
            self.headers.remove("Host");
        }
        self.headers.set(name, value);
        if let Some(host) = host {
            self.headers.append("Host", host);
        }
    }

    /// Makes the Cookie header what now applies: the typed one, then those cookies of the jar that it does not name.
    pub(crate) fn set_cookies(&mut self, jar: Option<Vec<u8>>) {
        let cookie = match (&self.typed_cookie, jar) {
            (Some(typed), Some(jar)) => Some(merged_cookies(typed, &jar)),
            (Some(typed), None) => Some(typed.clone()),
            (None, jar) => jar,
        };
        match cookie {
            Some(cookie) if self.headers.contains("Cookie") => self.headers.set("Cookie", cookie),
            Some(cookie) => self.insert_before_host("Cookie", cookie),
            None => {
                self.headers.remove("Cookie");
            }
        }
    }

    /// The length under which the body goes out; `None` is chunked.
    pub(crate) fn framed_length(&self) -> Option<u64> {
        if self.chunked {
            None
        } else {
            self.body.length()
        }
    }
}

fn merged_cookies(typed: &[u8], jar: &[u8]) -> Vec<u8> {
    fn pairs(header: &[u8]) -> impl Iterator<Item = &[u8]> {
        header.split(|byte| *byte == b';').map(<[u8]>::trim_ascii)
    }
    let name = |pair: &'_ [u8]| pair.split(|byte| *byte == b'=').next().map(<[u8]>::to_vec);
    let mut merged = typed.to_vec();
    for pair in pairs(jar).filter(|pair| !pairs(typed).any(|other| name(other) == name(pair))) {
        merged.extend_from_slice(b"; ");
        merged.extend_from_slice(pair);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::url::PathStyle;

    fn built(typed: &[(&str, Option<&str>)], session: &[(&str, &str)], json: bool) -> String {
        let typed: Vec<_> = typed
            .iter()
            .map(|(name, value)| HeaderItem {
                name: (*name).to_owned(),
                value: value.map(|value| value.as_bytes().to_vec()),
            })
            .collect();
        let session = session
            .iter()
            .map(|(name, value)| Header::new(*name, *value))
            .collect();
        let mut defaults = Headers::new();
        if json {
            defaults.append("Accept", ACCEPT_JSON);
            defaults.append("Content-Type", "application/json");
        }
        let request = build(Ingredients {
            method: None,
            url: Url::from_argument("x.org", "http", PathStyle::Normalized).unwrap(),
            defaults,
            session: &session,
            typed: &typed,
            authorization: Some(b"Basic dTpw".to_vec()),
            cookie: None,
            body: if json {
                Body::Bytes(b"{}".to_vec())
            } else {
                Body::Empty
            },
            chunked: false,
        });
        let head = String::from_utf8(request.head())
            .unwrap()
            .replace(&user_agent(), "UA");
        head.replace("\r\n", "|")
    }

    #[test]
    fn headers_stand_in_httpies_order() {
        assert_eq!(
            built(&[], &[], false),
            "GET / HTTP/1.1|Accept-Encoding: gzip, deflate|Accept: */*|Connection: keep-alive|Authorization: Basic dTpw\
             |User-Agent: UA|Host: x.org||"
        );
        assert_eq!(
            built(
                &[
                    ("X", Some("1")),
                    ("Y", Some("2")),
                    ("X", Some("3")),
                    ("accept", Some("x/y"))
                ],
                &[],
                true
            ),
            "POST / HTTP/1.1|Accept-Encoding: gzip, deflate|Connection: keep-alive|Content-Length: 2\
             |Authorization: Basic dTpw|User-Agent: UA|accept: x/y|Content-Type: application/json|X: 1|X: 3|Y: 2|Host: x.org||"
        );
    }

    #[test]
    fn every_default_can_be_removed_and_set_again() {
        let all = [
            "Accept-Encoding",
            "Accept",
            "Connection",
            "User-Agent",
            "Host",
            "Authorization",
        ];
        let removed: Vec<_> = all.iter().map(|name| (*name, None)).collect();
        assert_eq!(built(&removed, &[], false), "GET / HTTP/1.1||");
        let typed = [
            ("X", Some("1")),
            ("X", None),
            ("X", Some("2")),
            ("Host", Some("h")),
            ("Authorization", Some("mine")),
        ];
        let head = built(&typed, &[], false);
        assert!(
            head.ends_with("|User-Agent: UA|X: 2|Host: h|Authorization: mine||"),
            "{head}"
        );
    }

    #[test]
    fn typed_headers_take_the_place_of_the_sessions() {
        let session = [("A", "stored"), ("B", "one"), ("b", "two"), ("C", "stored")];
        let head = built(&[("c", None), ("A", Some("typed"))], &session, false);
        assert!(head.contains("|A: typed|B: one|b: two|Host"), "{head}");
    }
}
