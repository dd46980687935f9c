//! One cookie in a session file: its JSON object, or (in the plain form) just its value, to and from a [`Cookie`].
//!
//! What HTTPie has no key for stands in `rest`, which it loads and ignores; there, too, is the host itself where
//! HTTPie's name for it is also another's. Bytes: HTTPie reads `Set-Cookie` as Latin-1, so `\u00e9` in a cookie stands
//! for the byte E9. Knows nothing of the rest of the file.

use std::borrow::Cow;

use super::cookie_parse::{SameSite, latin_1};
use super::cookies::{Cookie, Reach};
use super::json::{Json, Misfit, NamedOutput, Output, text, unknown_members};
use crate::headers::is_control;

/// A cookie of a file.
pub(super) struct CookieEntry<'a> {
    pub(super) cookie: Cookie,
    /// What stands in the file for it.
    pub(super) stored: Option<Json<'a>>,
    /// The key under which it stands there, which in a list it does not.
    pub(super) stored_key: Option<Cow<'a, str>>,
    pub(super) changed: bool,
}

impl<'a> CookieEntry<'a> {
    /// A cookie that is not in the file yet.
    pub(super) fn new(cookie: Cookie) -> CookieEntry<'static> {
        CookieEntry {
            cookie,
            stored: None,
            stored_key: None,
            changed: true,
        }
    }

    /// The key for it in an object. An unchanged one keeps its own: the key of a cookie without a name says its value.
    pub(super) fn key(&self) -> Cow<'a, str> {
        match &self.stored_key {
            Some(key) if !self.changed => key.clone(),
            _ => Cow::Owned(latin_1(self.cookie.name())),
        }
    }

    /// Puts `cookie` in its place; tells whether that is a change.
    pub(super) fn replace(&mut self, cookie: &Cookie) -> bool {
        let same = cookie.says_the_same_as(&self.cookie);
        if !same {
            self.cookie = cookie.clone();
            self.changed = true;
        }
        !same
    }
}

/// The facts of a cookie's `rest`, where HTTPie lets us keep what it does not.
#[derive(Default)]
struct Rest {
    host_only: Option<bool>,
    /// The host that the domain stands for, where that alone does not tell `db` from `db.local`.
    host: Option<String>,
    http_only: bool,
    same_site: Option<SameSite>,
}

/// Reads a cookie that stands under its name: an object, or just its value.
pub(super) fn read_keyed_cookie(stored: Json<'_>, key: &str, host: &str) -> Result<Cookie, Misfit> {
    if !stored.is_text() {
        return read_cookie(stored, Some(key), host).map(|(cookie, _)| cookie);
    }
    let value = stored.text("a cookie")?;
    let cookie = Cookie::new(bytes_of(key), bytes_of(&value), "", Reach::Unbound);
    checked(cookie, stored)
}

/// Reads the object of a cookie, which holds its name unless that is the `key`. The length of the object comes with
/// it: the text may run on behind.
pub(super) fn read_cookie(
    stored: Json<'_>,
    key: Option<&str>,
    host: &str,
) -> Result<(Cookie, usize), Misfit> {
    let mut name = key.map(bytes_of);
    let mut value = None;
    let mut domain = Some(Cow::Borrowed(""));
    let (mut path, mut secure, mut expires) = (None, false, None);
    let mut rest = Rest::default();
    let length = stored.each_member("a cookie", |member, json| {
        match &*member {
            "name" if key.is_none() => name = Some(bytes_of(&json.text("\"name\" of a cookie")?)),
            "value" if json.is_null() => value = None,
            "value" => value = Some(bytes_of(&json.text("\"value\" of a cookie")?)),
            "domain" if json.is_null() => domain = None,
            "domain" => domain = Some(json.text("\"domain\" of a cookie")?),
            "path" if json.is_null() => path = None,
            "path" => path = Some(json.text("\"path\" of a cookie")?),
            "secure" => secure = json.truth("\"secure\" of a cookie")?,
            "expires" => expires = json.integer("\"expires\" of a cookie")?,
            "rest" if !json.is_null() => rest = read_rest(json)?,
            _ => {}
        }
        Ok(())
    })?;
    let Some(name) = name else {
        return Err(stored.reject("a cookie must have a \"name\""));
    };
    // HTTPie's file has `"value": null` for a line without an equals sign, which is a value without a name.
    let (name, value) = match value {
        Some(value) => (name, value),
        None => (Vec::new(), name),
    };
    let scope = read_domain(domain.as_deref(), rest.host, host);
    let (domain, reach) = match (scope, rest.host_only) {
        ((domain, Reach::Assumed | Reach::Domain), Some(true)) => (domain, Reach::HostOnly),
        ((domain, Reach::Assumed), Some(false)) => (domain, Reach::Domain),
        (scope, _) => scope,
    };
    let mut cookie = Cookie::new(name, value, domain, reach);
    (cookie.secure, cookie.expires) = (secure, expires);
    (cookie.http_only, cookie.same_site) = (rest.http_only, rest.same_site);
    if let Some(path) = path.filter(|path| path != "/") {
        cookie.path = path.into_owned();
    }
    Ok((checked(cookie, stored)?, length))
}

fn read_rest(rest: Json<'_>) -> Result<Rest, Misfit> {
    let mut facts = Rest::default();
    rest.each_member("\"rest\" of a cookie", |key, value| {
        match &*key {
            "host_only" => facts.host_only = Some(value.truth("\"host_only\" of a cookie")?),
            "host" if !value.is_null() => {
                let host = value.text("\"host\" of a cookie")?;
                facts.host = Some(host.to_ascii_lowercase());
            }
            "http_only" => facts.http_only = value.truth("\"http_only\" of a cookie")?,
            "same_site" if !value.is_null() => {
                let word = value.text("\"same_site\" of a cookie")?;
                facts.same_site = SameSite::from_bytes(word.as_bytes());
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(facts)
}

/// A file must not be able to put a line of its own into a request.
fn checked(cookie: Cookie, stored: Json<'_>) -> Result<Cookie, Misfit> {
    let has_control = |bytes: &[u8]| bytes.iter().copied().any(is_control);
    if has_control(cookie.name()) || has_control(cookie.value()) {
        return Err(stored.reject("there is a control character in a cookie"));
    }
    Ok(cookie)
}

/// The domain and reach of a file's `domain`, for a session of `session_host`. `true_host` is what we noted beside it;
/// without that, as in HTTPie's own files, the name of the session's host is the best guess.
fn read_domain(
    stored: Option<&str>,
    true_host: Option<String>,
    session_host: &str,
) -> (String, Reach) {
    let Some(stored) = stored else {
        return (String::new(), Reach::AnyHost);
    };
    let lower = stored.to_ascii_lowercase();
    if lower.is_empty() {
        return (lower, Reach::Unbound);
    }
    if let Some(domain) = lower.strip_prefix('.') {
        return (domain.to_owned(), Reach::Domain);
    }
    // Where somebody has changed the domain by hand, that counts.
    let domain = true_host
        .filter(|host| jar_domain(host) == lower)
        .unwrap_or_else(|| guess_host(&lower, session_host));
    (domain, Reach::Assumed)
}

/// The host that HTTPie most likely means by this domain.
fn guess_host(domain: &str, session_host: &str) -> String {
    let undotted = domain.strip_suffix(LOCAL).filter(|label| {
        domain != session_host
            && (*label == "localhost"
                || label.starts_with('[')
                || (*label == session_host && !session_host.contains('.')))
    });
    let host = undotted.unwrap_or(domain);
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host.to_owned()
}

/// What Python's cookie jar, and so HTTPie, adds to hosts without a dot.
const LOCAL: &str = ".local";

/// The name of a host in HTTPie's jar, where `db` and `db.local` have the same.
fn jar_domain(host: &str) -> String {
    match host {
        host if host.contains(':') => format!("[{host}]{LOCAL}"),
        host if !host.contains('.') => format!("{host}{LOCAL}"),
        host => host.to_owned(),
    }
}

/// Whether the written domain may stand for more than one host, so that the true one must stand beside it.
fn is_ambiguous(cookie: &Cookie) -> bool {
    match cookie.reach {
        Reach::HostOnly => jar_domain(&cookie.domain).ends_with(LOCAL),
        Reach::Assumed => cookie.domain.ends_with(LOCAL),
        Reach::Domain | Reach::AnyHost | Reach::Unbound => false,
    }
}

/// What HTTPie's own jar would write, so that it finds the cookie again.
fn write_domain(cookie: &Cookie) -> Output<'static> {
    let domain = &cookie.domain;
    text(match cookie.reach {
        Reach::AnyHost => return Output::Null,
        Reach::Unbound => String::new(),
        Reach::Assumed => domain.clone(),
        Reach::Domain => format!(".{domain}"),
        Reach::HostOnly => jar_domain(domain),
    })
}

pub(super) fn write_cookie<'a>(entry: &CookieEntry<'a>, with_name: bool) -> Output<'a> {
    const OURS: [&str; 7] = [
        "name", "value", "domain", "path", "secure", "expires", "rest",
    ];
    let cookie = &entry.cookie;
    let mut members = unknown_members(entry.stored, &OURS);
    let mut add = |key: &'static str, value| members.push((key.into(), value));
    add("domain", write_domain(cookie));
    add(
        "expires",
        cookie.expires.map_or(Output::Null, Output::Integer),
    );
    add("path", text(cookie.path.clone()));
    add("secure", Output::Bool(cookie.secure));
    add("value", text(latin_1(cookie.value())));
    if with_name {
        add("name", text(latin_1(cookie.name())));
    }
    let rest = write_rest(entry);
    if !rest.is_empty() {
        add("rest", Output::Object(rest));
    }
    Output::Object(members)
}

fn write_rest<'a>(entry: &CookieEntry<'a>) -> Vec<NamedOutput<'a>> {
    let stored = entry.stored.filter(|stored| stored.is_object());
    let stored_rest = stored
        .and_then(|stored| stored.members("a cookie").ok())
        .and_then(|members| members.into_iter().rev().find(|(key, _)| key == "rest"))
        .map(|(_, rest)| rest);
    let mut rest = unknown_members(
        stored_rest,
        &["host_only", "host", "http_only", "same_site"],
    );
    if entry.cookie.reach == Reach::HostOnly {
        rest.push(("host_only".into(), Output::Bool(true)));
    }
    if is_ambiguous(&entry.cookie) {
        rest.push(("host".into(), text(entry.cookie.domain.clone())));
    }
    if entry.cookie.http_only {
        rest.push(("http_only".into(), Output::Bool(true)));
    }
    if let Some(same_site) = entry.cookie.same_site {
        rest.push(("same_site".into(), text(same_site.as_str())));
    }
    rest
}

/// The bytes that a cookie's text stands for: Latin-1, or UTF-8 where it holds what Latin-1 has not.
fn bytes_of(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    let latin_1: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    latin_1.unwrap_or_else(|_| text.as_bytes().to_vec())
}
