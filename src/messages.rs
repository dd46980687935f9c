//! What is said to the user on stderr: errors, warnings and hints, in HTTPie's form.
//!
//! Writing there never fails a run and never panics: a closed stderr has nobody to tell.

use std::io::Write;

use crate::cli::help;
use crate::environment::Environment;
use crate::error::Error;
use crate::output::colors::{Alarm, paint_alarm};
use crate::output::styles::Style;
use crate::terminal_text::{Layout, escape_controls};
use crate::url_text::hidden_in_text;

/// The way to the user's stderr.
pub(crate) struct Messages {
    program: &'static str,
    output_is_terminal: bool,
    /// Whether stderr is looked at by somebody who does not refuse colours.
    is_coloured: bool,
    /// Whether the terminal has but 16 of them.
    has_few_colors: bool,
    /// How often `--quiet` was given.
    quiet: u8,
    /// The name of the style of errors and warnings.
    style: &'static str,
}

impl Messages {
    pub(crate) fn new(program: &'static str, env: &Environment) -> Messages {
        Messages {
            program,
            output_is_terminal: env.stdout_is_terminal,
            is_coloured: env.stderr_is_terminal && !env.refuses_colors(),
            has_few_colors: env.has_few_colors(),
            quiet: 0,
            style: "auto",
        }
    }

    /// Speaks as often, and in the style, that the user asks for.
    pub(crate) fn follow(&mut self, quiet: u8, style: &'static str) {
        self.quiet = quiet;
        if !self.has_few_colors {
            self.style = style;
        }
    }

    /// Knows whether the output goes to a terminal: only then does `-qq` silence warnings, as in HTTPie.
    pub(crate) fn follow_output(&mut self, to_terminal: bool) {
        self.output_is_terminal = to_terminal;
    }

    /// The name under which the program speaks.
    pub(crate) fn program(&self) -> &'static str {
        self.program
    }

    /// Says what went wrong, where somebody has to be told.
    pub(crate) fn error(&self, error: &Error) {
        if error.is_silent() {
        } else if error.is_usage() {
            let ink = match self.is_coloured {
                true => help::Ink::Coloured,
                false => help::Ink::Plain,
            };
            let message = visible(&error.to_string());
            say(help::usage_error(self.program, &message, ink).as_bytes());
        } else if error.is_verbatim() {
            self.plain(&format!("{error}\n"));
        } else {
            self.alarm(Alarm::Error, &format!("{}: error: {error}", self.program));
        }
    }

    /// Says what the user should know. `-qq` on a terminal silences it; a log keeps it, as in HTTPie.
    pub(crate) fn warning(&self, text: &str) {
        if !(self.output_is_terminal && self.quiet > 1) {
            let text = format!("{}: warning: {text}", self.program);
            self.alarm(Alarm::Warning, &text);
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
        say(visible(text).as_bytes());
    }

    /// Blank lines around a text that should not be missed; on a terminal it has a colour, as in HTTPie.
    fn alarm(&self, alarm: Alarm, text: &str) {
        let style = self.is_coloured.then(|| Style::named(self.style)).flatten();
        let mut out = b"\n".to_vec();
        paint_alarm(alarm, visible(text).as_bytes(), style.as_ref(), &mut out);
        out.extend_from_slice(b"\n\n\n");
        say(&out);
    }
}

/// A text that may be said.
fn visible(text: &str) -> String {
    let text = hidden_in_text(text.as_bytes());
    String::from_utf8_lossy(&escape_controls(&text, Layout::KeepLines)).into_owned()
}

fn say(text: &[u8]) {
    let _ = std::io::stderr().write_all(text);
}
