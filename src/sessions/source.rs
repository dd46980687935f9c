//! A secret by reference: where it is to be had, in place of what it is (`env:NAME`, `file:PATH`, `fd:N`, `cmd:COMMAND`).
//!
//! Takes the text that people type and session files hold, gives it back as it was. Knows the grammar alone: who has to
//! have the secret asks `auth::reference` for it. What is no reference may be the secret itself, by mistake, so no error
//! repeats it.

use std::fmt;

/// Where a secret is to be had. It is no secret itself.
///
/// ```
/// use httpie::sessions::SecretSource;
/// let source = SecretSource::parse("env:API_TOKEN")?;
/// assert_eq!(source.as_str(), "env:API_TOKEN");
/// assert!(SecretSource::parse("hunter2").is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SecretSource {
    text: String,
}

/// What a source names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind<'a> {
    /// `env:NAME`: an environment variable.
    Variable(&'a str),
    /// `file:PATH`: the first line of a file.
    File(&'a str),
    /// `fd:N`: the line at which an open file descriptor stands.
    Descriptor(u32),
    /// `cmd:COMMAND`: the first line that a command prints.
    Command(&'a str),
}

/// The kinds, as messages list them.
pub(crate) const KINDS: &str = "env:NAME, file:PATH, fd:N and cmd:COMMAND";

impl SecretSource {
    /// Reads a reference.
    ///
    /// # Errors
    ///
    /// A sentence without what was typed: it is none of the kinds, or names nothing.
    pub fn parse(text: &str) -> Result<SecretSource, String> {
        let source = SecretSource {
            text: text.to_owned(),
        };
        source.find_kind()?;
        Ok(source)
    }

    /// The reference as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it names. The text was checked when it was read.
    pub(crate) fn kind(&self) -> SourceKind<'_> {
        self.find_kind().unwrap_or(SourceKind::Variable(""))
    }

    /// Whether somebody's program runs when the secret is asked for.
    pub(crate) fn runs_a_command(&self) -> bool {
        matches!(self.kind(), SourceKind::Command(_))
    }

    fn find_kind(&self) -> Result<SourceKind<'_>, String> {
        if self.text.chars().any(char::is_control) {
            return Err("there is a control character in the reference to a secret".to_owned());
        }
        let (kind, name) = self.text.split_once(':').unwrap_or_default();
        let named = |what: &str| match name.trim().is_empty() {
            true => Err(format!("the reference {kind}: names no {what}")),
            false => Ok(name),
        };
        match kind {
            "env" if name.contains('=') => {
                Err("no environment variable has '=' in its name".into())
            }
            "env" => named("environment variable").map(SourceKind::Variable),
            "file" => named("file").map(SourceKind::File),
            "fd" => {
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                let number = name.parse().ok().filter(|_| is_number);
                let number = number.filter(|number| i32::try_from(*number).is_ok());
                number
                    .map(SourceKind::Descriptor)
                    .ok_or_else(|| "fd: wants the number of an open file descriptor".to_owned())
            }
            "cmd" => named("command").map(SourceKind::Command),
            _ => Err(format!(
                "this kind of reference to a secret is not known; known are {KINDS}"
            )),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretSource({:?})", self.text)
    }
}

/// A header whose value is to be had elsewhere.
///
/// ```
/// use httpie::sessions::{HeaderSource, SecretSource};
/// let header = HeaderSource::new("X-Api-Key", SecretSource::parse("file:~/.key")?)?;
/// assert_eq!((header.name(), header.source().as_str()), ("X-Api-Key", "file:~/.key"));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderSource {
    name: String,
    source: SecretSource,
}

/// Headers that say where a request goes and where its body ends: they are ours to write.
const OF_THE_MESSAGE: [&str; 5] = [
    "Connection",
    "Content-Length",
    "Host",
    "Trailer",
    "Transfer-Encoding",
];

impl HeaderSource {
    /// A header of this name with its value from this source.
    ///
    /// # Errors
    ///
    /// A sentence: no header can have this name, or this one cannot come from elsewhere.
    pub fn new(name: impl Into<String>, source: SecretSource) -> Result<HeaderSource, String> {
        let name = name.into();
        // RFC 9110, section 5.6.2: a token.
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err("a header's name is empty, or has a character that none may have".into());
        }
        if OF_THE_MESSAGE
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other))
        {
            return Err(format!("the header {name} cannot come from elsewhere"));
        }
        Ok(HeaderSource { name, source })
    }

    /// The name, in its own case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the value is to be had.
    pub fn source(&self) -> &SecretSource {
        &self.source
    }

    pub(crate) fn is(&self, name: &[u8]) -> bool {
        self.name.as_bytes().eq_ignore_ascii_case(name)
    }

    /// What belongs to the body or to the conditions of one request, or to a proxy, is not kept in a session.
    pub(crate) fn is_kept(&self) -> bool {
        let begins = |prefix: &str| {
            let start = self.name.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        !begins("Content-") && !begins("If-") && !self.is(b"Proxy-Authorization")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_known() {
        for (text, want) in [
            ("env:A_B", SourceKind::Variable("A_B")),
            ("file:~/x y", SourceKind::File("~/x y")),
            ("file:C:\\x", SourceKind::File("C:\\x")),
            ("fd:3", SourceKind::Descriptor(3)),
            ("cmd:pass show x:y", SourceKind::Command("pass show x:y")),
        ] {
            let source = SecretSource::parse(text).unwrap();
            assert_eq!((source.kind(), source.as_str()), (want, text));
        }
    }

    #[test]
    fn what_is_no_reference_is_not_repeated() {
        for text in [
            "",
            "s3cret",
            "ann:s3cret",
            "ENV:s3cret",
            "env:",
            "env:s3cret=",
            "file: ",
            "fd:",
            "fd:-1",
            "fd:+1",
            "fd:s3cret",
            "fd:99999999999",
            "cmd:",
            "env:s3cret\n",
            "cmd:s3cret\u{85}",
        ] {
            let error = SecretSource::parse(text).unwrap_err();
            assert!(!error.contains("s3cret"), "{error}");
        }
        assert!(SecretSource::parse("x").unwrap_err().contains(KINDS));
    }

    #[test]
    fn headers_of_the_message_do_not_come_from_elsewhere() {
        let source = || SecretSource::parse("env:A").unwrap();
        for name in ["", "a b", "a:b", "é", "host", "Content-Length"] {
            assert!(HeaderSource::new(name, source()).is_err(), "{name}");
        }
        let kept = |name: &str| HeaderSource::new(name, source()).unwrap().is_kept();
        assert!(kept("Cookie") && kept("X-Key") && !kept("If-Match") && !kept("content-md5"));
        assert!(!kept("proxy-authorization"));
    }
}
