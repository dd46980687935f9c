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
            for (signal, status, condition) in
                [(SIGINT, 130, &end_the_run), (SIGTERM, 143, &always)]
            {
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
