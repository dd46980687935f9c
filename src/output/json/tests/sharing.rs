//! A document that is scanned while it is read, and written by two threads, looks like any other.

use super::documents::{Random, large_document};
use super::*;

/// A body that comes in pieces of odd sizes.
struct Dripping<'t>(&'t [u8], Random);

impl io::Read for Dripping<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = (1 + self.1.below(100_000)).min(out.len()).min(self.0.len());
        let (now, rest) = self.0.split_at(length);
        out[..length].copy_from_slice(now);
        self.0 = rest;
        Ok(length)
    }
}

#[test]
fn a_body_that_is_scanned_while_it_is_read_looks_the_same() {
    let mut random = Random(17);
    let text = large_document(&mut random);
    for sort_keys in [false, true] {
        let options = JsonOptions {
            sort_keys,
            ..JsonOptions::default()
        };
        let mut body = Dripping(text.as_bytes(), Random(19));
        let mut bytes = Vec::new();
        let scanned = read(&mut body, options.orders_members(), &mut bytes).unwrap();
        assert!(bytes == text.as_bytes());
        assert_eq!(scanned.is_some(), parallel::is_of_use());
        let mut out = Vec::new();
        let verdict = write_json(&bytes, scanned, &options, None, &mut out).unwrap();
        assert_eq!(verdict, Verdict::Written);
        let wanted = formatted_with(text.as_bytes(), &options).unwrap();
        assert!(out == wanted);
    }
    let damaged = text.replace("\"\"],[]]}", "\"\"],[]}");
    let mut bytes = Vec::new();
    let scanned = read(&mut damaged.as_bytes(), true, &mut bytes).unwrap();
    assert!(scanned.is_none() && bytes == damaged.as_bytes());
}

#[test]
fn a_scan_may_pause_anywhere() {
    let mut random = Random(23);
    for _ in 0..2000 {
        let mut bytes = random.document().into_bytes();
        if random.below(2) == 0 && !bytes.is_empty() {
            let at = random.below(bytes.len());
            bytes[at] = b"{}[]\",:\\u0 -"[random.below(12)];
        }
        let start = scan::skip_space(&bytes, 0);
        let mut scan = index::Scan::new(start, true);
        let mut end = start;
        while end < bytes.len() {
            end = (end + 1 + random.below(9)).min(bytes.len());
            scan.advance(&bytes[..end]);
        }
        let whole = index::Scan::new(start, true).finish(&bytes);
        assert_eq!(scan.finish(&bytes).is_ok(), whole.is_ok(), "{bytes:?}");
    }
}

#[test]
fn two_threads_write_what_one_writes() {
    let mut random = Random(29);
    let text = large_document(&mut random);
    for style in [None, Style::named("auto"), Style::named("pie-dark")] {
        for sort_keys in [false, true] {
            let options = JsonOptions {
                sort_keys,
                ..JsonOptions::default()
            };
            let (start, index) = examine(text.as_bytes(), &options).unwrap();
            assert!(!index.seams().is_empty());
            let written = |is_shared| match &style {
                Some(style) => emitted(
                    &text,
                    start,
                    &index,
                    &options,
                    Coloured::new(style),
                    is_shared,
                ),
                None => emitted(&text, start, &index, &options, Plain, is_shared),
            };
            assert!(written(true) == written(false));
        }
    }
}

fn emitted(
    text: &str,
    start: usize,
    index: &Index,
    options: &JsonOptions,
    painter: impl Painter,
    is_shared: bool,
) -> Vec<u8> {
    let mut out = Vec::new();
    let emitter = Emitter::new(text.as_bytes(), options, index, painter, &mut out);
    emitter.sharing(is_shared).run(start).unwrap();
    out
}

#[test]
fn a_failing_writer_ends_the_work() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::BrokenPipe))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let large = large_document(&mut Random(31));
    for text in ["[1]", &large] {
        let options = JsonOptions::default();
        let error = write_json(text.as_bytes(), None, &options, None, &mut Full).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
