//! `httpie`: the manager. It runs the commands of the table in `cli::commands`, and opens the doors of `http` and
//! `https` too: `httpie http GET example.org`.
//!
//! Each command reads what it was called with, asks `sessions` for what it needs, and gives back what goes to standard
//! output; that is written here, in one piece.

mod delete;
mod edit;
mod exchange;
mod list;
mod path;
mod program;
mod show;
mod upgrade;
mod which;
mod words;

use std::ffi::OsString;
use std::io::Write;
use std::iter::Peekable;

use crate::app;
use crate::cli::commands::{self, Action, Asked, Call};
use crate::cli::{Program, completions, help};
use crate::environment::Environment;
use crate::error::{Error, ExitStatus};
use crate::messages::Messages;
use crate::output::show::output_error;
use crate::output::target::Target;

/// As wide as help is where nobody says how wide it may be.
const WIDTH: usize = 80;

/// What a command gives back.
struct Answer {
    /// For standard output.
    text: Vec<u8>,
    /// What else went wrong, to be said after that.
    failure: Option<Error>,
}

impl Answer {
    fn text(text: impl Into<Vec<u8>>) -> Answer {
        Answer {
            text: text.into(),
            failure: None,
        }
    }

    /// The same answer, after which this is said; the run fails.
    fn and_failure(self, failure: Option<Error>) -> Answer {
        Answer { failure, ..self }
    }
}

/// What every command needs.
struct Context<'a> {
    env: &'a Environment,
    messages: &'a Messages,
}

/// Runs `httpie` with these arguments (without the program's own name).
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let mut arguments = arguments.into_iter().peekable();
    let door = arguments.peek().and_then(|first| match first.to_str() {
        Some("http") => Some(Program::Http),
        Some("https") => Some(Program::Https),
        _ => None,
    });
    if let Some(program) = door {
        return app::run(program, arguments.skip(1));
    }
    let env = Environment::new();
    let messages = Messages::new("httpie", &env);
    let context = Context {
        env: &env,
        messages: &messages,
    };
    match answer(arguments, &context) {
        Ok(()) => ExitStatus::Success,
        Err(error) => {
            messages.error(&error);
            error.status()
        }
    }
}

fn answer(
    mut arguments: Peekable<impl Iterator<Item = OsString>>,
    context: &Context<'_>,
) -> Result<(), Error> {
    if arguments
        .next_if(|first| *first == completions::DOOR)
        .is_some()
    {
        let words: Vec<_> = arguments.collect();
        return print(&program::complete(&words, context).text);
    }
    let answer = match commands::parse(arguments)? {
        Asked::Version => Answer::text(format!("{}\n", help::version())),
        Asked::GroupHelp(group) => Answer::text(commands::group_help(group, WIDTH)),
        Asked::CommandHelp(command) => Answer::text(commands::command_help(command, WIDTH)),
        Asked::Call(call) => run_command(&call, context)?,
    };
    print(&answer.text)?;
    answer.failure.map_or(Ok(()), Err)
}

fn print(text: &[u8]) -> Result<(), Error> {
    Target::stdout()?.write_all(text).map_err(output_error)
}

fn run_command(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    match call.command.action {
        Action::List => list::list(call, context),
        Action::Show => show::show(call, context),
        Action::Delete => delete::delete(call, context),
        Action::Path => path::path(call, context),
        Action::Upgrade => upgrade::upgrade(call, context),
        Action::UpgradeAll => upgrade::upgrade_all(call, context),
        Action::Export => exchange::export(call, context),
        Action::Import => exchange::import(call, context),
        Action::Edit => edit::edit(call, context),
        Action::ExportArgs => program::export_args(),
        Action::Completions => program::completions(call),
        Action::CheckUpdates => Ok(program::check_updates()),
        Action::ListPlugins => Ok(program::list_plugins()),
        Action::ChangePlugins => Err(program::change_plugins(call)),
    }
}
