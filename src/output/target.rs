//! Where output goes: standard output, standard error (`--download`), a file (`--output`), or nowhere (`--quiet`).

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::Path;

use crate::error::{Error, io_reason};

/// An output without a buffer: what is written is there at once.
pub(crate) enum Target {
    Stream(File),
    /// A file keeps what it held until the first byte is written.
    File {
        file: File,
        is_fresh: bool,
    },
    Nowhere,
}

impl Target {
    /// Standard output, without Rust's buffer in between.
    pub(crate) fn stdout() -> Result<Target, Error> {
        duplicate_stdout().map(Target::Stream).map_err(|error| {
            Error::new(format!(
                "standard output cannot be used: {}",
                io_reason(&error)
            ))
        })
    }

    /// Standard error: with `--download`, what is shown goes there.
    pub(crate) fn stderr() -> Result<Target, Error> {
        duplicate_stderr().map(Target::Stream).map_err(|error| {
            Error::new(format!(
                "standard error cannot be used: {}",
                io_reason(&error)
            ))
        })
    }

    /// A file that is written from where it stands; what it holds stays.
    pub(crate) fn opened(file: File) -> Target {
        Target::File {
            file,
            is_fresh: false,
        }
    }

    /// A file that keeps what it holds until the first byte is written.
    pub(crate) fn existing(file: File) -> Target {
        Target::File {
            file,
            is_fresh: true,
        }
    }

    /// A file, opened now so that a path that cannot be written is known before anything is sent.
    pub(crate) fn file(path: &Path) -> Result<Target, Error> {
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        match opened {
            Ok(file) => Ok(Target::existing(file)),
            Err(error) => Err(Error::new(format!(
                "cannot write '{}': {}",
                path.display(),
                io_reason(&error)
            ))),
        }
    }

    /// Goes back to the beginning, where that can be done: a file keeps what it holds until the first byte is written.
    pub(crate) fn start_anew(&mut self) -> io::Result<bool> {
        match self {
            Target::File { file, is_fresh } => {
                file.rewind()?;
                *is_fresh = true;
                Ok(true)
            }
            Target::Stream(_) | Target::Nowhere => Ok(false),
        }
    }

    /// Empties the file if nothing was written to it: an empty answer makes an empty file.
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        match self {
            Target::File { is_fresh: true, .. } => self.write(b"").map(drop),
            _ => Ok(()),
        }
    }
}

#[cfg(unix)]
fn duplicate_stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(unix)]
fn duplicate_stderr() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stderr().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn duplicate_stderr() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stderr()
        .as_handle()
        .try_clone_to_owned()
        .map(File::from)
}

#[cfg(windows)]
fn duplicate_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdout()
        .as_handle()
        .try_clone_to_owned()
        .map(File::from)
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Stream(stream) => stream.write(bytes),
            Target::File { file, is_fresh } => {
                if std::mem::take(is_fresh) && file.metadata()?.is_file() {
                    file.set_len(0)?;
                }
                file.write(bytes)
            }
            Target::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
