//! A second thread, on a processor of its own from its first moment on.

use std::io;
use std::sync::mpsc::channel;
use std::thread::{Builder, Scope, ScopedJoinHandle, available_parallelism};

/// Whether a second thread could run at the same time.
pub(super) fn is_of_use() -> bool {
    available_parallelism().is_ok_and(|threads| threads.get() > 1)
}

/// Starts a thread that works beside this one.
///
/// # Errors
/// When the system gives no thread.
pub(super) fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    let place = Place::of_this_thread();
    let (on_its_way, has_left) = channel::<()>();
    let started = Builder::new().spawn_scoped(scope, move || {
        place.leave();
        drop(on_its_way);
        work()
    })?;
    // It may stand in line behind this thread, which makes way.
    let _ = has_left.recv();
    Ok(started)
}

/// The processor on which a thread runs.
#[derive(Clone, Copy)]
struct Place(#[cfg(target_os = "linux")] usize);

#[cfg(target_os = "linux")]
impl Place {
    fn of_this_thread() -> Place {
        Place(rustix::thread::sched_getcpu())
    }

    /// Moves this thread to any other processor, where there is one, and lets it run everywhere again.
    ///
    /// Linux often starts a thread on the processor of the one that made it, most of all on a virtual machine, and takes some
    /// milliseconds to part them, which is longer than many a document takes.
    fn leave(self) {
        use rustix::thread::{sched_getaffinity, sched_setaffinity};
        let Ok(everywhere) = sched_getaffinity(None) else {
            return;
        };
        let mut elsewhere = everywhere;
        if self.0 < rustix::thread::CpuSet::MAX_CPU {
            elsewhere.unset(self.0);
        }
        // A set of none is refused.
        if elsewhere.count() > 0 && sched_setaffinity(None, &elsewhere).is_ok() {
            let _ = sched_setaffinity(None, &everywhere);
        }
    }
}

/// Other systems part threads by themselves.
#[cfg(not(target_os = "linux"))]
impl Place {
    fn of_this_thread() -> Place {
        Place()
    }

    fn leave(self) {}
}
