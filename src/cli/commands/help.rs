//! `httpie --help`, `httpie sessions list --help` and usage errors, derived from the table of commands.

use super::{ARGUMENTS, Command, CommandOption, Effect, Form, GROUPS, Group};
use crate::cli::help::POSITIONAL_USAGE;
use crate::cli::prose::plain;
use crate::error::Error;

/// `httpie sessions list`
pub(crate) fn title(words: &[&str]) -> String {
    let mut title = "httpie".to_owned();
    for word in words {
        title.push(' ');
        title.push_str(word);
    }
    title
}

/// The command lines that call a command: one for each of its forms. Many options are not named there.
pub(crate) fn usages(command: &Command) -> Vec<String> {
    const MOST_OPTIONS: usize = 2;
    let mut start = title(command.words);
    if command.options.len() > MOST_OPTIONS {
        start.push_str(" [OPTION ...]");
    }
    let named = command
        .options
        .iter()
        .filter(|_| command.options.len() <= MOST_OPTIONS);
    for option in named {
        let value = value_text(option).map(|value| format!(" {value}"));
        start.push_str(&format!(
            " [--{}{}]",
            option.long,
            value.unwrap_or_default()
        ));
    }
    let forms = command.forms.iter();
    forms
        .map(|form| format!("{start}{}", arguments_of(form)))
        .collect()
}

fn arguments_of(form: &Form) -> String {
    let mut text = String::new();
    for name in form.required {
        text.push_str(&format!(" {name}"));
    }
    for name in form.optional {
        text.push_str(&format!(" [{name}]"));
    }
    if let (true, Some(last)) = (form.repeats, form.required.last()) {
        text.push_str(&format!(" [{last} ...]"));
    }
    text
}

fn value_text(option: &CommandOption) -> Option<String> {
    match &option.effect {
        Effect::Switch(_) => None,
        Effect::Text(name, _) => Some((*name).to_owned()),
        Effect::Choice(words, _) => Some(format!("{{{}}}", words.join(","))),
    }
}

/// How messages call an option: `--yes/-y`.
pub(super) fn option_name(option: &CommandOption) -> String {
    match option.short {
        Some(short) => format!("--{}/-{short}", option.long),
        None => format!("--{}", option.long),
    }
}

/// `--cookie COOKIE`, with backticks around what is typed.
pub(crate) fn heading(option: &CommandOption) -> String {
    let value = value_text(option).map(|value| format!(" {value}"));
    let value = value.unwrap_or_default();
    match option.short {
        Some(short) => format!("`--{}`{value}, `-{short}`{value}", option.long),
        None => format!("`--{}`{value}", option.long),
    }
}

/// The words that can stand as the value of an option, where they are limited.
pub(crate) fn choices(option: &CommandOption) -> &'static [&'static str] {
    match &option.effect {
        Effect::Choice(words, _) => words,
        Effect::Switch(_) | Effect::Text(..) => &[],
    }
}

/// Whether a value follows an option.
pub(crate) fn takes_value(option: &CommandOption) -> bool {
    !matches!(option.effect, Effect::Switch(_))
}

/// The arguments of a command's forms, each once, with their help.
fn arguments_used(command: &Command) -> Vec<(&'static str, &'static str)> {
    let names = |form: &Form| [form.required, form.optional].concat();
    let used: Vec<&str> = command.forms.iter().flat_map(names).collect();
    let is_used = |argument: &&(&'static str, &'static str)| used.contains(&argument.0);
    ARGUMENTS.iter().filter(is_used).copied().collect()
}

/// What `httpie` is, in a paragraph.
pub(crate) fn summary() -> &'static str {
    GROUPS[0].help
}

/// The text of `httpie COMMAND --help`.
pub(crate) fn command_help(command: &Command, width: usize) -> String {
    let mut out = "usage:\n".to_owned();
    for usage in usages(command) {
        out.push_str(&format!("    {usage}\n"));
    }
    out.push('\n');
    out.push_str(&plain(command.long_help, 0, width));
    let arguments = arguments_used(command);
    out.push('\n');
    if !arguments.is_empty() {
        out.push_str("Arguments:\n\n");
    }
    for (name, help) in arguments {
        push_entry(&mut out, name, help, width);
    }
    out.push_str("Options:\n\n");
    for option in command.options {
        push_entry(&mut out, &heading(option), option.help, width);
    }
    push_entry(&mut out, "--help, -h", "Print this help and exit.", width);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn push_entry(out: &mut String, heading: &str, text: &str, width: usize) {
    let heading = heading.replace('`', "");
    out.push_str(&format!("  {heading}\n{}\n", plain(text, 6, width)));
}

/// The text of `httpie --help`, `httpie sessions --help` and the like.
pub(crate) fn group_help(group: &Group, width: usize) -> String {
    let mut out = format!("usage:\n{}\n", group_usages(group));
    out.push_str(&plain(group.help, 0, width));
    out.push_str("\nCommands:\n\n");
    let titles: Vec<_> = group
        .commands()
        .map(|command| (title(command.words), command.short_help))
        .collect();
    let doors = match group.words {
        [] => vec![
            ("httpie http".to_owned(), "Send a request, as http does"),
            ("httpie https".to_owned(), "Send a request, as https does"),
        ],
        _ => Vec::new(),
    };
    for (title, help) in doors.into_iter().chain(titles) {
        out.push_str(&format!("  {title}\n{}", plain(help, 6, width)));
    }
    out.push_str(&format!(
        "\n`{} COMMAND --help` tells more about a command.\n",
        title(group.words)
    ));
    out
}

fn group_usages(group: &Group) -> String {
    if !group.words.is_empty() {
        return format!("    {} COMMAND [ARGUMENT ...]\n", title(group.words));
    }
    let mut out = String::new();
    for door in ["http", "https"] {
        out.push_str(&format!("    httpie {door} {POSITIONAL_USAGE}\n"));
    }
    for group in GROUPS.iter().filter(|group| group.words.len() == 1) {
        out.push_str(&format!(
            "    {} COMMAND [ARGUMENT ...]\n",
            title(group.words)
        ));
    }
    out.push_str("    httpie --help\n    httpie --version\n");
    out
}

/// A command line that calls a command in a way that it cannot be.
pub(crate) fn usage_error(command: &Command, message: &str) -> Error {
    let usages = usages(command).join("\n    ");
    block(&format!("    {usages}\n"), message, &title(command.words))
}

pub(super) fn group_usage_error(group: &Group, message: &str) -> Error {
    block(&group_usages(group), message, &title(group.words))
}

/// HTTPie's manager says it in this form; `http` in another (`cli::help`).
fn block(usages: &str, message: &str, title: &str) -> Error {
    let usages = usages.trim().replace("\n    ", "\n       ");
    Error::verbatim(format!(
        "\
usage: {usages}
{title}: error: {message}

Run '{title} --help' or visit https://httpie.io/docs/cli for more information.
"
    ))
}
