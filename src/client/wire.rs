//! The exact head we send, the exact head we got.
//!
//! A ureq agent pools connections; what it would write and read itself is not what goes over the wire.
//! - **ureq is told** of a `GET` of the origin's root without a body. Its own head ends in [`Line::transmit_output`],
//!   which drops it and sends ours, and our body behind it, byte for byte. Behind a proxy the origin it is told of
//!   stands for the route; it resolves nothing: the [`Dialer`] connects, by the [`Route`] that waits in the slot.
//! - **The response** head is read here, leniently, and kept as it came. ureq is given a small canonical one
//!   in its place: `200`, chunked where there is a body, `close` where the connection cannot be used again.
//! - **The response body** is read here too ([`ResponseBody`]). When it is read to its end, ureq is shown the last
//!   chunk and takes the connection back into its pool; when it is not, the connection is closed with ureq's own body.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use super::connection::Connection;
use super::framing::{self, Framing};
use super::response_body::ResponseBody;
use super::response_head::{self, HeadError, MAX_HEAD, ResponseHead};
use super::route::Route;
use super::sending::{OutgoingBody, SendBodyError, send_body};
use super::transport::{Covered, Deadline, Dialer, Settings};
use crate::error::{Error, Trouble, io_reason};
use crate::request::url::{Origin, Url};

/// How many interim (1xx) responses are passed over before the final one.
const MAX_INTERIM: usize = 32;
/// What is to be sent: one serialised head and, behind it, one body.
pub(crate) struct Outgoing {
    pub(crate) head: Vec<u8>,
    pub(crate) body: Option<OutgoingBody>,
    /// Whether the method is HEAD, to which the answer has no body whatever it says.
    pub(crate) is_head: bool,
    pub(crate) deadline: Option<Deadline>,
}

/// A response whose head has arrived and whose body is still to be read.
pub(crate) struct Incoming {
    pub(crate) head: ResponseHead,
    pub(crate) body: ResponseBody,
}

/// Sends requests and receives responses over connections that it keeps as long as it can.
pub(crate) struct Wire {
    agent: ureq::Agent,
    exchange: Shared<Slot>,
    timeout_text: Arc<str>,
}

/// Where the request waits for the transport, and the response head for the caller.
#[derive(Default)]
struct Slot {
    /// Where to connect to and how, should the pool have no connection.
    target: Option<(Route, Origin)>,
    outgoing: Option<Outgoing>,
    deadline: Option<Deadline>,
    incoming: Option<(ResponseHead, Framing, Shared<Connection>)>,
    /// The connection had served before and was closed without a byte of answer: another try is safe if the body is.
    stale: bool,
}

/// What ureq's transport and its caller both hold.
pub(super) struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    fn new(value: T) -> Shared<T> {
        Shared(Arc::new(Mutex::new(value)))
    }

    /// There is one thread; a lock that a panic poisoned elsewhere is still whole.
    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        Shared(Arc::clone(&self.0))
    }
}

/// Why no response came.
pub(crate) enum SendError {
    /// A kept connection turned out to be closed: send again.
    Stale,
    Failed(Error),
}

impl Wire {
    pub(crate) fn new(settings: Settings) -> Wire {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .max_response_header_size(MAX_HEAD)
            .build();
        let exchange = Shared::new(Slot::default());
        let timeout_text: Arc<str> = settings.timeout_text().into();
        let line_connector = LineConnector {
            max_headers: settings.max_headers,
            timeout_text: Arc::clone(&timeout_text),
            dialer: Dialer::new(settings),
            exchange: exchange.clone(),
        };
        Wire {
            agent: ureq::Agent::with_parts(config, line_connector, NoResolver),
            exchange,
            timeout_text,
        }
    }

    /// Sends a request to the origin of `url` by this route and waits for the head of the final response.
    pub(crate) fn send(
        &self,
        url: &Url,
        route: &Route,
        outgoing: Outgoing,
    ) -> Result<Incoming, SendError> {
        let origin = url.origin();
        let root = route.connection_url(&origin);
        let request = ureq::http::Request::get(&root).body(()).map_err(|_| {
            SendError::Failed(Error::new(format!(
                "Invalid URL '{url}': the host cannot be connected to"
            )))
        })?;
        *self.exchange.lock() = Slot {
            target: Some((route.clone(), origin)),
            deadline: outgoing.deadline,
            outgoing: Some(outgoing),
            ..Slot::default()
        };
        let outcome = self.agent.run(request);
        let mut slot = self.exchange.lock();
        let incoming = slot.incoming.take();
        match (outcome, incoming) {
            (Ok(response), Some((head, framing, connection))) => Ok(Incoming {
                head,
                body: ResponseBody::new(
                    framing,
                    connection,
                    response.into_body(),
                    Arc::clone(&self.timeout_text),
                ),
            }),
            (Err(_), _) if slot.stale => Err(SendError::Stale),
            (Err(error), _) => Err(SendError::Failed(own_error(error))),
            (Ok(_), None) => Err(SendError::Failed(Error::new(
                "the server's answer was lost",
            ))),
        }
    }
}

/// Our own errors travel through ureq in a box and come out as they were.
fn own_error(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Other(boxed) => match boxed.downcast::<Error>() {
            Ok(own) => *own,
            Err(other) => Error::new(other.to_string()),
        },
        ureq::Error::Io(error) => Error::new(io_reason(&error)),
        other => Error::new(other.to_string()),
    }
}

fn through_ureq(error: Error) -> ureq::Error {
    ureq::Error::Other(Box::new(error))
}

/// Makes the transports that ureq sees.
struct LineConnector {
    dialer: Dialer,
    max_headers: Option<usize>,
    timeout_text: Arc<str>,
    exchange: Shared<Slot>,
}

impl Connector<()> for LineConnector {
    type Out = Line;

    fn connect(&self, _: &ConnectionDetails, _: Option<()>) -> Result<Option<Line>, ureq::Error> {
        let (target, deadline) = {
            let mut slot = self.exchange.lock();
            (slot.target.take(), slot.deadline)
        };
        let Some((route, origin)) = target else {
            return Ok(None);
        };
        let wait = deadline.map(|deadline| deadline.at);
        let connection = self
            .dialer
            .dial(&route, &origin, wait)
            .map_err(through_ureq)?;
        Ok(Some(Line {
            is_tls: connection.is_tls(),
            connection: Shared::new(connection),
            exchange: self.exchange.clone(),
            buffers: LazyBuffers::new(512, 1024),
            max_headers: self.max_headers,
            timeout_text: self.timeout_text.clone(),
            stage: Stage::Idle,
        }))
    }
}

impl fmt::Debug for LineConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineConnector")
    }
}

/// Look-ups happen in the [`Dialer`], which alone knows whose name is to be looked up.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &ureq::http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// Where a transport stands in the present exchange.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    /// The request is sent; the response head comes next.
    Sent {
        body_is_whole: bool,
        is_head: bool,
    },
    /// ureq has seen its canonical head; what it may still see is the last chunk.
    HeadGiven,
}

/// What comes next from the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Head,
    Body,
}

/// A connection as ureq sees it: a transport that carries canonical messages.
struct Line {
    connection: Shared<Connection>,
    exchange: Shared<Slot>,
    buffers: LazyBuffers,
    max_headers: Option<usize>,
    timeout_text: Arc<str>,
    is_tls: bool,
    stage: Stage,
}

impl Line {
    fn give(&mut self, canonical: &[u8]) {
        let space = self.buffers.input_append_buf();
        let length = canonical.len().min(space.len());
        space[..length].copy_from_slice(&canonical[..length]);
        self.buffers.input_appended(length);
    }

    /// Sends our head and body. An error while the body goes out may mean that the server has answered already and
    /// closed its side (413, 401): then the answer is read all the same.
    fn send(&mut self, mut outgoing: Outgoing) -> Result<(), Error> {
        let mut connection = self.connection.lock();
        connection.requests += 1;
        connection.body_is_read = false;
        let is_head = outgoing.is_head;
        let sent = match outgoing.body.take() {
            None => connection
                .write_all(&outgoing.head)
                .map_err(SendBodyError::Write),
            Some(body) => send_body(&mut connection, outgoing.head, body),
        };
        let body_is_whole = match sent {
            Ok(()) => true,
            Err(SendBodyError::Write(error)) if is_disconnection(&error) => false,
            Err(SendBodyError::Write(error)) => {
                return Err(self.failure("sending the request", &error));
            }
            Err(SendBodyError::Read(error)) => return Err(error),
        };
        drop(connection);
        self.stage = Stage::Sent {
            body_is_whole,
            is_head,
        };
        Ok(())
    }

    /// Reads heads up to the first that is final, and hands it over.
    fn receive_head(&mut self, body_is_whole: bool, is_head: bool) -> Result<(), Error> {
        let (head, framing) = {
            let mut connection = self.connection.lock();
            let mut interim = 0;
            let head = loop {
                let head = self.read_head(&mut connection)?;
                if head.status >= 200 || head.status == 101 {
                    break head;
                }
                interim += 1;
                if interim > MAX_INTERIM {
                    return Err(Error::new(format!(
                        "the server sent more than {MAX_INTERIM} interim responses"
                    )));
                }
            };
            let framing = framing::of_response(&head, is_head).map_err(Error::new)?;
            (head, framing)
        };
        self.limit(Awaited::Body);
        let closes = !body_is_whole
            || head.closes_connection()
            || framing::is_doubtful(&head)
            || framing == Framing::UntilClose
            || head.status == 101;
        let mut canonical = match framing {
            Framing::None => b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n".to_vec(),
            _ => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n".to_vec(),
        };
        if closes {
            canonical.extend_from_slice(b"Connection: close\r\n");
        }
        canonical.extend_from_slice(b"\r\n");
        self.give(&canonical);
        self.stage = Stage::HeadGiven;
        self.exchange.lock().incoming = Some((head, framing, self.connection.clone()));
        Ok(())
    }

    fn read_head(&self, connection: &mut Connection) -> Result<ResponseHead, Error> {
        let mut searched = 0;
        let length = loop {
            if let Some(length) = response_head::head_length(connection.buffered(), searched) {
                break length;
            }
            searched = connection.buffered().len().saturating_sub(3);
            response_head::check_start(connection.buffered()).map_err(head_error)?;
            if connection.buffered().len() > MAX_HEAD {
                return Err(Error::new(
                    "the head of the server's answer is larger than 1 MiB",
                ));
            }
            match connection.fill() {
                Ok(0) => return Err(self.closed_early(connection)),
                Ok(_) => {}
                Err(error) if is_disconnection(&error) && connection.buffered().is_empty() => {
                    return Err(self.closed_early(connection));
                }
                Err(error) => return Err(self.failure("waiting for the answer", &error)),
            }
        };
        let head = response_head::parse(&connection.buffered()[..length], self.max_headers)
            .map_err(head_error)?;
        connection.consume(length);
        Ok(head)
    }

    fn closed_early(&self, connection: &Connection) -> Error {
        let nothing_came = connection.buffered().is_empty();
        if nothing_came && connection.requests > 1 {
            self.exchange.lock().stale = true;
        }
        let sentence = match nothing_came {
            true => "the server closed the connection without an answer",
            false => "the server closed the connection within the head of its answer",
        };
        Error::new(sentence).with_trouble(Trouble::BrokenOff)
    }

    /// Limits the way to the head of the answer, where somebody waits for that; and gives the limits back that hold
    /// otherwise.
    fn limit(&self, stage: Awaited) {
        let deadline = self.answer_deadline();
        if deadline.is_some() {
            let deadline = deadline.filter(|_| stage == Awaited::Head);
            self.connection.lock().limit(deadline);
        }
    }

    fn answer_deadline(&self) -> Option<Instant> {
        let deadline = self.exchange.lock().deadline;
        deadline
            .filter(|deadline| deadline.covers == Covered::Answer)
            .map(|deadline| deadline.at)
    }

    fn failure(&self, doing: &str, error: &io::Error) -> Error {
        let waited = |until| until <= Instant::now();
        if is_timeout(error) && self.answer_deadline().is_some_and(waited) {
            let sentence = "the server gave no answer before the time of --wait was over";
            return Error::too_late(sentence);
        }
        transfer_error(doing, error, &self.timeout_text)
    }
}

fn head_error(error: HeadError) -> Error {
    Error::new(match error {
        HeadError::NotHttp(line) => {
            format!("the server's answer is not HTTP; it begins with {line:?}")
        }
        HeadError::TooManyHeaders(max) => {
            format!("the server sent more than {max} headers (--max-headers)")
        }
    })
}

/// The sentence for an error of a socket.
pub(super) fn transfer_error(doing: &str, error: &io::Error, timeout_text: &str) -> Error {
    if is_timeout(error) {
        return Error::timed_out(timeout_text);
    }
    if let Some(own) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return Error::new(format!(
            "the TLS connection failed while {doing}: {}",
            super::tls::after_handshake(own)
        ));
    }
    Error::new(format!(
        "the connection failed while {doing}: {}",
        io_reason(error)
    ))
    .with_trouble(Trouble::BrokenOff)
}

pub(super) fn is_timeout(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock
    )
}

fn is_disconnection(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
    )
}

impl Transport for Line {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), ureq::Error> {
        let outgoing = self.exchange.lock().outgoing.take();
        match outgoing {
            Some(outgoing) => {
                self.limit(Awaited::Head);
                self.send(outgoing).map_err(through_ureq)
            }
            None => Ok(()),
        }
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, ureq::Error> {
        match self.stage {
            Stage::Idle => Ok(false),
            Stage::Sent {
                body_is_whole,
                is_head,
            } => {
                self.receive_head(body_is_whole, is_head)
                    .map_err(through_ureq)?;
                Ok(true)
            }
            Stage::HeadGiven => {
                let body_is_read = self.connection.lock().body_is_read;
                if body_is_read {
                    self.give(b"0\r\n\r\n");
                    self.stage = Stage::Idle;
                }
                Ok(body_is_read)
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.connection.lock().is_idle()
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}
