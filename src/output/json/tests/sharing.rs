//! A document that is scanned by two threads or while it is read, and written by two, looks like any other.

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
fn a_large_body_looks_the_same_however_it_is_read() {
    let mut random = Random(17);
    let text = large_document(&mut random);
    for sort_keys in [false, true] {
        let options = JsonOptions {
            sort_keys,
            ..JsonOptions::default()
        };
        let wanted = formatted_with(text.as_bytes(), &options).unwrap();
        for way in [ahead::scan_while_reading, ahead::read_and_scan] {
            let mut body = Dripping(text.as_bytes(), Random(19));
            let mut bytes = Vec::new();
            let scanned = way(&mut body, options.orders_members(), &mut bytes).unwrap();
            assert!(bytes == text.as_bytes() && scanned.is_some());
            let mut out = Vec::new();
            let verdict = write_json(&bytes, scanned, &options, None, &mut out).unwrap();
            assert_eq!(verdict, Verdict::Written);
            assert!(out == wanted);
        }
    }
    let damaged = text.replace("\"\"],[]]}", "\"\"],[]}");
    for way in [ahead::scan_while_reading, ahead::read_and_scan, ahead::read] {
        let mut bytes = Vec::new();
        let scanned = way(&mut damaged.as_bytes(), true, &mut bytes).unwrap();
        assert!(scanned.is_none() && bytes == damaged.as_bytes());
    }
}

/// A document that is split where it can be, scanned by two threads; whether they could.
fn in_halves(text: &[u8], options: &JsonOptions) -> (Option<Vec<u8>>, bool) {
    let sort = options.orders_members();
    let mut scan = index::Scan::new(0, sort);
    let is_split = halves::begin(text, 0, sort, &mut scan);
    let index = scan.finish(text).ok();
    let out = index.map(|index| written_with(text, &index, options));
    (out, is_split)
}

#[test]
fn two_threads_find_what_one_finds() {
    let many = |element: &str| element.repeat((3 << 19) / element.len());
    let filled = |element: &str| format!("[{}0]", many(element));
    let rows = filled("{\"b\":{\"d\":1,\"c\":[{\"f\":1,\"e\":2}]},\"a\":\"é\"},");
    let tiny = filled("{\"b\":1,\"a\":2},");
    let documents = [
        (rows.clone(), true),
        (tiny.clone(), true),
        (rows.replace(",{", " ,\n  {"), true),
        (
            format!("{{\"z\":1,\"data\":{rows},\"a\":{{\"c\":1,\"b\":2}}}}"),
            true,
        ),
        (
            format!("[[{rows},{{\"b\":1,\"a\":2}}],{{\"b\":1,\"a\":2}}]"),
            true,
        ),
        (filled("[1,2],"), true),
        // What looks like the next element is one of another array, or text.
        (
            format!("[{}{tiny},1]", "{\"b\":1,\"a\":2},".repeat(1 << 15)),
            false,
        ),
        (
            format!("[{}\"{}\",1]", "1,".repeat(1 << 18), "1,".repeat(3 << 18)),
            false,
        ),
        // Nothing looks like one.
        (
            format!("[{}\"{}\",1]", "1,".repeat(1 << 18), "x".repeat(1 << 21)),
            false,
        ),
        (format!("\"{}\"", "x".repeat(1 << 21)), false),
    ];
    for (text, can_be_split) in &documents {
        for sort_keys in [false, true] {
            let options = JsonOptions {
                sort_keys,
                ..JsonOptions::default()
            };
            let (out, is_split) = in_halves(text.as_bytes(), &options);
            assert_eq!(is_split, *can_be_split, "{}", &text[..60]);
            assert!(
                out == formatted_with(text.as_bytes(), &options),
                "{}",
                &text[..60]
            );
        }
    }
}

#[test]
fn two_threads_take_for_json_what_one_does() {
    let mut random = Random(41);
    let text = large_document(&mut random);
    for _ in 0..30 {
        let mut bytes = text.clone().into_bytes();
        let at = random.below(bytes.len());
        bytes[at] = b"{}[]\",:\\u0 -"[random.below(12)];
        let options = JsonOptions::default();
        let (out, _) = in_halves(&bytes, &options);
        assert!(out == formatted_with(&bytes, &options), "{at}");
    }
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
