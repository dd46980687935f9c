//! One session: what is in it, what it takes over from requests, and how it comes from and goes to its file.
//!
//! [`Session`] is the public interface; [`SessionData`] is what a session holds, together with a note of what has changed
//! since it was loaded, from which the change set of a save is made. Knows nothing of several sessions over one request.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::cookie_scope::CookieUrl;
use super::cookies::{CookieJar, Standing};
use super::credentials::Credentials;
use super::error::SessionError;
use super::file::SessionFile;
use super::json::{Json, without_position};
use super::replace::{LOCK_WAIT, update};
use super::store::{is_anonymous_session, path_of, read_text};
use crate::environment::Environment;
use crate::headers::{Header, Headers};

/// What a session holds: headers, cookies and credentials.
#[derive(Clone, Debug)]
pub struct SessionData {
    headers: Headers,
    header_notes: Vec<HeaderNote>,
    cookies: CookieJar,
    credentials: Option<Credentials>,
    credentials_standing: Standing,
}

/// What became of a header since the session was loaded.
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
            credentials: file.credentials().cloned(),
            cookies: CookieJar::of_stored(file.take_cookies()),
            ..SessionData::empty()
        }
    }

    /// The headers that requests get.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The cookies.
    pub fn cookies(&self) -> &CookieJar {
        &self.cookies
    }

    /// The cookies, to receive others.
    pub fn cookies_mut(&mut self) -> &mut CookieJar {
        &mut self.cookies
    }

    /// The credentials.
    pub fn auth(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.cookies.is_empty() && self.credentials.is_none()
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
        let is_inherited = self
            .header_notes
            .iter()
            .any(|note| note.what == Note::Inherited && is_same_name(&note.name, name));
        let present = self
            .headers
            .iter()
            .filter(|header| is_same_name(header.name(), name));
        if present.eq(fields.iter().copied()) && !is_inherited {
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

    fn remove_header(&mut self, name: &str) {
        if self.headers.remove(name) {
            self.note_header(name.as_bytes(), Note::Removed);
        }
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
    }

    /// Lays this over `base`: what it lacks, it takes over.
    pub(super) fn inherit(&mut self, base: SessionData, now: i64) {
        let own: Vec<Vec<u8>> = self
            .headers
            .iter()
            .map(|header| header.name().to_ascii_lowercase())
            .collect();
        for header in &base.headers {
            let name = header.name().to_ascii_lowercase();
            if !own.contains(&name) {
                self.headers.append(header.name(), header.value());
                self.note_header(&name, Note::Inherited);
            }
        }
        self.cookies.inherit(base.cookies, now);
        if self.credentials.is_none() && base.credentials.is_some() {
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

/// What belongs to one request only is not kept: its body, its conditions, its host, and who we are.
fn is_kept(header: &Header) -> bool {
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
        && !is_our_name
}

/// Whether a file can hold the field, and may: it is read back by the same rule.
fn is_storable(header: &Header) -> bool {
    let is_text = |bytes| std::str::from_utf8(bytes).is_ok();
    let breaks = |byte: &u8| (*byte < b' ' && *byte != b'\t') || *byte == 0x7F;
    let ends_name = |byte: &u8| *byte <= b' ' || *byte == b':' || *byte == 0x7F;
    is_text(header.name())
        && is_text(header.value())
        && !header.value().iter().any(breaks)
        && !header.name().iter().any(ends_name)
        && !header.name().is_empty()
}

/// Where a session is, and what it is called.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) path: PathBuf,
    /// As it was typed.
    pub(super) name: String,
    /// The host that it is for, in lower case, without port and brackets.
    pub(super) host: String,
}

impl Location {
    /// `host` is a typed `Host` header, or the URL's host and port.
    pub(super) fn find(
        env: &Environment,
        config_dir: &Path,
        name: &str,
        host: &str,
    ) -> Result<Location, SessionError> {
        Ok(Location {
            path: path_of(env, config_dir, name, host)?,
            name: name.to_owned(),
            host: without_port(host).to_ascii_lowercase(),
        })
    }

    /// What the file holds, and the warning that its layout asks for; nothing if there is no file.
    pub(super) fn load(&self) -> Result<Option<(SessionData, Option<String>)>, SessionError> {
        let Some(text) = read_text(&self.path)? else {
            return Ok(None);
        };
        let mut file = self.parse(&text)?;
        let warning = self.upgrade_warning(&file);
        Ok(Some((SessionData::of_file(&mut file), warning)))
    }

    fn parse<'a>(&self, text: &'a str) -> Result<SessionFile<'a>, SessionError> {
        // Some editors put a byte order mark there.
        let document = text.strip_prefix('\u{feff}').unwrap_or(text);
        let wrong_shape = |(line, column), reason| SessionError::WrongShape {
            path: self.path.clone(),
            line,
            column,
            reason,
        };
        let members = Json::document(document).map_err(|error| {
            let position = (error.line().max(1), error.column().max(1));
            match error.is_data() {
                true => wrong_shape(position, "it must be an object".to_owned()),
                false => SessionError::NotJson {
                    path: self.path.clone(),
                    line: position.0,
                    column: position.1,
                    reason: without_position(&error),
                },
            }
        })?;
        SessionFile::read(members, &self.host)
            .map_err(|misfit| wrong_shape(misfit.position_in(document), misfit.reason))
    }

    fn upgrade_warning(&self, file: &SessionFile<'_>) -> Option<String> {
        let why = match (file.has_unbound_keyed_cookies(), file.has_keyed_headers()) {
            (true, _) => "its cookies are bound to no host and go to every one",
            (false, true) => "it cannot hold several headers of one name",
            (false, false) => return None,
        };
        let bind = match file.has_unbound_keyed_cookies() {
            true => " (with --bind-cookies, to bind them to that host)",
            false => "",
        };
        let (name, host) = (&self.name, &self.host);
        let mut warning = format!(
            "Session {name:?} has the layout of an earlier version: {why}. To upgrade it, run \
             `httpie cli sessions upgrade {host} {name}`{bind}"
        );
        if !is_anonymous_session(name) {
            warning.push_str("; `httpie cli sessions upgrade-all` does so for all named sessions");
        }
        warning.push('.');
        Some(warning)
    }

    /// Merges a change set into the file, as it is by now.
    pub(super) fn save(
        &self,
        changes: &ChangeSet<'_>,
        present: IfPresent,
        now: i64,
    ) -> Result<(), SessionError> {
        update(&self.path, LOCK_WAIT, |old| {
            if old.is_some() && present == IfPresent::Leave {
                return Ok(None);
            }
            let mut file = match old {
                Some(text) => self.parse(text)?,
                None => SessionFile::new(),
            };
            let changed = file.apply(changes, now);
            Ok((changed || old.is_none()).then(|| file.into_text()))
        })
    }

    /// Brings the file to the present layout; tells whether it was in an old one. See [`SessionFile::upgrade`].
    pub(super) fn upgrade(&self, bind_to: Option<&str>) -> Result<bool, SessionError> {
        let mut upgraded = false;
        update(&self.path, LOCK_WAIT, |old| {
            let Some(text) = old else {
                return Ok(None);
            };
            let mut file = self.parse(text)?;
            upgraded = file.upgrade(bind_to);
            Ok(upgraded.then(|| file.into_text()))
        })?;
        Ok(upgraded)
    }
}

/// What a save does with a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfPresent {
    /// Merges the changes into it.
    Merge,
    /// Leaves it alone: the session is read-only.
    Leave,
}

fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    }
}

/// A moment in seconds since 1970, as cookies count.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    }
}

/// A session of its own, for a program that uses this crate as a library.
///
/// ```
/// use httpie::sessions::get_httpie_session;
/// use httpie::{Environment, Headers};
///
/// # let folder = std::env::temp_dir().join(format!("httpie-doc-{}", std::process::id()));
/// let env = Environment::new().with_config_dir(&folder);
/// let mut session = get_httpie_session(&env, env.config_dir(), "ci", None, "https://api.example.com/")?;
/// assert!(session.is_new());
///
/// let mut typed = Headers::new();
/// typed.append("X-API-Key", "k3y");
/// session.update_headers(&typed);
/// session.save()?;
///
/// let again = get_httpie_session(&env, env.config_dir(), "ci", None, "https://api.example.com/")?;
/// assert_eq!(again.headers().get("X-API-Key"), Some(&b"k3y"[..]));
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), httpie::sessions::SessionError>(())
/// ```
#[derive(Debug)]
pub struct Session {
    env: Environment,
    location: Location,
    url: UrlFacts,
    data: SessionData,
    is_new: bool,
}

/// What is kept of the URL of a session, for the scope of typed cookies.
#[derive(Debug)]
struct UrlFacts {
    secure: bool,
    host: String,
    path: String,
}

/// Finds the session of this name for a host, and loads it. `host` is a typed `Host` header, which goes before the host of `url`.
///
/// # Errors
///
/// A name that cannot be, or a file that cannot be used. A missing file is a new session.
pub fn get_httpie_session(
    env: &Environment,
    config_dir: &Path,
    session_name: &str,
    host: Option<&str>,
    url: &str,
) -> Result<Session, SessionError> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let bound = match host {
        Some(host) if !host.is_empty() => host,
        _ if authority.is_empty() => "localhost",
        _ => authority,
    };
    let mut session = Session {
        env: env.clone(),
        location: Location::find(env, config_dir, session_name, bound)?,
        url: UrlFacts {
            secure: scheme.eq_ignore_ascii_case("https"),
            host: without_port(bound).to_owned(),
            path: rest[end..].to_owned(),
        },
        data: SessionData::empty(),
        is_new: true,
    };
    session.load()?;
    Ok(session)
}

impl Session {
    /// Loads what the file holds, in the place of what is in memory. A missing file is a new, empty session.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is no JSON, or is not that of a session. What is in memory stays.
    pub fn load(&mut self) -> Result<&SessionData, SessionError> {
        let loaded = self.location.load()?;
        self.is_new = loaded.is_none();
        self.data = loaded.map_or_else(SessionData::empty, |(data, _)| data);
        Ok(&self.data)
    }

    /// Merges what has changed since the last load or save into the file, whatever others have put there meanwhile.
    /// Nothing is written if nothing has changed, except that a new session's file is created.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or has become unusable, or others keep it locked. It is as it was.
    pub fn save(&mut self) -> Result<(), SessionError> {
        let changes = self.data.change_set();
        if !self.is_new && changes.is_empty() {
            return Ok(());
        }
        let now = unix_seconds(self.env.now());
        self.location.save(&changes, IfPresent::Merge, now)?;
        self.data.mark_stored();
        self.is_new = false;
        Ok(())
    }

    /// Takes over what a session keeps of a request's headers: all but `Content-*`, `If-*`, Host and our own
    /// User-Agent. A Cookie header becomes cookies, bound to the session's host.
    pub fn update_headers(&mut self, request_headers: &Headers) {
        let url = CookieUrl::new(self.url.secure, &self.url.host, &self.url.path);
        let now = unix_seconds(self.env.now());
        self.data.update_headers(request_headers, &url, now);
    }

    /// Whether the session had no file when it was loaded, and was not saved since.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// The path of its file.
    pub fn path(&self) -> &Path {
        &self.location.path
    }

    /// The headers that requests get.
    pub fn headers(&self) -> &Headers {
        &self.data.headers
    }

    /// Removes the headers of this name.
    pub fn remove_header(&mut self, name: &str) {
        self.data.remove_header(name);
    }

    /// The cookies.
    pub fn cookies(&self) -> &CookieJar {
        &self.data.cookies
    }

    /// The cookies, to receive others or to remove some.
    pub fn cookies_mut(&mut self) -> &mut CookieJar {
        &mut self.data.cookies
    }

    /// The credentials.
    pub fn auth(&self) -> Option<&Credentials> {
        self.data.credentials.as_ref()
    }

    /// Sets the credentials, or removes them.
    pub fn set_auth(&mut self, credentials: Option<Credentials>) {
        self.data.set_credentials(credentials);
    }
}

#[cfg(test)]
pub(in crate::sessions) mod tests {
    use super::*;

    /// A folder of its own for a test, removed at its end.
    pub(in crate::sessions) struct Folder(PathBuf);

    impl Folder {
        pub(in crate::sessions) fn new() -> Folder {
            use std::sync::atomic::{AtomicU32, Ordering};
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("httpie-sessions-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            std::fs::create_dir_all(&path).unwrap();
            Folder(path)
        }

        pub(in crate::sessions) fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}
