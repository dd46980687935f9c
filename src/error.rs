//! What can go wrong in a run: one type, with a sentence for people and an exit status for scripts.
//!
//! The sentence says what failed, on what, and what to do. The exit statuses are HTTPie's.

use std::fmt;

/// How a run ends, as HTTPie numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ExitStatus {
    /// All went well.
    Success = 0,
    /// A usage error, or anything that failed before, during or after the exchange.
    Error = 1,
    /// The server did not answer in time (`--timeout`, `--connect-timeout`, `--wait`).
    Timeout = 2,
    /// `--check-status`, and the final answer is a redirect that was not followed.
    Redirection = 3,
    /// `--check-status`, and the final answer is 4xx.
    ClientError = 4,
    /// `--check-status`, and the final answer is 5xx.
    ServerError = 5,
    /// More redirects than `--max-redirects` allows.
    TooManyRedirects = 6,
    /// The user pressed Ctrl-C.
    Interrupted = 130,
}

impl ExitStatus {
    /// The number given to the operating system.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

/// What went wrong on the network, for those who may try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No connection came about, so that nothing was sent.
    Unreachable,
    /// The same, since the time for it was over.
    UnreachableInTime,
    /// The connection was lost after the request, or a part of it, was sent.
    BrokenOff,
    /// The server was silent for too long after the request was sent.
    Silent,
}

/// Why a run failed.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    status: ExitStatus,
    trouble: Option<Trouble>,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// Shown as `http: error: ...`.
    Failure,
    /// Shown with the usage line and where to find help.
    Usage,
    /// Shown as it is.
    Verbatim,
    /// Nobody has to be told: the reader of our output went away, or the user interrupted.
    Silent,
}

impl Error {
    /// A failure with this sentence, exit status 1.
    pub(crate) fn new(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            status: ExitStatus::Error,
            trouble: None,
            kind: Kind::Failure,
        }
    }

    /// A command line that cannot be understood; shown with the usage, exit status 1.
    pub(crate) fn usage(message: impl Into<String>) -> Error {
        Error {
            kind: Kind::Usage,
            ..Error::new(message)
        }
    }

    /// A message that is shown as it is, without `http: error:`.
    pub(crate) fn verbatim(message: impl Into<String>) -> Error {
        Error {
            kind: Kind::Verbatim,
            ..Error::new(message)
        }
    }

    /// The user pressed Ctrl-C: nothing is shown.
    pub(crate) fn interrupted() -> Error {
        Error {
            kind: Kind::Silent,
            ..Error::new("interrupted").with_status(ExitStatus::Interrupted)
        }
    }

    /// The server was too slow; `limit` is the limit as the user gave it, in seconds.
    pub(crate) fn timed_out(limit: &str) -> Error {
        Error::too_late(format!("Request timed out ({limit}s)."))
    }

    /// Time was up, whichever limit of it.
    pub(crate) fn too_late(message: impl Into<String>) -> Error {
        Error::new(message)
            .with_status(ExitStatus::Timeout)
            .with_trouble(Trouble::Silent)
    }

    /// Our standard output or standard error has no reader any more.
    pub(crate) fn output_closed() -> Error {
        Error {
            kind: Kind::Silent,
            ..Error::new("the reader of the output went away")
        }
    }

    /// The same error with another exit status.
    pub(crate) fn with_status(self, status: ExitStatus) -> Error {
        Error { status, ..self }
    }

    /// The same error, known as a trouble of the network.
    pub(crate) fn with_trouble(self, trouble: Trouble) -> Error {
        Error {
            trouble: Some(trouble),
            ..self
        }
    }

    /// The same error with `context: ` before its sentence.
    pub(crate) fn context(self, context: impl fmt::Display) -> Error {
        Error {
            message: format!("{context}: {}", self.message),
            ..self
        }
    }

    /// The exit status that goes with it.
    pub(crate) fn status(&self) -> ExitStatus {
        self.status
    }

    /// What it means on the network, where it is a trouble that may pass.
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble
    }

    /// Whether the usage belongs beside the sentence.
    pub(crate) fn is_usage(&self) -> bool {
        self.kind == Kind::Usage
    }

    /// Whether it is shown as it is.
    pub(crate) fn is_verbatim(&self) -> bool {
        self.kind == Kind::Verbatim
    }

    /// Whether nobody has to be told.
    pub(crate) fn is_silent(&self) -> bool {
        self.kind == Kind::Silent
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// An error of ours that travelled inside an I/O error comes out as it was; any other gives its reason.
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(own) => own,
            Err(error) => Error::new(io_reason(&error)),
        }
    }
}

/// The words for an I/O error without Rust's `(os error 2)` at the end.
pub(crate) fn io_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        // Windows ends its sentences itself.
        Some(end) if text.ends_with(')') => text[..end].trim_end_matches('.').to_owned(),
        _ => text,
    }
}
