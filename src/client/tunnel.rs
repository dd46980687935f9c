//! A tunnel through an HTTP proxy: CONNECT (RFC 9110, section 9.3.6) over a stream that leads to the proxy.
//!
//! The one place that writes Proxy-Authorization where the origin cannot see it.

use std::io::{self, Read, Write};

use super::response_head::{self, ResponseHead};
use crate::error::{Error, Trouble, io_reason};

/// A proxy that says more than this has not understood.
const MAX_ANSWER: usize = 64 * 1024;

/// Why there is no tunnel.
pub(super) enum TunnelError {
    Io(io::Error),
    /// What the proxy said or did instead, as the end of a sentence.
    Refused(String),
    /// The same, where it may do better later: the origin cannot be reached, or it closed the connection.
    Unavailable(String),
}

impl From<io::Error> for TunnelError {
    fn from(error: io::Error) -> TunnelError {
        TunnelError::Io(error)
    }
}

impl TunnelError {
    /// The sentence for people, where it was not the time that ran out.
    pub(super) fn sentence(&self, proxy: &str, authority: &str) -> Error {
        let reason = match self {
            TunnelError::Io(error) => format!(
                "failed while it was asked for {authority}: {}",
                io_reason(error)
            ),
            TunnelError::Refused(reason) | TunnelError::Unavailable(reason) => {
                format!("did not connect to {authority}: {reason}")
            }
        };
        let error = Error::new(format!("ProxyError: the proxy {proxy} {reason}"));
        match self {
            TunnelError::Io(_) | TunnelError::Unavailable(_) => {
                error.with_trouble(Trouble::Unreachable)
            }
            TunnelError::Refused(_) => error,
        }
    }
}

/// Asks the proxy at the other end of `stream` to connect to `authority` (`host:port`).
pub(super) fn open(
    stream: &mut (impl Read + Write),
    authority: &str,
    authorization: Option<&[u8]>,
) -> Result<(), TunnelError> {
    let mut head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(authorization) = authorization {
        head.extend_from_slice(b"Proxy-Authorization: ");
        head.extend_from_slice(authorization);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head)?;
    stream.flush()?;
    let answer = read_answer(stream)?;
    match answer.status {
        200..=299 => Ok(()),
        407 => Err(TunnelError::Refused(format!(
            "it says {}. Credentials go into its URL, before the host: USER:PASSWORD@HOST:PORT",
            answer.status_and_reason()
        ))),
        status => {
            let reason = format!("it says {}", answer.status_and_reason());
            Err(match status {
                502..=504 => TunnelError::Unavailable(reason),
                _ => TunnelError::Refused(reason),
            })
        }
    }
}

/// Reads the final answer's head, and not a byte of what comes behind it.
fn read_answer(stream: &mut impl Read) -> Result<ResponseHead, TunnelError> {
    let mut bytes = Vec::new();
    let mut next = [0];
    loop {
        match stream.read(&mut next) {
            Ok(0) => {
                let reason = "it closed the connection".to_owned();
                return Err(TunnelError::Unavailable(reason));
            }
            Ok(_) => bytes.push(next[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        }
        let is_line_end = next[0] == b'\n';
        if is_line_end
            && response_head::head_length(&bytes, bytes.len().saturating_sub(4)).is_some()
        {
            let head = response_head::parse(&bytes, None).map_err(|_| not_http())?;
            if head.status >= 200 || head.status == 101 {
                return Ok(head);
            }
            bytes.clear();
        } else if bytes.len() > MAX_ANSWER {
            return Err(not_http());
        }
    }
}

fn not_http() -> TunnelError {
    TunnelError::Refused("its answer is not HTTP".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::scripted_peer::ScriptedPeer;
    use super::*;

    fn ask(answer: &str, authorization: Option<&[u8]>) -> (Result<(), String>, ScriptedPeer) {
        let mut proxy = ScriptedPeer::saying(answer);
        let outcome = open(&mut proxy, "a.test:443", authorization)
            .map_err(|error| error.sentence("http://p:1", "a.test:443").to_string());
        (outcome, proxy)
    }

    #[test]
    fn a_tunnel_begins_right_behind_the_final_answer() {
        let (outcome, mut proxy) = ask(
            "HTTP/1.1 103 Wait\r\nA: b\r\n\r\nHTTP/1.0 200 Connection established\r\n\r\nbehind",
            Some(b"Basic eA=="),
        );
        assert_eq!(outcome, Ok(()));
        assert_eq!(
            String::from_utf8_lossy(&proxy.heard),
            "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nProxy-Authorization: Basic eA==\r\n\r\n"
        );
        let mut rest = String::new();
        proxy.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "behind");
    }

    #[test]
    fn a_refusal_is_named() {
        for (answer, part) in [
            ("HTTP/1.1 407 Who are you\r\n\r\n", "407 Who are you"),
            (
                "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 9\r\n\r\n",
                "502 Bad Gateway",
            ),
            ("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", "302 Found"),
            ("HTTP/1.1 200 OK\r\n", "closed"),
            ("", "closed"),
            ("SSH-2.0\r\n\r\n", "not HTTP"),
        ] {
            let message = ask(answer, None).0.unwrap_err();
            assert!(
                message.contains(part) && message.contains("http://p:1"),
                "{message}"
            );
        }
        let endless = "x".repeat(MAX_ANSWER + 1);
        assert!(ask(&endless, None).0.unwrap_err().contains("not HTTP"));
    }
}
