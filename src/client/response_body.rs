//! The body of a response as it is asked for: framing is taken off here, content codings are not.
//!
//! Bytes come straight from the connection. When the body has ended, ureq is shown the last chunk of the canonical message
//! that it believes in, and takes the connection back into its pool.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Instant;

use super::connection::Connection;
use super::framing::{Chunk, Framing};
use super::wire::{Shared, transfer_error};
use crate::error::{Error, Trouble};

/// A response body that is still on the connection.
pub(crate) struct ResponseBody {
    framing: Framing,
    connection: Shared<Connection>,
    /// ureq's own body, which gives the connection back to the pool when it has ended.
    held: Option<ureq::Body>,
    received: u64,
    /// Whether another request may follow on the connection.
    keeps_connection: bool,
    timeout_text: Arc<str>,
}

impl ResponseBody {
    /// The body with this framing that comes next on a connection; `held` is what ureq takes for it.
    pub(super) fn new(
        framing: Framing,
        connection: Shared<Connection>,
        held: ureq::Body,
        timeout_text: Arc<str>,
    ) -> ResponseBody {
        ResponseBody {
            framing,
            connection,
            held: Some(held),
            received: 0,
            keeps_connection: true,
            timeout_text,
        }
    }

    /// Tells that no request will follow: the connection closes with the body instead of being looked after.
    pub(crate) fn close_at_end(&mut self) {
        self.keeps_connection = false;
    }

    /// Says when reading is to end; none takes that back.
    pub(super) fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.connection.lock().limit(deadline);
    }

    /// The length that the framing announces, before the body is read.
    pub(crate) fn announced_length(&self) -> Option<u64> {
        match self.framing {
            Framing::None => Some(0),
            Framing::Length(length) => Some(length),
            Framing::Chunked(_) | Framing::UntilClose => None,
        }
    }

    /// How many bytes were read of it so far, chunk framing not counted.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    fn finish(&mut self) -> usize {
        self.framing = Framing::None;
        if let Some(mut held) = self.held.take().filter(|_| self.keeps_connection) {
            self.connection.lock().body_is_read = true;
            // What ureq sees here is our own last chunk; if it is not content, the connection is closed instead of kept.
            let _ = held.as_reader().read(&mut [0]);
        }
        0
    }

    fn read_length(&mut self, left: u64, out: &mut [u8]) -> io::Result<usize> {
        if left == 0 {
            return Ok(self.finish());
        }
        let space = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let length = self.connection.lock().read(&mut out[..space])?;
        if length == 0 {
            let whole = self.received + left;
            return Err(incomplete(format!("{left} of {whole} bytes are missing")));
        }
        self.framing = Framing::Length(left - length as u64);
        Ok(length)
    }

    fn read_until_close(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.connection.lock().read(out)?;
        if length == 0 {
            self.framing = Framing::None;
        }
        Ok(length)
    }

    fn read_chunked(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let shared = self.connection.clone();
        let mut connection = shared.lock();
        loop {
            let Framing::Chunked(decoder) = &mut self.framing else {
                return Ok(0);
            };
            if decoder.is_done() {
                drop(connection);
                return Ok(self.finish());
            }
            if connection.buffered().is_empty() && connection.fill()? == 0 {
                if decoder.has_last_chunk() {
                    self.framing = Framing::None;
                    return Ok(0);
                }
                return Err(incomplete(format!(
                    "after {} bytes, before the last chunk",
                    self.received
                )));
            }
            let input = connection.buffered();
            match decoder
                .step(&input[..input.len().min(out.len())])
                .map_err(broken_body)?
            {
                Chunk::Framing(length) => connection.consume(length),
                Chunk::Data(length) => {
                    out[..length].copy_from_slice(&input[..length]);
                    connection.consume(length);
                    return Ok(length);
                }
            }
        }
    }
}

fn incomplete(what: String) -> io::Error {
    let sentence = format!("the server closed the connection within the body: {what}");
    let error = Error::new(sentence).with_trouble(Trouble::BrokenOff);
    io::Error::new(io::ErrorKind::UnexpectedEof, error)
}

fn broken_body(sentence: String) -> io::Error {
    io::Error::other(Error::new(sentence))
}

impl Read for ResponseBody {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let result = match self.framing {
            Framing::None => Ok(self.finish()),
            Framing::Length(left) => self.read_length(left, out),
            Framing::Chunked(_) => self.read_chunked(out),
            Framing::UntilClose => self.read_until_close(out),
        };
        match result {
            Ok(length) => {
                self.received += length as u64;
                Ok(length)
            }
            Err(error) if error.get_ref().is_some_and(|inner| inner.is::<Error>()) => Err(error),
            Err(error) => Err(io::Error::other(transfer_error(
                "reading the body",
                &error,
                &self.timeout_text,
            ))),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody")
            .field("framing", &self.framing)
            .finish_non_exhaustive()
    }
}
