//! The body of a request on its way out: in pieces of its announced length, or in chunks (RFC 9112, section 7.1).
//!
//! Takes a reader and a connection. What goes wrong is told apart by its side: a source that cannot be read is the end of
//! the request, while a server that takes no more may have answered already.

use std::io::{self, Read};

use super::connection::Connection;
use crate::error::Error;

/// The size of the pieces in which a body is sent.
const PIECE: usize = 64 * 1024;

/// A body as it goes out.
pub(crate) struct OutgoingBody {
    pub(crate) reader: Box<dyn Read + Send>,
    /// The announced length in bytes; `None` sends it chunked.
    pub(crate) length: Option<u64>,
    /// Whether its length is what somebody says of it, and not what was measured.
    pub(crate) is_a_stream: bool,
    /// What it is, for the message when it cannot be read.
    pub(crate) name: String,
}

/// Why a body did not go out whole.
pub(super) enum SendBodyError {
    /// The server takes no more.
    Write(io::Error),
    /// Its source gives no more.
    Read(Error),
}

/// Sends the head with the first piece of the body in one write, then piece after piece.
pub(super) fn send_body(
    connection: &mut Connection,
    head: Vec<u8>,
    mut body: OutgoingBody,
) -> Result<(), SendBodyError> {
    let mut piece = head;
    let mut left = body.length;
    loop {
        let framing_start = piece.len();
        let space = left.map_or(PIECE as u64, |left| left.min(PIECE as u64)) as usize;
        piece.resize(framing_start + space, 0);
        // A chunk goes out as soon as there is something to send: its source may be slow.
        let fill = if left.is_some() {
            Fill::Whole
        } else {
            Fill::Once
        };
        let length =
            read_piece(&mut body.reader, &mut piece[framing_start..], fill).map_err(|error| {
                SendBodyError::Read(
                    Error::from(error)
                        .context(format!("reading the request body from {}", body.name)),
                )
            })?;
        piece.truncate(framing_start + length);
        let is_last = match &mut left {
            Some(left) => {
                *left -= length as u64;
                if length < space {
                    return Err(SendBodyError::Read(too_short(&body, *left)));
                }
                *left == 0
            }
            None => {
                frame_chunk(&mut piece, framing_start, length);
                length == 0
            }
        };
        connection.write_all(&piece).map_err(SendBodyError::Write)?;
        if is_last {
            return Ok(());
        }
        piece.clear();
    }
}

fn too_short(body: &OutgoingBody, missing: u64) -> Error {
    let length = body.length.unwrap_or_default();
    Error::new(match body.is_a_stream {
        true => format!(
            "{} ends {missing} bytes before the {length} that Content-Length announces",
            body.name
        ),
        false => format!(
            "{} became shorter while it was sent: {missing} bytes are missing",
            body.name
        ),
    })
}

/// Puts its size before the data that begins at `start`; no data make the last chunk.
fn frame_chunk(piece: &mut Vec<u8>, start: usize, length: usize) {
    piece.splice(start..start, format!("{length:x}\r\n").into_bytes());
    piece.extend_from_slice(b"\r\n");
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Whole,
    Once,
}

/// Reads until `out` is full, or once; and until the source ends.
fn read_piece(source: &mut dyn Read, out: &mut [u8], fill: Fill) -> io::Result<usize> {
    let mut filled = 0;
    while filled < out.len() && (filled == 0 || fill == Fill::Whole) {
        match source.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
