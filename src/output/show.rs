//! Writes messages as the plan says: heads, bodies, meta lines, and the blank lines between them as in HTTPie.
//!
//! A body is a reader with its headers; where it came from does not matter here. What is not laid out anew is copied in
//! pieces, so memory does not grow with it.

use std::cell::Cell;
use std::io::{self, Read, Write};

use super::body::{BINARY_NOTICE, write_body};
use super::head::{self, HeaderOrder};
use super::plan::{Parts, Plan};
use super::target::Target;
use crate::error::{Error, io_reason};
use crate::headers::Headers;
use crate::terminal_text::{Layout, escape_controls};

/// The blank lines between a body and the next message.
const SEPARATOR: &[u8] = b"\n\n";

/// Whether content codings are taken off a body before it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codings {
    /// A response: what the server means is shown.
    TakeOff,
    /// A request: what is shown is what is sent.
    Keep,
}

/// A body and what is known about it.
pub(crate) struct ShownBody<'a> {
    pub(crate) reader: &'a mut dyn Read,
    /// The headers of its message: type and codings.
    pub(crate) headers: &'a Headers,
    pub(crate) codings: Codings,
    /// Counts its bytes without content codings.
    pub(crate) count: &'a Cell<u64>,
}

/// What is shown of one message.
struct Selection {
    head: bool,
    body: bool,
    meta: bool,
}

/// An output that remembers how much somebody can have seen of it. What is held back shows when it is flushed.
struct Seen {
    target: Target,
    bytes: u64,
    held: Option<Vec<u8>>,
}

impl Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(held) = &mut self.held {
            held.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let length = self.target.write(bytes)?;
        if !matches!(self.target, Target::Nowhere) {
            self.bytes += length as u64;
        }
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.held.take() {
            Some(held) => self.write_all(&held),
            None => Ok(()),
        }
    }
}

/// An output on which messages appear in order.
pub(crate) struct Show {
    out: Seen,
    plan: Plan,
    previous_had_body: bool,
    must_separate: bool,
    /// Whether nothing of a final response is shown before all of it is here, where its body is laid out whole.
    holds_whole_bodies: bool,
    /// What `previous_had_body` and `must_separate` were before the final response.
    before_response: Option<(bool, bool)>,
}

impl Show {
    pub(crate) fn new(out: Target, plan: Plan) -> Show {
        Show {
            out: Seen {
                target: out,
                bytes: 0,
                held: None,
            },
            plan,
            previous_had_body: false,
            must_separate: false,
            holds_whole_bodies: false,
            before_response: None,
        }
    }

    /// Lets nobody see anything of a final response whose body is laid out whole before all of it is here: then it can be
    /// asked for once more.
    pub(crate) fn hold_whole_bodies(&mut self) {
        self.holds_whole_bodies = true;
    }

    /// Shows what was held back of a response that broke off.
    pub(crate) fn show_held(&mut self) -> Result<(), Error> {
        self.out.flush().map_err(output_error)
    }

    /// Forgets a final response of which nobody has seen anything: it comes once more.
    pub(crate) fn forget_response(&mut self) {
        self.out.held = None;
        if let Some(before) = self.before_response.take() {
            (self.previous_had_body, self.must_separate) = before;
        }
    }

    /// Shows a request. One without a body has none here, nor has one whose body is copied while it is sent and follows
    /// through [`Show::raw`]: as in HTTPie, only a message behind it, or the end of an output that ends with it, parts them.
    pub(crate) fn request(
        &mut self,
        head: &[u8],
        body: Option<ShownBody<'_>>,
    ) -> Result<(), Error> {
        let parts = self.plan.parts;
        let selection = Selection {
            head: parts.request_head,
            body: parts.request_body,
            meta: false,
        };
        let parts_later = body.is_none() && parts.request_body && self.plan.to_terminal;
        self.message(head, body, &selection, None)?;
        self.must_separate = parts_later;
        Ok(())
    }

    /// Lets what follows appear elsewhere and in another form; a file that was to be written is left as it is.
    pub(crate) fn turn_to(&mut self, out: Target, plan: Plan) -> Result<(), Error> {
        if self.must_separate {
            self.write(SEPARATOR)?;
        }
        self.out.target = out;
        self.plan = plan;
        (self.previous_had_body, self.must_separate) = (false, false);
        Ok(())
    }

    /// How many bytes somebody can have seen so far.
    pub(crate) fn seen(&self) -> u64 {
        self.out.bytes
    }

    /// Whether messages before the final ones are shown.
    pub(crate) fn shows_history(&self) -> bool {
        self.plan
            .history
            .is_some_and(|history| history != Parts::default())
    }

    /// Shows the head of a request that goes out once more as it was shown. Its body is not repeated, but separated.
    pub(crate) fn repeated_request(&mut self, head: &[u8], headers: &Headers) -> Result<(), Error> {
        if !self.shows_history() {
            return Ok(());
        }
        let parts = self.plan.parts;
        let selection = Selection {
            head: parts.request_head,
            body: parts.request_body,
            meta: false,
        };
        self.without_body(head, headers, &selection)
    }

    /// Shows the head of a response that is no answer yet.
    pub(crate) fn passed_over_response(
        &mut self,
        head: &[u8],
        headers: &Headers,
    ) -> Result<(), Error> {
        // As if it had not come: the next message stands behind the one before.
        let Some(history) = self.plan.history else {
            return Ok(());
        };
        let selection = Selection {
            head: history.response_head,
            body: history.response_body,
            meta: false,
        };
        self.without_body(head, headers, &selection)
    }

    fn without_body(
        &mut self,
        head: &[u8],
        headers: &Headers,
        selection: &Selection,
    ) -> Result<(), Error> {
        let nothing = ShownBody {
            reader: &mut io::empty(),
            headers,
            codings: Codings::Keep,
            count: &Cell::new(0),
        };
        self.message(head, Some(nothing), selection, None)
    }

    /// Whether request bodies are shown.
    pub(crate) fn shows_request_bodies(&self) -> bool {
        self.plan.parts.request_body
    }

    /// Copies a piece of a body that is being sent.
    pub(crate) fn raw(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.plan.to_terminal && super::decode::is_binary(piece) {
            return self.out.write_all(BINARY_NOTICE);
        }
        match self.plan.to_terminal {
            true => self
                .out
                .write_all(&escape_controls(piece, Layout::KeepLines)),
            false => self.out.write_all(piece),
        }
    }

    /// Shows a response. `elapsed` is in seconds.
    pub(crate) fn response(
        &mut self,
        head: &[u8],
        body: ShownBody<'_>,
        elapsed: f64,
        is_final: bool,
    ) -> Result<(), Error> {
        let Parts {
            response_head,
            response_body,
            meta,
            ..
        } = match (is_final, self.plan.history) {
            (true, _) => self.plan.parts,
            (false, Some(history)) => history,
            // As if it had not come: the next message stands behind the one before.
            (false, None) => return Ok(()),
        };
        let selection = Selection {
            head: response_head,
            body: response_body,
            meta,
        };
        self.before_response = is_final.then_some((self.previous_had_body, self.must_separate));
        if is_final && selection.body && self.holds_whole_bodies {
            self.out.held = Some(Vec::new());
        }
        self.message(head, Some(body), &selection, Some(elapsed))?;
        self.show_held()
    }

    fn message(
        &mut self,
        head: &[u8],
        body: Option<ShownBody<'_>>,
        shown: &Selection,
        elapsed: Option<f64>,
    ) -> Result<(), Error> {
        let is_shown = shown.head || shown.body || shown.meta;
        if self.previous_had_body && is_shown && (self.must_separate || !self.plan.to_terminal) {
            self.write(SEPARATOR)?;
        }
        self.must_separate = false;
        self.previous_had_body = shown.body;
        if !is_shown {
            return Ok(());
        }
        if shown.head {
            self.write_head(head)?;
        }
        if shown.body
            && let Some(body) = body
        {
            write_body(body, shown.head, &self.plan, &mut self.out)?;
            if self.plan.to_terminal && !shown.meta {
                self.write(SEPARATOR)?;
            }
        }
        if let (true, Some(elapsed)) = (shown.meta, elapsed) {
            if shown.body {
                self.write(SEPARATOR)?;
            }
            let mut line = Vec::new();
            head::write_elapsed_time(elapsed, self.plan.style.as_ref(), &mut line);
            self.write(&line)?;
            self.write(SEPARATOR)?;
        }
        Ok(())
    }

    fn write_head(&mut self, head: &[u8]) -> Result<(), Error> {
        let visible = match self.plan.to_terminal {
            true => escape_controls(head, Layout::KeepLines),
            false => head.into(),
        };
        if !self.plan.is_pretty() {
            return self.write(&visible);
        }
        let order = match self.plan.format && self.plan.sort_headers {
            true => HeaderOrder::ByName,
            false => HeaderOrder::AsOnTheWire,
        };
        let mut shown = Vec::with_capacity(head.len() * 2);
        head::write_head(&visible, order, self.plan.style.as_ref(), &mut shown);
        self.write(&shown)
    }

    /// Ends the output.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        if self.must_separate {
            self.write(SEPARATOR)?;
        }
        self.out.target.settle().map_err(output_error)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.write_all(bytes).map_err(output_error)
    }
}

/// The sentence for an output that cannot be written; silence where nobody reads it any more.
pub(crate) fn output_error(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::output_closed(),
        // It says where.
        _ if error.get_ref().is_some_and(|inner| inner.is::<Error>()) => Error::from(error),
        _ => Error::new(format!("cannot write the output: {}", io_reason(&error))),
    }
}
