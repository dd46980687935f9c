//! `--retry` and `--wait` in curl's options, as far as curl has the like.
//!
//! curl knows one kind of further attempt, repeats every method, and has reasons of its own to try again: what would do
//! more than was asked for is left out, and what differs is remarked.

use std::time::Duration;

use super::words::{Opt, Words};
use crate::cli::args::{Args, RetryOn};
use crate::request::build::is_idempotent;

const RETRY: Opt = Opt::long("--retry");
const DELAY: Opt = Opt::long("--retry-delay");
const MAX_TIME: Opt = Opt::long("--retry-max-time");
const IF_REFUSED: Opt = Opt::long("--retry-connrefused");

/// Writes the options; gives what their user should know.
pub(super) fn push(words: &mut Words, args: &Args, method: &str) -> Option<&'static str> {
    let retries = args.retry.filter(|retries| *retries > 0);
    if retries.is_none() && args.wait.is_none() {
        return None;
    }
    if !is_idempotent(method) && !args.retry_all_methods {
        return Some(
            "curl would repeat a request that must not go out twice: it is told to try once",
        );
    }
    if let Some(wait) = args.wait {
        let seconds = whole_seconds(wait);
        words.option(RETRY, &seconds);
        words.option(DELAY, "1");
        words.option(MAX_TIME, seconds);
        words.switch(IF_REFUSED);
        return Some(match retries {
            None => {
                "curl looks for the server once a second, and gives up at once where its name is not known"
            }
            Some(_) => {
                "curl cannot wait for the server and try again: it looks for it once a second (--wait), and no more"
            }
        });
    }
    words.option(RETRY, retries.unwrap_or_default().to_string());
    if let Some(limit) = args.retry_max_time.filter(|limit| !limit.is_zero()) {
        words.option(MAX_TIME, whole_seconds(limit));
    }
    let conditions = args.retry_on.clone().unwrap_or_else(RetryOn::usual);
    if conditions.contains(&RetryOn::Connect) {
        words.switch(IF_REFUSED);
    }
    Some(
        "curl tries again after a time-out and the statuses 408, 429, 500, 502, 503 and 504, whatever --retry-on says",
    )
}

/// curl of 2020 takes no fractions here.
fn whole_seconds(time: Duration) -> String {
    time.as_secs_f64().ceil().to_string()
}
