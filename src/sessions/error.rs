//! What can go wrong with a session: one sentence for people, and what a program needs to tell the cases apart.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::io_reason;

/// What was tried when a session failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The file was to be read.
    Read,
    /// The file was to be written.
    Write,
    /// The file was to be removed.
    Delete,
}

impl Access {
    fn verb(self) -> &'static str {
        match self {
            Access::Read => "read",
            Access::Write => "save",
            Access::Delete => "delete",
        }
    }
}

/// Why a session could not be loaded or saved. In every case the file is as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum SessionError {
    /// The file is not JSON.
    NotJson {
        /// The session file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The file is JSON, but not that of a session.
    WrongShape {
        /// The session file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was expected there.
        reason: String,
    },
    /// The operating system does not let us.
    PermissionDenied {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        access: Access,
    },
    /// Another process kept the file locked for all the time that we waited.
    LockedTooLong {
        /// The session file.
        path: PathBuf,
        /// How long we waited.
        seconds: u64,
    },
    /// The name cannot be that of a session.
    BadName {
        /// The name.
        name: String,
        /// Why it cannot.
        reason: &'static str,
    },
    /// There is something at the path that is no regular file.
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What is there, with its article.
        found: &'static str,
    },
    /// The session has a command in it, and others than its user can write to the file.
    Untrusted {
        /// The session file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file is, or would become, larger than 16 MiB.
    TooLarge {
        /// The session file.
        path: PathBuf,
        /// What was tried.
        access: Access,
    },
    /// The operating system failed in another way.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        access: Access,
        /// What it said.
        source: io::Error,
    },
}

impl SessionError {
    pub(super) fn io(path: &Path, access: Access, source: io::Error) -> SessionError {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => SessionError::PermissionDenied { path, access },
            _ => SessionError::Io {
                path,
                access,
                source,
            },
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SessionError::NotJson {
                path,
                line,
                column,
                reason,
            } => write!(
                f,
                "session file {} is not valid JSON: {reason} at line {line}, column {column}",
                path.display()
            ),
            SessionError::WrongShape {
                path,
                line,
                column,
                reason,
            } => write!(
                f,
                "session file {} cannot be used: {reason} at line {line}, column {column}",
                path.display()
            ),
            SessionError::PermissionDenied { path, access } => write!(
                f,
                "cannot {} session file {}: permission denied",
                access.verb(),
                path.display()
            ),
            SessionError::LockedTooLong { path, seconds } => write!(
                f,
                "cannot change session file {}: another process has kept it locked for {seconds} seconds",
                path.display()
            ),
            SessionError::BadName { name, reason } => {
                write!(f, "{name:?} cannot be the name of a session: {reason}")
            }
            SessionError::NotAFile { path, found } => {
                write!(f, "session file {} is {found}, not a file", path.display())
            }
            SessionError::Untrusted { path, reason } => write!(
                f,
                "session file {} has a command in it (cmd:...), which is not run: {reason}",
                path.display()
            ),
            SessionError::TooLarge {
                path,
                access: Access::Write,
            } => write!(
                f,
                "cannot save session file {}: it would become larger than 16 MiB",
                path.display()
            ),
            SessionError::TooLarge { path, .. } => {
                write!(f, "session file {} is larger than 16 MiB", path.display())
            }
            SessionError::Io {
                path,
                access,
                source,
            } => {
                let (verb, path, reason) = (access.verb(), path.display(), io_reason(source));
                write!(f, "cannot {verb} session file {path}: {reason}")?;
                match source.kind() {
                    // A file that is itself a mount, as of `docker run -v file:file`, cannot be replaced.
                    io::ErrorKind::ResourceBusy => {
                        f.write_str(" (if it is a mount of its own, mount its folder instead)")
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for SessionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SessionError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<SessionError> for crate::error::Error {
    fn from(error: SessionError) -> crate::error::Error {
        crate::error::Error::new(error.to_string())
    }
}
