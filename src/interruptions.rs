//! Ctrl-C and SIGTERM: what they do to a run.
//!
//! They end it, but for the time in which another program has the terminal and they are meant for that one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The way in which signals are taken.
pub(crate) struct Interruptions {
    end_the_run: Arc<AtomicBool>,
}

impl Interruptions {
    /// Ctrl-C ends a run with HTTPie's status 130, and SIGTERM with 143, also where we are process 1 of a container, for
    /// which the kernel ignores signals that are not handled.
    pub(crate) fn end_the_run() -> Interruptions {
        let end_the_run = Arc::new(AtomicBool::new(true));
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGINT, SIGTERM};
            let always = Arc::new(AtomicBool::new(true));
            let ignored = ignored_signals();
            for (signal, status, condition) in
                [(SIGINT, 130, &end_the_run), (SIGTERM, 143, &always)]
            {
                if ignored >> (signal - 1) & 1 == 1 {
                    continue;
                }
                // Without a handler the signal ends us all the same.
                let _ = signal_hook::flag::register_conditional_shutdown(
                    signal,
                    status,
                    Arc::clone(condition),
                );
            }
        }
        Interruptions { end_the_run }
    }

    /// Ctrl-C has no effect until what comes back is dropped.
    pub(crate) fn ignore(&self) -> Ignored<'_> {
        self.end_the_run.store(false, Ordering::Relaxed);
        Ignored(self)
    }
}

/// While this lives, Ctrl-C has no effect on us.
pub(crate) struct Ignored<'a>(&'a Interruptions);

impl Drop for Ignored<'_> {
    fn drop(&mut self) {
        self.0.end_the_run.store(true, Ordering::Relaxed);
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
