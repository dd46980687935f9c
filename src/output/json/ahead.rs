//! A body that is read and scanned by two threads: both scan what is there already, or one reads while the other scans.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::halves;
use super::helper;
use super::index::{Index, Scan};
use super::pages;
use super::scan::skip_space;

/// Bodies up to this size are read at once.
const SMALL: usize = 1 << 20;
/// A body that comes faster than this for each [`SMALL`] waits for its scan, not the other way round.
const FAST: Duration = Duration::from_millis(4);
/// What is handed over at a time.
const PIECE: usize = 256 << 10;
/// How many pieces wait at most.
const WAITING: usize = 4;
/// So much room at once is given in large pages.
const LARGE_PAGES: usize = 7 << 20;
/// Room for the pieces that are under way when memory is found to be short: those that wait, and one at either end.
const UNDER_WAY: usize = (WAITING + 2) * PIECE;
/// Where less than this is left, memory is not spent on another thread: its stack, the pieces, its share of the heap.
const ROOM_FOR_TWO: usize = 32 << 20;

/// Whether there is memory for what laying out a document takes beside it. An allocation that fails ends the program; this
/// one may fail.
pub(crate) fn has_room_beside(document: &[u8]) -> bool {
    document.len() < SMALL || has_room(document.len() / 2 + (8 << 20))
}

/// Whether the offsets in a document fit into notes, which are 32 bits wide.
pub(super) fn has_narrow_offsets(document: &[u8]) -> bool {
    u32::try_from(document.len()).is_ok()
}

fn has_room(length: usize) -> bool {
    Vec::<u8>::new().try_reserve_exact(length).is_ok()
}

/// What a scan has found in a body.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// Where the value starts.
    pub(super) start: usize,
    pub(super) index: Index,
    /// The length of the body, for a check that it is the same.
    pub(super) length: usize,
}

/// Reads a body to its end. Where it is large and a JSON document, what must be known to write it is known then;
/// `sort` tells whether its members are to be ordered.
///
/// # Errors
/// When `body` fails, or memory is too small; what it gave before is in `bytes`.
pub(crate) fn read(
    body: &mut dyn Read,
    sort: bool,
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Scanned>> {
    let begun = Instant::now();
    body.take(SMALL as u64).read_to_end(bytes)?;
    let is_alone = bytes.len() < SMALL || !helper::is_of_use() || !has_room(ROOM_FOR_TWO);
    if is_alone {
        return body.read_to_end(bytes).map(|_| None);
    }
    let comes_fast = begun.elapsed() < FAST;
    // Without it, room is made by and by.
    let _ = pages::try_reserve(bytes, LARGE_PAGES);
    match comes_fast {
        true => read_and_scan(body, sort, bytes),
        false => scan_while_reading(body, sort, bytes),
    }
}

/// Reads all of a body that comes faster than it is scanned, and has both threads scan it then.
pub(super) fn read_and_scan(
    body: &mut dyn Read,
    sort: bool,
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Scanned>> {
    loop {
        if pages::try_reserve(bytes, PIECE).is_err() || !has_room_beside(bytes) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let room = bytes.capacity() - bytes.len();
        if body.take(room as u64).read_to_end(bytes)? < room {
            break;
        }
    }
    if !has_narrow_offsets(bytes) {
        return Ok(None);
    }
    let start = skip_space(bytes, 0);
    let index = halves::build(bytes, start, sort).ok();
    Ok(index.map(|index| Scanned {
        start,
        index,
        length: bytes.len(),
    }))
}

/// Reads a body in this thread, while another scans what is there.
pub(super) fn scan_while_reading(
    body: &mut dyn Read,
    sort: bool,
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Scanned>> {
    if pages::try_reserve(bytes, UNDER_WAY).is_err() {
        return body.read_to_end(bytes).map(|_| None);
    }
    let is_short = &AtomicBool::new(false);
    let together = thread::scope(|scope| {
        let (full, to_scan) = sync_channel(WAITING);
        let (empty, to_fill) = channel();
        let gathered = &mut *bytes;
        let scanner = move || scan(to_scan, &empty, gathered, sort, is_short);
        let scanner = helper::start(scope, scanner).ok()?;
        let outcome = hand_over(body, &full, &to_fill, is_short);
        drop(full);
        let scanned = scanner.join().unwrap_or_else(|panic| resume_unwind(panic));
        Some(
            outcome.and_then(|()| match is_short.load(Ordering::Acquire) {
                true => Err(io::ErrorKind::OutOfMemory.into()),
                false => Ok(scanned),
            }),
        )
    });
    // Without another thread it is read as a small one is.
    together.unwrap_or_else(|| body.read_to_end(bytes).map(|_| None))
}

/// Reads a body to its end in pieces, for the other thread.
fn hand_over(
    body: &mut dyn Read,
    full: &SyncSender<Vec<u8>>,
    to_fill: &Receiver<Vec<u8>>,
    is_short: &AtomicBool,
) -> io::Result<()> {
    while !is_short.load(Ordering::Acquire) {
        let mut piece = to_fill.try_recv().unwrap_or_default();
        piece.clear();
        piece.reserve(PIECE);
        let outcome = body.take(PIECE as u64).read_to_end(&mut piece);
        let is_last = piece.len() < PIECE;
        // What was read before an error is part of the body.
        let is_taken = full.send(piece).is_ok();
        outcome?;
        if is_last || !is_taken {
            break;
        }
    }
    Ok(())
}

/// Gathers the pieces and scans them as they come, or no more than gathers them once there is no memory for others.
fn scan(
    pieces: Receiver<Vec<u8>>,
    empty: &Sender<Vec<u8>>,
    bytes: &mut Vec<u8>,
    sort: bool,
    is_short: &AtomicBool,
) -> Option<Scanned> {
    let start = skip_space(bytes, 0);
    let mut scan = Scan::new(start, sort);
    scan.advance(bytes);
    for piece in pieces {
        bytes.extend_from_slice(&piece);
        // Where nobody is left to fill it, it is not needed.
        drop(empty.send(piece));
        if is_short.load(Ordering::Relaxed) {
            continue;
        }
        let grows = bytes.capacity() - bytes.len() < UNDER_WAY;
        if grows && (pages::try_reserve(bytes, UNDER_WAY).is_err() || !has_room_beside(bytes)) {
            is_short.store(true, Ordering::Release);
            continue;
        }
        if has_narrow_offsets(bytes) {
            scan.advance(bytes);
        }
    }
    if is_short.load(Ordering::Relaxed) {
        return None;
    }
    if !has_narrow_offsets(bytes) {
        return None;
    }
    let index = scan.finish(bytes).ok()?;
    Some(Scanned {
        start,
        index,
        length: bytes.len(),
    })
}
