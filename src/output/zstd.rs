//! The content coding `zstd` (RFC 8878): frames, one after the other, with windows of at most 8 MiB (RFC 9659).
//!
//! The decoder holds a window's worth of data back until a frame ends, so that a stream of events under this coding shows
//! late. We do not offer it; a server that sends it was asked to by the user.

use std::io::{self, BufReader, Read};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::decode::{Watched, corrupt};

const MAX_WINDOW: u64 = 8 << 20;
const MAGIC: u32 = 0xFD2F_B528;
/// The longest header of a frame (RFC 8878, section 3.1.1.1), with its magic number.
const MAX_HEADER: usize = 18;

pub(super) struct Zstd<R> {
    input: Watched<BufReader<R>>,
    decoder: FrameDecoder,
    is_in_frame: bool,
}

impl<R: Read> Zstd<R> {
    pub(super) fn new(inner: R) -> Zstd<R> {
        Zstd {
            input: Watched::new(BufReader::with_capacity(64 << 10, inner)),
            decoder: FrameDecoder::new(),
            is_in_frame: false,
        }
    }

    /// Reads the header of the next frame; false at the end of the body.
    fn begin_frame(&mut self) -> io::Result<bool> {
        let mut header = [0; MAX_HEADER];
        if self.input.read(&mut header[..1])? == 0 {
            return Ok(false);
        }
        self.take(&mut header[1..5])?;
        let magic = u32::from_le_bytes([header[0], header[1], header[2], header[3]]);
        if magic & !0xF == 0x184D_2A50 {
            // A skippable frame: its size is the next four bytes, of which one is read.
            let mut rest = [0; 3];
            self.take(&mut rest)?;
            let size = u32::from_le_bytes([header[4], rest[0], rest[1], rest[2]]);
            io::copy(
                &mut (&mut self.input).take(u64::from(size)),
                &mut io::sink(),
            )?;
            return Ok(true);
        }
        if magic != MAGIC {
            return Err(corrupt("zstd"));
        }
        let length = header_length(header[4]);
        self.take(&mut header[5..length])?;
        if window(&header[4..length]) > MAX_WINDOW {
            return Err(io::Error::other(
                "the zstd body needs more than 8 MiB of memory to be decoded",
            ));
        }
        let begun = self.decoder.reset(&header[..length]);
        self.is_in_frame = begun.map(|()| true).map_err(|_| corrupt("zstd"))?;
        Ok(true)
    }

    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let outcome = self.input.read_exact(bytes);
        outcome.map_err(|_| self.input.reason("zstd"))
    }

    fn end_frame(&mut self) -> io::Result<()> {
        self.is_in_frame = false;
        match self.decoder.get_checksum_from_data() {
            Some(sum) if self.decoder.get_calculated_checksum() != Some(sum) => {
                Err(corrupt("zstd"))
            }
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_in_frame {
                if self.begin_frame()? {
                    continue;
                }
                return Ok(0);
            }
            let length = self.decoder.read(buffer).map_err(|_| corrupt("zstd"))?;
            if length > 0 {
                return Ok(length);
            }
            if self.decoder.is_finished() {
                self.end_frame()?;
                continue;
            }
            let one = BlockDecodingStrategy::UptoBlocks(1);
            if self.decoder.decode_blocks(&mut self.input, one).is_err() {
                return Err(self.input.reason("zstd"));
            }
        }
    }
}

/// How many bytes a frame's header has, by its descriptor.
fn header_length(descriptor: u8) -> usize {
    let is_single = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = match descriptor >> 6 {
        0 => usize::from(is_single),
        flag => 1 << flag,
    };
    5 + usize::from(!is_single) + dictionary + size
}

/// How much the frame of this header (from its descriptor on) looks back.
fn window(header: &[u8]) -> u64 {
    let descriptor = header[0];
    if descriptor & 0x20 == 0 {
        let base = 1_u64 << (10 + (header[1] >> 3));
        return base + base / 8 * u64::from(header[1] & 7);
    }
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
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
