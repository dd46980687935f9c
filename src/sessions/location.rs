//! One session's place: its file, read and saved, and the sentences that go with that.
//!
//! Takes a session's name and host; gives what the file holds, and merges change sets into it. Knows nothing of what
//! a request does with them.

use std::path::{Path, PathBuf};

use super::data::{ChangeSet, SessionData};
use super::error::SessionError;
use super::file::SessionFile;
use super::json::{Json, without_position};
use super::replace::{LOCK_WAIT, update};
use super::store::{is_anonymous_session, path_of, read_file, read_text};
use super::trust::Writers;
use crate::environment::Environment;

/// Where a session is, and what it is called.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) path: PathBuf,
    /// As it was typed.
    pub(super) name: String,
    /// The host that it is for, in lower case, without port and brackets.
    pub(super) host: String,
    /// The same with its port, as commands take it.
    authority: String,
}

impl Location {
    /// `host` is a typed `Host` header, or the URL's host and port.
    pub(super) fn find(
        env: &Environment,
        config_dir: &Path,
        name: &str,
        host: &str,
    ) -> Result<Location, SessionError> {
        Ok(Location::of_file(
            path_of(env, config_dir, name, host)?,
            name,
            host,
        ))
    }

    /// The file at a path, as the session of this name for this host.
    pub(super) fn of_file(path: PathBuf, name: &str, host: &str) -> Location {
        Location {
            path,
            name: name.to_owned(),
            host: without_port(host).to_ascii_lowercase(),
            authority: host.to_owned(),
        }
    }

    /// What the file holds; nothing if there is no file.
    pub(super) fn load(&self) -> Result<Option<Loaded>, SessionError> {
        let Some((text, writers)) = read_file(&self.path)? else {
            return Ok(None);
        };
        let mut file = self.parse(&text)?;
        Ok(Some(Loaded {
            warning: self.upgrade_warning(&file),
            data: SessionData::of_file(&mut file),
            writers,
        }))
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
            let (line, column) = (error.line().max(1), error.column().max(1));
            match error.is_data() {
                true => wrong_shape((line, column), "it must be an object".to_owned()),
                false => SessionError::NotJson {
                    path: self.path.clone(),
                    line,
                    column,
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
        let (name, host) = (&self.name, &self.authority);
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

    /// Puts these changes in the place of all that the file holds.
    pub(super) fn replace(&self, changes: &ChangeSet<'_>, now: i64) -> Result<(), SessionError> {
        update(&self.path, LOCK_WAIT, |old| {
            let mut file = match old {
                Some(text) => self.parse(text)?,
                None => SessionFile::new(),
            };
            file.clear();
            file.apply(changes, now);
            Ok(Some(file.into_text()))
        })
    }

    /// The text of the file in the present layout, whichever it has; nothing if there is no file.
    pub(super) fn text_in_present_layout(&self) -> Result<Option<String>, SessionError> {
        let Some(text) = read_text(&self.path)? else {
            return Ok(None);
        };
        Ok(Some(self.parse(&text)?.into_present_layout()))
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

/// Whether the file at `path` is that of a session, and not just any JSON document: it has one of the keys that all
/// layouts have, or nothing at all.
///
/// # Errors
///
/// It cannot be read, is no JSON, or has one of these keys with something else in it.
pub(crate) fn looks_like_session(path: &Path) -> Result<bool, SessionError> {
    let location = Location::of_file(path.to_owned(), &path.display().to_string(), "");
    match read_text(path)? {
        Some(text) => Ok(location.parse(&text)?.is_recognizable()),
        None => Ok(false),
    }
}

/// The text of a session file, whatever is in it; nothing if there is no file.
pub(crate) fn text_of(path: &Path) -> Result<Option<String>, SessionError> {
    read_text(path)
}

/// Replaces the text of a session file, if it is still the one that is expected; tells whether it was.
pub(crate) fn replace_text(path: &Path, expected: &str, text: &str) -> Result<bool, SessionError> {
    let mut is_expected = false;
    update(path, LOCK_WAIT, |old| {
        is_expected = old == Some(expected);
        Ok(is_expected.then(|| text.to_owned()))
    })?;
    Ok(is_expected)
}

/// What a session's file holds.
pub(super) struct Loaded {
    pub(super) data: SessionData,
    /// What its layout asks to be said.
    pub(super) warning: Option<String>,
    pub(super) writers: Writers,
}

/// What a save does with a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfPresent {
    /// Merges the changes into it.
    Merge,
    /// Leaves it alone: the session is read-only.
    Leave,
}

/// The host of a `host:port`, without the brackets of an IPv6 address.
pub(crate) fn without_port(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or(host),
    }
}
