//! Whether a request is sent once more, and how long to pause before: `--retry` and `--wait`.
//!
//! Pure decisions: what happened, the time that has passed and a random number come in, a verdict goes out. Sleeping,
//! sending and telling the user are for others. Between attempts it doubles its pause, as RFC 9110, section 10.2.3, and
//! good manners towards a server in trouble ask for.

use std::time::{Duration, Instant};

use super::transport::{Covered, Deadline};
use crate::cli::args::RetryOn;
use crate::error::Trouble;
use crate::headers::without_optional_space;
use crate::request::build::is_idempotent;
use crate::sessions::parse_cookie_date;

/// The pause after the first attempt; each further one is twice as long. A random part of up to a half is taken off, so
/// that clients that failed together do not come back together.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A server may ask for a longer pause with `Retry-After`; without `--retry-max-time`, so much is granted.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(300);

/// The pause while a server is waited for, which is on this side of the network more often than not.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_LOOK: Duration = Duration::from_secs(1);

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// How many further attempts there may be in a run.
    pub(crate) retries: u32,
    /// What they are for.
    pub(crate) on: Vec<RetryOn>,
    pub(crate) max_time: MaxTime,
    /// Whether methods that are not idempotent are repeated too.
    pub(crate) all_methods: bool,
    /// How long the server is waited for.
    pub(crate) wait: Option<Duration>,
}

/// When no further attempt begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MaxTime {
    /// Nothing was said: the number of attempts is the limit.
    #[default]
    Unsaid,
    Unlimited,
    Limited(Duration),
}

impl MaxTime {
    /// How long a pause may be after `elapsed`.
    fn longest_pause(self, elapsed: Duration) -> Duration {
        match self {
            MaxTime::Unsaid => LONGEST_ASKED_PAUSE,
            MaxTime::Unlimited => Duration::MAX,
            MaxTime::Limited(limit) => limit.saturating_sub(elapsed),
        }
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Failed(Trouble),
    Answered(u16),
}

impl Event {
    /// Whether nothing of the request can have reached the server.
    fn sent_nothing(self) -> bool {
        matches!(
            self,
            Event::Failed(Trouble::Unreachable | Trouble::UnreachableInTime)
        )
    }

    /// Whether the server is not there yet, for somebody who waits for it.
    fn is_absence(self) -> bool {
        matches!(self, Event::Failed(_) | Event::Answered(502..=504))
    }

    fn is(self, condition: RetryOn) -> bool {
        use Trouble::{BrokenOff, Silent, Unreachable, UnreachableInTime};
        match (condition, self) {
            (RetryOn::Connect, Event::Failed(trouble)) => {
                matches!(trouble, Unreachable | UnreachableInTime | BrokenOff)
            }
            (RetryOn::Timeout, Event::Failed(trouble)) => {
                matches!(trouble, Silent | UnreachableInTime)
            }
            (RetryOn::Status(wanted), Event::Answered(status)) => wanted == status,
            _ => false,
        }
    }
}

/// An attempt that is over, and the circumstances.
pub(crate) struct Occasion<'a> {
    pub(crate) event: Event,
    pub(crate) method: &'a str,
    /// The value of the answer's `Retry-After`.
    pub(crate) retry_after: Option<&'a [u8]>,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// Since the first attempt began.
    pub(crate) elapsed: Duration,
    /// From 0 up to 1.
    pub(crate) random: f64,
}

/// What follows.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It is taken as it is.
    Settled,
    /// The same; but something else was asked for, and the user should know why it does not happen.
    GivenUp(String),
    /// After a pause, the request is sent once more.
    Again(Duration, Progress),
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Attempt `failed` of `all` was in vain.
    Retry {
        failed: u32,
        all: u32,
    },
    /// The server is not there; it will be waited for so long.
    BeginsToWait(Duration),
    StillWaits,
}

/// The state of all that over a run.
pub(crate) struct Persistence {
    rules: Rules,
    /// How many of the retries are used up.
    retried: u32,
    is_waiting: bool,
    looked: u32,
    waited_in_vain: bool,
    /// When the server was there, after the waiting; the time of `--retry-max-time` begins then.
    since: Duration,
}

impl Persistence {
    pub(crate) fn new(rules: Rules) -> Persistence {
        Persistence {
            is_waiting: rules.wait.is_some(),
            rules,
            retried: 0,
            looked: 0,
            waited_in_vain: false,
            since: Duration::ZERO,
        }
    }

    /// Whether anything but a single attempt was asked for, and the option that did.
    pub(crate) fn option(&self) -> Option<&'static str> {
        match self.rules.wait {
            Some(_) => Some("--wait"),
            None => (self.rules.retries > 0).then_some("--retry"),
        }
    }

    /// Whether the time of `--wait` ended without the server.
    pub(crate) fn waited_in_vain(&self) -> bool {
        self.waited_in_vain
    }

    /// When the next attempt must have come to something. A request that must not go out twice is given all the time it
    /// needs once it is sent.
    pub(crate) fn deadline(&self, began: Instant, method: &str) -> Option<Deadline> {
        let wait = self.rules.wait.filter(|_| self.is_waiting)?;
        Some(Deadline {
            at: began.checked_add(wait)?,
            covers: match self.may_repeat(method) {
                true => Covered::Answer,
                false => Covered::Connecting,
            },
        })
    }

    /// Judges an attempt.
    pub(crate) fn judge(&mut self, occasion: &Occasion<'_>) -> Verdict {
        if let Some(wait) = self.rules.wait.filter(|_| self.is_waiting) {
            let may_look_again = occasion.event.sent_nothing() || self.may_repeat(occasion.method);
            if occasion.event.is_absence() && may_look_again {
                return self.look_again(wait, occasion.elapsed);
            }
            self.is_waiting = false;
            self.since = occasion.elapsed;
        }
        self.retry(occasion)
    }

    fn look_again(&mut self, wait: Duration, elapsed: Duration) -> Verdict {
        self.looked += 1;
        let left = wait.saturating_sub(elapsed);
        // A last look needs a moment too, or all that could be said is that there was no time.
        if left <= FIRST_LOOK {
            (self.is_waiting, self.waited_in_vain) = (false, true);
            let attempts = match self.looked {
                1 => "1 attempt".to_owned(),
                looked => format!("{looked} attempts"),
            };
            return Verdict::GivenUp(format!(
                "waited {} for the server in vain (--wait, {attempts})",
                seconds(wait)
            ));
        }
        let pause = doubled(FIRST_LOOK, LONGEST_LOOK, self.looked - 1);
        let progress = match self.looked {
            1 => Progress::BeginsToWait(wait),
            _ => Progress::StillWaits,
        };
        Verdict::Again(pause.min(left - FIRST_LOOK), progress)
    }

    /// Whether this is what there are further attempts for, and there are any left.
    pub(crate) fn is_for(&self, event: Event) -> bool {
        let mut conditions = self.rules.on.iter();
        self.retried < self.rules.retries && conditions.any(|on| event.is(*on))
    }

    fn retry(&mut self, occasion: &Occasion<'_>) -> Verdict {
        let Rules {
            retries, max_time, ..
        } = self.rules;
        if !self.is_for(occasion.event) {
            return Verdict::Settled;
        }
        let method = occasion.method;
        if !occasion.event.sent_nothing() && !self.may_repeat(method) {
            return Verdict::GivenUp(format!(
                "not tried again: a {method} may not be repeated (--retry-all-methods)"
            ));
        }
        let longest = max_time.longest_pause(occasion.elapsed.saturating_sub(self.since));
        let asked = occasion
            .retry_after
            .and_then(|value| asked_pause(value, occasion.now));
        let pause = asked.unwrap_or_else(|| jittered(self.retried, occasion.random));
        if pause > longest {
            return Verdict::GivenUp(match (asked, max_time) {
                (Some(asked), MaxTime::Limited(_)) => format!(
                    "not tried again: the server asks for a pause of {} (Retry-After), and --retry-max-time leaves {}",
                    seconds(asked),
                    seconds(longest)
                ),
                (Some(asked), _) => format!(
                    "not tried again: the server asks for a pause of {} (Retry-After); longer ones than {} need --retry-max-time",
                    seconds(asked),
                    seconds(longest)
                ),
                (None, _) => "not tried again: the time of --retry-max-time is over".to_owned(),
            });
        }
        self.retried += 1;
        let progress = Progress::Retry {
            failed: self.retried,
            all: retries.saturating_add(1),
        };
        Verdict::Again(pause, progress)
    }

    fn may_repeat(&self, method: &str) -> bool {
        is_idempotent(method) || self.rules.all_methods
    }
}

/// `first`, doubled so many times, and never more than `longest`.
fn doubled(first: Duration, longest: Duration, times: u32) -> Duration {
    let factor = 1_u32.checked_shl(times).unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}

fn jittered(retried: u32, random: f64) -> Duration {
    let whole = doubled(FIRST_PAUSE, LONGEST_PAUSE, retried);
    whole.mul_f64(1.0 - 0.5 * random.clamp(0.0, 1.0))
}

/// The pause that a `Retry-After` asks for (RFC 9110, section 10.2.3): seconds, or a date in one of its three forms, which
/// are among those of cookies. None where it is neither.
fn asked_pause(value: &[u8], now: i64) -> Option<Duration> {
    let value = without_optional_space(value);
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        let digits = std::str::from_utf8(value).ok()?;
        return Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)));
    }
    let until = parse_cookie_date(value)?;
    let left = until.saturating_sub(now).max(0);
    Some(Duration::from_secs(left.unsigned_abs()))
}

/// A time for people: `0.4 s`, `30 s`.
pub(crate) fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds.fract() == 0.0 || seconds >= 10.0 {
        true => format!("{seconds:.0} s"),
        false => format!("{seconds:.1} s"),
    }
}

#[cfg(test)]
mod tests;
