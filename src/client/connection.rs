//! One connection to a server: a TCP stream, perhaps with TLS over it, and the bytes that were read ahead.
//!
//! Reading and writing are blocking; the timeout is a property of the socket. It knows nothing of HTTP.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

/// How much is read ahead at a time. Bodies of known length are read past this buffer, into the caller's own.
const READ_AHEAD: usize = 16 * 1024;

/// The transport below HTTP.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(out),
            // A server that closes without a close_notify ends the stream like any other: whether something is missing
            // is for the framing to say.
            Stream::Tls(stream) => match stream.read(out) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
                result => result,
            },
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}

/// A stream with what was read ahead of it.
pub(crate) struct Connection {
    stream: Stream,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// How many requests have been sent over it.
    pub(crate) requests: usize,
    /// Whether the body of the present response was read to its end.
    pub(crate) body_is_read: bool,
}

impl Connection {
    /// Takes a connected stream over. Without a timeout, reads and writes wait for ever.
    pub(crate) fn new(stream: Stream, timeout: Option<Duration>) -> io::Result<Connection> {
        if timeout.is_some() {
            stream.socket().set_read_timeout(timeout)?;
            stream.socket().set_write_timeout(timeout)?;
        }
        Ok(Connection {
            stream,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            requests: 0,
            body_is_read: false,
        })
    }

    pub(crate) fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Whether the server still holds the connection open and has sent nothing that nobody asked for.
    pub(crate) fn is_idle(&mut self) -> bool {
        if self.start != self.end || self.stream.socket().set_nonblocking(true).is_err() {
            return false;
        }
        let probe = self.stream.read(&mut [0]);
        let restored = self.stream.socket().set_nonblocking(false);
        restored.is_ok() && matches!(probe, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// What was read ahead and not yet consumed.
    pub(crate) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    pub(crate) fn consume(&mut self, length: usize) {
        self.start += length;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads more behind what is buffered; 0 means that the server closed the connection.
    pub(crate) fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2 + READ_AHEAD, 0);
        }
        let length = retry_interrupted(|| self.stream.read(&mut self.buffer[self.end..]))?;
        self.end += length;
        Ok(length)
    }

    /// Reads what is buffered, else straight from the stream into `out`; 0 means that the server closed the connection.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end {
            return retry_interrupted(|| self.stream.read(out));
        }
        let length = out.len().min(self.end - self.start);
        out[..length].copy_from_slice(&self.buffer[self.start..self.start + length]);
        self.consume(length);
        Ok(length)
    }
}

fn retry_interrupted(mut read: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match read() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("is_tls", &self.is_tls())
            .finish_non_exhaustive()
    }
}
