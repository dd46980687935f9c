//! Credentials: from what was typed or stored to the value of the Authorization header.
//!
//! They come as text, from the terminal ([`prompt`]), from netrc, or by reference (an environment variable, a file, a
//! command). Digest needs the server's challenge first: [`digest`] answers it.

mod command;
pub(crate) mod digest;
mod netrc;
pub(crate) mod prompt;
#[cfg(any(test, fuzzing))]
pub(crate) mod properties;
mod reference;

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::cli::args;
use crate::cli::invocation::Invocation;
use crate::environment::Environment;
use crate::error::Error;
use crate::messages::Messages;
use crate::request::url::Url;
use crate::sessions::{AuthType, Credentials, HeaderSource, SecretSource};

/// Credentials that a command line asks for.
pub(crate) enum Requested {
    /// They were typed, or typed by name: a session keeps them.
    Typed(Credentials),
    /// `-A` alone: they are the netrc file's, and stay there.
    OfNetrc(Credentials),
}

/// Credentials of `-a` or `--auth-from`, else of the URL, else, where `-A` asks for any, of the user's netrc file; a
/// missing password is asked for. A source is only named here: [`of_source`] asks it.
pub(crate) fn requested(
    invocation: &Invocation,
    url: &Url,
    env: &Environment,
    messages: &Messages,
) -> Result<Option<Requested>, Error> {
    let auth_type = match invocation.args.auth_type {
        None | Some(args::AuthType::Basic) => AuthType::Basic,
        Some(args::AuthType::Bearer) => AuthType::Bearer,
        Some(args::AuthType::Digest) => AuthType::Digest,
    };
    if let Some(typed) = &invocation.args.auth_from {
        let source = SecretSource::parse(typed);
        let source =
            source.map_err(|reason| Error::usage(format!("argument --auth-from: {reason}")))?;
        let credentials = Credentials::from_source(auth_type, source);
        return Ok(Some(Requested::Typed(credentials)));
    }
    let raw = match (invocation.typed_credentials(), &url.user_info) {
        (Some(_), _) if invocation.needs_password() && invocation.args.ignore_stdin => {
            let message = "Unable to prompt for passwords because --ignore-stdin is set.";
            return Err(Error::usage(message));
        }
        (Some(user), _) if invocation.needs_password() => {
            let question = format!(
                "{}: password for {user}@{}:: ",
                messages.program(),
                url.authority()
            );
            let password = prompt::password(&question);
            let password = password.map_err(|error| error.context(no_password(&"--auth")))?;
            format!("{user}:{password}")
        }
        (Some(auth), _) => auth,
        // A token has no password behind it.
        (None, Some(info)) if auth_type == AuthType::Bearer && info.password.is_none() => {
            info.username.clone()
        }
        (None, Some(info)) => format!(
            "{}:{}",
            info.username,
            info.password.as_deref().unwrap_or_default()
        ),
        (None, None) if invocation.args.auth_type.is_some() => {
            let login = match auth_type == AuthType::Bearer || invocation.args.ignore_netrc {
                true => None,
                false => login_of_netrc(env, url, messages),
            };
            let login = login.ok_or_else(|| Error::usage("--auth required"))?;
            let credentials = Credentials::new(auth_type, login);
            return Ok(Some(Requested::OfNetrc(credentials)));
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Requested::Typed(Credentials::new(auth_type, raw))))
}

/// What the source of credentials gives, as `-a` would have it: a user alone brings the question for the password.
pub(crate) fn of_source(
    credentials: &Credentials,
    source: &SecretSource,
    asking: Asking<'_>,
) -> Result<String, Error> {
    let secret = reference::resolve(source, asking.env)?;
    let has_password = *credentials.auth_type() == AuthType::Bearer || secret.contains(':');
    if has_password {
        return Ok(secret);
    }
    let no_password = no_password(source);
    if asking.ignore_stdin {
        return Err(Error::new(no_password));
    }
    let question = format!(
        "{}: password for the user of {source} at {}: ",
        asking.program, asking.host
    );
    let password = prompt::password(&question).map_err(|error| error.context(no_password))?;
    Ok(format!("{secret}:{password}"))
}

/// Says that there is a user without a password. It may be a token that was given without its type: nothing of it is shown.
fn no_password(source: &dyn fmt::Display) -> String {
    format!(
        "what {source} gives has no colon, so it would be a user without a password; for a token, give --auth-type=bearer"
    )
}

/// Who asks whom for a password.
#[derive(Clone, Copy)]
pub(crate) struct Asking<'a> {
    pub(crate) env: &'a Environment,
    pub(crate) program: &'a str,
    pub(crate) host: &'a str,
    pub(crate) ignore_stdin: bool,
}

/// The headers of `--header-from`. What is typed as a request item goes before it.
///
/// # Errors
/// It is not `Name=SOURCE`; the sentence has nothing of what is behind the name.
pub(crate) fn typed_header_sources(invocation: &Invocation) -> Result<Vec<HeaderSource>, Error> {
    let fail = |reason: String| Error::usage(format!("argument --header-from: {reason}"));
    let mut headers = Vec::new();
    for typed in &invocation.args.header_from {
        let Some((name, source)) = typed.split_once('=') else {
            return Err(fail("it must be NAME=SOURCE".to_owned()));
        };
        let source = SecretSource::parse(source).map_err(fail)?;
        let header = HeaderSource::new(name.trim(), source).map_err(fail)?;
        if !invocation.types_header(header.name()) {
            headers.push(header);
        }
    }
    Ok(headers)
}

/// The value of a header that comes from elsewhere.
///
/// # Errors
/// There is none, or it is none that a header can have.
pub(crate) fn header_value(header: &HeaderSource, env: &Environment) -> Result<String, Error> {
    let value = reference::resolve(header.source(), env)?;
    let has_control = value.chars().any(|c| c.is_control() && c != '\t');
    match value.trim() {
        "" => Err(format!("what {} gives is empty", header.source())),
        _ if has_control => Err(format!(
            "what {} gives has a control character in it",
            header.source()
        )),
        value => Ok(value.to_owned()),
    }
    .map_err(|reason| {
        Error::new(format!(
            "{reason}, so it cannot be the header {}",
            header.name()
        ))
    })
}

/// What the user's netrc file has for the host, as the value of Authorization.
pub(crate) fn from_netrc(
    env: &Environment,
    url: &Url,
    messages: &Messages,
) -> Result<Option<Vec<u8>>, Error> {
    let login = login_of_netrc(env, url, messages);
    login
        .map(|raw| authorization(&Credentials::new(AuthType::Basic, raw)))
        .transpose()
}

/// `user:password` for the host, of the user's netrc file.
fn login_of_netrc(env: &Environment, url: &Url, messages: &Messages) -> Option<String> {
    env.netrc_files().iter().find_map(|path| {
        let found = netrc::read(path, url.host(), url.port());
        found
            .warnings
            .iter()
            .for_each(|warning| messages.warning(warning));
        let login = found.login?;
        Some(format!("{}:{}", login.user, login.password))
    })
}

/// The value of Authorization for credentials (RFC 7617 for basic, RFC 6750 for bearer). Digest
/// credentials wait for a challenge: `client::challenge` has them.
///
/// # Errors
/// A type that we do not know, or characters that no header can hold.
pub(crate) fn authorization(credentials: &Credentials) -> Result<Vec<u8>, Error> {
    match credentials.auth_type() {
        AuthType::Basic => Ok(basic(credentials.raw_auth()).into_bytes()),
        AuthType::Bearer => {
            let token = credentials.raw_auth().trim();
            if token.contains(|c: char| c.is_control()) {
                return Err(Error::new("the bearer token has a control character in it"));
            }
            Ok(format!("Bearer {token}").into_bytes())
        }
        AuthType::Digest => Err(Error::new(
            "digest credentials have no header of their own: they answer a challenge",
        )),
        AuthType::Other(name) => Err(Error::new(format!(
            "the authentication type '{name}' is not known; known are basic, bearer and digest"
        ))),
    }
}

fn basic(raw: &str) -> String {
    let user_and_password = match raw.contains(':') {
        true => raw.to_owned(),
        false => format!("{raw}:"),
    };
    format!("Basic {}", BASE64_STANDARD.encode(user_and_password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_encoded_as_utf_8() {
        let value = |raw: &str| authorization(&Credentials::new(AuthType::Basic, raw)).unwrap();
        assert_eq!(
            value("Aladdin:open sesame"),
            b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(value("test:123£"), b"Basic dGVzdDoxMjPCow==");
        assert_eq!(value("u"), value("u:"));
    }

    #[test]
    fn a_bearer_token_is_one_line() {
        assert_eq!(
            authorization(&Credentials::new(AuthType::Bearer, " tok\n")).unwrap(),
            b"Bearer tok"
        );
        assert!(authorization(&Credentials::new(AuthType::Bearer, "a\r\nX: y")).is_err());
    }
}
