//! A server that knows nothing of HTTP: what goes over each connection, and how it ends, is the test's to say.
//!
//! [`super::Server`] is for servers that are odd; this one is for what no server should do: bytes before any request,
//! floods without an end, connections that are reset or held open in silence.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use socket2::SockRef;

use super::relay::Relay;

/// A listener that is there until it is dropped.
pub(crate) struct RawServer {
    door: Relay,
    heads: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl RawServer {
    /// Each connection is dealt with in a thread of its own.
    pub(crate) fn start(serve: impl Fn(RawConnection) + Send + Sync + 'static) -> RawServer {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let for_connections = Arc::clone(&heads);
        let count = AtomicUsize::new(0);
        let door = Relay::over(listener, move |stream| {
            stream.set_nodelay(true)?;
            serve(RawConnection {
                number: count.fetch_add(1, Ordering::SeqCst),
                heads: Arc::clone(&for_connections),
                stream,
                ends_gently: true,
            });
            Ok(())
        });
        RawServer { door, heads }
    }

    pub(crate) fn port(&self) -> u16 {
        self.door.port()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port())
    }

    pub(crate) fn connection_count(&self) -> usize {
        self.door.connection_count()
    }

    /// The heads of the requests that came, in order.
    pub(crate) fn heads(&self) -> Vec<Vec<u8>> {
        let heads = self.heads.lock();
        heads.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One connection. Dropped, it ends as a well-mannered server ends it: with a FIN, once the client has nothing to say.
pub(crate) struct RawConnection {
    /// Counts the connections from 0.
    pub(crate) number: usize,
    heads: Arc<Mutex<Vec<Vec<u8>>>>,
    stream: TcpStream,
    ends_gently: bool,
}

impl RawConnection {
    /// The port of the server.
    pub(crate) fn port(&self) -> u16 {
        self.stream.local_addr().map_or(0, |address| address.port())
    }

    /// Reads one request's head and gives its path; nothing where the client is gone.
    pub(crate) fn request(&mut self) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && matches!(self.stream.read(&mut byte), Ok(1)) {
            head.push(byte[0]);
            // A handshake (of TLS, of SOCKS) has come to the wrong door; its sender would wait for ever.
            if !head[0].is_ascii_alphabetic() {
                return String::new();
            }
        }
        let line = String::from_utf8_lossy(&head).into_owned();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        if !head.is_empty() {
            let mut heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
            heads.push(head);
        }
        path
    }

    /// A client that has gone away is no fault of a test's.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Reads a request and sends this.
    pub(crate) fn answer(&mut self, bytes: impl AsRef<[u8]>) {
        self.request();
        self.send(bytes);
    }

    /// Says the same until the client has had enough of it.
    pub(crate) fn flood(mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        let times = (64 << 10) / bytes.len().max(1) + 1;
        let piece = bytes.repeat(times);
        while self.send(&piece) {}
        self.ends_gently = false;
    }

    /// Sends the bytes one by one, a few milliseconds apart, until they or the client's patience end.
    pub(crate) fn drip(&mut self, bytes: impl IntoIterator<Item = u8>, pause: Duration) {
        for byte in bytes {
            // The client never speaks here: the wait is the pause, and its end is noticed at once.
            let _ = self.stream.set_read_timeout(Some(pause));
            let gone = match self.stream.read(&mut [0]) {
                Ok(0) => true,
                Ok(_) => false,
                Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            };
            if gone || !self.send([byte]) {
                break;
            }
        }
        let _ = self.stream.set_read_timeout(None);
    }

    /// Holds the connection open in silence until the client closes it.
    pub(crate) fn hold(&mut self) {
        let mut ignored = [0; 4096];
        while matches!(self.stream.read(&mut ignored), Ok(1..)) {}
    }

    /// Ends with a RST instead of a FIN.
    pub(crate) fn reset(mut self) {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        self.ends_gently = false;
    }
}

impl Drop for RawConnection {
    fn drop(&mut self) {
        if self.ends_gently {
            let _ = self.stream.shutdown(Shutdown::Write);
            // What is not read when a socket is closed makes the kernel send a RST.
            self.hold();
        }
    }
}
