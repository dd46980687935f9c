//! A body of unknown length, put aside whole so that its length can be announced and it can be sent as often as needed.
//!
//! What outgrows memory goes to a temporary file that has no name any more when the first byte is in it. Where there is no
//! place for one (an image without `/tmp`, a full disk), the body goes out in chunks instead, once.

use std::fs::{File, OpenOptions};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use super::body::{Body, Stream};
use super::random_name;

/// Up to this size a body stays in memory.
const HELD_IN_MEMORY: usize = 4 << 20;
const PIECE: usize = 64 * 1024;

/// Reads a source to its end, behind what was read of it before.
///
/// # Errors
/// The source cannot be read.
pub(super) fn put_aside(mut held: Vec<u8>, mut source: File) -> io::Result<Body> {
    while held.len() <= HELD_IN_MEMORY {
        let start = held.len();
        held.resize(start + PIECE, 0);
        let length = read(&mut source, &mut held[start..])?;
        held.truncate(start + length);
        if length == 0 {
            return Ok(Body::Bytes(held));
        }
    }
    let Ok(mut file) = nameless_file() else {
        return Ok(in_chunks(Cursor::new(held).chain(source)));
    };
    let mut written = 0;
    let mut length = held.len();
    loop {
        if file.write_all(&held[..length]).is_err() {
            file.seek(SeekFrom::Start(0))?;
            held.truncate(length);
            let read = file.take(written).chain(Cursor::new(held));
            return Ok(in_chunks(read.chain(source)));
        }
        written += length as u64;
        length = read(&mut source, &mut held)?;
        if length == 0 {
            return Ok(Body::Redirected {
                file,
                start: 0,
                length: written,
            });
        }
    }
}

fn in_chunks(reader: impl Read + Send + 'static) -> Body {
    Body::Stream(Stream::new(Box::new(reader), None))
}

fn read(source: &mut File, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// A file for this process alone, which is gone when it is closed.
fn nameless_file() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("httpie-body-{}", random_name()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // FILE_FLAG_DELETE_ON_CLOSE
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0400_0000);
    let file = options.open(&path)?;
    if cfg!(unix) {
        std::fs::remove_file(&path)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_and_small_sources_come_back_whole_as_often_as_they_are_opened() {
        for size in [0, 1, HELD_IN_MEMORY, HELD_IN_MEMORY * 2 + 12345] {
            let mut source = nameless_file().unwrap();
            let content: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
            source.write_all(&content).unwrap();
            source.seek(SeekFrom::Start(0)).unwrap();
            let mut body = put_aside(b"held".to_vec(), source).unwrap();
            assert_eq!(body.length(), Some(size as u64 + 4));
            for _ in 0..2 {
                let mut bytes = Vec::new();
                body.open().unwrap().read_to_end(&mut bytes).unwrap();
                assert!(bytes == [b"held".as_slice(), &content].concat(), "{size}");
            }
        }
    }
}
