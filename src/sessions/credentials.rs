//! Credentials as a session keeps them: a type of authentication and its secret. Nothing here knows how a header is
//! made of them.

use std::fmt;

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
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    auth_type: AuthType,
    raw_auth: String,
}

impl Credentials {
    /// Credentials of this type with this secret: `user:password`, or a token.
    pub fn new(auth_type: AuthType, raw_auth: impl Into<String>) -> Credentials {
        Credentials {
            auth_type,
            raw_auth: raw_auth.into(),
        }
    }

    /// The type of authentication.
    pub fn auth_type(&self) -> &AuthType {
        &self.auth_type
    }

    /// The secret as it is stored.
    pub fn raw_auth(&self) -> &str {
        &self.raw_auth
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
            .finish()
    }
}
