//! `--json-meta`: facts about an exchange as one line of JSON, for programs that watch it.
//!
//! The keys are a promise: they are always there, in this order, and `null` stands for what is not known. It collects what
//! it is told and knows no socket, no URL and no clock but that of its own age.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::json_text;

/// What was measured while connections were opened, summed up; none where it did not happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionTimes {
    pub(crate) dns: Option<Duration>,
    pub(crate) connect: Option<Duration>,
    pub(crate) tls: Option<Duration>,
}

/// How a run ended.
pub(crate) struct Ending<'a> {
    pub(crate) exit_status: u8,
    pub(crate) error: Option<&'a str>,
    pub(crate) connections: ConnectionTimes,
    pub(crate) total: Duration,
}

/// What is known of an exchange so far.
pub(crate) struct Report {
    started: Instant,
    requests: u64,
    url: Option<String>,
    method: Option<String>,
    request_head: u64,
    request_body: Arc<AtomicU64>,
    response: Option<ResponseFacts>,
}

/// What is known of the final response.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ResponseFacts {
    pub(crate) status: u16,
    /// Major and minor.
    pub(crate) version: (u8, u8),
    pub(crate) head_bytes: u64,
    pub(crate) first_byte: Duration,
    /// Without chunk framing; none until the body was read.
    pub(crate) body_bytes: Option<u64>,
    /// Without content codings.
    pub(crate) decoded_bytes: Option<u64>,
}

impl Report {
    /// A report on an exchange that begins now.
    pub(crate) fn new() -> Report {
        Report {
            started: Instant::now(),
            requests: 0,
            url: None,
            method: None,
            request_head: 0,
            request_body: Arc::default(),
            response: None,
        }
    }

    /// How long it is since the beginning.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// A request is about to be sent. What was known of a response is history.
    pub(crate) fn request(&mut self, method: &str, url: String, head_bytes: usize) {
        self.requests += 1;
        self.method = Some(method.to_owned());
        self.url = Some(url);
        self.request_head = head_bytes as u64;
        self.request_body = Arc::default();
        self.response = None;
    }

    /// The request is about to be sent once more: that is no further hop.
    pub(crate) fn repeated_request(&mut self, head_bytes: usize) {
        self.request_head = head_bytes as u64;
        self.request_body = Arc::default();
        self.response = None;
    }

    /// A reader that counts what is sent of the present request's body.
    pub(crate) fn sending(&self, body: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        self.request_body.store(0, Ordering::Relaxed);
        let count = Arc::clone(&self.request_body);
        Box::new(Sent { body, count })
    }

    /// The final response, as far as it is known.
    pub(crate) fn response(&mut self, facts: ResponseFacts) {
        self.response = Some(facts);
    }

    /// The line, with its end.
    pub(crate) fn line(&self, ending: &Ending<'_>) -> String {
        let mut line = String::from("{\"url\": ");
        push_text(&mut line, self.url.as_deref());
        line.push_str(", \"method\": ");
        push_text(&mut line, self.method.as_deref());
        let response = self.response;
        let version = response.map(|facts| format!("{}.{}", facts.version.0, facts.version.1));
        line.push_str(", \"status\": ");
        push_number(&mut line, response.map(|facts| facts.status.into()));
        line.push_str(", \"http_version\": ");
        push_text(&mut line, version.as_deref());
        let hops = self.requests.saturating_sub(1);
        let sent = self.request_body.load(Ordering::Relaxed);
        // Writing to a String cannot fail.
        let _ = write!(
            line,
            ", \"hops\": {hops}, \"request\": {{\"head_bytes\": {}, \"body_bytes\": {sent}}}",
            self.request_head
        );
        line.push_str(", \"response\": {\"head_bytes\": ");
        push_number(&mut line, response.map(|facts| facts.head_bytes));
        line.push_str(", \"body_bytes\": ");
        push_number(&mut line, response.and_then(|facts| facts.body_bytes));
        line.push_str(", \"decoded_bytes\": ");
        push_number(&mut line, response.and_then(|facts| facts.decoded_bytes));
        line.push_str("}, \"times\": {");
        let times = [
            ("dns", ending.connections.dns),
            ("connect", ending.connections.connect),
            ("tls", ending.connections.tls),
            ("first_byte", response.map(|facts| facts.first_byte)),
            ("total", Some(ending.total)),
        ];
        for (index, (name, time)) in times.into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            let seconds = time.map_or("null".to_owned(), |time| {
                format!("{:.6}", time.as_secs_f64())
            });
            let _ = write!(line, "{comma}\"{name}\": {seconds}");
        }
        let _ = write!(
            line,
            "}}, \"exit_status\": {}, \"error\": ",
            ending.exit_status
        );
        push_text(&mut line, ending.error);
        line.push_str("}\n");
        line
    }
}

fn push_text(line: &mut String, text: Option<&str>) {
    match text {
        Some(text) => json_text::push_string(line, text),
        None => line.push_str("null"),
    }
}

fn push_number(line: &mut String, number: Option<u64>) {
    match number {
        Some(number) => line.push_str(&number.to_string()),
        None => line.push_str("null"),
    }
}

/// Counts what is read of a request's body.
struct Sent {
    body: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Read for Sent {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.body.read(out)?;
        self.count.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// Counts what is read through it.
pub(crate) struct Counted<'a, R> {
    inner: R,
    count: &'a Cell<u64>,
}

impl<'a, R: Read> Counted<'a, R> {
    pub(crate) fn new(inner: R, count: &'a Cell<u64>) -> Counted<'a, R> {
        Counted { inner, count }
    }
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(out)?;
        self.count.set(self.count.get() + length as u64);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(error: Option<&str>) -> Ending<'_> {
        Ending {
            exit_status: 1,
            error,
            connections: ConnectionTimes {
                dns: Some(Duration::from_micros(1500)),
                ..ConnectionTimes::default()
            },
            total: Duration::from_secs(2),
        }
    }

    #[test]
    fn all_keys_stand_in_the_line_of_a_run_that_did_nothing() {
        let line = Report::new().line(&ending(Some("no \"way\"\n")));
        assert_eq!(
            line,
            concat!(
                r#"{"url": null, "method": null, "status": null, "http_version": null, "hops": 0, "#,
                r#""request": {"head_bytes": 0, "body_bytes": 0}, "#,
                r#""response": {"head_bytes": null, "body_bytes": null, "decoded_bytes": null}, "#,
                r#""times": {"dns": 0.001500, "connect": null, "tls": null, "first_byte": null, "total": 2.000000}, "#,
                r#""exit_status": 1, "error": "no \"way\"\n"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn the_last_request_and_its_response_are_told() {
        let mut report = Report::new();
        report.request("GET", "http://a/".to_owned(), 10);
        report.response(ResponseFacts::default());
        report.request("POST", "http://b/".to_owned(), 20);
        let mut sent = report.sending(Box::new(&b"body"[..]));
        io::copy(&mut sent, &mut io::sink()).unwrap();
        report.response(ResponseFacts {
            status: 200,
            version: (1, 0),
            head_bytes: 30,
            body_bytes: Some(40),
            ..ResponseFacts::default()
        });
        let line = report.line(&ending(None));
        for part in [
            r#"{"url": "http://b/", "method": "POST", "status": 200, "http_version": "1.0", "hops": 1, "#,
            r#""request": {"head_bytes": 20, "body_bytes": 4}, "#,
            r#""response": {"head_bytes": 30, "body_bytes": 40, "decoded_bytes": null}"#,
            r#""error": null}"#,
        ] {
            assert!(line.contains(part), "{line}");
        }
    }
}
