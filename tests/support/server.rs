//! An HTTP/1.1 server on a free loopback port that records each request exactly as its bytes came.
//!
//! It is strict about nothing and answers what the test's handler says, hostile bytes included. A thread a connection;
//! dropping the server closes every connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::message::{Message, text};
use super::program::Running;
use super::tls::Identity;

/// Of a longer body only this much is kept; the rest is counted.
const RECORD_LIMIT: usize = 4 << 20;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The start line and the headers, up to and with the empty line.
    pub(crate) head: Vec<u8>,
    /// The body as it was on the wire, chunk framing included.
    pub(crate) wire_body: Vec<u8>,
    /// The body without its framing.
    pub(crate) body: Vec<u8>,
    /// The length of the body without its framing, also where not all of it was kept.
    pub(crate) body_length: u64,
    /// Counts the connections from 0: equal numbers came over one connection.
    pub(crate) connection: usize,
}

impl Received {
    pub(crate) fn message(&self) -> Message {
        Message::parse(&self.head)
    }

    pub(crate) fn method(&self) -> String {
        self.start_line_part(0)
    }

    pub(crate) fn target(&self) -> String {
        self.start_line_part(1)
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.message().header(name).map(str::to_owned)
    }

    pub(crate) fn body_text(&self) -> String {
        text(&self.body).into_owned()
    }

    /// Head and body exactly as they were on the wire.
    pub(crate) fn wire(&self) -> Vec<u8> {
        [&self.head[..], &self.wire_body[..]].concat()
    }

    fn start_line_part(&self, index: usize) -> String {
        let line = self.message().start_line;
        line.split(' ').nth(index).unwrap_or_default().to_owned()
    }
}

type Drive = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

enum Body {
    Whole(Vec<u8>),
    Chunks(Vec<Vec<u8>>),
    /// Writes head and body itself; the connection is closed afterwards.
    Driven(Drive),
}

/// What the handler wants sent.
pub(crate) struct Answer {
    status: String,
    headers: Vec<(String, String)>,
    body: Body,
}

impl Answer {
    /// `status` is a number, or a number and a reason phrase.
    pub(crate) fn new(status: impl ToString) -> Answer {
        let status = status.to_string();
        let status = match status.as_str() {
            "200" => "200 OK".to_owned(),
            "302" => "302 Found".to_owned(),
            "404" => "404 Not Found".to_owned(),
            other if other.contains(' ') => status,
            other => format!("{other} Status"),
        };
        Answer {
            status,
            headers: Vec::new(),
            body: Body::Whole(Vec::new()),
        }
    }

    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Answer {
        Answer::new(200).body(body)
    }

    pub(crate) fn json(body: &str) -> Answer {
        Answer::ok(body).header("Content-Type", "application/json")
    }

    pub(crate) fn redirect(status: u16, location: impl Into<String>) -> Answer {
        Answer::new(status).header("Location", location)
    }

    /// These bytes and nothing else, then the end of the connection.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Answer {
        let bytes = bytes.into();
        Answer::drive(move |socket| socket.write_all(&bytes))
    }

    /// The closure writes everything, the head too, at its own pace; then the connection ends.
    pub(crate) fn drive(
        drive: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
    ) -> Answer {
        Answer {
            body: Body::Driven(Box::new(drive)),
            ..Answer::new(200)
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Answer {
        Answer {
            body: Body::Whole(body.into()),
            ..self
        }
    }

    /// The body in chunked framing, a chunk a piece.
    pub(crate) fn chunked(self, pieces: &[&str]) -> Answer {
        let pieces = pieces.iter().map(|piece| piece.as_bytes().to_vec());
        Answer {
            body: Body::Chunks(pieces.collect()),
            ..self
        }
    }

    /// Whether the connection can be used again.
    fn write(self, socket: &mut dyn Write, method: &str) -> io::Result<bool> {
        let mut bytes = format!("HTTP/1.1 {}\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        match self.body {
            Body::Driven(drive) => {
                drive(socket)?;
                socket.flush()?;
                return Ok(false);
            }
            Body::Whole(body) => {
                let typed = self
                    .headers
                    .iter()
                    .any(|(name, _)| name == "Content-Length");
                if !typed {
                    bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
                }
                bytes.extend(b"\r\n");
                if method != "HEAD" {
                    bytes.extend(body);
                }
            }
            Body::Chunks(pieces) => {
                bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                    bytes.extend(format!("{:x}\r\n", piece.len()).bytes());
                    bytes.extend(piece);
                    bytes.extend(b"\r\n");
                }
                bytes.extend(b"0\r\n\r\n");
            }
        }
        socket.write_all(&bytes)?;
        socket.flush()?;
        Ok(true)
    }
}

type Handler = dyn Fn(&Received) -> Answer + Send + Sync;

struct Shared {
    handler: Box<Handler>,
    identity: Option<Identity>,
    requests: Mutex<Vec<Received>>,
    arrived: Condvar,
    sockets: Mutex<Vec<TcpStream>>,
    connections: AtomicUsize,
    stopping: AtomicBool,
}

/// A port that nobody else can have and that refuses connections until a server opens it.
pub(crate) struct ClosedPort {
    socket: socket2::Socket,
    address: SocketAddr,
}

impl ClosedPort {
    pub(crate) fn reserve() -> ClosedPort {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)
            .expect("a socket");
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        socket.bind(&any.into()).expect("a free loopback port");
        let address = socket.local_addr().ok().and_then(|found| found.as_socket());
        ClosedPort {
            socket,
            address: address.expect("a bound socket has an address"),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on connections are accepted.
    pub(crate) fn open(
        self,
        handler: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    ) -> Server {
        self.socket.listen(128).expect("a bound socket");
        Server::over(self.socket.into(), Box::new(handler), None)
    }
}

/// A running server.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(handler: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Server {
        Server::listen(Box::new(handler), None)
    }

    /// The same over TLS, shown to clients with this certificate.
    pub(crate) fn start_tls(
        identity: Identity,
        handler: impl Fn(&Received) -> Answer + Send + Sync + 'static,
    ) -> Server {
        Server::listen(Box::new(handler), Some(identity))
    }

    fn listen(handler: Box<Handler>, identity: Option<Identity>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        Server::over(listener, handler, identity)
    }

    fn over(listener: TcpListener, handler: Box<Handler>, identity: Option<Identity>) -> Server {
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            handler,
            identity,
            requests: Mutex::default(),
            arrived: Condvar::new(),
            sockets: Mutex::default(),
            connections: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        });
        let for_acceptor = Arc::clone(&shared);
        let acceptor = std::thread::spawn(move || accept(&listener, &for_acceptor));
        Server {
            address,
            shared,
            acceptor: Some(acceptor),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// `http://127.0.0.1:PORT` and this path.
    pub(crate) fn url(&self, path: &str) -> String {
        self.url_as("127.0.0.1", path)
    }

    /// The same server under another of its names.
    pub(crate) fn url_as(&self, host: &str, path: &str) -> String {
        let scheme = if self.shared.identity.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{host}:{}{path}", self.port())
    }

    /// Answers each request in turn with the next of these functions, and with the last for ever.
    pub(crate) fn in_turn<const N: usize>(
        answers: [fn(&Received) -> Answer; N],
    ) -> impl Fn(&Received) -> Answer + Send + Sync + 'static {
        let asked = AtomicUsize::new(0);
        move |request| {
            let turn = asked.fetch_add(1, Ordering::SeqCst);
            answers[turn.min(N - 1)](request)
        }
    }

    pub(crate) fn requests(&self) -> Vec<Received> {
        lock(&self.shared.requests).clone()
    }

    pub(crate) fn request_count(&self) -> usize {
        lock(&self.shared.requests).len()
    }

    /// How many connections were made, also those that sent no request.
    pub(crate) fn connection_count(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// The one request that there was.
    pub(crate) fn only_request(&self) -> Received {
        let mut requests = self.requests();
        assert_eq!(
            requests.len(),
            1,
            "one request was expected: {:?}",
            starts(&requests)
        );
        requests.remove(0)
    }

    pub(crate) fn last_request(&self) -> Received {
        let last = self.requests().pop();
        last.expect("the server was asked at least once")
    }

    /// Waits until this many requests have come whole from a program that is still running.
    pub(crate) fn wait_for(&self, count: usize, program: &mut Running) -> Vec<Received> {
        let mut requests = lock(&self.shared.requests);
        while requests.len() < count {
            // Looking up now and then only makes a failure quick; the watchdog ends a program that hangs.
            let ended = program.has_ended();
            assert!(
                !ended,
                "{count} requests were expected: {:?}",
                starts(&requests)
            );
            let waited = self
                .shared
                .arrived
                .wait_timeout(requests, Duration::from_millis(100));
            requests = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor, which then sees that it should stop.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
        for socket in lock(&self.shared.sockets).drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

fn starts(requests: &[Received]) -> Vec<String> {
    requests
        .iter()
        .map(|request| request.message().start_line)
        .collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for socket in listener.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        let Ok(socket) = socket else { continue };
        let number = shared.connections.fetch_add(1, Ordering::SeqCst);
        if let Ok(copy) = socket.try_clone() {
            lock(&shared.sockets).push(copy);
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            let closing = socket.try_clone();
            // A client that breaks off is a thing that tests do.
            let _ = serve_connection(socket, number, &shared);
            if let Ok(closing) = closing {
                let _ = closing.shutdown(Shutdown::Write);
            }
        });
    }
}

fn serve_connection(socket: TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    socket.set_nodelay(true)?;
    match &shared.identity {
        None => serve(
            &mut BufReader::with_capacity(1 << 16, socket),
            number,
            shared,
        ),
        Some(identity) => {
            let connection = rustls::ServerConnection::new(identity.server_config())
                .map_err(io::Error::other)?;
            let stream = rustls::StreamOwned::new(connection, socket);
            serve(
                &mut BufReader::with_capacity(1 << 16, stream),
                number,
                shared,
            )
        }
    }
}

fn serve<S: Read + Write>(
    stream: &mut BufReader<S>,
    number: usize,
    shared: &Shared,
) -> io::Result<()> {
    while let Some(request) = read_request(stream, number)? {
        let method = request.method();
        lock(&shared.requests).push(request.clone());
        shared.arrived.notify_all();
        let answer = (shared.handler)(&request);
        let reusable = answer.write(stream.get_mut(), &method)?;
        if !reusable {
            break;
        }
    }
    Ok(())
}

/// `None` when the client is done.
fn read_request(stream: &mut impl BufRead, connection: usize) -> io::Result<Option<Received>> {
    let mut head = Vec::new();
    // A TLS handshake has come to the wrong door; its sender would wait for ever.
    if stream.fill_buf()?.first() == Some(&0x16) {
        return Ok(None);
    }
    loop {
        let before = head.len();
        if stream.read_until(b'\n', &mut head)? == 0 {
            return Ok(None);
        }
        if before > 0 && matches!(&head[before..], b"\r\n" | b"\n") {
            break;
        }
    }
    let mut request = Received {
        head,
        wire_body: Vec::new(),
        body: Vec::new(),
        body_length: 0,
        connection,
    };
    let message = request.message();
    let chunked = message
        .header("Transfer-Encoding")
        .is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"));
    if chunked {
        read_chunks(stream, &mut request)?;
    } else if let Some(length) = message.header("Content-Length") {
        let length: u64 = length.parse().map_err(io::Error::other)?;
        read_body(stream, length, &mut request)?;
        request.wire_body.clone_from(&request.body);
    }
    Ok(Some(request))
}

fn read_chunks(stream: &mut impl BufRead, request: &mut Received) -> io::Result<()> {
    loop {
        let mut line = Vec::new();
        stream.read_until(b'\n', &mut line)?;
        let size = text(&line).trim().to_owned();
        let size = u64::from_str_radix(&size, 16).map_err(io::Error::other)?;
        let kept = request.body.len();
        read_body(stream, size, request)?;
        let mut end = Vec::new();
        stream.read_until(b'\n', &mut end)?;
        if request.wire_body.len() < RECORD_LIMIT {
            request.wire_body.extend(line);
            request.wire_body.extend(&request.body[kept..]);
            request.wire_body.extend(end);
        }
        if size == 0 {
            return Ok(());
        }
    }
}

fn read_body(stream: &mut impl BufRead, length: u64, request: &mut Received) -> io::Result<()> {
    let mut left = length;
    while left > 0 {
        let available = stream.fill_buf()?;
        if available.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let count = available
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let room = RECORD_LIMIT.saturating_sub(request.body.len());
        request.body.extend(&available[..count.min(room)]);
        stream.consume(count);
        request.body_length += count as u64;
        left -= count as u64;
    }
    Ok(())
}
