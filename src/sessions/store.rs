//! Where sessions live: from a name and a host to a path, and back.
//!
//! Named sessions are `<config>/sessions/{host}_{name}.json`; HTTPie's own `<config>/sessions/<host>/<name>.json` is
//! used in its place where only that exists. Also reads a file's text, with every reason why it may not be read.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::error::{Access, SessionError};
use super::json::position_of;
use super::replace::{LOCK_WAIT, remove};
use super::trust::Writers;
use crate::environment::Environment;

/// The largest session file.
pub(crate) const MAX_SIZE: u64 = 16 * 1024 * 1024;
/// What is added to a file's name for the time of a save.
pub(super) const TEMPORARY_SUFFIX: &str = ".httpie-tmp";
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
    let candidates = Candidates::of(config_dir, session_name, host)?;
    if fs::symlink_metadata(&candidates.flat).is_ok() {
        return Ok(candidates.flat);
    }
    let theirs = candidates
        .theirs()
        .into_iter()
        .find(|path| fs::metadata(path).is_ok());
    Ok(theirs.unwrap_or(candidates.flat))
}

/// The places where a named session can be.
struct Candidates<'a> {
    flat: PathBuf,
    sessions: PathBuf,
    name: &'a str,
    host: &'a str,
}

impl<'a> Candidates<'a> {
    fn of(config_dir: &Path, name: &'a str, host: &'a str) -> Result<Candidates<'a>, SessionError> {
        check_name(name)?;
        let host = if host.is_empty() { "localhost" } else { host };
        let sessions = config_dir.join("sessions");
        let mut file_name = escaped_host(host);
        file_name.extend(["_", name, ".json"]);
        if file_name.len() + TEMPORARY_SUFFIX.len() > MAX_FILE_NAME {
            return Err(bad_name(
                name,
                "with the host, it makes a file name of more than 255 bytes",
            ));
        }
        Ok(Candidates {
            flat: sessions.join(file_name),
            sessions,
            name,
            host,
        })
    }

    /// HTTPie's, for the host as it was typed, since HTTPie keeps its case, and in lower case.
    fn theirs(&self) -> Vec<PathBuf> {
        let mut hosts = vec![self.host.to_owned(), self.host.to_ascii_lowercase()];
        hosts.dedup();
        let folders = hosts.iter().filter_map(|host| httpie_folder(host));
        folders
            .map(|folder| {
                self.sessions
                    .join(folder)
                    .join(format!("{}.json", self.name))
            })
            .collect()
    }
}

/// The host as it stands in a file name.
fn escaped_host(host: &str) -> String {
    utf8_percent_encode(&host.to_ascii_lowercase(), HOST_ESCAPES).collect()
}

/// All files of the session with this name for this host, the one that is used first: HTTPie's would be used once
/// ours is gone.
pub(crate) fn files_of(
    env: &Environment,
    config_dir: &Path,
    session_name: &str,
    host: &str,
) -> Result<Vec<PathBuf>, SessionError> {
    let paths = match is_anonymous_session(session_name) {
        true => vec![env.expand_tilde(session_name)],
        false => {
            let candidates = Candidates::of(config_dir, session_name, host)?;
            let mut paths = candidates.theirs();
            paths.insert(0, candidates.flat);
            paths
        }
    };
    let is_there = |path: &PathBuf| fs::symlink_metadata(path).is_ok();
    Ok(paths.into_iter().filter(is_there).collect())
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
    Ok(read_file(path)?.map(|(text, _)| text))
}

/// The same, and who can write to the very file that was read, whatever stands at the path by now.
pub(super) fn read_file(path: &Path) -> Result<Option<(String, Writers)>, SessionError> {
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
    let writers = Writers::of(&file.metadata().map_err(fail)?);
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
    let text = String::from_utf8(bytes).map_err(|error| {
        let (line, column) = position_of(error.as_bytes(), error.utf8_error().valid_up_to());
        SessionError::NotJson {
            path: path.to_owned(),
            line,
            column,
            reason: "there are bytes that are not UTF-8".to_owned(),
        }
    })?;
    Ok(Some((text, writers)))
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

/// The sessions of the store.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// By host and name.
    pub(crate) sessions: Vec<StoredSession>,
    /// HTTPie's folders that cannot be read.
    pub(crate) unreadable: Vec<SessionError>,
}

/// All named sessions, those in HTTPie's folders too. Of two with the same host and name, the one that is used.
pub(crate) fn list(config_dir: &Path) -> Result<Listing, SessionError> {
    let folder = config_dir.join("sessions");
    let mut listing = Listing::default();
    let mut in_folders = Vec::new();
    for entry in entries_of(&folder)? {
        let Some(file_name) = entry.file_name().to_str().map(str::to_owned) else {
            continue;
        };
        let path = entry.path();
        // A folder under the name of a session is in the way of that session, which its reader will say.
        if let Some((host, name)) = host_and_name(&file_name) {
            listing.sessions.push(StoredSession { host, name, path });
        } else if is_folder(&entry) {
            match entries_of(&path) {
                Ok(entries) => in_folders.extend(sessions_in(&file_name, &entries)),
                Err(error) => listing.unreadable.push(error),
            }
        }
    }
    let place = |session: &StoredSession| (session.host.to_ascii_lowercase(), session.name.clone());
    let ours: HashSet<_> = match in_folders.is_empty() {
        true => HashSet::new(),
        false => listing.sessions.iter().map(place).collect(),
    };
    in_folders.retain(|theirs| !ours.contains(&place(theirs)));
    listing.sessions.extend(in_folders);
    listing.sessions.sort();
    Ok(listing)
}

/// Whether it is a folder, or a link to one. The kind comes with the entry, so most files need no call of their own.
fn is_folder(entry: &fs::DirEntry) -> bool {
    match entry.file_type() {
        Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
        Ok(kind) => kind.is_dir(),
        Err(_) => false,
    }
}

/// The sessions in one of HTTPie's folders.
fn sessions_in(folder: &str, entries: &[fs::DirEntry]) -> Vec<StoredSession> {
    let host = host_of_folder(folder);
    let session = |entry: &fs::DirEntry| {
        let file_name = entry.file_name();
        let name = file_name.to_str()?.strip_suffix(".json")?;
        check_name(name).ok()?;
        Some(StoredSession {
            host: host.clone(),
            name: name.to_owned(),
            path: entry.path(),
        })
    };
    entries.iter().filter_map(session).collect()
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
    let decoded = percent_decode_str(host).decode_utf8().ok()?;
    check_name(name).ok()?;
    // What we would write otherwise, such as capital letters, no request finds.
    let is_ours = !decoded.is_empty() && escaped_host(&decoded) == host;
    is_ours.then(|| (decoded.into_owned(), name.to_owned()))
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

/// Removes the session file at `path`, under the lock; tells whether there was one. HTTPie's folder goes with its last
/// session.
pub(crate) fn delete(config_dir: &Path, path: &Path) -> Result<bool, SessionError> {
    let removed = remove(path, LOCK_WAIT)?;
    let sessions = config_dir.join("sessions");
    if let Some(folder) = path
        .parent()
        .filter(|folder| folder.parent() == Some(&sessions))
    {
        // Fails where there is something else in it, which is as it should be.
        let _ = fs::remove_dir(folder);
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::tests::Folder;

    fn path(folder: &Folder, name: &str, host: &str) -> PathBuf {
        let env = Environment::new().with_config_dir(folder.path());
        path_of(&env, folder.path(), name, host).unwrap()
    }

    #[test]
    fn no_two_sessions_share_a_file_and_none_leaves_the_store() {
        let folder = Folder::new();
        let sessions = folder.path().join("sessions");
        for (host, name, file_name) in [
            ("Example.COM", "a", "example.com_a.json"),
            ("example.com.", "a", "example.com._a.json"),
            ("localhost:8080", "a_b", "localhost%3A8080_a_b.json"),
            ("a_b", "c", "a%5Fb_c.json"),
            ("a", "b_c", "a_b_c.json"),
            ("[::1]:80", "a", "%5B%3A%3A1%5D%3A80_a.json"),
            ("../../etc", "a", "..%2F..%2Fetc_a.json"),
            ("..", "a", ".._a.json"),
            ("b\u{fc}cher.de", "a", "b%C3%BCcher.de_a.json"),
            ("xn--bcher-kva.de", "a", "xn--bcher-kva.de_a.json"),
            ("a%3Ab", "a", "a%253ab_a.json"),
            ("", "a", "localhost_a.json"),
        ] {
            let found = path(&folder, name, host);
            assert_eq!(found, sessions.join(file_name));
        }
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        let env = Environment::new();
        let long = "x".repeat(250);
        for name in [
            "",
            ".",
            "..",
            "a b",
            "a:b",
            "b\u{fc}cher",
            "a\0",
            "a%2F",
            &long,
        ] {
            let found = path_of(&env, Path::new("/nowhere"), name, "example.com");
            assert!(matches!(found, Err(SessionError::BadName { .. })), "{name}");
        }
    }

    #[test]
    fn httpies_file_is_used_in_place_unless_there_is_ours() {
        let folder = Folder::new();
        let theirs = folder.path().join("sessions/localhost_8080");
        fs::create_dir_all(&theirs).unwrap();
        fs::write(theirs.join("a.json"), "{}").unwrap();
        assert_eq!(path(&folder, "a", "localhost:8080"), theirs.join("a.json"));
        // HTTPie would use it for the host `localhost_8080` as well.
        assert_eq!(
            path(&folder, "a", "localhost_8080"),
            folder.path().join("sessions/localhost%5F8080_a.json")
        );
        let ours = folder.path().join("sessions/localhost%3A8080_a.json");
        fs::write(&ours, "{}").unwrap();
        assert_eq!(path(&folder, "a", "localhost:8080"), ours);
    }

    #[test]
    fn a_listing_reads_both_forms_back() {
        let folder = Folder::new();
        let sessions = folder.path().join("sessions");
        assert_eq!(list(folder.path()).unwrap().sessions, []);
        fs::create_dir_all(sessions.join("localhost_8080")).unwrap();
        for name in [
            "localhost_8080/a.json",
            "localhost_8080/b.json",
            "localhost%3A8080_a.json",
            "x.org_c_d.json",
            "x.org_c_d.json.httpie-tmp",
            "X.org_never_found.json",
            "junk",
        ] {
            fs::write(sessions.join(name), "{}").unwrap();
        }
        let found = list(folder.path()).unwrap().sessions;
        let facts: Vec<_> = found
            .iter()
            .map(|s| (s.host.as_str(), s.name.as_str()))
            .collect();
        assert_eq!(
            facts,
            [
                ("localhost:8080", "a"),
                ("localhost:8080", "b"),
                ("x.org", "c_d")
            ]
        );
        assert!(found[0].path.ends_with("localhost%3A8080_a.json"));
        let env = Environment::new();
        let files = files_of(&env, folder.path(), "a", "localhost:8080").unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0], found[0].path);
        assert!(delete(folder.path(), &found[0].path).unwrap());
        let left = list(folder.path()).unwrap().sessions;
        assert!(left[0].path.ends_with("localhost_8080/a.json"));
        for session in &left {
            assert!(delete(folder.path(), &session.path).unwrap());
        }
        assert!(!sessions.join("localhost_8080").exists());
    }

    #[test]
    fn files_that_cannot_be_sessions_are_refused_without_waiting() {
        let folder = Folder::new();
        assert!(matches!(
            read_text(folder.path()),
            Err(SessionError::NotAFile { .. })
        ));
        assert!(matches!(read_text(&folder.path().join("none")), Ok(None)));
        #[cfg(unix)]
        assert!(matches!(
            read_text(Path::new("/dev/zero")),
            Err(SessionError::NotAFile { .. })
        ));
        let large = folder.path().join("large");
        File::create(&large).unwrap().set_len(MAX_SIZE + 1).unwrap();
        assert!(matches!(
            read_text(&large),
            Err(SessionError::TooLarge { .. })
        ));
    }
}
