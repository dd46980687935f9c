//! A body from standard input, if there is one.
//!
//! A terminal is never read. No bytes at all mean no body, so that `</dev/null`, cron and CI need no option. A pipe is
//! waited for, since a slow producer is legitimate, but not in silence: after a second a line on stderr names `--ignore-stdin`.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use super::body::{Body, Stream};
use super::{file, spool};
use crate::error::{Error, io_reason};

/// Enough to know that there is a body. Most jobs have none, and clearing a larger buffer would take a third of all that
/// a short run does.
const FIRST_READ: usize = 4 * 1024;

/// Whether the length of the body must be known before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LengthWanted {
    /// It goes into Content-Length.
    Yes,
    /// The body is chunked: the first bytes are enough to know that there is a body.
    No,
    /// It is typed.
    Promised(u64),
}

/// Reads as much of standard input as is needed to know whether it holds a body, and which.
///
/// `say` is called with a line for the user when nothing has come for a second.
pub(crate) fn read(wanted: LengthWanted, say: impl FnOnce()) -> Result<Body, Error> {
    let unreadable =
        |error: io::Error| Error::new(format!("cannot read standard input: {}", io_reason(&error)));
    let mut stdin = open().map_err(unreadable)?;
    if let Some(body) = regular_file(&stdin).map_err(unreadable)? {
        return Ok(body);
    }
    wait_for_input(&stdin, say);
    let mut held = vec![0; FIRST_READ];
    let length = stdin.read(&mut held).map_err(unreadable)?;
    held.truncate(length);
    match (length, wanted) {
        (0, _) => Ok(Body::Empty),
        (_, LengthWanted::Yes) => spool::put_aside(held, stdin).map_err(unreadable),
        (_, LengthWanted::No) => Ok(stream(Cursor::new(held).chain(stdin))),
        (_, LengthWanted::Promised(length)) => Ok(stream(Promised::new(held, stdin, length))),
    }
}

fn stream(reader: impl Read + Send + 'static) -> Body {
    Body::Stream(Stream::new(Box::new(reader), None))
}

/// A file that is sent as a body: a regular one from where it is, anything else (a named pipe, `/dev/stdin`) as it comes.
///
/// # Errors
/// It cannot be read, or it is a folder.
pub(super) fn read_file(path: &Path, wanted: LengthWanted) -> Result<Body, Error> {
    if let Some(length) = file::length(path)? {
        return Ok(Body::File {
            length,
            path: path.to_owned(),
        });
    }
    let file = file::open(path)?;
    match wanted {
        LengthWanted::Yes => {
            spool::put_aside(Vec::new(), file).map_err(|error| file::cannot_read(path, &error))
        }
        LengthWanted::No => Ok(stream(file)),
        LengthWanted::Promised(length) => Ok(stream(Promised::new(Vec::new(), file, length))),
    }
}

/// A stream of which somebody has said how long it is. Where there is more already when the last piece is read, that piece is
/// an error: what is cut off shall not pass for the whole. What comes later is not waited for.
struct Promised {
    /// What was read of it before.
    held: Cursor<Vec<u8>>,
    file: File,
    length: u64,
    left: u64,
}

impl Promised {
    fn new(held: Vec<u8>, file: File, length: u64) -> Promised {
        Promised {
            held: Cursor::new(held),
            file,
            length,
            left: length,
        }
    }

    fn read_any(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.held.read(out)? {
            0 => self.file.read(out),
            length => Ok(length),
        }
    }

    fn has_more(&mut self) -> io::Result<bool> {
        let holds_more = self.held.position() < self.held.get_ref().len() as u64;
        Ok((holds_more || is_readable(&self.file)) && self.read_any(&mut [0])? > 0)
    }
}

impl Read for Promised {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(out.len(), |left| left.min(out.len()));
        if most == 0 {
            return Ok(0);
        }
        let length = self.read_any(&mut out[..most])?;
        self.left -= length as u64;
        if self.left == 0 && self.has_more()? {
            let length = self.length;
            let reason = format!("there is more than the {length} that Content-Length announces");
            return Err(io::Error::other(reason));
        }
        Ok(length)
    }
}

/// Whether a read would not wait.
#[cfg(unix)]
fn is_readable(file: &File) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let at_once = Timespec::default();
    let mut watched = [PollFd::new(file, PollFlags::IN)];
    matches!(poll(&mut watched, Some(&at_once)), Ok(1..))
}

#[cfg(not(unix))]
fn is_readable(_: &File) -> bool {
    false
}

/// Standard input without Rust's buffer in between.
#[cfg(unix)]
fn open() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn open() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

/// `< file`: what is left of the file, with its length, to be sent as often as needed.
fn regular_file(stdin: &File) -> io::Result<Option<Body>> {
    let facts = stdin.metadata()?;
    if !facts.is_file() {
        return Ok(None);
    }
    let mut file = stdin.try_clone()?;
    let start = file.stream_position()?;
    Ok(Some(match facts.len().saturating_sub(start) {
        // Files of /proc and their like have no length and yet content.
        0 => return Ok(None),
        length => Body::Redirected {
            file,
            start,
            length,
        },
    }))
}

#[cfg(unix)]
fn wait_for_input(stdin: &File, say: impl FnOnce()) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let second = Timespec {
        tv_sec: 1,
        tv_nsec: 0,
    };
    let mut watched = [PollFd::new(stdin, PollFlags::IN)];
    if matches!(poll(&mut watched, Some(&second)), Ok(0)) {
        say();
    }
}

#[cfg(not(unix))]
fn wait_for_input(_: &File, _: impl FnOnce()) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::OwnedFd;

    #[test]
    fn a_stream_is_read_up_to_its_length_and_no_end_is_waited_for() {
        for (held, sent, length, is_whole) in [
            ("", "hello", 5, true),
            ("he", "llo", 5, true),
            ("hello", "", 5, true),
            ("", "hello!", 5, false),
            ("hello!", "", 5, false),
            ("hello", "!", 5, false),
        ] {
            let (reader, mut writer) = io::pipe().unwrap();
            writer.write_all(sent.as_bytes()).unwrap();
            let file = File::from(OwnedFd::from(reader));
            let mut promised = Promised::new(held.as_bytes().to_vec(), file, length);
            let mut text = String::new();
            let outcome = promised.read_to_string(&mut text);
            assert_eq!(outcome.is_ok(), is_whole, "{held:?} {sent:?}");
            assert_eq!(text == "hello", is_whole, "{held:?} {sent:?}");
        }
    }
}
