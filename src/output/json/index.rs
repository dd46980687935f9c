//! Where the members of unordered objects stand, in the order in which they are to be written, and where large arrays can
//! be taken apart.
//!
//! Objects whose members are in order already take no room. Offsets are 32 bits wide. When the notes outgrow half of what was
//! scanned (a great many tiny objects), only the large objects are noted from there on; the small ones are looked at again
//! when they are written, some hundred at a time.

use std::ops::Range;

use super::halves::Split;
use super::pages;
use super::scan::{Fault, Recorder, Scanner, byte, skip_space};
use super::seams::Seams;
use super::sort::sort;

/// Objects of fewer bytes than this are not noted when memory is short.
const LARGE_OBJECT: usize = 256 << 10;
/// What is looked at again at a time.
const STRETCH: usize = 64 << 10;

/// What is known of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// It is in order as it stands.
    AsItStands,
    /// Its members are `members[first..last]`.
    Members { first: usize, last: usize },
    /// It was too small to be noted: look at it with [`Index::of_stretch`].
    NotNoted,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: u32,
    /// Where in `members` its list starts, with the count first; while the object is open, the enclosing frame.
    first: u32,
}

/// No list: the members are in order.
const IN_ORDER: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    /// Every object, while the notes are no larger than a part of what was scanned (a half, a third, ...) and this.
    Everything { part: usize, spare: usize },
    /// Only large objects.
    LargeOnly,
}

/// The notes on one document or one object.
#[derive(Debug)]
pub(super) struct Index {
    /// By offset, ascending.
    entries: Vec<Entry>,
    members: Vec<u32>,
    /// From this offset on only large objects are noted.
    small_until: usize,
    seams: Seams,
    /// The notes on a stretch of the text that another thread has scanned. Its members count on from those above.
    rest: Option<(Range<usize>, Box<Index>)>,
}

/// Where look-ups in an [`Index`] ended, and in the rest of it: the next are close by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cursor {
    own: usize,
    rest: usize,
}

impl Index {
    /// Scans the value at `start` and what follows it, and notes the order of members if asked to.
    pub(super) fn build(text: &[u8], start: usize, sort: bool) -> Result<Index, Fault> {
        Scan::new(start, sort).finish(text)
    }

    /// Notes the order of a small valid object and of all in it; in an array also of those that follow it, as long as they are
    /// small. Gives the offset up to which all is noted. The memory of other notes is used again.
    pub(super) fn of_stretch(
        text: &[u8],
        first: usize,
        in_array: bool,
        used: Index,
    ) -> (Index, usize) {
        let mut builder = Builder::again(used);
        let text = &text[..text.len().min(first + STRETCH + LARGE_OBJECT)];
        let mut scanner = Scanner::new(first);
        let mut end = first;
        loop {
            let before = builder.entries.len();
            let Ok(behind) = scanner.finish(text, &mut builder) else {
                // It is large, or goes on where we do not look.
                builder.entries.truncate(before);
                break;
            };
            end = behind;
            let comma = skip_space(text, end);
            let next = skip_space(text, comma + 1);
            let goes_on = in_array && byte(text, comma) == b',' && byte(text, next) == b'{';
            if !goes_on || end - first >= STRETCH {
                break;
            }
            scanner.go_on(next);
        }
        (builder.finish(), end)
    }

    /// Nothing noted, all in order.
    pub(super) fn empty() -> Index {
        Index {
            entries: Vec::new(),
            members: Vec::new(),
            small_until: usize::MAX,
            seams: Seams::default(),
            rest: None,
        }
    }

    /// The order of the object that opens at an offset.
    #[inline(always)]
    pub(super) fn order(&self, at: usize, cursor: &mut Cursor) -> Order {
        match &self.rest {
            Some((stretch, rest)) if stretch.contains(&at) => {
                let before = self.members.len();
                match rest.own_order(at, &mut cursor.rest) {
                    Order::Members { first, last } => Order::Members {
                        first: before + first,
                        last: before + last,
                    },
                    order => order,
                }
            }
            _ => self.own_order(at, &mut cursor.own),
        }
    }

    #[inline(always)]
    fn own_order(&self, offset: usize, cursor: &mut usize) -> Order {
        let at = offset as u32;
        if self.entries.get(*cursor).is_none_or(|entry| entry.at != at) {
            *cursor = self.find(at, *cursor);
        }
        match self.entries.get(*cursor) {
            Some(entry) if entry.at == at => {
                *cursor += 1;
                self.list(entry.first)
            }
            _ if offset < self.small_until => Order::AsItStands,
            _ => Order::NotNoted,
        }
    }

    fn list(&self, first: u32) -> Order {
        match self.members.get(first as usize) {
            Some(&count) if first != IN_ORDER => Order::Members {
                first: first as usize + 1,
                last: first as usize + 1 + count as usize,
            },
            _ => Order::AsItStands,
        }
    }

    /// The place of the first entry at or behind an offset, looked for in growing steps from another.
    fn find(&self, at: u32, near: usize) -> usize {
        let before = |place: usize| self.entries.get(place).is_some_and(|entry| entry.at < at);
        let mut step = 1;
        let (low, high);
        if before(near) {
            let mut place = near;
            while before(place + step) {
                place += step;
                step *= 2;
            }
            (low, high) = (place, (place + step).min(self.entries.len()));
        } else {
            let mut place = near.min(self.entries.len());
            while place > 0 && !before(place - 1) {
                place = place.saturating_sub(step);
                step *= 2;
            }
            (low, high) = (place, (place + step).min(self.entries.len()));
        }
        low + self.entries[low..high].partition_point(|entry| entry.at < at)
    }

    /// Where large arrays can be taken apart.
    pub(super) fn seams(&self) -> &Seams {
        &self.seams
    }

    /// The offset of a member's name.
    #[inline(always)]
    pub(super) fn member(&self, place: usize) -> usize {
        match (self.members.get(place), &self.rest) {
            (Some(&at), _) => at as usize,
            (None, Some((_, rest))) => rest.member(place - self.members.len()),
            (None, None) => 0,
        }
    }
}

/// A scan of a document that takes notes, also while the document is still being read.
#[derive(Debug)]
pub(super) struct Scan {
    scanner: Scanner,
    notes: Notes,
    fault: Option<Fault>,
}

/// What was found in the rest of an array.
#[derive(Debug)]
pub(super) struct Rest {
    /// The offset behind the array.
    end: usize,
    notes: Notes,
}

#[derive(Debug)]
enum Notes {
    Order(Builder),
    /// Nothing is to be ordered.
    Seams(Seams),
}

impl Scan {
    /// A scan of what stands from an offset on, which notes the order of members if asked to.
    pub(super) fn new(start: usize, sort: bool) -> Scan {
        Scan {
            scanner: Scanner::new(start),
            notes: match sort {
                true => Notes::Order(Builder::new(Policy::Everything {
                    part: 2,
                    spare: 1 << 20,
                })),
                false => Notes::Seams(Seams::default()),
            },
            fault: None,
        }
    }

    /// Looks at a text of which more is to come; the next call gets the same text and more of it.
    pub(super) fn advance(&mut self, text: &[u8]) {
        if self.fault.is_none() {
            self.fault = match &mut self.notes {
                Notes::Order(builder) => {
                    builder.make_room(text.len() - self.scanner.at().min(text.len()));
                    self.scanner.advance(text, builder)
                }
                Notes::Seams(seams) => self.scanner.advance(text, seams),
            }
            .err();
        }
    }

    /// Looks at the elements of an array from one in its middle on, to its end.
    pub(super) fn of_rest(text: &[u8], split: Split, sort: bool) -> Result<Rest, Fault> {
        let mut scanner = Scanner::in_array(split.element);
        let mut seams = Seams::in_array(split);
        if !sort {
            let end = scanner.finish(text, &mut seams)?;
            let notes = Notes::Seams(seams);
            return Ok(Rest { end, notes });
        }
        let mut builder = Builder::new(Policy::Everything { part: 2, spare: 0 });
        builder.start = split.element;
        builder.seams = seams;
        builder.make_room(text.len() - split.element);
        let end = scanner.finish(text, &mut builder)?;
        let notes = Notes::Order(builder);
        Ok(Rest { end, notes })
    }

    /// Goes on behind the array whose rest was scanned, if it is the one that was to be; tells whether it is.
    pub(super) fn take_over(&mut self, rest: Rest, split: Split) -> bool {
        let is_there = self.scanner.waits_for_element(split.element, split.depth)
            && self.fault.is_none()
            && self.seams().is_last(split);
        if !is_there {
            return false;
        }
        match (&mut self.notes, rest.notes) {
            (Notes::Order(builder), Notes::Order(more)) => {
                builder.append(split.element..rest.end, more);
            }
            (Notes::Seams(seams), Notes::Seams(more)) => seams.append(more),
            // Notes of another kind are of no use.
            _ => return false,
        }
        self.scanner.leave_array(rest.end);
        true
    }

    /// The last seam of the outermost array that has one.
    pub(super) fn last_seam(&self) -> Option<Split> {
        self.seams().last()
    }

    fn seams(&self) -> &Seams {
        match &self.notes {
            Notes::Order(builder) => &builder.seams,
            Notes::Seams(seams) => seams,
        }
    }

    /// The offset up to which the text was taken in.
    pub(super) fn at(&self) -> usize {
        self.scanner.at()
    }

    /// Looks at the rest of the text, and behind the value.
    pub(super) fn finish(mut self, text: &[u8]) -> Result<Index, Fault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let index = match self.notes {
            Notes::Seams(mut seams) => {
                end_of_document(&mut self.scanner, text, &mut seams)?;
                Index {
                    seams,
                    ..Index::empty()
                }
            }
            Notes::Order(mut builder) => {
                end_of_document(&mut self.scanner, text, &mut builder)?;
                builder.finish()
            }
        };
        Ok(index)
    }
}

/// Whether a text that begins like this can have a value at `start`, and nothing behind it.
pub(super) fn may_be_document(beginning: &[u8], start: usize) -> bool {
    match Scan::new(start, false).finish(beginning) {
        Ok(_) => true,
        Err(fault) => fault.may_be_the_end(beginning.len()),
    }
}

fn end_of_document<R: Recorder>(
    scanner: &mut Scanner,
    text: &[u8],
    recorder: &mut R,
) -> Result<(), Fault> {
    let end = skip_space(text, scanner.finish(text, recorder)?);
    if end == text.len() {
        return Ok(());
    }
    Err(Fault { at: end })
}

/// Takes notes while the scanner walks.
#[derive(Debug)]
struct Builder {
    policy: Policy,
    small_until: usize,
    entries: Vec<Entry>,
    members: Vec<u32>,
    /// A frame for every open object: its place in `entries`, the length of `members` when it opened, its members so far.
    open: Vec<u32>,
    /// Where the innermost frame starts.
    frame: u32,
    seams: Seams,
    /// Where the text starts that is scanned.
    start: usize,
    rest: Option<(Range<usize>, Box<Index>)>,
}

/// As many members as a piece of a text often has at most.
const ROOM: usize = 16 << 10;

/// Words of a frame before the members.
const FRAME_HEAD: usize = 2;

impl Builder {
    fn new(policy: Policy) -> Builder {
        Builder {
            policy,
            small_until: match policy {
                Policy::Everything { .. } => usize::MAX,
                Policy::LargeOnly => 0,
            },
            entries: Vec::new(),
            members: Vec::new(),
            open: Vec::new(),
            frame: 0,
            seams: Seams::default(),
            start: 0,
            rest: None,
        }
    }

    /// A builder that notes everything, in the memory of other notes.
    fn again(used: Index) -> Builder {
        let mut builder = Builder::new(Policy::Everything {
            part: 1,
            spare: usize::MAX,
        });
        (builder.entries, builder.members) = (used.entries, used.members);
        builder.entries.clear();
        builder.members.clear();
        builder
    }

    fn finish(self) -> Index {
        Index {
            entries: self.entries,
            members: self.members,
            small_until: self.small_until,
            seams: self.seams,
            rest: self.rest,
        }
    }

    /// Keeps the ordered members of the innermost frame for the entry at `place`.
    fn keep_list(&mut self, frame: usize, place: usize) {
        let count = (self.open.len() - frame - FRAME_HEAD) as u32;
        if frame == 0 && self.members.is_empty() {
            // The list of an outermost object may be very long: it is taken over, not copied.
            self.members = std::mem::take(&mut self.open);
            self.members[1] = count;
            self.entries[place].first = 1;
            return;
        }
        self.entries[place].first = self.members.len() as u32;
        self.members.push(count);
        self.members
            .extend_from_slice(&self.open[frame + FRAME_HEAD..]);
    }

    /// Adds the notes on a stretch of the text that follows.
    fn append(&mut self, stretch: Range<usize>, mut rest: Builder) {
        self.seams.append(std::mem::take(&mut rest.seams));
        self.rest = Some((stretch, Box::new(rest.finish())));
    }

    /// Grows, before so many bytes of a text are looked at, where little room is left for what they may have.
    fn make_room(&mut self, length: usize) {
        // Where that fails, there may be room enough as it is.
        let room = ROOM.max(length / 16);
        let _ = pages::try_reserve(&mut self.entries, room / 4);
        let _ = pages::try_reserve(&mut self.members, room);
    }

    fn size(&self) -> usize {
        self.entries.len() * size_of::<Entry>() + (self.members.len() + self.open.len()) * 4
    }
}

impl Recorder for Builder {
    #[inline(always)]
    fn open(&mut self, at: usize) {
        let frame = self.open.len() as u32;
        self.open.push(self.entries.len() as u32);
        self.open.push(self.members.len() as u32);
        self.entries.push(Entry {
            at: at as u32,
            first: self.frame,
        });
        self.frame = frame;
    }

    #[inline(always)]
    fn member(&mut self, _text: &[u8], at: usize) {
        self.open.push(at as u32);
    }

    #[inline(always)]
    fn close(&mut self, text: &[u8], at: usize) {
        let frame = self.frame as usize;
        let place = self.open[frame] as usize;
        let members_before = self.open[frame + 1] as usize;
        let names = &mut self.open[frame + FRAME_HEAD..];
        let entry = self.entries[place];
        self.frame = entry.first;
        let small = at - (entry.at as usize) < LARGE_OBJECT;
        if self.policy == Policy::LargeOnly && small {
            self.entries.truncate(place);
            self.members.truncate(members_before);
            // What was noted in it before is gone too.
            self.small_until = self.small_until.min(entry.at as usize);
        } else if !sort(text, names) {
            if place + 1 == self.entries.len() && self.policy != Policy::LargeOnly {
                self.entries.pop();
            } else {
                self.entries[place].first = IN_ORDER;
            }
        } else {
            self.keep_list(frame, place);
        }
        self.open.truncate(frame);
        if let Policy::Everything { part, spare } = self.policy
            && self.size() > ((at - self.start) / part).saturating_add(spare)
        {
            self.policy = Policy::LargeOnly;
            self.small_until = at;
        }
    }

    #[inline(always)]
    fn array(&mut self, depth: usize, at: usize) {
        self.seams.array(depth, at);
    }

    #[inline(always)]
    fn element(&mut self, depth: usize, at: usize) {
        self.seams.element(depth, at);
    }
}

#[cfg(test)]
impl Index {
    /// An index that notes only large objects, whatever the size of the document.
    pub(super) fn build_sparse(text: &[u8]) -> Result<Index, Fault> {
        Index::build_with(text, Policy::LargeOnly)
    }

    /// An index whose notes may take no more than so many bytes, before only large objects are noted.
    pub(super) fn build_within(text: &[u8], spare: usize) -> Result<Index, Fault> {
        Index::build_with(
            text,
            Policy::Everything {
                part: usize::MAX,
                spare,
            },
        )
    }

    fn build_with(text: &[u8], policy: Policy) -> Result<Index, Fault> {
        let mut builder = Builder::new(policy);
        let mut scanner = Scanner::new(skip_space(text, 0));
        end_of_document(&mut scanner, text, &mut builder)?;
        Ok(builder.finish())
    }

    /// So many bytes its notes take.
    pub(super) fn size(&self) -> usize {
        self.entries.len() * size_of::<Entry>() + self.members.len() * 4
    }
}
