//! Where large arrays can be taken apart, so that several threads can write them: an offset at about every 256 KiB, noted while
//! the document is scanned.

use super::halves::Split;
use super::scan::Recorder;

/// The size of the parts, in bytes of the document.
const PART: usize = 256 << 10;

/// Arrays that are nested more deeply are not taken apart: the ones around them are.
const MAX_DEPTH: usize = 4;

/// A place between two elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seam {
    /// The offset at which the array opens.
    array: u32,
    /// The offset of an element that is not the first, or of white space before it.
    element: u32,
}

/// The seams of all large arrays.
#[derive(Debug, Default)]
pub(super) struct Seams {
    /// For every depth, by offset.
    found: [Vec<Seam>; MAX_DEPTH],
    /// For every depth, the offset of the array that opened last and that of the last seam in it.
    open: [(usize, usize); MAX_DEPTH],
    /// How many containers are open around the text that is scanned.
    outer_depth: usize,
}

impl Seams {
    /// The offsets at which parts of the array start that opens at an offset, but the first one.
    pub(super) fn of_array(&self, at: usize) -> impl ExactSizeIterator<Item = usize> + '_ {
        let of_depth = |seams: &Vec<Seam>| {
            let first = seams.partition_point(|seam| (seam.array as usize) < at);
            let count = seams[first..].partition_point(|seam| seam.array as usize == at);
            first..first + count
        };
        let mut found: &[Seam] = &[];
        for seams in &self.found {
            let range = of_depth(seams);
            if !range.is_empty() {
                found = &seams[range];
            }
        }
        found.iter().map(|seam| seam.element as usize)
    }

    /// The seams of a text that starts with an element of an array.
    pub(super) fn in_array(split: Split) -> Seams {
        let mut seams = Seams {
            outer_depth: split.depth - 1,
            ..Seams::default()
        };
        if let Some(open) = seams.open.get_mut(split.depth - 1) {
            *open = (split.array, split.element);
        }
        seams
    }

    /// The last seam of the outermost array that has one and may be open still.
    pub(super) fn last(&self) -> Option<Split> {
        let of_depth = |(outer, &(array, element)): (usize, &(usize, usize))| {
            let depth = outer + 1;
            let split = Split {
                array,
                depth,
                element,
            };
            (array < element).then_some(split)
        };
        self.open.iter().enumerate().find_map(of_depth)
    }

    /// Whether an array is the last that opened at a depth.
    pub(super) fn is_last(&self, split: Split) -> bool {
        let open = self.open.get(split.depth - 1);
        open.is_some_and(|(array, _)| *array == split.array)
    }

    /// Adds the seams of the text that follows.
    pub(super) fn append(&mut self, rest: Seams) {
        for (seams, more) in self.found.iter_mut().zip(rest.found) {
            seams.extend(more);
        }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.found.iter().all(Vec::is_empty)
    }
}

impl Recorder for Seams {
    #[inline(always)]
    fn array(&mut self, depth: usize, at: usize) {
        if let Some(open) = self.open.get_mut(self.outer_depth + depth - 1) {
            *open = (at, at);
        }
    }

    #[inline(always)]
    fn element(&mut self, depth: usize, at: usize) {
        let depth = self.outer_depth + depth;
        if let Some((array, last)) = self.open.get_mut(depth - 1)
            && at - *last >= PART
        {
            *last = at;
            let (array, element) = (*array as u32, at as u32);
            self.found[depth - 1].push(Seam { array, element });
        }
    }
}
