//! The content coding `br` (RFC 7932).

use std::io::{self, Read};

use brotli_decompressor::Decompressor;

use super::decode::Watched;

/// Decoded bytes of a brotli stream, as soon as they can be had; its window is at most 16 MiB.
pub(super) struct Brotli<R: Read> {
    data: Decompressor<Watched<R>>,
    /// Whether nothing is left. No body at all is an empty one under any coding.
    ended: bool,
}

impl<R: Read> Brotli<R> {
    pub(super) fn new(inner: R) -> Brotli<R> {
        Brotli {
            data: Decompressor::new(Watched::new(inner), 16 << 10),
            ended: false,
        }
    }
}

impl<R: Read> Read for Brotli<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.ended {
            return Ok(0);
        }
        match self.data.read(buffer) {
            Ok(length) => {
                self.ended = length == 0;
                Ok(length)
            }
            Err(_) if self.data.get_ref().gave_nothing() => {
                self.ended = true;
                Ok(0)
            }
            Err(_) => Err(self.data.get_mut().reason("br")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode::decode;
    use super::*;

    /// `"data: 1\n\ndata: 2\n\n"` a hundred times, by the encoder of the format's authors.
    const EVENTS: &[u8] = include_bytes!("testdata/events.br");

    fn all(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let outcome = decode(bytes, [&b"br"[..]]).read_to_end(&mut text);
        outcome.map(|_| text)
    }

    #[test]
    fn a_body_is_decoded() {
        assert_eq!(all(EVENTS).unwrap(), b"data: 1\n\ndata: 2\n\n".repeat(100));
        assert_eq!(all(b"").unwrap(), b"");
    }

    #[test]
    fn damage_is_reported() {
        for length in 1..EVENTS.len() {
            let error = all(&EVENTS[..length]).unwrap_err();
            assert_eq!(error.to_string(), "the br body is truncated", "{length}");
        }
        let error = all(b"this is no brotli at all, of that we may be sure").unwrap_err();
        assert_eq!(error.to_string(), "the br body is corrupt");
        for at in 0..EVENTS.len() {
            for bit in 0..8 {
                let mut body = EVENTS.to_vec();
                body[at] ^= 1 << bit;
                drop(all(&body));
            }
        }
    }
}
