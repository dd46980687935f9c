//! What is said to the user on stderr: errors, warnings and hints, in HTTPie's form.
//!
//! Writing there never fails a run and never panics: a closed stderr has nobody to tell.

use std::io::Write;

use crate::cli::help;
use crate::environment::Environment;
use crate::error::Error;
use crate::output::mask;
use crate::terminal_text::{Layout, escape_controls};

/// The way to the user's stderr.
pub(crate) struct Messages {
    program: &'static str,
    stdout_is_terminal: bool,
    /// How often `--quiet` was given.
    pub(crate) quiet: u8,
}

impl Messages {
    pub(crate) fn new(program: &'static str, env: &Environment) -> Messages {
        Messages {
            program,
            stdout_is_terminal: env.stdout_is_terminal,
            quiet: 0,
        }
    }

    /// The name under which the program speaks.
    pub(crate) fn program(&self) -> &'static str {
        self.program
    }

    /// Says what went wrong, where somebody has to be told.
    pub(crate) fn error(&self, error: &Error) {
        if error.is_silent() {
        } else if error.is_usage() {
            self.plain(&help::usage_error(self.program, error));
        } else if error.is_verbatim() {
            self.plain(&format!("{error}\n"));
        } else {
            self.plain(&format!("\n{}: error: {error}\n\n\n", self.program));
        }
    }

    /// Says what the user should know. `-qq` on a terminal silences it; a log keeps it, as in HTTPie.
    pub(crate) fn warning(&self, text: &str) {
        if !(self.stdout_is_terminal && self.quiet > 1) {
            self.plain(&format!("\n{}: warning: {text}\n\n\n", self.program));
        }
    }

    /// A line that helps and that `--quiet` silences.
    pub(crate) fn hint(&self, text: &str) {
        if self.quiet == 0 {
            self.plain(&format!("{}: {text}\n", self.program));
        }
    }

    /// A text of several lines. Control characters, which may come from a server or a file, are made visible.
    /// Names and passwords in URLs are hidden: what is said here ends in logs.
    pub(crate) fn plain(&self, text: &str) {
        let text = mask::without_user_info(text.as_bytes());
        let visible = escape_controls(&text, Layout::KeepLines);
        let _ = std::io::stderr().write_all(&visible);
    }
}
