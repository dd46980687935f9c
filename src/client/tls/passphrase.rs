//! The passphrase of a private key: typed as an option, else asked for on the terminal when it is needed.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use crate::auth::prompt;
use crate::error::Error;

/// Where the passphrase comes from. It is never shown, not even by accident.
#[derive(Clone)]
pub(crate) struct Passphrase {
    given: Option<String>,
    /// The name under which the program asks.
    program: &'static str,
}

impl Passphrase {
    /// The one that was typed; without one, `program` asks.
    pub(crate) fn new(given: Option<String>, program: &'static str) -> Passphrase {
        Passphrase { given, program }
    }

    #[cfg(test)]
    pub(super) fn given(secret: &str) -> Passphrase {
        Passphrase::new(Some(secret.to_owned()), "http")
    }

    /// The passphrase for the key in this file.
    ///
    /// # Errors
    /// None was typed and there is nobody to ask.
    pub(super) fn get(&self, path: &Path) -> Result<Cow<'_, str>, Error> {
        match &self.given {
            Some(secret) => Ok(Cow::Borrowed(secret)),
            None => prompt::passphrase(self.program, path).map(Cow::Owned),
        }
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_no_passphrase() {
        let shown = format!("{:?}", Passphrase::given("sesame"));
        assert!(!shown.contains("sesame"), "{shown}");
    }
}
