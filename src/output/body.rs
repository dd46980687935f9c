//! The way of one body to an output: decoded, in UTF-8, and then as bytes, as text for a terminal, laid out whole, or line
//! by line.
//!
//! [`write_body`] chooses the way; the functions behind it are the ways, and [`printer`] has what they print. No way but that
//! of a document to be laid out holds more of a body than a piece.

mod kind;
mod lines;
mod printer;

use std::io::{self, Read, Write};

use super::charset::{self, Facts, Utf8Reader};
use super::decode::{self, is_binary};
use super::json;
use super::plan::{Plan, is_stream};
use super::report::Counted;
use super::show::{Codings, ShownBody};
use crate::error::Error;
use kind::Kind;
use lines::{Unit, write_by};
pub(crate) use printer::BINARY_NOTICE;
use printer::Printer;

/// The size of the pieces in which a body is copied or saved, once it has proved to be large; with 128 KiB
/// 1 GiB from this machine took a quarter longer.
pub(super) const LARGE_PIECE: usize = 96 * 1024;
pub(super) const FIRST_PIECE: usize = 16 * 1024;
/// By so much of a body it is decided whether it can be a document; a longer one that cannot is not held in memory.
const BEGINNING: usize = 64 * 1024;

/// Writes a body to an output as the plan says; `after_head` tells whether its head stands before it.
pub(crate) fn write_body(
    body: ShownBody<'_>,
    after_head: bool,
    plan: &Plan,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut printer = Printer::new(plan, out, after_head);
    let is_response = body.codings == Codings::TakeOff;
    let mut decoded: Box<dyn Read> = match body.codings {
        Codings::TakeOff => decode::decode(body.reader, body.headers.get_all("Content-Encoding")),
        Codings::Keep => Box::new(body.reader),
    };
    let mut decoded = Counted::new(&mut decoded, body.count);
    if !plan.is_pretty() && !plan.to_terminal {
        printer.show_what_stands()?;
        return copy(&mut decoded, &mut printer);
    }
    let content_type = body.headers.get_str("Content-Type").unwrap_or_default();
    let kind = Kind::new(content_type, plan, is_response);
    printer.colour_as(&kind);
    let facts = Facts {
        asked: plan.response_charset.filter(|_| is_response),
        content_type,
        is_text: kind.is_text(),
    };
    // Events are shown when they happen, also without --stream.
    let by_line = plan.by_line || is_stream(&kind.media_type);
    let is_laid_out = kind.may_be_json || kind.may_be_xml;
    if plan.is_pretty() && is_laid_out && !by_line {
        return document(&mut decoded, facts, &kind, &mut printer);
    }
    printer.show_what_stands()?;
    let mut text = Utf8Reader::new(decoded, facts);
    if plan.is_pretty() && by_line && kind.may_be_json {
        write_by(Unit::of_type(&kind.media_type), &mut text, &mut printer)?;
    } else {
        write_text(&mut text, &mut printer)?;
    }
    // As in HTTPie, which reads responses by lines here and ends each.
    let ends_lines = is_response && (by_line || !plan.is_pretty());
    printer.end_text(ends_lines)
}

/// The bytes as they are.
fn copy(body: &mut dyn Read, printer: &mut Printer<'_>) -> Result<(), Error> {
    let mut piece = vec![0; FIRST_PIECE];
    loop {
        let length = read(body, &mut piece)?;
        if length == 0 {
            return Ok(());
        }
        printer.put(&piece[..length])?;
        if length == FIRST_PIECE {
            piece.resize(LARGE_PIECE, 0);
        }
    }
}

/// Text for a person, as it comes; the notice instead of binary data. A character, or a CRLF, that a piece cuts in two
/// waits for its other half.
fn write_text(body: &mut dyn Read, printer: &mut Printer<'_>) -> Result<(), Error> {
    let mut piece = vec![0; FIRST_PIECE];
    let mut held = 0;
    loop {
        let outcome = read(body, &mut piece[held..]);
        let length = *outcome.as_ref().unwrap_or(&0);
        let end = held + length;
        if is_binary(&piece[held..end]) {
            printer.end_text(false)?;
            return printer.notice();
        }
        let whole = match length {
            0 => end,
            _ => end - cut_off(&piece[..end]),
        };
        printer.put_text(&piece[..whole])?;
        if length == 0 {
            return outcome.map(drop);
        }
        piece.copy_within(whole..end, 0);
        held = end - whole;
    }
}

/// A body that is laid out whole where it is a document; text as it comes where its beginning shows that it is none.
fn document(
    body: &mut dyn Read,
    mut facts: Facts<'_>,
    kind: &Kind,
    printer: &mut Printer<'_>,
) -> Result<(), Error> {
    let mut beginning = Vec::new();
    let outcome = body.take(BEGINNING as u64).read_to_end(&mut beginning);
    let text = charset::whole_in_utf_8(&beginning, &facts, false);
    if is_binary(&text) {
        printer.notice()?;
        return outcome.map(drop).map_err(Error::from);
    }
    if let Err(error) = outcome {
        printer.put_document(&text, None, kind)?;
        return Err(error.into());
    }
    let is_all = beginning.len() < BEGINNING;
    let is_whole = is_all || kind.may_be_xml || json::may_begin_document(&text);
    drop(text);
    if !is_whole {
        facts.asked = charset::of_beginning(&beginning, &facts);
    }
    let mut all = beginning.as_slice().chain(body);
    if is_whole {
        return whole_document(&mut all, &facts, kind, printer);
    }
    printer.show_what_stands()?;
    write_text(&mut Utf8Reader::new(all, facts), printer)?;
    printer.end_text(false)
}

/// The whole body, laid out where it is JSON or XML. Where there is too little memory for that, it is shown as it comes.
fn whole_document(
    body: &mut dyn Read,
    facts: &Facts<'_>,
    kind: &Kind,
    printer: &mut Printer<'_>,
) -> Result<(), Error> {
    let mut bytes = Vec::new();
    let read_whole = match kind.may_be_json {
        true => json::read(body, printer.json_options().orders_members(), &mut bytes),
        false => body.read_to_end(&mut bytes).map(|_| None),
    };
    let (outcome, scanned) = match read_whole {
        Ok(scanned) => (Ok(()), scanned),
        Err(error) => (Err(error), None),
    };
    let is_short = matches!(&outcome, Err(error) if error.kind() == io::ErrorKind::OutOfMemory);
    if is_short || outcome.is_ok() {
        printer.show_what_stands()?;
    }
    if is_short || (outcome.is_ok() && !json::has_room_beside(&bytes)) {
        drop(scanned);
        let mut text = Utf8Reader::new(bytes.as_slice().chain(body), *facts);
        write_text(&mut text, printer)?;
        return printer.end_text(false);
    }
    // JSON is UTF-8 (RFC 8259, section 8.1), which the scan has seen to.
    let text = charset::whole_in_utf_8(&bytes, facts, scanned.is_some());
    // What was scanned are the bytes.
    let scanned = scanned.filter(|_| std::ptr::eq(&*text, &*bytes));
    if scanned.is_none() && is_binary(&text) {
        printer.notice()?;
    } else {
        printer.put_document(&text, scanned, kind)?;
    }
    outcome.map_err(Error::from)
}

/// Reads once, however often a signal comes between.
fn read(body: &mut dyn Read, piece: &mut [u8]) -> Result<usize, Error> {
    loop {
        match body.read(piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map_err(Error::from),
        }
    }
}

/// How many bytes at the end may be the beginning of a character or of a CRLF: at most three.
fn cut_off(bytes: &[u8]) -> usize {
    if bytes.ends_with(b"\r") {
        return 1;
    }
    for back in 1..=bytes.len().min(3) {
        let needed = match bytes[bytes.len() - back] {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF7 => 4,
            0x80..=0xBF => continue,
            _ => return 0,
        };
        return if needed > back { back } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::cut_off;

    #[test]
    fn a_character_that_is_cut_in_two_waits() {
        for (bytes, want) in [
            (&b"abc"[..], 0),
            (b"abc\r", 1),
            ("é".as_bytes(), 0),
            (&"é".as_bytes()[..1], 1),
            (&"€".as_bytes()[..2], 2),
            (&"😀".as_bytes()[..3], 3),
            ("😀".as_bytes(), 0),
            (b"\x80\x80\x80\x80", 0),
            (b"", 0),
        ] {
            assert_eq!(cut_off(bytes), want, "{bytes:?}");
        }
    }
}
