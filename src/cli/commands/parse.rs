//! From the arguments of `httpie` to the command that they call, by the table alone: no file is looked at.

use std::ffi::{OsStr, OsString};

use lexopt::Arg;

use super::{Command, CommandOption, Effect, GROUPS, Group, Options, commands, help};
use crate::cli::flags::quoted;
use crate::cli::parse::{self, Parsed};
use crate::cli::{Program, items};
use crate::error::Error;
use crate::shell_text;

/// What a command line asks for.
pub(crate) enum Asked {
    /// A command is to be run.
    Call(Call),
    /// Help on a command.
    CommandHelp(&'static Command),
    /// Help on what commands there are.
    GroupHelp(&'static Group),
    /// `--version`
    Version,
}

/// A command with its arguments, as many as one of its forms takes.
pub(crate) struct Call {
    pub(crate) command: &'static Command,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) options: Options,
}

/// How far the words of a command have been read.
#[derive(Clone, Copy)]
enum Place {
    Group(&'static Group),
    Command(&'static Command),
}

impl Place {
    fn usage_error(self, message: &str) -> Error {
        match self {
            Place::Group(group) => help::group_usage_error(group, message),
            Place::Command(command) => help::usage_error(command, message),
        }
    }

    fn options(self) -> &'static [CommandOption] {
        match self {
            Place::Group(_) => &[],
            Place::Command(command) => command.options,
        }
    }

    /// The option with this name, or with this beginning of a name if there is only one.
    fn find_long(self, name: &str) -> Result<&'static CommandOption, Error> {
        let options = self.options().iter();
        if let Some(option) = options.clone().find(|option| option.long == name) {
            return Ok(option);
        }
        let candidates: Vec<_> = options
            .filter(|option| option.long.starts_with(name))
            .collect();
        match candidates.as_slice() {
            [] => Err(self.usage_error(&format!("unrecognized arguments: --{name}"))),
            [option] => Ok(option),
            several => {
                let names: Vec<_> = several
                    .iter()
                    .map(|option| format!("--{}", option.long))
                    .collect();
                Err(self.usage_error(&format!(
                    "ambiguous option: --{name} could match {}",
                    names.join(", ")
                )))
            }
        }
    }

    fn find_short(self, letter: char) -> Result<&'static CommandOption, Error> {
        let found = self
            .options()
            .iter()
            .find(|option| option.short == Some(letter));
        found.ok_or_else(|| self.usage_error(&format!("unrecognized arguments: -{letter}")))
    }
}

/// Reads the arguments after `httpie`.
///
/// # Errors
/// A command line that cannot be understood, as the block that shows the usage.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut place = Place::Group(&GROUPS[0]);
    let mut typed = Vec::new();
    let mut options = Options::default();
    loop {
        let next = parser.next();
        let argument = next.map_err(|error| place.usage_error(&error.to_string()))?;
        match (argument, place) {
            (None, _) => break,
            (Some(Arg::Long("help") | Arg::Short('h')), Place::Group(group)) => {
                return Ok(Asked::GroupHelp(group));
            }
            (Some(Arg::Long("help") | Arg::Short('h')), Place::Command(command)) => {
                return Ok(Asked::CommandHelp(command));
            }
            (Some(Arg::Long("version")), Place::Group(_)) => return Ok(Asked::Version),
            // HTTPie takes them here; there is nothing that they could add.
            (Some(Arg::Long("debug" | "traceback")), Place::Group(_)) => {}
            (Some(Arg::Value(word)), Place::Group(group)) if word == "help" => {
                let rest: Vec<_> = parser.raw_args().into_iter().flatten().collect();
                return help_on(group, &rest);
            }
            (Some(Arg::Value(word)), Place::Group(group)) => {
                place = follow(group, &word, &mut parser)?
            }
            (Some(Arg::Value(value)), Place::Command(_)) => typed.push(value),
            (Some(Arg::Long(name)), _) => {
                let name = name.to_owned();
                let option = place.find_long(&name)?;
                apply(option, &mut parser, &mut options, place)?;
            }
            (Some(Arg::Short(letter)), _) => {
                apply(place.find_short(letter)?, &mut parser, &mut options, place)?;
            }
        }
    }
    finish(place, typed, options)
}

/// What can be told only when everything was read.
fn finish(place: Place, typed: Vec<OsString>, options: Options) -> Result<Asked, Error> {
    match place {
        Place::Group(group) => {
            let words: Vec<_> = group.next_words().into_iter().map(quoted).collect();
            let mut message = format!("please specify one of these: {}", words.join(", "));
            if group.words.is_empty() {
                message.push_str(&doors("POST example.org/post hello=world"));
            }
            Err(place.usage_error(&message))
        }
        Place::Command(command) => {
            check_number(command, &typed)?;
            Ok(Asked::Call(Call {
                command,
                arguments: typed,
                options,
            }))
        }
    }
}

/// Where one word more leads to.
fn next_place(group: &Group, word: &OsStr) -> Option<Place> {
    let longer = |words: &[&str]| {
        words.split_last().is_some_and(|(last, parents)| {
            parents == group.words && word.to_str().is_some_and(|word| word == *last)
        })
    };
    let command = commands().find(|command| longer(command.words));
    let group = || GROUPS.iter().find(|group| longer(group.words));
    command
        .map(Place::Command)
        .or_else(|| group().map(Place::Group))
}

/// Goes one word further. `parser` has the words behind it.
fn follow(
    group: &'static Group,
    word: &OsString,
    parser: &mut lexopt::Parser,
) -> Result<Place, Error> {
    if let Some(place) = next_place(group, word) {
        return Ok(place);
    }
    let words: Vec<_> = group.next_words().into_iter().map(quoted).collect();
    let mut message = format!(
        "unrecognized command: {} (choose from {})",
        quoted(&word.to_string_lossy()),
        words.join(", ")
    );
    let rest = parser.raw_args().into_iter().flatten();
    let line: Vec<OsString> = std::iter::once(word.clone()).chain(rest).collect();
    if group.words.is_empty() && is_request(&line) {
        let words: Vec<_> = line
            .iter()
            .map(|word| shell_text::quote(word.as_encoded_bytes()))
            .collect();
        message.push_str(&doors(&words.join(" ")));
    }
    Err(help::group_usage_error(group, &message))
}

/// Whether somebody may have meant to send a request with these arguments, none of which has to stay out of logs.
fn is_request(line: &[OsString]) -> bool {
    let Ok(Parsed::Run(args)) = parse::parse(Program::Http, line.iter().cloned(), &[]) else {
        return false;
    };
    let has_secret = args.auth.is_some() || args.cert_key_pass.is_some();
    let is_shown = |item: &String| items::is_item(item) && !says_who_one_is(item);
    !has_secret && args.items.iter().all(is_shown)
}

/// Whether a request item is one of the headers whose values are credentials.
fn says_who_one_is(item: &str) -> bool {
    ["authorization:", "cookie:", "proxy-authorization:"]
        .iter()
        .any(|name| item.to_ascii_lowercase().starts_with(name))
}

/// Where requests are sent from.
fn doors(example: &str) -> String {
    format!(
        "\n\nTo send a request, please use the http/https commands:\n\n  $ http {example}\n  $ https {example}"
    )
}

/// `httpie help`, `httpie help sessions list`: another way to write `httpie sessions list --help`.
fn help_on(group: &'static Group, words: &[OsString]) -> Result<Asked, Error> {
    let mut place = Place::Group(group);
    for word in words {
        let next = match place {
            Place::Group(group) => next_place(group, word),
            Place::Command(_) => None,
        };
        place = next.ok_or_else(|| {
            let word = quoted(&word.to_string_lossy());
            place.usage_error(&format!("there is no help on {word}"))
        })?;
    }
    Ok(match place {
        Place::Group(group) => Asked::GroupHelp(group),
        Place::Command(command) => Asked::CommandHelp(command),
    })
}

fn apply(
    option: &'static CommandOption,
    parser: &mut lexopt::Parser,
    options: &mut Options,
    place: Place,
) -> Result<(), Error> {
    let name = help::option_name(option);
    let fail = |message: String| place.usage_error(&format!("argument {name}: {message}"));
    if let Effect::Switch(effect) = &option.effect {
        if let Some(value) = parser.optional_value() {
            let value = quoted(&value.to_string_lossy());
            return Err(fail(format!("ignored explicit argument {value}")));
        }
        effect(options);
        return Ok(());
    }
    let value = parser
        .value()
        .map_err(|_| fail("expected one argument".to_owned()))?;
    let value = value.into_string().map_err(|value| {
        fail(format!(
            "not valid UTF-8: {}",
            quoted(&value.to_string_lossy())
        ))
    })?;
    match &option.effect {
        Effect::Switch(_) => {}
        Effect::Text(_, effect) => effect(options, value),
        Effect::Choice(words, effect) => {
            let Some(word) = words.iter().find(|word| **word == value) else {
                let words: Vec<_> = words.iter().copied().map(quoted).collect();
                return Err(fail(format!(
                    "invalid choice: {} (choose from {})",
                    quoted(&value),
                    words.join(", ")
                )));
            };
            effect(options, word);
        }
    }
    Ok(())
}

/// Whether one of the forms takes so many arguments. Which of them is meant, the manager tells from what they say.
fn check_number(command: &'static Command, typed: &[OsString]) -> Result<(), Error> {
    let most = command
        .forms
        .iter()
        .map(|form| match form.repeats {
            true => usize::MAX,
            false => form.required.len() + form.optional.len(),
        })
        .max();
    let most = most.unwrap_or_default();
    if typed.len() > most {
        let extra: Vec<_> = typed[most..]
            .iter()
            .map(|argument| argument.to_string_lossy())
            .collect();
        let message = format!("unrecognized arguments: {}", extra.join(" "));
        return Err(help::usage_error(command, &message));
    }
    let fewest = command.forms.iter().map(|form| form.required.len()).min();
    if typed.len() < fewest.unwrap_or_default() {
        let required = command.forms.first().map_or(&[][..], |form| form.required);
        let missing = required[typed.len().min(required.len())..].join(", ");
        let message = format!("the following arguments are required: {missing}");
        return Err(help::usage_error(command, &message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::Action;

    fn call(line: &str) -> Call {
        match parse(line.split(' ').map(OsString::from)) {
            Ok(Asked::Call(call)) => call,
            _ => panic!("{line}"),
        }
    }

    fn error(line: &str) -> String {
        match parse(line.split_whitespace().map(OsString::from)) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{line}"),
        }
    }

    #[test]
    fn options_may_stand_anywhere_behind_the_command() {
        let call = call("sessions delete --cookie a alice -y --cookie=b example.org --exp");
        assert_eq!(call.command.action, Action::Delete);
        assert_eq!(call.arguments, ["alice", "example.org"]);
        assert_eq!(call.options.cookies, ["a", "b"]);
        assert!(call.options.yes && call.options.expired && !call.options.all_cookies);
    }

    #[test]
    fn what_cannot_be_understood_is_said_with_the_usage() {
        for (line, part) in [
            (
                "",
                "please specify one of these: 'http', 'https', 'sessions', 'cli', 'completions', 'plugins'\n\nTo send",
            ),
            ("sessions", "one of these: 'list', 'show'"),
            (
                "frobnicate",
                "unrecognized command: 'frobnicate' (choose from 'http'",
            ),
            (
                "sessions show",
                "the following arguments are required: NAME, HOST",
            ),
            ("cli sessions upgrade x.org", "required: NAME"),
            ("sessions list a b", "unrecognized arguments: b"),
            ("sessions list --reveal", "unrecognized arguments: --reveal"),
            ("--json sessions list", "unrecognized arguments: --json"),
            ("sessions list -x", "unrecognized arguments: -x"),
            (
                "sessions list --json=1",
                "argument --json: ignored explicit argument '1'",
            ),
            (
                "sessions delete a b --cookie",
                "argument --cookie: expected one argument",
            ),
            (
                "sessions delete a b --e= --c=1",
                "argument --expired: ignored",
            ),
            (
                "sessions delete a b --c=1",
                "could match --cookies, --cookie",
            ),
            (
                "sessions export a b --format=xml",
                "invalid choice: 'xml' (choose from 'json',",
            ),
        ] {
            let said = error(line);
            assert!(said.contains(part), "{line}: {said}");
            assert!(said.starts_with("usage: httpie "), "{said}");
        }
    }
}
