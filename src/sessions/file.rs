//! The layouts of session files: HTTPie 3.2's lists of objects, the objects keyed by name of 3.1 and before, and plain
//! values (`"cookies": {"sid": "abc"}`).
//!
//! Takes the text of a file, gives headers, cookies and credentials; takes a change set, gives the new text. A file
//! keeps its layout, except where that cannot hold two values of one name; entries that did not change, and keys that
//! nobody knows, are kept token for token. Knows nothing of paths, locks or of which session is which.
//!
//! Bytes: HTTPie reads `Set-Cookie` as Latin-1, so a cookie's `\u00e9` stands for the byte E9. Headers are UTF-8.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::cookie_parse::{SameSite, latin_1};
use super::cookies::{Cookie, Reach, Slot, Standing};
use super::credentials::{AuthType, Credentials};
use super::json::{Json, Members, Misfit, Output};
use super::session::ChangeSet;
use crate::headers::Headers;

/// The release of HTTPie whose layout this is: it loads the file without asking for an upgrade.
const COMPATIBLE_VERSION: &str = "3.2.4";

/// How entries stand in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// A list of objects, since HTTPie 3.2 (headers) and 3.1 (cookies).
    List,
    /// One object, keyed by name.
    Keyed,
}

/// A session file in memory.
pub(super) struct SessionFile<'a> {
    meta: Members<'a>,
    auth: Option<Json<'a>>,
    credentials: Option<Credentials>,
    credentials_changed: bool,
    cookies: Vec<CookieEntry<'a>>,
    cookie_layout: Layout,
    headers: Vec<HeaderEntry<'a>>,
    header_layout: Layout,
    others: Members<'a>,
}

struct CookieEntry<'a> {
    cookie: Cookie,
    /// What stands in the file for it.
    stored: Option<Json<'a>>,
    changed: bool,
}

struct HeaderEntry<'a> {
    name: Cow<'a, str>,
    /// Nothing where the file has null: HTTPie keeps that, and sends nothing.
    value: Option<Cow<'a, str>>,
    /// The entry in the file, of which keys that we do not know are kept.
    stored: Option<Json<'a>>,
}

impl<'a> SessionFile<'a> {
    /// A file that does not exist yet.
    pub(super) fn new() -> SessionFile<'static> {
        SessionFile {
            meta: Vec::new(),
            auth: None,
            credentials: None,
            credentials_changed: false,
            cookies: Vec::new(),
            cookie_layout: Layout::List,
            headers: Vec::new(),
            header_layout: Layout::List,
            others: Vec::new(),
        }
    }

    /// Reads the members of a document. `host` is the one that the session is for, in lower case, without its port.
    pub(super) fn read(members: Members<'a>, host: &str) -> Result<SessionFile<'a>, Misfit> {
        let mut file = SessionFile::new();
        for (key, value) in last_wins(members) {
            match &*key {
                "__meta__" if value.is_null() => {}
                "__meta__" => file.meta = last_wins(value.members("\"__meta__\"")?),
                "auth" => {
                    file.credentials = read_auth(value)?;
                    file.auth = Some(value);
                }
                "cookies" => (file.cookies, file.cookie_layout) = read_cookies(value, host)?,
                "headers" => (file.headers, file.header_layout) = read_headers(value)?,
                _ => file.others.push((key, value)),
            }
        }
        Ok(file)
    }

    /// The headers that requests get.
    pub(super) fn headers(&self) -> Headers {
        let mut headers = Headers::new();
        for entry in &self.headers {
            if let Some(value) = &entry.value {
                headers.append(entry.name.as_bytes(), value.as_bytes());
            }
        }
        headers
    }

    /// Takes the cookies out of it.
    pub(super) fn take_cookies(&mut self) -> Vec<Cookie> {
        let entries = std::mem::take(&mut self.cookies);
        entries.into_iter().map(|entry| entry.cookie).collect()
    }

    /// The credentials, if there are any.
    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Whether there are cookies in the old layout that go to every host.
    pub(super) fn has_unbound_keyed_cookies(&self) -> bool {
        let unbound = |entry: &CookieEntry<'_>| entry.cookie.reach == Reach::Unbound;
        self.cookie_layout == Layout::Keyed && self.cookies.iter().any(unbound)
    }

    /// Whether there are headers in the old layout.
    pub(super) fn has_keyed_headers(&self) -> bool {
        self.header_layout == Layout::Keyed && !self.headers.is_empty()
    }

    /// Applies what an exchange brought; tells whether that changes the file. If it does, expired cookies go too.
    pub(super) fn apply(&mut self, changes: &ChangeSet<'_>, now: i64) -> bool {
        let headers_changed = self.apply_headers(changes);
        let cookies_changed = self.apply_cookies(changes);
        let credentials_changed = self.apply_credentials(changes);
        let changed = headers_changed || cookies_changed || credentials_changed;
        if changed {
            self.cookies.retain(|entry| !entry.cookie.is_expired(now));
        }
        changed
    }

    fn apply_headers(&mut self, changes: &ChangeSet<'_>) -> bool {
        let mut changed = false;
        for name in &changes.removed_headers {
            let before = self.headers.len();
            self.headers.retain(|entry| !entry.is(name));
            changed |= self.headers.len() != before;
        }
        for name in &changes.replaced_headers {
            changed |= self.replace_header(name, changes.headers);
        }
        for name in &changes.inherited_headers {
            if !self.headers.iter().any(|entry| entry.is(name)) {
                changed |= self.replace_header(name, changes.headers);
            }
        }
        changed
    }

    /// Makes the fields of this name in `headers` the only ones of their name.
    fn replace_header(&mut self, name: &[u8], headers: &Headers) -> bool {
        let wanted: Vec<(Cow<'a, str>, Cow<'a, str>)> = headers
            .iter()
            .filter(|header| header.name().eq_ignore_ascii_case(name))
            .map(|header| {
                let owned = |bytes| Cow::Owned(String::from_utf8_lossy(bytes).into_owned());
                (owned(header.name()), owned(header.value()))
            })
            .collect();
        let present = self.headers.iter().filter(|entry| entry.is(name));
        if present
            .map(|entry| (&entry.name, entry.value.as_ref()))
            .eq(wanted.iter().map(|(name, value)| (name, Some(value))))
        {
            return false;
        }
        let place = self.headers.iter().position(|entry| entry.is(name));
        let place = place.unwrap_or(self.headers.len());
        let mut stored = self.headers.get(place).and_then(|entry| entry.stored);
        self.headers.retain(|entry| !entry.is(name));
        let entries = wanted.into_iter().map(|(name, value)| HeaderEntry {
            name,
            value: Some(value),
            stored: stored.take(),
        });
        self.headers
            .splice(place..place, entries.collect::<Vec<_>>());
        true
    }

    fn apply_cookies(&mut self, changes: &ChangeSet<'_>) -> bool {
        if changes.cookies.is_unchanged() {
            return false;
        }
        let before = self.cookies.len();
        let removed: HashSet<&Slot> = changes.cookies.removed().iter().collect();
        if !removed.is_empty() {
            self.cookies
                .retain(|entry| !removed.contains(&entry.cookie.slot()));
        }
        let mut changed = self.cookies.len() != before;
        let mut places = HashMap::new();
        for (index, entry) in self.cookies.iter().enumerate() {
            let (name, domain, path) = entry.cookie.place();
            let key = (name.to_vec(), domain.to_owned(), path.to_owned());
            places.entry(key).or_insert_with(Vec::new).push(index);
        }
        for cookie in changes.cookies {
            let key = (
                cookie.name().to_vec(),
                cookie.domain.clone(),
                cookie.path.clone(),
            );
            let here = places.get(&key).map_or(&[][..], Vec::as_slice);
            match cookie.standing {
                Standing::Stored => continue,
                Standing::Inherited if !here.is_empty() => continue,
                Standing::Inherited | Standing::Changed => {}
            }
            let same = here
                .iter()
                .find(|&&index| self.cookies[index].cookie.reach == cookie.reach);
            match same {
                Some(&index) => changed |= self.cookies[index].replace(cookie),
                None => {
                    self.cookies.push(CookieEntry {
                        cookie: cookie.clone(),
                        stored: None,
                        changed: true,
                    });
                    changed = true;
                }
            }
        }
        changed
    }

    fn apply_credentials(&mut self, changes: &ChangeSet<'_>) -> bool {
        let wanted = match changes.credentials_standing {
            Standing::Stored => return false,
            Standing::Inherited if self.credentials.is_some() => return false,
            Standing::Inherited | Standing::Changed => changes.credentials,
        };
        if self.credentials.as_ref() == wanted {
            return false;
        }
        self.credentials = wanted.cloned();
        self.credentials_changed = true;
        true
    }

    /// Brings old layouts to HTTPie 3.2's, as `httpie cli sessions upgrade` does; tells whether there was anything to do.
    /// Cookies without a domain are bound to `bind_to`, or else go to every host from now on by the file's own word.
    pub(super) fn upgrade(&mut self, bind_to: Option<&str>) -> bool {
        let outdated = [self.cookie_layout, self.header_layout].contains(&Layout::Keyed);
        if !outdated {
            return false;
        }
        if self.cookie_layout == Layout::Keyed {
            for entry in &mut self.cookies {
                if entry.cookie.reach == Reach::Unbound {
                    entry.changed = true;
                    match bind_to {
                        Some(host) => {
                            entry.cookie.domain = host.to_ascii_lowercase();
                            entry.cookie.reach = Reach::Assumed;
                        }
                        None => entry.cookie.reach = Reach::AnyHost,
                    }
                }
            }
        }
        (self.cookie_layout, self.header_layout) = (Layout::List, Layout::List);
        self.meta.retain(|(key, _)| key != "httpie");
        true
    }

    /// The text of the file, as HTTPie writes it.
    pub(super) fn into_text(mut self) -> String {
        self.widen_layouts();
        let mut meta: Vec<_> = self.meta.into_iter().map(verbatim).collect();
        for (key, value) in [
            ("about", "HTTPie session file"),
            ("help", "https://httpie.io/docs#sessions"),
            ("httpie", COMPATIBLE_VERSION),
        ] {
            if !meta.iter().any(|(known, _)| known == key) {
                meta.push((Cow::Borrowed(key), text(value)));
            }
        }
        let auth = match (self.auth, self.credentials_changed) {
            (Some(stored), false) => Output::Verbatim(stored),
            (stored, _) => write_auth(self.credentials.as_ref(), stored),
        };
        let mut members: Vec<_> = self.others.into_iter().map(verbatim).collect();
        members.push((Cow::Borrowed("__meta__"), Output::Object(meta)));
        members.push((Cow::Borrowed("auth"), auth));
        members.push((
            Cow::Borrowed("cookies"),
            write_cookies(self.cookies, self.cookie_layout),
        ));
        members.push((
            Cow::Borrowed("headers"),
            write_headers(self.headers, self.header_layout),
        ));
        Output::Object(members).into_document()
    }

    /// An object keyed by name cannot hold a name twice. HTTPie keeps the last; we move to the layout that holds both.
    fn widen_layouts(&mut self) {
        let mut names = HashSet::new();
        if !self
            .cookies
            .iter()
            .all(|entry| names.insert(entry.cookie.name()))
        {
            self.cookie_layout = Layout::List;
        }
        let mut names = HashSet::new();
        if !self
            .headers
            .iter()
            .all(|entry| names.insert(entry.name.to_ascii_lowercase()))
        {
            self.header_layout = Layout::List;
        }
    }
}

impl CookieEntry<'_> {
    fn replace(&mut self, cookie: &Cookie) -> bool {
        let same = cookie.says_the_same_as(&self.cookie);
        if !same {
            self.cookie = cookie.clone();
            self.changed = true;
        }
        !same
    }
}

impl HeaderEntry<'_> {
    fn is(&self, name: &[u8]) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name)
    }
}

/// Of members of one name, the last, as in Python.
fn last_wins(mut members: Members<'_>) -> Members<'_> {
    let mut later = HashSet::new();
    let mut keep: Vec<bool> = members
        .iter()
        .rev()
        .map(|(key, _)| later.insert(key.clone()))
        .collect();
    members.retain(|_| keep.pop().unwrap_or(true));
    members
}

fn read_auth(auth: Json<'_>) -> Result<Option<Credentials>, Misfit> {
    if auth.is_null() {
        return Ok(None);
    }
    let (mut kind, mut raw_auth, mut username, mut password) = (None, None, None, None);
    for (key, value) in auth.members("\"auth\"")? {
        let slot = match &*key {
            "type" => &mut kind,
            "raw_auth" => &mut raw_auth,
            "username" => &mut username,
            "password" => &mut password,
            _ => continue,
        };
        *slot = match value.is_null() {
            true => None,
            false => Some(value.text(&format!("\"{key}\" of \"auth\""))?),
        };
    }
    let secret = match (raw_auth, username, password) {
        (Some(raw_auth), ..) => Some(raw_auth),
        (None, Some(username), Some(password)) => {
            Some(Cow::Owned(format!("{username}:{password}")))
        }
        (None, username, _) => username,
    };
    match (kind, secret) {
        (Some(kind), Some(secret)) if !kind.is_empty() => {
            Ok(Some(Credentials::new(AuthType::from(&*kind), secret)))
        }
        (Some(kind), None) if !kind.is_empty() => {
            Err(auth.reject("\"auth\" has neither \"raw_auth\" nor \"username\""))
        }
        (None, Some(_)) => Err(auth.reject("\"auth\" has no \"type\"")),
        _ => Ok(None),
    }
}

fn read_cookies<'a>(
    section: Json<'a>,
    host: &str,
) -> Result<(Vec<CookieEntry<'a>>, Layout), Misfit> {
    let entry = |stored: Json<'a>, key: Option<&str>| {
        Ok(CookieEntry {
            cookie: read_cookie(stored, key, host)?,
            stored: Some(stored),
            changed: false,
        })
    };
    if section.is_null() {
        return Ok((Vec::new(), Layout::List));
    }
    if section.is_object() {
        let members = last_wins(section.members("\"cookies\"")?);
        let entries = members.iter().map(|(key, value)| entry(*value, Some(key)));
        return Ok((entries.collect::<Result<_, Misfit>>()?, Layout::Keyed));
    }
    if !section.is_array() {
        return Err(section.misfit("\"cookies\"", "a list or an object"));
    }
    let elements = section.elements("\"cookies\"")?;
    let entries = elements.into_iter().map(|element| entry(element, None));
    Ok((entries.collect::<Result<_, Misfit>>()?, Layout::List))
}

/// The facts of a cookie's `rest`, where HTTPie lets us keep what it does not.
#[derive(Default)]
struct Rest {
    host_only: Option<bool>,
    http_only: bool,
    same_site: Option<SameSite>,
}

/// Reads a cookie: an object, which holds its name unless that is the `key`, or (keyed only) just its value.
fn read_cookie(stored: Json<'_>, key: Option<&str>, host: &str) -> Result<Cookie, Misfit> {
    if let (Some(key), true) = (key, stored.is_text()) {
        let value = stored.text("a cookie")?;
        return checked(
            Cookie::new(bytes_of(key), bytes_of(&value), "", Reach::Unbound),
            stored,
        );
    }
    let mut name = key.map(bytes_of);
    let mut value = None;
    let mut scope = (String::new(), Reach::Unbound);
    let mut cookie = Cookie::new("", "", "", Reach::Unbound);
    let mut rest = Rest::default();
    for (member, json) in stored.members("a cookie")? {
        match &*member {
            "name" if key.is_none() => name = Some(bytes_of(&json.text("\"name\" of a cookie")?)),
            "value" if json.is_null() => value = None,
            "value" => value = Some(bytes_of(&json.text("\"value\" of a cookie")?)),
            "domain" if json.is_null() => scope = (String::new(), Reach::AnyHost),
            "domain" => scope = read_domain(&json.text("\"domain\" of a cookie")?, host),
            "path" if json.is_null() => cookie.path = "/".to_owned(),
            "path" => cookie.path = json.text("\"path\" of a cookie")?.into_owned(),
            "secure" => cookie.secure = json.truth("\"secure\" of a cookie")?,
            "expires" => cookie.expires = json.integer("\"expires\" of a cookie")?,
            "rest" if !json.is_null() => rest = read_rest(json)?,
            _ => {}
        }
    }
    let Some(name) = name else {
        return Err(stored.reject("a cookie must have a \"name\""));
    };
    // HTTPie's file has `"value": null` for a line without an equals sign, which is a value without a name.
    let (name, value) = match value {
        Some(value) => (name, value),
        None => (Vec::new(), name),
    };
    let (domain, reach) = match (scope, rest.host_only) {
        ((domain, Reach::Assumed | Reach::Domain), Some(true)) => (domain, Reach::HostOnly),
        ((domain, Reach::Assumed), Some(false)) => (domain, Reach::Domain),
        (scope, _) => scope,
    };
    let named = Cookie::new(name, value, domain, reach);
    let cookie = Cookie {
        path: cookie.path,
        secure: cookie.secure,
        expires: cookie.expires,
        http_only: rest.http_only,
        same_site: rest.same_site,
        ..named
    };
    checked(cookie, stored)
}

fn read_rest(rest: Json<'_>) -> Result<Rest, Misfit> {
    let mut facts = Rest::default();
    for (key, value) in rest.members("\"rest\" of a cookie")? {
        match &*key {
            "host_only" => facts.host_only = Some(value.truth("\"host_only\" of a cookie")?),
            "http_only" => facts.http_only = value.truth("\"http_only\" of a cookie")?,
            "same_site" if !value.is_null() => {
                let word = value.text("\"same_site\" of a cookie")?;
                facts.same_site = SameSite::from_bytes(word.as_bytes());
            }
            _ => {}
        }
    }
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

fn is_control(byte: u8) -> bool {
    (byte < b' ' && byte != b'\t') || byte == 0x7F
}

/// The domain and reach of a file's `domain`. Python's cookie jar, and so HTTPie, adds `.local` to hosts without a dot.
fn read_domain(stored: &str, host: &str) -> (String, Reach) {
    let lower = stored.to_ascii_lowercase();
    if lower.is_empty() {
        return (lower, Reach::Unbound);
    }
    if let Some(domain) = lower.strip_prefix('.') {
        return (domain.to_owned(), Reach::Domain);
    }
    let undotted = lower.strip_suffix(".local").filter(|label| {
        *label == "localhost" || label.starts_with('[') || (*label == host && !host.contains('.'))
    });
    let domain = undotted.unwrap_or(&lower);
    let domain = domain
        .strip_prefix('[')
        .and_then(|domain| domain.strip_suffix(']'))
        .unwrap_or(domain);
    (domain.to_owned(), Reach::Assumed)
}

/// What HTTPie's own jar would write, so that it finds the cookie again.
fn write_domain(cookie: &Cookie) -> Output<'static> {
    let domain = &cookie.domain;
    text(match cookie.reach {
        Reach::AnyHost => return Output::Null,
        Reach::Unbound => String::new(),
        Reach::Assumed => domain.clone(),
        Reach::Domain => format!(".{domain}"),
        Reach::HostOnly if domain.contains(':') => format!("[{domain}].local"),
        Reach::HostOnly if !domain.contains('.') => format!("{domain}.local"),
        Reach::HostOnly => domain.clone(),
    })
}

fn read_headers(section: Json<'_>) -> Result<(Vec<HeaderEntry<'_>>, Layout), Misfit> {
    if section.is_null() {
        return Ok((Vec::new(), Layout::List));
    }
    if section.is_object() {
        let mut entries = Vec::new();
        for (name, value) in last_wins(section.members("\"headers\"")?) {
            entries.push(header_entry(name, value, value)?);
        }
        return Ok((entries, Layout::Keyed));
    }
    if !section.is_array() {
        return Err(section.misfit("\"headers\"", "a list or an object"));
    }
    let mut entries = Vec::new();
    for element in section.elements("\"headers\"")? {
        let (mut name, mut value) = (None, None);
        for (key, json) in element.members("a header")? {
            match &*key {
                "name" => name = Some(json.text("\"name\" of a header")?),
                "value" => value = Some(json),
                _ => {}
            }
        }
        let (Some(name), Some(value)) = (name, value) else {
            return Err(element.reject("a header must have a \"name\" and a \"value\""));
        };
        entries.push(header_entry(name, value, element)?);
    }
    Ok((entries, Layout::List))
}

fn header_entry<'a>(
    name: Cow<'a, str>,
    value: Json<'a>,
    stored: Json<'a>,
) -> Result<HeaderEntry<'a>, Misfit> {
    if name.is_empty()
        || name
            .bytes()
            .any(|byte| byte <= b' ' || byte == b':' || byte == 0x7F)
    {
        return Err(
            stored.reject("a header's name is empty, or has a character that none may have")
        );
    }
    let value = match value.is_null() {
        true => None,
        false => Some(value.text("the value of a header")?),
    };
    if value
        .as_ref()
        .is_some_and(|value| value.bytes().any(is_control))
    {
        return Err(stored.reject("there is a control character in a header's value"));
    }
    Ok(HeaderEntry {
        name,
        value,
        stored: Some(stored),
    })
}

fn write_auth<'a>(credentials: Option<&Credentials>, stored: Option<Json<'a>>) -> Output<'a> {
    const OURS: [&str; 4] = ["type", "raw_auth", "username", "password"];
    let mut members = unknown_members(stored, &OURS);
    match credentials {
        Some(credentials) => {
            members.push((
                Cow::Borrowed("type"),
                text(credentials.auth_type().as_str().to_owned()),
            ));
            members.push((
                Cow::Borrowed("raw_auth"),
                text(credentials.raw_auth().to_owned()),
            ));
        }
        None => {
            for key in ["password", "type", "username"] {
                members.push((Cow::Borrowed(key), Output::Null));
            }
        }
    }
    Output::Object(members)
}

fn write_cookies(entries: Vec<CookieEntry<'_>>, layout: Layout) -> Output<'_> {
    match layout {
        Layout::List => Output::List(
            entries
                .into_iter()
                .map(|entry| match entry.stored {
                    // An entry of an object keyed by name says its name elsewhere.
                    Some(stored) if !entry.changed && holds_name(stored) => {
                        Output::Verbatim(stored)
                    }
                    _ => write_cookie(&entry, true),
                })
                .collect(),
        ),
        Layout::Keyed => Output::Object(
            entries
                .into_iter()
                .map(|entry| {
                    let key = Cow::Owned(latin_1(entry.cookie.name()));
                    match entry.stored {
                        Some(stored) if !entry.changed => (key, Output::Verbatim(stored)),
                        _ => (key, write_cookie(&entry, false)),
                    }
                })
                .collect(),
        ),
    }
}

fn holds_name(stored: Json<'_>) -> bool {
    let members = stored.members("a cookie").unwrap_or_default();
    members.iter().any(|(key, _)| key == "name")
}

fn write_cookie<'a>(entry: &CookieEntry<'a>, with_name: bool) -> Output<'a> {
    const OURS: [&str; 7] = [
        "name", "value", "domain", "path", "secure", "expires", "rest",
    ];
    let cookie = &entry.cookie;
    let mut members = unknown_members(entry.stored, &OURS);
    let mut add = |key: &'static str, value| members.push((Cow::Borrowed(key), value));
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

fn write_rest<'a>(entry: &CookieEntry<'a>) -> Vec<(Cow<'a, str>, Output<'a>)> {
    let stored = entry.stored.filter(|stored| stored.is_object());
    let stored_rest = stored
        .and_then(|stored| stored.members("a cookie").ok())
        .and_then(|members| members.into_iter().rev().find(|(key, _)| key == "rest"))
        .map(|(_, rest)| rest);
    let mut rest = unknown_members(stored_rest, &["host_only", "http_only", "same_site"]);
    if entry.cookie.reach == Reach::HostOnly {
        rest.push((Cow::Borrowed("host_only"), Output::Bool(true)));
    }
    if entry.cookie.http_only {
        rest.push((Cow::Borrowed("http_only"), Output::Bool(true)));
    }
    if let Some(same_site) = entry.cookie.same_site {
        rest.push((Cow::Borrowed("same_site"), text(same_site.as_str())));
    }
    rest
}

fn write_headers(entries: Vec<HeaderEntry<'_>>, layout: Layout) -> Output<'_> {
    let value =
        |value: Option<Cow<'_, str>>| value.map_or(Output::Null, |value| text(value.into_owned()));
    match layout {
        Layout::Keyed => Output::Object(
            entries
                .into_iter()
                .map(|entry| (entry.name, value(entry.value)))
                .collect(),
        ),
        Layout::List => Output::List(
            entries
                .into_iter()
                .map(|entry| {
                    let mut members = unknown_members(entry.stored, &["name", "value"]);
                    members.push((Cow::Borrowed("name"), text(entry.name)));
                    members.push((Cow::Borrowed("value"), value(entry.value)));
                    Output::Object(members)
                })
                .collect(),
        ),
    }
}

/// The members of an entry that we do not know, to be written as they were.
fn unknown_members<'a>(
    stored: Option<Json<'a>>,
    known: &[&str],
) -> Vec<(Cow<'a, str>, Output<'a>)> {
    let stored = stored.filter(|stored| stored.is_object());
    let members = stored.and_then(|stored| stored.members("an entry").ok());
    last_wins(members.unwrap_or_default())
        .into_iter()
        .filter(|(key, _)| !known.contains(&&**key))
        .map(verbatim)
        .collect()
}

fn verbatim<'a>((key, value): (Cow<'a, str>, Json<'a>)) -> (Cow<'a, str>, Output<'a>) {
    (key, Output::Verbatim(value))
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Output<'a> {
    Output::Text(text.into())
}

/// The bytes that a cookie's text stands for: Latin-1, or UTF-8 where it holds what Latin-1 has not.
fn bytes_of(text: &str) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    let latin_1: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    latin_1.unwrap_or_else(|_| text.as_bytes().to_vec())
}
