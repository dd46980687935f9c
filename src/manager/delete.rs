//! `httpie sessions delete`: a whole session, or parts of it.
//!
//! Nothing goes before somebody has agreed: at the terminal, or with `--yes`. A file that is no session is not deleted,
//! whatever its path.

use std::io::{self, BufRead, Write};

use super::which::Which;
use super::words::{count, visible};
use super::{Answer, Context};
use crate::cli::commands::{Call, Options};
use crate::cli::flags::quoted;
use crate::error::{Error, io_reason};
use crate::sessions::{Session, delete as delete_file, looks_like_session, unix_seconds};

pub(super) fn delete(call: &Call, context: &Context<'_>) -> Result<Answer, Error> {
    let which = Which::of_call(call, context.env)?;
    let options = &call.options;
    let names_parts = options.all_cookies
        || !options.cookies.is_empty()
        || !options.headers.is_empty()
        || options.auth
        || options.expired;
    match names_parts {
        true => delete_parts(&which, options, context),
        false => delete_whole(&which, options, context),
    }
}

fn delete_whole(which: &Which, options: &Options, context: &Context<'_>) -> Result<Answer, Error> {
    let files = which.files(context.env)?;
    if files.is_empty() {
        return Err(which.missing(context.env));
    }
    if which.is_path() {
        // What is in the store is ours to delete, broken or not; anything else must be a session.
        for file in &files {
            if !looks_like_session(file)? {
                return Err(Error::new(format!(
                    "{} is not a session file, so it is not deleted.",
                    file.display()
                )));
            }
        }
    }
    agree(
        &format!("delete the session {}", which.label()),
        options,
        context,
    )?;
    let mut deleted = Vec::new();
    for file in &files {
        if delete_file(context.env.config_dir(), file)? {
            deleted.push(visible(file.to_string_lossy().as_bytes()));
        }
    }
    match deleted.is_empty() {
        true => Err(which.missing(context.env)),
        false => Ok(Answer::text(format!(
            "Deleted {} ({})\n",
            visible(which.label()),
            deleted.join(", ")
        ))),
    }
}

fn delete_parts(which: &Which, options: &Options, context: &Context<'_>) -> Result<Answer, Error> {
    let mut session = which.open(context.env)?;
    if which.is_path() && !looks_like_session(session.path())? {
        return Err(Error::new(format!(
            "{} is not a session file, so nothing is removed from it.",
            session.path().display()
        )));
    }
    check_names(&session, which, options)?;
    let removed = remove_parts(&mut session, options, unix_seconds(context.env.now()));
    if removed.is_empty() {
        return Ok(Answer::text(format!(
            "There is nothing to remove in {}\n",
            visible(which.label())
        )));
    }
    let what = removed.join(", ");
    let loses_nothing = !options.auth
        && !options.all_cookies
        && options.cookies.is_empty()
        && options.headers.is_empty();
    if !loses_nothing {
        agree(
            &format!("remove {what} from {}", which.label()),
            options,
            context,
        )?;
    }
    session.save()?;
    Ok(Answer::text(format!(
        "Removed {what} from {}\n",
        visible(which.label())
    )))
}

/// What is called by name has to be there: else a misspelt name would go unnoticed, and nothing is removed.
fn check_names(session: &Session, which: &Which, options: &Options) -> Result<(), Error> {
    let missing = |kind: &str, name: &str| {
        let label = which.label();
        Error::new(format!("There is no {kind} {} in {label}.", quoted(name)))
    };
    for name in &options.cookies {
        let is_named = |cookie: &crate::sessions::Cookie| cookie.name() == name.as_bytes();
        if !session.cookies().iter().any(is_named) {
            return Err(missing("cookie", name));
        }
    }
    for name in &options.headers {
        let mut sources = session.header_sources().iter();
        let is_there =
            session.headers().contains(name) || sources.any(|header| header.is(name.as_bytes()));
        if !is_there {
            return Err(missing("header", name));
        }
    }
    Ok(())
}

/// Removes from the session in memory; tells what.
fn remove_parts(session: &mut Session, options: &Options, now: i64) -> Vec<String> {
    let mut removed = Vec::new();
    let before = session.cookies().len();
    session.cookies_mut().remove_where(|cookie| {
        options.all_cookies
            || (options.expired && cookie.is_expired(now))
            || options
                .cookies
                .iter()
                .any(|name| cookie.name() == name.as_bytes())
    });
    let cookies = before - session.cookies().len();
    if cookies > 0 {
        removed.push(count(cookies, "cookie"));
    }
    let count_headers =
        |session: &Session| session.headers().len() + session.header_sources().len();
    let before = count_headers(session);
    for name in &options.headers {
        session.remove_header(name);
    }
    let headers = before - count_headers(session);
    if headers > 0 {
        removed.push(count(headers, "header"));
    }
    if options.auth && session.auth().is_some() {
        session.set_auth(None);
        removed.push("the credentials".to_owned());
    }
    removed
}

/// Asks at the terminal whether to do this.
fn agree(what: &str, options: &Options, context: &Context<'_>) -> Result<(), Error> {
    if options.yes {
        return Ok(());
    }
    let what = visible(what);
    if !(context.env.stdin_is_terminal && context.env.stderr_is_terminal) {
        return Err(Error::new(format!(
            "Give --yes to {what}: there is no terminal to ask at."
        )));
    }
    let failed = |error: io::Error| Error::new(format!("cannot ask: {}", io_reason(&error)));
    let mut stderr = io::stderr();
    write!(stderr, "httpie: {what}? [y/N] ").map_err(failed)?;
    stderr.flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Error::new("Nothing was deleted.")),
    }
}
