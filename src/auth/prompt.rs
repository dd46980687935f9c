//! Asks for a password or a passphrase on the terminal, without showing it.
//!
//! The terminal stops echoing before the question appears, so that what is typed early does not show either, and gets its
//! old settings back whatever happens, Ctrl-C and signals included.

use std::path::Path;

use crate::error::{Error, io_reason};

/// Asks for a password, also when standard input is something else.
///
/// # Errors
/// There is no terminal, it was closed, or the user interrupted.
pub(crate) fn password(question: &str) -> Result<String, Error> {
    match terminal::ask(question) {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(Error::interrupted()),
        Err(error) => Err(Error::new(format!(
            "nobody can be asked for the password: {}",
            io_reason(&error)
        ))),
    }
}

/// Asks for the passphrase of a private key.
///
/// # Errors
/// There is no terminal, it was closed, or the user interrupted.
pub(crate) fn passphrase(program: &str, key: &Path) -> Result<String, Error> {
    let question = format!("{program}: passphrase for {}: ", key.display());
    match terminal::ask(&question) {
        Ok(Some(passphrase)) => Ok(passphrase),
        Ok(None) => Err(Error::interrupted()),
        Err(error) => Err(Error::new(format!(
            "the private key in '{}' is locked with a passphrase, and nobody can be asked for it: {}. Give it with --cert-key-pass.",
            key.display(),
            io_reason(&error)
        ))),
    }
}

#[cfg(unix)]
mod line;

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{self, Read, Write};

    use rustix::io::Errno;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    use super::line::{Line, Pressed};
    use crate::interruptions::Delayed;

    /// The terminal with its settings from before.
    struct Hidden {
        terminal: File,
        before: Termios,
    }

    impl Drop for Hidden {
        fn drop(&mut self) {
            let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
            let _ = self.terminal.write_all(b"\n");
        }
    }

    /// Asks for one line. `None` means Ctrl-C or a signal. Signals from the keyboard are off here, as they would end us without
    /// giving the terminal back.
    pub(super) fn ask(question: &str) -> io::Result<Option<String>> {
        let opened = File::options().read(true).write(true).open("/dev/tty");
        let terminal = opened.map_err(reason)?;
        // Dropped after `hidden`: a signal ends us once the terminal has its settings back.
        let delayed = Delayed::begin()?;
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        let mut hidden = Hidden { terminal, before };
        hidden.terminal.write_all(question.as_bytes())?;
        let mut line = Line::default();
        loop {
            if !delayed.wait_for(&hidden.terminal)? {
                return Ok(None);
            }
            let mut byte = [0];
            if hidden.terminal.read(&mut byte)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match line.press(byte[0]) {
                Pressed::More => {}
                Pressed::Enter => break,
                Pressed::Interrupt => return Ok(None),
                Pressed::EndOfFile => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let not_text =
            |_| io::Error::new(io::ErrorKind::InvalidData, "what was typed is not UTF-8");
        String::from_utf8(line.into_bytes())
            .map(Some)
            .map_err(not_text)
    }

    /// Why the terminal cannot be had. A job of CI has none, and an empty root not even its name.
    fn reason(error: io::Error) -> io::Error {
        match Errno::from_io_error(&error) {
            Some(Errno::NXIO | Errno::NOENT) => io::Error::other("there is no terminal"),
            _ => error,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn where_there_is_no_terminal_the_reason_says_so() {
            for missing in [Errno::NXIO, Errno::NOENT] {
                assert_eq!(reason(missing.into()).to_string(), "there is no terminal");
            }
            let other = reason(Errno::MFILE.into()).to_string();
            assert!(other.starts_with("Too many open files"), "{other}");
        }
    }
}

#[cfg(windows)]
mod terminal {
    use std::io;

    pub(super) fn ask(question: &str) -> io::Result<Option<String>> {
        rpassword::prompt_password(question).map(Some)
    }
}
