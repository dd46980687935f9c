//! Several sessions laid over one request: at most one that is read and written, over any number that are only read.
//!
//! Takes session names and the host; gives the headers, cookies and credentials that apply, typed ones before those
//! of the read-write session, these before the read-only ones, of which the last comes first. Saves what changed to
//! the read-write session alone. Knows nothing of the command line or of how a request is sent.

use super::cookie_scope::CookieUrl;
use super::cookies::CookieJar;
use super::credentials::Credentials;
use super::data::SessionData;
use super::error::SessionError;
use super::location::{IfPresent, Location};
use super::session::unix_seconds;
use super::source::{HeaderSource, SecretSource};
use super::trust::Writers;
use crate::environment::Environment;
use crate::headers::Headers;

/// Which sessions are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OverlayRequest<'a> {
    /// `--session`
    pub(crate) read_write: Option<&'a str>,
    /// `--session-read-only`, in the order in which they were typed.
    pub(crate) read_only: &'a [String],
    /// Whose named sessions they are: a typed `Host` header, else the URL's host, with the port if one was typed; behind a
    /// Unix socket, that of the socket.
    pub(crate) host: &'a str,
}

/// What sessions give to a request, and what they take from its exchange.
#[derive(Debug)]
pub(crate) struct Overlay {
    data: SessionData,
    /// Credentials that go before those of the data, and are no part of them.
    credentials_for_now: Option<Credentials>,
    target: Option<Target>,
    warnings: Vec<String>,
}

/// The session that a save goes to.
#[derive(Debug)]
struct Target {
    location: Location,
    present: IfPresent,
    is_new: bool,
}

impl Overlay {
    /// Loads the sessions and lays them over each other.
    ///
    /// # Errors
    ///
    /// A name that cannot be, or a file that cannot be used. A missing file is no error.
    pub(crate) fn open(
        env: &Environment,
        request: OverlayRequest<'_>,
    ) -> Result<Overlay, SessionError> {
        let now = unix_seconds(env.now());
        let find = |name: &str| Location::find(env, env.config_dir(), name, request.host);
        let mut overlay = Overlay {
            data: SessionData::empty(),
            credentials_for_now: None,
            target: None,
            warnings: Vec::new(),
        };
        if let Some(name) = request.read_write {
            let location = find(name)?;
            let loaded = overlay.load(&location)?;
            overlay.target = Some(Target {
                location,
                present: IfPresent::Merge,
                is_new: loaded.is_none(),
            });
            overlay.data = loaded.unwrap_or_else(SessionData::empty);
        }
        let stands_alone = request.read_write.is_none() && request.read_only.len() == 1;
        for name in request.read_only.iter().rev() {
            let location = find(name)?;
            match overlay.load(&location)? {
                Some(base) => overlay.data.inherit(base, now),
                None if stands_alone => {
                    overlay.target = Some(Target {
                        location,
                        present: IfPresent::Leave,
                        is_new: true,
                    });
                }
                None => overlay.warnings.push(format!(
                    "There is no session {name:?} for {}: nothing is taken from it ({}).",
                    location.host,
                    location.path.display()
                )),
            }
        }
        Ok(overlay)
    }

    fn load(&mut self, location: &Location) -> Result<Option<SessionData>, SessionError> {
        let Some(loaded) = location.load()? else {
            return Ok(None);
        };
        self.warnings.extend(loaded.warning);
        if let Writers::Others(reason) = loaded.writers {
            let warning = foreign_sources(location, &loaded.data, reason)?;
            self.warnings.extend(warning);
        }
        Ok(Some(loaded.data))
    }

    /// What the user should know: sessions in an old layout, and read-only ones that are missing.
    pub(crate) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The headers that apply: the stored ones, and the typed ones once they were taken over.
    pub(crate) fn headers(&self) -> &Headers {
        self.data.headers()
    }

    /// The headers that apply and whose values come from elsewhere.
    pub(crate) fn header_sources(&self) -> &[HeaderSource] {
        self.data.header_sources()
    }

    /// Takes over a typed header whose value comes from elsewhere: the reference, never the value.
    pub(crate) fn set_header_source(&mut self, header: HeaderSource) {
        if header.is(b"Authorization") {
            self.credentials_for_now = None;
        }
        self.data.set_header_source(header);
    }

    /// The credentials that apply.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        let stored = self.data.auth();
        self.credentials_for_now.as_ref().or(stored)
    }

    /// The cookies of all sessions.
    pub(crate) fn cookies(&self) -> &CookieJar {
        self.data.cookies()
    }

    /// The cookies, to receive those of responses.
    pub(crate) fn cookies_mut(&mut self) -> &mut CookieJar {
        self.data.cookies_mut()
    }

    /// Takes over what is kept of the headers that the user typed. A typed Cookie header becomes cookies, bound to
    /// the host of `url`: the request's Cookie header comes from [`CookieJar::header_for`] then.
    pub(crate) fn take_over_headers(&mut self, typed: &Headers, url: &CookieUrl<'_>, now: i64) {
        let unfit = self.data.update_headers(typed, url, now);
        if self.target.is_some() {
            self.warnings.extend(unfit.into_iter().map(|name| {
                format!(
                    "The session does not keep the header {name:?}: it cannot be stored in a file."
                )
            }));
        }
    }

    /// Takes over typed credentials.
    pub(crate) fn set_credentials(&mut self, credentials: Credentials) {
        self.credentials_for_now = None;
        self.data.set_credentials(Some(credentials));
    }

    /// Uses credentials for this run alone: they are kept elsewhere.
    pub(crate) fn use_credentials(&mut self, credentials: Credentials) {
        self.credentials_for_now = Some(credentials);
    }

    /// Whether credentials for this run alone stand in the place of what is stored under this name.
    pub(crate) fn replaces_header(&self, name: &str) -> bool {
        self.credentials_for_now.is_some() && name.eq_ignore_ascii_case("Authorization")
    }

    /// Notes what the source of the credentials gave, for this run alone.
    pub(crate) fn resolve_credentials(&mut self, secret: String) {
        self.data.resolve_credentials(secret);
    }

    /// Merges what has changed into the read-write session, whatever others have put there meanwhile. A missing
    /// session is created, also a read-only one that stands alone; one that exists is never changed by read-only use.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or has become unusable, or others keep it locked. It is as it was.
    pub(crate) fn save(&mut self, now: i64) -> Result<(), SessionError> {
        let Some(target) = &mut self.target else {
            return Ok(());
        };
        let changes = self.data.change_set();
        if !target.is_new && (changes.is_empty() || target.present == IfPresent::Leave) {
            return Ok(());
        }
        target.location.save(&changes, target.present, now)?;
        self.data.mark_stored();
        target.is_new = false;
        Ok(())
    }
}

/// What is to be said of references in a file that others than its user can write to, for this reason: they choose which of
/// the user's secrets are sent.
///
/// # Errors
///
/// One is a command.
fn foreign_sources(
    location: &Location,
    data: &SessionData,
    reason: &'static str,
) -> Result<Option<String>, SessionError> {
    if data.sources().any(SecretSource::runs_a_command) {
        let path = location.path.clone();
        return Err(SessionError::Untrusted { path, reason });
    }
    let sources: Vec<&str> = data.sources().map(SecretSource::as_str).collect();
    let warning = || {
        format!(
            "The session {:?} sends what {} gives, and {reason}.",
            location.name,
            sources.join(", ")
        )
    };
    Ok((!sources.is_empty()).then(warning))
}

#[cfg(test)]
mod tests;
