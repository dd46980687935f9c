//! The exchange: one request after the other until a final response, with the cookies of every hop.
//!
//! Who wants to show or keep a message is told of it in order, as an [`Observer`].

use std::io::Read;
use std::time::{Duration, Instant};

use super::challenge::DigestLogin;
use super::redirect;
use super::response_body::ResponseBody;
use super::response_head::ResponseHead;
use super::route::{Route, Router};
use super::transport::Settings;
use super::wire::{Incoming, Outgoing, OutgoingBody, SendError, Wire};
use crate::error::{Error, ExitStatus};
use crate::request::build::Request;
use crate::request::url::{Scheme, Url};
use crate::sessions::{CookieJar, CookieUrl, without_port};

/// How much of an intermediate response's body is read so that its connection can be used again, in bytes.
const DRAIN: u64 = 1 << 20;

/// A response as an observer meets it: the head is here, the body comes as it is read.
pub(crate) struct Response {
    pub(crate) head: ResponseHead,
    pub(crate) body: ResponseBody,
    /// From the sending of the request to the end of the response's head.
    pub(crate) elapsed: Duration,
    /// Whether no further request follows.
    pub(crate) is_final: bool,
}

/// Is told of each message, in order.
pub(crate) trait Observer {
    /// A request is about to be sent. Its body may be read if it can be sent again.
    fn request(&mut self, request: &mut Request) -> Result<(), Error>;

    /// A body is about to be sent, maybe for a second time; what comes back is sent in its place. Its length in bytes may
    /// be known also where it goes out in chunks.
    fn sending(
        &mut self,
        body: Box<dyn Read + Send>,
        _length: Option<u64>,
    ) -> Box<dyn Read + Send> {
        body
    }

    /// A response's head has arrived. Its body may be read; what is left is passed over.
    fn response(&mut self, response: &mut Response) -> Result<(), Error>;
}

/// What the user asked about redirects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redirects {
    pub(crate) follow: bool,
    /// The number of redirect responses at which to give up; none is no limit.
    pub(crate) max: Option<u64>,
}

/// One request and all that follow from it.
pub(crate) struct Exchange {
    wire: Wire,
    router: Router,
    redirects: Redirects,
    /// Seconds since 1970, for the cookies.
    now: i64,
    login: Option<DigestLogin>,
    responses: u64,
}

impl Exchange {
    pub(crate) fn new(
        settings: Settings,
        router: Router,
        redirects: Redirects,
        now: i64,
    ) -> Exchange {
        Exchange {
            wire: Wire::new(settings),
            router,
            redirects,
            now,
            login: None,
            responses: 0,
        }
    }

    /// The same exchange with a login that waits for a challenge.
    pub(crate) fn with_login(mut self, login: Option<DigestLogin>) -> Exchange {
        self.login = login;
        self
    }

    /// How many responses have come so far.
    pub(crate) fn responses(&self) -> u64 {
        self.responses
    }

    /// Makes a request what it would be on the wire, and does not send it.
    pub(crate) fn prepare(&mut self, request: &mut Request) -> Result<(), Error> {
        self.router.lead(request).map(|_| ())
    }

    /// Sends `request`, follows redirects, and gives back the status of the final response. Every response's cookies go
    /// to the jar, whether or not an error comes later.
    pub(crate) fn run(
        &mut self,
        mut request: Request,
        jar: &mut CookieJar,
        observer: &mut dyn Observer,
    ) -> Result<u16, Error> {
        loop {
            self.login = self.login.take().filter(|login| login.is_for(&request));
            if let Some(login) = &mut self.login {
                login.authorize(&mut request)?;
            }
            let route = self.router.lead(&mut request)?;
            observer.request(&mut request)?;
            let started = Instant::now();
            let Incoming { head, body } = send(&self.wire, &route, &mut request, observer)?;
            let elapsed = started.elapsed();
            self.responses += 1;
            keep_cookies(jar, &head, &request, self.now);
            let status = head.status;
            let location = redirect::location(&head).filter(|_| self.redirects.follow);
            if location.is_some() && self.redirects.max == Some(self.responses) {
                let message = format!("Too many redirects (--max-redirects={}).", self.responses);
                return Err(Error::new(message).with_status(ExitStatus::TooManyRedirects));
            }
            let is_challenged = self
                .login
                .as_mut()
                .is_some_and(|login| login.is_challenged_by(&head));
            let mut response = Response {
                head,
                body,
                elapsed,
                is_final: location.is_none() && !is_challenged,
            };
            if response.is_final {
                response.body.close_at_end();
            }
            observer.response(&mut response)?;
            if response.is_final {
                return Ok(status);
            }
            // What cannot be drained closes its connection; the next request opens another.
            let _ = std::io::copy(
                &mut response.body.by_ref().take(DRAIN),
                &mut std::io::sink(),
            );
            drop(response);
            request = match location {
                Some(location) => redirect::redirected(request, status, &location)?,
                None => sendable_again(request)?,
            };
            let host = cookie_host(&request);
            let cookie = jar.header_for(&cookie_url(&request.url, &host), self.now);
            request.set_cookies(cookie);
        }
    }
}

/// A request that was challenged goes out once more as it is.
fn sendable_again(request: Request) -> Result<Request, Error> {
    match request.body.can_be_sent_again() {
        true => Ok(request),
        false => Err(Error::new(
            "the server asks for credentials (HTTP 401) and wants the body again, but it came from a stream that is used up; give it as a file (@FILE)",
        )),
    }
}

/// Sends once, and a second time where a kept connection had been closed meanwhile.
fn send(
    wire: &Wire,
    route: &Route,
    request: &mut Request,
    observer: &mut dyn Observer,
) -> Result<Incoming, Error> {
    for _ in 0..2 {
        let body = match request.body.is_empty() {
            true => None,
            false => {
                let length = request.body.length();
                Some(OutgoingBody {
                    name: request.body.name(),
                    length: request.framed_length(),
                    reader: observer.sending(request.body.open()?, length),
                })
            }
        };
        let outgoing = Outgoing {
            head: request.head(),
            body,
            is_head: request.method == "HEAD",
        };
        match wire.send(&request.url, route, outgoing) {
            Ok(incoming) => return Ok(incoming),
            Err(SendError::Failed(error)) => return Err(error),
            Err(SendError::Stale) => {}
        }
    }
    Err(Error::new(
        "the server closes every connection without an answer",
    ))
}

/// The host that cookies belong to: that of the Host header, as in HTTPie, else that of the URL.
fn cookie_host(request: &Request) -> String {
    let typed = request.headers.get_str("Host").map(without_port);
    typed
        .filter(|host| !host.is_empty())
        .unwrap_or(request.url.host())
        .to_owned()
}

/// Where a URL stands for cookies.
pub(crate) fn cookie_url<'a>(url: &'a Url, host: &'a str) -> CookieUrl<'a> {
    CookieUrl::new(url.scheme == Scheme::Https, host, url.path())
}

fn keep_cookies(jar: &mut CookieJar, head: &ResponseHead, request: &Request, now: i64) {
    let mut lines = head.headers.get_all("Set-Cookie").peekable();
    if lines.peek().is_none() {
        return;
    }
    let host = cookie_host(request);
    let from = cookie_url(&request.url, &host);
    for line in lines {
        // A refused cookie is no error of the run: the server asked for what it may not have.
        let _ = jar.receive(line, &from, now);
    }
}
