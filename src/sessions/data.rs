//! What one session holds, what it takes over from requests, and what of that has changed since it was loaded.
//!
//! Takes typed headers, credentials and other sessions to inherit from; gives the change set of a save. Knows
//! nothing of files or of their names.

use super::cookie_scope::CookieUrl;
use super::cookies::{CookieJar, Standing};
use super::credentials::Credentials;
use super::file::SessionFile;
use super::import::Import;
use super::source::{HeaderSource, SecretSource};
use crate::headers::{Header, Headers, is_control};

/// What a session holds: headers, cookies and credentials.
#[derive(Clone, Debug)]
pub struct SessionData {
    headers: Headers,
    /// No name stands here and among the headers.
    header_sources: Vec<HeaderSource>,
    header_notes: Vec<HeaderNote>,
    cookies: CookieJar,
    credentials: Option<Credentials>,
    credentials_standing: Standing,
}

/// What became of a header, or of its source, since the session was loaded.
#[derive(Clone, Debug)]
struct HeaderNote {
    /// In lower case.
    name: Vec<u8>,
    what: Note,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Note {
    Replaced,
    Inherited,
    Removed,
}

/// What one exchange adds to a session, or takes from it.
pub(super) struct ChangeSet<'a> {
    /// All headers of the session; those of the names below are the ones that count.
    pub(super) headers: &'a Headers,
    /// The same of the sources.
    pub(super) header_sources: &'a [HeaderSource],
    pub(super) replaced_headers: Vec<&'a [u8]>,
    /// Go into the file unless it has the name.
    pub(super) inherited_headers: Vec<&'a [u8]>,
    pub(super) removed_headers: Vec<&'a [u8]>,
    pub(super) cookies: &'a CookieJar,
    pub(super) credentials: Option<&'a Credentials>,
    pub(super) credentials_standing: Standing,
}

impl ChangeSet<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.replaced_headers.is_empty()
            && self.inherited_headers.is_empty()
            && self.removed_headers.is_empty()
            && self.cookies.is_unchanged()
            && self.credentials_standing == Standing::Stored
    }
}

impl SessionData {
    /// Nothing, unchanged.
    pub(super) fn empty() -> SessionData {
        SessionData {
            headers: Headers::new(),
            header_sources: Vec::new(),
            header_notes: Vec::new(),
            cookies: CookieJar::new(),
            credentials: None,
            credentials_standing: Standing::Stored,
        }
    }

    /// What a file holds; its cookies move.
    pub(super) fn of_file(file: &mut SessionFile<'_>) -> SessionData {
        SessionData {
            headers: file.headers(),
            header_sources: file.header_sources(),
            credentials: file.credentials().cloned(),
            cookies: CookieJar::of_stored(file.take_cookies()),
            ..SessionData::empty()
        }
    }

    /// The headers that requests get.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The headers whose values requests get from elsewhere.
    pub fn header_sources(&self) -> &[HeaderSource] {
        &self.header_sources
    }

    /// From where requests that are made with it get secrets.
    pub(super) fn sources(&self) -> impl Iterator<Item = &SecretSource> {
        let of_credentials = self.credentials.as_ref().and_then(Credentials::source);
        let of_headers = self.header_sources.iter().map(HeaderSource::source);
        of_credentials.into_iter().chain(of_headers)
    }

    /// The cookies.
    pub fn cookies(&self) -> &CookieJar {
        &self.cookies
    }

    /// The cookies, to receive others.
    pub(super) fn cookies_mut(&mut self) -> &mut CookieJar {
        &mut self.cookies
    }

    /// The credentials.
    pub fn auth(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    /// Takes over typed headers: of each name, the typed fields in the place of the stored ones. Returns the
    /// names that cannot be kept, since JSON has no bytes that are not UTF-8.
    pub(super) fn update_headers(
        &mut self,
        typed: &Headers,
        url: &CookieUrl<'_>,
        now: i64,
    ) -> Vec<String> {
        let mut unfit = Vec::new();
        let mut seen: Vec<&[u8]> = Vec::new();
        for header in typed {
            if header.is("Authorization") {
                self.set_credentials(None);
            }
            if header.is("Cookie") {
                self.cookies.take_typed(header.value(), url, now);
            } else if is_kept(header) && !seen.iter().any(|name| is_same_name(name, header.name()))
            {
                seen.push(header.name());
                let of_name = |other: &&Header| is_same_name(other.name(), header.name());
                let fields: Vec<&Header> = typed
                    .iter()
                    .filter(of_name)
                    .filter(|header| is_kept(header))
                    .collect();
                match fields.iter().all(|field| is_storable(field)) {
                    true => self.set_header_fields(&fields),
                    false => unfit.push(String::from_utf8_lossy(header.name()).into_owned()),
                }
            }
        }
        unfit
    }

    /// Makes these, which have one name, the only fields of their name.
    fn set_header_fields(&mut self, fields: &[&Header]) {
        let Some(first) = fields.first() else {
            return;
        };
        let name = first.name();
        let is_inherited = self.inherits_header(name);
        let had_source = self.drop_sources(name);
        let present = self
            .headers
            .iter()
            .filter(|header| is_same_name(header.name(), name));
        if present.eq(fields.iter().copied()) && !is_inherited && !had_source {
            return;
        }
        match fields {
            [field] => self.headers.set(field.name(), field.value()),
            _ => {
                self.headers
                    .retain(|header| !is_same_name(header.name(), name));
                self.headers
                    .extend(fields.iter().map(|&field| field.clone()));
            }
        }
        self.note_header(name, Note::Replaced);
    }

    /// Makes this the only source of its name, in the place of headers that have it.
    pub(super) fn set_header_source(&mut self, header: HeaderSource) {
        if header.is(b"Authorization") {
            self.set_credentials(None);
        }
        let name = header.name().as_bytes().to_vec();
        let is_inherited = self.inherits_header(&name);
        let had_header = self.headers.remove(header.name());
        if self.header_sources.contains(&header) && !had_header && !is_inherited {
            return;
        }
        self.drop_sources(&name);
        let is_kept = header.is_kept();
        self.header_sources.push(header);
        if is_kept {
            self.note_header(&name, Note::Replaced);
        }
    }

    fn drop_sources(&mut self, name: &[u8]) -> bool {
        let before = self.header_sources.len();
        self.header_sources.retain(|header| !header.is(name));
        self.header_sources.len() != before
    }

    /// Takes over what a file brings: its headers in the place of those of their names, its cookies in that of the
    /// same ones.
    pub(super) fn import(&mut self, import: Import, now: i64) {
        // The URL is for Cookie headers, and no import has one.
        self.update_headers(&import.headers, &CookieUrl::new(false, "", "/"), now);
        for header in import.header_sources {
            self.set_header_source(header);
        }
        for cookie in import.cookies {
            self.cookies.insert(cookie, now);
        }
        if import.credentials.is_some() {
            self.set_credentials(import.credentials);
        }
    }

    pub(super) fn remove_header(&mut self, name: &str) {
        let had_source = self.drop_sources(name.as_bytes());
        if self.headers.remove(name) || had_source {
            self.note_header(name.as_bytes(), Note::Removed);
        }
    }

    fn inherits_header(&self, name: &[u8]) -> bool {
        let is_noted =
            |note: &HeaderNote| note.what == Note::Inherited && is_same_name(&note.name, name);
        self.header_notes.iter().any(is_noted)
    }

    fn note_header(&mut self, name: &[u8], what: Note) {
        self.header_notes
            .retain(|note| !is_same_name(&note.name, name));
        let name = name.to_ascii_lowercase();
        self.header_notes.push(HeaderNote { name, what });
    }

    pub(super) fn set_credentials(&mut self, credentials: Option<Credentials>) {
        if self.credentials != credentials || self.credentials_standing == Standing::Inherited {
            self.credentials = credentials;
            self.credentials_standing = Standing::Changed;
        }
        if self.credentials.is_some() {
            // A header of the same meaning would be a dead secret in the file.
            self.remove_header("Authorization");
        }
    }

    /// Notes what the source of the credentials gave. Nothing of that is stored.
    pub(super) fn resolve_credentials(&mut self, secret: String) {
        self.credentials = self
            .credentials
            .take()
            .map(|found| found.with_secret(secret));
    }

    /// Lays this over `base`: what it lacks, it takes over.
    pub(super) fn inherit(&mut self, base: SessionData, now: i64) {
        let mut own: Vec<Vec<u8>> = self
            .headers
            .iter()
            .map(|header| header.name().to_ascii_lowercase())
            .collect();
        let sources = self.header_sources.iter();
        own.extend(sources.map(|header| header.name().as_bytes().to_ascii_lowercase()));
        // A header may say who one is, or credentials: who says it in one way does not lack the other.
        let is_known =
            self.credentials.is_some() || own.iter().any(|name| name == b"authorization");
        if self.credentials.is_some() {
            own.push(b"authorization".to_vec());
        }
        for header in &base.headers {
            let name = header.name().to_ascii_lowercase();
            if !own.contains(&name) {
                self.headers.append(header.name(), header.value());
                self.note_header(&name, Note::Inherited);
            }
        }
        for header in base.header_sources {
            let name = header.name().as_bytes().to_ascii_lowercase();
            if !own.contains(&name) {
                self.header_sources.push(header);
                self.note_header(&name, Note::Inherited);
            }
        }
        self.cookies.inherit(base.cookies, now);
        if !is_known && base.credentials.is_some() {
            self.credentials = base.credentials;
            self.credentials_standing = Standing::Inherited;
        }
    }

    pub(super) fn change_set(&self) -> ChangeSet<'_> {
        let noted = |what: Note| {
            let notes = self
                .header_notes
                .iter()
                .filter(move |note| note.what == what);
            notes.map(|note| note.name.as_slice()).collect()
        };
        ChangeSet {
            headers: &self.headers,
            header_sources: &self.header_sources,
            replaced_headers: noted(Note::Replaced),
            inherited_headers: noted(Note::Inherited),
            removed_headers: noted(Note::Removed),
            cookies: &self.cookies,
            credentials: self.credentials.as_ref(),
            credentials_standing: self.credentials_standing,
        }
    }

    /// From here on, this is what the file holds.
    pub(super) fn mark_stored(&mut self) {
        self.header_notes.clear();
        self.cookies.mark_stored();
        self.credentials_standing = Standing::Stored;
    }
}

fn is_same_name(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// What belongs to one request only is not kept: its body and framing, its conditions, its host, who we are, and who we
/// are to a proxy: the session is the origin's, and the next run may meet another proxy.
pub(super) fn is_kept(header: &Header) -> bool {
    let begins = |prefix: &[u8]| {
        let start = header.name().get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let is_our_name = header.is("User-Agent")
        && (header.value().starts_with(b"HTTPie/") || header.value().starts_with(b"httpie-rs/"));
    !begins(b"Content-")
        && !begins(b"If-")
        && !header.is("Host")
        && !header.is("Cookie")
        && !header.is("Transfer-Encoding")
        && !header.is("Proxy-Authorization")
        && !is_our_name
}

/// Whether a file can hold the field, and may: it is read back by the same rule.
pub(super) fn is_storable(header: &Header) -> bool {
    let is_text = |bytes| std::str::from_utf8(bytes).is_ok();
    let ends_name = |byte: &u8| *byte <= b' ' || *byte == b':' || *byte == 0x7F;
    is_text(header.name())
        && is_text(header.value())
        && !header.value().iter().copied().any(is_control)
        && !header.name().iter().any(ends_name)
        && !header.name().is_empty()
}
