//! What a user sees of attempts that are not the last, and of the responses that are errors: `--retry`, `--wait` and
//! `--errors-to-stderr`.
//!
//! Of an attempt that another follows, a line on stderr tells; its head is shown where history is (`--all`), its body
//! never.

use std::cell::Cell;

use super::plan::{form, plan};
use super::printer::Printer;
use super::{Run, exit_status};
use crate::cli::args::{Args, RetryOn};
use crate::cli::invocation;
use crate::client::exchange::{Outcome, Pause, Response};
use crate::client::response_head::ResponseHead;
use crate::client::retry::{MaxTime, Progress, Rules, seconds};
use crate::error::{Error, ExitStatus};
use crate::headers::Headers;
use crate::output::download::{Rest, Saving, Wanted};
use crate::output::plan::{Parts, Plan};
use crate::output::styles::Style;
use crate::output::target::Target;
use crate::request::build::Request;

/// What was asked about further attempts.
pub(super) fn rules(args: &Args) -> Rules {
    let retries = args.retry.unwrap_or(0);
    let conditions = || args.retry_on.clone().unwrap_or_else(RetryOn::usual);
    Rules {
        retries,
        on: match retries {
            0 => Vec::new(),
            _ => conditions(),
        },
        max_time: match args.retry_max_time {
            None => MaxTime::Unsaid,
            Some(limit) if limit.is_zero() => MaxTime::Unlimited,
            Some(limit) => MaxTime::Limited(limit),
        },
        all_methods: args.retry_all_methods,
        wait: args.wait,
    }
}

/// What a printer remembers between attempts.
pub(super) struct Attempts {
    /// The request that comes is one that was there before, for this reason.
    pub(super) repeats: Option<Progress>,
    /// How much of the output somebody could see before the present response.
    pub(super) seen: u64,
    /// How error responses are shown, until one is.
    errors: Option<Plan>,
}

impl Attempts {
    pub(super) fn new(run: &Run<'_>) -> Result<Attempts, Error> {
        let turns = run.invocation.args.errors_to_stderr;
        Ok(Attempts {
            repeats: None,
            seen: 0,
            errors: turns.then(|| error_plan(run)).transpose()?,
        })
    }
}

/// Standard error may be a terminal where standard output is none, and the other way round. What a download would have
/// saved is shown there too.
fn error_plan(run: &Run<'_>) -> Result<Plan, Error> {
    let args = &run.invocation.args;
    let usual = plan(&run.invocation)?;
    let to_terminal = run.env.stderr_is_terminal;
    let (format, colors) = form(invocation::pretty(args, to_terminal, run.env));
    Ok(Plan {
        parts: Parts {
            response_body: Parts::from_letters(&run.invocation.print).response_body,
            ..usual.parts
        },
        format,
        style: colors.then(|| Style::named(args.style)).flatten(),
        to_terminal,
        ..usual
    })
}

impl Printer<'_> {
    /// Tells of an attempt that another follows.
    pub(super) fn pause(&mut self, pause: &Pause<'_>) -> Result<(), Error> {
        self.attempts.repeats = Some(pause.progress);
        if self.show().seen() == self.attempts.seen {
            self.show().forget_response();
        }
        let what = match pause.outcome {
            Outcome::Failed(error) => error.to_string(),
            Outcome::Answered(head) => format!("HTTP {}", head.status_and_reason()),
        };
        match pause.progress {
            Progress::StillWaits => {}
            Progress::BeginsToWait(limit) => self.messages.hint(&format!(
                "waiting up to {} for the server: {what}",
                seconds(limit)
            )),
            Progress::Retry { failed, all } => {
                if let Outcome::Answered(head) = pause.outcome {
                    self.show_passed_over(head)?;
                }
                let when = match pause.length.is_zero() {
                    true => "at once".to_owned(),
                    false => format!("in {}", seconds(pause.length)),
                };
                self.messages.hint(&format!(
                    "attempt {failed} of {all} failed, the next follows {when}: {what}"
                ));
            }
        }
        Ok(())
    }

    /// Shows the head of a response that another is asked for instead of, or behind.
    fn show_passed_over(&self, head: &ResponseHead) -> Result<(), Error> {
        let shown = self.shown_head(head);
        self.show().passed_over_response(&shown, &head.headers)
    }

    /// A request that goes out once more: while a server is waited for, that is nothing to be seen.
    pub(super) fn repeat(
        &mut self,
        head: &[u8],
        headers: &Headers,
        reason: Progress,
    ) -> Result<(), Error> {
        match reason {
            Progress::Retry { .. } => self.show().repeated_request(head, headers),
            Progress::BeginsToWait(_) | Progress::StillWaits => Ok(()),
        }
    }

    /// Lets a request ask for what a body that broke off still lacks: the rest of a download, or all of what nobody has
    /// seen yet.
    ///
    /// # Errors
    /// Neither would help: why not.
    pub(super) fn ask_for_the_rest(&mut self, request: &mut Request) -> Result<(), String> {
        let Some(saving) = &self.interrupted else {
            return match self.show().seen() == self.attempts.seen {
                true => Ok(()),
                false => Err("a part of the answer was printed already (--download would go on where it broke off)".to_owned()),
            };
        };
        let wanted = saving.wanted()?;
        if wanted == Wanted::Same {
            return Ok(());
        }
        request.headers.remove("Range");
        // Who typed an If-Range knows the version better.
        let types_version = self.invocation.types_header("If-Range");
        if !types_version {
            request.headers.remove("If-Range");
        }
        if let Wanted::Rest(headers) = wanted {
            for (name, value) in headers {
                if name != "If-Range" || !types_version {
                    request.insert_before_host(name, value);
                }
            }
        }
        Ok(())
    }

    /// Goes on with a download that was interrupted.
    pub(super) fn save_rest(
        &mut self,
        mut saving: Saving,
        response: &mut Response,
        decoded: &Cell<u64>,
    ) -> Result<(), Error> {
        self.show_passed_over(&response.head)?;
        match saving.go_on(&self.facts(response)) {
            Ok(Rest::Follows) => self.save_body(saving, response, decoded),
            Ok(Rest::IsHere) => {
                self.was_complete = true;
                self.say("Done. Nothing was missing any more");
                Ok(())
            }
            Err(error) => match exit_status(response.head.status, &self.invocation.args) {
                ExitStatus::Success => Err(error),
                status => Err(error.with_status(status)),
            },
        }
    }

    /// Lets an error response appear on standard error, if that was asked for.
    pub(super) fn turn_errors(&mut self, is_error: bool) -> Result<(), Error> {
        let Some(plan) = self.attempts.errors.take_if(|_| is_error) else {
            return Ok(());
        };
        let target = match self.invocation.args.quiet {
            0 => Target::stderr()?,
            _ => Target::Nowhere,
        };
        let turned = self.show().turn_to(target, plan);
        // Nothing went into it, and a script would take an empty file for an answer. A file that was there stays.
        if let Some(path) = self.made_file.take()
            && std::fs::metadata(&path).is_ok_and(|facts| facts.len() == 0)
        {
            let _ = std::fs::remove_file(&path);
        }
        // What follows would appear there too.
        self.attempts.seen = u64::MAX;
        turned
    }
}
