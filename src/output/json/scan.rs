//! The validating scanner: RFC 8259, and the three constants that Python adds (`NaN`, `Infinity`, `-Infinity`).
//!
//! It walks a value once without recursion; a [`Recorder`] is told of objects and their members. One bit a level is all
//! the memory it needs.

use super::text::{find_digits_end, find_string_stop, hex4};

/// Is told where objects open and close and where their members stand.
pub(super) trait Recorder {
    /// An object with at least one member opens at this offset.
    fn open(&mut self, _at: usize) {}
    /// A member of the innermost open object has the opening quote of its name at this offset.
    fn member(&mut self, _text: &[u8], _at: usize) {}
    /// The innermost open object closes at this offset.
    fn close(&mut self, _text: &[u8], _at: usize) {}
}

/// Records nothing.
pub(super) struct Nothing;

impl Recorder for Nothing {}

/// The offset at which a text stops being JSON, and what is wrong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: &'static str,
}

fn fault<T>(at: usize, message: &'static str) -> Result<T, Fault> {
    Err(Fault { at, message })
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

/// Whether the innermost open container is an object, for every level, one bit each.
struct Nesting {
    depth: usize,
    innermost: u64,
    outer: Vec<u64>,
}

impl Nesting {
    fn push(&mut self, object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.outer.push(self.innermost);
        }
        self.depth += 1;
        self.innermost = self.innermost << 1 | u64::from(object);
    }

    fn pop(&mut self) {
        self.depth -= 1;
        self.innermost >>= 1;
        if self.depth.is_multiple_of(64)
            && let Some(word) = self.outer.pop()
        {
            self.innermost = word;
        }
    }

    fn in_object(&self) -> bool {
        self.innermost & 1 == 1
    }
}

#[cfg(test)]
/// Scans a whole document: one value, white space around it, nothing else.
pub(super) fn document(
    text: &[u8],
    recorder: &mut impl Recorder,
    max_depth: usize,
) -> Result<(), Fault> {
    let end = value(text, skip_space(text, 0), recorder, max_depth)?;
    let end = skip_space(text, end);
    if end == text.len() {
        Ok(())
    } else {
        fault(end, "there is something after the end of the JSON value")
    }
}

/// Scans the value that starts at an offset; gives the offset behind it.
pub(super) fn value<R: Recorder>(
    text: &[u8],
    mut at: usize,
    recorder: &mut R,
    max_depth: usize,
) -> Result<usize, Fault> {
    let mut nesting = Nesting {
        depth: 0,
        innermost: 0,
        outer: Vec::new(),
    };
    loop {
        match byte(text, at) {
            b'"' => at = string(text, at)?,
            opening @ (b'{' | b'[') => {
                let start = at;
                at = skip_space(text, at + 1);
                // '{' + 2 is '}', '[' + 2 is ']'.
                if byte(text, at) == opening + 2 {
                    at += 1;
                } else {
                    if nesting.depth >= max_depth {
                        return fault(start, "it is nested too deeply");
                    }
                    nesting.push(opening == b'{');
                    if opening == b'{' {
                        recorder.open(start);
                        at = name(text, at, recorder)?;
                    }
                    continue;
                }
            }
            b'-' | b'0'..=b'9' => at = number(text, at)?,
            _ => at = literal(text, at)?,
        }
        loop {
            if nesting.depth == 0 {
                return Ok(at);
            }
            at = skip_space(text, at);
            match (byte(text, at), nesting.in_object()) {
                (b',', false) => {
                    at = skip_space(text, at + 1);
                    break;
                }
                (b',', true) => {
                    at = skip_space(text, at + 1);
                    at = name(text, at, recorder)?;
                    break;
                }
                (b']', false) => nesting.pop(),
                (b'}', true) => {
                    recorder.close(text, at);
                    nesting.pop();
                }
                (_, true) => return fault(at, "a comma or } is missing"),
                (_, false) => return fault(at, "a comma or ] is missing"),
            }
            at += 1;
        }
    }
}

/// Scans a member's name and its colon; gives the offset of the value.
#[inline(always)]
fn name<R: Recorder>(text: &[u8], at: usize, recorder: &mut R) -> Result<usize, Fault> {
    if byte(text, at) != b'"' {
        return fault(at, "a name in double quotes is missing");
    }
    recorder.member(text, at);
    let at = skip_space(text, string(text, at)?);
    if byte(text, at) != b':' {
        return fault(at, "a colon is missing");
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
            Some(_) => return fault(at, "a control character stands in a string"),
            None => return fault(start, "a string is not closed"),
        }
    }
    if non_ascii && let Err(error) = std::str::from_utf8(&text[start..at]) {
        return fault(start + error.valid_up_to(), "a string is not UTF-8");
    }
    Ok(at + 1)
}

fn escape(text: &[u8], at: usize) -> Result<usize, Fault> {
    match byte(text, at + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' if hex4(text, at + 2).is_some() => Ok(at + 6),
        _ => fault(at, "an escape in a string is not valid"),
    }
}

#[inline(always)]
fn number(text: &[u8], start: usize) -> Result<usize, Fault> {
    let mut at = start + usize::from(byte(text, start) == b'-');
    match byte(text, at) {
        b'0' => at += 1,
        b'1'..=b'9' => at = find_digits_end(text, at + 1),
        b'I' => return literal(text, start),
        _ => return fault(start, "a number is not valid"),
    }
    if byte(text, at) == b'.' {
        let end = find_digits_end(text, at + 1);
        if end == at + 1 {
            return fault(end, "a number has no digit after its point");
        }
        at = end;
    }
    if matches!(byte(text, at), b'e' | b'E') {
        let sign = usize::from(matches!(byte(text, at + 1), b'+' | b'-'));
        let end = find_digits_end(text, at + 1 + sign);
        if end == at + 1 + sign {
            return fault(end, "a number has no digit in its exponent");
        }
        at = end;
    }
    Ok(at)
}

fn literal(text: &[u8], at: usize) -> Result<usize, Fault> {
    const LITERALS: [&[u8]; 6] = [
        b"true",
        b"false",
        b"null",
        b"NaN",
        b"Infinity",
        b"-Infinity",
    ];
    let rest = text.get(at..).unwrap_or_default();
    match LITERALS.iter().find(|word| rest.starts_with(word)) {
        Some(word) => Ok(at + word.len()),
        None if rest.is_empty() => fault(at, "the text ends where a value is expected"),
        None => fault(at, "a value is expected"),
    }
}
