//! A document that is scanned by two threads: one from its beginning, the other from somewhere in the middle, where another
//! element of a large array seems to start.
//!
//! Whether one does is known when the first thread gets there: if it then waits for an element of that array at that very
//! offset, what the other has found is what it would have found itself. If not, it goes on alone.

use std::panic::resume_unwind;
use std::thread;

use super::helper;
use super::index::{Index, Scan};
use super::scan::{Fault, byte, skip_space};
use super::text::find_string_stop;

/// Of so much it is learned what the elements look like.
const BEGINNING: usize = 320 << 10;
/// The other half is worth a thread from this size on.
const WORTH_WHILE: usize = 512 << 10;
/// In so much of the middle an element must start.
const MIDDLE: usize = 1 << 20;
/// The most that is compared.
const LONGEST_LIKENESS: usize = 64;

/// A place where an element of an array seems to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// The offset at which the array opens.
    pub(super) array: usize,
    /// How many containers are open in it, with the array itself.
    pub(super) depth: usize,
    /// The offset of the element.
    pub(super) element: usize,
}

/// Scans the value at `start` and what follows it as [`Index::build`] does, in half the time where that is possible.
pub(super) fn build(text: &[u8], start: usize, sort: bool) -> Result<Index, Fault> {
    let mut scan = Scan::new(start, sort);
    begin(text, start, sort, &mut scan);
    scan.finish(text)
}

/// Begins a scan: both halves of the text, if they are large, up to where the array ends that is split. Tells whether it was.
pub(super) fn begin(text: &[u8], start: usize, sort: bool, scan: &mut Scan) -> bool {
    if text.len() < start + BEGINNING + 2 * WORTH_WHILE {
        return false;
    }
    scan.advance(&text[..start + BEGINNING]);
    let Some(split) = middle(text, scan) else {
        return false;
    };
    thread::scope(|scope| {
        let other = move || Scan::of_rest(text, split, sort);
        let Ok(other) = helper::start(scope, other) else {
            return false;
        };
        scan.advance(&text[..split.element]);
        let rest = other.join().unwrap_or_else(|panic| resume_unwind(panic));
        rest.is_ok_and(|rest| scan.take_over(rest, split))
    })
}

/// A place in the middle of what was not scanned yet that looks like the last known start of an element.
fn middle(text: &[u8], scan: &Scan) -> Option<Split> {
    let known = scan.last_seam()?;
    let before = likeness_before(text, known.element)?;
    let like = &text[known.element - before..likeness_end(text, known.element)];
    // The other thread starts a little later, and touches memory that is new.
    let from = scan.at() + (text.len() - scan.at()) / 100 * 52;
    let area = &text[from..text.len().min(from + MIDDLE)];
    let found = area.windows(like.len()).position(|part| part == like)?;
    Some(Split {
        element: from + found + before,
        ..known
    })
}

/// How many bytes before an element belong to its likeness: white space, the comma, and the byte before that.
fn likeness_before(text: &[u8], element: usize) -> Option<usize> {
    let before = &text[element.saturating_sub(LONGEST_LIKENESS)..element];
    let behind_comma = before.trim_ascii_end().len();
    let value = before[..behind_comma].strip_suffix(b",")?.trim_ascii_end();
    let last = value.len().checked_sub(1)?;
    Some(before.len() - last)
}

/// Where the likeness of an element ends: behind its first byte, or the first name in it.
fn likeness_end(text: &[u8], element: usize) -> usize {
    let quote = skip_space(text, element + 1);
    let is_name = byte(text, element) == b'{' && byte(text, quote) == b'"';
    let end = match is_name {
        true => find_string_stop(text, quote + 1, &mut false) + 1,
        false => element + 1,
    };
    end.min(element + LONGEST_LIKENESS).min(text.len())
}
