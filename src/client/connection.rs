//! One connection to a server: a socket, perhaps with TLS over it, once or twice, and the bytes that were read ahead.
//!
//! Reading and writing are blocking; the timeout is a property of the socket. It knows nothing of HTTP.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, StreamOwned};

/// How much is read ahead at a time. Bodies of known length are read past this buffer, into the caller's own.
const READ_AHEAD: usize = 16 * 1024;

/// What the operating system connects: TCP or a Unix socket.
pub(crate) struct Socket {
    kind: SocketKind,
    /// When what is being done must have come to its end: connecting with its handshakes, or waiting for an answer.
    deadline: Option<Instant>,
    /// What each read and write may take within the deadline.
    step: Option<Duration>,
}

enum SocketKind {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

/// Calls the same method of either kind of socket.
macro_rules! either {
    ($kind:expr, $socket:ident => $call:expr) => {
        match $kind {
            SocketKind::Tcp($socket) => $call,
            #[cfg(unix)]
            SocketKind::Unix($socket) => $call,
        }
    };
}

impl Socket {
    pub(crate) fn tcp(socket: TcpStream) -> Socket {
        // Latency matters more than the number of packets: requests are written whole.
        let _ = socket.set_nodelay(true);
        Socket {
            kind: SocketKind::Tcp(socket),
            deadline: None,
            step: None,
        }
    }

    #[cfg(unix)]
    pub(crate) fn unix(socket: UnixStream) -> Socket {
        Socket {
            kind: SocketKind::Unix(socket),
            deadline: None,
            step: None,
        }
    }

    fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        either!(&self.kind, socket => {
            socket.set_read_timeout(timeout)?;
            socket.set_write_timeout(timeout)
        })
    }

    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        either!(&self.kind, socket => socket.set_nonblocking(nonblocking))
    }

    /// Lets the next read or write wait no longer than the deadline allows.
    fn heed_deadline(&self) -> io::Result<()> {
        let Some(deadline) = self.deadline else {
            return Ok(());
        };
        match deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => self.set_timeout(Some(self.step.map_or(left, |step| step.min(left)))),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.heed_deadline()?;
        either!(&mut self.kind, socket => socket.read(out))
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heed_deadline()?;
        either!(&mut self.kind, socket => socket.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        either!(&mut self.kind, socket => socket.flush())
    }
}

/// The transport below HTTP. TLS can lie over TLS: in a tunnel through a proxy that is reached by TLS itself.
pub(crate) enum Stream {
    Plain(Socket),
    Tls(Box<StreamOwned<ClientConnection, Stream>>),
}

impl Stream {
    fn socket(&self) -> &Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => stream.sock.socket(),
        }
    }

    fn socket_mut(&mut self) -> &mut Socket {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => stream.sock.socket_mut(),
        }
    }

    /// Limits each read and write; none waits for ever.
    pub(crate) fn set_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.socket().set_timeout(timeout)
    }

    /// Limits everything that happens until it is taken off again, and each step of that.
    pub(crate) fn set_deadline(&mut self, deadline: Option<Instant>, step: Option<Duration>) {
        let socket = self.socket_mut();
        (socket.deadline, socket.step) = (deadline, step);
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
    /// What each read and write may take.
    timeout: Option<Duration>,
    /// How many requests have been sent over it.
    pub(crate) requests: usize,
    /// Whether the body of the present response was read to its end.
    pub(crate) body_is_read: bool,
}

impl Connection {
    /// Takes over a connected stream that has this timeout.
    pub(crate) fn new(stream: Stream, timeout: Option<Duration>) -> Connection {
        Connection {
            stream,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            timeout,
            requests: 0,
            body_is_read: false,
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Limits what follows by a deadline too, or takes it off and leaves the timeout alone.
    pub(crate) fn limit(&mut self, deadline: Option<Instant>) {
        self.stream.set_deadline(deadline, self.timeout);
        if deadline.is_none() {
            // A socket that refuses a timeout is a broken one, which the next read tells.
            let _ = self.stream.set_timeout(self.timeout);
        }
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
