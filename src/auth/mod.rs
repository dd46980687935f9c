//! Credentials: from what was typed or stored to the value of the Authorization header.

pub(crate) mod digest;
pub(crate) mod netrc;
pub(crate) mod prompt;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::cli::args;
use crate::cli::invocation::Invocation;
use crate::environment::Environment;
use crate::error::Error;
use crate::messages::Messages;
use crate::request::url::Url;
use crate::sessions::{AuthType, Credentials};

/// Credentials of `-a`, else of the URL; a missing password is asked for.
pub(crate) fn typed(
    invocation: &Invocation,
    url: &Url,
    program: &str,
) -> Result<Option<Credentials>, Error> {
    let auth_type = match invocation.args.auth_type {
        None | Some(args::AuthType::Basic) => AuthType::Basic,
        Some(args::AuthType::Bearer) => AuthType::Bearer,
        Some(args::AuthType::Digest) => AuthType::Digest,
    };
    let raw = match (&invocation.args.auth, &url.user_info) {
        (Some(_), _) if invocation.needs_password() && invocation.args.ignore_stdin => {
            let message = "Unable to prompt for passwords because --ignore-stdin is set.";
            return Err(Error::usage(message));
        }
        (Some(user), _) if invocation.needs_password() => {
            format!(
                "{user}:{}",
                prompt::password(program, user, &url.authority())?
            )
        }
        (Some(auth), _) => auth.clone(),
        (None, Some(info)) => format!(
            "{}:{}",
            info.username,
            info.password.as_deref().unwrap_or_default()
        ),
        (None, None) => return Ok(None),
    };
    Ok(Some(Credentials::new(auth_type, raw)))
}

/// What the user's netrc file has for the host, as the value of Authorization.
pub(crate) fn from_netrc(
    env: &Environment,
    url: &Url,
    messages: &Messages,
) -> Result<Option<Vec<u8>>, Error> {
    for path in env.netrc_files() {
        let found = netrc::read(&path, url.host(), url.port());
        found
            .warnings
            .iter()
            .for_each(|warning| messages.warning(warning));
        if let Some(login) = found.login {
            let raw = format!("{}:{}", login.user, login.password);
            return authorization(&Credentials::new(AuthType::Basic, raw)).map(Some);
        }
    }
    Ok(None)
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
