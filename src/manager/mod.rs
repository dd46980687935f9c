//! `httpie`: the manager. It opens the doors of `http` and `https` too: `httpie http GET example.org`.

use std::ffi::OsString;
use std::io::Write;

use crate::app;
use crate::cli::{Program, help};
use crate::environment::Environment;
use crate::error::{Error, ExitStatus};
use crate::messages::Messages;
use crate::output::target::Target;

/// Runs `httpie` with these arguments (without the program's own name).
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let mut arguments = arguments.into_iter();
    let command = arguments.next();
    let text = match command
        .as_ref()
        .map(|command| command.to_string_lossy())
        .as_deref()
    {
        Some("http") => return app::run(Program::Http, arguments),
        Some("https") => return app::run(Program::Https, arguments),
        Some("--version") => Ok(format!("{}\n", help::version())),
        Some("--help") => Ok(help::manager_help().to_owned()),
        None => Err(Error::usage("a command is required: http or https")),
        Some(other) => Err(Error::usage(format!(
            "unrecognized command: '{other}' (choose from 'http', 'https')"
        ))),
    };
    let messages = Messages::new("httpie", &Environment::new());
    let outcome = text.and_then(|text| {
        let written = Target::stdout()?.write_all(text.as_bytes());
        written.map_err(crate::output::show::output_error)
    });
    match outcome {
        Ok(()) => ExitStatus::Success,
        Err(error) => {
            messages.error(&error);
            error.status()
        }
    }
}
