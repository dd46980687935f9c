//! `httpie sessions upgrade` and `upgrade-all`, which are `httpie cli sessions ...` too, with HTTPie's messages.

use super::which::{self, Which};
use super::words::visible;
use super::{Answer, Context};
use crate::cli::commands::Call;
use crate::error::Error;
use crate::sessions::{
    BindCookies, COMPATIBLE_VERSION, Session, StoredSession, list, looks_like_session,
};

pub(super) fn upgrade(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let which = find(call, context)?;
    let mut session = which.open(context.env)?;
    if which.is_path() && !looks_like_session(session.path())? {
        return Err(Error::new(format!(
            "{} is not a session file, so it is not upgraded.",
            session.path().display()
        )));
    }
    if which.host.is_none() && call.options.bind_cookies {
        return Err(Error::new(
            "--bind-cookies needs to know the host: give it behind the path.",
        ));
    }
    let upgraded = session.upgrade(bind_cookies(call))?;
    Ok(Answer::text(outcome(&which.label(), upgraded)))
}

/// The session that is meant, in whichever order its name and host stand: the usual one unless there is a session
/// only by the other.
fn find(call: &Call, context: &Context<'_>) -> Result<Which, Error> {
    let mut arguments: Vec<_> = call.arguments.iter().collect();
    let host_comes_first = call
        .command
        .forms
        .first()
        .is_some_and(|form| form.required.first() == Some(&"HOST"));
    if host_comes_first {
        arguments.reverse();
    }
    let which = Which::of_arguments(call, &arguments, context.env);
    let exists = |which: &Which| {
        which
            .files(context.env)
            .is_ok_and(|files| !files.is_empty())
    };
    if which.as_ref().is_ok_and(exists) || arguments.len() < 2 {
        return which;
    }
    arguments.reverse();
    let swapped = Which::of_arguments(call, &arguments, context.env);
    match swapped {
        Ok(swapped) if exists(&swapped) => Ok(swapped),
        _ => which,
    }
}

pub(super) fn upgrade_all(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let listing = list(context.env.config_dir())?;
    let mut failures: Vec<String> = listing
        .unreadable
        .iter()
        .map(|error| visible(error.to_string()))
        .collect();
    let mut text = String::new();
    for stored in &listing.sessions {
        let label = which::label(&stored.name, &stored.host);
        match upgrade_one(stored, call, context) {
            Ok(Some(upgraded)) => text.push_str(&outcome(&label, upgraded)),
            // Another process has deleted it, or it is a link that leads nowhere.
            Ok(None) => {}
            Err(error) => failures.push(visible(error.to_string())),
        }
    }
    if listing.sessions.is_empty() {
        context.messages.hint("there are no sessions");
    }
    let failure = (!failures.is_empty()).then(|| Error::new(failures.join("\n")));
    Ok(Answer::text(text).and_failure(failure))
}

fn upgrade_one(
    stored: &StoredSession,
    call: &Call,
    context: &Context<'_>,
) -> Result<Option<bool>, Error> {
    let mut session = Session::of_stored(context.env, stored)?;
    if session.is_new() {
        return Ok(None);
    }
    Ok(Some(session.upgrade(bind_cookies(call))?))
}

fn bind_cookies(call: &Call) -> BindCookies {
    match call.options.bind_cookies {
        true => BindCookies::ToHost,
        false => BindCookies::No,
    }
}

fn outcome(label: &str, upgraded: bool) -> String {
    let label = visible(label);
    match upgraded {
        true => format!("Upgraded {label} to v{COMPATIBLE_VERSION}\n"),
        false => format!("{label} is already up to date.\n"),
    }
}
