//! `multipart/form-data` bodies (RFC 7578): text fields from memory, files streamed from where they are.
//!
//! The length is known before the first byte is sent, so no chunking is needed. Names are escaped as browsers do
//! (WHATWG HTML, "multipart form data": line breaks and quotes become %0A, %0D, %22).

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::body::Body;
use super::{file, random_name, spool};
use crate::error::Error;

/// A multipart body: alternating framing text and file contents.
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Multipart {
    boundary: String,
    pieces: Vec<Piece>,
}

/// What a part of the body is sent from.
#[cfg_attr(test, derive(Debug))]
pub(super) enum Piece {
    Memory(Vec<u8>),
    File {
        path: PathBuf,
        length: u64,
    },
    /// What was read of a path that can be read only once.
    PutAside {
        path: PathBuf,
        file: File,
        length: u64,
    },
}

impl Multipart {
    /// An empty body with this boundary, or one that is not likely to stand in any content.
    pub(crate) fn new(boundary: Option<String>) -> Multipart {
        Multipart {
            boundary: boundary
                .filter(|boundary| !boundary.is_empty())
                .unwrap_or_else(random_name),
            pieces: Vec::new(),
        }
    }

    pub(crate) fn boundary(&self) -> &str {
        &self.boundary
    }

    /// Adds a text field.
    pub(crate) fn add_text(&mut self, name: &str, value: &str) {
        let boundary = self.boundary.clone();
        self.text(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{value}\r\n",
            escape_name(name)
        ));
    }

    /// Adds a file under its base name.
    ///
    /// # Errors
    /// The file is not there or cannot be read.
    pub(crate) fn add_file(
        &mut self,
        name: &str,
        path: PathBuf,
        mime_type: Option<&str>,
    ) -> Result<(), Error> {
        let length = file::length(&path)?;
        let content = match length {
            Some(length) => Piece::File {
                path: path.clone(),
                length,
            },
            None => put_aside(&path)?,
        };
        let file_name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let content_type = match mime_type {
            Some(mime_type) => format!("Content-Type: {mime_type}\r\n"),
            None => String::new(),
        };
        let boundary = self.boundary.clone();
        self.text(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n{content_type}\r\n",
            escape_name(name),
            escape_name(&file_name)
        ));
        self.pieces.push(content);
        self.text("\r\n");
        Ok(())
    }

    /// Adds the closing boundary; nothing may be added behind it.
    pub(crate) fn close(&mut self) {
        let closing = format!("--{}--\r\n", self.boundary);
        self.text(&closing);
    }

    fn text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Memory(bytes)) => bytes.extend_from_slice(text.as_bytes()),
            _ => self.pieces.push(Piece::Memory(text.as_bytes().to_vec())),
        }
    }

    /// What the body is made of, in order.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The length of the whole body in bytes.
    pub(crate) fn length(&self) -> u64 {
        let length = |piece: &Piece| match piece {
            Piece::Memory(bytes) => bytes.len() as u64,
            Piece::File { length, .. } | Piece::PutAside { length, .. } => *length,
        };
        self.pieces.iter().map(length).sum()
    }

    /// A reader of the whole body, from its beginning. A file that has changed its length since is an error.
    pub(crate) fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let mut body: Box<dyn Read + Send> = Box::new(io::empty());
        for piece in &self.pieces {
            body = match piece {
                Piece::Memory(bytes) => Box::new(body.chain(Cursor::new(bytes.clone()))),
                Piece::File { path, length } => {
                    Box::new(body.chain(ExactFile::open(path.clone(), *length)?))
                }
                Piece::PutAside { file, .. } => {
                    let mut file = file.try_clone()?;
                    file.seek(SeekFrom::Start(0))?;
                    Box::new(body.chain(file))
                }
            };
        }
        Ok(body)
    }
}

/// A file that must have the length that was announced for it: the parts behind it would shift otherwise.
struct ExactFile {
    file: File,
    path: PathBuf,
    left: u64,
}

impl ExactFile {
    fn open(path: PathBuf, length: u64) -> Result<ExactFile, Error> {
        let file = file::open(&path)?;
        Ok(ExactFile {
            file,
            path,
            left: length,
        })
    }
}

impl Read for ExactFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let space = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(out.len());
        let length = self.file.read(&mut out[..space])?;
        if length == 0 && space > 0 {
            let message = format!("'{}' became shorter while it was sent", self.path.display());
            return Err(io::Error::other(Error::new(message)));
        }
        self.left -= length as u64;
        Ok(length)
    }
}

fn escape_name(name: &str) -> String {
    name.replace('\n', "%0A")
        .replace('\r', "%0D")
        .replace('"', "%22")
}

/// The content of something that is no regular file, whose length the parts behind it must know.
fn put_aside(path: &Path) -> Result<Piece, Error> {
    let unreadable = |error: io::Error| file::cannot_read(path, &error);
    let body = spool::put_aside(Vec::new(), file::open(path)?).map_err(unreadable)?;
    match body {
        Body::Bytes(bytes) => Ok(Piece::Memory(bytes)),
        Body::Redirected { file, length, .. } => Ok(Piece::PutAside {
            path: path.to_owned(),
            file,
            length,
        }),
        _ => Err(Error::new(format!(
            "'{}' is too large to be put aside, which a part of a form needs that is no regular file",
            path.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_the_number_of_bytes() {
        let path =
            std::env::temp_dir().join(format!("httpie-multipart-{}.txt", std::process::id()));
        std::fs::write(&path, "hello\n").unwrap();
        let mut body = Multipart::new(Some("xx".to_owned()));
        body.add_text("a\"\r\n", "b");
        body.add_file("f", path.clone(), Some("text/plain"))
            .unwrap();
        body.close();
        let mut bytes = Vec::new();
        body.open().unwrap().read_to_end(&mut bytes).unwrap();
        std::fs::remove_file(&path).unwrap();
        let file_name = path.file_name().unwrap().to_string_lossy();
        let want = format!(
            "--xx\r\nContent-Disposition: form-data; name=\"a%22%0D%0A\"\r\n\r\nb\r\n--xx\r\n\
             Content-Disposition: form-data; name=\"f\"; filename=\"{file_name}\"\r\nContent-Type: text/plain\r\n\r\nhello\n\r\n--xx--\r\n"
        );
        assert_eq!(String::from_utf8(bytes).unwrap(), want);
        assert_eq!(body.length(), want.len() as u64);
    }

    #[test]
    fn boundaries_differ() {
        assert_ne!(random_name(), random_name());
        assert_eq!(random_name().len(), 32);
    }
}
