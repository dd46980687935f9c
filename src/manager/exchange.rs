//! `httpie sessions export` and `import`: a session to standard output in one of three formats, and back from a file or
//! standard input.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal, Read};

use super::which::{Which, scope_of};
use super::words::{count, visible};
use super::{Answer, Context};
use crate::cli::commands::{Call, ExportFormat};
use crate::cli::flags::quoted;
use crate::error::{Error, io_reason};
use crate::sessions::{
    CookieUrl, Import, MAX_SIZE, Refused, is_anonymous_session, looks_like_session, unix_seconds,
    without_port,
};

/// So many refusals are told one by one.
const MOST_TOLD: usize = 20;

pub(super) fn export(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let which = Which::of_call(call, context.env)?;
    let session = which.open(context.env)?;
    let host = which.host.as_deref().map(without_port);
    let export = match call.options.format {
        ExportFormat::Json => {
            let text = session.to_json()?;
            return text
                .map(Answer::text)
                .ok_or_else(|| which.missing(context.env));
        }
        ExportFormat::Netscape => session.to_netscape(host),
        ExportFormat::Curl => {
            let Some(typed) = call.arguments.get(1) else {
                return Err(Error::new(
                    "--format=curl needs to know the host: give it behind the path.",
                ));
            };
            let (secure, host, path) = scope_of(&typed.to_string_lossy())?;
            session.to_curl(&CookieUrl::new(secure, &host, &path))
        }
    };
    tell(&export.refused, context);
    Ok(Answer::text(export.text))
}

pub(super) fn import(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let (target, file) = split(&call.arguments);
    let which = Which::of_arguments(call, target, context.env)?;
    let mut session = which.open_or_new(context.env)?;
    if which.is_path() && !session.is_new() && !looks_like_session(session.path())? {
        return Err(Error::new(format!(
            "{} is not a session file, so nothing is imported into it.",
            session.path().display()
        )));
    }
    let (source, bytes) = read(file, context)?;
    let host = which
        .host
        .as_deref()
        .map(|host| without_port(host).to_ascii_lowercase());
    let now = unix_seconds(context.env.now());
    let mut import = Import::read(&bytes, host.as_deref(), now).map_err(|reason| {
        Error::new(format!("nothing can be imported from {source}: {reason}."))
    })?;
    if !call.options.references && import.refuse_references() && call.options.replace {
        return Err(Error::new(format!(
            "{source} has references to secrets, and what it is to replace would be gone; nothing was changed. Give --references to take them, or leave --replace out."
        )));
    }
    tell(&import.refused, context);
    tell_of_the_rest(&import, host.as_deref(), context);
    if import.is_empty() {
        return Err(Error::new(format!("nothing in {source} could be taken.")));
    }
    let taken = summary(&import);
    match call.options.replace {
        true => session.replace_by(import)?,
        false => session.merge(import)?,
    }
    Ok(Answer::text(format!(
        "Imported {taken} into {}\n",
        visible(which.label())
    )))
}

/// Where to, and from which file: a path needs no host, so what follows it is the file unless both are there.
fn split(arguments: &[OsString]) -> (&[OsString], Option<&OsString>) {
    let is_path = arguments
        .first()
        .and_then(|name| name.to_str())
        .is_some_and(is_anonymous_session);
    let most = if is_path && arguments.len() < 3 { 1 } else { 2 };
    let target = &arguments[..most.min(arguments.len())];
    (target, arguments.get(most))
}

/// The whole input, and how messages call it.
fn read(file: Option<&OsString>, context: &Context<'_>) -> Result<(String, Vec<u8>), Error> {
    let mut bytes = Vec::new();
    let limit = MAX_SIZE + 1;
    let (source, outcome) = match file.filter(|file| *file != "-") {
        None => {
            if io::stdin().is_terminal() {
                context.messages.hint("reading from standard input");
            }
            let outcome = io::stdin().lock().take(limit).read_to_end(&mut bytes);
            ("standard input".to_owned(), outcome)
        }
        Some(file) => {
            let opened = File::open(file);
            let outcome = opened.and_then(|file| file.take(limit).read_to_end(&mut bytes));
            (quoted(&file.to_string_lossy()), outcome)
        }
    };
    let fail = |reason: String| Error::new(format!("{source} cannot be read: {reason}."));
    outcome.map_err(|error| fail(io_reason(&error)))?;
    match bytes.len() as u64 > MAX_SIZE {
        true => Err(fail("it is larger than 16 MiB".to_owned())),
        false => Ok((source, bytes)),
    }
}

fn tell(refused: &[Refused], context: &Context<'_>) {
    for refused in refused.iter().take(MOST_TOLD) {
        let (what, reason) = (visible(&refused.what), visible(&refused.reason));
        context.messages.hint(&format!("refused {what}: {reason}"));
    }
    if let Some(more @ 1..) = refused.len().checked_sub(MOST_TOLD) {
        context.messages.hint(&format!("refused {more} more"));
    }
}

fn tell_of_the_rest(import: &Import, host: Option<&str>, context: &Context<'_>) {
    if import.expired > 0 {
        let cookies = count(import.expired, "cookie");
        context
            .messages
            .hint(&format!("left out {cookies}: the time is over"));
    }
    if let (foreign @ 1.., Some(host)) = (import.foreign, host) {
        let (cookies, host) = (count(foreign, "cookie"), visible(host));
        context
            .messages
            .hint(&format!("took {cookies} that other hosts than {host} get"));
    }
    for source in import.commands() {
        let source = visible(source.as_str());
        context.messages.hint(&format!(
            "took {source}, which runs this command at each use"
        ));
    }
    if let (bound @ 1.., Some(host)) = (import.bound, host) {
        let (cookies, host) = (count(bound, "cookie"), visible(host));
        context
            .messages
            .hint(&format!("bound {cookies} without a domain to {host}"));
    }
}

/// What is taken, in words.
fn summary(import: &Import) -> String {
    let mut parts = Vec::new();
    if !import.cookies.is_empty() {
        parts.push(count(import.cookies.len(), "cookie"));
    }
    let headers = import.headers.len() + import.header_sources.len();
    if headers > 0 {
        parts.push(count(headers, "header"));
    }
    if import.credentials.is_some() {
        parts.push("the credentials".to_owned());
    }
    parts.join(", ")
}
