//! Where a body begins and ends on the wire (RFC 9112, section 6): which framing a response has, and the decoder for
//! chunks. Pure functions from bytes to bytes; sockets are elsewhere.

use super::response_head::ResponseHead;
use crate::headers::without_optional_space;

/// How the end of a response body is known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is no body.
    None,
    /// So many bytes.
    Length(u64),
    /// Chunks with their sizes.
    Chunked(ChunkDecoder),
    /// All that comes until the server closes the connection.
    UntilClose,
}

/// The framing of the response to a request (RFC 9112, section 6.3).
///
/// # Errors
/// A sentence when the length is beyond all numbers, or there are two of them.
pub(crate) fn of_response(head: &ResponseHead, request_is_head: bool) -> Result<Framing, String> {
    if request_is_head || head.status < 200 || matches!(head.status, 204 | 304) {
        return Ok(Framing::None);
    }
    if let Some(last) = transfer_codings(head).last() {
        return Ok(match last.eq_ignore_ascii_case(b"chunked") {
            true => Framing::Chunked(ChunkDecoder::default()),
            false => Framing::UntilClose,
        });
    }
    of_length(head)
}

/// A length that is no number is not believed: then the body goes on until the connection is closed, as in HTTPie. Empty
/// members of a list count for nothing (RFC 9110, section 5.6.1.2), but an empty header is a length of its own. Of two
/// different ones no choice would be safe.
fn of_length(head: &ResponseHead) -> Result<Framing, String> {
    let mut length: Option<&[u8]> = None;
    for value in head.headers.get_all("Content-Length") {
        let members = value
            .split(|byte| *byte == b',')
            .map(without_optional_space);
        let is_list = value.contains(&b',');
        for member in members.filter(|member| !(is_list && member.is_empty())) {
            let member = without_leading_zeros(member);
            if length.is_some_and(|other| other != member) {
                return Err("the server sent conflicting Content-Length headers".to_owned());
            }
            length = Some(member);
        }
    }
    let digits = length.and_then(|length| std::str::from_utf8(length).ok());
    let is_number = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.filter(|digits| !digits.is_empty()).filter(is_number) {
        None => Ok(Framing::UntilClose),
        Some(digits) => digits.parse().map(Framing::Length).map_err(|_| {
            format!("the server sent the Content-Length {digits}, which is out of range")
        }),
    }
}

/// A number has many forms, and they mean the same; the last digit stays.
fn without_leading_zeros(mut digits: &[u8]) -> &[u8] {
    while let [b'0', rest @ ..] = digits
        && rest.first().is_some_and(u8::is_ascii_digit)
    {
        digits = rest;
    }
    digits
}

/// The codings of the body on the wire. `identity` was one in RFC 2616 and changes nothing: a length beside it holds, as in
/// HTTPie.
fn transfer_codings(head: &ResponseHead) -> impl Iterator<Item = &[u8]> {
    head.headers
        .get_all("Transfer-Encoding")
        .flat_map(|value| value.split(|byte| *byte == b','))
        .map(without_optional_space)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

/// Whether a head tells two things about the end of its body, so that who is between us and the server may have understood
/// another one than we do. Its connection is not used again (RFC 9112, section 6.1).
pub(crate) fn is_doubtful(head: &ResponseHead) -> bool {
    let has_codings = transfer_codings(head).next().is_some();
    has_codings && (head.version < (1, 1) || head.headers.contains("Content-Length"))
}

/// The longest line of a chunked body (a size with its extensions, a trailer field) that is accepted, in bytes.
const MAX_LINE: usize = 16 * 1024;
/// How many bytes of trailer fields are accepted.
const MAX_TRAILERS: usize = 64 * 1024;

/// A decoder of the chunked coding (RFC 9112, section 7.1), lenient about line ends and extensions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ChunkDecoder {
    state: ChunkState,
    line_length: usize,
    trailer_length: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum ChunkState {
    /// In the hexadecimal digits of a size.
    Size { value: u64, digits: u8 },
    /// Behind the digits, up to the end of the line.
    Extension { value: u64 },
    /// In the data; so many bytes are left.
    Data { left: u64 },
    /// Behind the data, up to the end of the line, which must be empty.
    DataEnd,
    /// In the trailer section; `blank` while its present line is empty.
    Trailer { blank: bool },
    /// Behind the empty line that ends the body.
    Done,
}

impl Default for ChunkState {
    fn default() -> ChunkState {
        ChunkState::Size {
            value: 0,
            digits: 0,
        }
    }
}

/// What one call of [`ChunkDecoder::step`] made of the input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// So many bytes of framing were read; more input is needed for the next step, or none if all is done.
    Framing(usize),
    /// The next bytes of the input, so many of them, are data.
    Data(usize),
}

impl ChunkDecoder {
    /// Whether the body is complete.
    pub(crate) fn is_done(&self) -> bool {
        self.state == ChunkState::Done
    }

    /// Whether the last chunk was announced: a server that closes instead of sending the final empty line is forgiven.
    pub(crate) fn has_last_chunk(&self) -> bool {
        matches!(self.state, ChunkState::Trailer { .. } | ChunkState::Done)
    }

    /// Reads framing up to the next data, or finds data at the start of the input.
    pub(crate) fn step(&mut self, input: &[u8]) -> Result<Chunk, String> {
        if let ChunkState::Data { left } = &mut self.state {
            let length = usize::try_from(*left)
                .unwrap_or(usize::MAX)
                .min(input.len());
            *left -= length as u64;
            if *left == 0 {
                self.state = ChunkState::DataEnd;
            }
            return Ok(Chunk::Data(length));
        }
        for (at, byte) in input.iter().enumerate() {
            match self.state {
                ChunkState::Data { .. } => return Ok(Chunk::Framing(at)),
                ChunkState::Done => return Ok(Chunk::Framing(at)),
                _ => self.framing_byte(*byte)?,
            }
        }
        Ok(Chunk::Framing(input.len()))
    }

    fn framing_byte(&mut self, byte: u8) -> Result<(), String> {
        self.line_length = if byte == b'\n' {
            0
        } else {
            self.line_length + 1
        };
        if self.line_length > MAX_LINE {
            return Err("a line of the chunked body is too long".to_owned());
        }
        match &mut self.state {
            ChunkState::Size { value, digits } => match (byte as char).to_digit(16) {
                Some(digit) => {
                    *value = value
                        .checked_mul(16)
                        .map(|value| value + u64::from(digit))
                        .ok_or("a chunk size is out of range")?;
                    *digits = 1;
                }
                None if *digits == 0 && matches!(byte, b' ' | b'\t') => {}
                None if *digits == 0 => {
                    return Err("a chunk size is missing or is not a hexadecimal number".to_owned());
                }
                None if matches!(byte, b';' | b' ' | b'\t' | b'\r') => {
                    self.state = ChunkState::Extension { value: *value };
                }
                None if byte == b'\n' => self.state = after_size(*value),
                None => return Err("a chunk size is not a hexadecimal number".to_owned()),
            },
            ChunkState::Extension { value } => {
                if byte == b'\n' {
                    self.state = after_size(*value);
                }
            }
            ChunkState::DataEnd => match byte {
                b'\r' => {}
                b'\n' => self.state = ChunkState::default(),
                _ => return Err("a chunk is longer than its size says".to_owned()),
            },
            ChunkState::Trailer { blank } => {
                self.trailer_length += 1;
                if self.trailer_length > MAX_TRAILERS {
                    return Err("the trailer section is too long".to_owned());
                }
                match byte {
                    b'\n' if *blank => self.state = ChunkState::Done,
                    b'\n' => *blank = true,
                    b'\r' => {}
                    _ => *blank = false,
                }
            }
            ChunkState::Data { .. } | ChunkState::Done => {}
        }
        Ok(())
    }
}

fn after_size(value: u64) -> ChunkState {
    match value {
        0 => ChunkState::Trailer { blank: true },
        left => ChunkState::Data { left },
    }
}

#[cfg(test)]
mod tests {
    use super::super::response_head;
    use super::*;

    fn decode(input: &[u8], piece: usize) -> Result<(Vec<u8>, bool), String> {
        let (mut decoder, mut out) = (ChunkDecoder::default(), Vec::new());
        for part in input.chunks(piece) {
            let mut rest = part;
            while !rest.is_empty() && !decoder.is_done() {
                match decoder.step(rest)? {
                    Chunk::Framing(length) => rest = &rest[length..],
                    Chunk::Data(length) => {
                        out.extend_from_slice(&rest[..length]);
                        rest = &rest[length..];
                    }
                }
            }
        }
        Ok((out, decoder.is_done()))
    }

    #[test]
    fn chunks_are_decoded_however_they_arrive() {
        let input = b"5;ext=\"x\"\r\nhello\r\n 6 \n world\n0\r\nTrailer: x\r\n\r\nrest";
        for piece in 1..input.len() {
            assert_eq!(
                decode(input, piece),
                Ok((b"hello world".to_vec(), true)),
                "{piece}"
            );
        }
    }

    #[test]
    fn broken_chunks_are_refused() {
        for input in [
            &b"x\r\n"[..],
            b"\r\n",
            b"-1\r\n",
            b"5\r\nhelloo",
            b"fffffffffffffffff\r\n",
            b"5x\r\n",
        ] {
            assert!(
                decode(input, 100).is_err(),
                "{:?}",
                String::from_utf8_lossy(input)
            );
        }
        assert!(decode(&[b'0'; MAX_LINE + 2], 100).is_err());
    }

    #[test]
    fn the_framing_follows_the_rfc() {
        let framing = |headers: &str, status: u16| {
            let raw = format!("HTTP/1.1 {status} x\r\n{headers}\r\n");
            of_response(&response_head::parse(raw.as_bytes(), None).unwrap(), false)
        };
        assert_eq!(
            framing("Content-Length: 5\r\n", 200),
            Ok(Framing::Length(5))
        );
        assert_eq!(
            framing("Content-Length: 5, 5\r\n", 200),
            Ok(Framing::Length(5))
        );
        for list in ["5,", ",5", "5,, 5 ,", "0005, 5"] {
            let header = format!("Content-Length: {list}\r\n");
            assert_eq!(framing(&header, 200), Ok(Framing::Length(5)), "{list}");
        }
        assert_eq!(
            framing("Content-Length: 00\r\n", 200),
            Ok(Framing::Length(0))
        );
        assert_eq!(
            framing("Content-Length: ,\r\n", 200),
            Ok(Framing::UntilClose)
        );
        assert!(framing("Content-Length: 5\r\nContent-Length:\r\n", 200).is_err());
        assert_eq!(
            framing("Content-Length: -5\r\n", 200),
            Ok(Framing::UntilClose)
        );
        assert_eq!(
            framing("Content-Length: +5\r\n", 200),
            Ok(Framing::UntilClose)
        );
        for odd in [
            "Content-Length: 5\x0c",
            "Content-Length\x0c: 5",
            "Transfer-Encoding: chunked\x0c",
        ] {
            let header = format!("{odd}\r\n");
            assert_eq!(framing(&header, 200), Ok(Framing::UntilClose), "{odd:?}");
        }
        assert_eq!(framing("", 200), Ok(Framing::UntilClose));
        assert_eq!(framing("Content-Length: 5\r\n", 204), Ok(Framing::None));
        assert_eq!(framing("Content-Length: 5\r\n", 304), Ok(Framing::None));
        assert!(matches!(
            framing("Content-Length: 5\r\nTransfer-Encoding: Chunked\r\n", 200),
            Ok(Framing::Chunked(_))
        ));
        assert_eq!(
            framing("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", 200),
            Ok(Framing::Length(5))
        );
        assert_eq!(
            framing("Transfer-Encoding: chunked, x\r\n", 200),
            Ok(Framing::UntilClose)
        );
        assert!(framing("Content-Length: 5\r\nContent-Length: 6\r\n", 200).is_err());
        assert!(framing("Content-Length: 99999999999999999999\r\n", 200).is_err());
    }
}
