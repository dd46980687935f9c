//! Where sessions live: from a name and a host to a path, and back.
//!
//! Named sessions are `<config>/sessions/{host}_{name}.json`; HTTPie's own `<config>/sessions/<host>/<name>.json` is
//! used in its place where only that exists. Also reads a file's text, with every reason why it may not be read.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::error::{Access, SessionError};
use super::json::position_of;
use crate::environment::Environment;

/// The largest session file.
pub(super) const MAX_SIZE: u64 = 16 * 1024 * 1024;
/// What is added to a file's name for the time of a save.
pub(super) const TEMPORARY_SUFFIX: &str = ".tmp";
/// The longest file name that Linux and most others take.
const MAX_FILE_NAME: usize = 255;
/// All but `[A-Za-z0-9.-]`, so that the first `_` of a file name always ends the host.
const HOST_ESCAPES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-');

/// Whether a session's name is a path, because there is a path separator in it.
///
/// ```
/// use httpie::sessions::is_anonymous_session;
/// assert!(is_anonymous_session("./session.json"));
/// assert!(!is_anonymous_session("staging"));
/// ```
pub fn is_anonymous_session(session_name: &str) -> bool {
    session_name.contains(MAIN_SEPARATOR) || (cfg!(windows) && session_name.contains('/'))
}

/// The path of the session with this name for this host (with its port, if one was typed). It may not exist.
///
/// # Errors
///
/// `BadName` for a name that no session can have.
pub(crate) fn path_of(
    env: &Environment,
    config_dir: &Path,
    session_name: &str,
    host: &str,
) -> Result<PathBuf, SessionError> {
    if is_anonymous_session(session_name) {
        return Ok(env.expand_tilde(session_name));
    }
    check_name(session_name)?;
    let host = if host.is_empty() { "localhost" } else { host };
    let sessions = config_dir.join("sessions");
    let escaped = utf8_percent_encode(&host.to_ascii_lowercase(), HOST_ESCAPES).to_string();
    let file_name = format!("{escaped}_{session_name}.json");
    if file_name.len() + TEMPORARY_SUFFIX.len() > MAX_FILE_NAME {
        return Err(bad_name(
            session_name,
            "with the host, it makes a file name of more than 255 bytes",
        ));
    }
    let flat = sessions.join(file_name);
    if fs::symlink_metadata(&flat).is_ok() {
        return Ok(flat);
    }
    let theirs = httpie_folder(host)
        .map(|folder| sessions.join(folder).join(format!("{session_name}.json")));
    Ok(theirs
        .filter(|path| fs::metadata(path).is_ok())
        .unwrap_or(flat))
}

fn check_name(name: &str) -> Result<(), SessionError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.is_empty() {
        return Err(bad_name(name, "it is empty"));
    }
    if !name.bytes().all(allowed) {
        return Err(bad_name(
            name,
            "only letters, digits, '_', '.' and '-' may be in it (for a file, write its path, as in ./session.json)",
        ));
    }
    match name.bytes().all(|byte| byte == b'.') {
        true => Err(bad_name(name, "it has nothing but dots")),
        false => Ok(()),
    }
}

fn bad_name(name: &str, reason: &'static str) -> SessionError {
    SessionError::BadName {
        name: name.to_owned(),
        reason,
    }
}

/// The folder that HTTPie uses for a host, unless that could leave the store or be another host's: HTTPie keeps
/// `a_80` and `a:80` in one folder, and only the second is a host with a port.
fn httpie_folder(host: &str) -> Option<String> {
    let port = host.rsplit_once('_').map(|(_, port)| port);
    let looks_like_port =
        port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let leaves = host.bytes().all(|byte| byte == b'.') || host.contains(['/', '\\', '\0']);
    (!leaves && !looks_like_port).then(|| host.replace(':', "_"))
}

/// The text of a session file, or nothing if there is no file.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, SessionError> {
    let fail = |error| SessionError::io(path, Access::Read, error);
    // To open a FIFO would wait for somebody to write to it.
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    if !metadata.is_file() {
        let found = if metadata.is_dir() {
            "a folder"
        } else {
            "a pipe or device"
        };
        let path = path.to_owned();
        return Err(SessionError::NotAFile { path, found });
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(error)),
    };
    let expected = usize::try_from(metadata.len().min(MAX_SIZE)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(expected + 1);
    file.take(MAX_SIZE + 1)
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(SessionError::TooLarge {
            path: path.to_owned(),
            access: Access::Read,
        });
    }
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let (line, column) = position_of(error.as_bytes(), error.utf8_error().valid_up_to());
        SessionError::NotJson {
            path: path.to_owned(),
            line,
            column,
            reason: "there are bytes that are not UTF-8".to_owned(),
        }
    })
}

/// A named session of the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoredSession {
    /// The host, with its port if it has one.
    pub(crate) host: String,
    /// The name.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
}

/// All named sessions, those in HTTPie's folders too, by host and name. Of two with the same host and name, the one that is used.
pub(crate) fn list(config_dir: &Path) -> Result<Vec<StoredSession>, SessionError> {
    let folder = config_dir.join("sessions");
    let mut found = Vec::new();
    let mut in_folders = Vec::new();
    for entry in entries_of(&folder)? {
        let Some(file_name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        let path = entry.path();
        if path.is_dir() {
            for inner in entries_of(&path)? {
                let inner_name = inner.file_name();
                let name = inner_name
                    .to_str()
                    .and_then(|name| name.strip_suffix(".json"));
                if let Some(name) = name.filter(|name| check_name(name).is_ok()) {
                    in_folders.push(StoredSession {
                        host: host_of_folder(&file_name),
                        name: name.to_owned(),
                        path: inner.path(),
                    });
                }
            }
        } else if let Some((host, name)) = host_and_name(&file_name) {
            found.push(StoredSession { host, name, path });
        }
    }
    in_folders.retain(|theirs| {
        !found
            .iter()
            .any(|ours| ours.host == theirs.host && ours.name == theirs.name)
    });
    found.extend(in_folders);
    found.sort();
    Ok(found)
}

fn entries_of(folder: &Path) -> Result<Vec<fs::DirEntry>, SessionError> {
    let fail = |error| SessionError::io(folder, Access::Read, error);
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(fail(error)),
        Ok(entries) => entries.collect::<Result<_, _>>().map_err(fail),
    }
}

/// Reads `{host}_{name}.json` back.
fn host_and_name(file_name: &str) -> Option<(String, String)> {
    let (host, name) = file_name.strip_suffix(".json")?.split_once('_')?;
    let host = percent_decode_str(host).decode_utf8().ok()?;
    check_name(name).ok()?;
    (!host.is_empty()).then(|| (host.into_owned(), name.to_owned()))
}

/// HTTPie writes `:` as `_`: digits after the last one are taken for a port.
fn host_of_folder(folder: &str) -> String {
    match folder.rsplit_once('_') {
        Some((host, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{host}:{port}")
        }
        _ => folder.to_owned(),
    }
}

/// Removes the session file at `path`.
pub(crate) fn delete(path: &Path) -> Result<(), SessionError> {
    fs::remove_file(path).map_err(|error| SessionError::io(path, Access::Delete, error))
}
