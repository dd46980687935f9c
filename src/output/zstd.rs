//! The content coding `zstd` (RFC 8878): frames, one after the other, with windows of at most 8 MiB (RFC 9659).
//!
//! The library's decoder gives a window's worth of data away only when a frame has ended, and events would show late. So
//! it is told of an end before the first block: from then on all that it holds can be looked at, and it goes on decoding
//! all the same. What leaves the window is dropped here.

use std::hash::Hasher;
use std::io::{self, BufReader, Read, Write};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use twox_hash::XxHash64;

use super::decode::{Watched, corrupt};

const MAX_WINDOW: u64 = 8 << 20;
const MAGIC: u32 = 0xFD2F_B528;
/// The longest header of a frame (RFC 8878, section 3.1.1.1), with its magic number.
const MAX_HEADER: usize = 18;
/// In a frame's descriptor: a checksum follows the last block.
const HAS_CHECKSUM: u8 = 4;
/// The most that a block holds, in bytes.
const MAX_BLOCK: usize = 128 << 10;
/// The header of a block without content that calls itself the last one.
const END: [u8; 3] = [1, 0, 0];

/// Decoded bytes of a zstd stream, a block at a time.
pub(super) struct Zstd<R> {
    input: Watched<BufReader<R>>,
    decoder: FrameDecoder,
    frame: Option<Frame>,
    /// Whether a frame has begun before.
    has_begun: bool,
    /// Whether no frame follows.
    is_over: bool,
    /// What was decoded begins to be given out at `at`.
    ready: Vec<u8>,
    at: usize,
}

/// The frame at hand.
struct Frame {
    window: usize,
    /// How many of the bytes that the decoder holds were taken from it.
    known: usize,
    /// Of all of its content, where it has to be compared.
    checksum: Option<XxHash64>,
    is_over: bool,
}

impl<R: Read> Zstd<R> {
    pub(super) fn new(inner: R) -> Zstd<R> {
        Zstd {
            input: Watched::new(BufReader::with_capacity(64 << 10, inner)),
            decoder: FrameDecoder::new(),
            frame: None,
            has_begun: false,
            is_over: false,
            ready: Vec::new(),
            at: 0,
        }
    }

    /// Reads the header of the next frame; false at the end of the body, and at what cannot be one behind a frame: as with the
    /// other codings, that is left alone.
    fn begin_frame(&mut self) -> io::Result<bool> {
        let mut header = [0; MAX_HEADER];
        if self.is_over {
            return Ok(false);
        }
        match self.input.read(&mut header[..1]) {
            Ok(0) => return Ok(false),
            Ok(_) if self.has_begun && !begins_magic(header[0]) => {
                self.is_over = true;
                return Ok(false);
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            Err(_) => return Err(self.input.reason("zstd")),
        }
        self.take(&mut header[1..5])?;
        self.has_begun = true;
        let magic = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
        if magic & !0xF == 0x184D_2A50 {
            return self.skip_frame(header[4]).map(|()| true);
        }
        if magic != MAGIC {
            return Err(corrupt("zstd"));
        }
        let length = header_length(header[4]);
        self.take(&mut header[5..length])?;
        let window = usize::try_from(window(&header[4..length]).min(MAX_WINDOW + 1));
        let window = window.unwrap_or(usize::MAX);
        if window as u64 > MAX_WINDOW {
            return Err(io::Error::other(
                "the zstd body needs more than 8 MiB of memory to be decoded",
            ));
        }
        let has_checksum = header[4] & HAS_CHECKSUM != 0;
        // The decoder would look for it behind the end that it is told of.
        header[4] &= !HAS_CHECKSUM;
        let begun = self.decoder.reset(&header[..length]);
        begun.map_err(|_| corrupt("zstd"))?;
        decode_block(&mut self.decoder, &END, &mut io::empty())?;
        self.frame = Some(Frame {
            window,
            known: 0,
            checksum: has_checksum.then(|| XxHash64::with_seed(0)),
            is_over: false,
        });
        Ok(true)
    }

    /// Passes over a skippable frame (RFC 8878, section 3.1.2). Of its size, four bytes, the first is read.
    fn skip_frame(&mut self, first: u8) -> io::Result<()> {
        let mut rest = [0; 3];
        self.take(&mut rest)?;
        let size = u32::from_le_bytes([first, rest[0], rest[1], rest[2]]);
        let mut content = (&mut self.input).take(u64::from(size));
        match io::copy(&mut content, &mut io::sink()) {
            Ok(length) if length == u64::from(size) => Ok(()),
            _ => Err(self.input.reason("zstd")),
        }
    }

    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let outcome = self.input.read_exact(bytes);
        outcome.map_err(|_| self.input.reason("zstd"))
    }

    /// Decodes the next block of a frame.
    fn next_block(&mut self, frame: &mut Frame) -> io::Result<()> {
        let mut header = END;
        self.take(&mut header)?;
        frame.is_over = header[0] & 1 == 1;
        if decode_block(&mut self.decoder, &header, &mut self.input).is_err() {
            return Err(self.input.reason("zstd"));
        }
        self.ready.clear();
        self.at = 0;
        self.take_newest(frame)?;
        if let Some(checksum) = &mut frame.checksum {
            checksum.write(&self.ready);
        }
        Ok(())
    }

    /// Takes what the decoder has not given yet, and lets it drop what has left the window.
    fn take_newest(&mut self, frame: &mut Frame) -> io::Result<()> {
        let all = self.decoder.can_collect();
        let mut newest = Newest {
            known: frame.known,
            surplus: all.saturating_sub(frame.window),
            seen: 0,
            dropped: 0,
            found: &mut self.ready,
        };
        self.decoder.collect_to_writer(&mut newest)?;
        let (seen, dropped) = (newest.seen, newest.dropped);
        if seen == all {
            frame.known = all - dropped;
            return Ok(());
        }
        // It holds its data in two pieces, and shows the second only when the first is dropped whole. So it gives all, and
        // gets the window back as blocks; that happens once in as many bytes as it has room for.
        let held = self.decoder.collect().unwrap_or_default();
        let unseen = all - seen.max(frame.known);
        self.ready
            .extend_from_slice(&held[held.len().saturating_sub(unseen)..]);
        let window = &held[held.len().saturating_sub(frame.window)..];
        frame.known = window.len();
        for mut piece in window.chunks(MAX_BLOCK) {
            let size = (piece.len() << 3).to_le_bytes();
            decode_block(&mut self.decoder, &size[..3], &mut piece)?;
        }
        Ok(())
    }

    fn end_frame(&mut self, frame: &Frame) -> io::Result<()> {
        let Some(found) = &frame.checksum else {
            return Ok(());
        };
        let mut told = [0; 4];
        self.take(&mut told)?;
        // Of 64 bits, the low half is there.
        match u32::from_le_bytes(told) == found.finish() as u32 {
            true => Ok(()),
            false => Err(corrupt("zstd")),
        }
    }
}

/// Whether frames, those with content or to be skipped, can begin with this byte.
fn begins_magic(byte: u8) -> bool {
    byte == MAGIC as u8 || byte & 0xF0 == 0x50
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let ready = &self.ready[self.at..];
            if !ready.is_empty() {
                let length = ready.len().min(buffer.len());
                buffer[..length].copy_from_slice(&ready[..length]);
                self.at += length;
                return Ok(length);
            }
            match self.frame.take() {
                None if self.begin_frame()? => {}
                None => return Ok(0),
                Some(frame) if frame.is_over => self.end_frame(&frame)?,
                Some(mut frame) => {
                    self.next_block(&mut frame)?;
                    self.frame = Some(frame);
                }
            }
        }
    }
}

/// Decodes one block. Whatever it comes from, the decoder is in the program once.
fn decode_block(
    decoder: &mut FrameDecoder,
    header: &[u8],
    content: &mut dyn Read,
) -> io::Result<()> {
    let one = BlockDecodingStrategy::UptoBlocks(1);
    let outcome = decoder.decode_blocks(header.chain(content), one);
    outcome.map(drop).map_err(|_| corrupt("zstd"))
}

/// Looks at all that a decoder holds, and accepts only what it may drop.
struct Newest<'a> {
    /// How many of the first bytes are of no interest.
    known: usize,
    /// How many of them may be dropped.
    surplus: usize,
    seen: usize,
    dropped: usize,
    found: &'a mut Vec<u8>,
}

impl Write for Newest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What was not accepted is offered once more.
        if self.dropped < self.seen {
            return Ok(0);
        }
        let known = self.known.saturating_sub(self.seen).min(bytes.len());
        self.found.extend_from_slice(&bytes[known..]);
        self.seen += bytes.len();
        let accepted = (self.surplus - self.dropped).min(bytes.len());
        self.dropped += accepted;
        Ok(accepted)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many bytes a frame's header has, by its descriptor.
fn header_length(descriptor: u8) -> usize {
    let is_single = descriptor & 0x20 != 0;
    let dictionary = dictionary_length(descriptor);
    let size = match descriptor >> 6 {
        0 => usize::from(is_single),
        flag => 1 << flag,
    };
    5 + usize::from(!is_single) + dictionary + size
}

/// How many bytes of a frame's header name its dictionary.
fn dictionary_length(descriptor: u8) -> usize {
    [0, 1, 2, 4][usize::from(descriptor & 3)]
}

/// How much the frame of this header (from its descriptor on) looks back.
fn window(header: &[u8]) -> u64 {
    let descriptor = header[0];
    if descriptor & 0x20 == 0 {
        let base = 1_u64 << (10 + (header[1] >> 3));
        return base + base / 8 * u64::from(header[1] & 7);
    }
    let dictionary = dictionary_length(descriptor);
    let size = &header[1 + dictionary..];
    let little_endian = |sum, byte: &u8| sum << 8 | u64::from(*byte);
    let content = size.iter().rev().fold(0, little_endian);
    // A size of two bytes counts from 256 on.
    content + if size.len() == 2 { 256 } else { 0 }
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::super::decode::decode;
    use super::*;

    /// `"data: 1\n\ndata: 2\n\n"` a hundred times, with a checksum, by the encoder of the format's authors.
    const EVENTS: &[u8] = include_bytes!("testdata/events.zst");

    const EVENTS_FLUSHED: usize = 300;

    fn flushed_event(number: usize) -> String {
        format!(
            "data: {{\"number\": {number}, \"square\": {}}}\n\n",
            number * number
        )
    }

    fn all(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let outcome = decode(bytes, [&b"zstd"[..]]).read_to_end(&mut text);
        outcome.map(|_| text)
    }

    #[test]
    fn frames_are_decoded_and_skippable_ones_passed_over() {
        let events = b"data: 1\n\ndata: 2\n\n".repeat(100);
        assert_eq!(all(EVENTS).unwrap(), events);
        assert_eq!(all(b"").unwrap(), b"");
        let text = b"some text that is long ".repeat(20_000);
        let mut body = compress_to_vec(&text[..], CompressionLevel::Fastest);
        body.extend(b"\x52\x2a\x4d\x18\x03\0\0\0abc");
        body.extend(EVENTS);
        assert_eq!(all(&body).unwrap(), [text, events].concat());
    }

    #[test]
    fn what_cannot_be_a_frame_behind_one_is_left_alone() {
        let events = all(EVENTS).unwrap();
        for junk in [&b"junk"[..], &[0; 10], b"\n"] {
            assert_eq!(all(&[EVENTS, junk].concat()).unwrap(), events, "{junk:?}");
        }
        let cut = all(&[EVENTS, &EVENTS[..3]].concat()).unwrap_err();
        assert_eq!(cut.to_string(), "the zstd body is truncated");
    }

    #[test]
    fn damage_is_reported() {
        for length in 1..EVENTS.len() {
            let error = all(&EVENTS[..length]).unwrap_err();
            assert_eq!(error.to_string(), "the zstd body is truncated", "{length}");
        }
        let mut body = EVENTS.to_vec();
        let last = body.len() - 1;
        body[last] ^= 1;
        assert_eq!(
            all(&body).unwrap_err().to_string(),
            "the zstd body is corrupt"
        );
        assert_eq!(
            all(b"plain text").unwrap_err().to_string(),
            "the zstd body is corrupt"
        );
        for at in 0..EVENTS.len() {
            for bit in 0..8 {
                let mut body = EVENTS.to_vec();
                body[at] ^= 1 << bit;
                drop(all(&body));
            }
        }
    }

    /// Gives its pieces one a call, and must not be asked for more than there is.
    struct Pieces(std::vec::IntoIter<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.next().unwrap_or_default();
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn what_a_flush_brought_is_given_at_once_however_often_the_window_is_gone_round() {
        // By the encoder of the format's authors: a window of 1 KiB, a flush after every event.
        const FLUSHED: &[u8] = include_bytes!("testdata/flushed.zst");
        let mut blocks = FLUSHED;
        let mut cut = |length: usize| {
            let (piece, rest) = blocks.split_at(length);
            blocks = rest;
            piece.to_vec()
        };
        let header = cut(header_length(FLUSHED[4]));
        let mut pieces = vec![header];
        loop {
            let mut block = cut(3);
            let size = u32::from_le_bytes([block[0], block[1], block[2], 0]);
            let is_rle = size >> 1 & 3 == 1;
            block.extend(cut(if is_rle { 1 } else { (size >> 3) as usize }));
            pieces.push(block);
            if size & 1 == 1 {
                break;
            }
        }
        pieces.push(cut(4));
        let mut reader = Zstd::new(Pieces(pieces.into_iter()));
        let mut buffer = [0; 4096];
        for event in 0..EVENTS_FLUSHED {
            let want = flushed_event(event);
            let length = reader.read(&mut buffer).unwrap();
            assert_eq!(String::from_utf8_lossy(&buffer[..length]), want);
        }
        assert_eq!(reader.read(&mut buffer).unwrap(), 0);
    }

    #[test]
    fn a_skippable_frame_that_is_cut_is_damage() {
        let error = all(b"\x50\x2a\x4d\x18\xff\xff\xff\xffabc").unwrap_err();
        assert_eq!(error.to_string(), "the zstd body is truncated");
    }

    #[test]
    fn what_fails_below_says_what_it_is() {
        let mut text = Vec::new();
        let error = decode(&b"plain text"[..], [&b"zstd, gzip"[..]])
            .read_to_end(&mut text)
            .unwrap_err();
        assert_eq!(error.to_string(), "the gzip body is corrupt");
    }

    #[test]
    fn a_window_beyond_what_http_allows_is_refused() {
        // A window of 2 to the power of 41.
        let body = b"\x28\xb5\x2f\xfd\0\xf8\x01\0\0";
        assert!(all(body).unwrap_err().to_string().contains("8 MiB"));
        // A single segment of 1 TiB.
        let body = b"\x28\xb5\x2f\xfd\xe0\0\0\0\0\0\x01\0\0\x01\0\0";
        assert!(all(body).unwrap_err().to_string().contains("8 MiB"));
    }
}
