//! One session of its own: the public interface, in Rust's habits what `from httpie.sessions import ...` is in
//! Python.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::cookie_scope::CookieUrl;
use super::cookies::CookieJar;
use super::credentials::Credentials;
use super::curl_config;
use super::data::SessionData;
use super::error::SessionError;
use super::import::Import;
use super::location::{IfPresent, Location, without_port};
use super::netscape::{self, Export};
use super::source::HeaderSource;
use super::store::StoredSession;
use crate::environment::Environment;
use crate::headers::Headers;

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
    warning: Option<String>,
    is_new: bool,
}

/// What an upgrade does with cookies that are bound to no host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindCookies {
    /// They are bound to the session's host (`--bind-cookies`).
    ToHost,
    /// They go to every host.
    No,
}

/// What is kept of the URL of a session, for the scope of typed cookies.
#[derive(Debug)]
struct UrlFacts {
    secure: bool,
    host: String,
    path: String,
}

/// Finds the session of this name for a host, and loads it. `host` is a typed `Host` header, which goes before the
/// host of `url`.
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
        warning: None,
        is_new: true,
    };
    session.load()?;
    Ok(session)
}

impl Session {
    /// The session that a listing has found.
    pub(crate) fn of_stored(
        env: &Environment,
        stored: &StoredSession,
    ) -> Result<Session, SessionError> {
        let host = without_port(&stored.host);
        let mut session = Session {
            env: env.clone(),
            location: Location::of_file(stored.path.clone(), &stored.name, &stored.host),
            url: UrlFacts {
                secure: false,
                host: host.to_owned(),
                path: String::new(),
            },
            data: SessionData::empty(),
            warning: None,
            is_new: true,
        };
        session.load()?;
        Ok(session)
    }

    /// Loads what the file holds, in the place of what is in memory. A missing file is a new, empty session.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is no JSON, or is not that of a session. What is in memory stays.
    pub fn load(&mut self) -> Result<&SessionData, SessionError> {
        let loaded = self.location.load()?;
        self.is_new = loaded.is_none();
        (self.data, self.warning) = match loaded {
            Some(loaded) => (loaded.data, loaded.warning),
            None => (SessionData::empty(), None),
        };
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

    /// Takes over what a file brings, besides what the session holds.
    pub(crate) fn merge(&mut self, import: Import) -> Result<(), SessionError> {
        let now = unix_seconds(self.env.now());
        self.data.import(import, now);
        self.save()
    }

    /// Takes over what a file brings, in the place of all that the session holds.
    pub(crate) fn replace_by(&mut self, import: Import) -> Result<(), SessionError> {
        let now = unix_seconds(self.env.now());
        let mut data = SessionData::empty();
        data.import(import, now);
        self.location.replace(&data.change_set(), now)?;
        self.load().map(drop)
    }

    /// The text of its file in HTTPie 3.2's layout; nothing if it has no file.
    pub(crate) fn to_json(&self) -> Result<Option<String>, SessionError> {
        self.location.text_in_present_layout()
    }

    /// Its cookies as a `cookies.txt`; those that go to every host as cookies of `host`.
    pub(crate) fn to_netscape(&self, host: Option<&str>) -> Export {
        let now = unix_seconds(self.env.now());
        netscape::write(self.data.cookies().iter(), host, now)
    }

    /// What a request to `url` would carry, as a configuration file of curl's.
    pub(crate) fn to_curl(&self, url: &CookieUrl<'_>) -> Export {
        curl_config::write(&self.data, url, unix_seconds(self.env.now()))
    }

    /// Whether the session had no file when it was loaded, and was not saved since.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// What to tell the user about the layout of the file, if it is an old one.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Brings the file to the present layout, as `httpie cli sessions upgrade` does, and loads it again; tells
    /// whether it was in an old layout. Cookies without a domain are bound to the session's host if `bind_cookies`
    /// says so, else they go to every host, as they did, and the file says that.
    ///
    /// # Errors
    ///
    /// As for [`Session::load`] and [`Session::save`].
    pub fn upgrade(&mut self, bind_cookies: BindCookies) -> Result<bool, SessionError> {
        let host = self.location.host.clone();
        let bind_to = (bind_cookies == BindCookies::ToHost).then_some(host.as_str());
        let upgraded = self.location.path.exists() && self.location.upgrade(bind_to)?;
        self.load()?;
        Ok(upgraded)
    }

    /// The path of its file.
    pub fn path(&self) -> &Path {
        &self.location.path
    }

    /// The headers that requests get.
    pub fn headers(&self) -> &Headers {
        self.data.headers()
    }

    /// The headers whose values requests get from elsewhere.
    pub fn header_sources(&self) -> &[HeaderSource] {
        self.data.header_sources()
    }

    /// Makes this the header of its name, in the place of what the session has under it.
    pub fn set_header_source(&mut self, header: HeaderSource) {
        self.data.set_header_source(header);
    }

    /// Removes the headers of this name.
    pub fn remove_header(&mut self, name: &str) {
        self.data.remove_header(name);
    }

    /// The cookies.
    pub fn cookies(&self) -> &CookieJar {
        self.data.cookies()
    }

    /// The cookies, to receive others or to remove some.
    pub fn cookies_mut(&mut self) -> &mut CookieJar {
        self.data.cookies_mut()
    }

    /// The credentials.
    pub fn auth(&self) -> Option<&Credentials> {
        self.data.auth()
    }

    /// Sets the credentials, or removes them.
    pub fn set_auth(&mut self, credentials: Option<Credentials>) {
        self.data.set_credentials(credentials);
    }
}

/// A moment in seconds since 1970, as cookies count.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    }
}

#[cfg(test)]
pub(in crate::sessions) mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_session_belongs_to_the_typed_host_or_to_that_of_the_url() {
        let folder = Folder::new();
        let env = Environment::new().with_config_dir(folder.path());
        for (host, url, file_name, cookie_domain) in [
            (
                None,
                "https://user:pw@API.test:8443/x?y",
                "api.test%3A8443_s.json",
                "api.test",
            ),
            (None, "http://api.test?y", "api.test_s.json", "api.test"),
            (None, "http://[::1]:80/", "%5B%3A%3A1%5D%3A80_s.json", "::1"),
            (None, "http:///x", "localhost_s.json", "localhost"),
            (
                Some("other.test"),
                "http://127.0.0.1/",
                "other.test_s.json",
                "other.test",
            ),
        ] {
            let mut session = get_httpie_session(&env, env.config_dir(), "s", host, url).unwrap();
            assert_eq!(session.path().file_name().unwrap(), file_name);
            let mut typed = Headers::new();
            typed.append("Cookie", "a=1");
            session.update_headers(&typed);
            assert_eq!(
                session.cookies().iter().next().unwrap().domain(),
                cookie_domain
            );
        }
    }

    #[test]
    fn what_is_removed_goes_from_the_file_too() {
        let folder = Folder::new();
        let path = folder.path().join("s.json");
        let text = r#"{"headers": {"X": "1", "Y": "2"}, "auth": {"type": "basic", "raw_auth": "a:b", "k": 1},
            "cookies": {"c": "1", "d": "2"}}"#;
        std::fs::write(&path, text).unwrap();
        let open = || {
            let name = path.to_str().unwrap();
            get_httpie_session(&Environment::new(), folder.path(), name, None, "http://h/").unwrap()
        };
        let mut session = open();
        assert!(
            session
                .warning()
                .is_some_and(|text| text.contains("sessions upgrade h"))
        );
        session.remove_header("x");
        session
            .cookies_mut()
            .remove_where(|cookie| cookie.name() == b"c");
        session.set_auth(None);
        session.save().unwrap();
        let session = open();
        assert_eq!((session.headers().len(), session.cookies().len()), (1, 1));
        assert!(session.auth().is_none());
        assert!(std::fs::read_to_string(&path).unwrap().contains("\"k\": 1"));
        let mut session = open();
        assert_eq!(session.upgrade(BindCookies::ToHost).ok(), Some(true));
        assert_eq!(session.warning(), None);
        assert_eq!(session.cookies().iter().next().unwrap().domain(), "h");
        assert_eq!(session.upgrade(BindCookies::No).ok(), Some(false));
    }

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
