//! Takes content codings off a body while it arrives (RFC 9110, section 8.4): `gzip`, `deflate`, `br`, `zstd`,
//! `identity`.
//!
//! Everything is a [`Read`] over a [`Read`] that gives bytes as soon as they can be had and keeps only a window of the body,
//! so that an event stream under gzip streams and a bomb fills no memory. Damage is an error, not a short body.

use std::io::{self, BufRead, BufReader, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::brotli::Brotli;
use super::zstd::Zstd;
use crate::headers::without_optional_space;

/// More codings than this over one another are an attack, not a body.
const MAX_CODINGS: usize = 8;

/// Takes the codings that `Content-Encoding` names off a body, the last one first. `fields` are the header's values in their
/// order, each a comma list. From a coding that is not known on, the body is given as it is.
pub(crate) fn decode<'r, 'h>(
    body: impl Read + 'r,
    fields: impl IntoIterator<Item = &'h [u8]>,
) -> Box<dyn Read + 'r> {
    let codings = codings(fields);
    let mut reader: Box<dyn Read + 'r> = Box::new(body);
    if codings.len() > MAX_CODINGS {
        return Box::new(Refused);
    }
    for coding in codings.iter().rev() {
        reader = match coding.as_slice() {
            b"gzip" | b"x-gzip" => Box::new(Gzip::new(reader)),
            b"deflate" => Box::new(Deflate::new(reader)),
            b"br" => Box::new(Brotli::new(reader)),
            b"zstd" => Box::new(Zstd::new(reader)),
            _ => return reader,
        };
    }
    reader
}

/// The codings that `Content-Encoding` names, in its order, in lower case.
pub(crate) fn codings<'h>(fields: impl IntoIterator<Item = &'h [u8]>) -> Vec<Vec<u8>> {
    fields
        .into_iter()
        .flat_map(|field| field.split(|&byte| byte == b','))
        .map(|coding| without_optional_space(coding).to_ascii_lowercase())
        .filter(|coding| !coding.is_empty() && coding != b"identity")
        .collect()
}

/// A body that is not read: so many codings over one another are not there by accident.
struct Refused;

impl Read for Refused {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(format!(
            "the body has more than {MAX_CODINGS} content codings over one another"
        )))
    }
}

/// Whether bytes are not text. HTTPie's rule: there is a NUL among them.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    bytes.contains(&0)
}

fn truncated(coding: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        format!("the {coding} body is truncated"),
    )
}

pub(super) fn corrupt(coding: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("the {coding} body is corrupt"),
    )
}

/// The input of a library's decoder. Such a decoder says that it failed, and its input knows why.
pub(super) struct Watched<R> {
    inner: R,
    has_given: bool,
    at_end: bool,
    failure: Option<io::Error>,
}

impl<R: Read> Watched<R> {
    pub(super) fn new(inner: R) -> Watched<R> {
        Watched {
            inner,
            has_given: false,
            at_end: false,
            failure: None,
        }
    }

    /// Whether it ended before its first byte.
    pub(super) fn gave_nothing(&self) -> bool {
        self.at_end && !self.has_given && self.failure.is_none()
    }

    /// Why the decoder failed.
    pub(super) fn reason(&mut self, coding: &str) -> io::Error {
        match self.failure.take() {
            Some(failure) => failure,
            None if self.at_end => truncated(coding),
            None => corrupt(coding),
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(length) => {
                self.has_given |= length > 0;
                self.at_end |= length == 0 && !buffer.is_empty();
                Ok(length)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            // A decoder keeps no error as it was: it gets one that says nothing.
            Err(error) => {
                let kind = error.kind();
                self.failure = Some(error);
                Err(kind.into())
            }
        }
    }
}

type Input<R> = BufReader<R>;

fn buffered<R: Read>(inner: R) -> Input<R> {
    BufReader::with_capacity(64 << 10, inner)
}

/// Deflate data (RFC 1951), bare or in the zlib format, with the input it comes from.
struct Inflater<R> {
    input: Input<R>,
    inflate: Decompress,
    /// Whether the last piece filled its buffer: then more may lie ready, and it must not wait for new input.
    more_is_ready: bool,
    ended: bool,
    coding: &'static str,
}

impl<R: Read> Inflater<R> {
    fn new(input: Input<R>, zlib: bool, coding: &'static str) -> Inflater<R> {
        Inflater {
            input,
            inflate: Decompress::new(zlib),
            more_is_ready: false,
            ended: false,
            coding,
        }
    }

    /// Gives what can be had now; 0 at the end of the data.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.ended {
            let ready = self.more_is_ready;
            let bytes = match ready && self.input.buffer().is_empty() {
                true => &[][..],
                false => self.input.fill_buf()?,
            };
            let offered = bytes.len();
            let (read_before, given_before) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self
                .inflate
                .decompress(bytes, buffer, FlushDecompress::None)
                .map_err(|_| corrupt(self.coding))?;
            let read = (self.inflate.total_in() - read_before) as usize;
            let given = (self.inflate.total_out() - given_before) as usize;
            self.input.consume(read);
            self.ended = status == Status::StreamEnd;
            self.more_is_ready = given == buffer.len();
            if given > 0 {
                return Ok(given);
            }
            if !self.ended && read == 0 && !ready {
                return Err(match offered {
                    0 => truncated(self.coding),
                    _ => corrupt(self.coding),
                });
            }
        }
        Ok(0)
    }
}

/// One or more gzip members (RFC 1952, section 2.2). What follows the last one and is none is passed over, as by `gzip`
/// (which warns) and by HTTPie; often it is padding.
struct Gzip<R> {
    data: Inflater<R>,
    checksum: Crc,
    /// How many members have been begun; none at first.
    members: u64,
    state: GzipState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum GzipState {
    Between,
    Member,
    Done,
}

impl<R: Read> Gzip<R> {
    fn new(inner: R) -> Gzip<R> {
        Gzip {
            data: Inflater::new(buffered(inner), false, "gzip"),
            checksum: Crc::new(),
            members: 0,
            state: GzipState::Between,
        }
    }

    fn step(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        match self.state {
            GzipState::Done => return Ok(Some(0)),
            GzipState::Between => self.state = self.begin_member()?,
            GzipState::Member => {
                let length = self.data.read(buffer)?;
                if length > 0 {
                    self.checksum.update(&buffer[..length]);
                    return Ok(Some(length));
                }
                self.check_trailer()?;
                self.state = GzipState::Between;
            }
        }
        Ok(None)
    }

    /// Looks for the next member and reads its header.
    fn begin_member(&mut self) -> io::Result<GzipState> {
        loop {
            let bytes = self.data.input.fill_buf()?;
            match bytes.first() {
                None => return Ok(GzipState::Done),
                Some(0x1F) => break,
                Some(0) if self.members > 0 => self.data.input.consume(1),
                Some(_) if self.members > 0 => return Ok(GzipState::Done),
                Some(_) => return Err(corrupt("gzip")),
            }
        }
        self.read_header()?;
        self.members += 1;
        self.checksum.reset();
        self.data.inflate.reset(false);
        self.data.ended = false;
        Ok(GzipState::Member)
    }

    /// RFC 1952, section 2.3: ten bytes, then what its flags announce.
    fn read_header(&mut self) -> io::Result<()> {
        const HEADER_CHECKSUM: u8 = 2;
        const EXTRA: u8 = 4;
        const NAME: u8 = 8;
        const COMMENT: u8 = 16;
        self.checksum.reset();
        let [id1, id2, method, flags, ..]: [u8; 10] = self.take_header()?;
        if (id1, id2, method) != (0x1F, 0x8B, 8) || flags >= 32 {
            return Err(corrupt("gzip"));
        }
        if flags & EXTRA != 0 {
            for _ in 0..u16::from_le_bytes(self.take_header()?) {
                self.take_header::<1>()?;
            }
        }
        for text in [NAME, COMMENT] {
            while flags & text != 0 && self.take_header()? != [0] {}
        }
        let sum = (self.checksum.sum() & 0xFFFF) as u16;
        if flags & HEADER_CHECKSUM != 0 && u16::from_le_bytes(self.take()?) != sum {
            return Err(corrupt("gzip"));
        }
        Ok(())
    }

    /// Bytes over which the checksum of a header goes.
    fn take_header<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let bytes = self.take()?;
        self.checksum.update(&bytes);
        Ok(bytes)
    }

    fn check_trailer(&mut self) -> io::Result<()> {
        let sum = u32::from_le_bytes(self.take()?);
        let length = u32::from_le_bytes(self.take()?);
        if sum == self.checksum.sum() && length == self.checksum.amount() {
            return Ok(());
        }
        Err(corrupt("gzip"))
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        match self.data.input.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(truncated("gzip")),
            Err(error) => Err(error),
        }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(length) = self.step(buffer)? {
                return Ok(length);
            }
        }
    }
}

/// `deflate`: the zlib format (RFC 1950) as HTTP says, or bare deflate data (RFC 1951) as some servers send.
struct Deflate<R> {
    data: Inflater<R>,
    begun: bool,
}

impl<R: Read> Deflate<R> {
    fn new(inner: R) -> Deflate<R> {
        Deflate {
            data: Inflater::new(buffered(inner), false, "deflate"),
            begun: false,
        }
    }
}

impl<R: Read> Read for Deflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if !self.begun {
            let Some(&first) = self.data.input.fill_buf()?.first() else {
                return Ok(0);
            };
            // The first byte of a zlib header names method 8 and a window of at most 32 KiB. Bare data cannot begin so
            // unless its padding bits, which every encoder leaves 0, are set.
            self.data
                .inflate
                .reset(first & 0x0F == 8 && first >> 4 <= 7);
            self.begun = true;
        }
        self.data.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn raw(text: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Gives one byte at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.0.len().min(buffer.len()).min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn all(bytes: &[u8], fields: &[&str]) -> io::Result<Vec<u8>> {
        let mut fast = Vec::new();
        let result =
            decode(bytes, fields.iter().map(|field| field.as_bytes())).read_to_end(&mut fast);
        let mut slow = Vec::new();
        let again =
            decode(Slow(bytes), fields.iter().map(|field| field.as_bytes())).read_to_end(&mut slow);
        assert_eq!(result.is_ok(), again.is_ok());
        result.map(|_| {
            assert!(fast == slow);
            fast
        })
    }

    #[test]
    fn codings_are_taken_off_from_the_right() {
        let text = b"some text, some more text".repeat(1000);
        assert_eq!(all(&gzip(&text), &["gzip"]).unwrap(), text);
        assert_eq!(all(&gzip(&text), &["X-GZip"]).unwrap(), text);
        assert_eq!(all(&zlib(&text), &["deflate"]).unwrap(), text);
        assert_eq!(all(&raw(&text), &["deflate"]).unwrap(), text);
        assert_eq!(all(&gzip(&zlib(&text)), &["deflate, gzip"]).unwrap(), text);
        assert_eq!(
            all(&zlib(&gzip(&text)), &["identity, gzip,", "deflate"]).unwrap(),
            text
        );
        assert_eq!(all(&text, &[]).unwrap(), text);
        assert_eq!(all(&text, &["identity"]).unwrap(), text);
    }

    #[test]
    fn several_members_and_padding_are_one_body() {
        let mut body = gzip(b"one");
        body.extend(gzip(b"two"));
        assert_eq!(all(&body, &["gzip"]).unwrap(), b"onetwo");
        body.extend([0; 100]);
        assert_eq!(all(&body, &["gzip"]).unwrap(), b"onetwo");
        body.extend(gzip(b"three"));
        assert_eq!(all(&body, &["gzip"]).unwrap(), b"onetwothree");
        body.extend(b"garbage");
        assert_eq!(all(&body, &["gzip"]).unwrap(), b"onetwothree");
    }

    #[test]
    fn an_empty_body_is_empty_under_any_coding() {
        assert_eq!(all(b"", &["gzip"]).unwrap(), b"");
        assert_eq!(all(b"", &["deflate"]).unwrap(), b"");
        assert_eq!(all(&gzip(b""), &["gzip"]).unwrap(), b"");
        assert_eq!(all(&zlib(b""), &["deflate"]).unwrap(), b"");
    }

    #[test]
    fn every_truncation_is_reported() {
        let text: Vec<u8> = (0..3000_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
            .collect();
        for (coding, body) in [
            ("gzip", gzip(&text)),
            ("deflate", zlib(&text)),
            ("deflate", raw(&text)),
        ] {
            for length in (1..body.len())
                .step_by(97)
                .chain(body.len() - 9..body.len())
            {
                let error = all(&body[..length], &[coding]).unwrap_err();
                assert_eq!(
                    error.to_string(),
                    format!("the {coding} body is truncated"),
                    "{length}"
                );
            }
        }
    }

    #[test]
    fn corruption_is_reported() {
        let mut body = gzip(&b"text ".repeat(500));
        let length = body.len();
        body[length - 6] ^= 1;
        assert_eq!(
            all(&body, &["gzip"]).unwrap_err().to_string(),
            "the gzip body is corrupt"
        );
        assert_eq!(
            all(b"plain", &["gzip"]).unwrap_err().to_string(),
            "the gzip body is corrupt"
        );
        assert_eq!(
            all(b"\0\0plain", &["gzip"]).unwrap_err().to_string(),
            "the gzip body is corrupt"
        );
        assert_eq!(
            all(b"\xff\xff\xff", &["deflate"]).unwrap_err().to_string(),
            "the deflate body is corrupt"
        );
        let mut random = 1_u32;
        for _ in 0..2000 {
            let mut body = gzip(b"some text that is compressed");
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = random as usize % body.len();
            body[at] ^= (random >> 24) as u8;
            drop(all(&body, &["gzip"]));
            drop(all(&body, &["deflate"]));
        }
    }

    #[test]
    fn from_an_unknown_coding_on_a_body_stays_as_it_is_and_too_many_are_refused() {
        assert_eq!(all(b"abc", &["compress"]).unwrap(), b"abc");
        let body = gzip(b"still packed");
        assert_eq!(all(&body, &["exi, gzip"]).unwrap(), b"still packed");
        let nine = ["gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip,gzip"];
        assert!(all(b"abc", &nine).is_err());
    }

    /// Gives its pieces one a call, then fails as a connection does.
    struct Pieces(Vec<Vec<u8>>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::other("the connection was lost"));
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(&piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn bytes_come_out_as_soon_as_they_came_in() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let mut gzip_pieces = Vec::new();
        let mut deflater = ZlibEncoder::new(Vec::new(), Compression::default());
        let mut zlib_pieces = Vec::new();
        for event in ["data: 1\n\n", "data: 2\n\n"] {
            encoder.write_all(event.as_bytes()).unwrap();
            encoder.flush().unwrap();
            gzip_pieces.push(std::mem::take(encoder.get_mut()));
            deflater.write_all(event.as_bytes()).unwrap();
            deflater.flush().unwrap();
            zlib_pieces.push(std::mem::take(deflater.get_mut()));
        }
        for (coding, pieces) in [("gzip", gzip_pieces), ("deflate", zlib_pieces)] {
            let mut reader = decode(Pieces(pieces), [coding.as_bytes()]);
            let mut buffer = [0; 100];
            for event in ["data: 1\n\n", "data: 2\n\n"] {
                let length = reader.read(&mut buffer).unwrap();
                assert_eq!(&buffer[..length], event.as_bytes());
            }
            let error = reader.read(&mut buffer).unwrap_err();
            assert_eq!(error.to_string(), "the connection was lost");
        }
    }

    #[test]
    fn what_lies_ready_does_not_wait_for_more_input() {
        let text = b"data: a long event\n".repeat(3000);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&text).unwrap();
        encoder.flush().unwrap();
        let mut deflater = ZlibEncoder::new(Vec::new(), Compression::default());
        deflater.write_all(&text).unwrap();
        deflater.flush().unwrap();
        for (coding, piece) in [("gzip", encoder.get_ref()), ("deflate", deflater.get_ref())] {
            let mut reader = decode(Pieces(vec![piece.clone()]), [coding.as_bytes()]);
            let mut got = Vec::new();
            let mut buffer = [0; 100];
            while let Ok(length) = reader.read(&mut buffer) {
                got.extend_from_slice(&buffer[..length]);
            }
            assert!(got == text, "{coding}: {} of {}", got.len(), text.len());
        }
    }

    #[test]
    fn every_field_of_a_gzip_header_is_passed_over() {
        let mut encoder = flate2::GzBuilder::new()
            .filename("name")
            .comment("comment")
            .extra(vec![7; 300])
            .write(Vec::new(), Compression::default());
        encoder.write_all(b"text").unwrap();
        assert_eq!(all(&encoder.finish().unwrap(), &["gzip"]).unwrap(), b"text");
    }

    #[test]
    fn a_nul_makes_bytes_binary() {
        assert!(is_binary(b"PNG\0"));
        assert!(!is_binary("text \u{1}\u{1b} ü\r\n".as_bytes()));
        assert!(!is_binary(b""));
    }
}
