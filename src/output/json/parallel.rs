//! Two threads that write one large array: while this one writes a part to the output, the other prepares the next.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::helper;
use super::index::Index;

/// Fewer parts are not worth a thread.
const FEWEST_PARTS: usize = 4;
/// Elements that are so large on average are better taken apart themselves.
const LARGEST_PART: usize = 2 << 20;
/// How many pieces of 64 KiB the other thread may be ahead.
const PIECES_AHEAD: usize = 24;

/// The offsets at which the parts of an array start that opens at `at` and whose first element stands at `first`, if it is
/// worth while to share the work.
pub(super) fn parts(index: &Index, at: usize, first: usize) -> Option<Vec<usize>> {
    let seams = index.seams().of_array(at);
    let count = seams.len();
    // Most arrays are small, and there are very many of them.
    if count < FEWEST_PARTS {
        return None;
    }
    let starts: Vec<usize> = std::iter::once(first).chain(seams).collect();
    ((starts[count] - first) / count <= LARGEST_PART).then_some(starts)
}

/// What is to be done next.
pub(super) enum Share<'p> {
    /// Write this part of the array.
    Part(Range<usize>),
    /// Put this, which the other thread has written.
    Written(&'p [u8]),
}

/// Writes an array up to its last part, whose offset it gives. `help` runs in the other thread: it writes each of its parts
/// and flushes its output behind each. `own` does a share of the work and tells whether to go on.
pub(super) fn share<'s>(
    starts: &'s [usize],
    help: impl FnOnce(&mut dyn Iterator<Item = Range<usize>>, &mut dyn Write) + Send + 's,
    mut own: impl FnMut(Share<'_>) -> bool,
) -> usize {
    let parts = || starts.windows(2).map(|ends| ends[0]..ends[1]);
    let last = starts.last().copied().unwrap_or_default();
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(PIECES_AHEAD);
        let mut helpers_parts = parts().skip(1).step_by(2);
        let helper = move || help(&mut helpers_parts, &mut Pieces(sender));
        if helper::start(scope, helper).is_err() {
            return starts[0];
        }
        for (number, part) in parts().enumerate() {
            let goes_on = match number % 2 {
                0 => own(Share::Part(part)),
                _ => receive(&receiver, &mut own),
            };
            if !goes_on {
                break;
            }
        }
        last
    })
}

/// Takes over one part from the other thread.
fn receive(receiver: &Receiver<Vec<u8>>, own: &mut impl FnMut(Share<'_>) -> bool) -> bool {
    while let Ok(piece) = receiver.recv() {
        if piece.is_empty() {
            return true;
        }
        if !own(Share::Written(&piece)) {
            return false;
        }
    }
    false
}

/// Where the other thread writes to. Behind a part stands an empty piece.
struct Pieces(SyncSender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        if !bytes.is_empty() {
            self.0.send(bytes.to_vec()).map_err(gone)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.send(Vec::new()).map_err(gone)
    }
}
