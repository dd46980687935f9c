//! The layouts of session files: HTTPie 3.2's lists of objects, the objects keyed by name of 3.1 and before, and
//! plain values (`"cookies": {"sid": "abc"}`).
//!
//! Takes the text of a file, gives headers, cookies and credentials; takes a change set, gives the new text. A file
//! keeps its layout, except where that cannot hold two values of one name; entries that did not change, and keys that
//! nobody knows, are kept token for token. Knows nothing of paths, locks or of which session is which.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::auth_section::{read_auth, write_auth};
use super::cookie_entry::{CookieEntry, read_cookie, read_keyed_cookie, write_cookie};
use super::cookies::{Cookie, Reach, Slot, Standing};
use super::credentials::Credentials;
use super::data::ChangeSet;
use super::header_entry::{
    HeaderEntry, read_header, read_keyed_header, write_header, write_keyed_header,
};
use super::header_sources::{SourceEntry, read_header_sources, write_header_sources};
use super::json::{Json, Members, Misfit, Output, text, unique, verbatim};
use super::source::HeaderSource;
use crate::headers::Headers;

/// The release of HTTPie whose layout this is: it loads the file without asking for an upgrade.
pub(crate) const COMPATIBLE_VERSION: &str = "3.2.4";

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
    header_sources: Vec<SourceEntry<'a>>,
    others: Members<'a>,
    /// Whether one of the keys that we know is there.
    is_recognizable: bool,
    /// How long the text was.
    size: usize,
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
            header_sources: Vec::new(),
            others: Vec::new(),
            is_recognizable: false,
            size: 0,
        }
    }

    /// Reads the members of a document. `host` is the one that the session is for, in lower case, without its port.
    pub(super) fn read(document: Members<'a>, host: &str) -> Result<SessionFile<'a>, Misfit> {
        let mut file = SessionFile::new();
        for (key, value) in unique(document, "the session")? {
            file.size += value.as_str().len();
            file.is_recognizable |= matches!(&*key, "__meta__" | "auth" | "cookies" | "headers");
            match &*key {
                "__meta__" if value.is_null() => {}
                "__meta__" => file.meta = unique(value.members("\"__meta__\"")?, "\"__meta__\"")?,
                "auth" => {
                    file.credentials = read_auth(value)?;
                    file.auth = Some(value);
                }
                "cookies" => (file.cookies, file.cookie_layout) = read_cookies(value, host)?,
                "headers" => (file.headers, file.header_layout) = read_headers(value)?,
                "headers_from" => file.header_sources = read_header_sources(value)?,
                _ => file.others.push((key, value)),
            }
        }
        Ok(file)
    }

    /// Whether there is anything in it that only sessions have, or nothing at all.
    pub(super) fn is_recognizable(&self) -> bool {
        self.is_recognizable || self.others.is_empty()
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

    /// The headers whose values come from elsewhere. A plain header of the name goes before: HTTPie has put it there, which
    /// does not know of sources.
    pub(super) fn header_sources(&self) -> Vec<HeaderSource> {
        let sources = self.header_sources.iter().map(|entry| &entry.header);
        sources
            .filter(|header| {
                !self
                    .headers
                    .iter()
                    .any(|entry| header.is(entry.name.as_bytes()))
            })
            .cloned()
            .collect()
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

    /// Applies what an exchange brought; tells whether that changes the file. Expired cookies go too, which alone
    /// is no reason to write it unless it was asked for.
    pub(super) fn apply(&mut self, changes: &ChangeSet<'_>, now: i64) -> bool {
        let expired_removed = self.drop_expired(changes.cookies.removed(), now);
        let headers_changed = self.apply_headers(changes);
        let cookies_changed = self.apply_cookies(changes);
        let credentials_changed = self.apply_credentials(changes);
        expired_removed || headers_changed || cookies_changed || credentials_changed
    }

    /// Drops the expired cookies; tells whether one of them is among those that were to be removed.
    fn drop_expired(&mut self, removed: &[Slot], now: i64) -> bool {
        let removed: HashSet<&Slot> = removed.iter().collect();
        let mut asked_for = false;
        self.cookies.retain(|entry| {
            let expired = entry.cookie.is_expired(now);
            asked_for |= expired && !removed.is_empty() && removed.contains(&entry.cookie.slot());
            !expired
        });
        asked_for
    }

    fn apply_headers(&mut self, changes: &ChangeSet<'_>) -> bool {
        let mut changed = false;
        for name in &changes.removed_headers {
            let before = self.headers.len();
            self.headers.retain(|entry| !entry.is(name));
            changed |= self.headers.len() != before;
            changed |= self.replace_source(name, &[]);
        }
        for name in &changes.replaced_headers {
            changed |= self.replace_header(name, changes.headers);
            changed |= self.replace_source(name, changes.header_sources);
        }
        for name in &changes.inherited_headers {
            let mut sources = self.header_sources.iter();
            let is_here = self.headers.iter().any(|entry| entry.is(name))
                || sources.any(|entry| entry.header.is(name));
            if !is_here {
                changed |= self.replace_header(name, changes.headers);
                changed |= self.replace_source(name, changes.header_sources);
            }
        }
        changed
    }

    /// Makes the source of this name in `sources`, if there is one, the only one of its name.
    fn replace_source(&mut self, name: &[u8], sources: &[HeaderSource]) -> bool {
        let wanted = sources.iter().find(|header| header.is(name));
        let present = self.header_sources.iter();
        let present = present.filter(|entry| entry.header.is(name));
        if present.map(|entry| &entry.header).eq(wanted) {
            return false;
        }
        self.header_sources.retain(|entry| !entry.header.is(name));
        let wanted = wanted.cloned().map(SourceEntry::new);
        self.header_sources.extend(wanted);
        true
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
        let removed: HashSet<&Slot> = changes.cookies.removed().iter().collect();
        let newer = changes.cookies.iter();
        let newer: Vec<&Cookie> = newer
            .filter(|cookie| cookie.standing != Standing::Stored)
            .collect();
        let mut set = HashSet::new();
        let mut changed = false;
        for (cookie, here) in newer.iter().zip(self.find_places_of(&newer)) {
            let goes = |index: &usize| removed.contains(&self.cookies[*index].cookie.slot());
            let place = |index: &usize| self.cookies[*index].cookie.place() == cookie.place();
            if cookie.standing == Standing::Inherited
                && here.iter().any(|index| place(index) && !goes(index))
            {
                continue;
            }
            // What is replaced under another scope keeps its entry too, and with it its age.
            let is_same =
                |index: &&usize| place(index) && self.cookies[**index].cookie.reach == cookie.reach;
            let same = here
                .iter()
                .find(is_same)
                .or_else(|| here.iter().find(|index| goes(index)));
            match same.copied() {
                Some(index) => {
                    set.insert(index);
                    changed |= self.cookies[index].replace(cookie);
                }
                None => {
                    set.insert(self.cookies.len());
                    self.cookies.push(CookieEntry::new((*cookie).clone()));
                    changed = true;
                }
            }
        }
        if removed.is_empty() {
            return changed;
        }
        let before = self.cookies.len();
        let mut index = 0;
        self.cookies.retain(|entry| {
            index += 1;
            set.contains(&(index - 1)) || !removed.contains(&entry.cookie.slot())
        });
        changed || self.cookies.len() != before
    }

    /// For each of `cookies`, the entries of its name, domain and path, and the unbound ones of its name and path.
    fn find_places_of(&self, cookies: &[&Cookie]) -> Vec<Vec<usize>> {
        let mut wanted: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, cookie) in cookies.iter().enumerate() {
            let (name, domain, path) = cookie.place();
            wanted.entry((name, domain, path)).or_default().push(index);
            if !domain.is_empty() {
                wanted.entry((name, "", path)).or_default().push(index);
            }
        }
        let mut found = vec![Vec::new(); cookies.len()];
        for (index, entry) in self.cookies.iter().enumerate() {
            for &cookie in wanted.get(&entry.cookie.place()).into_iter().flatten() {
                found[cookie].push(index);
            }
        }
        found
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

    /// Brings old layouts to HTTPie 3.2's, as `httpie cli sessions upgrade` does; tells whether there was anything
    /// to do. Cookies without a domain are bound to `bind_to`, or else go to every host from now on by the file's
    /// own word.
    pub(super) fn upgrade(&mut self, bind_to: Option<&str>) -> bool {
        let outdated = [self.cookie_layout, self.header_layout].contains(&Layout::Keyed);
        if !outdated && !self.is_of_old_version() {
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

    /// Whether the version in the file is one that HTTPie upgrades (older than 3.2.0), whatever its layout.
    fn is_of_old_version(&self) -> bool {
        let stored = self.meta.iter().find(|(key, _)| key == "httpie");
        let version = stored.and_then(|(_, version)| version.text("version").ok());
        version.is_some_and(|version| {
            let mut numbers = version.split('.').map(|part| {
                let digits = part.find(|c: char| !c.is_ascii_digit());
                part[..digits.unwrap_or(part.len())].parse::<u32>().ok()
            });
            let mut next = || numbers.next().flatten();
            let (major, minor, patch) = (next(), next(), next());
            let Some(major) = major else { return false };
            (major, minor.unwrap_or(0), patch.unwrap_or(0)) < (3, 2, 0)
        })
    }

    /// Takes out all that a session holds, to be filled anew in the present layout. Keys that we do not know stay.
    pub(super) fn clear(&mut self) {
        self.cookies.clear();
        self.headers.clear();
        self.header_sources.clear();
        self.credentials = None;
        self.credentials_changed = true;
        (self.cookie_layout, self.header_layout) = (Layout::List, Layout::List);
    }

    /// The text of the file in HTTPie 3.2's layout, whichever it has.
    pub(super) fn into_present_layout(mut self) -> String {
        self.upgrade(None);
        // Older versions have a user name and a password in the place of one secret.
        self.credentials_changed |= self.credentials.is_some();
        self.into_text()
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
        // A reference typed by hand gets what HTTPie needs beside it.
        let is_reference = self
            .credentials
            .as_ref()
            .is_some_and(|found| found.source().is_some());
        let auth = match (self.auth, self.credentials_changed || is_reference) {
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
        if !self.header_sources.is_empty() {
            let sources = write_header_sources(self.header_sources);
            members.push((Cow::Borrowed("headers_from"), sources));
        }
        // Room for a few entries more than were read.
        Output::Object(members).into_document(self.size + 4096)
    }

    /// An object keyed by name cannot hold a name twice. HTTPie keeps the last; we move to the layout that holds
    /// both.
    fn widen_layouts(&mut self) {
        let mut names = HashSet::new();
        if !self.cookies.iter().all(|entry| names.insert(entry.key())) {
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

fn read_cookies<'a>(
    section: Json<'a>,
    host: &str,
) -> Result<(Vec<CookieEntry<'a>>, Layout), Misfit> {
    if section.is_null() {
        return Ok((Vec::new(), Layout::List));
    }
    let entry = |cookie, stored, stored_key| CookieEntry {
        cookie,
        stored: Some(stored),
        stored_key,
        changed: false,
    };
    let mut entries = Vec::new();
    if section.is_object() {
        for (key, stored) in unique(section.members("\"cookies\"")?, "\"cookies\"")? {
            let cookie = read_keyed_cookie(stored, &key, host)?;
            entries.push(entry(cookie, stored, Some(key)));
        }
        return Ok((entries, Layout::Keyed));
    }
    if !section.is_array() {
        return Err(section.misfit("\"cookies\"", "a list or an object"));
    }
    section.each_object("\"cookies\"", |open| {
        let (cookie, length) = read_cookie(open, None, host)?;
        entries.push(entry(cookie, open.cut_to(length), None));
        Ok(length)
    })?;
    Ok((entries, Layout::List))
}

fn read_headers(section: Json<'_>) -> Result<(Vec<HeaderEntry<'_>>, Layout), Misfit> {
    if section.is_null() {
        return Ok((Vec::new(), Layout::List));
    }
    let mut entries = Vec::new();
    if section.is_object() {
        for (name, value) in unique(section.members("\"headers\"")?, "\"headers\"")? {
            entries.push(read_keyed_header(name, value)?);
        }
        return Ok((entries, Layout::Keyed));
    }
    if !section.is_array() {
        return Err(section.misfit("\"headers\"", "a list or an object"));
    }
    section.each_object("\"headers\"", |open| {
        let (entry, length) = read_header(open)?;
        entries.push(entry);
        Ok(length)
    })?;
    Ok((entries, Layout::List))
}

fn write_cookies(entries: Vec<CookieEntry<'_>>, layout: Layout) -> Output<'_> {
    match layout {
        Layout::List => Output::List(
            entries
                .into_iter()
                .map(|entry| match entry.stored {
                    // An entry of an object keyed by name says its name elsewhere.
                    Some(stored) if !entry.changed && entry.stored_key.is_none() => {
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
                    let key = entry.key();
                    match entry.stored {
                        Some(stored) if !entry.changed => (key, Output::Verbatim(stored)),
                        _ => (key, write_cookie(&entry, false)),
                    }
                })
                .collect(),
        ),
    }
}

fn write_headers(entries: Vec<HeaderEntry<'_>>, layout: Layout) -> Output<'_> {
    let entries = entries.into_iter();
    match layout {
        Layout::Keyed => Output::Object(entries.map(write_keyed_header).collect()),
        Layout::List => Output::List(entries.map(write_header).collect()),
    }
}

#[cfg(test)]
mod tests;
