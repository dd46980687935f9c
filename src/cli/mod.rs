//! The command line: what can be typed, what was typed, and how both are explained.
//!
//! `flags` is the one table of options; parsing, `--help`, usage errors, the manual pages, completions and `export-args` are derived from it, so
//! they cannot tell different stories. `commands` is the same for `httpie`. This room takes argument strings and gives `Args`; it opens no file, asks for
//! no environment variable and decides nothing that depends on either.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod flags;
pub(crate) mod help;
pub(crate) mod invocation;
pub(crate) mod items;
pub(crate) mod json_value;
pub(crate) mod man;
pub(crate) mod parse;
pub(crate) mod spec;

#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod prose;

/// Under which of its two names the client was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Http,
    Https,
}

impl Program {
    /// The name as it stands in usage lines and before error messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Program::Http => "http",
            Program::Https => "https",
        }
    }
}
