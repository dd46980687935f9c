//! The commands on the program itself: completions, the description of its options, and what it has not got.

use std::ffi::OsString;

use super::words::visible;
use super::{Answer, Context, which};
use crate::cli::commands::{self, Call};
use crate::cli::completions::{self, Offer, Part};
use crate::cli::flags::quoted;
use crate::cli::{help, spec};
use crate::error::Error;
use crate::sessions::list as stored_sessions;

pub(super) fn export_args() -> Result<Answer, Error> {
    let json = spec::json();
    let json = json.map_err(|error| Error::new(format!("it cannot be told as JSON: {error}")))?;
    Ok(Answer::text(json))
}

pub(super) fn completions(call: &Call) -> Result<Answer, Error> {
    let shell = call.arguments.first().cloned().unwrap_or_default();
    let shell = shell.to_string_lossy();
    completions::script(&shell)
        .map(Answer::text)
        .ok_or_else(|| {
            let shells = completions::SHELLS.map(quoted).join(", ");
            let message = format!(
                "argument SHELL: invalid choice: {} (choose from {shells})",
                quoted(&shell)
            );
            commands::usage_error(call.command, &message)
        })
}

pub(super) fn check_updates() -> Answer {
    Answer::text(format!(
        "This is version {}. There are no update checks: the program asks nobody unless it is told to. New versions come the way this one came.\n",
        help::version()
    ))
}

/// Nothing is a complete list of the plugins.
pub(super) fn list_plugins() -> Answer {
    Answer::text("")
}

pub(super) fn change_plugins(call: &Call) -> Error {
    let done = match call.command.words.last() {
        Some(&"install") => "installed",
        Some(&"upgrade") => "upgraded",
        _ => "uninstalled",
    };
    let targets = call.arguments.iter();
    let targets: Vec<_> = targets
        .map(|target| quoted(&target.to_string_lossy()))
        .collect();
    Error::new(format!(
        "{} cannot be {done}: there are no plugins, since this program is one file and loads no other code.",
        visible(targets.join(", "))
    ))
}

/// Answers the script of a shell: what fits at the end of a command line, in the form that `cli::completions` describes.
/// What cannot be found out does not fit; nothing is said about it, for the user is typing.
pub(super) fn complete(arguments: &[OsString], context: &Context<'_>) -> Answer {
    let mut words: Vec<String> = arguments
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    if words.is_empty() {
        return Answer::text("");
    }
    let index: usize = words.remove(0).parse().unwrap_or_default();
    // PowerShell does not hand over an empty word.
    words.resize(index.saturating_add(1).min(words.len() + 1), String::new());
    let offer = completions::offer(&words);
    Answer::text(lines(&offer, context))
}

fn lines(offer: &Offer, context: &Context<'_>) -> String {
    let is_open = |part: &Part| matches!(part, Part::Header(_));
    let mode = match offer.parts.as_slice() {
        parts if parts.contains(&Part::Files) => "files",
        parts if parts.iter().any(is_open) => "open",
        _ => "words",
    };
    let mut out = format!("{mode}\t{}\n", offer.prefix);
    let mut push = |word: &str, help: &str| {
        // A word that does not fit in a line cannot be offered.
        if !word.contains(char::is_control) {
            out.push_str(&format!("{}{word}\t{help}\n", offer.prefix));
        }
    };
    let fits = |word: &str| word.starts_with(&offer.begun);
    for part in &offer.parts {
        match part {
            Part::Word(word, help) if fits(word) => push(word, help),
            Part::Header(name) if begins_with(name, &offer.begun) => push(&format!("{name}:"), ""),
            Part::SessionNames(url) => {
                let names = names(url.as_deref(), context);
                names
                    .iter()
                    .filter(|name| fits(name))
                    .for_each(|name| push(name, ""));
            }
            Part::SessionHosts => {
                let hosts = hosts(context);
                hosts
                    .iter()
                    .filter(|host| fits(host))
                    .for_each(|host| push(host, ""));
            }
            Part::Word(..) | Part::Header(_) | Part::Files => {}
        }
    }
    out
}

fn begins_with(name: &str, begun: &str) -> bool {
    name.get(..begun.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(begun))
}

fn names(url: Option<&str>, context: &Context<'_>) -> Vec<String> {
    let host = url.map(which::host_of_url);
    let host = match host.transpose() {
        Ok(host) => host,
        Err(_) => return Vec::new(),
    };
    let listing = stored_sessions(context.env.config_dir()).unwrap_or_default();
    let sessions = listing.sessions.into_iter().filter(|session| {
        host.as_ref()
            .is_none_or(|host| super::list::is_of_host(&session.host, host))
    });
    sorted(sessions.map(|session| session.name))
}

fn hosts(context: &Context<'_>) -> Vec<String> {
    let listing = stored_sessions(context.env.config_dir()).unwrap_or_default();
    sorted(listing.sessions.into_iter().map(|session| session.host))
}

/// Each once, in order.
pub(super) fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}
