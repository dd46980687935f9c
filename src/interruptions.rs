//! Ctrl-C and SIGTERM: what they do to a run; what else ends one at a question; and the signal of a file that may not grow.
//!
//! They end it, but for the time in which another program has the terminal and they are meant for that one, and a little
//! later where something has to be put in order first.

#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};

pub(crate) use delay::Delayed;

/// What signals do is the process's, not a value's. Each signal that ends the run, with whether it does so now.
#[cfg(unix)]
static ENDING: std::sync::OnceLock<Vec<(i32, Arc<AtomicBool>)>> = std::sync::OnceLock::new();

/// Ctrl-C ends a run with HTTPie's status 130, and SIGTERM with 143, also where we are process 1 of a container, for
/// which the kernel ignores signals that are not handled.
pub(crate) fn end_the_run() {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGINT, SIGTERM};
        let ignored = ignored_signals();
        let mut ending = Vec::new();
        for (signal, status) in [(SIGINT, 130), (SIGTERM, 143)] {
            if ignored >> (signal - 1) & 1 == 1 {
                continue;
            }
            let condition = Arc::new(AtomicBool::new(true));
            // Without a handler the signal ends us all the same.
            let _ = signal_hook::flag::register_conditional_shutdown(
                signal,
                status,
                Arc::clone(&condition),
            );
            ending.push((signal, condition));
        }
        let _ = ENDING.set(ending);
        take_file_limit_as_an_error(ignored);
    }
}

/// A file that would grow beyond the limit of the process (`ulimit -f`), be it an output or a session, becomes an error of
/// the write, as a full disk is; the signal that goes with it would end us without a word. Programs that we start have it
/// as it was.
#[cfg(unix)]
fn take_file_limit_as_an_error(ignored: u64) {
    use signal_hook::consts::SIGXFSZ;
    if ignored >> (SIGXFSZ - 1) & 1 == 0 {
        let nobody_asks = Arc::new(AtomicBool::new(false));
        let _ = signal_hook::flag::register(SIGXFSZ, nobody_asks);
    }
}

#[cfg(unix)]
mod delay {
    use std::io::{self, Read};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use signal_hook::SigId;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT};
    use signal_hook::low_level::{pipe, raise, unregister};

    use super::{ENDING, ignored_signals};

    /// The signals that end a process by themselves and would leave a terminal as it is at a question: they are taken from the
    /// first question on, and do then what they did before.
    static ENDING_BY_ITSELF: OnceLock<Vec<(i32, Arc<AtomicBool>)>> = OnceLock::new();

    fn ending_by_itself() -> Vec<(i32, Arc<AtomicBool>)> {
        let ignored = ignored_signals();
        let mut ending = Vec::new();
        for signal in [SIGHUP, SIGQUIT] {
            let condition = Arc::new(AtomicBool::new(true));
            let is_taken = ignored >> (signal - 1) & 1 == 0
                && signal_hook::flag::register_conditional_default(signal, Arc::clone(&condition))
                    .is_ok();
            if is_taken {
                ending.push((signal, condition));
            }
        }
        ending
    }

    /// While this lives, a signal that would end the run waits. It does its work when this is dropped.
    pub(crate) struct Delayed {
        /// Each signal with the end of a pipe that gets a byte when the signal comes.
        signals: Vec<(i32, SigId)>,
        arrivals: Vec<UnixStream>,
    }

    impl Delayed {
        /// # Errors
        /// There are no descriptors left; signals do then what they did before.
        pub(crate) fn begin() -> io::Result<Delayed> {
            let mut delayed = Delayed {
                signals: Vec::new(),
                arrivals: Vec::new(),
            };
            ENDING_BY_ITSELF.get_or_init(ending_by_itself);
            for (signal, _) in ending() {
                let (arrival, wake) = UnixStream::pair()?;
                arrival.set_nonblocking(true)?;
                delayed
                    .signals
                    .push((*signal, pipe::register(*signal, wake)?));
                delayed.arrivals.push(arrival);
            }
            set_ending(false);
            Ok(delayed)
        }

        /// Waits until there is something to read at `source`. False when a signal came first.
        pub(crate) fn wait_for(&self, source: impl AsFd) -> io::Result<bool> {
            let mut sources = self.sources();
            sources.push(PollFd::from_borrowed_fd(source.as_fd(), PollFlags::IN));
            poll_through(&mut sources, None)?;
            sources.pop();
            Ok(sources.iter().all(|source| source.revents().is_empty()))
        }

        /// Whether a signal has come that will do its work.
        pub(crate) fn has_come(&self) -> bool {
            let at_once = Timespec::default();
            poll_through(&mut self.sources(), Some(&at_once)).is_ok_and(|count| count > 0)
        }

        /// Leaves what has come from the keyboard, Ctrl-C and Ctrl-\, without effect: another program had the terminal, and
        /// it was meant for that one.
        pub(crate) fn forget_keyboard(&self) {
            for ((signal, _), mut arrival) in self.signals.iter().zip(&self.arrivals) {
                if [SIGINT, SIGQUIT].contains(signal) {
                    while matches!(arrival.read(&mut [0; 64]), Ok(1..)) {}
                }
            }
        }

        /// What becomes readable when a signal has come.
        fn sources(&self) -> Vec<PollFd<'_>> {
            let source = |arrival| PollFd::new(arrival, PollFlags::IN);
            self.arrivals.iter().map(source).collect()
        }
    }

    /// Waits for one of these, however often a signal disturbs it; tells how many there are.
    fn poll_through(sources: &mut [PollFd<'_>], limit: Option<&Timespec>) -> io::Result<usize> {
        loop {
            match poll(sources, limit) {
                Err(Errno::INTR) => {}
                outcome => return Ok(outcome?),
            }
        }
    }

    impl Drop for Delayed {
        fn drop(&mut self) {
            set_ending(true);
            for ((signal, id), arrival) in self.signals.iter().zip(&mut self.arrivals) {
                let has_come = matches!(arrival.read(&mut [0]), Ok(1));
                unregister(*id);
                if has_come {
                    let _ = raise(*signal);
                }
            }
        }
    }

    fn ending() -> impl Iterator<Item = &'static (i32, Arc<AtomicBool>)> {
        let both = [&ENDING, &ENDING_BY_ITSELF];
        both.into_iter()
            .filter_map(|signals| signals.get())
            .flatten()
    }

    fn set_ending(does_end: bool) {
        for (_, condition) in ending() {
            condition.store(does_end, Ordering::SeqCst);
        }
    }
}

/// Other systems do with signals as they like.
#[cfg(not(unix))]
mod delay {
    pub(crate) struct Delayed;

    impl Delayed {
        pub(crate) fn begin() -> std::io::Result<Delayed> {
            Ok(Delayed)
        }

        pub(crate) fn has_come(&self) -> bool {
            false
        }
    }
}

/// The signals that who started us has ignored, as shells do for jobs in the background: these stay ignored. A bit each,
/// from the lowest for signal 1; none where the system does not tell.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    use std::io::{IsTerminal, Read};
    // A job in the background does not have the terminal as its input.
    if std::io::stdin().is_terminal() {
        return 0;
    }
    // One read of the kernel's short text; a file of unknown length would take several.
    let mut text = [0; 4096];
    let opened = std::fs::File::open("/proc/self/status");
    let length = opened
        .and_then(|mut status| status.read(&mut text))
        .unwrap_or(0);
    let lines = text[..length].split(|byte| *byte == b'\n');
    let mask = lines
        .filter_map(|line| line.strip_prefix(b"SigIgn:"))
        .next();
    let mask = mask.and_then(|mask| std::str::from_utf8(mask).ok());
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
