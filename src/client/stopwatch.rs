//! How long it takes to open connections, in three parts: the look-up of names, connecting, and the TLS handshake.
//!
//! One stopwatch is shared by all that open connections in a run; the times of one part are summed up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The parts of opening a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Lookup,
    Connect,
    Handshake,
}

/// The time that each part took; none where there was none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stopwatch(Arc<Mutex<[Option<Duration>; 3]>>);

impl Stopwatch {
    /// Does something and counts the time for this part, also when it fails.
    pub(crate) fn time<T>(&self, part: Part, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let outcome = work();
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let time = &mut times[part as usize];
        *time = Some(time.unwrap_or_default() + started.elapsed());
        outcome
    }

    /// The time that a part has taken so far.
    pub(crate) fn taken(&self, part: Part) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)[part as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_one_part_are_summed_up_and_the_others_stay_unknown() {
        let watch = Stopwatch::default();
        assert_eq!(watch.time(Part::Connect, || 7), 7);
        let first = watch.taken(Part::Connect);
        watch.clone().time(Part::Connect, || ());
        assert!(watch.taken(Part::Connect) >= first);
        assert!(first.is_some());
        assert_eq!(watch.taken(Part::Lookup), None);
        assert_eq!(watch.taken(Part::Handshake), None);
    }
}
