//! The exchange: one request after the other until a final response, with the cookies of every hop. What comes next is
//! decided here: the answer to a challenge, the target of a redirect, the same request once more, or nothing.
//!
//! Who wants to show or keep a message is told of it in order, as an [`Observer`].

use std::io::Read;
use std::time::{Duration, Instant};

use super::challenge::DigestLogin;
use super::redirect;
use super::response_body::ResponseBody;
use super::response_head::ResponseHead;
use super::retry::{Event, Occasion, Persistence, Progress, Rules, Verdict};
use super::route::{Route, Router};
use super::sending::OutgoingBody;
use super::transport::{Deadline, Settings};
use super::wire::{Incoming, Outgoing, SendError, Wire};
use crate::error::{Error, ExitStatus, Trouble};
use crate::request::build::Request;
use crate::request::url::{Scheme, Url};
use crate::sessions::{CookieJar, CookieUrl, without_port};

/// How much of an intermediate response's body is read so that its connection can be used again, in bytes.
const DRAIN: u64 = 1 << 20;
/// How long that may take: a new connection takes less.
const DRAIN_TIME: Duration = Duration::from_secs(1);

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

    /// The body of the final response broke off while it was read, and is to be asked for once more; the request may be
    /// changed to ask for the rest.
    ///
    /// # Errors
    /// Neither the rest of it nor all of it could be taken: why not, in a few words.
    fn takes_up(&mut self, _request: &mut Request) -> Result<(), String> {
        Err("nobody takes it".to_owned())
    }

    /// An attempt is over that is not the last: the same request follows after a pause. Its response, if it had one, is
    /// not told otherwise.
    fn again(&mut self, _pause: &Pause<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Why no further attempt follows, where one could be expected.
    fn given_up(&mut self, _why: &str) {}
}

/// The time between two attempts.
pub(crate) struct Pause<'a> {
    pub(crate) length: Duration,
    pub(crate) progress: Progress,
    pub(crate) outcome: Outcome<'a>,
}

/// What an attempt came to.
pub(crate) enum Outcome<'a> {
    Failed(&'a Error),
    Answered(&'a ResponseHead),
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
    persistence: Persistence,
    /// When the first attempt began.
    began: Instant,
    responses: u64,
    /// How many of the responses were not taken for an answer.
    passed_over: u64,
}

/// What follows an attempt.
enum Step {
    Done(u16),
    /// The same request, after a pause that is over.
    Again(Request),
    Next(Request),
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
            persistence: Persistence::new(Rules::default()),
            began: Instant::now(),
            responses: 0,
            passed_over: 0,
        }
    }

    /// The same exchange with a login that waits for a challenge.
    pub(crate) fn with_login(mut self, login: Option<DigestLogin>) -> Exchange {
        self.login = login;
        self
    }

    /// The same exchange with attempts after the first.
    pub(crate) fn with_retries(mut self, rules: Rules) -> Exchange {
        self.persistence = Persistence::new(rules);
        self
    }

    /// How many responses have come so far.
    pub(crate) fn responses(&self) -> u64 {
        self.responses
    }

    /// Whether the server was waited for and did not come.
    pub(crate) fn waited_in_vain(&self) -> bool {
        self.persistence.waited_in_vain()
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
        if let Some(option) = self.persistence.option()
            && !request.body.can_be_read_again()
        {
            return Err(Error::usage(format!(
                "{option} may need the request body a second time, but it comes from a stream that can be read once; give it as a file (@FILE)"
            )));
        }
        self.began = Instant::now();
        loop {
            request = match self.attempt(request, jar, observer)? {
                Step::Done(status) => return Ok(status),
                Step::Again(again) => self.as_new(again),
                Step::Next(mut next) => {
                    self.set_cookies(&mut next, jar);
                    next
                }
            };
        }
    }

    /// Sends a request once and sees what follows from that.
    fn attempt(
        &mut self,
        mut request: Request,
        jar: &mut CookieJar,
        observer: &mut dyn Observer,
    ) -> Result<Step, Error> {
        self.login = self.login.take().filter(|login| login.is_for(&request));
        if let Some(login) = &mut self.login {
            login.authorize(&mut request)?;
        }
        let route = self.router.lead(&mut request)?;
        observer.request(&mut request)?;
        let started = Instant::now();
        let deadline = self.persistence.deadline(self.began, &request.method);
        let Incoming { head, body } =
            match send(&self.wire, &route, &mut request, deadline, observer) {
                Ok(incoming) => incoming,
                Err(error) => {
                    self.after_failure(error, &request, observer)?;
                    return Ok(Step::Again(request));
                }
            };
        let elapsed = started.elapsed();
        self.responses += 1;
        if keep_cookies(jar, &head, &request, self.now) && self.persistence.option().is_some() {
            self.set_cookies(&mut request, jar);
        }
        if self.is_passed_over(&head, &request, observer)? {
            // Its connection closes unread: the next one may lead to a server that is better off.
            return Ok(Step::Again(request));
        }
        let response = Response {
            head,
            body,
            elapsed,
            is_final: true,
        };
        self.answer(response, request, observer)
    }

    /// Takes a response for an answer: shows it, and finds what it asks for.
    fn answer(
        &mut self,
        mut response: Response,
        mut request: Request,
        observer: &mut dyn Observer,
    ) -> Result<Step, Error> {
        let status = response.head.status;
        let location = redirect::location(&response.head).filter(|_| self.redirects.follow);
        let answered = self.responses - self.passed_over;
        if location.is_some() && self.redirects.max == Some(answered) {
            let message = format!("Too many redirects (--max-redirects={answered}).");
            return Err(Error::new(message).with_status(ExitStatus::TooManyRedirects));
        }
        let is_challenged = self
            .login
            .as_mut()
            .is_some_and(|login| login.is_challenged_by(&response.head));
        response.is_final = location.is_none() && !is_challenged;
        if response.is_final {
            response.body.close_at_end();
        }
        let shown = observer.response(&mut response);
        if response.is_final {
            drop(response);
            return match shown {
                Ok(()) => Ok(Step::Done(status)),
                Err(error) => self
                    .after_broken_body(error, &mut request, observer)
                    .map(|()| Step::Again(request)),
            };
        }
        shown?;
        drain(&mut response.body);
        drop(response);
        match location {
            Some(location) => redirect::redirected(request, status, &location),
            None => sendable_again(request),
        }
        .map(Step::Next)
    }

    /// Pauses where the rest of a body that broke off, or all of it, is to be asked for; gives the failure back where not.
    fn after_broken_body(
        &mut self,
        error: Error,
        request: &mut Request,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        let Some(trouble) = error.trouble() else {
            return Err(error);
        };
        if !self.persistence.is_for(Event::Failed(trouble)) {
            return Err(error);
        }
        if let Err(why) = observer.takes_up(request) {
            observer.given_up(&format!("not tried again: {why}"));
            return Err(error);
        }
        self.after_failure(error, request, observer)?;
        self.passed_over += 1;
        Ok(())
    }

    /// Pauses where another attempt follows one that failed; gives the failure back where none does.
    fn after_failure(
        &mut self,
        error: Error,
        request: &Request,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        let Some(trouble) = error.trouble() else {
            return Err(error);
        };
        let verdict = self.judge(Event::Failed(trouble), &request.method, None);
        match self.heed(verdict, Outcome::Failed(&error), observer)? {
            true => Ok(()),
            false if self.waited_in_vain() => Err(error.with_status(ExitStatus::Timeout)),
            false => Err(error),
        }
    }

    /// Whether a response is no answer yet; then the pause is over.
    fn is_passed_over(
        &mut self,
        head: &ResponseHead,
        request: &Request,
        observer: &mut dyn Observer,
    ) -> Result<bool, Error> {
        let retry_after = head.headers.get("Retry-After");
        let verdict = self.judge(Event::Answered(head.status), &request.method, retry_after);
        let is_passed_over = self.heed(verdict, Outcome::Answered(head), observer)?;
        self.passed_over += u64::from(is_passed_over);
        Ok(is_passed_over)
    }

    fn judge(&mut self, event: Event, method: &str, retry_after: Option<&[u8]>) -> Verdict {
        if self.persistence.option().is_none() {
            return Verdict::Settled;
        }
        let elapsed = self.began.elapsed();
        let passed = i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX);
        self.persistence.judge(&Occasion {
            event,
            method,
            retry_after,
            now: self.now.saturating_add(passed),
            elapsed,
            random: random_fraction(),
        })
    }

    /// Does what was judged, and tells whether the request is to be sent again.
    fn heed(
        &mut self,
        verdict: Verdict,
        outcome: Outcome<'_>,
        observer: &mut dyn Observer,
    ) -> Result<bool, Error> {
        match verdict {
            Verdict::Settled => Ok(false),
            Verdict::GivenUp(why) => {
                observer.given_up(&why);
                Ok(false)
            }
            Verdict::Again(length, progress) => {
                observer.again(&Pause {
                    length,
                    progress,
                    outcome,
                })?;
                // Ctrl-C and SIGTERM end the program from their handlers, also in here.
                std::thread::sleep(length);
                Ok(true)
            }
        }
    }

    /// A request that is sent once more without having been answered begins anew: a server that was started meanwhile
    /// knows nothing of the last challenge.
    fn as_new(&mut self, mut request: Request) -> Request {
        if let Some(login) = &mut self.login {
            login.begin_anew(&mut request);
        }
        request
    }

    fn set_cookies(&self, request: &mut Request, jar: &CookieJar) {
        let host = cookie_host(request);
        let cookie = jar.header_for(&cookie_url(&request.url, &host), self.now);
        request.set_cookies(cookie);
    }
}

/// A number from 0 up to 1 that differs from process to process: it need not be a secret.
fn random_fraction() -> f64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let bits = RandomState::new().build_hasher().finish();
    // The 53 bits that an f64 holds exactly.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
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

/// Reads what is left of a body that nobody wants to see, so that its connection can be used again. Where that cannot be done
/// soon, the connection is closed with the body, and the next request opens another.
fn drain(body: &mut ResponseBody) {
    let deadline = Instant::now() + DRAIN_TIME;
    body.set_deadline(Some(deadline));
    let mut rest = body.by_ref().take(DRAIN);
    let mut piece = [0; 8 << 10];
    while Instant::now() < deadline && !matches!(rest.read(&mut piece), Ok(0) | Err(_)) {}
    body.set_deadline(None);
}

/// Sends once, and a second time where a kept connection had been closed meanwhile.
fn send(
    wire: &Wire,
    route: &Route,
    request: &mut Request,
    deadline: Option<Deadline>,
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
                    is_a_stream: !request.body.can_be_read_again(),
                    reader: observer.sending(request.body.open()?, length),
                })
            }
        };
        let outgoing = Outgoing {
            head: request.head(),
            body,
            is_head: request.method == "HEAD",
            deadline,
        };
        match wire.send(&request.url, route, outgoing) {
            Ok(incoming) => return Ok(incoming),
            Err(SendError::Failed(error)) => return Err(error),
            Err(SendError::Stale) => {}
        }
    }
    let sentence = "the server closes every connection without an answer";
    Err(Error::new(sentence).with_trouble(Trouble::BrokenOff))
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

/// Takes the cookies of a response over and tells whether it had any.
fn keep_cookies(jar: &mut CookieJar, head: &ResponseHead, request: &Request, now: i64) -> bool {
    let mut lines = head.headers.get_all("Set-Cookie").peekable();
    if lines.peek().is_none() {
        return false;
    }
    let host = cookie_host(request);
    let from = cookie_url(&request.url, &host);
    for line in lines {
        // A refused cookie is no error of the run: the server asked for what it may not have.
        let _ = jar.receive(line, &from, now);
    }
    true
}
