//! What comes into a session from a file that nobody vouches for: a session file in any layout, or a `cookies.txt`.
//!
//! Takes bytes, gives what may be taken, and of everything else what it was and why it is refused. A cookie has to keep
//! the rules that hold for `Set-Cookie`; all refusals stand in [`admit`], in one order. Knows nothing of the session
//! that it goes into.

use std::borrow::Cow;
use std::collections::HashMap;

use super::auth_section::read_auth;
use super::cookie_entry::{read_cookie, read_keyed_cookie};
use super::cookie_parse::{
    MAX_ATTRIBUTE_LENGTH, MAX_LIFETIME, MAX_PAIR_LENGTH, Refusal, keeps_prefix,
};
use super::cookie_scope::{is_public_suffix, is_subdomain, registrable_domain};
use super::cookies::{Cookie, MAX_PER_DOMAIN, Reach};
use super::credentials::Credentials;
use super::data::{is_kept, is_storable};
use super::header_entry::{HeaderEntry, read_header, read_keyed_header};
use super::header_sources::read_header_sources;
use super::json::{Json, Misfit, last_wins, position_of, without_position};
use super::netscape;
use super::source::{HeaderSource, SecretSource};
use crate::headers::{Header, Headers, is_control};

/// The most cookies that one file brings. More would be no session, but an attempt to keep us busy.
const MAX_COOKIES: usize = 10_000;

/// The most header fields that one file brings, for the same reason.
const MAX_HEADERS: usize = 1000;

/// What a file brings.
#[derive(Default)]
pub(crate) struct Import {
    pub(crate) headers: Headers,
    pub(crate) header_sources: Vec<HeaderSource>,
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) refused: Vec<Refused>,
    /// How many cookies had expired.
    pub(crate) expired: usize,
    /// How many cookies were bound to no host, and are now.
    pub(crate) bound: usize,
    /// How many of the cookies never go to the session's host. They are taken: a session has such cookies after a
    /// redirect, and they go to their own host alone.
    pub(crate) foreign: usize,
    /// How many cookies there are of each registrable domain.
    of_domains: HashMap<String, usize>,
}

/// What was not taken, or could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// In words; it may have control characters in it.
    pub(crate) what: String,
    pub(crate) reason: String,
}

impl Refused {
    pub(super) fn cookie(cookie: &Cookie, reason: impl ToString) -> Refused {
        let name = String::from_utf8_lossy(&cookie.name);
        let of = match cookie.domain.as_str() {
            "" => String::new(),
            domain => format!(" of {domain}"),
        };
        Refused {
            what: format!("the cookie '{name}'{of}"),
            reason: reason.to_string(),
        }
    }

    fn entry(section: &str, misfit: &Misfit, document: &str) -> Refused {
        let (line, column) = misfit.position_in(document);
        Refused {
            what: format!("{section} (line {line}, column {column})"),
            reason: misfit.reason.clone(),
        }
    }
}

impl Import {
    /// Whether nothing could be taken.
    pub(crate) fn is_empty(&self) -> bool {
        self.headers.is_empty()
            && self.header_sources.is_empty()
            && self.cookies.is_empty()
            && self.credentials.is_none()
    }

    /// Reads a file. `host` is the one that the session is for, in lower case and without its port; it may be unknown.
    ///
    /// # Errors
    ///
    /// It is neither JSON with anything of a session in it, nor text of lines.
    pub(crate) fn read(bytes: &[u8], host: Option<&str>, now: i64) -> Result<Import, String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut import = Import::default();
        match bytes.trim_ascii_start().first() {
            None => return Err("it is empty".to_owned()),
            Some(b'{') => import.read_json(bytes, host, now)?,
            Some(b'[' | b'"') => {
                return Err("it is neither a session file nor a cookies.txt".to_owned());
            }
            Some(_) => netscape::read(bytes, |line, cookie| match cookie {
                Ok(cookie) => import.take_cookie(cookie, host, now),
                Err(reason) => import.refused.push(Refused {
                    what: format!("line {line}"),
                    reason: reason.to_owned(),
                }),
            }),
        }
        Ok(import)
    }

    fn read_json(&mut self, bytes: &[u8], host: Option<&str>, now: i64) -> Result<(), String> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let (line, column) = position_of(bytes, error.valid_up_to());
            format!("there are bytes that are not UTF-8 at line {line}, column {column}")
        })?;
        let members = Json::document(text).map_err(|error| {
            let (reason, line) = (without_position(&error), error.line());
            let column = error.column();
            format!("it is not valid JSON: {reason} at line {line}, column {column}")
        })?;
        let mut is_session = false;
        for (key, section) in last_wins(members) {
            is_session |= matches!(&*key, "__meta__" | "auth" | "cookies" | "headers");
            let read = match &*key {
                "auth" => self.read_auth(section),
                "cookies" => self.read_cookies(section, text, host, now),
                "headers" => self.read_headers(section, text),
                "headers_from" => self.read_header_sources(section),
                _ => Ok(()),
            };
            if let Err(misfit) = read {
                let refused = Refused::entry(&format!("\"{key}\""), &misfit, text);
                self.refused.push(refused);
            }
        }
        match is_session {
            true => Ok(()),
            false => Err("there is nothing of a session in it".to_owned()),
        }
    }

    fn read_auth(&mut self, section: Json<'_>) -> Result<(), Misfit> {
        let credentials = read_auth(section)?;
        let has_control = |text: &str| text.bytes().any(is_control);
        match credentials {
            Some(found)
                if has_control(found.raw_auth()) || has_control(found.auth_type().as_str()) =>
            {
                Err(section.reject("there is a control character in the credentials"))
            }
            found => {
                self.credentials = found;
                Ok(())
            }
        }
    }

    fn read_cookies(
        &mut self,
        section: Json<'_>,
        document: &str,
        host: Option<&str>,
        now: i64,
    ) -> Result<(), Misfit> {
        if section.is_null() {
            return Ok(());
        }
        let own_host = host.unwrap_or_default();
        let mut take = |cookie: Result<Cookie, Misfit>| match cookie {
            Ok(cookie) => self.take_cookie(cookie, host, now),
            Err(misfit) => self
                .refused
                .push(Refused::entry("a cookie", &misfit, document)),
        };
        if section.is_object() {
            for (key, stored) in last_wins(section.members("\"cookies\"")?) {
                take(read_keyed_cookie(stored, &key, own_host));
            }
            return Ok(());
        }
        for stored in section.elements("\"cookies\"")? {
            take(read_cookie(stored, None, own_host).map(|(cookie, _)| cookie));
        }
        Ok(())
    }

    fn take_cookie(&mut self, cookie: Cookie, host: Option<&str>, now: i64) {
        let is_unbound = matches!(cookie.reach, Reach::AnyHost | Reach::Unbound);
        if cookie.is_expired(now) {
            self.expired += 1;
            return;
        }
        if self.cookies.len() == MAX_COOKIES {
            let reason = format!("there are more than {MAX_COOKIES} before it");
            return self.refused.push(Refused::cookie(&cookie, reason));
        }
        match admit(cookie.clone(), host, now) {
            Ok(cookie) => {
                let of_domain = self
                    .of_domains
                    .entry(registrable_domain(&cookie.domain).to_owned())
                    .or_default();
                if *of_domain == MAX_PER_DOMAIN {
                    let reason =
                        format!("there are more than {MAX_PER_DOMAIN} of its domain before it");
                    return self.refused.push(Refused::cookie(&cookie, reason));
                }
                *of_domain += 1;
                self.bound += usize::from(is_unbound);
                self.foreign += usize::from(host.is_some_and(|host| is_foreign(&cookie, host)));
                self.cookies.push(cookie);
            }
            Err(reason) => self.refused.push(Refused::cookie(&cookie, reason)),
        }
    }

    fn read_headers(&mut self, section: Json<'_>, document: &str) -> Result<(), Misfit> {
        if section.is_null() {
            return Ok(());
        }
        let mut take = |header: Result<HeaderEntry<'_>, Misfit>| match header {
            Ok(header) => self.take_header(&header.name, header.value.as_deref()),
            Err(misfit) => self
                .refused
                .push(Refused::entry("a header", &misfit, document)),
        };
        if section.is_object() {
            for (name, value) in last_wins(section.members("\"headers\"")?) {
                take(read_keyed_header(name, value));
            }
            return Ok(());
        }
        for stored in section.elements("\"headers\"")? {
            take(read_header(stored).map(|(header, _)| header));
        }
        Ok(())
    }

    fn read_header_sources(&mut self, section: Json<'_>) -> Result<(), Misfit> {
        for entry in read_header_sources(section)? {
            let header = entry.header;
            let reason = match header.is_kept() {
                false => "it belongs to a single request".to_owned(),
                true if self.header_sources.len() == MAX_HEADERS => {
                    format!("there are more than {MAX_HEADERS} before it")
                }
                true => {
                    self.header_sources.push(header);
                    continue;
                }
            };
            let what = format!("the header '{}'", header.name());
            self.refused.push(Refused { what, reason });
        }
        Ok(())
    }

    /// Leaves out what names secrets of this machine: whoever wrote the file would choose which of them are sent. Tells
    /// whether there was any.
    pub(crate) fn refuse_references(&mut self) -> bool {
        const REASON: &str = "it names a secret of this machine; --references takes it too";
        let before = self.refused.len();
        let refused = |what: String| Refused {
            what,
            reason: REASON.to_owned(),
        };
        for header in self.header_sources.drain(..) {
            let (name, source) = (header.name(), header.source());
            self.refused
                .push(refused(format!("the header '{name}' from {source}")));
        }
        if let Some(source) = self.credentials.as_ref().and_then(Credentials::source) {
            self.refused
                .push(refused(format!("the credentials from {source}")));
            self.credentials = None;
        }
        self.refused.len() > before
    }

    /// The references that run a command whenever the session is used.
    pub(crate) fn commands(&self) -> impl Iterator<Item = &SecretSource> {
        let of_credentials = self.credentials.as_ref().and_then(Credentials::source);
        let of_headers = self.header_sources.iter().map(HeaderSource::source);
        of_credentials
            .into_iter()
            .chain(of_headers)
            .filter(|source| source.runs_a_command())
    }

    fn take_header(&mut self, name: &str, value: Option<&str>) {
        // HTTPie keeps a header without a value, and sends nothing.
        let Some(value) = value else { return };
        let header = Header::new(name, value);
        let reason = match (is_kept(&header), is_storable(&header)) {
            (false, _) => "it belongs to a single request".to_owned(),
            _ if is_hop_by_hop(&header) => "it belongs to a single connection".to_owned(),
            (true, false) => "it cannot be stored in a file".to_owned(),
            (true, true) if self.headers.len() == MAX_HEADERS => {
                format!("there are more than {MAX_HEADERS} before it")
            }
            (true, true) => return self.headers.append(name, value),
        };
        self.refused.push(Refused {
            what: format!("the header '{name}'"),
            reason,
        });
    }
}

/// The cookie as it may be taken, or the reason why not: RFC 6265bis, sections 5.6 and 5.7, as far as they can be
/// applied without the host that sent it.
fn admit(mut cookie: Cookie, host: Option<&str>, now: i64) -> Result<Cookie, Cow<'static, str>> {
    let refusal = |refusal: Refusal| Err(Cow::Owned(refusal.to_string()));
    let texts = [
        &cookie.name[..],
        &cookie.value,
        cookie.domain.as_bytes(),
        cookie.path.as_bytes(),
    ];
    if texts
        .iter()
        .any(|text| text.iter().copied().any(is_control))
    {
        return refusal(Refusal::ControlByte);
    }
    // A Set-Cookie line cannot hold that, and in a Cookie line it would be another cookie.
    if texts.iter().any(|text| text.contains(&b';')) || cookie.name.contains(&b'=') {
        return Err("there is a character in it that no server can set".into());
    }
    if cookie.name.len() + cookie.value.len() > MAX_PAIR_LENGTH {
        return refusal(Refusal::TooLong);
    }
    if cookie.name.is_empty() {
        return refusal(Refusal::Nameless);
    }
    if cookie.domain.len() > MAX_ATTRIBUTE_LENGTH || cookie.path.len() > MAX_ATTRIBUTE_LENGTH {
        return Err("its domain or path is longer than 1024 bytes".into());
    }
    // A leading `#` would make the line of it in a cookies.txt a comment.
    if cookie.domain.contains([' ', '\t', '/']) || cookie.domain.starts_with(['.', '#']) {
        return Err("its domain is not that of a host".into());
    }
    if !cookie.path.starts_with('/') {
        return Err("its path does not begin with a slash".into());
    }
    (cookie.domain, cookie.reach) = scope(&cookie, host)?;
    let promises_host = starts_with_host_prefix(&cookie.name);
    if promises_host && cookie.reach == Reach::Assumed {
        // HTTPie does not note that it was host-only, but it must have been.
        cookie.reach = Reach::HostOnly;
    }
    let bound_to_host = cookie.reach == Reach::HostOnly && cookie.path == "/";
    if !keeps_prefix(&cookie.name, cookie.secure, bound_to_host) {
        return refusal(Refusal::BrokenPrefix);
    }
    let latest = now.saturating_add(MAX_LIFETIME);
    cookie.expires = cookie.expires.map(|expires| expires.min(latest));
    Ok(cookie)
}

/// RFC 9110, section 7.6.1, and what else a client says to the next server only.
fn is_hop_by_hop(header: &Header) -> bool {
    const NAMES: [&str; 8] = [
        "Connection",
        "Expect",
        "Keep-Alive",
        "Proxy-Authorization",
        "Proxy-Connection",
        "TE",
        "Trailer",
        "Upgrade",
    ];
    NAMES.iter().any(|name| header.is(name))
}

/// Whether no request to the host or to a subdomain of it carries the cookie.
fn is_foreign(cookie: &Cookie, host: &str) -> bool {
    let domain = cookie.domain.as_str();
    let reaches_host = cookie.reach != Reach::HostOnly && is_subdomain(host, domain);
    domain != host && !is_subdomain(domain, host) && !reaches_host
}

fn starts_with_host_prefix(name: &[u8]) -> bool {
    name.get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"__Host-"))
}

/// Domain and reach: a cookie that goes to every host is bound to the session's own, and one for a public suffix is
/// taken only from the host of that name, for it alone.
fn scope(cookie: &Cookie, host: Option<&str>) -> Result<(String, Reach), Cow<'static, str>> {
    match (cookie.reach, host) {
        (Reach::AnyHost | Reach::Unbound, Some(host)) => Ok((host.to_owned(), Reach::HostOnly)),
        (Reach::AnyHost | Reach::Unbound, None) => {
            Err("it is bound to no host, and none was given".into())
        }
        (Reach::Domain | Reach::Assumed, _) if is_public_suffix(&cookie.domain) => {
            match host == Some(&cookie.domain) {
                true => Ok((cookie.domain.clone(), Reach::HostOnly)),
                false => Err(Refusal::PublicSuffix.to_string().into()),
            }
        }
        (reach, _) => Ok((cookie.domain.clone(), reach)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn read(text: &[u8]) -> Import {
        Import::read(text, Some("www.example.org"), NOW).unwrap()
    }

    fn names(import: &Import) -> Vec<&str> {
        let names = import.cookies.iter().map(|cookie| cookie.name());
        names
            .map(|name| std::str::from_utf8(name).unwrap())
            .collect()
    }

    #[test]
    fn every_layout_of_session_files_is_read() {
        for text in [
            r#"{"cookies": [{"name": "a", "value": "1", "domain": "x.org"}], "headers": [{"name": "X", "value": "y"}], "auth": {"type": "basic", "raw_auth": "u:p"}}"#,
            r#"{"cookies": {"a": {"value": "1"}}, "headers": {"X": "y"}, "auth": {"type": "basic", "username": "u", "password": "p"}}"#,
            "\u{feff} {\"cookies\": {\"a\": \"1\"}, \"headers\": {\"X\": \"y\"}, \"auth\": {\"type\": \"basic\", \"raw_auth\": \"u:p\"}}",
        ] {
            let import = read(text.as_bytes());
            assert_eq!(names(&import), ["a"]);
            assert_eq!(import.headers.get("X"), Some(&b"y"[..]));
            assert_eq!(import.credentials.as_ref().unwrap().raw_auth(), "u:p");
            assert_eq!(import.refused, []);
        }
    }

    #[test]
    fn a_bad_entry_is_refused_and_the_others_are_taken() {
        let text = r#"{"cookies": [
            {"name": "good", "value": "1", "domain": "x.org"},
            {"name": "line", "value": "a\r\nX: y", "domain": "x.org"},
            {"name": "semicolon", "value": "a; admin=1", "domain": "x.org"},
            {"name": "a=b", "value": "1", "domain": "x.org"},
            {"value": "nameless"}, 5, null,
            {"name": "suffix", "value": "1", "domain": ".co.uk"},
            {"name": "private", "value": "1", "domain": "GitHub.io"},
            {"name": "__Host-x", "value": "1", "domain": ".x.org", "secure": true},
            {"name": "__Secure-x", "value": "1", "domain": "x.org"},
            {"name": "path", "value": "1", "domain": "x.org", "path": "/\n"},
            {"name": "relative", "value": "1", "domain": "x.org", "path": "a"},
            {"name": "domain", "value": "1", "domain": "x.org/"},
            {"name": "", "value": "", "domain": "x.org"},
            {"name": "gone", "value": "1", "domain": "x.org", "expires": 5},
            {"name": "also good", "value": "1", "domain": "example.org", "expires": 99999999999}
        ], "headers": [
            {"name": "X", "value": "y"}, {"name": "Host", "value": "evil"}, {"name": "Content-Length", "value": "5"},
            {"name": "Cookie", "value": "a=b"}, {"name": "X y", "value": "z"}, {"name": "X", "value": "a\nb"}, 7,
            {"name": "Null", "value": null}
        ], "auth": {"type": "bearer", "raw_auth": "a\r\nX: y"}}"#;
        let import = read(text.as_bytes());
        assert_eq!(names(&import), ["good", "also good"]);
        assert_eq!(import.expired, 1);
        assert_eq!(import.headers.len(), 1);
        assert!(import.credentials.is_none());
        assert_eq!(import.refused.len(), 14 + 6 + 1, "{:#?}", import.refused);
        assert_eq!(import.cookies[1].expires(), Some(NOW + 400 * 86_400));
        let reasons = format!("{:?}", import.refused);
        assert!(reasons.contains("a public suffix") && reasons.contains("(line 3, column 13)"));
        assert!(!reasons.contains("admin=1"), "{reasons}");
    }

    #[test]
    fn sections_of_a_wrong_type_are_refused_alone() {
        let import = read(br#"{"cookies": 5, "headers": {"X": "y"}, "auth": [1]}"#);
        assert_eq!((import.headers.len(), import.refused.len()), (1, 2));
    }

    #[test]
    fn what_is_bound_to_no_host_is_bound() {
        let text = br#"{"cookies": [{"name": "a", "value": "1", "domain": null}, {"name": "b", "value": "1"}]}"#;
        let import = read(text);
        assert_eq!(import.bound, 2);
        for cookie in &import.cookies {
            assert_eq!(
                (cookie.domain(), cookie.reach()),
                ("www.example.org", Reach::HostOnly)
            );
        }
        let import = Import::read(text, None, NOW).unwrap();
        assert!(import.is_empty() && import.refused.len() == 2);
    }

    #[test]
    fn the_host_that_is_a_public_suffix_keeps_its_own_cookie() {
        let text = b".localhost\tTRUE\t/\tFALSE\t0\ta\tb\n";
        let import = Import::read(text, Some("localhost"), NOW).unwrap();
        assert_eq!(import.cookies[0].reach(), Reach::HostOnly);
        assert_eq!(read(text).refused.len(), 1);
    }

    #[test]
    fn cookies_of_other_hosts_are_taken_and_counted() {
        let text =
            b".example.org\tTRUE\t/\tFALSE\t0\ta\tb\na.www.example.org\tFALSE\t/\tFALSE\t0\ta\tb\n\
            example.org\tFALSE\t/\tFALSE\t0\ta\tb\nlogin.net\tFALSE\t/\tFALSE\t0\ta\tb\n";
        let import = read(text);
        assert_eq!((import.cookies.len(), import.foreign), (4, 2));
    }

    #[test]
    fn a_domain_that_is_no_host_is_refused() {
        let text = b"..x.org\tFALSE\t/\tFALSE\t0\ta\tb\n.#x.org\tTRUE\t/\tFALSE\t0\ta\tb\n";
        assert_eq!(read(text).refused.len(), 2);
    }

    #[test]
    fn httpies_host_prefix_becomes_host_only() {
        let text = br#"{"cookies": [{"name": "__Host-a", "value": "1", "domain": "x.org", "path": "/", "secure": true}]}"#;
        assert_eq!(read(text).cookies[0].reach(), Reach::HostOnly);
    }

    #[test]
    fn sizes_are_limited() {
        let long = "x".repeat(4097);
        let path = format!("/{}", "x".repeat(1024));
        let text =
            format!("x.org\tFALSE\t/\tFALSE\t0\ta\t{long}\nx.org\tFALSE\t{path}\tFALSE\t0\ta\tb\n");
        assert_eq!(read(text.as_bytes()).refused.len(), 2);
        let of_one_domain: String = (0..MAX_PER_DOMAIN + 2)
            .map(|number| format!("a{number}.x.org\tFALSE\t/\tFALSE\t0\tc\tb\n"))
            .collect();
        let import = read(of_one_domain.as_bytes());
        let taken = (import.cookies.len(), import.refused.len());
        assert_eq!(taken, (MAX_PER_DOMAIN, 2));
        let of_many: String = (0..MAX_COOKIES + 2)
            .map(|number| format!("x{number}.org\tFALSE\t/\tFALSE\t0\tc\tb\n"))
            .collect();
        let import = read(of_many.as_bytes());
        let taken = (import.cookies.len(), import.refused.len());
        assert_eq!(taken, (MAX_COOKIES, 2));
    }

    #[test]
    fn the_number_of_headers_is_limited() {
        let headers: Vec<String> = (0..MAX_HEADERS + 2)
            .map(|number| format!("\"X-{number}\": \"1\""))
            .collect();
        let import = read(format!("{{\"headers\": {{{}}}}}", headers.join(",")).as_bytes());
        assert_eq!(
            (import.headers.len(), import.refused.len()),
            (MAX_HEADERS, 2)
        );
    }

    #[test]
    fn what_is_no_session_is_an_error() {
        for (text, reason) in [
            (&b""[..], "empty"),
            (b" \n", "empty"),
            (b"[1]", "neither"),
            (b"{\n]", "line 2, column 1"),
            (b"{\"a\": \"\xff\"}", "UTF-8 at line 1, column 8"),
            (b"{\"name\": \"package\"}", "nothing of a session"),
        ] {
            let error = Import::read(text, None, NOW).map(drop).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        let deep = format!("{{\"cookies\": {}", "[".repeat(100_000));
        assert!(Import::read(deep.as_bytes(), None, NOW).is_err());
        assert_eq!(read(b"<html>\n</html>\n").refused.len(), 2);
    }
}
