//! Where output goes: standard output, standard error (`--download`), a file (`--output`), or nowhere (`--quiet`).

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::Path;

use crate::error::{Error, io_reason};

/// An output without a buffer: what is written is there at once.
pub(crate) enum Target {
    Stream(Stream),
    /// A file keeps what it held until the first byte is written.
    File {
        file: File,
        is_fresh: bool,
        /// For people; errors have it.
        name: Box<str>,
    },
    Nowhere,
}

/// A stream that others may share with us.
pub(crate) struct Stream {
    file: File,
    /// Whether a pipe was asked to hold more than pipes do.
    is_wide: bool,
}

/// Writes from this size on are parts of something large.
const LARGE_WRITE: usize = 32 << 10;

impl Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() >= LARGE_WRITE && !std::mem::replace(&mut self.is_wide, true) {
            widen(&self.file);
        }
        loop {
            match self.file.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait_for(&self.file)?,
                outcome => return outcome,
            }
        }
    }
}

impl Target {
    fn stream(file: File) -> Target {
        let is_wide = false;
        Target::Stream(Stream { file, is_wide })
    }

    /// Standard output, without Rust's buffer in between.
    pub(crate) fn stdout() -> Result<Target, Error> {
        duplicate_stdout().map(Target::stream).map_err(|error| {
            Error::new(format!(
                "standard output cannot be used: {}",
                io_reason(&error)
            ))
        })
    }

    /// Standard error: with `--download`, what is shown goes there.
    pub(crate) fn stderr() -> Result<Target, Error> {
        duplicate_stderr().map(Target::stream).map_err(|error| {
            Error::new(format!(
                "standard error cannot be used: {}",
                io_reason(&error)
            ))
        })
    }

    /// A file that is written from where it stands; what it holds stays.
    pub(crate) fn opened(file: File, name: &str) -> Target {
        Target::File {
            file,
            is_fresh: false,
            name: name.into(),
        }
    }

    /// A file that keeps what it holds until the first byte is written.
    pub(crate) fn existing(file: File, name: &str) -> Target {
        Target::File {
            file,
            is_fresh: true,
            name: name.into(),
        }
    }

    /// A file, opened now so that a path that cannot be written is known before anything is sent.
    pub(crate) fn file(path: &Path) -> Result<Target, Error> {
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let name = path.display().to_string();
        match opened {
            Ok(file) => Ok(Target::existing(file, &name)),
            Err(error) => Err(cannot_write(&name, &error)),
        }
    }

    /// Whether what is written stays in a file that can be gone on with.
    pub(crate) fn is_regular_file(&self) -> bool {
        match self {
            Target::File { file, .. } => file.metadata().is_ok_and(|facts| facts.is_file()),
            Target::Stream(_) | Target::Nowhere => false,
        }
    }

    /// Goes back to the beginning, where that can be done: a file keeps what it holds until the first byte is written.
    pub(crate) fn start_anew(&mut self) -> io::Result<bool> {
        match self {
            Target::File { file, is_fresh, .. } => {
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

fn write_to_file(file: &mut File, is_fresh: &mut bool, bytes: &[u8]) -> io::Result<usize> {
    if std::mem::take(is_fresh) && file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    file.write(bytes)
}

fn cannot_write(name: &str, error: &io::Error) -> Error {
    Error::new(format!("cannot write '{name}': {}", io_reason(error)))
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

/// Lets a pipe hold as much as any may (pipe(7)): its writer and its reader wait for each other less often then, and large
/// bodies take half the time. What is no pipe, or may not, stays as it is.
#[cfg(target_os = "linux")]
fn widen(stream: &File) {
    const MOST: usize = 1 << 20;
    if rustix::pipe::fcntl_getpipe_size(stream).is_ok_and(|size| size < MOST) {
        let _ = rustix::pipe::fcntl_setpipe_size(stream, MOST);
    }
}

/// Pipes have one size here.
#[cfg(not(target_os = "linux"))]
fn widen(_stream: &File) {}

/// Waits until more can be written. Our output does not block where a program that shares it (a CI runner in Node, an `ssh`)
/// has set that, and then a slow reader is no failure.
#[cfg(unix)]
fn wait_for(stream: &File) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    match poll(&mut [PollFd::new(stream, PollFlags::OUT)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Outputs block here.
#[cfg(not(unix))]
fn wait_for(_stream: &File) -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Stream(stream) => stream.write(bytes),
            Target::File {
                file,
                is_fresh,
                name,
            } => write_to_file(file, is_fresh, bytes).map_err(|error| match error.kind() {
                io::ErrorKind::Interrupted | io::ErrorKind::BrokenPipe => error,
                kind => io::Error::new(kind, cannot_write(name, &error)),
            }),
            Target::Nowhere => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
