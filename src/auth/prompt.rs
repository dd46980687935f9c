//! Asks for a password on the terminal, without showing it.

use crate::error::{Error, io_reason};

/// Asks on the terminal, also when standard input is something else.
///
/// # Errors
/// There is no terminal, or it was closed.
pub(crate) fn password(program: &str, user: &str, host: &str) -> Result<String, Error> {
    rpassword::prompt_password(format!("{program}: password for {user}@{host}:: ")).map_err(
        |error| {
            Error::new(format!(
                "cannot ask for the password of '{user}': {}. Give it with -a '{user}:PASSWORD'.",
                io_reason(&error)
            ))
        },
    )
}
