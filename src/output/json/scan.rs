//! The validating scanner: RFC 8259 to the letter. `NaN` and `Infinity`, which Python takes, are not JSON.
//!
//! It walks a value once without recursion, and can wait for more of its text; a [`Recorder`] is told of objects, their
//! members, and the elements of arrays. One bit a level is all the memory it needs.

use super::text::{find_digits_end, find_string_stop, hex4};

/// Is told where objects open and close, where their members stand, and where the elements of arrays do.
pub(super) trait Recorder {
    /// An object with at least one member opens at this offset.
    fn open(&mut self, _at: usize) {}
    /// A member of the innermost open object has the opening quote of its name at this offset.
    fn member(&mut self, _text: &[u8], _at: usize) {}
    /// The innermost open object closes at this offset.
    fn close(&mut self, _text: &[u8], _at: usize) {}
    /// An array with at least one element opens at this offset inside of so many containers.
    fn array(&mut self, _depth: usize, _at: usize) {}
    /// An element of the innermost open array, which is not its first, stands at this offset.
    fn element(&mut self, _depth: usize, _at: usize) {}
}

/// Records nothing.
#[cfg(test)]
pub(super) struct Nothing;

#[cfg(test)]
impl Recorder for Nothing {}

/// A text stops being JSON at this offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
}

impl Fault {
    /// Whether it may be there only because the text is the beginning, of `length` bytes, of a longer one.
    pub(super) fn may_be_the_end(&self, length: usize) -> bool {
        self.at + LONGEST_ESCAPE >= length
    }
}

fn fault<T>(at: usize) -> Result<T, Fault> {
    Err(Fault { at })
}

/// The byte at an offset; NUL, which stands nowhere in JSON, behind the end.
#[inline(always)]
pub(super) fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// The offset of the first byte that is not white space.
#[inline(always)]
pub(super) fn skip_space(text: &[u8], mut at: usize) -> usize {
    while matches!(byte(text, at), b' ' | b'\n' | b'\r' | b'\t') {
        at += 1;
    }
    at
}

/// Whether containers are objects, for every level that is open, one bit each.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: usize,
    innermost: u64,
    outer: Vec<u64>,
}

impl Nesting {
    #[inline(always)]
    pub(super) fn push(&mut self, is_object: bool) {
        if self.depth.is_multiple_of(64) {
            self.outer.push(self.innermost);
        }
        self.depth += 1;
        self.innermost = self.innermost << 1 | u64::from(is_object);
    }

    #[inline(always)]
    pub(super) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.innermost >>= 1;
        if self.depth.is_multiple_of(64) {
            self.innermost = self.outer.pop().unwrap_or_default();
        }
    }

    /// Whether the innermost container that is open is an object.
    #[inline(always)]
    pub(super) fn in_object(&self) -> bool {
        self.innermost & 1 == 1
    }

    /// How many containers are open.
    #[inline(always)]
    pub(super) fn depth(&self) -> usize {
        self.depth
    }
}

/// A scan of one value, which can wait for more of its text.
#[derive(Debug)]
pub(super) struct Scanner {
    /// The offset of what was not taken in yet.
    at: usize,
    /// Whether a value stands before it.
    is_behind_value: bool,
    nesting: Nesting,
    /// So much of the text has been looked at for a place to pause.
    seen: usize,
    /// Behind a byte with which no number and no word goes on.
    pause: usize,
}

impl Scanner {
    /// A scan of the value that starts at an offset.
    pub(super) fn new(start: usize) -> Scanner {
        Scanner {
            at: start,
            is_behind_value: false,
            nesting: Nesting::default(),
            seen: start,
            pause: start,
        }
    }

    /// A scan of the elements of an array from one on that starts at this offset, to the end of the array.
    pub(super) fn in_array(element: usize) -> Scanner {
        let mut scanner = Scanner::new(element);
        scanner.nesting.push(false);
        scanner
    }

    /// The offset of what was not taken in yet.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether an element of an array is to be taken in next that stands at this offset with so many containers around it.
    pub(super) fn waits_for_element(&self, at: usize, depth: usize) -> bool {
        let in_array = self.nesting.depth == depth && !self.nesting.in_object();
        self.at == at && !self.is_behind_value && in_array
    }

    /// Goes on behind the end of the innermost array.
    pub(super) fn leave_array(&mut self, end: usize) {
        self.at = end;
        self.is_behind_value = true;
        self.nesting.pop();
        self.seen = end;
        self.pause = end;
    }

    /// Another value is scanned next, behind one that is complete.
    pub(super) fn go_on(&mut self, at: usize) {
        self.at = at;
        self.is_behind_value = false;
    }

    /// Scans the value in a text that is complete; gives the offset behind it.
    pub(super) fn finish<R: Recorder>(
        &mut self,
        text: &[u8],
        recorder: &mut R,
    ) -> Result<usize, Fault> {
        self.walk(text, recorder)
    }

    /// Scans what can be told of a text of which more is to come. The next call gets the same text and more of it.
    pub(super) fn advance<R: Recorder>(
        &mut self,
        text: &[u8],
        recorder: &mut R,
    ) -> Result<(), Fault> {
        let fresh = text.get(self.seen..).unwrap_or_default();
        let last = fresh.iter().rposition(|byte| b",]}\" \n".contains(byte));
        self.seen = text.len();
        let Some(last) = last else {
            return Ok(());
        };
        let pause = text.len() - fresh.len() + last + 1;
        // A long string is looked at again when there is twice as much of it, lest it be looked at too often.
        if pause - self.at < 2 * (self.pause - self.at) {
            return Ok(());
        }
        self.pause = pause;
        match self.walk(&text[..pause], recorder) {
            // A complete value may have white space behind it.
            Ok(_) => Ok(()),
            // All that is wrong may be that the text goes on.
            Err(fault) if fault.may_be_the_end(pause) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Scans to the end of the value. After a fault it stands before the token with the fault.
    #[inline(always)]
    fn walk<R: Recorder>(&mut self, text: &[u8], recorder: &mut R) -> Result<usize, Fault> {
        // White space may have come after a pause.
        self.at = skip_space(text, self.at);
        loop {
            if !self.is_behind_value {
                match self.value(text, recorder)? {
                    Step::Inside(at) => {
                        self.at = at;
                        continue;
                    }
                    Step::Behind(at) => {
                        self.at = at;
                        self.is_behind_value = true;
                    }
                }
            }
            loop {
                if self.nesting.depth == 0 {
                    return Ok(self.at);
                }
                let at = skip_space(text, self.at);
                match (byte(text, at), self.nesting.in_object()) {
                    (b',', false) => {
                        self.at = skip_space(text, at + 1);
                        recorder.element(self.nesting.depth, self.at);
                        self.is_behind_value = false;
                        break;
                    }
                    (b',', true) => {
                        let name = skip_space(text, at + 1);
                        self.at = member(text, name)?;
                        recorder.member(text, name);
                        self.is_behind_value = false;
                        break;
                    }
                    (b']', false) => {}
                    (b'}', true) => recorder.close(text, at),
                    _ => return fault(at),
                }
                self.nesting.pop();
                self.at = at + 1;
            }
        }
    }

    /// Takes in a scalar, an empty container, or the beginning of a container.
    #[inline(always)]
    fn value<R: Recorder>(&mut self, text: &[u8], recorder: &mut R) -> Result<Step, Fault> {
        let start = self.at;
        match byte(text, start) {
            b'"' => string(text, start).map(Step::Behind),
            opening @ (b'{' | b'[') => {
                let inside = skip_space(text, start + 1);
                // '{' + 2 is '}', '[' + 2 is ']'.
                if byte(text, inside) == opening + 2 {
                    return Ok(Step::Behind(inside + 1));
                }
                if opening == b'[' {
                    if inside == text.len() {
                        return fault(inside);
                    }
                    self.nesting.push(false);
                    recorder.array(self.nesting.depth, start);
                    return Ok(Step::Inside(inside));
                }
                let value = member(text, inside)?;
                self.nesting.push(true);
                recorder.open(start);
                recorder.member(text, inside);
                Ok(Step::Inside(value))
            }
            b'-' | b'0'..=b'9' => number(text, start).map(Step::Behind),
            _ => literal(text, start).map(Step::Behind),
        }
    }
}

/// The bytes of a `\u` escape.
const LONGEST_ESCAPE: usize = 6;

/// Where the next value stands, or what follows the last one.
enum Step {
    Inside(usize),
    Behind(usize),
}

/// Scans a whole document: one value, white space around it, nothing else.
#[cfg(test)]
pub(super) fn document(text: &[u8], recorder: &mut impl Recorder) -> Result<(), Fault> {
    let end = Scanner::new(skip_space(text, 0)).finish(text, recorder)?;
    let end = skip_space(text, end);
    if end == text.len() {
        Ok(())
    } else {
        fault(end)
    }
}

/// Scans a member's name and its colon; gives the offset of the value.
#[inline(always)]
fn member(text: &[u8], at: usize) -> Result<usize, Fault> {
    if byte(text, at) != b'"' {
        return fault(at);
    }
    let at = skip_space(text, string(text, at)?);
    if byte(text, at) != b':' {
        return fault(at);
    }
    Ok(skip_space(text, at + 1))
}

/// Scans a string from its opening quote; gives the offset behind the closing one.
#[inline(always)]
fn string(text: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start + 1;
    let mut non_ascii = false;
    loop {
        at = find_string_stop(text, at, &mut non_ascii);
        match text.get(at) {
            Some(b'"') => break,
            Some(b'\\') => at = escape(text, at)?,
            Some(_) => return fault(at),
            None => return fault(text.len()),
        }
    }
    if non_ascii && let Err(error) = std::str::from_utf8(&text[start..at]) {
        return fault(start + error.valid_up_to());
    }
    Ok(at + 1)
}

fn escape(text: &[u8], at: usize) -> Result<usize, Fault> {
    match byte(text, at + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' if hex4(text, at + 2).is_some() => Ok(at + 6),
        _ => fault(at),
    }
}

/// Scans a number; gives the offset behind it.
#[inline(always)]
fn number(text: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start + usize::from(byte(text, start) == b'-');
    match byte(text, at) {
        b'0' => at += 1,
        b'1'..=b'9' => at = find_digits_end(text, at + 1),
        _ => return fault(start),
    }
    if byte(text, at) == b'.' {
        let end = find_digits_end(text, at + 1);
        if end == at + 1 {
            return fault(end);
        }
        at = end;
    }
    if matches!(byte(text, at), b'e' | b'E') {
        let sign = usize::from(matches!(byte(text, at + 1), b'+' | b'-'));
        let end = find_digits_end(text, at + 1 + sign);
        if end == at + 1 + sign {
            return fault(end);
        }
        at = end;
    }
    Ok(at)
}

/// Scans `true`, `false` or `null`; gives the offset behind it.
#[inline(always)]
fn literal(text: &[u8], at: usize) -> Result<usize, Fault> {
    match text.get(at..at + 4) {
        Some(b"true" | b"null") => Ok(at + 4),
        Some(b"fals") if byte(text, at + 4) == b'e' => Ok(at + 5),
        _ => fault(at),
    }
}
