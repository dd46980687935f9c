//! Credentials as a session keeps them: a type of authentication and its secret. Nothing here knows how a header is
//! made of them, or how a secret is had that a session has a reference to.

use std::fmt;

use super::source::SecretSource;

/// The type of authentication that credentials are for (`--auth-type`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthType {
    /// `basic`: the secret is `user:password`.
    Basic,
    /// `bearer`: the secret is a token.
    Bearer,
    /// `digest`: the secret is `user:password`.
    Digest,
    /// A type that only a plug-in of HTTPie's knows.
    Other(String),
}

impl AuthType {
    /// The word in session files and on the command line.
    pub fn as_str(&self) -> &str {
        match self {
            AuthType::Basic => "basic",
            AuthType::Bearer => "bearer",
            AuthType::Digest => "digest",
            AuthType::Other(name) => name,
        }
    }
}

impl From<&str> for AuthType {
    fn from(name: &str) -> AuthType {
        match name {
            "basic" => AuthType::Basic,
            "bearer" => AuthType::Bearer,
            "digest" => AuthType::Digest,
            other => AuthType::Other(other.to_owned()),
        }
    }
}

/// A type of authentication and its secret, which no `{:?}` prints.
///
/// ```
/// use httpie::sessions::{AuthType, Credentials};
/// let credentials = Credentials::new(AuthType::Basic, "ann:secret");
/// assert_eq!(credentials.user_and_password(), ("ann", Some("secret")));
/// assert!(!format!("{credentials:?}").contains("secret"));
/// ```
///
/// With a source, the secret is only to be had: a session keeps the source, and never what came of it.
#[derive(Clone)]
pub struct Credentials {
    auth_type: AuthType,
    /// With a source: what it gave in this run, empty before it was asked.
    raw_auth: String,
    source: Option<SecretSource>,
}

/// Credentials are what is stored of them: with a source, what it gave does not count.
impl PartialEq for Credentials {
    fn eq(&self, other: &Credentials) -> bool {
        let has_secret = self.source.is_none();
        self.auth_type == other.auth_type
            && self.source == other.source
            && (!has_secret || self.raw_auth == other.raw_auth)
    }
}

impl Eq for Credentials {}

impl Credentials {
    /// Credentials of this type with this secret: `user:password`, or a token.
    pub fn new(auth_type: AuthType, raw_auth: impl Into<String>) -> Credentials {
        Credentials {
            auth_type,
            raw_auth: raw_auth.into(),
            source: None,
        }
    }

    /// Credentials of this type whose secret is to be had from this source.
    pub fn from_source(auth_type: AuthType, source: SecretSource) -> Credentials {
        Credentials {
            auth_type,
            raw_auth: String::new(),
            source: Some(source),
        }
    }

    /// The same credentials with what their source gave.
    pub(crate) fn with_secret(self, raw_auth: String) -> Credentials {
        Credentials { raw_auth, ..self }
    }

    /// The type of authentication.
    pub fn auth_type(&self) -> &AuthType {
        &self.auth_type
    }

    /// The secret. Where there is a [source](Credentials::source), it is empty as long as that was not asked.
    pub fn raw_auth(&self) -> &str {
        &self.raw_auth
    }

    /// Where the secret is to be had, if it is not stored.
    pub fn source(&self) -> Option<&SecretSource> {
        self.source.as_ref()
    }

    /// The secret as a user and, after the first colon, a password.
    pub fn user_and_password(&self) -> (&str, Option<&str>) {
        match self.raw_auth.split_once(':') {
            Some((user, password)) => (user, Some(password)),
            None => (&self.raw_auth, None),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("auth_type", &self.auth_type)
            .field("raw_auth", &"***")
            .field("source", &self.source)
            .finish()
    }
}
