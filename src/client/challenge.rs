//! A login that waits to be asked: when a response challenges it, which request it answers, and when it gives up.
//!
//! It belongs to one origin (law 3) and never leaves it. The arithmetic of an answer is in `auth::digest`.

use std::io::Read;

use super::response_head::ResponseHead;
use crate::auth::digest::{self, Asked, Challenge};
use crate::error::Error;
use crate::request::build::Request;
use crate::request::url::Origin;
use crate::sessions::Credentials;

/// How often one request is sent again because its nonce was stale.
const MAX_STALE: u32 = 3;

/// Digest credentials for an origin, with the challenge that it made last.
pub(crate) struct DigestLogin {
    credentials: Credentials,
    origin: Origin,
    challenge: Option<Challenge>,
    /// How often the challenge's nonce has been used.
    count: u32,
    /// Whether the present request carries an answer.
    has_answered: bool,
    stale: u32,
}

impl DigestLogin {
    pub(crate) fn new(credentials: Credentials, origin: Origin) -> DigestLogin {
        DigestLogin {
            credentials,
            origin,
            challenge: None,
            count: 0,
            has_answered: false,
            stale: 0,
        }
    }

    /// Whether this login may be used for a request.
    pub(super) fn is_for(&self, request: &Request) -> bool {
        request.url.origin() == self.origin
    }

    /// Puts the answer to the last challenge into a request.
    ///
    /// # Errors
    /// The server wants the body hashed, and it can be read only once.
    pub(super) fn authorize(&mut self, request: &mut Request) -> Result<(), Error> {
        let Some(challenge) = &self.challenge else {
            return Ok(());
        };
        let mut body = Vec::new();
        if challenge.covers_body() && !request.body.is_empty() {
            if !request.body.can_be_read_again() {
                return Err(Error::new(
                    "the server wants the body hashed (qop=auth-int), but it comes from a stream; give it as a file (@FILE)",
                ));
            }
            request.body.open()?.read_to_end(&mut body)?;
        }
        self.count += 1;
        let asked = Asked {
            method: &request.method,
            target: &request.url.request_target(),
            body: &body,
        };
        let nonce = digest::client_nonce()?;
        let answer = digest::answer(challenge, &self.credentials, &asked, self.count, &nonce);
        request.headers.remove("Authorization");
        request.insert_before_host("Authorization", answer);
        self.has_answered = true;
        Ok(())
    }

    /// Forgets the last challenge, and takes the answer to it out of a request that is sent again.
    pub(super) fn begin_anew(&mut self, request: &mut Request) {
        if self.challenge.take().is_some() {
            request.headers.remove("Authorization");
        }
        (self.count, self.has_answered, self.stale) = (0, false, 0);
    }

    /// Whether a response asks for an answer that was not yet given; then the request is to be sent again. A nonce that
    /// the server names for the next request is noted.
    pub(super) fn is_challenged_by(&mut self, head: &ResponseHead) -> bool {
        if head.status != 401 {
            self.take_next_nonce(head);
            (self.has_answered, self.stale) = (false, 0);
            return false;
        }
        let Some(challenge) = digest::strongest(head.headers.get_all("WWW-Authenticate")) else {
            return false;
        };
        self.stale += u32::from(self.has_answered);
        if self.has_answered && (!challenge.is_stale || self.stale > MAX_STALE) {
            return false;
        }
        self.challenge = Some(challenge);
        self.count = 0;
        true
    }

    /// RFC 7616, section 3.5.
    fn take_next_nonce(&mut self, head: &ResponseHead) {
        let next = head
            .headers
            .get("Authentication-Info")
            .and_then(digest::next_nonce);
        if let (Some(challenge), Some(nonce)) = (&mut self.challenge, next) {
            challenge.renew(nonce);
            self.count = 0;
        }
    }
}
