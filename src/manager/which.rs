//! Which session a command line means: a name and a host, or a path.
//!
//! Hosts may be typed as URLs. A session that does not exist is an error that says what the user may have meant.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::cli::commands::{self, Call};
use crate::cli::flags::quoted;
use crate::environment::Environment;
use crate::error::Error;
use crate::request::url::{PathStyle, Scheme, Url};
use crate::sessions::{Session, files_of, get_httpie_session, is_anonymous_session, list, path_of};

/// The session that was asked for. It may not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Which {
    /// A name, or a path.
    pub(super) name: String,
    /// With its port, if one was typed. Nothing where only a path was.
    pub(super) host: Option<String>,
}

impl Which {
    /// Reads `NAME HOST` or `PATH`, with a host behind the path if there is one.
    pub(super) fn of_call(call: &Call, env: &Environment) -> Result<Which, Error> {
        Which::of_arguments(call, &call.arguments, env)
    }

    /// The same with these arguments of the call.
    pub(super) fn of_arguments(
        call: &Call,
        arguments: &[impl AsRef<OsStr>],
        env: &Environment,
    ) -> Result<Which, Error> {
        let text = |index: usize| {
            let argument = arguments.get(index).map(AsRef::as_ref);
            argument.map(|argument| text_of(call, argument)).transpose()
        };
        let name = text(0)?.unwrap_or_default();
        let host = text(1)?;
        if host.is_none() && !is_anonymous_session(&name) {
            return Err(commands::usage_error(
                call.command,
                &host_is_missing(&name, env),
            ));
        }
        let host = host.map(|typed| host_of(&name, &typed, env)).transpose()?;
        Ok(Which { name, host })
    }

    /// Whether it is meant by its path.
    pub(super) fn is_path(&self) -> bool {
        is_anonymous_session(&self.name)
    }

    /// How messages call it, as HTTPie does.
    pub(super) fn label(&self) -> String {
        match &self.host {
            Some(host) if !self.is_path() => label(&self.name, host),
            _ => quoted(&self.name),
        }
    }

    fn host_or_empty(&self) -> &str {
        self.host.as_deref().unwrap_or_default()
    }

    /// Where it is, or would be.
    pub(super) fn path(&self, env: &Environment) -> Result<PathBuf, Error> {
        let path = path_of(env, env.config_dir(), &self.name, self.host_or_empty())?;
        Ok(path)
    }

    /// Its files, of which the first is used.
    pub(super) fn files(&self, env: &Environment) -> Result<Vec<PathBuf>, Error> {
        let files = files_of(env, env.config_dir(), &self.name, self.host_or_empty())?;
        Ok(files)
    }

    /// Loads it; a new session if there is none.
    pub(super) fn open_or_new(&self, env: &Environment) -> Result<Session, Error> {
        let (config_dir, host) = (env.config_dir(), self.host.as_deref());
        let session = get_httpie_session(env, config_dir, &self.name, host, "")?;
        Ok(session)
    }

    /// Loads it.
    ///
    /// # Errors
    /// There is none, or its file cannot be used.
    pub(super) fn open(&self, env: &Environment) -> Result<Session, Error> {
        let session = self.open_or_new(env)?;
        match session.is_new() {
            true => Err(self.missing(env)),
            false => Ok(session),
        }
    }

    /// The error that there is no such session.
    pub(super) fn missing(&self, env: &Environment) -> Error {
        let mut message = format!("{} does not exist.", self.label());
        if let (Some(host), false) = (&self.host, self.is_path()) {
            // A link that leads nowhere is in the listing too.
            let mut hosts = hosts_with(&self.name, env);
            hosts.retain(|other| !other.eq_ignore_ascii_case(host));
            if hosts_with(host, env).contains(&self.name.to_ascii_lowercase()) {
                message.push_str(" The name of the session comes first, and then the host.");
            } else if !hosts.is_empty() {
                let name = quoted(&self.name);
                message.push_str(&format!(
                    " There is a session {name} for {}.",
                    hosts.join(", ")
                ));
            }
        }
        Error::new(message)
    }
}

/// `'alice' @ 'example.org'`
pub(super) fn label(name: &str, host: &str) -> String {
    format!("{} @ {}", quoted(name), quoted(host))
}

fn text_of(call: &Call, argument: &OsStr) -> Result<String, Error> {
    argument.to_str().map(str::to_owned).ok_or_else(|| {
        let shown = quoted(&argument.to_string_lossy());
        commands::usage_error(
            call.command,
            &format!("the argument {shown} is not valid UTF-8"),
        )
    })
}

fn host_is_missing(name: &str, env: &Environment) -> String {
    let hosts = hosts_with(name, env);
    let message = "the following arguments are required: HOST";
    match hosts.is_empty() {
        true => message.to_owned(),
        false => format!(
            "{message} (there is a session {} for {})",
            quoted(name),
            hosts.join(", ")
        ),
    }
}

/// The hosts that have a session of this name, at most three of them.
fn hosts_with(name: &str, env: &Environment) -> Vec<String> {
    let listing = list(env.config_dir()).unwrap_or_default();
    let sessions = listing.sessions.into_iter();
    let same_name = sessions.filter(|session| session.name == name);
    same_name.map(|session| session.host).take(3).collect()
}

/// The host of a URL, or of what was typed as one: in the form in which a request names its session. A session that
/// exists for exactly what was typed comes first.
fn host_of(name: &str, typed: &str, env: &Environment) -> Result<String, Error> {
    if typed.trim().is_empty() {
        // An unset variable of a script; it must not stand for localhost, as `:` does.
        return Err(Error::usage("the host is empty"));
    }
    if !is_url(typed) && !is_anonymous_session(name) {
        let files = files_of(env, env.config_dir(), name, typed)?;
        if !files.is_empty() {
            return Ok(typed.to_owned());
        }
    }
    host_of_url(typed)
}

fn is_url(typed: &str) -> bool {
    typed.contains('/') || typed.starts_with(':')
}

/// The host of a URL, or of what was typed as one.
pub(super) fn host_of_url(typed: &str) -> Result<String, Error> {
    if typed.trim().is_empty() {
        return Err(Error::usage("the host is empty"));
    }
    match Url::from_argument(typed, "http", PathStyle::Normalized) {
        Ok(url) => Ok(url.session_host()),
        Err(error) if is_url(typed) => Err(error),
        // A Host header that was typed for a request can be anything.
        Err(_) => Ok(typed.to_owned()),
    }
}

/// Whether a request to this host or URL goes over TLS, its host and its path. Of a host alone it is taken to do so, as
/// Secure cookies are of no use otherwise.
pub(super) fn scope_of(typed: &str) -> Result<(bool, String, String), Error> {
    let url = Url::from_argument(typed, "https", PathStyle::Normalized)?;
    let secure = url.scheme == Scheme::Https;
    Ok((secure, url.host().to_owned(), url.path().to_owned()))
}
