//! Shows the messages of an exchange as they come, saves what is downloaded, and tells how it goes.
//!
//! The observer of [`crate::client::exchange`]: it knows the plan, the output and the report, and nothing of how messages come.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::plan::plan;
use super::{Run, attempts, exit_status};
use crate::cli::invocation::{Invocation, Secrets};
use crate::client::exchange::{Observer, Pause, Response};
use crate::client::response_head::ResponseHead;
use crate::error::{Error, ExitStatus};
use crate::messages::Messages;
use crate::output::decode;
use crate::output::download::{Download, Facts, Saving};
use crate::output::mask;
use crate::output::progress::{Look, Meter, Metered, Place, Transfer};
use crate::output::report::{Counted, Report, ResponseFacts};
use crate::output::show::{Codings, Show, ShownBody, output_error};
use crate::output::target::Target;
use crate::request::build::Request;
use crate::url_text::hidden_in_text;

/// Uploads shorter than this, in bytes, are not shown.
const SHOWN_UPLOAD: u64 = 1 << 20;
/// Nor are those that take less time.
const SHOWN_UPLOAD_TIME: Duration = Duration::from_millis(500);

/// Shows the messages of an exchange as they come, and saves what is downloaded.
pub(super) struct Printer<'a> {
    pub(super) show: Arc<Mutex<Show>>,
    pub(super) invocation: &'a Invocation,
    pub(super) messages: &'a Messages,
    pub(super) download: Option<Download>,
    /// A download whose body broke off.
    pub(super) interrupted: Option<Saving>,
    pub(super) attempts: attempts::Attempts,
    /// Whether the server said that nothing is missing of the file.
    pub(super) was_complete: bool,
    /// Whether the present request has a `Range`.
    asked_for_part: bool,
    /// Its `If-Range`.
    version: Option<Vec<u8>>,
    /// How progress looks, where somebody looks at it.
    pub(super) look: Option<Look>,
    pub(super) report: Option<&'a mut Report>,
    /// The path of the first request's URL.
    pub(super) first_path: Option<String>,
    pub(super) is_head: bool,
    /// The file of `--output`, if this run made it.
    pub(super) made_file: Option<PathBuf>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(
        run: &'a Run<'a>,
        download: Option<Download>,
        report: Option<&'a mut Report>,
    ) -> Result<Printer<'a>, Error> {
        let invocation = &run.invocation;
        let plan = plan(invocation)?;
        let output = invocation.args.output.clone();
        let made_file = output.filter(|path| download.is_none() && !path.exists());
        let target = match &invocation.args.output {
            Some(path) if download.is_none() => Target::file(path)?,
            _ if invocation.args.quiet > 0 => Target::Nowhere,
            _ if invocation.downloads => Target::stderr()?,
            _ => Target::stdout()?,
        };
        let mut show = Show::new(target, plan);
        if invocation.args.retry.is_some_and(|retries| retries > 0) {
            show.hold_whole_bodies();
        }
        Ok(Printer {
            show: Arc::new(Mutex::new(show)),
            invocation,
            messages: run.messages,
            download: download.filter(|_| invocation.downloads),
            interrupted: None,
            attempts: attempts::Attempts::new(run)?,
            was_complete: false,
            asked_for_part: false,
            version: None,
            look: look(run),
            report,
            first_path: None,
            is_head: false,
            made_file,
        })
    }

    /// Saves the body of the final response.
    fn save(&mut self, response: &mut Response, decoded: &Cell<u64>) -> Result<(), Error> {
        let Some(download) = self.download.take() else {
            return Ok(());
        };
        let saving = download.begin(&self.facts(response))?;
        self.say(&format!("Downloading to {}", saving.name()));
        self.save_body(saving, response, decoded)
    }

    pub(super) fn save_body(
        &mut self,
        mut saving: Saving,
        response: &mut Response,
        decoded: &Cell<u64>,
    ) -> Result<(), Error> {
        match saving.run(&mut response.body, decoded, self.look) {
            Ok(summary) => {
                self.say(&format!("Done. {summary}"));
                Ok(())
            }
            Err(error) => {
                self.interrupted = Some(saving);
                Err(error)
            }
        }
    }

    pub(super) fn facts<'r>(&'r self, response: &'r Response) -> Facts<'r> {
        Facts {
            status: response.head.status,
            headers: &response.head.headers,
            length: response.body.announced_length(),
            path: self.first_path.as_deref().unwrap_or_default(),
            asked_for_part: self.asked_for_part,
            version: self.version.as_deref(),
        }
    }

    /// Tells how a download goes.
    pub(super) fn say(&self, text: &str) {
        if self.invocation.args.quiet == 0 {
            self.messages.plain(&format!("{text}\n"));
        }
    }

    /// Reads a body to its end of which nothing was read, so that its size is known.
    fn measure(&self, response: &mut Response, decoded: &Cell<u64>) -> Result<(), Error> {
        if response.body.received() == 0 {
            let codings = response.head.headers.get_all("Content-Encoding");
            let body = decode::decode(&mut response.body, codings);
            io::copy(&mut Counted::new(body, decoded), &mut io::sink())?;
        }
        Ok(())
    }

    pub(super) fn show(&self) -> MutexGuard<'_, Show> {
        self.show.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Printer<'_> {
    fn request(&mut self, request: &mut Request) -> Result<(), Error> {
        let head = request.head();
        self.is_head = request.method == "HEAD";
        self.asked_for_part = request.headers.contains("Range");
        self.version = request.headers.get("If-Range").map(<[u8]>::to_vec);
        let path = request.url.path();
        self.first_path.get_or_insert_with(|| path.to_owned());
        let repeat = self.attempts.repeats.take();
        if let Some(report) = &mut self.report {
            let url = request.url.to_string();
            let url = match self.invocation.secrets {
                Secrets::Shown => url,
                // Those of the URL itself are not in it; a query can hold another URL.
                Secrets::Masked => {
                    String::from_utf8_lossy(&hidden_in_text(url.as_bytes())).into_owned()
                }
            };
            match repeat {
                None => report.request(&request.method, url, head.len()),
                Some(_) => report.repeated_request(head.len()),
            }
        }
        let head = match self.invocation.secrets {
            Secrets::Shown => head,
            Secrets::Masked => mask::request_head(&head, &request.bound_headers),
        };
        if let Some(reason) = repeat {
            return self.repeat(&head, &request.headers, reason);
        }
        let shows_body = self.show().shows_request_bodies();
        let can_wait = self.invocation.args.offline || request.body.can_be_read_again();
        if shows_body && !can_wait {
            self.show().request(&head, None)?;
            let show = Arc::clone(&self.show);
            request.body.tee(Box::new(move |piece| {
                show.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .raw(piece)
                    .map_err(|error| io::Error::other(output_error(error)))
            }));
            return Ok(());
        }
        if !shows_body || request.body.length() == Some(0) {
            return self.show().request(&head, None);
        }
        let mut reader = request.body.open()?;
        let body = ShownBody {
            reader: &mut reader,
            headers: &request.headers,
            codings: Codings::Keep,
            count: &Cell::new(0),
        };
        self.show().request(&head, Some(body))
    }

    fn sending(
        &mut self,
        mut body: Box<dyn Read + Send>,
        length: Option<u64>,
    ) -> Box<dyn Read + Send> {
        if let Some(report) = &self.report {
            body = report.sending(body);
        }
        let is_large = length.is_some_and(|length| length >= SHOWN_UPLOAD);
        let look = self.look.map(|look| Look {
            place: Place::Below,
            ..look
        });
        match look.filter(|_| is_large && !self.show().shows_request_bodies()) {
            None => body,
            look => Box::new(Metered {
                meter: Meter::new(Transfer::Upload, 0, length, look, SHOWN_UPLOAD_TIME),
                body,
            }),
        }
    }

    fn again(&mut self, pause: &Pause<'_>) -> Result<(), Error> {
        self.pause(pause)
    }

    fn given_up(&mut self, why: &str) {
        self.messages.hint(why);
    }

    fn takes_up(&mut self, request: &mut Request) -> Result<(), String> {
        self.ask_for_the_rest(request)
    }

    fn response(&mut self, response: &mut Response) -> Result<(), Error> {
        let args = &self.invocation.args;
        let head = &response.head;
        let seen = self.show().seen();
        self.attempts.seen = seen;
        let interrupted = self.interrupted.take_if(|_| response.is_final);
        let mut facts = ResponseFacts {
            status: head.status,
            version: head.version,
            head_bytes: head.raw.len() as u64,
            first_byte: self
                .report
                .as_ref()
                .map_or(Duration::ZERO, |report| report.age()),
            ..ResponseFacts::default()
        };
        let download = self.download.as_ref().filter(|_| response.is_final);
        let no_rest = download.and_then(|download| download.no_rest(head.status, &head.headers));
        self.was_complete = matches!(no_rest, Some(Ok(_)));
        // What stands in the file is what the server has (RFC 9110, section 15.4.5).
        let is_current = download.is_some() && head.status == 304;
        let status = match no_rest {
            // What is to be said of it is said below.
            Some(_) => ExitStatus::Success,
            None => exit_status(head.status, args),
        };
        if status != ExitStatus::Success
            && response.is_final
            && (!self.invocation.to_terminal || args.quiet == 1)
        {
            self.messages
                .warning(&format!("HTTP {}", head.status_and_reason()));
        }
        let decoded = Cell::new(0);
        let is_error = response.is_final && head.status >= 400 && no_rest.is_none();
        let mut outcome = match interrupted {
            Some(saving) => self.save_rest(saving, response, &decoded),
            None => self
                .turn_errors(is_error)
                .and_then(|()| self.show_response(response, &decoded)),
        };
        if status == ExitStatus::Success && response.is_final && !self.is_head {
            outcome = outcome.and_then(|()| match no_rest {
                Some(said) => said.map(|sentence| self.say(&sentence)),
                None if is_current => {
                    self.say("Not modified (HTTP 304): nothing was saved");
                    Ok(())
                }
                None => self.save(response, &decoded),
            });
        }
        if self.report.is_some() && response.is_final {
            outcome = outcome.and_then(|()| self.measure(response, &decoded));
            facts.body_bytes = Some(response.body.received());
            facts.decoded_bytes = Some(decoded.get());
        }
        if let Some(report) = &mut self.report {
            report.response(facts);
        }
        outcome
    }
}

impl Printer<'_> {
    /// A response's head as it may be seen.
    pub(super) fn shown_head<'h>(&self, head: &'h ResponseHead) -> Cow<'h, [u8]> {
        match self.invocation.secrets {
            Secrets::Shown => Cow::Borrowed(&head.raw),
            Secrets::Masked => Cow::Owned(mask::response_head(&head.raw)),
        }
    }

    pub(super) fn show_response(
        &self,
        response: &mut Response,
        decoded: &Cell<u64>,
    ) -> Result<(), Error> {
        let body = ShownBody {
            reader: &mut response.body,
            headers: &response.head.headers,
            codings: Codings::TakeOff,
            count: decoded,
        };
        let head = self.shown_head(&response.head);
        self.show().response(
            &head,
            body,
            response.elapsed.as_secs_f64(),
            response.is_final,
        )
    }
}

/// How progress looks: only to somebody at a terminal, who did not ask for silence.
pub(super) fn look(run: &Run<'_>) -> Option<Look> {
    let (args, env) = (&run.invocation.args, run.env);
    let can_draw = cfg!(unix) && env.stderr_is_terminal && !env.terminal_is_dumb();
    let goes_to_pipe = args.output.is_none() && !env.stdout_is_terminal;
    (can_draw && args.quiet == 0).then(|| Look {
        colors: !env.refuses_colors(),
        unicode: env.speaks_utf8(),
        place: match goes_to_pipe {
            true => Place::Behind,
            false => Place::Below,
        },
    })
}
