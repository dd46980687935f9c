//! Asks for a secret that somebody has a reference to: an environment variable, a file, a file descriptor or a command.
//!
//! Takes a [`SecretSource`], gives its secret: one line of UTF-8 that is not empty. The sentences of errors name the
//! reference and never what was found there. Nothing is kept: each run asks anew.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::command;
use crate::environment::Environment;
use crate::error::{Error, io_reason};
use crate::sessions::{SecretSource, SourceKind};

/// The longest line that is a secret, in bytes.
pub(super) const MAX_LENGTH: u64 = 64 * 1024;

/// How long a command may take, or whoever writes into a pipe. Whoever waits for a secret has not begun to wait for a server, so `--timeout` has no say.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Gives the secret that a reference stands for.
///
/// # Errors
/// There is none: a sentence that names the reference.
pub(crate) fn resolve(source: &SecretSource, env: &Environment) -> Result<String, Error> {
    let fail = |reason: String| Error::new(format!("there is no secret at {source}: {reason}"));
    let found = match source.kind() {
        SourceKind::Variable(name) => env
            .secret_variable(name)
            .map(|value| value.into_encoded_bytes())
            .ok_or_else(|| "the environment variable is not set".to_owned()),
        SourceKind::File(path) => first_line_of(&env.expand_tilde(path), None, TIME_LIMIT),
        // What was read ahead of standard input is not to be lost for whoever reads on.
        SourceKind::Descriptor(0) => {
            within(TIME_LIMIT, Box::new(|| first_line(&mut io::stdin().lock())))
        }
        SourceKind::Descriptor(number) => first_line_of_descriptor(number),
        SourceKind::Command(line) => command::first_line(line, TIME_LIMIT),
    };
    found.and_then(checked).map_err(fail)
}

/// The secret without the end of its line.
fn checked(mut bytes: Vec<u8>) -> Result<String, String> {
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    if bytes.is_empty() {
        return Err("it is empty".to_owned());
    }
    if bytes.len() as u64 > MAX_LENGTH {
        return Err("it is longer than 64 KiB".to_owned());
    }
    // The error of the conversion would have the bytes in it.
    String::from_utf8(bytes).map_err(|_| "it is not valid UTF-8".to_owned())
}

/// The first line of a file, or the one at which a `descriptor` stands that the path is for; where it is a pipe or a device,
/// of which nobody knows when it gives one, within a limit.
fn first_line_of(path: &Path, descriptor: Option<u32>, limit: Duration) -> Result<Vec<u8>, String> {
    let facts = std::fs::metadata(path).map_err(|error| io_reason(&error))?;
    let path = path.to_owned();
    let has_offset = facts.is_file();
    let read = move || {
        let mut file = File::open(path).map_err(|error| io_reason(&error))?;
        if let Some(number) = descriptor.filter(|_| has_offset) {
            go_on_behind(&mut file, number)?;
        }
        first_line(&mut BufReader::new(file))
    };
    match facts.is_file() || facts.is_dir() {
        true => read(),
        false => within(limit, Box::new(read)),
    }
}

/// What `read` gives, if it does so in time. A thread that waits for ever ends with the program.
fn within(limit: Duration, read: Reading) -> Result<Vec<u8>, String> {
    /// How long it may go unnoticed that the thread has ended.
    const PERIOD: Duration = Duration::from_millis(5);
    let ends_at = Instant::now() + limit;
    let waiting = thread::current();
    let reader = thread::spawn(move || {
        let found = read();
        waiting.unpark();
        found
    });
    while !reader.is_finished() {
        if Instant::now() >= ends_at {
            return Err(format!(
                "no whole line came within {} seconds",
                limit.as_secs()
            ));
        }
        thread::park_timeout(PERIOD);
    }
    let ended = reader.join();
    ended.unwrap_or_else(|_| Err("it cannot be read".to_owned()))
}

/// Reads a line.
type Reading = Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send>;

#[cfg(unix)]
fn first_line_of_descriptor(number: u32) -> Result<Vec<u8>, String> {
    let path = format!("/dev/fd/{number}");
    // Without procfs or fdescfs, there is no safe way to an inherited descriptor.
    match Path::new("/dev/fd").is_dir() {
        true => {
            first_line_of(Path::new(&path), Some(number), TIME_LIMIT).map_err(|reason| match reason
                .as_str()
            {
                "No such file or directory" => "the file descriptor is not open".to_owned(),
                _ => reason,
            })
        }
        false => Err("this system has no /dev/fd".to_owned()),
    }
}

/// Goes to where the descriptor stands, which may be behind lines that are not for us: Linux opens a file anew at its start
/// where it is opened as `/dev/fd/N`.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn go_on_behind(file: &mut File, descriptor: u32) -> Result<(), String> {
    use std::io::{Seek, SeekFrom};
    let facts = std::fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}"));
    let facts = facts.unwrap_or_default();
    let mut lines = facts.lines();
    let offset = lines.find_map(|line| line.strip_prefix("pos:")?.trim().parse().ok());
    // From the start, another line might be taken for the secret.
    let offset = offset.ok_or("this system does not tell how far the file was read")?;
    let moved = file.seek(SeekFrom::Start(offset));
    moved.map(drop).map_err(|error| io_reason(&error))
}

/// Elsewhere, what is opened as `/dev/fd/N` shares the descriptor's offset.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn go_on_behind(_: &mut File, _: u32) -> Result<(), String> {
    Ok(())
}

#[cfg(not(unix))]
fn first_line_of_descriptor(_: u32) -> Result<Vec<u8>, String> {
    Err("this system has no inherited file descriptors".to_owned())
}

/// The first line, or as much of it as shows that it is too long.
fn first_line(reader: &mut impl BufRead) -> Result<Vec<u8>, String> {
    let mut line = Vec::new();
    let limit = MAX_LENGTH + 3;
    let mut reader = reader.take(limit);
    match reader.read_until(b'\n', &mut line) {
        Ok(_) => Ok(line),
        Err(error) => Err(io_reason(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked_text(bytes: &[u8]) -> Result<String, String> {
        checked(bytes.to_vec())
    }

    #[test]
    fn the_end_of_the_line_is_no_part_of_a_secret() {
        for bytes in [&b"s3cret"[..], b"s3cret\n", b"s3cret\r\n"] {
            assert_eq!(checked_text(bytes).as_deref(), Ok("s3cret"));
        }
        assert_eq!(checked_text(b" a b \n").as_deref(), Ok(" a b "));
    }

    #[test]
    fn what_is_no_secret_is_not_repeated() {
        let long = vec![b'x'; MAX_LENGTH as usize + 1];
        for (bytes, reason) in [
            (&b""[..], "it is empty"),
            (b"\n", "it is empty"),
            (b"\r\n", "it is empty"),
            (b"s3cret\xff\n", "it is not valid UTF-8"),
            (&long, "it is longer than 64 KiB"),
        ] {
            assert_eq!(checked_text(bytes), Err(reason.to_owned()));
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_that_nobody_writes_to_has_a_limit() {
        let (reader, mut writer) = io::pipe().unwrap();
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
        let limit = Duration::from_millis(50);
        let error = first_line_of(Path::new(&path), None, limit).unwrap_err();
        assert!(error.contains("no whole line came"), "{error}");
        io::Write::write_all(&mut writer, b"s3cret\nmore").unwrap();
        let (other, mut writer) = io::pipe().unwrap();
        io::Write::write_all(&mut writer, b"s3cret\nmore").unwrap();
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&other));
        let line = first_line_of(Path::new(&path), None, Duration::from_secs(30));
        assert_eq!(line.unwrap(), b"s3cret\n");
    }

    #[test]
    fn only_the_first_line_is_read() {
        let mut input: &[u8] = b"one\ntwo\n";
        assert_eq!(first_line(&mut input).unwrap(), b"one\n");
        assert_eq!(input, b"two\n");
        let endless = vec![b'x'; 1 << 20];
        assert!(first_line(&mut &endless[..]).unwrap().len() as u64 <= MAX_LENGTH + 3);
    }
}
