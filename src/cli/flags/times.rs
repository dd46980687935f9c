//! Values that say how often, how long and for what something is tried again.
//!
//! HTTPie has none of these, so that nothing binds us to take what cannot be meant: no number below 0, no time without end.

use std::time::Duration;

use super::super::args::RetryOn;
use super::{Value, quoted};

/// A century: what is longer is a slip of the pen.
const LONGEST_TIME: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl Value {
    /// How many times something is done.
    pub(super) fn count(self) -> Result<u32, String> {
        let number = self.integer()?;
        match number {
            0.. => Ok(u32::try_from(number).unwrap_or(u32::MAX)),
            _ => Err(format!("{number} is less than 0")),
        }
    }

    /// A number of seconds that somebody may wait for: none below 0, and none that a clock could not tell.
    pub(super) fn seconds(self) -> Result<Duration, String> {
        let seconds = self.float()?;
        let time = Duration::try_from_secs_f64(seconds).ok();
        time.filter(|time| *time <= LONGEST_TIME).ok_or_else(|| {
            format!(
                "{seconds} is no number of seconds from 0 to {}",
                LONGEST_TIME.as_secs()
            )
        })
    }

    /// `connect,timeout,503`
    pub(super) fn retry_conditions(self) -> Result<Vec<RetryOn>, String> {
        let text = self.text()?;
        let condition = |word: &str| match word.trim() {
            "connect" => Ok(RetryOn::Connect),
            "timeout" => Ok(RetryOn::Timeout),
            digits => digits
                .parse()
                .ok()
                .filter(|status| (100..=599).contains(status) && digits.len() == 3)
                .map(RetryOn::Status)
                .ok_or_else(|| {
                    format!(
                        "{} is not connect, timeout or a status code",
                        quoted(digits)
                    )
                }),
        };
        text.split(',').map(condition).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_times_are_those_that_can_be_done() {
        let count = |text: &str| Value::new(text.into()).count().ok();
        assert_eq!((count("0"), count("3")), (Some(0), Some(3)));
        assert_eq!(count("99999999999999999999"), Some(u32::MAX));
        assert_eq!((count("-1"), count("1.5")), (None, None));
        let seconds = |text: &str| Value::new(text.into()).seconds().ok();
        assert_eq!(seconds("0.25"), Some(Duration::from_millis(250)));
        assert_eq!(seconds("-0"), Some(Duration::ZERO));
        for unfit in ["-1", "1e400", "1e10", "inf", "nan", "-nan", ""] {
            assert_eq!(seconds(unfit), None, "{unfit}");
        }
    }

    #[test]
    fn conditions_are_two_words_and_status_codes() {
        let conditions = |text: &str| Value::new(text.into()).retry_conditions().ok();
        let want = vec![RetryOn::Connect, RetryOn::Timeout, RetryOn::Status(503)];
        assert_eq!(conditions("connect, timeout,503"), Some(want));
        for unfit in [
            "", ",", "503,", "5xx", "99", "600", "+503", "0503", "Connect",
        ] {
            assert_eq!(conditions(unfit), None, "{unfit}");
        }
    }
}
