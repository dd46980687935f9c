//! The exchange: one request after the other until a final response, with the cookies of every hop.
//!
//! Who wants to show or keep a message is told of it in order, as an [`Observer`].

use std::io::Read;
use std::time::{Duration, Instant};

use super::redirect;
use super::response_head::ResponseHead;
use super::wire::{Incoming, Outgoing, OutgoingBody, ResponseBody, SendError, Wire};
use crate::error::{Error, ExitStatus};
use crate::request::build::Request;
use crate::request::url::{Scheme, Url};
use crate::sessions::{CookieJar, CookieUrl};

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

/// Sends `request`, follows redirects, and gives back the status of the final response.
///
/// Every response's cookies go to the jar, as of `now` (seconds since 1970), whether or not an error comes later.
pub(crate) fn run(
    wire: &Wire,
    mut request: Request,
    redirects: Redirects,
    jar: &mut CookieJar,
    now: i64,
    observer: &mut dyn Observer,
) -> Result<u16, Error> {
    let mut hops = 0;
    loop {
        observer.request(&mut request)?;
        let started = Instant::now();
        let Incoming { head, body } = send(wire, &mut request)?;
        let elapsed = started.elapsed();
        keep_cookies(jar, &head, &request.url, now);
        let location = redirect::location(&head).filter(|_| redirects.follow);
        let status = head.status;
        let mut response = Response {
            head,
            body,
            elapsed,
            is_final: location.is_none(),
        };
        hops += 1;
        if location.is_some() && redirects.max == Some(hops) {
            let message = format!("Too many redirects (--max-redirects={hops}).");
            return Err(Error::new(message).with_status(ExitStatus::TooManyRedirects));
        }
        observer.response(&mut response)?;
        let Some(location) = location else {
            return Ok(status);
        };
        // What cannot be drained closes its connection; the next request opens another.
        let _ = std::io::copy(
            &mut response.body.by_ref().take(DRAIN),
            &mut std::io::sink(),
        );
        drop(response);
        request = redirect::redirected(request, status, &location)?;
        let cookie = jar.header_for(&cookie_url(&request.url), now);
        request.set_cookies(cookie);
    }
}

/// Sends once, and a second time where a kept connection had been closed meanwhile.
fn send(wire: &Wire, request: &mut Request) -> Result<Incoming, Error> {
    for _ in 0..2 {
        let body = match request.body.is_empty() {
            true => None,
            false => Some(OutgoingBody {
                name: request.body.name(),
                length: request.framed_length(),
                reader: request.body.open()?,
            }),
        };
        let outgoing = Outgoing {
            head: request.head(),
            body,
            is_head: request.method == "HEAD",
        };
        match wire.send(&request.url, outgoing) {
            Ok(incoming) => return Ok(incoming),
            Err(SendError::Failed(error)) => return Err(error),
            Err(SendError::Stale) => {}
        }
    }
    Err(Error::new(
        "the server closes every connection without an answer",
    ))
}

/// Where a URL stands for cookies.
pub(crate) fn cookie_url(url: &Url) -> CookieUrl<'_> {
    CookieUrl::new(url.scheme == Scheme::Https, url.host(), url.path())
}

fn keep_cookies(jar: &mut CookieJar, head: &ResponseHead, url: &Url, now: i64) {
    for line in head.headers.get_all("Set-Cookie") {
        // A refused cookie is no error of the run: the server asked for what it may not have.
        let _ = jar.receive(line, &cookie_url(url), now);
    }
}
